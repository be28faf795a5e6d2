"""One run of a job at a time; the kernel keeps the lock, so that it cannot outlive its holder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs.runner.lock import UnderWay, only_run

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from jobs.runner.lock import only_run
with only_run(Path(sys.argv[1]), "send_follow_ups", "2026-03-04 10:05"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told to go."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state_dir)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with holding(tmp_path) as process, pytest.raises(UnderWay) as refused:
        with only_run(tmp_path, "send_follow_ups", "2026-03-04 10:06"):
            pytest.fail("two runs at once")
    assert str(refused.value) == (
        f"send_follow_ups is under way in another process (process {process.pid} since 2026-03-04 10:05). "
        "This run did nothing."
    )


def test_a_lock_dies_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with holding(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with only_run(tmp_path, "send_follow_ups", "2026-03-04 10:06"):
            held = (tmp_path / "locks" / "send_follow_ups.lock").read_text()
    assert held == f"process {os.getpid()} since 2026-03-04 10:06\n"


def test_another_job_may_run_beside_it(tmp_path: Path) -> None:
    with holding(tmp_path), only_run(tmp_path, "pull_appointments", "2026-03-04 10:06"):
        assert (tmp_path / "locks" / "pull_appointments.lock").exists()


def test_a_run_that_raised_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_run(tmp_path, "pull_appointments", "now"):
        raise ZeroDivisionError
    with only_run(tmp_path, "pull_appointments", "later"):
        assert "later" in (tmp_path / "locks" / "pull_appointments.lock").read_text()


def test_a_child_process_does_not_inherit_the_lock(tmp_path: Path) -> None:
    """A reader of a workbook that outlives its killed job must not block the next run."""
    with only_run(tmp_path, "pull_appointments", "now"):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        with only_run(tmp_path, "pull_appointments", "later"):
            assert child.poll() is None
    finally:
        child.communicate()


def test_the_lock_is_for_its_user_alone(tmp_path: Path) -> None:
    with only_run(tmp_path / "var", "pull_appointments", "now"):
        assert (tmp_path / "var" / "locks").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "var" / "locks" / "pull_appointments.lock").stat().st_mode & 0o777 == 0o600
