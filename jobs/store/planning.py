"""The planner's part of the memory: the events it has not seen, the rules' first days, the letters it planned."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, select, update

from jobs.clinic.follow_ups import Calendar, FollowUps, Rule, utc_text
from jobs.clinic.letter_life import DIED, WayBack, ways_back
from jobs.clinic.planning import Happening, Planned, planned_anew, timing, too_late_words
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_new, setting, update_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, cursors, events, letters, patients

_PLANNED_UP_TO = "letters planned up to event"
_TIMING = "times by which letters are planned"
RULE_START = "start of rule "
_BACK_WITHIN = timedelta(days=60)  # of its day, a letter can come back; no rule allows it to be later
_KIND = {"completed": "arrived"}  # the same thing, seen earlier or later


class News(NamedTuple):
    """Events that the planner has not seen; `up_to` is where its cursor may move once their letters are planned."""

    happenings: list[Happening]
    up_to: int
    is_all: bool


def news(memory: Memory, kinds: Collection[str], most: int) -> News:
    """The events of these kinds since the planner's cursor, oldest first, at most so many."""
    event, since = events.c, int(cursor(memory, _PLANNED_UP_TO) or 0)
    ours = event.clinic_id == memory.clinic_id
    newest = memory.connection.execute(select(func.max(event.id)).where(ours)).scalar() or since
    query = select(
        event.id, event.appointment_id, event.patient_id, event.what, event.happened_at, event.starts_at, event.seen_at
    ).where(ours, event.id > since, event.what.in_(kinds))
    found = memory.connection.execute(query.order_by(event.id).limit(most)).all()
    seen = _seen_before(memory, {row.appointment_id for row in found}, since)
    happenings = []
    for row in found:
        whose = row.appointment_id, row.patient_id
        kind = *whose, _KIND.get(row.what, row.what)
        repeated = kind in seen or (row.what == "moved" and (*whose, "booked") in seen)
        happenings.append(Happening(*row[:-1], repeated=repeated, seen_at=row.seen_at))
        seen.add(kind)
    is_all = len(found) < most
    return News(happenings, newest if is_all else found[-1].id, is_all)


def _seen_before(memory: Memory, appointment_ids: Iterable[int], until: int) -> set[tuple[int, int, str]]:
    """What had happened to these appointments up to an event, each with the patient who had it then."""
    if not until:
        return set()
    event = events.c
    columns = event.appointment_id, event.patient_id, event.what, event.id
    query = select(*columns).where(event.clinic_id == memory.clinic_id)
    return {
        (appointment_id, patient_id, _KIND.get(what, what))
        for part in in_parts(appointment_ids)
        for appointment_id, patient_id, what, event_id in memory.connection.execute(
            query.where(event.appointment_id.in_(part))
        )
        if event_id <= until  # asked of SQLite, it walks all events up to this one
    }


def rule_starts(memory: Memory, follow_ups: FollowUps, today: str) -> dict[str, str]:
    """The day from which each rule counts: its own `start`, else the day on which it was first seen switched on."""
    found, known = {}, remembered(memory, RULE_START)
    for rule in follow_ups.rules:
        if not rule.on:
            continue
        first_day = known.get(rule.name, "")
        if not rule.start and not first_day:
            set_cursor(memory, f"{RULE_START}{rule.name}", today)
        found[rule.name] = rule.start or first_day or today
    return found


def remembered(memory: Memory, beginning: str) -> dict[str, str]:
    """The remembered values whose names begin like this, by the rest of their names."""
    ours = cursors.c.clinic_id == memory.clinic_id
    query = select(cursors.c.name, cursors.c.value).where(ours, cursors.c.name.startswith(beginning, autoescape=True))
    return {name.removeprefix(beginning): value for name, value in memory.connection.execute(query)}


def plan_anew(memory: Memory, follow_ups: FollowUps, calendar: Calendar, now: str) -> int:
    """Where the times of a rule, the sending hours or the holidays were changed, give the letters that are planned for
    later their new day. Say how many have another one."""
    wanted = timing(follow_ups, calendar)
    if cursor(memory, _TIMING) == wanted:
        return 0
    letter, event = letters.c, events.c
    query = (
        select(letter.id, letter.rule, letter.due_at, letter.expires_at, event.id, event.appointment_id,
               letter.patient_id, event.what, event.happened_at, event.starts_at, event.seen_at)
        .join(events, event.id == letter.event_id)
        .where(letter.clinic_id == memory.clinic_id, letter.state.in_(("planned", "ready")), letter.due_at > now)
    )  # fmt: skip
    changes = []
    for letter_id, name, due, expires, *happened, seen_at in memory.connection.execute(query):
        if (rule := follow_ups.rule(name)) and rule.on:
            happening = Happening._make((*happened, False, seen_at))
            new = planned_anew(happening, due, expires, rule, follow_ups.hours(rule), calendar, now)
            if new != (due, expires):
                changes.append((*new, letter_id, new[0] != due))
    update_rows(memory, *setting(letters, ("due_at", "expires_at")), [change[:3] for change in changes])
    set_cursor(memory, _TIMING, wanted)
    return sum(change[3] for change in changes)


