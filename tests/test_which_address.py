"""Whose address a letter goes to where a patient has two records: that of the one that visits are given for now."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hand_written_clinic import WEEKLY, Clinic, Row, appointment

from jobs.runner.run import FAILED, FINE

BEFORE, CHANGED = "2026-02-27 10:00", "2026-03-03 08:00"
PATIENTS = "Ada Ben Cora Dan Eva Finn Gina Hugo".split()
NEW = "new.csv"


def visits(names: Iterable[str] = PATIENTS, **more: str) -> list[Row]:
    return [
        appointment(name, f"2026-{day} {9 + n % 8}:{n // 8 * 30:02}", "booked", booked_at="2026-02-20 10:00",
                    birth_date=f"1980-01-{n + 1:02}", **more)
        for n, name in enumerate(names)
        for day in ("03-05", "03-06", "03-13")
    ]  # fmt: skip


def in_new_system(emails: dict[str, str], names: Iterable[str] = PATIENTS) -> list[Row]:
    """The same visits under numbers of its own; it says these addresses."""
    return [
        row | {"appointment_id": f"N{n}", "patient_id": f"X{row['patient_id']}"}
        | ({"email": emails[row["first_name"]]} if row["first_name"] in emails else {})
        for n, row in enumerate(visits(names))
    ]  # fmt: skip


def reminded(clinic: Clinic, day: str) -> dict[str, str]:
    """Where the reminders of a day went, by patient."""
    assert clinic.send(f"2026-{day} 10:00").code == FINE
    query = """SELECT first_name, letters.address_key FROM letters JOIN patients ON patients.id = patient_id
        WHERE rule = 'reminder' AND substr(sent_at, 1, 10) = ?"""
    found = clinic.ask(query, f"2026-{day}")
    assert len(found) == len({name for name, _ in found})
    return dict(found)


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    clinic.export(*visits())
    assert (clinic.pull(BEFORE).code, clinic.send(BEFORE).code) == (FINE, FINE)
    return clinic


def test_letters_go_where_the_new_system_says_those_too_that_were_planned_before(known: Clinic) -> None:
    emails = {"Ada": "ada@elsewhere.example", "Cora": ""}
    known.export(*in_new_system(emails), name=NEW)
    assert known.pull(CHANGED).counts["patients renumbered"] == 8
    usual = {name: f"{name.lower()}@patient.example" for name in PATIENTS}
    assert reminded(known, "03-03") == usual | {"Ada": "ada@elsewhere.example"}  # and where it says nothing, as before
    emails |= {"Ben": "ben@elsewhere.example", "Ada": ""}
    rows = in_new_system(emails)
    known.export(*(row | {"last_name": "Newname"} if row["first_name"] == "Dan" else row for row in rows), name=NEW)
    assert known.pull("2026-03-04 08:00").code == FINE
    elsewhere = {"Ada": "ada@elsewhere.example", "Ben": "ben@elsewhere.example"}  # an empty cell erases nothing
    assert reminded(known, "03-04") == usual | elsewhere
    assert "Dan Newname" in known.command("why", "Dan Fictional", moment="2026-03-04 11:00").output
    before = known.ask("SELECT * FROM patients"), known.ask("SELECT * FROM appointments")
    known.read_from("{name: export, path: exports/*.csv, bad_rows: 30, statuses: {pencilled: booked}}")
    known.pull("2026-03-04 12:00")
    assert (known.ask("SELECT * FROM patients"), known.ask("SELECT * FROM appointments")) == before


def test_the_former_system_says_it_again_when_its_export_comes_back(known: Clinic) -> None:
    known.export(*in_new_system({"Ada": "ada@elsewhere.example"}))
    known.pull(CHANGED)
    known.export(*visits())
    known.pull("2026-03-03 09:00")
    assert reminded(known, "03-03")["Ada"] == "ada@patient.example"
    assert known.ask("SELECT COUNT(*), COUNT(DISTINCT patient_id) FROM appointments WHERE status = 'booked'") == [
        (24, 8)
    ]


def test_a_stop_of_the_old_address_and_one_of_the_new_one_hold_the_patient(known: Clinic) -> None:
    """Also one of an address that two shared, who both have another one now."""
    emails = {name: f"{name.lower()}@elsewhere.example" for name in ("Ada", "Ben", "Cora", "Dan")}

    def stop(address: str, *words: str) -> None:
        assert known.command("stop", address, "--who", "Dana", *words, moment=CHANGED).exit_code == FINE

    shared = [row | {"email": "dan@patient.example"} if row["first_name"] == "Eva" else row for row in visits()]
    known.export(*shared)
    known.pull("2026-03-02 11:00")
    stop("ada@patient.example")
    stop("dan@patient.example")
    known.export(*in_new_system(emails))
    known.pull(CHANGED)
    stop("ben@patient.example")
    stop("cora@elsewhere.example")
    emails["Cora"] = "cora@third.example"
    known.export(*in_new_system(emails))
    known.pull("2026-03-03 09:00")
    assert {*reminded(known, "03-03")} == {"Finn", "Gina", "Hugo"}
    assert known.fates("Dan", "reminder")[0] == ("withdrawn", "letters to this patient or address are stopped")
    assert "stopped for the address that this patient had before" in known.command("why", "Dan", moment=CHANGED).output


def test_a_new_system_that_gives_most_patients_another_address_is_held_back(clinic: Clinic) -> None:
    """An address column that slipped by a row looks like that."""
    names = [f"Ann{n}" for n in range(14)]
    clinic.export(*visits(names))
    clinic.pull(BEFORE)
    clinic.send(BEFORE)
    slipped = {name: f"{other}@patient.example" for name, other in pairwise(names)}
    clinic.export(*in_new_system(slipped, names))
    assert clinic.pull(CHANGED).code == FAILED
    what = "13 of 14 patients have another e-mail address, all at once: nothing was taken from this file."
    assert clinic.ask("SELECT what FROM problems WHERE set_aside = 1") == [what]
    assert clinic.ask("SELECT COUNT(*) FROM patients") == [14]
    words = ["problems", "--is-right", "exports/appointments.csv", "--who", "Dana"]
    assert clinic.command(*words, moment=CHANGED).exit_code == FINE
    assert clinic.pull("2026-03-03 09:00").code == FINE
    assert reminded(clinic, "03-03")["Ann0"] == "ann1@patient.example"


def test_of_a_new_system_with_other_times_and_other_addresses_a_person_is_asked_once(clinic: Clinic) -> None:
    """Those who come often have other times in it, those who come once another address."""
    often, once = [f"Ann{n}" for n in range(11)], [f"Ben{n}" for n in range(15)]
    last = appointment("Zoe", "2026-03-20 09:00", "booked")
    elsewhere = {name: f"{name.lower()}.x@elsewhere.example" for name in once}

    def come(rows: list[Row], minute: int) -> list[Row]:
        return [
            row | {"start": f"{row['start'][:10]} {9 + n // 9}:{n % 9 * 5 + minute:02}"}
            for n, row in enumerate(rows)
            if row["first_name"] in often or "-03-05" in row["start"]
        ]

    clinic.export(*come(visits(often + once), 0), last)
    clinic.pull(BEFORE)
    clinic.export(*come(in_new_system(elsewhere, often + once), 3), last)
    assert clinic.pull(CHANGED).code == FAILED
    said = "33 of 49 coming visits have another time and 15 of 27 patients have another e-mail address"
    what = f"{said}, all at once: nothing was taken from this file."
    assert clinic.ask("SELECT what FROM problems WHERE set_aside = 1") == [what]
    words = ["problems", "--is-right", "exports/appointments.csv", "--who", "Dana"]
    assert clinic.command(*words, moment=CHANGED).exit_code == FINE
    assert clinic.pull("2026-03-03 08:30").code == FINE
    assert elsewhere.items() <= reminded(clinic, "03-03").items()


def test_a_chart_whose_last_visit_is_called_off_leads_no_more(clinic: Clinic) -> None:
    ada = appointment("Ada", "2026-03-05 10:00", "booked", birth_date="1980-02-03", booked_at="2026-02-20 10:00")
    new = {"appointment_id": "A2", "patient_id": "X1", "start": "2026-03-06 10:00", "email": "ada@elsewhere.example"}
    clinic.export(ada, ada | new)
    clinic.pull(BEFORE)
    clinic.export(ada | {"status": "cancelled"}, ada | new)
    clinic.pull(CHANGED)
    assert reminded(clinic, "03-04") == {"Ada": "ada@elsewhere.example"}


def test_so_do_the_charts_whose_visits_a_person_says_are_gone(clinic: Clinic) -> None:
    names = [f"Ann{n}" for n in range(12)]
    before = [row for row in visits(names) if "-03-06" in row["start"]]
    clinic.export(*before)
    clinic.pull(BEFORE)
    new = {name: f"{name.lower()}@elsewhere.example" for name in names}
    rows = [row for row in in_new_system(new, names) if "-03-06" in row["start"]]
    clinic.export(*(row | {"start": f"{row['start'][:-2]}{int(row['start'][-2:]) + 20}"} for row in rows))
    clinic.pull(CHANGED)
    told = "12 coming appointments are no longer in this file. They still count as booked."
    assert clinic.ask("SELECT what FROM problems") == [told]
    words = ["problems", "--is-right", "exports/appointments.csv", "--who", "Dana"]
    assert clinic.command(*words, moment=CHANGED).exit_code == FINE
    assert reminded(clinic, "03-04") == new


EXPORT, CALENDAR = "{name: export, path: exports/*.csv}", "{name: calendar, path: exports/*.ics}"
FORMER, CORRECTED = "mira@former.example", "mira@corrected.example"


def calendar(clinic: Clinic, hour: str = "09") -> None:
    text = WEEKLY.replace("T090000", f"T{hour}0000").replace("T095500", f"T{hour}5500")
    (clinic.home / "exports" / "studio.ics").write_text(text)


def mira(clinic: Clinic, email: str, chart: str = "17") -> None:
    usual = {"last_name": "Quill", "patient_id": chart, "booked_at": "2026-02-20 10:00", "email": email}
    days = "02-27", "03-06", "03-13"
    clinic.export(*(appointment("Mira", f"2026-{day} 09:00", "booked", **usual) for day in days))


@pytest.fixture
def in_both(clinic: Clinic) -> Clinic:
    """One patient in the export and in a calendar, each with an address."""
    clinic.read_from(EXPORT, CALENDAR)
    calendar(clinic)
    mira(clinic, FORMER)
    assert clinic.pull(BEFORE).counts["patients in two sources"] == 1
    return clinic


def leader(clinic: Clinic) -> str:
    [address] = clinic.ask("SELECT address_key FROM patients WHERE same_as = 0")
    return str(address)


def test_the_one_of_a_source_leads_no_more_once_a_person_says_that_it_is_gone_for_good(in_both: Clinic) -> None:
    in_both.read_from(CALENDAR)
    in_both.pull(CHANGED)
    assert leader(in_both) == FORMER
    assert in_both.command("problems", "--is-gone", "export", "--who", "Dana", moment=CHANGED).exit_code == FINE
    assert reminded(in_both, "03-04") == {"Mira": "mira@patient.example"}


def test_a_source_that_was_missing_for_a_day_says_again_where_letters_go(in_both: Clinic) -> None:
    in_both.read_from(CALENDAR)
    calendar(in_both, "10")  # what changes meanwhile is known of the calendar alone
    in_both.pull(CHANGED)
    assert leader(in_both) == "mira@patient.example"
    in_both.read_from(EXPORT, CALENDAR)
    calendar(in_both)
    in_both.pull("2026-03-03 09:00")
    assert leader(in_both) == FORMER
    mira(in_both, CORRECTED)
    in_both.pull("2026-03-04 09:00")
    assert reminded(in_both, "03-04") == {"Mira": CORRECTED}
    assert in_both.ask("SELECT DISTINCT same_as FROM appointments WHERE source = 'export'") == [0]  # and of visits


def test_it_does_so_in_the_very_pull_in_which_it_is_back(in_both: Clinic) -> None:
    in_both.read_from(CALENDAR)
    in_both.pull(CHANGED)
    in_both.read_from(EXPORT, CALENDAR)
    mira(in_both, CORRECTED)
    in_both.pull("2026-03-03 09:00")
    assert leader(in_both) == CORRECTED


def test_an_export_without_patient_numbers_counts_before_the_calendar_beside_it(clinic: Clinic) -> None:
    clinic.read_from(EXPORT, CALENDAR)
    calendar(clinic)
    mira(clinic, "mira@patient.example", chart="")
    clinic.pull(BEFORE)
    mira(clinic, CORRECTED, chart="")
    clinic.pull(CHANGED)
    assert reminded(clinic, "03-04") == {"Mira": CORRECTED}
