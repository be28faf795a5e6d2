"""The same patients in an export and in a calendar: one letter for one appointment, whatever came first."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hand_written_clinic import Clinic, appointment
from openpyxl import load_workbook

from jobs.clinic.letter_life import PASSED_ON
from jobs.desk.commands import cli

BEFORE, DAY, NEXT = "2025-08-04 07:00", "2025-08-04 10:00", "2025-08-05 07:00"
EXPORT = "{name: export, path: exports/*.csv}"
CALENDAR = "{name: calendar, path: exports/studio.ics}"


def entry(uid: str, start: str, title: str, attendee: str = "", status: str = "") -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART;TZID=America/Los_Angeles:{start}", f"SUMMARY:{title}"]
    lines += [f"ATTENDEE:mailto:{attendee}"] if attendee else []
    lines += [f"STATUS:{status}"] if status else []
    return "\r\n".join([*lines, "CREATED:20250803T180000Z", "END:VEVENT", ""])


def calendar(clinic: Clinic, *entries: str) -> None:
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//made up//\r\n" + "".join(entries) + "END:VCALENDAR\r\n"
    (clinic.home / "exports" / "studio.ics").write_bytes(text.encode())


ANNA = appointment(
    "Anna", "2025-08-11 09:00", "booked", "PT Evaluation", booked_at="2025-08-03 11:00", patient_id="4711"
)
ANNA_THERE = entry("a", "20250811T090000", "Eval - Anna Fictional (back)", "anna@patient.example")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic.opened(tmp_path / "clinic")
    clinic.read_from(EXPORT, CALENDAR)
    return clinic


def welcomes(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT state, reason FROM letters WHERE rule = 'welcome' ORDER BY id")


def counted(clinic: Clinic) -> tuple[int, int]:
    """Appointments and episodes, as the weekly workbook counts them."""
    return (
        clinic.ask("SELECT count(*) FROM appointments WHERE same_as = 0")[0],
        clinic.ask("SELECT count(*) FROM episodes")[0],
    )


def test_an_appointment_in_both_is_welcomed_once_and_counted_once(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, ANNA_THERE)
    ran = clinic.pull(BEFORE)
    assert (ran.counts["patients in two sources"], ran.counts["appointments in two sources"]) == (1, 1)
    clinic.send(DAY)
    assert welcomes(clinic) == [("sent", "")]
    assert counted(clinic) == (1, 1)
    assert clinic.ask("SELECT complaint FROM appointments WHERE same_as = 0") == ["back"]  # only the calendar says it


def test_who_was_welcomed_by_the_calendar_is_not_welcomed_again_by_the_export(clinic: Clinic) -> None:
    clinic.export()
    calendar(clinic, ANNA_THERE)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert welcomes(clinic) == [("sent", "")]
    clinic.export(ANNA)
    clinic.pull(NEXT)
    clinic.send("2025-08-05 10:00")
    assert welcomes(clinic) == [("sent", "")]
    assert counted(clinic) == (1, 1)
    (patient,) = clinic.ask("SELECT DISTINCT patients.key FROM letters JOIN patients ON patients.id = patient_id")
    assert patient == "4711"


def test_a_letter_that_waited_because_of_the_calendar_goes_on_for_the_export(clinic: Clinic) -> None:
    clinic.export()
    calendar(clinic, ANNA_THERE)
    clinic.pull("2025-08-03 18:30")
    clinic.send("2025-08-03 19:00")  # a Sunday: planned, and not sent
    assert [state for state, _ in welcomes(clinic)] in (["planned"], ["ready"])
    clinic.export(ANNA)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert welcomes(clinic) == [("sent", "")]


def test_an_entry_with_a_short_name_is_the_exports_appointment_and_no_second_patient_is_counted(clinic: Clinic) -> None:
    clinic.export(ANNA, appointment("Ben", "2025-08-11 10:00", "booked"))
    calendar(clinic, entry("a", "20250811T090000", "Eval - ANNA F (back)"))
    clinic.pull(BEFORE)
    assert counted(clinic) == (2, 2)
    assert clinic.ask("SELECT count(*) FROM patients WHERE same_as <> 0") == [0]  # F. may be another Anna tomorrow


def test_a_title_without_a_name_or_with_another_one_brings_no_second_letter(clinic: Clinic) -> None:
    """Two of a family share the address of `Ben`; whose visit the calendar means is known by the time alone."""
    export = [
        appointment(name, f"2025-08-11 {hour}:00", "booked", "PT Evaluation", email=f"{address}@patient.example")
        | {"booked_at": "2025-08-03 11:00"}
        for name, hour, address in (("Anna", "09", "anna"), ("Ben", "10", "ben"), ("Cora", "11", "ben"))
    ]
    clinic.export(*export)
    calendar(
        clinic,
        entry("a", "20250811T090000", "Eval - Mei Otherwise", "anna@patient.example"),
        entry("b", "20250811T100000", "PT", "ben@patient.example"),
        entry("c", "20250811T110000", "Appointment", "ben@patient.example"),
    )
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert clinic.in_state("sent") == {("Anna", "welcome"), ("Ben", "welcome"), ("Cora", "welcome")}
    assert welcomes(clinic) == [("sent", "")] * 3
    assert counted(clinic) == (3, 3)
    assert clinic.ask("SELECT why FROM identities WHERE what = 'doubtful'") == [
        "another name, with the same e-mail address for one appointment"
    ]
    assert clinic.ask("SELECT count(*) FROM patients WHERE same_as <> 0") == [0]  # nameless, it may be any of a family
    changed = clinic.ask("SELECT count(*) FROM events"), clinic.ask("SELECT count(*) FROM letters")
    clinic.pull(NEXT)
    assert (clinic.ask("SELECT count(*) FROM events"), clinic.ask("SELECT count(*) FROM letters")) == changed


@pytest.mark.parametrize("title", ["Private Pilates", "Mat Pilates - Anna Fictional", "Duet Pilates Anna Fictional"])
@pytest.mark.parametrize("kind", ["Private Pilates", "PT Follow Up"])
def test_a_class_of_a_known_patient_brings_no_second_welcome_and_one_reminder(
    clinic: Clinic, title: str, kind: str
) -> None:
    """Whatever the studio's calendar calls it."""
    been_here = appointment("Anna", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00")
    clinic.export(been_here, ANNA | {"type": kind, "patient_id": been_here["patient_id"]})
    calendar(clinic, entry("a", "20250811T090000", title, "anna@patient.example"))
    clinic.pull(BEFORE)
    send_all(clinic)
    assert (welcomes(clinic), counted(clinic)) == ([], (2, 1))
    assert [letter for letter in clinic.fates("Anna", "reminder") if letter[0] == "sent"] == [("sent", "")]
    assert clinic.ask("SELECT count(*) FROM letters WHERE rule = 'reminder' AND state = 'sent'") == [1]


@pytest.mark.parametrize("title", ["PT", "Pilates", "Appointment"])
def test_who_has_been_here_is_not_welcomed_for_an_entry_that_knows_the_address_alone(
    clinic: Clinic, title: str
) -> None:
    been_here = appointment("Anna", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00")
    clinic.export(been_here)
    calendar(clinic, entry("a", "20250811T090000", title, "anna@patient.example"))
    clinic.pull(BEFORE)
    send_all(clinic)
    (patient,) = clinic.ask("SELECT id FROM patients WHERE first_name = 'Anna'")
    doubt = f"no. {patient} may be the same patient: the patient has been here before"
    assert [state for state, _ in welcomes(clinic)] == ["withdrawn"]
    assert doubt in welcomes(clinic)[0][1]
    assert clinic.fates("", "reminder") == [("sent", "")]


def test_who_cancelled_is_not_asked_to_book_while_an_entry_at_the_same_address_stands(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    clinic.export(ANNA | {"status": "cancelled", "cancelled_at": "2025-08-05 08:00"})
    calendar(clinic, entry("a", "20250818T090000", "PT", "anna@patient.example"))
    for moment in ("2025-08-05 09:00", "2025-08-06 10:00", "2025-08-07 10:00"):
        clinic.pull(moment)
        clinic.send(moment)
    ((state, reason),) = clinic.fates("Anna", "cancelled")
    assert (state, reason.endswith("may be the same patient: a future visit is booked")) == ("planned", True)


def test_the_name_that_the_invitation_has_is_the_patients(clinic: Clinic) -> None:
    """A title without a name, and a guest with one: *Anna Fictional <anna@...>*."""
    been_here = appointment("Anna", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00")
    clinic.export(been_here)
    invited = 'ATTENDEE;CN="Anna Fictional":mailto:anna@patient.example'
    there = entry("a", "20250811T090000", "Pilates", "anna@patient.example")
    calendar(clinic, there.replace("ATTENDEE:mailto:anna@patient.example", invited))
    clinic.pull(BEFORE)
    send_all(clinic)
    assert (welcomes(clinic), counted(clinic)) == ([], (2, 1))
    assert clinic.fates("Anna", "reminder")[1:] == [("sent", "")]  # the first one's day had passed


def test_whoever_else_a_person_says_it_is_at_that_address_is_welcomed(clinic: Clinic) -> None:
    been_here = appointment("Anna", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00")
    clinic.export(been_here)
    calendar(clinic, entry("a", "20250811T090000", "PT", "anna@patient.example"))
    clinic.pull(BEFORE)
    clinic.send(DAY)
    one, other = clinic.ask("SELECT id FROM patients ORDER BY id")
    assert ask(clinic, "patients", "apart", str(one), str(other)).exit_code == 0
    clinic.send("2025-08-04 11:00")
    assert welcomes(clinic) == [("sent", "")]


def test_a_title_of_no_usual_form_is_read_only_beside_an_address(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(
        clinic,
        entry("a", "20250818T090000", "Anna Fictional - PT", "anna@patient.example"),
        entry("b", "20250818T100000", "Order Supplies - PT"),
    )
    clinic.pull(BEFORE)
    assert counted(clinic) == (2, 1)  # her second visit is hers, and nobody is welcomed as new because of it
    clinic.send(DAY)
    assert welcomes(clinic) == [("sent", "")]
    assert clinic.ask("SELECT what FROM problems") == ["No patient can be read from the title of this entry."]


def test_an_entry_that_names_another_patient_now_is_a_visit_of_its_own_until_it_is_corrected(clinic: Clinic) -> None:
    ben_there = entry("a", "20250811T090000", "PT - Ben Other", "ben@patient.example")
    clinic.export(ANNA)
    calendar(clinic, ANNA_THERE)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    calendar(clinic, ben_there)
    clinic.pull("2025-08-04 11:00")
    clinic.send("2025-08-04 12:00")
    assert (counted(clinic), clinic.fates("Ben", "welcome")) == ((2, 2), [("sent", "")])
    assert [state for state, _ in clinic.fates("Anna", "reminder") + clinic.fates("Ben", "reminder")] == ["planned"] * 2
    calendar(clinic, ANNA_THERE)
    clinic.pull("2025-08-04 13:00")
    assert counted(clinic) == (1, 1)
    assert clinic.fates("Ben", "reminder") == [("withdrawn", PASSED_ON)]
    calendar(clinic, ben_there)
    clinic.pull("2025-08-04 14:00")
    before = [clinic.ask(f"SELECT * FROM {table}") for table in ("appointments", "events", "letters")]  # noqa: S608
    clinic.pull("2025-08-04 15:00")
    assert before == [clinic.ask(f"SELECT * FROM {table}") for table in ("appointments", "events", "letters")]  # noqa: S608
    for day in ("2025-08-07", "2025-08-08"):
        clinic.export(ANNA)
        clinic.pull(f"{day} 09:00")
        clinic.send(f"{day} 10:00")
    assert clinic.fates("Anna", "reminder") == clinic.fates("Ben", "reminder") == [("sent", "")]


def test_the_spreadsheet_counts_where_the_two_differ(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, entry("a", "20250811T090000", "Eval - Anna Fictional", "anna@patient.example", "CANCELLED"))
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert clinic.ask("SELECT status FROM appointments WHERE same_as = 0") == ["booked"]
    assert clinic.in_state("sent") == {("Anna", "welcome")}
    clinic.export(ANNA | {"status": "cancelled", "cancelled_at": "2025-08-05 08:00"})
    clinic.pull("2025-08-05 09:00")
    assert clinic.ask("SELECT what FROM events JOIN appointments a ON a.id = appointment_id WHERE same_as = 0") == [
        "booked", "cancelled",
    ]  # fmt: skip


def test_what_happens_to_the_calendars_entry_alone_is_no_event(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, ANNA_THERE)
    clinic.pull(BEFORE)
    before = clinic.ask("SELECT count(*) FROM events")
    calendar(clinic, entry("a", "20250812T090000", "Eval - Anna Fictional (back)", "anna@patient.example"))
    clinic.pull(DAY)
    assert clinic.ask("SELECT count(*) FROM events") == before
    assert counted(clinic) == (1, 1)


def test_a_second_pull_of_the_same_changes_nothing(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, ANNA_THERE)
    clinic.pull(BEFORE)
    tables = "patients", "appointments", "events", "identities", "episodes", "problems"
    before = [clinic.ask(f"SELECT * FROM {table}") for table in tables]  # noqa: S608  no text from outside
    (clinic.home / "exports" / "studio.ics").touch()
    (clinic.home / "exports" / "appointments.csv").touch()
    clinic.pull(BEFORE)
    assert [clinic.ask(f"SELECT * FROM {table}") for table in tables] == before  # noqa: S608


PET_NAMES = (
    ("William", "Bill"), ("Robert", "Bob"), ("Elizabeth", "Liz"), ("Katherine", "Katie"), ("Susan", "Sue"),
    ("Michael", "Mike"), ("Margaret", "Peggy"), ("Anna", "Ann"), ("Mary Ann", "Mary"), ("Mei", "Amy"),
)  # fmt: skip


def send_all(clinic: Clinic) -> None:
    """Up to the reminders of August 11."""
    clinic.send(DAY)
    for moment in ("2025-08-07 10:00", "2025-08-08 10:00", "2025-08-09 10:00"):
        clinic.pull(moment)
        clinic.send(moment)


def test_who_is_called_by_a_pet_name_in_the_calendar_gets_one_welcome_and_one_reminder(clinic: Clinic) -> None:
    rows, entries = [], []
    for number, (name, pet) in enumerate(PET_NAMES):
        last, hour = f"Fictional{chr(97 + number)}", 8 + number
        more = {"last_name": last, "email": f"{pet.lower()}@patient.example", "booked_at": "2025-08-03 11:00"}
        rows.append(appointment(name, f"2025-08-11 {hour:02}:00", "booked", "PT Evaluation", **more))
        title = f"Eval - {pet} {last}"
        entries.append(entry(f"p{number}", f"20250811T{hour:02}0000", title, f"{pet.lower()}@patient.example"))
    clinic.export(*rows)
    calendar(clinic, *entries)
    clinic.pull(BEFORE)
    send_all(clinic)
    sent = "SELECT rule, count(*), count(DISTINCT appointment_id) FROM letters JOIN events e ON e.id = event_id"
    assert clinic.ask(f"{sent} WHERE state = 'sent' GROUP BY rule") == [("reminder", 10, 10), ("welcome", 10, 10)]
    assert counted(clinic) == (10, 10)
    listed = clinic.ask("SELECT value FROM problems WHERE source = 'patients' ORDER BY value")
    assert listed == ["Mary Ann Fictionali / Mary Fictionali", "Mei Fictionalj / Amy Fictionalj"]


@pytest.mark.parametrize("hour", ["08", "10", "13", "16"])
def test_who_has_pilates_and_an_evaluation_on_one_day_is_reminded_of_both(clinic: Clinic, hour: str) -> None:
    clinic.export(ANNA)
    calendar(clinic, entry("p", f"20250811T{hour}0000", "Pilates - Anna Fictional", "anna@patient.example"))
    clinic.pull(BEFORE)
    send_all(clinic)
    assert clinic.ask("SELECT count(*) FROM letters WHERE rule = 'reminder' AND state = 'sent'") == [2]
    assert counted(clinic) == (2, 1)


def test_an_entry_that_is_half_an_hour_off_in_the_calendar_is_the_same_visit(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, entry("a", "20250811T093000", "PT - Anna Fictional", "anna@patient.example"))
    clinic.pull(BEFORE)
    assert counted(clinic) == (1, 1)


def test_two_patients_who_may_be_one_are_listed_and_not_joined(clinic: Clinic) -> None:
    clinic.export(ANNA, ANNA | {"appointment_id": "other", "patient_id": "4712", "start": "2025-08-12 09:00"})
    calendar(clinic)
    ran = clinic.pull(BEFORE)
    assert "patients in two sources" not in ran.counts
    assert clinic.ask("SELECT what FROM problems WHERE source = 'patients'") == [
        "No. 1 and no. 2 may be one patient: the same name and e-mail address, but two numbers."
    ]
    assert all("Anna" not in note for note in ran.outcome.notes)


def ask(clinic: Clinic, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(cli, ["-C", str(clinic.home), "--now", DAY, *words])


def test_reconcile_shows_what_only_one_of_them_has_and_what_differs(clinic: Clinic) -> None:
    booked = {"status": "booked", "booked_at": "2025-08-03 11:00"}
    clinic.export(
        ANNA,
        appointment("Ben", "2025-08-11 10:00", **booked),
        appointment("Cleo", "2025-08-11 11:00", **booked),
        appointment("Dan", "2025-08-11 12:00", **booked),
    )
    calendar(
        clinic,
        ANNA_THERE,
        entry("b", "20250811T101500", "PT - Ben Fictional", "ben@patient.example"),
        entry("c", "20250811T110000", "PT - Cleo Fictional", "cleo@patient.example", "CANCELLED"),
        entry("e", "20250811T150000", "PT - Eve Fictional", "eve@patient.example"),
    )
    clinic.pull(BEFORE)
    shown = ask(clinic, "reconcile").output
    assert "4 differences from Mon 28 Jul to Mon 18 Aug" in shown
    for words in (
        "Ben Fictional │ at another time (calendar): 10:15",
        "Cleo Fictional │ cancelled only in the calendar (calendar)",
        "Dan Fictional │ only in the spreadsheet (export)",
        "Eve Fictional │ only in the calendar (calendar)",
    ):
        assert words in " ".join(shown.split()), shown
    assert "Anna" not in shown


def test_where_both_agree_reconcile_says_so(clinic: Clinic) -> None:
    clinic.export(ANNA)
    calendar(clinic, ANNA_THERE)
    clinic.pull(BEFORE)
    assert ask(clinic, "reconcile").output == "The sources agree from Mon 28 Jul to Mon 18 Aug.\n"


def test_a_person_says_that_two_are_one_and_takes_it_back(clinic: Clinic) -> None:
    clinic.export(ANNA, ANNA | {"appointment_id": "other", "patient_id": "4712", "start": "2025-08-12 09:00"})
    calendar(clinic)
    clinic.pull(BEFORE)
    listed = ask(clinic, "patients")
    assert "No. 1: Anna Fictional" in listed.output and "but two numbers" in listed.output
    said = ask(clinic, "patients", "same", "1", "2", "--who", "Ann")
    assert (said.exit_code, said.output) == (0, "No. 1 and no. 2 are one patient from now on.\n")
    assert clinic.ask("SELECT DISTINCT patient_id FROM appointments") == [1]
    assert clinic.ask("SELECT count(*) FROM problems WHERE source = 'patients'") == [0]
    assert clinic.ask("SELECT count(*) FROM episodes") == [1]
    clinic.send(DAY)
    assert [state for state, _ in welcomes(clinic)] == ["sent"]  # one welcome for one patient
    shown = ask(clinic, "patients")
    assert "Decided last" in shown.output and "Ann" in shown.output
    undone = ask(clinic, "patients", "undo", "2", "--who", "Ann")
    assert (undone.exit_code, undone.output) == (0, "Line 2 is taken back; the two are in doubt again.\n")
    assert clinic.ask("SELECT DISTINCT patient_id FROM appointments ORDER BY 1") == [1, 2]
    wrong = ask(clinic, "patients", "same", "1", "99")
    assert (wrong.exit_code, wrong.output) == (2, "There is no patient no. 99.\n")


def test_status_says_how_new_each_sources_data_are(clinic: Clinic) -> None:
    clinic.export(ANNA)
    exported = 1754308800  # 2025-08-04 05:00 in the clinic
    os.utime(clinic.home / "exports" / "appointments.csv", (exported, exported))
    clinic.pull(BEFORE)
    shown = ask(clinic, "status").output
    assert "Source export: as of Mon 04 Aug 05:00, last changed Mon 04 Aug 07:00" in shown
    assert "Source calendar: nothing was read yet" in shown


OWENS = "{name: owen, path: exports/owen.csv, date_order: mdy}"
WITHOUT_ADDRESSES = (
    "owen: This export has no e-mail column: no letter is possible for patients whom no other source knows."
)


def test_that_a_calendar_has_no_addresses_is_said_only_while_somebody_is_to_come_who_has_none(clinic: Clinic) -> None:
    """A therapist's own, as Google writes a calendar into a file."""
    clinic.read_from("{name: export, path: exports/appointments.csv}", OWENS)
    coming = ["Eval - Anna Fictional,08/11/2025,9:00 AM", "PT - Bea Fictional,08/11/2025,11:00 AM"]
    gone = ["PT - Cleo Fictional,08/01/2025,9:00 AM"]  # nobody can be written to about it

    def said(*entries: str, moment: str) -> tuple[tuple[str, ...], int, bool]:
        text = "\n".join(["Subject,Start Date,Start Time", *entries, ""])
        (clinic.home / "exports" / "owen.csv").write_text(text, "utf-8")
        ran = clinic.pull(moment)
        assert clinic.run("summarize_referrals", moment).code == 0
        (book,) = (clinic.home / "var" / "reports").glob("referrals-*.xlsx")
        health = load_workbook(book)["Health"].iter_rows(values_only=True)
        return (
            ran.outcome.notes,
            ran.counts.get("problems listed", 0),
            ("owen", "(the whole row)") in {row[:2] for row in health},
        )

    clinic.export(ANNA)
    assert said(*gone, coming[0], moment="2025-08-04 07:00") == ((), 0, False)
    assert said(*gone, *coming, moment="2025-08-05 07:00") == ((WITHOUT_ADDRESSES,), 1, True)
    clinic.export(ANNA, appointment("Bea", "2025-08-11 11:00", "booked", booked_at="2025-08-04 11:00"))
    assert said(*gone, *coming, moment="2025-08-06 07:00") == ((), 0, False)
