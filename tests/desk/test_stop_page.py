"""The stop link of a letter: one click ends the letters, looking changes nothing, nobody can make a link up."""

import io
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from lakeside_day import MOMENT, NOW, Ask, rows

from jobs.desk.stop_page import StopPage, application, server_at
from jobs.mail.message import unsubscribe_token
from jobs.pulling.settling import settle_source
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools
from jobs.store.sources import note_unsettled

ROOT = Path(__file__).resolve().parents[2]
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--part\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--part--\r\n',
    'multipart/form-data; boundary="part"',
)


def call(page: StopPage, method: str, token: str, body: bytes = b"", kind: str = FORM, **more: str) -> tuple[int, str]:
    """Status and page, asked as a web server does and held against the standard."""
    environment: dict[str, Any] = {"REQUEST_METHOD": method, "QUERY_STRING": f"t={token}" if token else ""}
    if body:
        environment |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": kind, "wsgi.input": io.BytesIO(body)}
    setup_testing_defaults(environment)
    told: list[Any] = []
    answer = validator(page)(environment | more, lambda status, headers, _=None: told.extend((status, dict(headers))))
    try:
        words = b"".join(answer).decode()
    finally:
        answer.close()  # type: ignore[attr-defined]
    assert told[1]["Cache-Control"] == "no-store" and told[1]["Referrer-Policy"] == "no-referrer"
    return int(told[0][:3]), words


@pytest.fixture
def home(first_day: Path, tmp_path: Path) -> Path:
    """A copy of the clinic without its written letters and exports, which nobody here looks at."""
    leave = shutil.ignore_patterns("outbox", "reports", "exports")
    return Path(shutil.copytree(first_day, tmp_path / "clinic", ignore=leave))


@pytest.fixture
def page(home: Path) -> StopPage:
    return StopPage(load_settings(home))


@pytest.fixture
def letter(home: Path) -> tuple[int, int, str]:
    """A letter about the own care: its number, its patient and the key of the address that it went to."""
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        query = "SELECT id, patient_id, address_key FROM letters WHERE state = 'sent' AND category = 'care' LIMIT 1"
        found: tuple[int, int, str] = database.execute(query).fetchone()
    return found


def token(home: Path, letter_id: int, category: str = "care", clinic: str = "", address: str = "") -> str:
    """The token of a letter as it leaves; `address`: as if that one had had this number once."""
    settings = load_settings(home)
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        found = database.execute("SELECT address_key FROM letters WHERE id = ?", (letter_id,)).fetchone()
    secret, key = (
        (settings.state_dir / "secret").read_bytes(),
        address or (found[0] if found else "nobody@patient.example"),
    )
    return unsubscribe_token(secret, clinic or settings.clinic.id, letter_id, category, key)


