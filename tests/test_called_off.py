"""Appointments that do not take place: who still gets a letter, and who must get none."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

BOOKED, CHANGED, REMINDED, NOON = "2026-03-03 09:30", "2026-03-04 12:00", "2026-03-05 09:00", "2026-03-05 12:00"
_ENTRY = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
DTSTART;TZID=America/Los_Angeles:20260307T100000
DTEND;TZID=America/Los_Angeles:20260307T105500
SUMMARY:PT - {}
END:VEVENT
END:VCALENDAR
"""


def visit(patient: str, start: str = "2026-03-07 10:00", status: str = "booked", **more: str) -> Row:
    return appointment(patient, start, status, booked_at="2026-02-20 10:00", **more)


def letters(clinic: Clinic, patient: str) -> list[tuple[str, str, str]]:
    """Rule, state and reason of each letter of a patient, by rule."""
    query = "SELECT rule, state, reason FROM letters JOIN patients ON patients.id = patient_id WHERE first_name = ?"
    return sorted(clinic.ask(query, patient))


def lived(clinic: Clinic, *rows: Row, until: str = "2026-03-07 17:00") -> None:
    """The rows are read, and letters leave morning and evening until then."""
    clinic.export(*rows)
    for moment in (CHANGED, REMINDED, "2026-03-06 12:00", "2026-03-06 17:00", "2026-03-10 12:00"):
        if moment <= until:
            clinic.pull(moment)
            clinic.send(moment)


@pytest.mark.parametrize("status", ["Deceased", "Cancelled by wife, pt has died", "Inactive - deceased"])
def test_who_has_died_gets_no_letter_about_any_visit(opened_clinic: Clinic, tmp_path, status: str) -> None:
    """The front desk marks one appointment, and forgets the next one."""
    clinic = opened_clinic.copied(tmp_path / "clinic")
    came = appointment("Mort", "2026-02-26 10:00", kind="PT Discharge Visit")
    clinic.export(came, visit("Mort"), visit("Mort", "2026-03-10 10:00"))
    clinic.pull(BOOKED)
    lived(clinic, came, visit("Mort", status=status), visit("Mort", "2026-03-10 10:00"), until="2026-03-10 12:00")
    assert clinic.ask("SELECT count(*) FROM letters WHERE state = 'sent'") == [0]
    assert {reason for _, state, reason in letters(clinic, "Mort") if state == "withdrawn"} == {"the patient has died"}
    assert clinic.ask("SELECT what FROM problems") == [
        "The status says that the patient has died; no letter goes to this patient."
    ]


@pytest.mark.parametrize("status", ["LWBS", "On hold", "Waitlist", "Cancelled - moved", "Cancelled: death in family"])
def test_a_slot_that_does_not_count_brings_no_letter(opened_clinic: Clinic, tmp_path, status: str) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    clinic.export(visit("Wanda"))
    clinic.pull("2026-02-20 10:00")
    clinic.send("2026-02-20 11:30")
    lived(clinic, visit("Wanda", status=status), until="2026-03-10 12:00")
    assert [(rule, state) for rule, state, _ in letters(clinic, "Wanda")] == [
        ("reminder", "withdrawn"),
        ("welcome", "sent"),
    ]


def test_a_cancellation_with_its_reason_is_answered_as_one_without(opened_clinic: Clinic, tmp_path) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    came = appointment("Ingo", "2026-02-10 10:00")
    clinic.export(came, visit("Ingo"))
    clinic.pull(BOOKED)
    lived(clinic, came, visit("Ingo", status="Canceled (weather)"), until="2026-03-06 17:00")
    assert clinic.in_state("sent") == {("Ingo", "cancelled")}


