"""While the newest row of an appointment cannot be read, nothing is written because of that appointment."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.problems import HOUR_LOST

WAITS = ("planned", "the newest row of its appointment cannot be read; problems.xlsx says what to correct")
BOOKED, DUE, LATER, TOO_LATE = "2026-03-02 10:00", "2026-03-04 10:00", "2026-03-04 15:00", "2026-03-06 10:00"


def visit(**more: str) -> Row:
    return appointment("Remy", "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") | more


OTHERS = [appointment(f"Ann{n}", f"2026-03-{n:02} 09:00", "booked") for n in range(7, 28)]


def lived(clinic: Clinic, *steps: tuple[str, Row]) -> None:
    """What the export says of the visit at each moment; the letters' job runs after each pull."""
    for moment, row in steps:
        clinic.export(row, *OTHERS)
        clinic.pull(moment)
        clinic.send(moment)


def shown(clinic: Clinic, *words: str) -> str:
    told = clinic.command(*words, moment=LATER)
    assert told.exit_code == 0, told.output
    return " ".join(told.output.split())


@pytest.mark.parametrize(
    "change", [{"status": "gone fishing"}, {"start": "1/32/2027"}, {"start": ""}], ids=["status", "moved", "no start"]
)
def test_a_visit_whose_change_cannot_be_read_is_not_reminded_of_until_it_can(clinic: Clinic, change: Row) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(**change)))
    assert clinic.fates("Remy", "reminder") == [WAITS]
    clinic.send(LATER)
    assert clinic.fates("Remy", "reminder") == [WAITS]
    lived(clinic, (LATER, visit()))
    assert clinic.fates("Remy", "reminder") == [("sent", "")]


def test_a_visit_without_a_number_waits_too(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit(appointment_id="")), (DUE, visit(appointment_id="", status="gone fishing")))
    assert clinic.fates("Remy", "reminder") == [WAITS]


def test_what_was_mended_too_late_is_withdrawn_and_says_why(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(status="gone fishing")), (TOO_LATE, visit(status="gone fishing")))
    late = "too late: it was due 2026-03-04, and the rule allows 2 days, until the day before the visit at most"
    told = f"{late}; {WAITS[1].split(';')[0]}"
    assert clinic.fates("Remy", "reminder") == [("withdrawn", told)]


def test_a_visit_that_begins_while_its_row_cannot_be_read_says_why_nobody_was_reminded(clinic: Clinic) -> None:
    soon = visit(booked_at="2026-03-04 11:00", start="2026-03-05 11:00")
    steps = ("2026-03-04 11:30", soon), ("2026-03-05 10:00", soon | {"status": "gone fishing"})
    lived(clinic, *steps, ("2026-03-05 12:00", soon | {"status": "gone fishing"}))
    assert clinic.fates("Remy", "welcome") == [("withdrawn", "the appointment has begun; " + WAITS[1].split(";")[0])]


def test_a_mended_row_that_calls_the_visit_off_lets_no_reminder_leave(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(status="gone fishing")), (LATER, visit(status="cancelled")))
    assert clinic.fates("Remy", "reminder") == [("withdrawn", "the appointment is now cancelled")]


def test_a_status_that_is_taught_to_the_program_counts_at_once(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(status="gone fishing")))
    clinic.read_from("{name: export, path: exports/*.csv, statuses: {gone fishing: booked}}")
    clinic.pull(LATER)
    clinic.send(LATER)
    assert clinic.fates("Remy", "reminder") == [("sent", "")]


def test_of_two_rows_of_one_visit_the_later_one_decides(clinic: Clinic) -> None:
    good, bad = visit(), visit(status="gone fishing")
    for rows, state in (((good, bad), "planned"), ((bad, good), "sent")):
        clinic.export(*rows, *OTHERS)
        clinic.pull(DUE)
        clinic.send(DUE)
        assert [state for state, _ in clinic.fates("Remy", "reminder")] == [state]


def test_who_asks_is_told_that_letters_wait_for_a_row(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(status="gone fishing")))
    told = "What its source says now of the visit of 2026-03-06 14:00 cannot be read: letters about it wait until"
    assert told in shown(clinic, "why", "Remy")
    forecast = shown(clinic, "forecast", "--days", "1")
    assert "the newest row of its appointment cannot be read" in forecast and "1 would wait for a person" in forecast
    told = "Letters about an appointment whose row is left out wait until it is corrected, and so do letters"
    assert told in shown(clinic, "problems")
    in_status = "letters that wait until a row about their patient can be read, see problems.xlsx"
    assert f"{in_status}: 1 " in shown(clinic, "status")
    lived(clinic, (LATER, visit()))
    assert in_status not in shown(clinic, "status")


def test_the_letters_about_the_patients_other_visits_leave(clinic: Clinic) -> None:
    other = appointment("Remy", "2026-03-06 08:00", "booked", booked_at="2026-02-20 10:00")
    for moment, row in ((BOOKED, visit()), (DUE, visit(status="gone fishing"))):
        clinic.export(row, other, *OTHERS)
        clinic.pull(moment)
        clinic.send(moment)
    assert sorted(state for state, _ in clinic.fates("Remy", "reminder")) == ["planned", "sent"]


@pytest.mark.parametrize("start", ["2026-03-06", "2026-03-06 00:00", "2026-03-09 00:00"])
def test_a_visit_that_loses_its_hour_is_not_reminded_of_until_it_has_one(clinic: Clinic, start: str) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(start=start)))
    assert clinic.fates("Remy", "reminder") == [WAITS]
    assert clinic.ask("SELECT what, set_aside FROM problems") == [(HOUR_LOST, 1)]
    clinic.export(visit(start=start), *OTHERS[1:])  # and it is told of as long as it is so
    clinic.pull("2026-03-04 11:00")
    assert clinic.ask("SELECT what, set_aside FROM problems") == [(HOUR_LOST, 1)]
    lived(clinic, (LATER, visit()))
    assert clinic.fates("Remy", "reminder") == [("sent", "")]
    assert clinic.ask("SELECT COUNT(*) FROM problems") == [0]


def test_a_visit_that_loses_its_hour_as_it_is_called_off_is_called_off(clinic: Clinic) -> None:
    lived(clinic, (BOOKED, visit()), (DUE, visit(start="2026-03-06", status="cancelled")))
    assert clinic.fates("Remy", "reminder") == [("withdrawn", "the appointment is now cancelled")]
    assert clinic.ask("SELECT MIN(starts_at) FROM appointments") == ["2026-03-06T22:00:00Z"]


def test_an_export_that_gives_days_alone_goes_on_as_before(clinic: Clinic) -> None:
    rows = [row | {"start": row["start"][:10]} for row in (visit(), *OTHERS)]
    for moment, changed in ((BOOKED, rows), (DUE, [rows[0] | {"start": "2026-03-05"}, *rows[1:]])):
        clinic.export(*changed)
        clinic.pull(moment)
    assert clinic.ask("SELECT MIN(starts_on) FROM appointments") == ["2026-03-05"]
    assert clinic.ask("SELECT COUNT(*) FROM problems") == [0]
