"""Jobs run and letters leave whatever becomes of what the program prints; the exit code is that of the jobs."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hand_written_clinic import ROOT, Clinic, appointment

DUE_AT = "2026-03-04 09:00"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def call(clinic: Clinic, words: str, redirected: str) -> "subprocess.CompletedProcess[str]":
    program = shlex.join([sys.executable, str(ROOT / "run_jobs.py"), "-C", str(clinic.home), "--now", DUE_AT])
    shell = f"{program} {words} {redirected}"
    return subprocess.run(["/bin/bash", "-c", shell], cwd="/", capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("words", "redirected"),
    [
        ("due --quiet", ">&-"),
        ("due --quiet", "<&- >&- 2>&-"),
        ("run all", "<&- >&- 2>&-"),
        pytest.param("due", ">/dev/full", marks=FULL),
        pytest.param("run all", ">/dev/full 2>&1", marks=FULL),
        ("run all", "| true"),
    ],
)
def test_letters_leave_although_nothing_can_be_printed(clinic: Clinic, words: str, redirected: str) -> None:
    clinic.export(appointment("Mira", "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00"))
    ended = call(clinic, words, f"{redirected}{'; exit ${PIPESTATUS[0]}' if '|' in redirected else ''}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert clinic.ask("SELECT state FROM letters WHERE rule = 'reminder'") == ["sent"]
    assert sorted(set(clinic.ask("SELECT outcome FROM runs"))) == ["done"]


@pytest.mark.parametrize("redirected", ["2>&-", pytest.param("2>/dev/full", marks=FULL)])
def test_a_failure_that_cannot_be_printed_keeps_its_exit_code(clinic: Clinic, redirected: str) -> None:
    (clinic.home / "var" / "outbox").write_text("a file where a folder belongs", "utf-8")
    clinic.export(appointment("Mira", "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00"))
    assert call(clinic, "run all", redirected).returncode == 1
    (clinic.home / "config" / "jobs.yaml").write_text("jobs: 7", "utf-8")
    assert call(clinic, "due --quiet", redirected).returncode == 3


def test_a_closed_stream_is_no_trouble_to_who_only_looks(clinic: Clinic) -> None:
    ended = call(clinic, "status", ">&-")
    assert (ended.returncode, ended.stderr) == (0, "")


@FULL
def test_who_only_looks_hears_that_nothing_could_be_printed(clinic: Clinic) -> None:
    ended = call(clinic, "status", ">/dev/full")
    assert ended.returncode == 1
    assert ended.stderr == (
        "The disk that was written to is full. Make room there; the next run goes on where this one ended.\n"
    )
