"""What follows the pull and the mailbox runs side by side, each job in a process of its own."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from jobs.runner.discover import run_all
from jobs.runner.outcome import Outcome
from jobs.runner.side_by_side import Ended, GetReady, Run, run_side_by_side

OTHERS = ("send_follow_ups", "summarize_referrals")


def noting(folder: Path, then: Callable[[str], None] = lambda name: None) -> GetReady:
    """A stand-in for the running of a job: it notes its process and what had ended when it began."""

    def run_one(name: str) -> Ended:
        before = ",".join(sorted(path.name for path in folder.iterdir()))
        then(name)
        (folder / name).write_text(f"{os.getpid()} {before}", "utf-8")
        return 0, Outcome({name: 1})

    return lambda name, let_others_begin: partial(run_one, name)


def test_the_others_begin_when_the_first_has_ended_each_in_its_own_process(tmp_path: Path) -> None:
    ended = dict(run_side_by_side(["pull_appointments"], OTHERS, noting(tmp_path)))
    assert ended == {name: (0, Outcome({name: 1})) for name in ("pull_appointments", *OTHERS)}
    noted = {path.name: path.read_text("utf-8").split(" ") for path in tmp_path.iterdir()}
    assert noted["pull_appointments"] == [str(os.getpid()), ""]
    assert len({pid for pid, _ in noted.values()}) == 3
    assert all("pull_appointments" in noted[name][1] for name in OTHERS)


def test_the_last_one_before_the_letters_may_let_them_begin_and_go_on_beside_them(tmp_path: Path) -> None:
    def get_ready(name: str, let_others_begin: Callable[[], None]) -> Run:
        def run() -> Ended:
            if name == "pull_appointments":
                let_others_begin()
                let_others_begin()
                return 0, Outcome({"heard": os.read(heard, 1) == b"!"})
            os.write(said, b"!")
            return 0, Outcome({name: 1})

        return run

    heard, said = os.pipe()
    ended = dict(run_side_by_side(["pull_appointments"], OTHERS, get_ready))
    os.close(heard)
    os.close(said)
    assert ended["pull_appointments"] == (0, Outcome({"heard": 1}))
    assert [ended[name] for name in OTHERS] == [(0, Outcome({name: 1})) for name in OTHERS]


def test_what_comes_before_the_letters_has_ended_before_any_of_the_others_begins(tmp_path: Path) -> None:
    first = run_all(reads_mailbox=True)[:2]
    assert first == ("pull_appointments", "read_mailbox") and run_all(reads_mailbox=True)[2:] == OTHERS
    list(run_side_by_side(first, OTHERS, noting(tmp_path)))
    noted = {path.name: path.read_text("utf-8").split(" ") for path in tmp_path.iterdir()}
    assert noted["read_mailbox"] == [str(os.getpid()), "pull_appointments"]
    assert all({*first} <= {*noted[name][1].split(",")} for name in OTHERS)


def test_a_job_whose_process_is_killed_takes_no_other_one_with_it(tmp_path: Path) -> None:
    def die(name: str) -> None:
        if name == "send_follow_ups":
            os.kill(os.getpid(), signal.SIGKILL)

    ended = dict(run_side_by_side(["pull_appointments"], OTHERS, noting(tmp_path, die)))
    assert ended["send_follow_ups"] == (
        1,
        Outcome(failed="Its process was ended by signal 9. What it had not done is done by the next run."),
    )
    assert ended["summarize_referrals"] == (0, Outcome({"summarize_referrals": 1}))


def test_the_others_never_begin_where_the_run_that_would_begin_them_dies(tmp_path: Path) -> None:
    def die(name: str) -> None:
        if name == "pull_appointments":
            os.kill(os.getpid(), signal.SIGKILL)

    reading, writing = os.pipe()
    run = os.fork()
    if run == 0:
        list(run_side_by_side(["pull_appointments"], OTHERS, noting(tmp_path, die)))
        os._exit(0)
    os.close(writing)
    assert os.waitpid(run, 0)[1] == signal.SIGKILL
    assert os.read(reading, 1) == b""  # the last of them has ended: nobody holds the other end any more
    os.close(reading)
    assert list(tmp_path.iterdir()) == []


def test_where_the_first_fails_unforeseen_the_others_never_begin(tmp_path: Path) -> None:
    def fail(name: str) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        list(run_side_by_side(["pull_appointments"], OTHERS, noting(tmp_path, fail)))
    assert list(tmp_path.iterdir()) == []


def test_what_a_job_raises_in_its_process_is_told_without_the_text_of_the_exception(tmp_path: Path) -> None:
    def fail(name: str) -> None:
        if name != "pull_appointments":
            raise ValueError("Mira Quill")

    code, outcome = dict(run_side_by_side(["pull_appointments"], OTHERS[:1], noting(tmp_path, fail)))[OTHERS[0]]
    assert (code, outcome.counts) == (1, {})
    assert outcome.failed.startswith("ValueError") and "Mira" not in outcome.failed


def test_a_request_to_end_reaches_a_job_that_runs(tmp_path: Path) -> None:
    run = os.getpid()

    def wait_for_the_end(name: str) -> None:
        if name == "send_follow_ups":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            os.kill(run, signal.SIGTERM)
            signal.sigwait({signal.SIGTERM})

    ended = dict(run_side_by_side(["pull_appointments"], OTHERS[:1], noting(tmp_path, wait_for_the_end)))
    assert [code for code, _ in ended.values()] == [0, 0]
    assert (tmp_path / "send_follow_ups").exists()
