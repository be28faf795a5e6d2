"""An older export never turns the data back: not saved again, not touched, not with a clock that is wrong."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.runner.run import FAILED, FINE

REMEDY = "If it is what counts now, save it under a name of its own, with today's date."


def rows(vera: str = "booked", wim: str = "2026-03-10 10:00") -> list[Row]:
    return [
        appointment("Vera", "2026-03-09 10:00", vera, appointment_id="V"),
        appointment("Wim", wim, "booked", appointment_id="W"),
    ]


def exported(clinic: Clinic, name: str, saved: str, *given: Row) -> Path:
    """An export with the time at which it was saved."""
    path = clinic.export(*given, name=name)
    return saved_at(path, saved)


def saved_at(path: Path, saved: str) -> Path:
    moment = datetime.fromisoformat(saved).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def known(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT status, starts_on FROM appointments ORDER BY key")


def told(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT what, remedy FROM problems")


NEWS = [("cancelled", "2026-03-09"), ("booked", "2026-03-12")]


@pytest.fixture
def informed(clinic: Clinic) -> Clinic:
    """Vera is cancelled and Wim moved, says the export of March 5."""
    exported(clinic, "appointments-2026-03-02.csv", "2026-03-02 15:00", *rows())
    clinic.pull("2026-03-02 08:00")
    exported(clinic, "appointments-2026-03-05.csv", "2026-03-05 15:00", *rows("cancelled", "2026-03-12 10:00"))
    clinic.pull("2026-03-05 08:00")
    assert (known(clinic), told(clinic)) == (NEWS, [])
    return clinic


@pytest.mark.parametrize("how", ["touched", "saved with another value"])
def test_an_older_export_that_is_saved_again_brings_no_cancelled_visit_back(informed: Clinic, how: str) -> None:
    again = rows() if how == "touched" else rows(wim="2026-03-10 11:00")
    exported(informed, "appointments-2026-03-02.csv", "2026-03-06 01:00", *again)
    ran = informed.pull("2026-03-06 08:00")
    assert (ran.code, known(informed)) == (FINE, NEWS)
    what = (
        "exports/appointments-2026-03-02.csv was saved after exports/appointments-2026-03-05.csv, on Thu 05 Mar 2026; "
        "by the dates in their names the latter is the newest, and it counts."
    )
    assert (told(informed), ran.outcome.notes) == ([(what, REMEDY)], (f"export: {what}",))
    written = informed.list_written()
    assert (informed.pull("2026-03-06 09:00").code, informed.list_written()) == (FINE, written)
    exported(informed, "appointments-2026-03-06.csv", "2026-03-06 18:00", *rows("cancelled", "2026-03-12 10:00"))
    informed.pull("2026-03-06 12:00")
    assert told(informed) == []


def test_a_newer_export_that_went_away_leaves_what_it_said(informed: Clinic) -> None:
    newer = informed.home / "exports" / "appointments-2026-03-05.csv"
    content = newer.read_bytes()
    newer.unlink()
    ran = informed.pull("2026-03-06 08:00")
    assert (ran.code, known(informed)) == (FINE, NEWS)
    what = (
        "exports/appointments-2026-03-02.csv is older than exports/appointments-2026-03-05.csv, which was read and is "
        "no longer there; nothing was taken from it."
    )
    assert told(informed) == [(what, f"Export again. {REMEDY}")]
    newer.write_bytes(content)
    saved_at(newer, "2026-03-05 15:00")
    informed.pull("2026-03-06 09:00")
    assert (known(informed), told(informed)) == (NEWS, [])
    newer.unlink()
    older = informed.home / "exports" / "appointments-2026-03-02.csv"
    older.rename(older.with_name("appointments-2026-03-06.csv"))  # a person says that it is what counts
    informed.pull("2026-03-06 10:00")
    assert (known(informed), told(informed)) == ([("booked", "2026-03-09"), ("booked", "2026-03-10")], [])


@pytest.fixture
def without_dates(clinic: Clinic) -> Clinic:
    """The same exports under names without a date."""
    exported(clinic, "monday.csv", "2026-03-02 15:00", *rows())
    clinic.pull("2026-03-02 08:00")
    exported(clinic, "thursday.csv", "2026-03-05 15:00", *rows("cancelled", "2026-03-12 10:00"))
    clinic.pull("2026-03-05 08:00")
    assert (known(clinic), told(clinic)) == (NEWS, [])
    return clinic


def test_an_older_export_without_a_date_that_was_only_touched_is_as_old_as_before(without_dates: Clinic) -> None:
    saved_at(without_dates.home / "exports" / "monday.csv", "2026-03-06 01:00")
    assert without_dates.pull("2026-03-06 08:00").code == FINE
    what = (
        "exports/monday.csv holds what it held before exports/thursday.csv was read and only its time is newer; it "
        "does not count as the newest file."
    )
    assert (known(without_dates), told(without_dates)) == (NEWS, [(what, REMEDY)])


def test_an_older_export_without_a_date_that_was_saved_again_is_known_by_its_rows(without_dates: Clinic) -> None:
    monday = exported(without_dates, "monday.csv", "2026-03-06 01:00", *rows())
    monday.write_bytes(monday.read_bytes().replace(b"\r\n", b"\n"))  # as another program saves it
    saved_at(monday, "2026-03-06 01:00")
    ran = without_dates.pull("2026-03-06 08:00")
    what = "exports/monday.csv was saved again and holds what it held before a later file was read; it does not count."
    assert (ran.code, known(without_dates), told(without_dates)) == (FINE, NEWS, [(what, REMEDY)])
    exported(without_dates, "monday.csv", "2026-03-06 02:00", *rows("cancelled", "2026-03-13 10:00"))
    without_dates.pull("2026-03-06 09:00")
    assert (known(without_dates), told(without_dates)) == ([NEWS[0], ("booked", "2026-03-13")], [])


def test_a_file_that_is_dated_in_the_future_hides_no_later_export(clinic: Clinic) -> None:
    exported(clinic, "first.csv", "2426-03-03 15:00", *rows())
    clinic.pull("2026-03-03 08:00")
    assert (len(known(clinic)), told(clinic)) == (2, [])  # the only one counts all the same
    exported(clinic, "second.csv", "2026-03-04 15:00", *rows("cancelled", "2026-03-12 10:00"))
    assert clinic.pull("2026-03-04 08:00").code == FINE
    what = (
        "By its time exports/first.csv was changed on Tue 03 Mar 2426, which is still to come; it does not count as "
        "the newest file."
    )
    remedy = "Set the clock of the computer that wrote it; if it is the newest, save it again."
    assert (known(clinic), told(clinic)) == (NEWS, [(what, remedy)])


def test_status_says_which_file_is_the_newest_and_by_what(informed: Clinic) -> None:
    shown = informed.command("status", moment="2026-03-06 08:00").output
    newest = "exports/appointments-2026-03-05.csv is the newest of 2 files by"
    assert f"; {newest} the dates in their names\n" in shown
    (informed.home / "exports" / "latest.csv").touch()
    shown = informed.command("status", moment="2026-03-06 08:00").output
    assert "; exports/latest.csv is the newest of 3 files by the times of their last change\n" in shown


def test_a_new_file_with_last_years_date_is_not_passed_over_and_lets_the_letters_wait(informed: Clinic) -> None:
    slip = exported(informed, "appointments-2025-03-06.csv", "2026-03-06 15:00", *rows("cancelled", "2026-03-13 10:00"))
    what = (
        "exports/appointments-2025-03-06.csv was saved after exports/appointments-2026-03-05.csv, on Fri 06 Mar 2026, "
        "and was never read, for by the dates in their names the latter is newer: nothing was taken from this file."
    )
    remedy = (
        "If it is the newest, correct the date in its name; if it is an old one, take it out of the folder. Letters "
        "wait until then."
    )
    ran = informed.pull("2026-03-06 08:00")
    assert (ran.code, known(informed), told(informed)) == (FAILED, NEWS, [(what, remedy)])
    written = informed.list_written()
    assert (informed.pull("2026-03-06 08:10").code, informed.list_written()) == (FAILED, written)
    for file in informed.home.glob("exports/appointments-2026-*.csv"):  # also where what was read is gone
        file.unlink()
    assert (informed.pull("2026-03-06 08:20").code, told(informed)) == (FAILED, [(what, remedy)])
    waits = informed.send("2026-03-10 10:00").outcome.failed
    assert waits == (
        "exports/appointments-2025-03-06.csv (export) is held back; problems.xlsx says why. The letters wait until it "
        "is settled."
    )
    slip.rename(slip.with_name("appointments-2026-03-06.csv"))
    assert (informed.pull("2026-03-10 11:00").code, known(informed)[1]) == (FINE, ("booked", "2026-03-13"))
    assert told(informed) == []


def test_old_exports_that_are_copied_beside_the_first_one_hold_nothing_up(clinic: Clinic) -> None:
    exported(clinic, "appointments-2026-03-05.csv", "2026-03-05 15:00", *rows())
    exported(clinic, "appointments-2026-03-02.csv", "2026-03-05 15:02", *rows("cancelled"))
    for moment in ("2026-03-05 08:00", "2026-03-05 09:00"):
        assert (clinic.pull(moment).code, known(clinic)[0]) == (FINE, ("booked", "2026-03-09"))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Mar 2, 2026.csv", "Mar 5, 2026.csv"),
        ("02-01-2026 to 03-31-2026.csv", "03-01-2026 to 04-30-2026.csv"),
        ("appts 3-2.csv", "appts 3-5.csv"),
    ],
)
def test_an_older_export_in_any_form_of_dates_brings_no_cancelled_visit_back(
    clinic: Clinic, older: str, newer: str
) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: mdy}")
    exported(clinic, older, "2026-03-02 15:00", *rows())
    clinic.pull("2026-03-02 08:00")
    exported(clinic, newer, "2026-03-05 15:00", *rows("cancelled", "2026-03-12 10:00"))
    clinic.pull("2026-03-05 08:00")
    exported(clinic, older, "2026-03-06 01:00", *rows(wim="2026-03-10 11:00"))
    assert (clinic.pull("2026-03-06 08:00").code, known(clinic)) == (FINE, NEWS)
    assert told(clinic)[0][0].startswith(f"exports/{older} was saved after exports/{newer}, on Thu 05 Mar 2026; ")