def save_plan(memory: Memory, planned: Iterable[Planned], up_to: int, now: datetime) -> int:
    """Keep the letters that the events call for and move the cursor, in one step; say how many are new."""
    new = save_planned(memory, planned, now)
    set_cursor(memory, _PLANNED_UP_TO, str(up_to))
    return new


def save_planned(memory: Memory, planned: Iterable[Planned], now: datetime) -> int:
    """Keep letters that are called for; say how many are new.

    Those that will never leave are kept with their reason, as withdrawn, and do not count.
    The UNIQUE constraint over patient, rule and event is what makes a second letter impossible.
    """
    at = utc_text(now)
    names, new = ("clinic_id", "state", "changed_at", *Planned._fields), {"planned": 0, "withdrawn": 0}
    rows: dict[str, list[tuple[object, ...]]] = {state: [] for state in new}
    for letter in planned:
        state = "withdrawn" if letter.reason else "planned"
        rows[state].append((memory.clinic_id, state, at, *letter))
    for state in new:
        new[state] = insert_new(memory, letters, names, rows[state]) if rows[state] else 0
    return new["planned"]


def bring_back(memory: Memory, rules: Iterable[Rule], now: str, zone: ZoneInfo) -> int:
    """Make letters ready again whose appointment has the right status again, all but the welcome at the same time: a
    visit that was cancelled and is booked again, an outcome that was marked by slip and corrected. Say how many.

    Only those of these rules that did not leave; of those that are too late by now, that is the reason from now on. The
    status itself is no new event: a calendar and an export that contradict each other would otherwise call for a letter
    with each pull.
    """
    letter, event, slot = letters.c, events.c, appointments.c
    by_name = {rule.name: rule for rule in rules if rule.on}
    alike: dict[WayBack, list[str]] = {}
    for rule in by_name.values():
        for way in ways_back(rule):
            alike.setdefault(way, []).append(rule.name)
    query = (
        select(letter.id, letter.rule, letter.due_at, letter.expires_at)
        .join(events, event.id == letter.event_id)
        .join(appointments, slot.id == event.appointment_id)
        .where(
            letter.clinic_id == memory.clinic_id,
            letter.state == "withdrawn",
            letter.due_at > utc_text(datetime.fromisoformat(now) - _BACK_WITHIN),
            or_(*(_right_again(names, way) for way, names in alike.items())),
            slot.patient_id == letter.patient_id,
        )
    )
    back, late = list[int](), list[tuple[int, str]]()
    for letter_id, name, due_at, expires_at in memory.connection.execute(query) if alike else ():
        if expires_at > now:
            back.append(letter_id)
        else:
            late.append((letter_id, too_late_words(due_at, by_name[name], zone)))
    this = update(letters).where(letters.c.id == bindparam("letter"), letters.c.state == "withdrawn")
    if back:
        rows = [{"letter": letter_id, "at": now} for letter_id in back]
        memory.connection.execute(this.values(state="ready", reason="", changed_at=bindparam("at")), rows)
    if late:
        rows = [{"letter": letter_id, "why": why} for letter_id, why in late]
        memory.connection.execute(this.values(reason=bindparam("why")), rows)
    return len(back)


def _right_again(rules: Sequence[str], way: WayBack) -> ColumnElement[bool]:
    """Of the letters of these rules those that come back this way; of a patient who had died, once a person says that
    this was a slip."""
    letter, event, slot = letters.c, events.c, appointments.c
    dead = select(patients.c.id).where(patients.c.id == letter.patient_id, patients.c.died != "")
    alive = or_(letter.reason != DIED, not_(dead.exists()))
    which = [letter.rule.in_(rules), letter.reason.in_(way.reasons), slot.status.in_(way.statuses), alive]
    which += [slot.starts_at == event.starts_at] if way.at_same_time else []
    which += [event.what == way.called_by] if way.called_by else []
    return and_(*which)
