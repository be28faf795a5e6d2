"""What the memory knows of its own restoring: letters of the time between are a person's to decide."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select

from jobs.clinic.approval import UNDATED, Restored, could_have_left, doubtful_until, restored_words
from jobs.clinic.follow_ups import Calendar, FollowUps
from jobs.store.letters import change_letters
from jobs.store.lost_database import can_be_opened
from jobs.store.marks import SIGNS, forget_numbered_mark, leave_mark, mark_file
from jobs.store.memory import Memory, Store
from jobs.store.rows import in_parts
from jobs.store.runs import cursor, renew_sign, set_cursor
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


def begin_new_line(memory: Memory, former: Path) -> str:
    """Give the memory that is put back a sign of its own, which the former database does not know: whoever copies that
    one back puts it into the place of another. Marks that the former one has left elsewhere, as for another clinic with
    the same database, are not held against this one. Give that sign."""
    for signs in asked_of(former, _FORMER_SIGNS, memory.clinic_id) or ():
        set_cursor(memory, SIGNS, *signs)
    renew_sign(memory)
    return cursor(memory, SIGNS).partition(" ")[0]


def leave_mark_anew(store: Store, database: Path, state_dir: Path) -> None:
    """Let a database that a person calls the right one give itself a new sign, which no copy of it knows, and leave the
    mark of it. Raises MarkUnusable."""
    with store.begin() as memory:
        renew_sign(memory)
        sign = cursor(memory, SIGNS).partition(" ")[0]
    leave_mark(mark_file(state_dir), sign)
    forget_numbered_mark(database, state_dir)


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


_FORMER_SIGNS = f"SELECT value FROM cursors WHERE clinic_id = ? AND name = '{SIGNS}'"  # noqa: S608
_FORMER_STOPS = """
    SELECT stops.at, stops.address_key, stops.patient_id, stops.category, stops.allowed, stops.reason, stops.source,
        COALESCE(patients.address_key, '')
    FROM stops LEFT JOIN patients ON patients.id = stops.patient_id AND patients.clinic_id = stops.clinic_id
    WHERE stops.clinic_id = ? ORDER BY stops.id
"""


class TakenOver(NamedTuple):
    """How many lines were taken over from which file, and the files that are there and cannot be read."""

    lines: Counter[Path]
    unread: tuple[Path, ...]


def take_over_stops(memory: Memory, elsewhere: Iterable[Path], made_at: str) -> TakenOver:
    """Add to the list of those who get no more letters what other databases know, the former one and backups, and the
    backup that is put back, made at `made_at` (UTC text), does not: in the order of their moments.

    A patient is named only where number and address are the same in both: numbers are given out again. A stop that
    somebody answered later, as the backup knows, stays answered.
    """
    query = select(patients.c.id, patients.c.address_key).where(patients.c.clinic_id == memory.clinic_id)
    address_of = {patient: key for patient, key in memory.connection.execute(query)}
    mine = [_with_key(line, address_of.get(line.patient_id or 0, "")) for line in stop_lines(memory)]
    known, answers = set(mine), [line for line in mine if line.allowed]
    lines, unread, taken = list[tuple[StopLine, Path]](), [], Counter[Path]()
    for file in elsewhere:
        if (found := _stops_in(file, memory.clinic_id)) is None:
            unread.append(file)
        lines += [(line, file) for line in found or ()]
    for line, file in sorted(lines, key=lambda each: each[0].at):
        itself = line.patient_id is not None and address_of.get(line.patient_id) == line.address_key
        new = line if itself else line._replace(patient_id=None)
        if new in known or not new.address_key or (new.allowed and new.at < made_at) or _answered(new, answers):
            continue
        add_line(memory, new)
        known.add(new)
        taken[file] += 1
    return TakenOver(taken, tuple(unread))


def _stops_in(database: Path, clinic_id: str) -> list[StopLine] | None:
    """The lines of another database, each with the address that it is about; None where it cannot be read any more."""
    rows = asked_of(database, _FORMER_STOPS, clinic_id)
    if rows is None:
        return None
    return [_with_key(StopLine._make(values)._replace(allowed=bool(values[4])), key) for *values, key in rows]


def asked_of(database: Path, query: str, clinic_id: str) -> list[Any] | None:
    """What another database answers for a clinic; nothing where it is gone, None where it cannot be read any more."""
    if not database.exists():
        return []
    if not can_be_opened(database):
        return None
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as other:
            return other.execute(query, (clinic_id,)).fetchall()
    except sqlite3.Error:
        return None


def _with_key(line: StopLine, patients_address: str) -> StopLine:
    return line._replace(address_key=line.address_key or patients_address)


def _answered(line: StopLine, answers: Iterable[StopLine]) -> bool:
    return not line.allowed and any(
        answer.address_key == line.address_key and answer.at > line.at and answer.category in ("all", line.category)
        for answer in answers
    )
