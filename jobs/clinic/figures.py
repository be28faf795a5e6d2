"""The figures of the weekly referral summary: what each one counts, defined once.

*Referral*: one per episode of care, in the week in which its first appointment was booked.
*Evaluated*: the first evaluation or visit of that episode was kept, by the day the figures are made for.
*Still ahead*: not evaluated yet, and the first appointment is today or later.
*Visit*: an appointment that was completed, or whose patient arrived on a day that is over.
*Late cancel*: cancelled less than 24 hours before the start; without a time of cancelling it counts as in time.
*Due*: visits + no-shows + late cancels, the appointments for which the clinic kept the time free.
Weeks are ISO weeks of the clinic's calendar, Monday to Sunday.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

TREND_WEEKS = 12
AVERAGE_WEEKS = 4

NOT_RECORDED = "Not recorded"
NOT_YET_NAMED = "Not yet named"
ALREADY_UNDER_CARE = "Already under care"

CHANNELS = (
    "physician",
    "practice",
    "patient or friend",
    "online",
    "insurer",
    "event",
    "returning",
    "self",
    "unknown",
)
"""The ways in which new patients find the clinic, as they may stand in config/referral_names.csv."""

_LABEL = re.compile(r"(\d{4})-W(\d\d)")
_APOSTROPHES = re.compile("['\u2018\u2019`\u00b4]")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, order=True)
class Week:
    """One ISO week, known by its Monday."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.isoweekday() != 1:
            raise ValueError(f"{self.monday} is no Monday.")

    @classmethod
    def containing(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.isoweekday() - 1))

    @classmethod
    def named(cls, label: str) -> "Week":
        """The week of a label such as `2026-W12`; ValueError in words where there is none."""
        found = _LABEL.fullmatch(label.strip().upper())
        try:
            return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))  # type: ignore[index]
        except (TypeError, ValueError):
            raise ValueError(f'"{label}" is no week. Write the year and the ISO week, such as 2026-W12.') from None

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def label(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def year_to_date(self) -> tuple[date, date]:
        """From 1 January to the week's Sunday, within the calendar year that the label names.

        The days of a first or last week that fall into a neighbouring year are left out, so that the last week of a
        year shows exactly that year and no day counts in two years.
        """
        year = self.monday.isocalendar().year
        return date(year, 1, 1), min(self.sunday, date(year, 12, 31))

    def previous(self, weeks: int = 1) -> "Week":
        return Week(self.monday - timedelta(weeks=weeks))

    def trend(self) -> tuple["Week", ...]:
        """The twelve weeks that end with this one, oldest first."""
        return tuple(self.previous(weeks) for weeks in range(TREND_WEEKS - 1, -1, -1))


@dataclass(frozen=True)
class Referrals:
    """Referrals of one period and what became of them by the day the figures are made for."""

    referred: int = 0
    evaluated: int = 0
    ahead: int = 0

    @property
    def conversion(self) -> float | None:
        """Evaluated / referred without those whose first appointment is still ahead; None where that is nobody."""
        decided = self.referred - self.ahead
        return self.evaluated / decided if decided else None

    def __add__(self, other: "Referrals") -> "Referrals":
        return Referrals(self.referred + other.referred, self.evaluated + other.evaluated, self.ahead + other.ahead)


@dataclass(frozen=True)
class Attendance:
    """What became of the appointments of one period; every appointment counts in exactly one of the seven."""

    visits: int = 0
    no_shows: int = 0
    late_cancels: int = 0
    cancelled_in_time: int = 0
    rescheduled: int = 0
    without_outcome: int = 0  # the day is over and the practice system still says booked
    ahead: int = 0  # booked or arrived, today or later

    @property
    def appointments(self) -> int:
        return self.due + self.cancelled_in_time + self.rescheduled + self.without_outcome + self.ahead

    @property
    def due(self) -> int:
        return self.visits + self.no_shows + self.late_cancels

    @property
    def no_show_rate(self) -> float | None:
        return self.no_shows / self.due if self.due else None

    @property
    def late_cancel_rate(self) -> float | None:
        return self.late_cancels / self.due if self.due else None

    @property
    def cancel_rate(self) -> float | None:
        """Cancelled late or in time, of these and the visits and no-shows; None where there was nothing."""
        settled = self.due + self.cancelled_in_time
        return (self.late_cancels + self.cancelled_in_time) / settled if settled else None

    def __add__(self, other: "Attendance") -> "Attendance":
        return Attendance(
            self.visits + other.visits,
            self.no_shows + other.no_shows,
            self.late_cancels + other.late_cancels,
            self.cancelled_in_time + other.cancelled_in_time,
            self.rescheduled + other.rescheduled,
            self.without_outcome + other.without_outcome,
            self.ahead + other.ahead,
        )


@dataclass(frozen=True)
class SourceLine:
    """One row of a table: a source, a referring provider, or the total of all.

    `trend` holds the referrals of twelve weeks, the week shown last. `attended` is the week's appointments,
    `attended_before` those of the four whole weeks before it. `listed` says that the name comes from
    config/referral_names.csv and not from the export as typed.
    """

    name: str
    channel: str = ""
    listed: bool = False
    week: Referrals = Referrals()
    year: Referrals = Referrals()
    year_visits: int = 0  # visits so far of the year's referrals
    trend: tuple[int, ...] = (0,) * TREND_WEEKS
    attended: Attendance = Attendance()
    attended_before: Attendance = Attendance()
    last_referred_on: str = ""  # up to the week's Sunday

    @property
    def previous(self) -> int:
        """Referrals of the week before."""
        return self.trend[-2]

    @property
    def four_weeks(self) -> int:
        """Referrals of the four whole weeks before the one shown, together."""
        return sum(self.trend[-1 - AVERAGE_WEEKS : -1])

    @property
    def four_week_average(self) -> float:
        return self.four_weeks / AVERAGE_WEEKS

    def __add__(self, other: "SourceLine") -> "SourceLine":
        """Both together, under this line's name."""
        return SourceLine(
            self.name,
            self.channel,
            self.listed,
            self.week + other.week,
            self.year + other.year,
            self.year_visits + other.year_visits,
            tuple(mine + yours for mine, yours in zip(self.trend, other.trend, strict=True)),
            self.attended + other.attended,
            self.attended_before + other.attended_before,
            max(self.last_referred_on, other.last_referred_on),
        )

    def says_something(self) -> bool:
        """Whether any figure of the line differs from zero."""
        return bool(
            self.week.referred
            or self.year.referred
            or any(self.trend)
            or self.attended.appointments
            or self.attended_before.appointments
        )


@dataclass(frozen=True)
class UnnamedText:
    """A source as typed that the list of names does not know: how often this year and in the trend; first, last day."""

    text: str
    referrals: int
    first_on: str
    last_on: str


@dataclass(frozen=True)
class Counted:
    """The same data counted once more, not by source: what the tables must add up to, and how much there is."""

    referrals_in_week: int = 0
    referrals_in_year: int = 0
    appointments_in_week: int = 0
    appointments: int = 0  # in all the data
    first_day: str = ""  # of the appointments, "" where there are none
    last_day: str = ""


@dataclass(frozen=True)
class Evaluations:
    """First evaluations or visits kept in a period, whenever the patient was referred."""

    week: int = 0
    previous: int = 0
    four_weeks: int = 0


@dataclass(frozen=True)
class ReferralFigures:
    """Everything the weekly workbook says. `today` is the day as of which outcomes are known."""

    week: Week
    today: date
    sources: tuple[SourceLine, ...]  # most referrals this year first; the lines that are no source last
    providers: tuple[SourceLine, ...]  # referrals only, and the trend of five weeks
    unnamed: tuple[UnnamedText, ...]  # most frequent first
    evaluations: Evaluations
    attended_previous: Attendance  # the clinic's appointments of the week before
    counted: Counted

    @property
    def total(self) -> SourceLine:
        """All sources together."""
        return sum(self.sources, SourceLine("Total"))

    @property
    def provider_total(self) -> SourceLine:
        """All referring providers together."""
        return sum(self.providers, SourceLine("Total"))

    @property
    def adds_up(self) -> bool:
        """Whether both tables come to what was counted without them."""
        counted = self.counted.referrals_in_week, self.counted.referrals_in_year
        return (
            all((line.week.referred, line.year.referred) == counted for line in (self.total, self.provider_total))
            and self.total.attended.appointments == self.counted.appointments_in_week
        )


@lru_cache(maxsize=8192)  # one text is asked for once per week of the trend
def name_key(text: str) -> str:
    """What two spellings have in common: case, accents, spaces and punctuation do not count."""
    if text.isascii():
        plain = text.casefold()
    else:
        apart = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).split())


_NOTHING = name_key(NOT_RECORDED)


@dataclass(frozen=True)
class ReferralNames:
    """The clinic's list of names: what was typed (as `name_key`) -> the source, and the source's channel."""

    names: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> "ReferralNames":
        """From rows of what was typed, name and channel. A name also stands for itself; a row decides before that."""
        rows = list(rows)
        names = {name_key(name): name for _, name, _ in rows} | {name_key(typed): name for typed, name, _ in rows}
        return cls(names, {name: channel for _, name, channel in rows})

    def name_of(self, typed: str) -> str | None:
        """The source's name; `Not recorded` for a text without letters or digits; None where the list has none."""
        key = name_key(typed)
        return self.names.get(key) if key and key != _NOTHING else NOT_RECORDED

    def channel_of(self, name: str) -> str:
        return self.channels.get(name, "")
