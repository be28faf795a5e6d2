"""Makes up the whole clinic: its people, its practice, and the files that it would hand to the program."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from jobs.made_up.articles import articles_csv
from jobs.made_up.calendar_file import calendar_bytes
from jobs.made_up.export import export_bytes, export_rows
from jobs.made_up.people import Patient, make_people
from jobs.made_up.practice import Practice
from jobs.made_up.referral_names import referral_names_csv
from jobs.made_up.slots import Slot
from jobs.made_up.staged import STORIES
from jobs.made_up.whole_files import write_if_new

_PATIENTS = 262
_PILATES_ONLY = 18
_PILATES_TOO = 12


@dataclass(frozen=True)
class MadeUp:
    """What was made: the two sources' files, and how many patients and rows the export has."""

    appointments: Path
    calendar: Path
    patients: int
    rows: int


def make_clinic(home: Path, today: date, seed: int = 7) -> MadeUp:
    """Write Lakeside's exports and lists below `home`.

    The same day and seed give the same bytes, and a file that holds them already is not touched.
    """
    slots = make_history(today, seed)
    rows = export_rows(slots)
    appointments, calendar = home / "exports" / "appointments.xlsx", home / "exports" / "calendar.ics"
    write_if_new(appointments, export_bytes(rows))
    write_if_new(calendar, calendar_bytes(today))
    write_if_new(home / "config" / "articles.csv", articles_csv(today))
    write_if_new(home / "config" / "referral_names.csv", referral_names_csv())
    return MadeUp(appointments, calendar, len({slot.patient.number for slot in slots}), len(rows))


def make_history(today: date, seed: int) -> list[Slot]:
    """Every appointment of the practice, in no order."""
    random = Random(seed)
    people = make_people(random, _PATIENTS, today)
    staged, others = people[-len(STORIES) :], people[: -len(STORIES)]
    practice = Practice(Random(f"{seed} {today}"), today)
    slots: list[Slot] = []
    for patient, story in zip(map(_reachable, staged), STORIES, strict=True):
        slots += practice.script(replace(patient, language=story.language), story.steps, story.booked_days_ago)
    for patient in others[_PILATES_ONLY:]:
        slots += practice.course(patient)
    for patient in others[: _PILATES_ONLY + _PILATES_TOO]:
        slots += practice.pilates(patient)
    return slots


def _reachable(patient: Patient) -> Patient:
    """The patient with an address and without an objection, as a letter needs."""
    email = patient.email or f"{patient.first_name}.{patient.last_name}@mail.example".lower()
    return replace(patient, email=email, email_consent=patient.email_consent.replace("No", "Yes"))
