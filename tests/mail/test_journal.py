"""The journal tells what became of the letters of a run that died."""

import os
from pathlib import Path

import pytest

from jobs.mail.journal import Journal, recover
from jobs.mail.outbox import RunStopped


def states(journal: Journal, *letter_ids: int) -> list[str]:
    return [result.state for result in recover(journal, letter_ids)]


def after_a_kill(journal: Journal, boot: str | None = None) -> Journal:
    """The journal as the next run finds it."""
    return Journal(journal.path, boot or journal.boot)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "outbox.journal", "monday")


def three_of_four(journal: Journal) -> None:
    """Of four letters one is accepted, one stays, of one nobody knows, and one was not tried."""
    journal.begin([1, 2, 3, 4], "smtp")
    journal.attempted(1)
    journal.accepted(1)
    journal.attempted(2)
    journal.stayed(2)
    journal.attempted(3)


def test_after_a_kill_each_letter_is_where_its_last_mark_says(journal: Journal) -> None:
    three_of_four(journal)
    assert states(after_a_kill(journal), 1, 2, 3, 4) == ["sent", "ready", "unknown", "ready"]


def test_after_a_power_cut_only_a_mark_of_the_server_counts(journal: Journal) -> None:
    three_of_four(journal)
    assert states(after_a_kill(journal, "tuesday"), 1, 2, 3, 4) == ["sent", "unknown", "unknown", "unknown"]


def of_gmail(journal: Journal, *letter_ids: int) -> list[tuple[str, str | None]]:
    return [(result.state, result.draft_id) for result in recover(journal, letter_ids)]


def test_a_letter_by_drafts_left_only_if_its_draft_is_marked_be_it_after_a_power_cut(journal: Journal) -> None:
    journal.begin([1, 2, 3, 4, 5], "gmail, redirected")
    for letter_id in (1, 2, 3):
        journal.drafting(letter_id)
        journal.drafted(letter_id, f"r-{letter_id}")
    for letter_id in (1, 2):
        journal.attempted(letter_id)
    journal.accepted(1)
    journal.drafting(4)
    assert of_gmail(after_a_kill(journal), 1, 2, 3, 4, 5) == [
        ("sent", "r-1"), ("unknown", "r-2"), ("ready", "r-3"), ("ready", "?"), ("ready", None)
    ]  # fmt: skip
    assert of_gmail(after_a_kill(journal, "tuesday"), 1, 2, 3, 4, 5, 6) == [
        ("sent", "r-1"), ("unknown", "r-2"), ("unknown", "r-3"), ("ready", "?"), ("ready", None), ("unknown", None)
    ]  # fmt: skip
    assert {result.transport for result in recover(journal, [1, 6])} == {"gmail, redirected"}


def test_where_starts_of_the_machine_have_no_names_a_missing_mark_proves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "outbox.journal", "-")
    journal.begin([1, 2], "smtp")
    journal.attempted(1)
    journal.accepted(1)
    assert states(journal, 1, 2) == ["sent", "ready"]  # the run itself still knows
    assert states(after_a_kill(journal), 1, 2) == ["sent", "unknown"]


def test_a_letter_on_no_page_may_have_left(journal: Journal) -> None:
    """The journal was deleted, or belongs to another database."""
    assert states(journal, 7) == ["unknown"]
    journal.begin([1], "smtp")
    assert states(after_a_kill(journal), 7) == ["unknown"]


def test_an_accepted_letter_stays_accepted(journal: Journal) -> None:
    journal.begin([1], "smtp")
    journal.accepted(1)
    journal.attempted(1)
    assert states(journal, 1) == ["sent"]


def test_a_line_cut_off_in_the_middle_is_not_taken_for_another_letter(journal: Journal) -> None:
    journal.begin([12, 123], "smtp")
    journal.attempted(123)
    with journal.path.open("ab") as file:
        file.write(b"s 12")  # the beginning of "s 123"
    assert states(after_a_kill(journal), 12, 123) == ["ready", "unknown"]


@pytest.mark.parametrize(
    "spoiled", [b"\0\0\0\0\n", b"s \n", b"s 1 2\n", b"x 1\n", b"\xff\n", b"g\n", b"g monday\n", b"c\n", b"\n"]
)
def test_a_spoiled_line_makes_missing_marks_worthless(journal: Journal, spoiled: bytes) -> None:
    journal.begin([1, 2], "smtp")
    journal.accepted(1)
    with journal.path.open("ab") as file:
        file.write(spoiled)
    assert states(after_a_kill(journal), 1, 2) == ["sent", "unknown"]


def test_marks_that_were_not_settled_are_never_written_over(journal: Journal) -> None:
    journal.begin([1], "smtp")
    with pytest.raises(RuntimeError, match="holds the marks of a run that was not settled"):
        after_a_kill(journal).begin([2], "smtp")
    journal.empty()
    journal.begin([2], "smtp")
    assert journal.path.read_bytes() == b"g monday smtp 2\n"


def test_the_journal_is_readable_by_its_owner_only(journal: Journal) -> None:
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_stops_the_run_with_a_sentence(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: real_write(file, line[:3]))
    with pytest.raises(RunStopped, match="cannot be written .No space left on device., so nothing more was sent"):
        journal.begin([1], "smtp")


def test_what_the_disk_did_not_take_the_run_itself_still_knows(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.begin([1, 2, 3], "smtp")
    for letter_id in (1, 2, 3):
        journal.attempted(letter_id)
    journal.stayed(3)
    journal.attempted(3)  # tried again: what was known of the first try counts no more
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: 0)
        for mark, letter_id in ((journal.accepted, 1), (journal.stayed, 2)):
            with pytest.raises(RunStopped, match="No space left on device"):
                mark(letter_id)
    assert states(journal, 1, 2, 3) == ["sent", "ready", "unknown"]
    assert states(after_a_kill(journal), 1, 2, 3) == ["unknown", "unknown", "unknown"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_journal_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(RunStopped, match="No space left on device"):
        Journal(Path("/dev/full")).attempted(1)