def test_who_waited_on_the_list_is_welcomed_and_reminded_once_the_visit_is_booked(
    opened_clinic: Clinic, tmp_path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    clinic.export(visit("Wanda", status="Waitlist"))
    clinic.pull(BOOKED)
    clinic.send(BOOKED)
    assert letters(clinic, "Wanda") == []
    clinic.export(visit("Wanda", "2026-03-09 10:00", "Confirmed", appointment_id="Wanda-2026-03-07 10:00"))
    for moment in (CHANGED, "2026-03-04 13:30", REMINDED, "2026-03-06 09:00"):
        clinic.pull(moment)
        clinic.send(moment)
    assert [(rule, state) for rule, state, _ in letters(clinic, "Wanda")] == [("reminder", "sent"), ("welcome", "sent")]


def test_who_was_taken_for_dead_by_slip_is_reminded_once_a_person_says_so(clinic: Clinic) -> None:
    """The front desk codes the visit anew, as it also does for who has died; `allow --alive` alone takes it back."""
    rows = visit("Liv"), visit("Liv", "2026-03-10 10:00")
    clinic.export(*rows)
    clinic.pull(BOOKED)
    for moment, first in ((REMINDED, visit("Liv", status="Deceased")), ("2026-03-05 12:00", visit("Liv"))):
        clinic.export(first, rows[1])
        clinic.pull(moment)
        clinic.send(moment)
        assert clinic.fates("Liv", "reminder")[0] == ("withdrawn", "the patient has died")
    said = clinic.command("allow", "liv@patient.example", "--alive", "--reason", "a slip", "--who", "Ann", moment=NOON)
    assert said.output == (
        "The patient is alive; where a name or a status still says otherwise, correct it in the practice system.\n"
        "No. 1 gets letters again. What was withdrawn for that leaves with the next run where it is still right and "
        "not too late.\n"
    )
    clinic.send("2026-03-05 12:10")
    assert clinic.fates("Liv", "reminder")[0] == ("sent", "")
    why = clinic.command("why", "Liv", moment=NOON).output
    assert "2026-03-05 12:00: the patient is alive, because: a slip (Ann)." in why


def test_a_death_is_no_refusal_of_email_and_takes_none_back(clinic: Clinic) -> None:
    """The practice system said no once; its later cells are empty."""
    clinic.read_from("{name: export, path: exports/*.csv, columns: {email_consent: complaint}}")
    for moment, name, consent in ((BOOKED, "Kent", "no"), (CHANGED, "Kent (Deceased)", ""), (REMINDED, "Kent", "")):
        clinic.export(visit("Ed", last_name=name, complaint=consent))
        clinic.pull(moment)
    said = clinic.command("why", "Ed").output
    assert "run_jobs.py allow 1 --alive.\n  The practice system says: no e-mail.\n" in said
    said = clinic.command("allow", "ed@patient.example", "--alive", "--reason", "a slip", moment=REMINDED).output
    assert said.endswith("But the practice system says: no e-mail. As long as it does, no letter goes there.\n")
    clinic.send(REMINDED)
    assert clinic.fates("Ed", "reminder") == [("withdrawn", "the patient wants no e-mail")]


def test_a_death_that_was_taken_back_is_so_in_every_record_of_the_patient(clinic: Clinic) -> None:
    """A calendar without addresses says it; after that the export has another address of the patient."""
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: calendar, path: exports/calendar.ics}")
    clinic.export(visit("Mira", last_name="Quill"))
    entry = clinic.home / "exports" / "calendar.ics"
    for moment, title in ((BOOKED, "Mira Quill (deceased)"), (CHANGED, "Mira Quill")):
        entry.write_text(_ENTRY.format(title))
        clinic.pull(moment)
    assert clinic.ask("SELECT died FROM patients") == ["too", "yes"]  # of a record of the same patient, or its own
    clinic.command("allow", "mira@patient.example", "--alive", "--reason", "a slip", moment=REMINDED)
    clinic.export(visit("Mira", last_name="Quill", email="quill@patient.example"))
    clinic.pull(REMINDED)
    clinic.send(REMINDED)
    assert clinic.ask("SELECT died FROM patients") == ["", ""]
    assert clinic.fates("Mira", "reminder") == [("sent", "")]


def test_a_widow_who_wants_letters_again_does_not_bring_back_those_of_the_dead(clinic: Clinic) -> None:
    clinic.export(*(visit(name, email="kent@patient.example", status=status)
                    for name, status in (("Ann", "booked"), ("Ed", "Deceased"))))  # fmt: skip
    clinic.pull(BOOKED)
    asked = ("allow", "kent@patient.example", "--reason", "asked for them")
    first, again = (
        "gets letters again. What was withdrawn meanwhile is not sent any more",
        "is not stopped; nothing was changed",
    )
    for arguments, told in ((("stop", "kent@patient.example"), ""), (asked, first), (asked, again)):
        said = clinic.command(*arguments, moment=BOOKED)
        assert not told or said.output.endswith(
            f"kent@patient.example {told}.\nBut no letter goes to who has died by a name or a status: no. 2. If that "
            "is wrong of one: run_jobs.py allow NO --alive.\n"
        )
    assert clinic.ask("SELECT first_name FROM patients WHERE died = 'yes'") == ["Ed"]
    clinic.command("allow", "kent@patient.example", "--alive", "--reason", "a slip", moment=BOOKED)
    assert clinic.ask("SELECT first_name FROM patients WHERE died = 'yes'") == []


