"""The weeks, months and years that the workbook shows, and the periods that it holds beside them.

Weeks are ISO weeks of the clinic's calendar, Monday to Sunday. A week belongs to the month, the quarter and the year of
its Thursday, and what is counted "to date" ends with the week or with them: no day counts in two months or years.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

TREND = 12
AVERAGE_WEEKS, AVERAGE_MONTHS = 4, 3

_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_YEAR = re.compile(r"\d{4}")


class Period(NamedTuple):
    """Some days in a row, both ends counted."""

    first: date
    last: date
    label: str = ""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def is_whole_from(self, begins: date) -> bool:
        """Whether data that begin on this day tell all of the period: no working day of it lies before them. New Year
        is none, and of more than four weeks one may be another holiday."""
        missed = [self.first + timedelta(days=day) for day in range(min((begins - self.first).days, 7))]
        worked = [day for day in missed if day.isoweekday() <= 5 and (day.month, day.day) != (1, 1)]
        holidays = 1 if (self.last - self.first).days >= 28 else 0
        return (begins - self.first).days < 7 and len(worked) <= holidays


class Periods(NamedTuple):
    """The period that a workbook shows and those that it is held against. `kind` is week, month or year.

    `before` are the whole periods just before the one shown whose average is given; `year`, `quarter` and `month` are
    to date; `last_year` is the year to date one year earlier, `same_last_year` the period itself one year earlier.
    """

    kind: str
    shown: Period
    previous: Period
    before: tuple[Period, ...]
    month: Period
    quarter: Period
    year: Period
    last_year: Period
    same_last_year: Period
    trend: tuple[Period, ...]

    @property
    def label(self) -> str:
        return self.shown.label

    @property
    def average_of(self) -> Period:
        """The days of the average, from the first of `before` to the last."""
        return Period(self.before[0].first, self.before[-1].last)

    def named(self) -> dict[str, Period]:
        """All of them but the trend, by the names that figures are kept under."""
        return {
            "shown": self.shown,
            "previous": self.previous,
            "before": self.average_of,
            "month": self.month,
            "quarter": self.quarter,
            "year": self.year,
            "last_year": self.last_year,
            "same_last_year": self.same_last_year,
        }


def week_of(day: date) -> Periods:
    """The ISO week that holds a day, with what it is held against."""
    shown = _week(day - timedelta(days=day.isoweekday() - 1))
    thursday = shown.first + timedelta(days=3)
    ago = [_week(shown.first - timedelta(weeks=weeks)) for weeks in range(TREND)]
    same = _week(shown.first - timedelta(weeks=52))
    return _held_against("week", shown, thursday, ago, same, AVERAGE_WEEKS)


def month_of(day: date) -> Periods:
    """The calendar month that holds a day."""
    ago = [_month(day, back) for back in range(TREND)]
    return _held_against("month", ago[0], ago[0].first, ago, _month(day, TREND), AVERAGE_MONTHS)


def year_of(day: date) -> Periods:
    """The calendar year that holds a day; its trend is its twelve months."""
    shown, before = (Period(date(y, 1, 1), date(y, 12, 31), str(y)) for y in (day.year, day.year - 1))
    ago = [_month(shown.last, back) for back in range(TREND)]
    whole = _held_against("month", ago[0], ago[0].first, ago, before, AVERAGE_MONTHS)
    return Periods("year", shown, before, (before,), whole.month, whole.quarter, shown, before, before, whole.trend)


def period_named(label: str) -> Periods:
    """`2026-W12`, `2026-03` or `2026`; ValueError in words where it is none of them."""
    text = label.strip().upper()
    try:
        if found := _WEEK.fullmatch(text):
            return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        if found := _MONTH.fullmatch(text):
            return month_of(date(int(found[1]), int(found[2]), 1))
        if _YEAR.fullmatch(text):
            return year_of(date(int(text), 1, 1))
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f'"{label}" is no week, month or year. Write a week as 2026-W12, a month as 2026-03, a year as 2026.'
    )


def last_whole_week(today: date) -> Periods:
    """What the owner reads on Monday morning."""
    return week_of(today - timedelta(weeks=1))


def _held_against(
    kind: str, shown: Period, anchor: date, ago: list[Period], same_last_year: Period, average: int
) -> Periods:
    """`anchor` is the day that says to which month, quarter and year the period belongs."""
    year = Period(date(anchor.year, 1, 1), min(shown.last, date(anchor.year, 12, 31)))
    quarter_first = date(anchor.year, 3 * ((anchor.month - 1) // 3) + 1, 1)
    return Periods(
        kind,
        shown,
        ago[1],
        tuple(reversed(ago[1 : 1 + average])),
        Period(anchor.replace(day=1), min(shown.last, _month(anchor, 0).last)),
        Period(quarter_first, min(shown.last, _month(quarter_first, -2).last)),
        year,
        Period(_year_before(year.first), _year_before(year.last)),
        same_last_year,
        tuple(reversed(ago)),
    )


def _week(monday: date) -> Period:
    year, number, _ = monday.isocalendar()
    return Period(monday, monday + timedelta(days=6), f"{year}-W{number:02d}")


def _month(day: date, back: int) -> Period:
    """The month `back` months before the one that holds the day."""
    months = day.year * 12 + day.month - 1 - back
    first = date(months // 12, months % 12 + 1, 1)
    after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return Period(first, after - timedelta(days=1), f"{first:%Y-%m}")


def _year_before(day: date) -> date:
    """The same day a year earlier; February 29 becomes the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
