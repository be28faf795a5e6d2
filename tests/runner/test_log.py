"""The log: JSON lines, rotated, private, and silent about patients."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.runner import log as room
from jobs.runner.log import open_log, without_addresses

ROOT = Path(__file__).resolve().parents[2]


def lines(state_dir: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (state_dir / "logs" / "clinic.log").read_text("utf-8").splitlines()]


def test_each_line_is_one_json_object_with_its_facts(tmp_path: Path) -> None:
    open_log(tmp_path).info("run ended", extra={"facts": {"job": "pull_appointments", "files read": 2}})
    (line,) = lines(tmp_path)
    assert {key: line[key] for key in ("level", "event", "job", "files read")} == {
        "level": "info",
        "event": "run ended",
        "job": "pull_appointments",
        "files read": 2,
    }
    assert str(line["at"]).endswith("Z")


def test_a_line_break_in_a_fact_does_not_make_two_lines(tmp_path: Path) -> None:
    open_log(tmp_path).info("one\ntwo", extra={"facts": {"why": "three\nfour"}})
    assert [line["event"] for line in lines(tmp_path)] == ["one\ntwo"]


@pytest.mark.parametrize(
    "text", ["mira@patient.example", "<mira@patient.example>:", "to mira.quill+pt@mail.patient.example, again",
             "mira@bücher.example", "mira@localhost", '{"to": "mira@patient.example"}']
)  # fmt: skip
def test_an_address_is_masked_however_it_stands(tmp_path: Path, text: str) -> None:
    open_log(tmp_path).info(text, extra={"facts": {"why": text, text: 1}})
    written = (tmp_path / "logs" / "clinic.log").read_text("utf-8")
    assert "mira" not in written
    assert len(lines(tmp_path)) == 1
    assert "mira" not in without_addresses(text)


def test_the_traceback_of_an_exception_is_not_written(tmp_path: Path) -> None:
    try:
        raise ValueError("Mira Quill, born 1971")
    except ValueError:
        open_log(tmp_path).exception("job raised")
    written = (tmp_path / "logs" / "clinic.log").read_text("utf-8")
    assert "job raised" in written
    assert "Quill" not in written and "Traceback" not in written


def test_the_log_rotates_and_keeps_so_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_LARGEST", 400)
    monkeypatch.setattr(room, "_KEPT", 2)
    log = open_log(tmp_path)
    for number in range(40):
        log.info("run ended", extra={"facts": {"number": number}})
    files = sorted(path.name for path in (tmp_path / "logs").glob("clinic.log*"))
    assert files == ["clinic.log", "clinic.log.1", "clinic.log.2", "clinic.log.lock"]
    assert lines(tmp_path)[-1]["number"] == 39
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "logs").iterdir())
    assert all(path.stat().st_size <= 400 for path in (tmp_path / "logs").iterdir())


def test_a_process_follows_when_another_has_rotated_the_log(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.info("before")
    (tmp_path / "logs" / "clinic.log").rename(tmp_path / "logs" / "clinic.log.1")
    log.info("after")
    assert [line["event"] for line in lines(tmp_path)] == ["after"]


def test_two_processes_lose_no_line(tmp_path: Path) -> None:
    write = (
        "import sys; from pathlib import Path; from jobs.runner import log; log._LARGEST = 20_000; log._KEPT = 50\n"
        "for n in range(400): log.open_log(Path(sys.argv[1])).info(f'{sys.argv[2]} {n}')"
    )
    both = [subprocess.Popen([sys.executable, "-c", write, str(tmp_path), name], cwd=ROOT) for name in ("a", "b")]
    assert [process.wait() for process in both] == [0, 0]
    files = [path for path in (tmp_path / "logs").glob("clinic.log*") if path.suffix != ".lock"]
    events = [json.loads(line)["event"] for path in files for line in path.read_text("utf-8").splitlines()]
    assert sorted(events) == sorted(f"{name} {number}" for name in ("a", "b") for number in range(400))
    assert len(files) > 2


def test_a_full_disk_fails_no_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = open_log(tmp_path)
    (handler,) = log.handlers
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    handler.stream.close()
    handler.stream = open("/dev/full", "a", encoding="utf-8")
    handler.baseFilename = "/dev/full"
    log.info("run ended")
    assert capsys.readouterr().err == ""
    open_log(tmp_path / "another").info("run ended")
    assert len(lines(tmp_path / "another")) == 1
