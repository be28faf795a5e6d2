"""A class in a calendar with several guests: each of them is a patient with an appointment of her own."""

from pathlib import Path

import pytest
from hand_written_clinic import Clinic, appointment

from jobs.sources import reading

BEFORE, DAY, NEXT = "2025-08-04 07:00", "2025-08-04 10:00", "2025-08-05 07:00"
ANNA, BEN, CLEO = "anna@patient.example", "ben@patient.example", "cleo@patient.example"
THERAPIST = "ivy@lakeside.example"  # at the domain that the clinic's letters come from


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic.opened(tmp_path / "clinic")
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: calendar, path: exports/studio.ics}")
    clinic.export(
        appointment("Anna", "2025-08-01 09:00", "completed", "PT Evaluation", booked_at="2025-07-20 11:00"),
        appointment("Dan", "2025-08-12 09:00", "booked", booked_at="2025-08-03 11:00"),
    )
    return clinic


def invite(clinic: Clinic, *guests: str, title: str = "Pilates Mat Class") -> None:
    """Put one entry into the calendar; a guest is an address, with what is said of it before a colon."""
    invited = [f"ATTENDEE{said}:mailto:{address}" for said, _, address in (guest.rpartition(":") for guest in guests)]
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:class", f"SUMMARY:{title}", *invited,
        "DTSTART;TZID=America/Los_Angeles:20250811T090000", "CREATED:20250803T180000Z", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    (clinic.home / "exports" / "studio.ics").write_bytes("".join(f"{line}\r\n" for line in lines).encode())


def send_all(clinic: Clinic) -> None:
    """Up to the reminders of August 11."""
    for moment in ("2025-08-05 10:00", "2025-08-07 10:00", "2025-08-08 10:00", "2025-08-09 10:00"):
        clinic.pull(moment)
        clinic.send(moment)


def sent(clinic: Clinic) -> list[tuple[str, str]]:
    """Rule and address of what left about the class."""
    which = "state = 'sent' AND events.starts_at = '2025-08-11T16:00:00Z'"
    query = f"SELECT rule, letters.address_key FROM letters JOIN events ON events.id = event_id WHERE {which}"  # noqa: S608
    return sorted(clinic.ask(query))


def booked(clinic: Clinic) -> list[str]:
    query = "SELECT address_key FROM appointments a JOIN patients p ON p.id = patient_id WHERE a.source = 'calendar'"
    return sorted(clinic.ask(f"{query} AND a.status = 'booked' AND a.same_as = 0"))


def moved(clinic: Clinic) -> int:
    return int(clinic.ask("SELECT count(*) FROM events WHERE what IN ('moved', 'cancelled', 'rescheduled')")[0])


def test_each_guest_is_reminded_and_who_is_new_is_welcomed_and_the_therapist_is_no_guest(clinic: Clinic) -> None:
    invite(clinic, THERAPIST, f';CN="Anna Fictional":{ANNA}', BEN, f";CUTYPE=ROOM:{CLEO}")
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert booked(clinic) == [ANNA, BEN]
    send_all(clinic)
    assert sent(clinic) == [("reminder", ANNA), ("reminder", BEN), ("welcome", BEN)]
    assert clinic.ask("SELECT what FROM problems") == []


def test_a_guest_who_then_books_an_evaluation_is_not_welcomed_a_second_time(clinic: Clinic) -> None:
    invite(clinic, BEN)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    clinic.export(appointment("Ben", "2025-08-20 09:00", "booked", "PT Evaluation", booked_at="2025-08-12 11:00"))
    for moment in ("2025-08-13 10:00", "2025-08-14 10:00"):
        clinic.pull(moment)
        clinic.send(moment)
    of_ben = f"JOIN patients p ON p.id = patient_id WHERE p.address_key = '{BEN}'"
    assert clinic.ask(f"SELECT rule FROM letters {of_ben} AND state = 'sent'") == ["welcome"]  # noqa: S608
    assert clinic.ask(f"SELECT opening FROM episodes {of_ben}") == ["class", "evaluation"]  # noqa: S608


