"""Counts the program's own work for the workbook: letters and what followed them, runs, sources, problems."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, text

from jobs.clinic.figures import BOOKED_WITHIN_DAYS
from jobs.clinic.overtaken import SUPERSEDED
from jobs.clinic.periods import Period, Periods
from jobs.clinic.work import FreshLine, JobLine, ProblemLine, RuleLine, Work
from jobs.store.memory import Memory
from jobs.store.rows import whole
from jobs.store.sources import needs_nobody
from jobs.store.stops import WITHOUT_THE_STAFF
from jobs.store.tables import problems

RUN_DAYS, SILENT_DAYS = 7, 28

_MOMENT = "CASE WHEN state = 'sent' THEN sent_at ELSE due_at END"  # when a letter left, or should have
_LETTERS = f"""
    (SELECT id, rule, state, patient_id, address_key, {_MOMENT} AS moment FROM {{letters}}
    WHERE clinic_id = :clinic AND reason <> :superseded AND {_MOMENT} >= :since AND {_MOMENT} <= :now) AS letters
"""  # noqa: S608 - no text from outside
_SHOWN, _YEAR = (f"moment >= :{name}_begins AND moment < :{name}_ends" for name in ("shown", "year"))
_RULES = f"""
    SELECT rule,
        count(*) FILTER (WHERE state = 'sent' AND {_SHOWN}),
        count(*) FILTER (WHERE state = 'sent' AND {_YEAR}),
        count(*) FILTER (WHERE {_YEAR} AND id IN (
            SELECT letter_id FROM mailbox_messages
            WHERE clinic_id = :clinic AND kind = 'bounce' AND letter_id IS NOT NULL AND read_at >= :since)),
        count(*) FILTER (WHERE state IN ('failed', 'unknown') AND {_YEAR}),
        count(*) FILTER (WHERE state = 'withdrawn' AND {_YEAR})
    FROM {_LETTERS} GROUP BY rule
"""  # noqa: S608
_RECENT = f"""
    SELECT rule, state, count(*) FROM {_LETTERS} WHERE moment >= :recent GROUP BY rule, state
    ORDER BY count(*) DESC, state
"""  # noqa: S608
# What a patient did before a letter was known to be wanted did not follow from its absence: a reminder can have been
# due before its visit was booked.
_WITHOUT_IT = """CASE WHEN state = 'sent' THEN sent_at ELSE (
    SELECT CASE WHEN seen_at > due_at THEN seen_at ELSE due_at END FROM events WHERE events.id = event_id) END"""
# A patient counts once for a rule: from the first letter that was sent, or else from the first that did not leave.
_REACHED = f"""
    SELECT rule, patient_id, min(since) FILTER (WHERE state = 'sent'), min(since)
    FROM (
        SELECT rule, patient_id, state, {_WITHOUT_IT} AS since FROM {{letters}}
        WHERE clinic_id = :clinic AND state IN ('sent', 'withdrawn', 'failed')
            AND (due_at >= :trend_begins OR changed_at >= :trend_begins)
    ) AS settled
    WHERE since >= :trend_begins AND since < :trend_ends AND since <= :followed_until
    GROUP BY rule, patient_id
"""  # noqa: S608
_BOOKINGS = """
    SELECT patient_id, booked_at FROM {appointments}
    WHERE booked_at > :since AND same_as = 0 AND status <> 'deleted' AND step NOT IN ('sale', 'paperwork')
        AND patient_id IN
            (SELECT patient_id FROM letters WHERE clinic_id = :clinic AND (due_at >= :since OR changed_at >= :since))
    ORDER BY booked_at
"""
_SENT_TO_STOPPED = f"""
    SELECT rule, moment, patient_id, address_key FROM {_LETTERS}
    WHERE state = 'sent'
        AND (patient_id IN (SELECT patient_id FROM stops WHERE clinic_id = :clinic AND patient_id IS NOT NULL)
            OR address_key IN (SELECT address_key FROM stops WHERE clinic_id = :clinic AND address_key <> ''))
    ORDER BY moment, id
"""  # noqa: S608
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
    SELECT source, rows, coalesce(nullif(data_at, ''), read_at), read_at
    FROM source_files WHERE clinic_id = :clinic ORDER BY source, read_at, id
"""
_DATED = """
    SELECT 1 FROM (SELECT booked_at FROM {appointments} WHERE clinic_id = :clinic ORDER BY id DESC LIMIT 500) AS newest
    WHERE booked_at <> '' LIMIT 1
"""


def count_work(
    memory: Memory, periods: Periods, now: datetime, rules: Mapping[str, bool], of_all_files: Collection[str] = ()
) -> Work:
    """The program's work up to `now`; `rules` are those of config/follow_ups.yaml, each with whether it is on, and
    `of_all_files` the sources whose files count together: of the others each export takes the place of the last."""
    zone = now.tzinfo or UTC
    asked = {"clinic": memory.clinic_id, "superseded": SUPERSEDED} | _moments_asked_for(periods, now, zone)
    of_the_year = {"since": asked["year_begins"], "now": min(asked["now"], asked["year_ends"])}
    stops = _rows(memory, _STOPS, asked | of_the_year)
    return Work(
        rules=tuple(_rule_lines(memory, stops, asked)),
        jobs=tuple(
            JobLine(row[0], row[1], row[2], row[3], _moment(row[4], zone))
            for row in _rows(memory, _RUNS, asked | {"since": _utc(now - timedelta(days=RUN_DAYS))})
        ),
        sources=tuple(_fresh_lines(_rows(memory, _SOURCES, asked), of_all_files, zone)),
        problems=tuple(_problem_lines(memory)),
        silent_rules=tuple(_silent(_rows(memory, _RECENT, asked), rules)),
        stops=tuple(Counter(_by_whom(stop[3]) for stop in stops).most_common()),
        bookings_dated=bool(_rows(memory, _DATED, asked)),
    )


