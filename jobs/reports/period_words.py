"""How the periods of a workbook are called in it."""

from datetime import date
from typing import NamedTuple

from jobs.clinic.periods import Period, Periods


class Words(NamedTuple):
    """The period shown and those beside it, as headers and in sentences."""

    unit: str  # week
    shown: str
    previous: str
    average: str
    same_last_year: str
    before: str  # "the week before"


_AVERAGES = {"week": "Four-week average", "month": "Three-month average", "year": "Previous year"}


def words_of(periods: Periods) -> Words:
    unit = periods.kind
    return Words(
        unit,
        f"This {unit}",
        f"Previous {unit}",
        _AVERAGES[unit],
        f"Same {unit} last year",
        f"the {unit} before",
    )


def spoken(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def spoken_days(period: Period) -> str:
    """The days of a period, such as `Monday, March 16 to Sunday, March 22, 2026`."""
    first, last = period.first, period.last
    year = f", {first.year}" if first.year != last.year else ""
    return f"{first:%A, %B} {first.day}{year} to {last:%A, %B} {last.day}, {last.year}"


def day_or_none(day: str) -> date | None:
    return date.fromisoformat(day) if day else None
