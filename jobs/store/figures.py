"""Counts the referral summary's figures, one query per table; `clinic/figures.py` says what each figure means.

Every query groups by the text as typed, and the clinic's list of names then folds the few texts into lines here: no
row can fall out of a join with that list, and the tables must add up to what is counted without any source.
The SQL is plain text because SQLAlchemy's own form of it takes as long to compile as a small clinic's rows to count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from jobs.clinic.figures import (
    ALREADY_UNDER_CARE,
    AVERAGE_WEEKS,
    NOT_RECORDED,
    NOT_YET_NAMED,
    TREND_WEEKS,
    Attendance,
    Counted,
    Evaluations,
    ReferralFigures,
    ReferralNames,
    Referrals,
    SourceLine,
    UnnamedText,
    Week,
    name_key,
)

if TYPE_CHECKING:
    from jobs.store.memory import Memory

# {typed} is a column of episodes; {weeks} are the weeks of the trend, the one shown is 0 weeks ago.
_REFERRALS = """
    SELECT {typed}, weeks_ago, this_year,
        count(*),
        count(*) FILTER (WHERE evaluated_on <> ''),
        count(*) FILTER (WHERE evaluated_on = '' AND first_on >= :today),
        sum(visits),
        min(referred_on), max(referred_on)
    FROM (
        SELECT {typed}, referred_on, first_on, evaluated_on, visits,
            CASE {weeks} END AS weeks_ago,
            referred_on BETWEEN :year_first AND :year_last AS this_year
        FROM episodes
        WHERE clinic_id = :clinic AND referred_on BETWEEN :since AND :sunday
    ) AS referrals
    GROUP BY {typed}, weeks_ago, this_year
"""
_WEEKS_AGO = "WHEN referred_on >= :monday_{ago} THEN {ago}"

# Every appointment of the five weeks counts in exactly one column. {a_day_before_start} depends on the database.
_ATTENDANCE = """
    SELECT referral_source, period,
        count(*) FILTER (WHERE status = 'completed' OR status = 'arrived' AND over),
        count(*) FILTER (WHERE status = 'no_show'),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_at > {a_day_before_start}),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_at <= {a_day_before_start}),
        count(*) FILTER (WHERE status = 'rescheduled'),
        count(*) FILTER (WHERE status = 'booked' AND over),
        count(*) FILTER (WHERE status IN ('booked', 'arrived') AND NOT over)
    FROM (
        SELECT episodes.referral_source, status, cancelled_at, starts_at, starts_on < :today AS over,
            CASE WHEN starts_on >= :monday THEN 'week' WHEN starts_on >= :previous THEN 'previous' ELSE 'earlier' END
                AS period
        FROM appointments
        LEFT JOIN episodes ON episodes.clinic_id = appointments.clinic_id
            AND episodes.patient_id = appointments.patient_id AND episodes.number = appointments.episode
        WHERE appointments.clinic_id = :clinic AND starts_on BETWEEN :earlier AND :sunday
    ) AS attended
    GROUP BY referral_source, period
"""
_A_DAY_BEFORE_START = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', starts_at, '-24 hours')",
    "postgresql": (
        "to_char(CAST(starts_at AS timestamptz) AT TIME ZONE 'UTC' - interval '24 hours', "
        '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    ),
}

_EVALUATIONS = """
    SELECT count(*) FILTER (WHERE evaluated_on BETWEEN :monday AND :sunday),
        count(*) FILTER (WHERE evaluated_on BETWEEN :previous AND :previous_sunday),
        count(*) FILTER (WHERE evaluated_on BETWEEN :earlier AND :previous_sunday)
    FROM episodes
    WHERE clinic_id = :clinic
"""

# Counted without any source: what both tables must come to.
_COUNTED = """
    SELECT
        (SELECT count(*) FROM episodes WHERE clinic_id = :clinic AND referred_on BETWEEN :monday AND :sunday),
        (SELECT count(*) FROM episodes WHERE clinic_id = :clinic AND referred_on BETWEEN :year_first AND :year_last),
        (SELECT count(*) FROM appointments WHERE clinic_id = :clinic AND starts_on BETWEEN :monday AND :sunday),
        (SELECT count(*) FROM appointments WHERE clinic_id = :clinic),
        (SELECT coalesce(min(starts_on), '') FROM appointments WHERE clinic_id = :clinic),
        (SELECT coalesce(max(starts_on), '') FROM appointments WHERE clinic_id = :clinic)
"""


def referral_figures(memory: "Memory", week: Week, names: ReferralNames, today: date) -> ReferralFigures:
    """All figures of one week's referral summary, with outcomes as they are known on `today`."""
    days = _days(memory, week, today)
    by_source = _referrals(memory, "referral_source", days, TREND_WEEKS)
    by_provider = _referrals(memory, "referring_provider", days, AVERAGE_WEEKS + 1)
    attended = _attendance(memory, days)
    return ReferralFigures(
        week=week,
        today=today,
        sources=_source_lines(by_source, attended, names),
        providers=_provider_lines(by_provider, names),
        unnamed=_unnamed(by_source, names),
        attended_previous=sum((row.outcome for row in attended if row.period == "previous"), Attendance()),
        evaluations=Evaluations(*memory.connection.execute(text(_EVALUATIONS), days).one()),
        counted=Counted(*memory.connection.execute(text(_COUNTED), days).one()),
    )


