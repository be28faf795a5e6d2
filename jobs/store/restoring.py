"""What the memory knows of its own restoring: letters of the time between are a person's to decide."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete, or_, select

from jobs.clinic.approval import UNDATED, Restored, could_have_left, doubtful_until, restored_words
from jobs.clinic.follow_ups import Calendar, FollowUps
from jobs.store.letters import change_letters
from jobs.store.lost_database import can_be_opened
from jobs.store.memory import Memory, in_parts
from jobs.store.runs import cursor, set_cursor
from jobs.store.stops import StopLine, add_line, stop_lines
from jobs.store.tables import appointments, cursors, events, letters, patients

_NAME = "restored from a backup"
_FIRST_READ = "first read after the restoring: "


def restored(memory: Memory) -> Restored | None:
    """Which backup this memory was put back from, and when; None for one that never was."""
    kept = cursor(memory, _NAME).split()
    return Restored(*kept) if kept else None


def note_restored(memory: Memory, made_at: str, at: str) -> None:
    """Note that this memory knows nothing of what happened from `made_at` until `at` (UTC text)."""
    earlier = cursors.c.name.startswith(_FIRST_READ, autoescape=True)
    memory.connection.execute(delete(cursors).where(cursors.c.clinic_id == memory.clinic_id, earlier))
    set_cursor(memory, _NAME, f"{made_at} {at}")


def note_first_reading(memory: Memory, source: str, at: str) -> None:
    """Note that a source was read to its end, if that is the first time after a restoring."""
    if restored(memory) and not cursor(memory, _FIRST_READ + source):
        set_cursor(memory, _FIRST_READ + source, at)


def hold_what_may_have_left(
    memory: Memory, event_ids: Iterable[int], follow_ups: FollowUps, calendar: Calendar, now: str
) -> int:
    """Hold the letters just planned that these events call for, where a restoring lies between: an event without a date
    of its own counts as of the pull that saw it, so its letter seems to be due later than the one that may have left.
    Say how many."""
    back = restored(memory)
    if not back:
        return 0
    letter, event, slot = letters.c, events.c, appointments.c
    query = (
        select(letter.id, letter.rule, event.starts_at, event.seen_at, slot.source)
        .join(events, event.id == letter.event_id)
        .join(appointments, slot.id == event.appointment_id)
        .where(
            letter.clinic_id == memory.clinic_id,
            letter.state == "planned",
            event.what.in_(UNDATED),
            or_(event.happened_at == event.seen_at, event.happened_at == event.starts_at),
            event.seen_at > back.at,
        )
    )
    held, until = [], dict[str, str]()
    for part in in_parts(event_ids):
        for letter_id, name, starts_at, seen_at, source in memory.connection.execute(query.where(event.id.in_(part))):
            if source not in until:
                until[source] = doubtful_until(back, cursor(memory, _FIRST_READ + source))
            rule = follow_ups.rule(name)
            doubtful = rule and could_have_left(rule, starts_at, back, follow_ups.hours(rule), calendar)
            if doubtful and seen_at <= until[source]:
                held.append((letter_id, "held", restored_words(back, calendar.zone)))
    change_letters(memory, held, now)
    return len(held)


_FORMER_STOPS = """
    SELECT stops.at, stops.address_key, stops.patient_id, stops.category, stops.allowed, stops.reason, stops.source,
        COALESCE(patients.address_key, '')
    FROM stops LEFT JOIN patients ON patients.id = stops.patient_id AND patients.clinic_id = stops.clinic_id
    WHERE stops.clinic_id = ? ORDER BY stops.id
"""


def take_over_stops(memory: Memory, former: Path, made_at: str) -> int:
    """Add to the list of those who get no more letters what the former database knows and the backup, made at
    `made_at` (UTC text), does not; give how many lines. None where that database cannot be read any more.

    A patient is named only where number and address are the same in both: numbers are given out again.
    """
    if not can_be_opened(former):
        return 0
    try:
        with closing(sqlite3.connect(f"{former.absolute().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(_FORMER_STOPS, (memory.clinic_id,)).fetchall()
    except sqlite3.Error:
        return 0
    query = select(patients.c.id, patients.c.address_key).where(patients.c.clinic_id == memory.clinic_id)
    address_of = {patient: key for patient, key in memory.connection.execute(query)}
    known, taken = set(stop_lines(memory)), 0
    for *values, patients_address in rows:
        line = StopLine._make(values)._replace(allowed=bool(values[4]))
        key = line.address_key or patients_address
        if line in known or not key or (line.allowed and line.at < made_at):
            continue
        same = line.patient_id is not None and address_of.get(line.patient_id) == key
        add_line(memory, line._replace(address_key=key, patient_id=line.patient_id if same else None))
        taken += 1
    return taken
