"""Counts the figures of the workbook, one query per table; `clinic/figures.py` says what each figure means.

Every query groups by the text as typed, and the clinic's list of names then folds the few texts into lines here: no
row can fall out of a join with that list, and the tables must add up to what is counted without any source.
The SQL is plain text because SQLAlchemy's own form of it takes as long to compile as a small clinic's rows to count.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from jobs.clinic.episodes import LOST_AFTER_DAYS
from jobs.clinic.figures import Attendance, Counted, Figures, Funnel, known_from
from jobs.clinic.periods import TREND, Period, Periods
from jobs.clinic.source_lines import named, provider_lines, source_lines, total, typed_texts, unnamed
from jobs.clinic.source_names import ReferralNames
from jobs.clinic.tallies import Tally
from jobs.store.memory import Memory
from jobs.store.named_patients import note_patients
from jobs.store.rows import whole

_HERE = "(:location = '' OR location = :location)"
_BOOKED = "clinic_id = :clinic AND same_as = 0 AND status <> 'deleted'"  # one that was deleted never was
_OF_CLINIC = f"clinic_id = :clinic AND {_HERE}"
# Patients already under care where the data begins are no referrals, nor is a booking that was deleted, nor a screen.
_UNDER_CARE = "number = 1 AND opening NOT IN ('evaluation', 'screen') AND opened_on <= :known_from"
_SOLD = "('sale', 'paperwork')"  # the steps of rows for which nobody comes; such an opening is one of them alone
_IS_REFERRAL = f"referred_on <> '' AND NOT ({_UNDER_CARE})"
_REFERRED = f"{_OF_CLINIC} AND {_IS_REFERRAL}"
_EVALUATED = "evaluated_on <> ''"
_AHEAD = "evaluated_on = '' AND visits = 0 AND planned_on >= :today"
_DROPPED = "visits > 0 AND planned_on < :today AND discharged_on = '' AND last_visit_on <= :lost"

_NAMED = ("shown", "previous", "before", "month", "quarter", "year", "last_year", "same_last_year")
_IN = "referred_on BETWEEN :{name}_first AND :{name}_last"
_OF_PERIODS = ", ".join(f"count(*) FILTER (WHERE {_IN.format(name=name)})" for name in _NAMED)
_OF_TREND = ", ".join(f"count(*) FILTER (WHERE {_IN.format(name=f'trend{place}')})" for place in range(TREND))
_YEAR, _LAST_YEAR, _SHOWN = (f"FILTER (WHERE {_IN.format(name=name)}" for name in ("year", "last_year", "shown"))

# {typed} is one of the two columns as typed. The columns are those of `Tally`, the trend's in its place.
_REFERRALS = f"""
    SELECT {{typed}}, count(*), {_OF_PERIODS}, {_OF_TREND},
        count(*) {_YEAR} AND {_EVALUATED}),
        count(*) {_YEAR} AND {_AHEAD}),
        coalesce(sum(visits) {_YEAR}), 0),
        count(*) {_YEAR} AND discharged_on <> ''),
        count(*) {_YEAR} AND {_DROPPED}),
        count(*) {_LAST_YEAR} AND {_EVALUATED}),
        count(*) {_LAST_YEAR} AND {_AHEAD}),
        sum(billed_cents) {_YEAR}),
        sum(paid_cents) {_YEAR}),
        count(*) FILTER (WHERE referred_on > :year_before),
        min(referred_on), max(referred_on),
        coalesce(min(referred_on) {_SHOWN}), '9999-12-31'),
        coalesce(max(referred_on) FILTER (WHERE referred_on < :shown_first), '')
    FROM {{episodes}}
    WHERE {_REFERRED} AND referred_on <= :shown_last
    GROUP BY {{typed}}
"""  # noqa: S608 - no text from outside

_SCREEN = "opening = 'screen' AND opened_on BETWEEN :year_first AND :year_last"
_SCREENS = f"""
    SELECT {{typed}}, count(*) FROM {{episodes}} WHERE {_OF_CLINIC} AND {_SCREEN} GROUP BY {{typed}}
"""  # noqa: S608

_WAITS = f"""
    SELECT {{typed}}, referred_on, evaluated_on, count(*)
    FROM episodes
    WHERE {_REFERRED} AND {_IN.format(name="year")} AND {_EVALUATED}
    GROUP BY {{typed}}, referred_on, evaluated_on
"""  # noqa: S608

_EVALUATIONS = f"""
    SELECT evaluated_on, count(*) FROM {{episodes}}
    WHERE {_REFERRED} AND evaluated_on >= :since GROUP BY evaluated_on
