"""The stop links of letters that are out outlive the loss of the file that seals them, or somebody is told."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from backed_up_clinic import call
from hand_written_clinic import Clinic, appointment

from jobs.runner.run import FINE
from jobs.store.late_wishes import Wish, keep_wish
from jobs.store.memory import open_store


@pytest.fixture
def clinic(sent_since: Clinic, tmp_path: Path) -> Clinic:
    return sent_since.copied(tmp_path / "clinic")


def secret(clinic: Clinic) -> Path:
    return clinic.home / "var" / "secret"


def without_any(clinic: Clinic) -> None:
    """As an earlier version of the program left it, and the file lost with its copy."""
    with closing(sqlite3.connect(clinic.database)) as one, one:
        one.execute("DELETE FROM cursors WHERE name = 'secret of the stop links'")
    secret(clinic).unlink()
    (clinic.home / "var" / "backups" / "secret").unlink(missing_ok=True)


def another_letter_leaves(clinic: Clinic) -> str | None:
    """What the run that should send it says where it fails."""
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    return clinic.send("2026-03-04 09:12").outcome.failed


def test_a_damaged_one_stops_no_pull_though_a_wish_waits_for_it(clinic: Clinic) -> None:
    with closing(open_store(f"sqlite:///{clinic.database}", "lakeside", clinic.home / "var")) as store:
        with store.begin() as memory:
            keep_wish(memory, Wish(999, "abc", "2026-03-03T10:00:00Z", "all", "asked", "stop page"))
    secret(clinic).write_bytes(b"xx")
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"), name="una.csv")
    clinic.read_from("{name: export, path: exports/appointments.csv}", "{name: second, path: exports/una.csv}")
    clinic.export(appointment("Ada", "2026-03-12 09:00", "booked"))
    assert clinic.pull("2026-03-04 09:11").code == FINE
    assert clinic.ask("SELECT COUNT(*) FROM appointments WHERE source = 'second'") == [1]
    assert f"{secret(clinic)} is damaged" in str(clinic.send("2026-03-04 09:12").outcome.failed)


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_secret_that_is_lost_is_the_one_that_the_database_keeps(clinic: Clinic, how: str) -> None:
    before = secret(clinic).read_bytes()
    shutil.rmtree(clinic.home / "var" / "backups")
    secret(clinic).unlink() if how == "deleted" else secret(clinic).write_bytes(b"")
    assert call(clinic, "check").exit_code == 0
    assert not another_letter_leaves(clinic)
    assert len(clinic.letters()) == 4
    assert (secret(clinic).read_bytes(), secret(clinic).stat().st_mode & 0o777) == (before, 0o600)


def test_one_that_the_database_does_not_keep_yet_is_taken_from_the_backups_and_kept_by_the_next_one(
    clinic: Clinic,
) -> None:
    before = secret(clinic).read_bytes()
    without_any(clinic)
    (clinic.home / "var" / "backups" / "secret").write_bytes(before)
    assert call(clinic, "check").exit_code == 0
    assert call(clinic, "backup").exit_code == 0
    assert secret(clinic).read_bytes() == before
    assert clinic.ask("SELECT value FROM cursors WHERE name = 'secret of the stop links'") == [before.hex()]


def test_where_letters_are_out_and_nobody_keeps_the_secret_none_is_made_in_silence(clinic: Clinic) -> None:
    without_any(clinic)
    said = (
        f"{secret(clinic)} is gone, which seals the stop links, and letters have left: with a new one their links "
        "would be dead, and whoever wants no more would not be heard. Put it back: it lies beside each backup. Without "
        f"one, make an empty file there (touch {secret(clinic)}): then a new one is made."
    )
    told = call(clinic, "check")
    assert (told.exit_code, told.output) == (3, f"{said}\n1 fault. Nothing was sent or changed.\n")
    assert another_letter_leaves(clinic) == said
    told = call(clinic, "backup", now="2026-03-04 09:14")
    assert (told.exit_code, told.output) == (1, f"{said}\n")
    assert (clinic.home / "var" / "backups" / "clinic-20260304T171400Z.sqlite").exists()
    assert not secret(clinic).exists() and len(clinic.letters()) == 3
    secret(clinic).touch()
    assert call(clinic, "check").exit_code == 0
    assert clinic.send("2026-03-04 09:15").counts["letters sent"] == 1
    assert len(secret(clinic).read_bytes()) == 32
    assert [secret(clinic).read_bytes().hex()] == clinic.ask(
        "SELECT value FROM cursors WHERE name = 'secret of the stop links'"
    )


def test_check_tells_of_a_damaged_secret(clinic: Clinic) -> None:
    secret(clinic).write_bytes(b"x")
    told = call(clinic, "check")
    assert told.exit_code == 3 and told.output.startswith(f"{secret(clinic)} is damaged: it must hold 32 bytes. ")
