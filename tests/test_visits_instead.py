"""Who came all the same, or comes at another time, is not told that a visit was missed or cancelled; and who cancels
several visits at once gets one letter."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.last_look import NO_OUTCOME
from jobs.clinic.overtaken import SUPERSEDED

CANCELLED_ON = "2026-03-02 09:00"
EVALUATED = appointment("Vera", "2026-02-26 09:00", kind="PT Initial Evaluation", booked_at="2026-02-20 10:00")


def visit(start: str, status: str = "completed", booked_at: str = "2026-02-26 10:00", **more: str) -> Row:
    return appointment("Vera", f"2026-{start}", status, booked_at=booked_at, **more)


def cancelled(start: str, at: str = CANCELLED_ON, **more: str) -> Row:
    return visit(start, "cancelled", cancelled_at=at, **more)


def as_of(row: Row, moment: str) -> Row | None:
    """The row as an export of that moment has it; None where it is not booked yet."""
    if row["booked_at"] > moment:
        return None
    if row["status"] == "cancelled":
        return row if row["cancelled_at"] <= moment else row | {"status": "booked", "cancelled_at": ""}
    return row if row["start"] < moment else row | {"status": "booked"}


def letters(clinic: Clinic, *rows: Row, rule: str) -> list[str]:
    """What became of the letters of a rule, where the export is read and letters leave twice a day for a week."""
    for day in ("02-27", "03-02", "03-03", "03-04", "03-05", "03-06"):
        for time in ("09:10", "17:10"):
            moment = f"2026-{day} {time}"
            clinic.export(*filter(None, (as_of(row, moment) for row in (EVALUATED, *rows))))
            assert (clinic.pull(moment).code, clinic.send(moment).code) == (0, 0)
    return [f"{state} {reason}".strip() for state, reason in clinic.fates("Vera", rule)]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            (cancelled("03-05 09:00"), visit("03-03 09:00", booked_at="2026-03-02 09:00")),
            "the patient came again since",
        ),
        (
            (cancelled("03-05 09:00"), visit("03-04 09:00", booked_at="2026-03-03 09:00")),
            "the patient came again since",
        ),
        (
            (cancelled("03-05 09:00"), visit("03-02 08:30", booked_at="2026-03-02 07:00")),
            "the patient came again since",
        ),
        (
            (cancelled("03-05 09:00", "2026-03-04 12:00"), visit("03-05 09:00", appointment_id="twice")),
            "the patient came that day",
        ),
        ((cancelled("03-05 09:00"), visit("03-05 15:00")), "a future visit is booked"),
    ],
    ids=["the day before", "two days before", "that very morning", "typed in twice", "later that day"],
)
def test_who_came_at_another_time_is_not_asked_for_one(clinic: Clinic, rows: tuple[Row, ...], reason: str) -> None:
    assert letters(clinic, *rows, rule="cancelled") == [f"withdrawn {reason}"]


@pytest.mark.parametrize(
    ("missed", "kept"),
    [
        (visit("03-05 09:00", "no show"), visit("03-05 09:00", appointment_id="twice")),
        (visit("03-05 10:00", "no show"), visit("03-05 09:00", booked_at="2026-03-05 08:50")),
    ],
    ids=["two entries of one hour", "an hour before"],
)
def test_who_came_that_day_is_not_missed(clinic: Clinic, missed: Row, kept: Row) -> None:
    assert letters(clinic, missed, kept, rule="missed_visit") == ["withdrawn the patient came that day"]


def test_who_came_before_the_visit_was_cancelled_is_asked(clinic: Clinic) -> None:
    rows = cancelled("03-05 09:00", "2026-03-03 12:00"), visit("03-03 09:00")
    assert letters(clinic, *rows, rule="cancelled") == ["sent"]


def test_a_plan_that_is_cancelled_at_once_brings_one_letter(clinic: Clinic) -> None:
    rows = (cancelled(f"03-{day} 09:00") for day in ("05", "10", "12"))
    again = "withdrawn the patient has this letter today already, about another appointment"
    assert letters(clinic, *rows, rule="cancelled") == ["sent", again, again]


def test_two_visits_missed_on_one_day_bring_one_letter(clinic: Clinic) -> None:
    rows = visit("03-05 09:00", "no show"), visit("03-05 11:00", "no show", kind="Pilates Private")
    again = "withdrawn the patient has this letter today already, about another appointment"
    assert letters(clinic, *rows, rule="missed_visit") == ["sent", again]


def test_two_visits_of_one_day_are_both_reminded_of(clinic: Clinic) -> None:
    rows = visit("03-05 09:00"), visit("03-05 15:00", kind="Pilates Private")
    assert letters(clinic, *rows, rule="reminder")[-2:] == ["sent", "sent"]


def test_who_was_there_yesterday_is_not_asked_how_they_have_been(clinic: Clinic) -> None:
    """The front desk has not entered the outcome yet."""
    rows = [
        visit("01-19 09:00", booked_at="2026-01-02 10:00"),
        visit("03-04 15:00", "booked", booked_at="2026-02-26 10:00"),
    ]
    clinic.export(*rows)
    for day in ("03-04 09:10", "03-05 09:10"):
        assert (clinic.pull(f"2026-{day}").code, clinic.send(f"2026-{day}").code) == (0, 0)
    assert clinic.fates("Vera", "lapsed") == [("planned", NO_OUTCOME)]
    clinic.export(rows[0], rows[1] | {"status": "completed"})
    clinic.pull("2026-03-05 17:10")
    clinic.send("2026-03-05 17:10")
    assert clinic.fates("Vera", "lapsed")[0] == ("withdrawn", SUPERSEDED)


def test_of_the_letters_that_are_planned_after_each_visit_that_after_the_newest_alone_is_told(clinic: Clinic) -> None:
    clinic.export(visit("01-20 09:00"), visit("01-23 09:00"))
    clinic.pull("2026-03-05 09:10")
    story = clinic.command("why", "Vera", moment="2026-03-05 09:10").output
    assert story.count("│ lapsed") == 1 and "2026-01-23" in story
    assert "lapsed: 1 letter after earlier visits not shown; that after the newest counts." in story
    forecast = " ".join(clinic.command("forecast", "--days", "3", moment="2026-03-05 09:10").output.split())
    assert "0 letters would leave; 0 planned before would be withdrawn." in forecast
    clinic.send("2026-03-06 09:10")
    assert clinic.fates("Vera", "lapsed") == [("withdrawn", SUPERSEDED), ("planned", "")]
