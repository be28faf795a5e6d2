"""A letter that would be wrong if its patient had another visit waits for a row of hers that cannot be read."""

import pytest
from hand_written_clinic import WEEKLY, Clinic, Row, appointment

SEEN, OFF, DUE, LATER, TOO_LATE = (
    "2026-03-02 10:00", "2026-03-03 09:00", "2026-03-05 10:00", "2026-03-05 15:00", "2026-03-11 10:00",
)  # fmt: skip
OFF_AT = "2026-03-03 08:00"
OTHERS = [appointment(f"Ann{n}", f"2026-03-{n:02} 09:00", "booked") for n in range(12, 32)]
WAITS = (
    "planned",
    "row 3 of exports/appointments.csv, which names this patient, cannot be read; problems.xlsx says what to correct",
)


def cancelled(status: str = "cancelled") -> Row:
    off = {"cancelled_at": OFF_AT} if status == "cancelled" else {}
    return appointment("Remy", "2026-03-06 14:00", status, appointment_id="1", booked_at="2026-02-20 10:00", **off)


def anew(start: str = "3/32/2026 10:00", status: str = "booked", **more: str) -> Row:
    return appointment("Remy", start, status, appointment_id="2", booked_at="2026-03-03 08:05") | more


def lived(clinic: Clinic, *steps: tuple[str, list[Row]]) -> None:
    for moment, rows in steps:
        clinic.export(*rows, *OTHERS)
        clinic.pull(moment)
        clinic.send(moment)


def called_off(clinic: Clinic, row: Row, moment: str = DUE) -> None:
    """The visit of Friday was cancelled on Tuesday, and beside it stands this row; the letter is due on Thursday."""
    lived(clinic, (SEEN, [cancelled("booked")]), (OFF, [cancelled(), row]), (moment, [cancelled(), row]))


def shown(clinic: Clinic, *words: str, moment: str = LATER) -> str:
    told = clinic.command(*words, moment=moment)
    assert told.exit_code == 0, told.output
    return " ".join(told.output.split())


@pytest.mark.parametrize(
    "row",
    [
        anew(),
        anew(start=""),
        anew("2026-03-10 10:00", "Confirmed?-x"),
        anew(patient_id="", first_name="REMY"),
        anew(patient_id="1.2E+05"),
        anew(status="completed"),
    ],
    ids=["date", "no date", "status", "no patient's number", "a spoiled one", "she came"],
)
def test_nobody_is_told_that_no_new_visit_is_set_while_the_row_of_one_cannot_be_read(clinic: Clinic, row: Row) -> None:
    called_off(clinic, row)
    assert clinic.fates("Remy", "cancelled") == [WAITS]
    lived(clinic, (LATER, [cancelled(), anew("2026-03-10 10:00")]))
    assert clinic.fates("Remy", "cancelled") == [("withdrawn", "a future visit is booked")]


def test_who_missed_a_visit_and_has_an_unreadable_new_one_is_not_told_that_she_was_missed(clinic: Clinic) -> None:
    missed = appointment("Remy", "2026-03-05 08:00", "no_show", appointment_id="1", booked_at="2026-02-20 10:00")
    coming = missed | {"status": "booked"}
    row = anew("2026-03-10 10:00", "Confirmed?-x")
    lived(clinic, (SEEN, [coming]), (DUE, [missed, row]), ("2026-03-05 12:30", [missed, row]))
    assert clinic.fates("Remy", "missed_visit") == [WAITS]


def test_a_known_visit_whose_newest_row_cannot_be_read_may_be_the_other_one_too(clinic: Clinic) -> None:
    lived(clinic, (SEEN, [cancelled("booked"), anew("2026-03-10 10:00", "cancelled")]))
    row = anew("2026-03-10 10:00", "Confirmed?-x")
    lived(clinic, (OFF, [cancelled(), row]), (DUE, [cancelled(), row]))
    assert clinic.fates("Remy", "cancelled")[-1] == WAITS


def test_a_known_visit_that_loses_its_hour_may_be_the_other_one_too(clinic: Clinic) -> None:
    lived(clinic, (SEEN, [cancelled("booked"), anew("2026-03-10 10:00", "cancelled")]))
    row = anew("2026-03-10")
    lived(clinic, (OFF, [cancelled(), row]), (DUE, [cancelled(), row]))
    told = "the newest row of another appointment, of 2026-03-10, cannot be read; problems.xlsx says what to correct"
    assert clinic.fates("Remy", "cancelled")[-1] == ("planned", told)


def test_a_letter_leaves_once_the_row_is_mended_and_says_nothing_else(clinic: Clinic) -> None:
    called_off(clinic, anew())
    for _ in range(2):
        lived(clinic, (LATER, [cancelled(), anew("2026-03-10 10:00", "cancelled")]))
        assert clinic.fates("Remy", "cancelled")[0] == ("sent", "")
    assert clinic.ask("SELECT COUNT(*) FROM unread_rows") == [0]