def _days(memory: "Memory", week: Week, today: date) -> dict[str, str]:
    """The first and last days that the queries ask for, by the names they ask with."""
    year_first, year_last = week.year_to_date
    days = {
        "monday": week.monday,
        "sunday": week.sunday,
        "previous": week.previous().monday,
        "previous_sunday": week.previous().sunday,
        "earlier": week.previous(AVERAGE_WEEKS).monday,
        "year_first": year_first,
        "year_last": year_last,
        "today": today,
    }
    days |= {f"monday_{ago}": week.previous(ago).monday for ago in range(TREND_WEEKS)}
    days["since"] = min(year_first, days[f"monday_{TREND_WEEKS - 1}"])
    return {"clinic": memory.clinic_id} | {name: day.isoformat() for name, day in days.items()}


class _Referred(NamedTuple):
    """Referrals of one text as typed in one week of the trend; `weeks_ago` is None for the year's earlier ones."""

    typed: str
    weeks_ago: int | None
    this_year: bool
    referrals: int
    evaluated: int
    ahead: int
    visits: int
    first_on: str
    last_on: str


def _referrals(memory: "Memory", typed: str, days: dict[str, str], weeks: int) -> list[_Referred]:
    """Referrals of the year and the trend by one column as typed; the last `weeks` weeks each apart."""
    query = _REFERRALS.format(typed=typed, weeks=" ".join(_WEEKS_AGO.format(ago=ago) for ago in range(weeks)))
    return [_Referred(*row) for row in memory.connection.execute(text(query), days)]


class _Attended(NamedTuple):
    typed: str | None  # None: outside any episode
    period: str  # week, previous, or earlier of the four weeks before
    outcome: Attendance


def _attendance(memory: "Memory", days: dict[str, str]) -> list[_Attended]:
    """What became of the appointments of the week and of the four weeks before, by source as typed."""
    a_day_before_start = _A_DAY_BEFORE_START[memory.connection.dialect.name]
    found = memory.connection.execute(text(_ATTENDANCE.format(a_day_before_start=a_day_before_start)), days)
    return [_Attended(row[0], row[1], Attendance(*row[2:])) for row in found]


class _Tally:
    """The referrals of one line, added up from those of its texts."""

    def __init__(self) -> None:
        self.week, self.year = [0, 0, 0], [0, 0, 0, 0]
        self.trend = [0] * TREND_WEEKS
        self.spellings: Counter[str] = Counter()
        self.first_on, self.last_on = "9999-12-31", ""

    def take(self, row: _Referred) -> None:
        if row.weeks_ago is not None:
            self.trend[-1 - row.weeks_ago] += row.referrals
        if row.weeks_ago == 0:
            self.week = [mine + more for mine, more in zip(self.week, row[3:6], strict=True)]
        if row.this_year:
            self.year = [mine + more for mine, more in zip(self.year, row[3:7], strict=True)]
        self.spellings[row.typed] += row.referrals
        self.first_on, self.last_on = min(self.first_on, row.first_on), max(self.last_on, row.last_on)

    @property
    def spelling(self) -> str:
        """The most frequent spelling; of equally frequent ones the first of the alphabet."""
        return min(self.spellings, key=lambda typed: (-self.spellings[typed], typed))

    def line(self, name: str, channel: str, *, listed: bool) -> SourceLine:
        week, year = Referrals(*self.week), Referrals(*self.year[:3])
        return SourceLine(
            name, channel, listed, week, year, self.year[3], tuple(self.trend), last_referred_on=self.last_on
        )


def _source_lines(
    referred: Iterable[_Referred], attended: Iterable[_Attended], names: ReferralNames
) -> tuple[SourceLine, ...]:
    """One line per listed source; what the list does not know counts as not yet named, never in another's line."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for row in referred:
        tallies[names.name_of(row.typed) or NOT_YET_NAMED].take(row)
    outcomes: defaultdict[str, list[Attendance]] = defaultdict(lambda: [Attendance(), Attendance()])
    for typed, period, outcome in attended:
        name = ALREADY_UNDER_CARE if typed is None else names.name_of(typed) or NOT_YET_NAMED
        outcomes[name][period != "week"] += outcome
    lines = (
        replace(
            tallies[name].line(name, names.channel_of(name), listed=True),
            attended=outcomes[name][0],
            attended_before=outcomes[name][1],
        )
        for name in tallies.keys() | outcomes.keys()
    )
    return tuple(sorted(filter(SourceLine.says_something, lines), key=_rank))


def _provider_lines(referred: Iterable[_Referred], names: ReferralNames) -> tuple[SourceLine, ...]:
    """One line per provider; one that the list does not know stands under its most frequent spelling."""
    tallies: defaultdict[tuple[str, bool], _Tally] = defaultdict(_Tally)
    for row in referred:
        name = names.name_of(row.typed)
        tallies[(name, True) if name else (name_key(row.typed), False)].take(row)
    lines = (
        tally.line(key if listed else tally.spelling, names.channel_of(key) if listed else "", listed=listed)
        for (key, listed), tally in tallies.items()
    )
    return tuple(sorted(filter(SourceLine.says_something, lines), key=_rank))


def _rank(line: SourceLine) -> tuple[int, int, int, str]:
    """Most referrals this year first, then most in the trend; the lines that are no source last."""
    no_source = (NOT_YET_NAMED, NOT_RECORDED, ALREADY_UNDER_CARE)
    place = 1 + no_source.index(line.name) if line.listed and line.name in no_source else 0
    return place, -line.year.referred, -sum(line.trend), line.name


def _unnamed(referred: Iterable[_Referred], names: ReferralNames) -> tuple[UnnamedText, ...]:
    """Each text that the list does not know, under its most frequent spelling; most referrals first."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    for row in referred:
        if names.name_of(row.typed) is None:
            tallies[name_key(row.typed)].take(row)
    texts = (
        UnnamedText(tally.spelling, tally.spellings.total(), tally.first_on, tally.last_on)
        for tally in tallies.values()
    )
    return tuple(sorted(texts, key=lambda each: (-each.referrals, each.text)))
