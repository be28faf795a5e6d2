"""`serve`: stays, looks every minute, survives everything but being asked to stop."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from lakeside_day import NOW, rows

import jobs.desk.serve as room
from jobs.desk.serve import ProgramChanged, keep_looking, look, serve
from jobs.mail.stopping import heeding_signals
from jobs.runner.settings_loading import load_settings

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime.fromisoformat(f"{NOW}:00")


def never(seconds: float) -> bool:
    return False


def looks_in(minutes: list[float]) -> list[float]:
    """The minutes at which a serving looks, when these are the moments at which it glances at the clock."""
    looked: list[float] = []
    morning = MORNING.astimezone()  # by this machine's own clock, wherever it stands
    with time_machine.travel(morning, tick=False) as clock:

        def glance(seconds: float) -> bool:
            if not minutes:
                return True
            clock.move_to(morning + timedelta(minutes=minutes.pop(0)))
            return False

        keep_looking(lambda: looked.append((datetime.now() - MORNING).total_seconds() / 60), glance)  # noqa: DTZ005
    return looked


def test_it_looks_at_once_and_then_every_minute() -> None:
    assert looks_in([0.5, 1, 1.5, 2, 2.5]) == [0, 1, 2]


def test_after_a_sleep_of_hours_it_looks_once() -> None:
    assert looks_in([1, 300, 300.5, 301]) == [0, 1, 300, 301]


def test_a_look_that_raises_does_not_end_the_serving(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "var" / "clinic.sqlite").write_bytes(b"no database" * 100)
    look(home, MORNING, never)
    said = capsys.readouterr().err
    assert "cannot be used: file is not a database" in said
    assert said.endswith("The next look is in a minute.\n") and "Traceback" not in said


def test_a_job_that_raises_does_not_end_the_serving(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> object:
        raise ValueError("Mira Quill")

    monkeypatch.setattr("jobs.runner.run.job_function", broken)
    look(home, MORNING, never)
    outcomes = [row[6] for row in rows(home)["runs"]]  # type: ignore[index]
    assert outcomes.count("failed") == 6


def test_faulty_settings_are_told_and_mended_ones_are_taken_without_a_restart(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "config" / "jobs.yaml"
    good = file.read_text("utf-8")
    file.write_text(good.replace("every 10 minutes", "often"), "utf-8")
    look(home, MORNING, never)
    assert "config/jobs.yaml, line " in capsys.readouterr().err
    file.write_text(good, "utf-8")
    look(home, MORNING, never)
    assert "send_follow_ups: " in capsys.readouterr().out


def test_a_program_that_was_replaced_ends_the_serving_so_that_the_new_one_begins(home: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    shutil.copytree(ROOT / "jobs", program / "jobs")
    shutil.copy2(ROOT / "run_jobs.py", program)
    command = [sys.executable, "run_jobs.py", "-C", str(home), "--now", NOW, "serve"]
    with subprocess.Popen(command, cwd=program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONUNBUFFERED": "1"}) as serving:  # fmt: skip
        assert serving.stdout is not None
        while "pull_appointments: " not in (line := serving.stdout.readline()):
            assert line, "it ended by itself"
        (program / "jobs" / "mail" / "templates.py").unlink()
        (program / "jobs" / "summarize_referrals.py").write_text("raise ImportError\n", "utf-8")
        said, complained = serving.communicate(timeout=60)
    assert serving.returncode == 5
    assert complained == "The program's files have changed. Ended; start it again, as systemd does.\n"
    assert "summarize_referrals" not in said and "Ended." not in said
    assert [row[6] for row in rows(home)["runs"]].count("failed") == 0  # type: ignore[index]


def test_what_breaks_as_the_program_is_half_replaced_is_not_told_as_a_fault_of_the_settings(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced: list[bool] = []

    def half(*_: object, **__: object) -> int:
        replaced.append(True)
        raise ImportError("cannot import name")

    monkeypatch.setattr(room, "run_due_jobs", half)
    with pytest.raises(ProgramChanged):
        look(home, MORNING, never, lambda: bool(replaced))
    monkeypatch.setattr(room, "run_due_jobs", lambda *_, **__: pytest.fail("a job of the old program began"))
    with pytest.raises(ProgramChanged):
        look(home, MORNING, never, lambda: True)
    assert capsys.readouterr().err == ""


def test_a_missed_moment_is_caught_up_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look(home, MORNING, never)
    capsys.readouterr()
    look(home, MORNING + timedelta(days=5), never)
    assert capsys.readouterr().out.count("summarize_referrals: ") == 1
    look(home, MORNING + timedelta(days=5), never)
    assert capsys.readouterr().out == ""


def test_asked_to_stop_no_further_job_begins(home: Path) -> None:
    before = len(rows(home)["runs"])
    look(home, MORNING, lambda seconds: True)
    assert len(rows(home)["runs"]) == before


def test_a_signal_that_a_sending_job_heeds_ends_the_serving_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job puts its own handlers in place to finish the letter on its way; the serving must hear of it as well."""
    heard = []

    def sending(*args: object, **others: object) -> int:
        with heeding_signals() as stop:
            os.kill(os.getpid(), signal.SIGTERM)
            heard.append(stop.asked)
        return 0

    monkeypatch.setattr(room, "run_due_jobs", sending)
    before = signal.getsignal(signal.SIGTERM)
    assert serve(home, MORNING) == 0
    assert heard == ["SIGTERM"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_second_signal_means_now(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(*args: object, **others: object) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("still at work")

    monkeypatch.setattr(room, "run_due_jobs", stubborn)
    with pytest.raises(KeyboardInterrupt):
        serve(home, MORNING)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(home: Path, number: signal.Signals) -> None:
    command = [sys.executable, "run_jobs.py", "-C", str(home), "--now", NOW, "serve"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONUNBUFFERED": "1"}) as serving:  # fmt: skip
        assert serving.stdout is not None
        while "summarize_referrals: " not in (line := serving.stdout.readline()):
            assert line, "it ended by itself"
        serving.send_signal(number)
        said, complained = serving.communicate(timeout=60)
    assert serving.returncode == 0
    assert said.endswith("Ended.\n") and complained == ""
    assert [row[6] for row in rows(home)["runs"]].count("running") == 0  # type: ignore[index]
    assert load_settings(home).jobs