def stops(home: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        return database.execute("SELECT address_key, patient_id, category, allowed, source FROM stops").fetchall()


@pytest.mark.parametrize(("body", "kind"), [(ONE_CLICK, FORM), MULTIPART])
def test_one_click_of_a_mail_program_ends_the_letters(
    page: StopPage, home: Path, letter: tuple[int, int, str], body: bytes, kind: str
) -> None:
    status, words = call(page, "POST", token(home, letter[0]), body, kind)
    assert (status, "Done. You get no more e-mails from us." in words) == (200, True)
    assert stops(home) == [(letter[2], letter[1], "all", 0, "stop page")]
    assert call(page, "POST", token(home, letter[0]), body, kind)[0] == 200
    assert len(stops(home)) == 1  # a second click adds nothing


def test_the_link_of_a_letter_with_news_ends_the_news_alone(
    page: StopPage, home: Path, letter: tuple[int, int, str]
) -> None:
    status, words = call(page, "POST", token(home, letter[0], "news"), ONE_CLICK)
    assert (status, "no more news" in words) == (200, True)
    assert stops(home) == [(letter[2], letter[1], "news", 0, "stop page")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_changes_nothing(
    page: StopPage, home: Path, letter: tuple[int, int, str], method: str
) -> None:
    status, words = call(page, method, token(home, letter[0]))
    assert status == 200 and stops(home) == []
    assert ("<button>Stop these e-mails</button>" in words) is (method == "GET")
    assert letter[2] not in words


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (b"", {}),
        (b"List-Unsubscribe=No", {}),
        (b"x" * 20_000 + b"&" + ONE_CLICK, {}),
        (ONE_CLICK, {"CONTENT_LENGTH": "many"}),
        (ONE_CLICK, {"CONTENT_LENGTH": "-5"}),
        (ONE_CLICK, {"CONTENT_TYPE": "multipart/form-data"}),
    ],
)
def test_a_post_that_does_not_say_one_click_changes_nothing(
    page: StopPage, home: Path, letter: tuple[int, int, str], body: bytes, more: dict[str, str]
) -> None:
    inner = more.pop("CONTENT_LENGTH", "")
    environment = {"REQUEST_METHOD": "POST", "QUERY_STRING": f"t={token(home, letter[0])}", "CONTENT_TYPE": FORM}
    environment |= {"CONTENT_LENGTH": inner or str(len(body)), "wsgi.input": io.BytesIO(body)} | more  # type: ignore[dict-item]
    told: list[str] = []
    page(environment, lambda status, headers: told.append(status))  # type: ignore[arg-type]
    assert (told, stops(home)) == (["400 Bad Request"], [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_made_up_or_damaged_link_changes_nothing(
    page: StopPage, home: Path, letter: tuple[int, int, str], method: str
) -> None:
    good = token(home, letter[0])
    made_up = unsubscribe_token(b"a guess" * 5, load_settings(home).clinic.id, letter[0], "care", letter[2])
    for bad in (
        made_up,
        good[:-1],
        good[1:],
        good + "A",
        token(home, letter[0], clinic="hillside"),
        "",
        "%00",
        "t" * 2000,
    ):
        status, words = call(page, method, bad, ONE_CLICK if method == "POST" else b"")
        assert status == 404 and "This link is not whole. Please write to hello@" in words
    assert stops(home) == []


def test_a_page_that_was_running_when_the_state_folder_was_set_aside_knows_the_links_of_the_new_one(
    page: StopPage, home: Path, letter: tuple[int, int, str]
) -> None:
    before, path = token(home, letter[0]), home / "var" / "secret"
    path.write_bytes(b"s" * 32)
    now = token(home, letter[0])
    path.rename(path.with_name("aside"))
    status, words = call(page, "POST", now, ONE_CLICK)
    assert (status, "Try again later" in words, stops(home)) == (503, True, [])
    path.with_name("aside").rename(path)
    assert [call(page, "POST", link, ONE_CLICK)[0] for link in (now, before)] == [200, 404]
    assert len(stops(home)) == 1


def test_a_wish_that_comes_before_the_pull_after_a_restored_backup_counts_as_soon_as_the_address_is_known(
    page: StopPage, home: Path, ask: Ask, letter: tuple[int, int, str]
) -> None:
    assert ask("backup").exit_code == 0
    (backup, *_) = sorted((home / "var" / "backups").glob("clinic-*.sqlite"))
    for category in ("news", "care", "news"):
        status, words = call(page, "POST", token(home, 999_999, category, address="new@patient.example"), ONE_CLICK)
        assert (status, "Done. You get no more" in words) == (200, True)
    assert stops(home) == []
    waits = "from people whom the database does not know; a pull tells whose they are: 1"
    assert waits in ask("status").output
    assert ask("restore", str(backup)).exit_code == 0
    assert waits in ask("status").output
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute("UPDATE patients SET address_key = 'new@patient.example' WHERE id = ?", letter[1:2])
    tools = open_tools(home, load_settings(home), MOMENT)
    settle_source(tools, tools.settings.sources[0], {"exports/x.csv": "unchanged"}, (), tools.today)
    assert stops(home) == []
    with tools.store.begin() as memory:
        note_unsettled(memory, tools.settings.sources[0].name)  # as where a file is saved
    settle_source(tools, tools.settings.sources[0], {"exports/x.csv": "read"}, (), tools.today)
    tools.store.close()
    assert stops(home) == [("new@patient.example", None, "all", 0, "stop page")]
    assert waits not in ask("status").output


def test_after_a_restored_backup_a_number_given_out_again_stops_nobody_else(
    page: StopPage, home: Path, letter: tuple[int, int, str]
) -> None:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        query = "SELECT address_key FROM patients WHERE address_key NOT IN ('', ?) LIMIT 1"
        ((known,),) = database.execute(query, (letter[2],)).fetchall()
    assert call(page, "POST", token(home, letter[0], address="gone@patient.example"), ONE_CLICK)[0] == 200
    assert stops(home) == []  # it is kept until that address is known
    assert call(page, "POST", token(home, letter[0], address=known), ONE_CLICK)[0] == 200
    assert stops(home) == [(known, None, "all", 0, "stop page")]  # whoever has the link's own address


def test_a_click_after_a_backup_was_put_back_counts_in_the_memory_that_was_put_back(
    page: StopPage, home: Path, ask: Ask, letter: tuple[int, int, str]
) -> None:
    assert call(page, "POST", token(home, letter[0], "news"), ONE_CLICK)[0] == 200
    assert ask("backup").exit_code == 0
    (backup, *_) = sorted((home / "var" / "backups").glob("clinic-*.sqlite"))
    told = ask("restore", str(backup))
    assert told.exit_code == 0, told.output
    assert call(page, "POST", token(home, letter[0]), ONE_CLICK)[0] == 200
    assert [category for _, _, category, *_ in stops(home)] == ["news", "all"]


def test_sixty_who_come_at_once_are_all_let_in(page: StopPage) -> None:
    with server_at("127.0.0.1", 0, page) as server, ExitStack() as callers:
        for _ in range(60):  # nobody has been answered yet
            callers.enter_context(socket.create_connection(("127.0.0.1", server.server_port), timeout=2))


def test_another_method_is_refused(page: StopPage, home: Path, letter: tuple[int, int, str]) -> None:
    assert call(page, "DELETE", token(home, letter[0]))[0] == 405
    assert stops(home) == []


def test_while_the_memory_cannot_be_used_nobody_is_told_that_it_is_done(
    page: StopPage, home: Path, letter: tuple[int, int, str]
) -> None:
    wanted = token(home, letter[0])
    (home / "var" / "clinic.sqlite").write_bytes(b"no database")
    status, words = call(page, "POST", wanted, ONE_CLICK)
    assert (status, "That did not work just now." in words) == (503, True)


def test_the_click_of_somebody_who_has_the_letter_proves_that_it_left(
    page: StopPage, home: Path, letter: tuple[int, int, str]
) -> None:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute("UPDATE letters SET state = 'unknown' WHERE id = ?", letter[:1])
    assert call(page, "POST", token(home, letter[0]), ONE_CLICK)[0] == 200
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        assert database.execute("SELECT state FROM letters WHERE id = ?", letter[:1]).fetchone() == ("sent",)


def test_the_page_is_served_to_a_web_server_and_ends_when_asked(home: Path, letter: tuple[int, int, str]) -> None:
    command = [sys.executable, "run_jobs.py", "-C", str(home), "stop-page", "--port", "0"]
    wanted = token(home, letter[0])
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        address = next(word for word in serving.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
        with urlopen(f"{address}stop?t={wanted}") as shown:
            assert shown.status == 200
        with urlopen(Request(f"{address}stop?t={wanted}", ONE_CLICK)) as shown:
            assert b"Done." in shown.read()
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}stop?t={wanted[:-1]}")
        assert refused.value.code == 404
        os.kill(serving.pid, signal.SIGTERM)
        said, complained = serving.communicate(timeout=60)
    assert (serving.returncode, complained) == (0, "")
    assert len(stops(home)) == 1
    log = (home / "var" / "logs" / "clinic.log").read_text("utf-8")
    assert '"event": "stop page"' in log and wanted not in log + said


def test_any_server_that_speaks_wsgi_can_serve_it(home: Path, letter: tuple[int, int, str]) -> None:
    assert call(application(str(home)), "GET", token(home, letter[0]))[0] == 200  # type: ignore[arg-type]


def test_after_the_click_no_letter_leaves(ask: Ask, page: StopPage, home: Path, letter: tuple[int, int, str]) -> None:
    call(page, "POST", token(home, letter[0]), ONE_CLICK)
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute("UPDATE letters SET state = 'planned', message_id = '' WHERE id = ?", letter[:1])
    ask("run", "send_follow_ups", now=NOW)
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        found = database.execute("SELECT state, reason FROM letters WHERE id = ?", letter[:1]).fetchone()
    assert found == ("withdrawn", "letters to this patient or address are stopped")
    assert rows(home)["stops"]
