"""The figures of the weekly workbook: what each one counts, defined once in code. `definitions.py` says it in words.

A *referral* is an episode of care (`episodes.py`), counted in the period in which its first appointment was booked.
Patients already under care where the data begins are no referrals: they are counted apart.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from jobs.clinic.episodes import GAP_DAYS
from jobs.clinic.periods import TREND, Periods
from jobs.clinic.source_names import NO_SOURCES, name_key

LOST_AFTER_DAYS = 21  # without a visit, a plan or a discharge: dropped out
QUIET_AFTER_DAYS = 60
QUIET_REFERRALS = 3  # in the year before, for its silence to be news
LATE_HOURS = 24
BOOKED_WITHIN_DAYS = 14  # after a letter


def known_from(data_begins: date) -> date:
    """Up to this day nobody can tell whether a patient whose first appointment is no evaluation is new."""
    return data_begins + timedelta(days=GAP_DAYS)


class Tally(NamedTuple):
    """The referrals of one text, one source or all, and what became of those of the year, as one query counts them.

    Days are text, "" where there is none. Money is in cents, None where the export has none.
    """

    ever: int = 0
    shown: int = 0
    previous: int = 0
    before: int = 0  # in all the periods of the average together
    month: int = 0
    quarter: int = 0
    year: int = 0
    last_year: int = 0
    same_last_year: int = 0
    trend: tuple[int, ...] = (0,) * TREND
    evaluated: int = 0  # of the year's
    ahead: int = 0  # nobody has seen them yet, and an appointment is today or later
    visits: int = 0
    discharged: int = 0
    dropped: int = 0
    last_year_evaluated: int = 0
    last_year_ahead: int = 0
    billed_cents: int | None = None
    paid_cents: int | None = None
    year_before: int = 0  # in the 365 days up to the end of the period shown
    first_on: str = "9999-12-31"
    last_on: str = ""
    first_shown_on: str = "9999-12-31"  # the first in the period shown
    last_before_on: str = ""  # the last before the period shown

    def merged(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally.together((self, other))

    @classmethod
    def together(cls, tallies: Sequence["Tally"]) -> "Tally":
        """All of them added up, column by column; an amount is unknown where all of them are."""
        if len(tallies) == 1:
            return tallies[0]
        return cls._make(add(column) for add, column in zip(_ADDING, zip(*tallies, strict=True), strict=True))

    @property
    def conversion(self) -> float | None:
        """Evaluated out of the referrals that are not still ahead; None where that is nobody."""
        return part_of(self.evaluated, self.year - self.ahead)

    @property
    def last_year_conversion(self) -> float | None:
        return part_of(self.last_year_evaluated, self.last_year - self.last_year_ahead)

    @property
    def first_day(self) -> str:
        return self.first_on if self.last_on else ""


def _adding(name: str) -> Callable[[tuple[Any, ...]], Any]:
    """How a column of tallies is added up."""
    if name == "trend":
        return lambda trends: tuple(map(sum, zip(*trends, strict=True)))
    if name.startswith("first_"):
        return min
    if name.startswith("last_") and name.endswith("_on"):
        return max
    if name.endswith("_cents"):
        return lambda amounts: sum(known) if (known := [cents for cents in amounts if cents is not None]) else None
    return sum


_ADDING = tuple(map(_adding, Tally._fields))


def part_of(part: int, whole: int) -> float | None:
    """A rate; None, and an empty cell, where there is nothing to divide by."""
    return part / whole if whole else None


def median_of(counts: Mapping[int, int]) -> float | None:
    """The median of values of which each is given with how often it was counted."""
    total = sum(counts.values())
    if not total:
        return None
    middle, seen = ((total - 1) // 2, total // 2), 0
    found: list[int] = []
    for value in sorted(counts):
        seen += counts[value]
        while len(found) < 2 and seen > middle[len(found)]:
            found.append(value)
    return sum(found) / 2


class SourceLine(NamedTuple):
    """One row of a table: a source, a referring provider, or the total of all.

    `listed` says that the name comes from config/referral_names.csv and not from the export as typed. `waits` counts
    the days from booking to the kept evaluation of the year's referrals. `other_role` has the referrals of the same
    name as a provider, or as a source: a doctor who prescribes has not gone quiet, whatever patients say they heard.
    """

    name: str
    channel: str = ""
    listed: bool = False
    tally: Tally = Tally()
    waits: Mapping[int, int] = {}
    other_role: Tally = Tally()

    @property
    def days_to_evaluation(self) -> float | None:
        return median_of(self.waits)

    @property
    def last_on(self) -> str:
        """The day of its last referral, in either role."""
        return max(self.tally.last_on, self.other_role.last_on)

    @property
    def last_before_on(self) -> str:
        """The day of its last referral before the period shown, in either role."""
        return max(self.tally.last_before_on, self.other_role.last_before_on)

    def is_new(self) -> bool:
        """Its first referral ever lies in the period shown."""
        return bool(self.tally.shown) and not self.last_before_on

    def is_returning(self) -> bool:
        """It refers again in the period shown, after so long a silence that it could have been called quiet."""
        before, again = self.last_before_on, min(self.tally.first_shown_on, self.other_role.first_shown_on)
        return bool(self.tally.shown and before) and _days(before, again) >= QUIET_AFTER_DAYS

    def is_quiet(self, last_day: date) -> bool:
        """At least three referrals in the year up to the last day shown, and none in either role in the last 60 days
        of it."""
        silent = bool(self.tally.last_on) and _days(self.last_on, last_day.isoformat()) >= QUIET_AFTER_DAYS
        return silent and self.tally.year_before >= QUIET_REFERRALS

    def state(self, last_day: date) -> str:
        """new, returning, quiet or nothing of these; what is no source is nothing of these."""
        if self.name in NO_SOURCES:
            return ""
        if self.is_new():
            return "new"
        return "returning" if self.is_returning() else "quiet" if self.is_quiet(last_day) else ""


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


class Attendance(NamedTuple):
    """What became of the appointments of some days; each counts in exactly one of the seven. Money as in `Tally`."""

    visits: int = 0
    no_shows: int = 0
    late_cancels: int = 0
    cancelled_in_time: int = 0
    rescheduled: int = 0
    without_outcome: int = 0  # the day is over and the practice system still says booked
    ahead: int = 0  # booked or arrived, today or later
    billed_cents: int | None = None
    paid_cents: int | None = None

    @property
    def due(self) -> int:
        """The appointments for which the clinic kept the time free."""
        return self.visits + self.no_shows + self.late_cancels

    @property
    def appointments(self) -> int:
        return self.due + self.cancelled_in_time + self.rescheduled + self.without_outcome + self.ahead

    @property
    def arrival_rate(self) -> float | None:
        return part_of(self.visits, self.due)

    @property
    def no_show_rate(self) -> float | None:
        return part_of(self.no_shows, self.due)

    @property
    def late_cancel_rate(self) -> float | None:
        return part_of(self.late_cancels, self.due)


class Funnel(NamedTuple):
    """What became of the referrals of some days, step by step."""

    title: str
    referred: int = 0
    ahead: int = 0
    not_evaluated: int = 0  # and nothing ahead
    evaluated: int = 0
    second_visit: int = 0
    six_visits: int = 0
    in_care: int = 0
    discharged: int = 0
    dropped: int = 0


MOST_TEXTS = 150
"""So many texts without a name are listed for a person; more are not read in a week."""


class UnnamedText(NamedTuple):
    """A text that no name is known for: where it was typed, how many referrals have it, the first and the last; and
    what it may stand for, if it is among those that are listed."""

    text: str
    where: str  # source, provider or both
    referrals: int
    first_on: str
    last_on: str
    suggestions: tuple[str, ...] = ()


class NamedText(NamedTuple):
    """A text that counts for a source: where it was typed, how many referrals have it, the last one, and whether the
    list names it or it was recognized."""

    text: str
    name: str
    recognized: bool
    where: str  # source, provider or both
    referrals: int
    last_on: str

    @property
    def is_its_name(self) -> bool:
        """Whether the text is the very name of the source."""
        return name_key(self.text) == name_key(self.name)


class Counted(NamedTuple):
    """The same data counted once more without any name and any period: what the tables must add up to."""

    referrals_shown: int = 0
    referrals_year: int = 0
    episodes: int = 0  # in all the data
    under_care: int = 0  # of these: patients already under care where the data begins
    referrals_after: int = 0  # of these: referrals after the period shown
    appointments_shown: int = 0
    appointments: int = 0
    first_day: str = ""  # of all the clinic's appointments, "" where there are none
    last_day: str = ""


_HELD_AGAINST = ("previous", "before", "last_year", "same_last_year")


class Figures(NamedTuple):
    """Everything that the workbook says about referrals and appointments. `today`: outcomes are known as of then.

    `attended` and `evaluations` hold a value for each name of `Periods.named`, `attended` one for "all" too.
    """

    periods: Periods
    today: date
    location: str
    sources: tuple[SourceLine, ...]  # most referrals this year first; the lines that are no source last
    providers: tuple[SourceLine, ...]
    unnamed: tuple[UnnamedText, ...]
    total: SourceLine
    provider_total: SourceLine
    attended: Mapping[str, Attendance]
    attended_trend: tuple[Attendance, ...]
    evaluations: Mapping[str, int]
    evaluations_trend: tuple[int, ...]
    funnels: tuple[Funnel, ...]
    counted: Counted
    named: tuple[NamedText, ...] = ()  # those recognized first, very names last, then the last typed first

    @property
    def last_day(self) -> date:
        """The last day of the period shown, or today where it is not over."""
        return min(self.periods.shown.last, self.today)

    def reaches(self, name: str) -> bool:
        """Whether a period is known. Where the data does not reach back into it, nothing is known: that is not zero.

        What the period shown is held against is known only where the data reaches back over all of it: a year of which
        four months are known would make the next one look like a success.
        """
        if not self.counted.first_day:
            return False
        begins, period = date.fromisoformat(self.counted.first_day), self.periods.named()[name]
        return period.is_whole_from(begins) if name in _HELD_AGAINST else period.last >= begins

    @property
    def is_over(self) -> bool:
        """Whether the period shown is over, so that nothing can be added to it but corrections."""
        return self.periods.shown.last < self.today

    @property
    def trend_known(self) -> tuple[bool, ...]:
        """Of each period of the trend, whether anything can be known of it: the data reaches into it and it has begun,
        or something was counted in it all the same, such as a booking made before the data's first appointment."""
        first_day = self.counted.first_day
        return tuple(
            bool(count) or (bool(first_day) and period.last.isoformat() >= first_day and period.first <= self.today)
            for period, count in zip(self.periods.trend, self.total.tally.trend, strict=True)
        )

    @property
    def trend_in_part(self) -> str:
        """The last period of the trend of which something was counted, but not all is known; "" where there is none."""
        begins = self.counted.first_day and date.fromisoformat(self.counted.first_day)
        known = zip(self.periods.trend, self.trend_known, strict=True)
        parts = [period.label for period, some in known if some and begins and not period.is_whole_from(begins)]
        return parts[-1] if parts else ""

    @property
    def adds_up(self) -> bool:
        """Whether all tables come to what was counted without them."""
        counted = self.counted
        ever = counted.episodes - counted.under_care - counted.referrals_after
        tables = [
            tuple(sum(getattr(line.tally, name) for line in lines) for name in ("shown", "year", "ever"))
            for lines in (self.sources, self.providers)
        ]
        return (
            all(table == (counted.referrals_shown, counted.referrals_year, ever) for table in tables)
            and self.attended["shown"].appointments == counted.appointments_shown
            and self.attended["all"].appointments == counted.appointments
        )