def test_who_declined_or_is_taken_out_of_a_class_is_not_reminded_and_the_others_are(clinic: Clinic) -> None:
    invite(clinic, ANNA, BEN, f";PARTSTAT=DECLINED:{CLEO}")
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert booked(clinic) == [ANNA, BEN]
    invite(clinic, ANNA, CLEO)
    clinic.pull(NEXT)
    assert booked(clinic) == [ANNA, CLEO]
    send_all(clinic)
    assert [letter for letter in sent(clinic) if letter[0] == "reminder"] == [("reminder", ANNA), ("reminder", CLEO)]


def test_where_everybody_declined_nobody_is_booked(clinic: Clinic) -> None:
    invite(clinic, BEN)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    invite(clinic, f";PARTSTAT=DECLINED:{BEN}")
    clinic.pull(NEXT)
    assert "reminder" not in {rule for rule, _ in sent(clinic)}


@pytest.mark.parametrize("upgraded", [False, True])
@pytest.mark.parametrize("shown", ["", ';CN="Ben Fictional"'])
def test_an_entry_that_becomes_a_class_and_one_guests_again_brings_no_letter_twice(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, shown: str, upgraded: bool
) -> None:
    """Before an upgrade a class was its first guest's alone."""
    if upgraded:
        monkeypatch.setattr(reading, "_MEANING", 1)
    invite(clinic, BEN)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert sent(clinic) == [("welcome", BEN)]
    monkeypatch.undo()
    invite(clinic, f"{shown}:{BEN}" if shown else BEN, CLEO)
    clinic.pull(NEXT)
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]
    assert moved(clinic) == 0
    invite(clinic, f"{shown}:{BEN}" if shown else BEN)
    clinic.pull("2025-08-09 11:00")
    clinic.send("2025-08-09 12:00")
    assert (booked(clinic), moved(clinic), len(sent(clinic))) == ([BEN], 0, 4)


def test_a_guest_whose_name_is_read_from_now_on_has_one_visit_under_the_new_number(clinic: Clinic) -> None:
    """As after an upgrade: before, a class was its first guest's alone, and the invitation's name was not read."""
    invite(clinic, BEN)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert sent(clinic) == [("welcome", BEN)]
    invite(clinic, f';CN="Ben Fictional":{BEN}', f';CN="Cleo Fictional":{CLEO}')
    clinic.pull(NEXT)
    assert (booked(clinic), moved(clinic)) == ([BEN, CLEO], 0)
    assert clinic.ask("SELECT count(*) FROM appointments WHERE source = 'calendar'") == [2]
    whose = "SELECT p.first_name FROM appointments a JOIN patients p ON p.id = patient_id WHERE a.source = 'calendar'"
    assert sorted(clinic.ask(whose)) == ["Ben", "Cleo"]
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]


def test_who_else_is_invited_to_one_patients_visit_is_no_patient(clinic: Clinic) -> None:
    """A teacher or a parent at a private address."""
    invite(clinic, BEN, CLEO, title="PT session")
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert booked(clinic) == [BEN]
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("welcome", BEN)]
    assert clinic.ask("SELECT what FROM problems") == []


@pytest.mark.parametrize("title", ["PT session", "Pilates - Ben Fictional", "Pilates Mat Class"])
@pytest.mark.parametrize("other", [CLEO, THERAPIST])
def test_a_patient_who_declines_is_not_replaced_by_who_else_is_invited(clinic: Clinic, title: str, other: str) -> None:
    invite(clinic, f";PARTSTAT=DECLINED:{BEN}", other, title=title)
    clinic.pull(BEFORE)
    assert booked(clinic) == ([CLEO] if "Class" in title and other == CLEO else [])


def test_an_entry_that_names_its_patient_is_hers_alone_whoever_is_invited_too(clinic: Clinic) -> None:
    invite(clinic, BEN, f';CN="Cleo Fictional":{CLEO}', title="Pilates - Cleo Fictional")
    clinic.pull(BEFORE)
    assert booked(clinic) == [CLEO]