"""  # noqa: S608

_FUNNEL = f"""
    SELECT count(*),
        count(*) FILTER (WHERE {_AHEAD}),
        count(*) FILTER (WHERE evaluated_on = '' AND NOT ({_AHEAD})),
        count(*) FILTER (WHERE {_EVALUATED}),
        count(*) FILTER (WHERE {_EVALUATED} AND visits >= 2),
        count(*) FILTER (WHERE {_EVALUATED} AND visits >= 6),
        count(*) FILTER (WHERE {_EVALUATED} AND discharged_on = '' AND NOT ({_DROPPED})),
        count(*) FILTER (WHERE {_EVALUATED} AND discharged_on <> ''),
        count(*) FILTER (WHERE {_EVALUATED} AND {_DROPPED})
    FROM episodes
    WHERE {_REFERRED} AND referred_on BETWEEN :first AND :last
"""  # noqa: S608

_EACH_ONCE = f"appointments WHERE {_BOOKED} AND {_HERE}"
_BESIDE_SALES = f"""(
        SELECT starts_on, starts_at, cancelled_at, billed, paid,
            CASE WHEN step IN {_SOLD} THEN 'sold' ELSE status END AS status
        FROM {_EACH_ONCE}
    ) AS each_once
"""  # noqa: S608
"""Asked for only where anything was sold: it takes twice as long."""
_KEPT = "(status = 'completed' OR status = 'arrived' AND starts_on < :today)"

# Every appointment counts in exactly one column but the cancelled ones, of which the late ones stand before them; one
# that stands in two sources counts once, one that was deleted in none. Of what was sold only the money counts.
_ATTENDANCE = f"""
    SELECT starts_on,
        count(*) FILTER (WHERE {_KEPT}),
        count(*) FILTER (WHERE status = 'no_show'),
        count(*) FILTER (WHERE status = 'cancelled' AND cancelled_at <> '' AND cancelled_at > {{a_day_before_start}}),
        count(*) FILTER (WHERE status = 'cancelled'),
        count(*) FILTER (WHERE status IN ('rescheduled', 'deceased')),
        count(*) FILTER (WHERE status = 'booked' AND starts_on < :today),
        count(*) FILTER (WHERE status IN ('booked', 'arrived') AND starts_on >= :today),
        sum(CAST(NULLIF(billed, '') AS NUMERIC)),
        sum(CAST(NULLIF(paid, '') AS NUMERIC)),
        count(*) FILTER (WHERE billed <> '' AND {_KEPT}),
        count(*) FILTER (WHERE paid <> '' AND {_KEPT})
    FROM {{appointments}}
    GROUP BY starts_on
"""  # noqa: S608

_A_DAY_BEFORE_START = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', starts_at, '-24 hours')",
    "postgresql": (
        "to_char(CAST(starts_at AS timestamptz) AT TIME ZONE 'UTC' - interval '24 hours', "
        '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    ),
}

# Counted without any source and any period, at one go: what the tables must come to, whether all visits are summed up,
# and what need not be asked for.
_COUNTED_EPISODES = f"""
    SELECT
        count(*) FILTER (WHERE {_IN.format(name="shown")} AND {_IS_REFERRAL}),
        count(*) FILTER (WHERE {_IN.format(name="year")} AND {_IS_REFERRAL}),
        count(*),
        count(*) FILTER (WHERE referred_on <> '' AND {_UNDER_CARE}),
        count(*) FILTER (WHERE referred_on > :shown_last AND {_IS_REFERRAL}),
        count(*) FILTER (WHERE referred_on = '' AND opening NOT IN ('screen', 'sale', 'paperwork')),
        count(*) FILTER (WHERE referred_on = '' AND opening = 'screen'),
        count(*) FILTER (WHERE referred_on = '' AND opening IN {_SOLD}),
        coalesce(sum(visits), 0),
        count(*) FILTER (WHERE number = 1),
        count(*) FILTER (WHERE {_SCREEN}),
        count(*) FILTER (WHERE referring_provider <> '')
    FROM {{episodes}}
    WHERE {_OF_CLINIC}
"""  # noqa: S608

_COUNTED_ROWS = f"""
    SELECT count(*) FILTER (WHERE starts_on BETWEEN :shown_first AND :shown_last), count(*)
    FROM appointments
    WHERE {_BOOKED} AND {_HERE}
