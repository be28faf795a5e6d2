"""A booking that the practice system has as deleted never was: no letter, no figure, until it stands again."""

import sqlite3
from pathlib import Path

import pytest
from hand_written_clinic import Clinic, Row, appointment
from test_owners_figures import new_and_deleted

from jobs.sources import reading

BOOKED, DELETED_AT, REMINDED = "2026-03-03 09:30", "2026-03-04 12:00", "2026-03-05 09:00"
NOW_DELETED = ("withdrawn", "the appointment is now deleted")


def booking(patient: str, status: str = "Scheduled", start: str = "2026-03-07 10:00", **more: str) -> Row:
    return appointment(patient, start, status, "PT Initial Evaluation", booked_at="2026-03-03 09:00", **more)


def lived(clinic: Clinic, moment: str, *rows: Row) -> None:
    clinic.export(*rows)
    assert (clinic.pull(moment).code, clinic.send(moment).code) == (0, 0)


@pytest.mark.parametrize("status", ["Deleted", "entered-in-error", "Archived", "Cancelled - duplicate"])
def test_who_was_booked_by_mistake_hears_no_more_of_it_until_the_booking_stands_again(
    opened_clinic: Clinic, tmp_path: Path, status: str
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    lived(clinic, BOOKED, booking("Wanda"))
    lived(clinic, DELETED_AT, booking("Wanda", status))
    lived(clinic, REMINDED, booking("Wanda", status))
    assert (clinic.fates("Wanda", "welcome"), clinic.fates("Wanda", "reminder")) == ([NOW_DELETED], [NOW_DELETED])
    assert "the appointment is now deleted" in " ".join(clinic.command("why", "Wanda", moment=REMINDED).output.split())
    assert clinic.ask("SELECT what FROM events") == ["booked"] and clinic.ask("SELECT count(*) FROM problems") == [0]
    lived(clinic, "2026-03-05 11:00", booking("Wanda"))
    lived(clinic, "2026-03-06 09:00", booking("Wanda"))
    assert clinic.fates("Wanda", "welcome") == [("sent", "")]
    assert clinic.fates("Wanda", "reminder") == [("withdrawn", "the welcome said it")]
    assert len(clinic.letters()) == 1


@pytest.mark.parametrize(
    ("before", "rule", "reason"),
    [
        ("completed", "after_evaluation", "the visit is now deleted"),
        ("no_show", "missed_visit", "the appointment is now deleted"),
        ("cancelled", "cancelled", "the appointment is now deleted"),
    ],
)
def test_no_letter_follows_from_what_became_of_a_booking_that_was_deleted(
    opened_clinic: Clinic, tmp_path: Path, before: str, rule: str, reason: str
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    lived(clinic, "2026-03-06 17:30", booking("Vera", before, "2026-03-06 17:00"))
    lived(clinic, "2026-03-06 17:45", booking("Vera", "Void", "2026-03-06 17:00"))
    lived(clinic, "2026-03-10 12:00", booking("Vera", "Void", "2026-03-06 17:00"))
    assert clinic.fates("Vera", rule) == [("withdrawn", reason)]
    assert [state for state, _ in clinic.fates("Vera", "welcome")] in ([], ["withdrawn"])
    assert clinic.letters() == []


def test_a_first_booking_that_was_entered_twice_is_welcomed_and_reminded_of_once(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    one, two = booking("Dora", appointment_id="1"), booking("Dora", appointment_id="2")
    lived(clinic, BOOKED, one, two)
    assert [state for state, _ in clinic.fates("Dora", "welcome")] == ["planned", "planned"]
    for moment in ("2026-03-03 11:00", DELETED_AT, REMINDED, "2026-03-06 09:00"):
        lived(clinic, moment, one | {"status": "Duplicate"}, two)
    assert clinic.in_state("sent") == {("Dora", "reminder"), ("Dora", "welcome")}
    assert len(clinic.letters()) == 2


def test_who_was_welcomed_because_of_a_booking_that_was_deleted_is_not_welcomed_again(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    one, two = booking("Dora", appointment_id="1"), booking("Dora", start="2026-03-09 10:00", appointment_id="2")
    lived(clinic, BOOKED, one)
    lived(clinic, "2026-03-03 11:00", one)
    lived(clinic, DELETED_AT, one | {"status": "Deleted"}, two)
    lived(clinic, "2026-03-04 14:00", one | {"status": "Deleted"}, two)
    again = ("withdrawn", "the patient has this letter in this course of care")
    assert clinic.fates("Dora", "welcome") == [("sent", ""), again]


def test_a_deleted_booking_is_counted_nowhere_and_begins_no_course_of_care(clinic: Clinic) -> None:
    first = booking("Ida", "completed", "2026-10-06 10:00")
    clinic.export(
        first,
        booking("Ida", "Duplicate", "2026-10-08 10:00", referral_source="Instagram"),
        booking("Ida", "Scheduled", "2026-10-13 10:00") | {"type": "PT Follow Up"},
        booking("Hugo", "Deleted", "2026-10-07 10:00", referral_source="Instagram"),
        booking("Lea", "Deleted", "2031-01-07 10:00"),
    )
    clinic.pull("2026-10-12 05:00")
    assert new_and_deleted(clinic, "2026-10-12 06:00") == (1, 2)
    assert clinic.ask("SELECT referral_source, referred_on FROM episodes ORDER BY referred_on") == [
        ("", ""), ("", ""), ("", "2026-03-03"),
    ]  # fmt: skip
    shown = clinic.ask("SELECT figures FROM summaries")
    assert "Instagram" not in shown[0] and "2031" not in shown[0]


@pytest.mark.parametrize("order", [1, -1])
def test_a_row_without_a_number_that_was_deleted_says_nothing_of_the_booking_for_the_same_time(
    opened_clinic: Clinic, tmp_path: Path, order: int
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    one = booking("Nora", "Deleted", appointment_id="")
    lived(clinic, BOOKED, *[one, booking("Nora", "cancelled", appointment_id="")][::order])
    assert clinic.ask("SELECT status FROM appointments") == ["cancelled"]
    lived(clinic, DELETED_AT, *[one, booking("Nora", appointment_id="")][::order])
    assert clinic.ask("SELECT status FROM appointments") == ["booked"]
    assert clinic.ask("SELECT count(*) FROM problems") == [0]


def test_a_column_that_says_when_a_booking_was_deleted_is_read(opened_clinic: Clinic, tmp_path: Path) -> None:
    """Cliniko's export keeps deleted appointments, with a moment in `deleted_at`."""
    clinic = opened_clinic.copied(tmp_path / "clinic")
    lines = (
        "id,created_at,patient_name,email,did_not_arrive,deleted_at,starts_at,cancelled_at,appointment_type,practitioner",
        "1,2026-03-03T17:00:00Z,Cleo Fictional,cleo@patient.example,false,{},2026-03-07T18:00:00Z,,Initial,Reyes",
        "2,2026-03-03T17:00:00Z,Nell Fictional,nell@patient.example,false,,2026-03-07T19:00:00Z,,Initial,Reyes",
    )
    for deleted_at, moment in (("", BOOKED), ("2026-03-03T18:30:00Z", DELETED_AT)):
        (clinic.home / "exports" / "appointments.csv").write_text("\n".join(lines).format(deleted_at) + "\n", "utf-8")
        clinic.pull(moment)
    assert clinic.ask("SELECT status, cancelled_at FROM appointments ORDER BY id") == [
        ("deleted", "2026-03-03T18:30:00Z"),
        ("booked", ""),
    ]
    clinic.send(REMINDED)
    assert clinic.in_state("sent") == {("Nell", "welcome")}


def test_after_an_upgrade_rows_of_old_mean_what_new_ones_do_and_are_read_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MEANING", 1)
    clinic.export(booking("Wanda", "Deleted"), booking("Vera"))
    clinic.pull(BOOKED)
    with sqlite3.connect(clinic.database) as database:  # as the version before this status left it
        database.execute("UPDATE appointments SET status = 'rescheduled', row_hash = 'of old' WHERE status = 'deleted'")
    assert "appointments changed" not in clinic.pull(DELETED_AT).counts
    monkeypatch.undo()
    assert clinic.pull(DELETED_AT).counts["appointments changed"] == 1
    assert clinic.ask("SELECT status FROM appointments ORDER BY id") == ["deleted", "booked"]
    assert clinic.ask("SELECT what FROM events") == ["booked"]
    assert not {"appointments changed", "appointments new"} & clinic.pull(REMINDED).counts.keys()
