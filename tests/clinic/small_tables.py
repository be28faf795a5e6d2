"""Small tables of a made-up clinic, and what they are read into."""

from jobs.clinic.normalize import normalize
from jobs.clinic.records import Appointment, TextTable
from jobs.clinic.value_rules import ValueRules

RULES = ValueRules("America/New_York", prefix="main")


def table(rows: int = 1, headers: dict[str, str] | None = None, **columns: str | list[str]) -> TextTable:
    """A table of so many rows, numbered from 2 as in Excel; a single text stands in every row."""
    lists = {name: cells if isinstance(cells, list) else [cells] * rows for name, cells in columns.items()}
    return TextTable("main", "made_up.csv", "", lists, list(range(2, rows + 2)), headers or {})


def usual(rows: int = 1, **columns: str | list[str]) -> TextTable:
    """A table in which every row is in order unless a column given here says otherwise."""
    plain: dict[str, str | list[str]] = {
        "appointment_id": [f"A{number}" for number in range(rows)],
        "patient_id": "P1",
        "first_name": "Pat",
        "last_name": "Fictional",
        "email": "pat@made.example",
        "start": "2026-03-04 09:30:00",
    }
    return table(rows, **(plain | columns))


def one(source: TextTable, rules: ValueRules = RULES) -> Appointment:
    appointments, problems = normalize(source, rules)
    assert problems == []
    assert len(appointments) == 1
    return appointments[0]
