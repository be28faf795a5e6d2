"""Counts the program's own work for the workbook: letters and what followed them, runs, sources, problems."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from jobs.clinic.figures import BOOKED_WITHIN_DAYS
from jobs.clinic.periods import Period, Periods
from jobs.clinic.work import FreshLine, JobLine, ProblemLine, RuleLine, Work

if TYPE_CHECKING:
    from jobs.store.memory import Memory

RUN_DAYS, SILENT_DAYS = 7, 28

_LETTERS = """
    SELECT rule, state, CASE WHEN state = 'sent' THEN sent_at ELSE due_at END AS moment, patient_id, id, address_key
    FROM letters
    WHERE clinic_id = :clinic AND (state = 'sent' AND sent_at >= :since OR state <> 'sent' AND due_at >= :since)
    ORDER BY moment
"""
_BOOKINGS = """
    SELECT patient_id, booked_at FROM {appointments}
    WHERE booked_at > :since AND same_as = 0 AND patient_id IN
        (SELECT patient_id FROM letters WHERE clinic_id = :clinic AND due_at >= :since)
    ORDER BY booked_at
"""
_BOUNCES = """
    SELECT letter_id FROM mailbox_messages
    WHERE clinic_id = :clinic AND kind = 'bounce' AND letter_id IS NOT NULL AND read_at >= :since
"""
_STOPS = """
    SELECT at, address_key, patient_id, source FROM stops
    WHERE clinic_id = :clinic AND allowed = 0 AND at >= :since AND at <= :now
"""
_RUNS = """
    SELECT job, count(*) FILTER (WHERE started_at >= :since),
        count(*) FILTER (WHERE started_at >= :since AND outcome = 'failed'),
        count(*) FILTER (WHERE started_at >= :since AND outcome = 'died'),
        max(CASE WHEN outcome = 'done' THEN ended_at ELSE '' END)
    FROM runs WHERE clinic_id = :clinic AND started_at <= :now GROUP BY job ORDER BY job
"""
_SOURCES = """
    SELECT source, count(*), sum(rows), max(coalesce(nullif(data_at, ''), read_at)), max(read_at)
    FROM source_files WHERE clinic_id = :clinic
    GROUP BY source ORDER BY source
"""
_PROBLEMS = """
    SELECT source, "column", count(*), sum(set_aside) FROM problems WHERE clinic_id = :clinic
    GROUP BY source, "column" ORDER BY count(*) DESC, source, "column"
"""
_DATED = """
    SELECT 1 FROM (SELECT booked_at FROM {appointments} WHERE clinic_id = :clinic ORDER BY id DESC LIMIT 500) AS newest
    WHERE booked_at <> '' LIMIT 1
"""
# SQLite would look up one appointment after another by an index that serves other questions.
_APPOINTMENTS = {"sqlite": "appointments NOT INDEXED", "postgresql": "appointments"}

Letter = tuple[str, str, str, int, int, str]


def count_work(memory: "Memory", periods: Periods, now: datetime, rules: Mapping[str, bool]) -> Work:
    """The program's work up to `now`; `rules` are those of config/follow_ups.yaml, each with whether it is on."""
    zone, until = now.tzinfo or UTC, _utc(now)
    first = min(periods.year.first, periods.trend[0].first)
    asked = {"clinic": memory.clinic_id, "since": _midnight(first, zone), "now": until}
    letters = [letter for letter in _rows(memory, _LETTERS, asked) if letter[2] <= until]
    year_begins, year_ends = _ends(periods.year, zone)  # as the letters of the year are counted
    stops = _rows(memory, _STOPS, asked | {"since": year_begins, "now": min(until, year_ends)})
    return Work(
        rules=tuple(_rule_lines(memory, letters, stops, periods, asked, zone)),
        jobs=tuple(
            JobLine(row[0], row[1], row[2], row[3], _moment(row[4], zone))
            for row in _rows(memory, _RUNS, asked | {"since": _utc(now - timedelta(days=RUN_DAYS))})
        ),
        sources=tuple(
            FreshLine(row[0], row[1], row[2], _moment(row[3], zone), _moment(row[4], zone))
            for row in _rows(memory, _SOURCES, asked)
        ),
        problems=tuple(ProblemLine(*row) for row in _rows(memory, _PROBLEMS, asked)),
        silent_rules=tuple(_silent(letters, rules, _utc(now - timedelta(days=SILENT_DAYS)))),
        stops=tuple(Counter(stop[3] or "not said" for stop in stops).most_common()),
        bookings_dated=bool(_rows(memory, _DATED, asked)),
    )


