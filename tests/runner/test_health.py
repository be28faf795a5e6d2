"""The watchdog hears of each run, over a real connection, and can never harm one."""

import socket
import threading
from pathlib import Path

import pytest
from watchdogs import strange_server, watchdog

from jobs.runner.health import ping
from jobs.runner.log import open_log


def logged(state_dir: Path) -> str:
    path = state_dir / "logs" / "clinic.log"
    return path.read_text("utf-8") if path.exists() else ""


def test_start_success_and_failure_have_their_own_addresses(tmp_path: Path) -> None:
    with watchdog() as (url, heard):
        for outcome in ("start", "success", "fail"):
            ping(f"{url}/abc", outcome, open_log(tmp_path))
    assert heard == ["/abc/start", "/abc", "/abc/fail"]
    assert logged(tmp_path) == ""


def test_a_question_mark_in_the_address_stays_at_its_end(tmp_path: Path) -> None:
    with watchdog() as (url, heard):
        ping(f"{url}/abc/?key=1", "fail", open_log(tmp_path))
    assert heard == ["/abc/fail?key=1"]


def test_without_an_address_nothing_is_called(tmp_path: Path) -> None:
    ping("", "fail", open_log(tmp_path))
    assert logged(tmp_path) == ""


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 fine\r\nContent-"])
def test_a_watchdog_that_answers_nothing_whole_is_not_waited_for(tmp_path: Path, says: bytes) -> None:
    with strange_server(says) as url:
        ping(url, "success", open_log(tmp_path), seconds=0.2)
    assert "the watchdog could not be reached" in logged(tmp_path)


def test_a_watchdog_that_answers_nonsense_is_logged(tmp_path: Path) -> None:
    with strange_server(b"SMTP ready\r\n") as url:
        ping(url, "success", open_log(tmp_path), seconds=60)
    assert "the watchdog could not be reached" in logged(tmp_path)
    assert "BadStatusLine" in logged(tmp_path)


def test_a_call_that_outlasts_every_timeout_of_the_socket_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a name server does that answers nothing."""
    answered, ended = threading.Event(), threading.Event()

    def stuck(*args: object) -> None:
        answered.wait(60)
        ended.set()

    monkeypatch.setattr("jobs.runner.health._call", stuck)
    ping("https://watchdog.example", "success", open_log(tmp_path), seconds=0.05)
    assert not ended.is_set()
    assert "it did not answer in time" in logged(tmp_path)
    answered.set()
    assert ended.wait(60)


def test_a_watchdog_that_is_gone_is_logged_without_its_address(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        ping(f"http://127.0.0.1:{port}/secret-key", "success", open_log(tmp_path))
    assert "the watchdog could not be reached" in logged(tmp_path)
    assert "secret-key" not in logged(tmp_path)


def test_a_watchdog_that_refuses_is_logged(tmp_path: Path) -> None:
    with watchdog(status=404) as (url, _):
        ping(f"{url}/abc", "success", open_log(tmp_path))
    assert "HTTPError" in logged(tmp_path)