def test_a_letter_leaves_once_the_row_is_gone(clinic: Clinic) -> None:
    called_off(clinic, anew())
    lived(clinic, (LATER, [cancelled()]))
    assert clinic.fates("Remy", "cancelled") == [("sent", "")]


@pytest.mark.parametrize(
    "row",
    [
        anew("2026-03-10 10:00", "gone fishing", patient_id="Ann12", first_name="Ann12", email="a@patient.example"),
        anew(patient_id="", first_name="", last_name="", email=""),
        anew(first_name="Test", last_name="Patient"),
        anew("2026-02-20 10:00", "gone fishing", booked_at="2026-02-01 10:00"),
        anew(status="cancelled"),
        anew(patient_id="", first_name="Rex"),
    ],
    ids=["another patient", "nobody", "a test patient", "long before", "called off", "one who shares the address"],
)
def test_a_row_that_can_be_no_other_visit_of_hers_holds_no_letter(clinic: Clinic, row: Row) -> None:
    called_off(clinic, row)
    assert clinic.fates("Remy", "cancelled") == [("sent", "")]


def test_what_depends_on_no_other_visit_leaves(clinic: Clinic) -> None:
    standing = appointment("Remy", "2026-03-06 11:00", "booked", appointment_id="3", booked_at="2026-02-20 10:00")
    lived(clinic, (SEEN, [standing]), (DUE, [standing, anew()]))
    assert clinic.fates("Remy", "reminder") == [("sent", "")]


def test_a_row_that_nobody_mends_is_named_as_the_reason_why_the_letter_never_left(clinic: Clinic) -> None:
    called_off(clinic, anew())
    lived(clinic, (TOO_LATE, [cancelled(), anew()]))
    told = "too late: it was due 2026-03-05, and the rule allows 3 days; " + WAITS[1].split(";")[0]
    assert clinic.fates("Remy", "cancelled") == [("withdrawn", told)]


def test_who_asks_is_told_which_row_letters_wait_for(clinic: Clinic) -> None:
    called_off(clinic, anew())
    told = "Row 3 of exports/appointments.csv names this patient and cannot be read: letters that another visit would"
    assert told in shown(clinic, "why", "Remy")
    forecast = shown(clinic, "forecast", "--days", "1")
    assert "row 3 of exports/appointments.csv, which names this patient" in forecast
    assert "1 would wait for a person" in forecast
    assert "and so do letters that another visit of its patient would make wrong" in shown(clinic, "problems")
    in_status = "letters that wait until a row about their patient can be read, see problems.xlsx"
    assert f"{in_status}: 1 " in shown(clinic, "status")
    lived(clinic, (LATER, [cancelled()]))
    assert in_status not in shown(clinic, "status")
    assert "names this patient" not in shown(clinic, "why", "Remy")


def test_what_is_kept_of_such_rows_is_written_once_and_follows_them_into_the_next_export(clinic: Clinic) -> None:
    called_off(clinic, anew())
    before = clinic.ask("SELECT * FROM unread_rows")
    assert len(before) == 1
    clinic.export(cancelled(), anew(), *OTHERS[1:])
    clinic.pull(LATER)
    assert clinic.ask("SELECT * FROM unread_rows") == before
    (clinic.home / "exports" / "appointments.csv").unlink()
    clinic.export(cancelled(), anew(), *OTHERS, name="appointments-2026-03-05.csv")
    clinic.pull("2026-03-05 15:30")
    assert clinic.ask("SELECT file, row FROM unread_rows") == [("exports/appointments-2026-03-05.csv", 3)]


def test_a_row_of_one_source_holds_the_letters_of_the_patient_whom_another_one_names_too(clinic: Clinic) -> None:
    mira = appointment("Mira", "2026-03-04 09:00", "no_show", last_name="Quill", email="mira@patient.example")
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: calendar, path: exports/weekly.ics}")
    (clinic.home / "exports" / "weekly.ics").write_text(WEEKLY.replace("COUNT=4", "COUNT=1"), "utf-8")
    bad = anew("2026-03-10 10:00", "gone fishing", patient_id="Mira", first_name="Mira", last_name="Quill")
    lived(clinic, (SEEN, [mira | {"status": "booked"}]), ("2026-03-04 12:00", [mira, bad | {"email": mira["email"]}]))
    assert clinic.ask("SELECT COUNT(*) FROM patients WHERE same_as <> 0") == [1]
    assert clinic.fates("Mira", "missed_visit") == [WAITS]


def test_a_row_of_a_source_that_is_named_no_more_holds_no_letter(clinic: Clinic) -> None:
    called_off(clinic, anew())
    clinic.read_from("{name: another, path: exports/*.csv}")
    lived(clinic, (LATER, [cancelled()]))
    assert ("sent", "") in clinic.fates("Remy", "cancelled")
