"""What the referrals of one source come to: counted, added up, and whether the source is new or has gone quiet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from jobs.clinic.periods import TREND
from jobs.clinic.source_names import NO_SOURCES, name_key

QUIET_AFTER_DAYS = 60
QUIET_REFERRALS = 3  # in the year before, for its silence to be news
_BY_THEMSELVES = ("self", "returning", "unknown")  # channels through which nobody refers


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
    screens: int = 0  # of the year: episodes that began with one, be it that care followed or not

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
        of it. Patients who came by themselves are nobody who could refer."""
        silent = bool(self.tally.last_on) and _days(self.last_on, last_day.isoformat()) >= QUIET_AFTER_DAYS
        return silent and self.tally.year_before >= QUIET_REFERRALS and self.channel not in _BY_THEMSELVES

    def state(self, last_day: date) -> str:
        """new, returning, quiet or nothing of these; what is no source is nothing of these."""
        if self.name in NO_SOURCES:
            return ""
        if self.is_new():
            return "new"
        return "returning" if self.is_returning() else "quiet" if self.is_quiet(last_day) else ""


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


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
    """A text that counts for a source: where it was typed, how many referrals have it, the last one, whether the list
    names it or it was recognized, and the text as the workbook's readers may see it."""

    text: str
    name: str
    recognized: bool
    where: str  # source, provider or both
    referrals: int
    last_on: str
    shown: str

    @property
    def is_its_name(self) -> bool:
        """Whether the text is the very name of the source."""
        return name_key(self.text) == name_key(self.name)
