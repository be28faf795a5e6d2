"""Letters are written in a process of their own: what goes wrong there costs a letter, never the run."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from jobs.clinic.profile import ClinicProfile
from jobs.mail import writing
from jobs.mail.fields import LetterValues
from jobs.mail.letter_forms import Written
from jobs.mail.message import Envelope
from jobs.mail.templates import Letters, load_letters
from jobs.mail.writing import LetterWriter, Order, WritingFailed
from jobs.mail.writing_apart import start_writing

CLINIC = ClinicProfile("lakeside", "Lakeside Therapy", "America/Los_Angeles", "1 Pier Road, Lakeside")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def an_order(template: str = "welcome.md", number: int = 1, recipient: str = "mira@patient.example") -> Order:
    sent = datetime(2026, 3, 4, 9, tzinfo=UTC)
    envelope = Envelope("hello@lakeside.example", "Lakeside", recipient, "", f"<{number}@lakeside.example>", sent)
    return Order(template, LetterValues("Mira", "2026-03-04T17:30:00Z"), envelope)


def the_letters() -> Letters:
    return load_letters(TEMPLATES, CLINIC, None)


def letters_that(write: Callable[[str, LetterValues], Written]) -> Letters:
    """Letters whose writing is replaced; all templates count as usable."""
    letters = Letters({}, [])
    letters.write = write  # type: ignore[method-assign]
    return letters


def test_letters_come_back_in_the_order_in_which_they_were_asked_for() -> None:
    with LetterWriter(the_letters) as writer:
        assert "welcome.md" in writer.usable
        writer.ask([an_order(number=number) for number in range(5)])
        first = writer.take()
        writer.ask([an_order("reminder.md", number=9)])
        second = writer.take()
    ids = [message_from_bytes(data or b"", policy=policy.default)["Message-ID"] for data in [*first, *second]]
    assert ids == [f"<{number}@lakeside.example>" for number in (0, 1, 2, 3, 4, 9)]


def test_a_letter_that_cannot_be_written_costs_no_other_one() -> None:
    with LetterWriter(the_letters) as writer:
        writer.ask([an_order(), an_order(recipient="two@patient.example, three@patient.example"), an_order(number=3)])
        written = writer.take()
    assert [data is not None for data in written] == [True, False, True]


def test_letters_that_cannot_even_be_looked_at_end_in_a_sentence_without_a_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def cannot() -> Letters:
        raise OSError("Mira Quill")

    with LetterWriter(cannot) as writer:
        with pytest.raises(WritingFailed, match="The process that writes the letters ended before its work"):
            _ = writer.usable
    assert capfd.readouterr() == ("", "")


def test_a_template_with_a_fault_is_not_usable(tmp_path: Path) -> None:
    for path in TEMPLATES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "welcome.md").write_text("---\nsubject: Hello\n---\nDear {{ patient.first_nam }},\n", "utf-8")
    with LetterWriter(lambda: load_letters(tmp_path, CLINIC, None)) as writer:
        assert "welcome.md" not in writer.usable
        assert "reminder.md" in writer.usable


def test_a_letter_that_is_never_finished_ends_the_writing_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(name: str, values: LetterValues) -> Written:
        while True:
            pass

    with LetterWriter(lambda: letters_that(never)) as writer:
        assert writer.usable == frozenset()
        monkeypatch.setattr(writing, "_SECONDS", 0.3)  # from here on: it may take its time to begin
        writer.ask([an_order()])
        with pytest.raises(WritingFailed, match="A letter was not written within 0.3 seconds: does a template loop?"):
            writer.take()
    with pytest.raises(ProcessLookupError):
        os.kill(writer.pid, 0)


def test_a_machine_that_stands_still_in_the_middle_of_a_letter_accuses_no_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A suspended machine: the first wait is over without an answer, however long it was."""
    real, suspended = Connection.poll, iter([True])
    with LetterWriter(the_letters) as writer:
        writer.ask([an_order()])
        monkeypatch.setattr(Connection, "poll", lambda line, s: not next(suspended, False) and real(line, s))
        assert [data is not None for data in writer.take()] == [True]
        assert next(suspended, None) is None


def test_a_writer_that_hardly_gets_to_work_is_waited_for_longer_and_accuses_no_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asleep(name: str, values: LetterValues) -> Written:
        signal.pause()
        raise AssertionError

    with LetterWriter(lambda: letters_that(asleep)) as writer:
        assert writer.usable == frozenset()
        monkeypatch.setattr(writing, "_SECONDS", 0.08)
        writer.ask([an_order()])
        with pytest.raises(WritingFailed, match="No letter was written within 0.4 seconds, in which the process that"):
            writer.take()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how long another process has worked")
def test_a_letter_that_comes_late_since_others_had_the_processor_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer gets to work only once the time of one order is over."""

    def load() -> Letters:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        letters = the_letters()

        def in_the_end(name: str, values: LetterValues) -> Written:
            signal.sigwait({signal.SIGUSR1})
            return letters.write(name, values)

        return letters_that(in_the_end)

    with LetterWriter(load) as writer:
        assert writer.usable == frozenset()
        writer.ask([an_order()])
        real, waits = writer._apart.answers, iter([False])

        def answers(seconds: float) -> bool:
            for answer in waits:
                return answer
            os.kill(writer.pid, signal.SIGUSR1)
            return real(seconds)

        monkeypatch.setattr(writer._apart, "answers", answers)
        assert [data is not None for data in writer.take()] == [True]


def test_a_writer_that_is_killed_ends_the_writing_with_a_sentence() -> None:
    def fatal(name: str, values: LetterValues) -> Written:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with LetterWriter(lambda: letters_that(fatal)) as writer:
        writer.ask([an_order()])
        with pytest.raises(WritingFailed, match="The process that writes the letters ended before its work"):
            writer.take()


def test_the_writer_holds_nothing_that_the_run_has_open(tmp_path: Path) -> None:
    secret = os.open(tmp_path / "secret", os.O_CREAT | os.O_RDWR)

    def look() -> Letters:
        try:
            os.fstat(secret)
        except OSError:
            return the_letters()
        raise AssertionError("the file is open here too")

    try:
        with LetterWriter(look) as writer:
            assert writer.usable
    finally:
        os.close(secret)


def test_a_process_that_was_forked_meanwhile_uses_the_writer_and_leaves_its_end_to_whoever_started_it() -> None:
    started = start_writing(the_letters)
    job = os.fork()
    if job == 0:
        with LetterWriter(started) as writer:
            writer.ask([an_order()])
            written = writer.take()
        os._exit(0 if written[0] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]) == 0
    assert started.process.is_alive()
    started.end()
    assert not started.process.is_alive()


def test_the_writer_ends_with_the_run_that_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    run = os.fork()
    if run == 0:
        writer = LetterWriter(lambda: letters_that(lambda name, values: Written("", "", "", "")))
        assert writer.usable == frozenset()
        pid_file.write_text(str(writer.pid), "ascii")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(run, 0)
    pid = int(pid_file.read_text("ascii"))
    deadline = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < deadline:
        pass
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether a process is there and has not ended; one that ended may wait to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