def test_who_came_two_months_after_a_death_is_alive_wherever_in_a_large_file_the_visit_stands(clinic: Clinic) -> None:
    """A file is read in parts of 10,000 rows. Mort came sooner, of Rip the name says it too."""
    called_off = [visit(name, "2025-12-01 10:00", "Cancelled - death") for name in ("Moe", "Mort", "Rip")]
    others = [appointment("Ann", f"2025-{1 + n % 11:02d}-{1 + n % 28:02d} 10:00", appointment_id=str(n))
              for n in range(10_100)]  # fmt: skip
    came = [visit("Moe", "2026-02-02 10:00", "completed"), visit("Mort", "2025-12-20 10:00", "completed")]
    came += [visit("Rip", "2026-02-02 11:00", "completed", last_name="Fictional (Deceased)")]
    clinic.export(*called_off, *others, *came)
    assert clinic.pull(BOOKED).code == 0
    died = "SELECT first_name FROM patients WHERE died = 'yes' ORDER BY first_name"
    assert clinic.ask(died) == ["Mort", "Rip"]
    by_status = "SELECT contents FROM problems WHERE what LIKE 'The status says that the patient has died%'"
    assert [contents for contents in clinic.ask(by_status) if "Moe" in contents] == []


def test_a_visit_of_old_that_is_coded_as_a_death_makes_nobody_dead_who_has_come_since(clinic: Clinic) -> None:
    """Only the row that changed is read, and the later visits are known."""
    rows = [visit(name, "2025-12-01 10:00", "cancelled") for name in ("Moe", "Mort")]
    came = visit("Moe", "2026-02-02 10:00", "completed")
    clinic.export(*rows, came)
    clinic.pull(BOOKED)
    clinic.export(*(row | {"status": "Cancelled - death"} for row in rows), came)
    clinic.pull(CHANGED)
    assert clinic.ask("SELECT first_name FROM patients WHERE died = 'yes'") == ["Mort"]
    assert clinic.ask("SELECT row FROM problems") == [3]


def test_who_comes_and_is_held_to_have_died_is_listed_also_when_the_row_that_said_so_has_left_the_export(
    clinic: Clinic,
) -> None:
    """Two mourners, one of whom books again and one of whom comes; and Mort, who had booked before he died."""
    mourned = [visit(name, "2026-02-03 10:00", "Deceased") for name in ("Moe", "Mae", "Mort")]
    had_booked = visit("Mort") | {"booked_at": "2026-01-20 10:00"}
    later = visit("Moe"), visit("Mae", "2026-03-01 10:00", "completed"), had_booked
    clinic.export(*mourned, had_booked)
    clinic.pull("2026-02-04 10:00")
    clinic.export(*later)
    clinic.pull(BOOKED)
    listed = "SELECT value FROM problems WHERE what LIKE '%has come or booked since%' ORDER BY value"
    assert clinic.ask(listed) == ["no. 1, Moe Fictional", "no. 2, Mae Fictional"]
    clinic.command("allow", "moe@patient.example", "--alive", "--reason", "mourned", moment=BOOKED)
    clinic.export(*later, visit("Ann"))
    clinic.pull(CHANGED)
    assert clinic.ask(listed) == ["no. 2, Mae Fictional"]


@pytest.mark.parametrize("order", [1, -1])
def test_who_calls_off_and_books_the_same_time_again_is_reminded_and_not_asked_for_another_time(
    opened_clinic: Clinic, tmp_path, order: int
) -> None:
    """The export has no appointment numbers, and its new rows stand above or below. Then only the old row changes, then
    the visit is off indeed."""
    clinic = opened_clinic.copied(tmp_path / "clinic")
    came = appointment("Nora", "2026-02-10 10:00")
    off = visit("Nora", status="cancelled", appointment_id="", cancelled_at="2026-03-04 09:00")
    anew = visit("Nora", appointment_id="") | {"booked_at": "2026-03-04 09:30"}
    clinic.export(came, visit("Nora", appointment_id=""))
    clinic.pull(BOOKED)
    lived(clinic, *[came, off, anew][::order], until=CHANGED)
    lived(clinic, *[came, off | {"complaint": "shoulder"}, anew][::order], until=REMINDED)
    assert clinic.in_state("sent") == {("Nora", "reminder")}
    assert clinic.fates("Nora", "cancelled") == []
    assert clinic.ask("SELECT what FROM problems") == [
        "This visit was called off and booked again for the same time; the new booking counts."
    ]
    assert clinic.ask("SELECT what FROM events WHERE starts_at > '2026-03'") == ["booked"]
    assert "left out wait" not in clinic.command("problems", moment=REMINDED).output
    clinic.export(*[came, off, anew | {"status": "cancelled", "cancelled_at": "2026-03-06 09:00"}][::order])
    for moment in ("2026-03-06 12:00", "2026-03-09 12:00"):
        clinic.pull(moment)
        clinic.send(moment)
    assert clinic.in_state("sent") == {("Nora", "cancelled"), ("Nora", "reminder")}
    assert clinic.ask("SELECT happened_at FROM events WHERE what = 'cancelled'") == ["2026-03-06T17:00:00Z"]