"""  # noqa: S608
_COUNTED_SOLD = f"{_COUNTED_ROWS} AND step IN {_SOLD}"

# Whose appointments have not been summed up: of the patients without an episode, who has an appointment.
_PATIENTS = "SELECT count(*) FROM patients WHERE clinic_id = :clinic"
_LEFT_OUT = """
    SELECT count(*) FROM patients WHERE clinic_id = :clinic
        AND NOT EXISTS (SELECT 1 FROM episodes WHERE clinic_id = :clinic AND patient_id = patients.id)
        AND EXISTS (SELECT 1 FROM appointments WHERE patient_id = patients.id AND same_as = 0)
"""

_KEPT_SCREENS = """
    SELECT count(*) FROM appointments
    WHERE clinic_id = :clinic AND same_as = 0 AND step = 'screen'
        AND (status = 'completed' OR status = 'arrived' AND starts_on < :today)
"""

# Two questions: the two ends of an index are found at once, in one query SQLite would go through all of it.
_DAYS_OF_DATA = """
    SELECT
        (SELECT coalesce(min(starts_on), '') FROM appointments WHERE clinic_id = :clinic AND status <> 'deleted'),
        (SELECT coalesce(max(starts_on), '') FROM appointments WHERE clinic_id = :clinic AND status <> 'deleted')
"""


def count_figures(memory: Memory, periods: Periods, names: ReferralNames, today: date, location: str = "") -> Figures:
    """All figures of one workbook, with outcomes as they are known on `today`; of one location, or of all."""
    days = _days(memory, periods, today, location)
    *counted, visits, patients, screens, with_provider = _rows(memory, _COUNTED_EPISODES, days)[0]
    by_source = list(_tallies(memory, "referral_source", days, screens))
    by_provider = by_source and [("", Tally.together([tally for _, tally in by_source]))]  # where no export names one
    if with_provider:
        by_provider = list(_tallies(memory, "referring_provider", days, screens))
    note_patients(memory, names, (each for each, _ in by_source), (each for each, _ in by_provider))
    waits, provider_waits = (_waits(memory, typed, days) for typed in ("referral_source", "referring_provider"))
    appointments = _counted_appointments(memory, days)
    attended = _attendance(memory, days, any_sold=appointments[-1] > 0)
    evaluated = [(date.fromisoformat(day), count) for day, count in _rows(memory, _EVALUATIONS, days)]
    texts = typed_texts(by_source, by_provider, names)
    return Figures(
        periods=periods,
        today=today,
        location=location,
        sources=source_lines(by_source, waits, names, by_provider),
        providers=provider_lines(by_provider, provider_waits, names, by_source),
        unnamed=unnamed(texts, names),
        named=named(texts, names),
        total=total(by_source, waits),
        provider_total=total(by_provider, provider_waits),
        attended={name: _attended_in(attended, period) for name, period in periods.named().items()}
        | {"all": _attended_in(attended, Period(date.min, date.max))},
        attended_trend=tuple(_attended_in(attended, period) for period in periods.trend),
        evaluations={name: _counted_in(evaluated, period) for name, period in periods.named().items()},
        evaluations_trend=tuple(_counted_in(evaluated, period) for period in periods.trend),
        funnels=tuple(_funnels(memory, periods, days)),
        counted=Counted(
            *counted,
            *appointments,
            *_rows(memory, _DAYS_OF_DATA, days)[0],
            *(() if location else _summed_up(memory, days, visits, patients, attended)),
        ),
    )


def _counted_appointments(memory: Memory, days: Mapping[str, str]) -> tuple[int, ...]:
    """The appointments of the shown period, all of them, and the rows that are none: sales and paperwork."""
    (shown, rows), (sold_in_it, sold) = (_rows(memory, each, days)[0] for each in (_COUNTED_ROWS, _COUNTED_SOLD))
    return shown - sold_in_it, rows - sold, sold


def locations(memory: Memory) -> list[str]:
    """The clinic's locations as the exports name them, where there are several; blank ones are none."""
    query = "SELECT DISTINCT location FROM {episodes} WHERE clinic_id = :clinic AND location <> '' ORDER BY location"
    found = [row[0] for row in _rows(memory, query, {"clinic": memory.clinic_id})]
    return found if len(found) > 1 else []


def _rows(
    memory: Memory, query: str, asked: Mapping[str, str], typed: str = "", appointments: str = "appointments"
) -> list[Any]:
    names = {
        "typed": typed,
        "episodes": whole(memory, "episodes"),
        "appointments": appointments,
        "a_day_before_start": _A_DAY_BEFORE_START[memory.connection.dialect.name],
    }
    words = query.format_map(names)
    return list(memory.connection.execute(text(words), asked).all())


