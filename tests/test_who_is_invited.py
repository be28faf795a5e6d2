"""An entry of a calendar that invites who treats or teaches: whose letters go where."""

from pathlib import Path

import pytest
from hand_written_clinic import Clinic, appointment

BEFORE, DAY, NEXT = "2025-08-04 07:00", "2025-08-04 10:00", "2025-08-05 07:00"
IVY = "mailto:ivy@lakeside.example"  # at the domain that the clinic's letters come from


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic.opened(tmp_path / "clinic")
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: calendar, path: exports/studio.ics}")
    clinic.export(appointment("Zed", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00"))
    return clinic


def calendar(clinic: Clinic, *entries: tuple[str, ...]) -> None:
    """Write the calendar anew: an entry is its title and its guests, one entry a day from August 11."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number, (title, *guests) in enumerate(entries):
        lines += [
            "BEGIN:VEVENT", f"UID:e{number}", f"SUMMARY:{title}", *(f"ATTENDEE{guest}" for guest in guests),
            f"DTSTART;TZID=America/Los_Angeles:202508{11 + number}T090000", "CREATED:20250803T180000Z", "END:VEVENT",
        ]  # fmt: skip
    (clinic.home / "exports" / "studio.ics").write_bytes(
        "".join(f"{line}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()
    )


def booked(clinic: Clinic) -> list[tuple[str, str, str]]:
    """Name and address of each who is to come."""
    who = "p.first_name, p.last_name, p.email FROM appointments a JOIN patients p ON p.id = patient_id"
    return sorted(clinic.ask(f"SELECT {who} WHERE a.source = 'calendar' AND a.status = 'booked'"))


def written_to(clinic: Clinic) -> list[tuple[str, str]]:
    """Rule and address of what left about the calendar's entries, up to the reminder of August 11."""
    for moment in (DAY, NEXT, "2025-08-07 10:00", "2025-08-08 10:00", "2025-08-09 10:00"):
        clinic.pull(moment)
        clinic.send(moment)
    query = "SELECT rule, address_key FROM letters WHERE state = 'sent' AND address_key <> 'zed@patient.example'"
    return sorted(clinic.ask(query))


@pytest.mark.parametrize("said", ["", ";PARTSTAT=DECLINED", ';CN="Ivy Therapist"', ';CN="Ben Therapist"'])
@pytest.mark.parametrize("title", ["PT - Ben Made", "Ben Made - PT", "PT - Ben"])
def test_a_patients_letters_do_not_go_to_the_therapist_whom_the_entry_invites(
    clinic: Clinic, title: str, said: str
) -> None:
    calendar(clinic, (title, f"{said}:{IVY}"))
    clinic.pull(BEFORE)
    assert booked(clinic) == [("Ben", "Made" if "Made" in title else "", "")]
    assert written_to(clinic) == []


def test_two_patients_of_one_therapist_are_two(clinic: Clinic) -> None:
    calendar(clinic, ("PT - Anna Made", f":{IVY}"), ("PT - Anna Quill", f":{IVY}"))
    clinic.pull(BEFORE)
    assert booked(clinic) == [("Anna", "Made", ""), ("Anna", "Quill", "")]
    assert clinic.ask("SELECT count(DISTINCT patient_id) FROM appointments WHERE source = 'calendar'") == [2]


def test_who_works_in_the_clinic_and_is_its_patient_is_written_to(clinic: Clinic) -> None:
    calendar(clinic, ("PT - Ivy M", f';CN="Made, Ivy":{IVY}'), ("PT - Ben Made",))
    clinic.pull(BEFORE)
    assert written_to(clinic) == [("reminder", "ivy@lakeside.example"), ("welcome", "ivy@lakeside.example")]
    calendar(clinic, ("PT - Ivy M", f';CN="Made, Ivy";PARTSTAT=DECLINED:{IVY}'), ("PT - Ben Made",))
    clinic.pull("2025-08-09 11:00")
    assert booked(clinic) == [("Ben", "Made", "")]


@pytest.mark.parametrize("moment", [BEFORE, "2025-08-09 11:00"])
def test_once_an_address_is_known_to_be_the_therapists_no_patient_has_it_any_more(clinic: Clinic, moment: str) -> None:
    """As after an upgrade: before, the address was taken for the patients', and two of one first name were one."""
    there = "mailto:ivy@practice.example"
    calendar(clinic, ("PT - Anna Made", f":{there}"), ("PT - Anna Quill", f":{there}"), ("PT - Ben Made", f":{there}"))
    clinic.pull(BEFORE)
    assert len({*booked(clinic)}) == 2
    if moment != BEFORE:
        written_to(clinic)
    clinic.edit("config/clinic.yaml", "www.ironhorsept.com", "www.practice.example")
    to_ivy = "SELECT count(*) FROM letters WHERE state = 'sent' AND address_key LIKE 'ivy%'"
    so_far = clinic.ask(to_ivy)
    clinic.pull(moment)
    assert booked(clinic) == [("Anna", "Made", ""), ("Anna", "Quill", ""), ("Ben", "Made", "")]
    assert clinic.ask("SELECT key FROM patients WHERE address_key LIKE 'ivy%'") == []
    clinic.send(moment)
    clinic.send("2025-08-12 10:00")
    assert clinic.ask(to_ivy) == so_far


def test_a_visit_that_the_export_has_too_is_written_about_to_the_patient(clinic: Clinic) -> None:
    clinic.export(
        appointment("Zed", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00"),
        appointment("Ben", "2025-08-11 09:00", "booked", "PT Evaluation", booked_at="2025-08-03 11:00"),
    )
    calendar(clinic, ("PT - Ben F", f":{IVY}"))
    clinic.pull(BEFORE)
    assert written_to(clinic) == [("reminder", "ben@patient.example"), ("welcome", "ben@patient.example")]