def _problem_lines(memory: Memory) -> Iterator[ProblemLine]:
    where, count = (problems.c.source, problems.c.column), func.count()
    query = (
        select(*where, count, func.sum(problems.c.set_aside))
        .where(problems.c.clinic_id == memory.clinic_id, problems.c.id.not_in(needs_nobody(memory)))
        .group_by(*where)
        .order_by(count.desc(), *where)
    )
    return (ProblemLine(*row) for row in memory.connection.execute(query))


def _by_whom(source: str) -> str:
    """Where a stop came from; who of the staff put it down, or as which user of the machine, is no figure."""
    return source if source in WITHOUT_THE_STAFF else "the staff" if source else "not said"


def _moments_asked_for(periods: Periods, now: datetime, zone: tzinfo) -> dict[str, str]:
    """The moments that the queries ask for, by the names they ask with; `_ends` are the first moments after."""
    spans = {"shown": periods.shown, "year": periods.year}
    spans["trend"] = Period(periods.trend[0].first, periods.trend[-1].last)
    begins = {f"{name}_begins": _midnight(span.first, zone) for name, span in spans.items()}
    ends = {f"{name}_ends": _midnight(span.last + timedelta(days=1), zone) for name, span in spans.items()}
    since = min(begins["year_begins"], begins["trend_begins"])
    followed_until = _utc(now - timedelta(days=BOOKED_WITHIN_DAYS))
    recent = _utc(now - timedelta(days=SILENT_DAYS))
    return begins | ends | {"since": since, "now": _utc(now), "followed_until": followed_until, "recent": recent}


def _rows(memory: Memory, query: str, asked: Mapping[str, str]) -> list[Any]:
    words = query.format(letters=whole(memory, "letters"), appointments=whole(memory, "appointments"))
    return list(memory.connection.execute(text(words), asked).all())


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date, zone: tzinfo) -> str:
    return _utc(datetime.combine(day, time(), zone))


def _moment(moment: str, zone: tzinfo) -> datetime | None:
    return datetime.fromisoformat(moment).astimezone(zone) if moment else None


def _fresh_lines(files: Sequence[Any], of_all_files: Collection[str], zone: tzinfo) -> Iterator[FreshLine]:
    """One line per source; `files` are in the order in which they were read."""
    for source, of_source in groupby(files, key=itemgetter(0)):
        lines = list(of_source)
        counting = lines if source in of_all_files else lines[-1:]
        rows = sum(line[1] for line in counting)
        data_at, read_at = (_moment(max(line[place] for line in lines), zone) for place in (2, 3))
        yield FreshLine(source, len(counting), rows, data_at, read_at)


def _rule_lines(memory: Memory, stops: Sequence[Any], asked: Mapping[str, str]) -> list[RuleLine]:
    """One line per rule that had a letter, the most sent first."""
    stopped = _stopped(_rows(memory, _SENT_TO_STOPPED, asked), stops) if stops else Counter()
    followed = _followed(memory, asked)
    lines = [
        RuleLine(rule, sent, sent_year, bounced, stopped[rule], failed, withdrawn, **followed[rule])
        for rule, sent, sent_year, bounced, failed, withdrawn in _rows(memory, _RULES, asked)
    ]
    return sorted(lines, key=lambda line: (-line.sent_year, line.rule))


def _followed(memory: Memory, asked: Mapping[str, str]) -> defaultdict[str, Counter[str]]:
    """Per rule: the patients who got its letter in the trend and those who got none, and how many of each booked."""
    bookings: defaultdict[int, list[str]] = defaultdict(list)
    for patient, booked_at in _rows(memory, _BOOKINGS, asked):
        bookings[patient].append(booked_at)
    reached = [
        (rule, patient, "written_to" if sent_at else "without", sent_at or without_since)
        for rule, patient, sent_at, without_since in _rows(memory, _REACHED, asked)
    ]
    within = timedelta(days=BOOKED_WITHIN_DAYS)
    ends = {moment: _utc(datetime.fromisoformat(moment) + within) for moment in {each[3] for each in reached}}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rule, patient, group, moment in reached:
        found[rule][group] += 1
        found[rule][f"{group}_booked"] += _any_between(bookings.get(patient, ()), moment, ends[moment])
    return found


def _any_between(moments: Sequence[str], after: str, until: str) -> bool:
    """Whether one of the sorted moments lies after the first and not after the second."""
    return bisect_right(moments, after) < bisect_right(moments, until)


def _stopped(sent: Sequence[Any], stops: Sequence[Any]) -> Counter[str]:
    """Each stop counts for the rule of the last letter that its patient or address had got before."""
    found: Counter[str] = Counter()
    for at, address, patient, _ in stops:
        before = [
            rule
            for rule, moment, reader, its_address in sent
            if moment <= at and (reader == patient if patient else bool(address) and its_address == address)
        ]
        if before:
            found[before[-1]] += 1
    return found


def _silent(recent: Sequence[Any], rules: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """The rules that are on and sent nothing of late, and what became of their letters instead."""
    counts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for rule, state, count in recent:
        counts[rule].append((state, count))
    for rule, is_on in rules.items():
        if is_on and "sent" not in dict(counts[rule]):
            yield rule, ", ".join(f"{count:,} {state}" for state, count in counts[rule]) or "no letter was due"