def _rows(memory: "Memory", query: str, asked: Mapping[str, str]) -> list[Any]:
    words = query.format(appointments=_APPOINTMENTS[memory.connection.dialect.name])
    return list(memory.connection.execute(text(words), asked).all())


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date, zone: tzinfo) -> str:
    return _utc(datetime.combine(day, time(), zone))


def _moment(moment: str, zone: tzinfo) -> datetime | None:
    return datetime.fromisoformat(moment).astimezone(zone) if moment else None


def _ends(period: Period, zone: tzinfo) -> tuple[str, str]:
    """The first moment of a period and the first after it."""
    return _midnight(period.first, zone), _midnight(period.last + timedelta(days=1), zone)


def _rule_lines(
    memory: "Memory",
    letters: Iterable[Letter],
    stops: Iterable[Any],
    periods: Periods,
    asked: Mapping[str, str],
    zone: tzinfo,
) -> list[RuleLine]:
    """One line per rule that had a letter, the most sent first."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    bounced = {row[0] for row in _rows(memory, _BOUNCES, asked)}
    shown, year = _ends(periods.shown, zone), _ends(periods.year, zone)
    for rule, state, moment, _, letter_id, _ in letters:
        counts = found[rule]
        if year[0] <= moment < year[1]:
            counts[{"sent": "sent_year", "withdrawn": "withdrawn"}.get(state, "")] += 1
            counts["failed"] += state in ("failed", "unknown")
            counts["bounced"] += letter_id in bounced
        counts["sent"] += state == "sent" and shown[0] <= moment < shown[1]
    for rule, count in _stopped(letters, stops).items():
        found[rule]["stopped"] += count
    for rule, followed in _followed(memory, letters, periods, asked, zone).items():
        found[rule].update(followed)
    lines = [
        RuleLine(rule, **{name: count for name, count in counts.items() if name}) for rule, counts in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.sent_year, line.rule))


def _followed(
    memory: "Memory", letters: Iterable[Letter], periods: Periods, asked: Mapping[str, str], zone: tzinfo
) -> dict[str, Counter[str]]:
    """Per rule: the patients who got its letter in the trend and those who got none, and how many of each booked.

    A patient counts once for a rule: from the first letter that was sent, or else from the first that was due.
    """
    bookings: defaultdict[int, list[str]] = defaultdict(list)
    for patient, booked_at in _rows(memory, _BOOKINGS, asked):
        bookings[patient].append(booked_at)
    first, after = _ends(Period(periods.trend[0].first, periods.trend[-1].last), zone)
    last = _utc(datetime.fromisoformat(asked["now"]) - timedelta(days=BOOKED_WITHIN_DAYS))
    reached: dict[tuple[str, int], tuple[bool, str]] = {}
    for rule, state, moment, patient, *_ in letters:
        if state in ("sent", "withdrawn", "failed") and first <= moment < after and moment <= last:
            known = reached.get((rule, patient))
            if known is None or (state == "sent" and not known[0]):
                reached[rule, patient] = state == "sent", moment
    within = timedelta(days=BOOKED_WITHIN_DAYS)
    ends = {moment: _utc(datetime.fromisoformat(moment) + within) for moment in {each[1] for each in reached.values()}}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (rule, patient), (sent, moment) in reached.items():
        group = "written_to" if sent else "without"
        found[rule][group] += 1
        found[rule][f"{group}_booked"] += _any_between(bookings.get(patient, ()), moment, ends[moment])
    return found


def _any_between(moments: Sequence[str], after: str, until: str) -> bool:
    """Whether one of the sorted moments lies after the first and not after the second."""
    return bisect_right(moments, after) < bisect_right(moments, until)


def _stopped(letters: Iterable[Letter], stops: Iterable[Any]) -> Counter[str]:
    """Each stop counts for the rule of the last letter that its patient or address had got before."""
    sent = [letter for letter in letters if letter[1] == "sent"]
    found: Counter[str] = Counter()
    for at, address, patient, _ in stops:
        before = [x for x in sent if x[2] <= at and (x[3] == patient if patient else bool(address) and x[5] == address)]
        if before:
            found[before[-1][0]] += 1
    return found


def _silent(letters: Iterable[Letter], rules: Mapping[str, bool], since: str) -> list[tuple[str, str]]:
    """The rules that are on and sent nothing of late, and what became of their letters instead."""
    recent: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rule, state, moment, *_ in letters:
        if moment >= since:
            recent[rule][state] += 1
    return [
        (rule, ", ".join(f"{count:,} {state}" for state, count in recent[rule].most_common()) or "no letter was due")
        for rule, is_on in rules.items()
        if is_on and not recent[rule]["sent"]
    ]