def _days(memory: Memory, periods: Periods, today: date, location: str) -> dict[str, str]:
    """The first and last days that the queries ask for, by the names they ask with."""
    begins = _rows(memory, _DAYS_OF_DATA, {"clinic": memory.clinic_id})[0][0]
    spans = periods.named() | {f"trend{place}": period for place, period in enumerate(periods.trend)}
    days = {f"{name}_first": period.first for name, period in spans.items()}
    days |= {f"{name}_last": period.last for name, period in spans.items()}
    days |= {
        "today": today,
        "since": min(period.first for period in spans.values()),
        "lost": today - timedelta(days=LOST_AFTER_DAYS),
        "year_before": min(periods.shown.last, today) - timedelta(days=365),
        "known_from": known_from(date.fromisoformat(begins)) if begins else today,
    }
    return {"clinic": memory.clinic_id, "location": location} | {name: day.isoformat() for name, day in days.items()}


def _tallies(memory: Memory, typed: str, days: Mapping[str, str], any_screens: int) -> Iterator[tuple[str, Tally]]:
    """The referrals of each text as typed, and its screens."""
    first, screens = 2 + len(_NAMED), dict(map(tuple, _rows(memory, _SCREENS, days, typed) if any_screens else ()))
    for row in _rows(memory, _REFERRALS, days, typed):
        counts = *row[1:first], tuple(row[first : first + TREND]), *row[first + TREND :]
        yield row[0], Tally._make((*counts, screens.pop(row[0], 0)))
    for text_alone, count in screens.items():
        yield text_alone, Tally(screens=count)


def _waits(memory: Memory, typed: str, days: Mapping[str, str]) -> dict[str, Counter[int]]:
    """The days from booking to the kept evaluation, of each text; an evaluation entered afterwards took none."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    ordinals: dict[str, int] = {}
    for name, *ends, count in _rows(memory, _WAITS, days, typed):
        for day in ends:
            if day not in ordinals:
                ordinals[day] = date.fromisoformat(day).toordinal()
        found[name][max(0, ordinals[ends[1]] - ordinals[ends[0]])] += count
    return found


def _attendance(memory: Memory, days: Mapping[str, str], any_sold: bool) -> list[tuple[date, tuple[Any, ...]]]:
    """What became of the appointments of each day."""
    return [
        (
            date.fromisoformat(day),
            (visits, missed, late, cancelled - late, *others, _cents(billed), _cents(paid), with_billed, with_paid),
        )
        for day, visits, missed, late, cancelled, *others, billed, paid, with_billed, with_paid in _rows(
            memory, _ATTENDANCE, days, appointments=_BESIDE_SALES if any_sold else _EACH_ONCE
        )
    ]


def _summed_up(
    memory: Memory, days: Mapping[str, str], visits: int, patients: int, attended: list[tuple[date, tuple[Any, ...]]]
) -> tuple[int, int, int]:
    """The visits and the patients of all episodes, and the patients left out. A screen counts as a visit of its day,
    but of no episode: it is added here, and asked for only where something is lacking."""
    if visits != sum(counts[0] for _, counts in attended):
        visits += _rows(memory, _KEPT_SCREENS, days)[0][0]
    all_have_one = _rows(memory, _PATIENTS, days)[0][0] == patients
    return visits, patients, 0 if all_have_one else _rows(memory, _LEFT_OUT, days)[0][0]


def _cents(amount: Any) -> int | None:
    return None if amount is None else round(amount * 100)


def _attended_in(attended: list[tuple[date, tuple[Any, ...]]], period: Period) -> Attendance:
    columns = list(zip(*(counts for day, counts in attended if day in period), strict=True))
    if not columns:
        return Attendance()
    money = [[cents for cents in column if cents is not None] for column in columns[7:9]]
    return Attendance(
        *map(sum, columns[:7]), *(sum(cents) if cents else None for cents in money), *map(sum, columns[9:])
    )


def _counted_in(counts: list[tuple[date, int]], period: Period) -> int:
    return sum(count for day, count in counts if day in period)


def _funnels(memory: Memory, periods: Periods, days: Mapping[str, str]) -> Iterator[Funnel]:
    spans = {
        "Twelve weeks" if periods.kind == "week" else "Twelve months": (periods.trend[0].first, periods.trend[-1].last),
        "Year to date": (periods.year.first, periods.year.last),
        "Same period last year": (periods.last_year.first, periods.last_year.last),
    }
    for title, (first, last) in spans.items():
        ends = {"first": first.isoformat(), "last": last.isoformat()}
        yield Funnel(title, *_rows(memory, _FUNNEL, {**days, **ends})[0])