BOTH = [BEN, CLEO]
NAMED = [f';CN="Ben Fictional":{BEN}', f';CN="Cleo Fictional":{CLEO}']
TAUGHT = ["Pilates Mat Class - Kate", "Reformer Class (Kate)", "Kate - Mat Class", "Mat Class with Kate",
          "Group Class: Kate Made", "Duet Pilates - Cleo"]  # fmt: skip


@pytest.mark.parametrize("title", TAUGHT)
@pytest.mark.parametrize("guests", [BOTH, NAMED])
def test_a_class_whose_title_names_who_teaches_is_each_guests_under_the_guests_own_name(
    clinic: Clinic, title: str, guests: list[str]
) -> None:
    invite(clinic, *guests, THERAPIST, title=title)
    clinic.pull(BEFORE)
    assert booked(clinic) == BOTH
    names = ["Ben", "Cleo"] if guests == NAMED else ["", ""]
    of_class = "FROM appointments a JOIN patients p ON p.id = patient_id WHERE a.source = 'calendar' ORDER BY p.email"
    assert clinic.ask(f"SELECT p.first_name {of_class}") == names
    kinds = {"Pilates Mat Class", "Reformer Class", "Mat Class", "Group Class", "Duet Pilates"}
    assert {*clinic.ask(f"SELECT a.kind {of_class}")} <= kinds
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]
    assert not any("Kate" in letter.read_text("utf-8") for letter in clinic.letters())


def test_a_class_that_was_read_otherwise_before_an_upgrade_is_no_longer_what_it_was(clinic: Clinic) -> None:
    """Before, it was the appointment of one patient, by the name of who teaches; the calendar does not change."""
    clinic.edit("config/clinic.yaml", "www.ironhorsept.com", "www.patient.example")  # as if all guests taught there
    invite(clinic, *NAMED, title="Mat Class - Kate")
    clinic.pull(BEFORE)
    assert clinic.ask("SELECT first_name FROM patients WHERE key LIKE 'n:%'") == ["Kate"]
    clinic.edit("config/clinic.yaml", "www.patient.example", "www.ironhorsept.com")
    clinic.pull(NEXT)
    assert booked(clinic) == BOTH
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]


@pytest.mark.parametrize("guests", [BOTH, NAMED])
def test_what_left_for_a_guest_under_the_name_of_who_teaches_is_not_sent_again(
    clinic: Clinic, guests: list[str]
) -> None:
    """As after an upgrade: before, every entry was its first guest's alone, by the name in the title."""
    invite(clinic, *guests, title="Pilates - Kate")
    clinic.pull(BEFORE)
    clinic.send(DAY)
    assert clinic.ask("SELECT first_name, address_key FROM patients WHERE key LIKE 'm:%'") == [("Kate", BEN)]
    assert sent(clinic) == [("welcome", BEN)]
    invite(clinic, *guests, title="Pilates Mat Class - Kate")
    clinic.pull(NEXT)
    assert (booked(clinic), moved(clinic)) == (BOTH, 0)
    send_all(clinic)
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]


@pytest.mark.parametrize("guests", [BOTH, NAMED])
def test_a_class_that_names_who_teaches_and_gets_a_second_guest_brings_no_letter_twice(
    clinic: Clinic, guests: list[str]
) -> None:
    title = "Pilates Mat Class - Kate"
    invite(clinic, guests[0], title=title)
    clinic.pull(BEFORE)
    clinic.send(DAY)
    invite(clinic, *guests, title=title)
    clinic.pull(NEXT)
    send_all(clinic)
    invite(clinic, guests[0], title=title)
    clinic.pull("2025-08-09 11:00")
    clinic.send("2025-08-09 12:00")
    assert sent(clinic) == [("reminder", BEN), ("reminder", CLEO), ("welcome", BEN), ("welcome", CLEO)]
    assert booked(clinic) == [BEN]


def test_a_class_whose_title_names_one_guest_first_and_last_is_that_guests_alone(clinic: Clinic) -> None:
    invite(clinic, *NAMED, title="Group Class - Cleo F")
    clinic.pull(BEFORE)
    assert booked(clinic) == [CLEO]
