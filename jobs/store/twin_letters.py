"""The letters of a twin: what left because of it counts for the appointment that stays, what has not left is withdrawn.

So the UNIQUE constraint over patient, rule and event refuses the second letter, as it does for one source.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select, update

from jobs.clinic.reconcile import Entry
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import appointments, events, letters

_GONE = ("sent", "attempting", "unknown")
_OPEN = ("planned", "ready", "deferred", "held", "failed")


class _Words(NamedTuple):
    """Why letters of a twin, and those that its appointment has already, are withdrawn."""

    no_more: str
    has_it: str
    was_sent: str


_IN_TWO_SOURCES = _Words(
    "another source counts for this appointment",
    "the same appointment has this letter from another source",
    "this letter was sent for the same appointment from another source",
)
_RENUMBERED = _Words(
    "this appointment has another number by now",
    "the same appointment has this letter under another number",
    "this letter was sent for the same appointment under another number",
)


def move_letters(memory: Memory, pairs: Iterable[tuple[Entry, Entry]], at: str) -> None:
    """What left because of a twin counts for the appointment that stays; what has not left is withdrawn."""
    now = list(pairs)
    query = select(events.c.appointment_id).join(letters, letters.c.event_id == events.c.id).distinct()
    query = query.where(events.c.clinic_id == memory.clinic_id, letters.c.clinic_id == memory.clinic_id)
    written = {
        slot_id
        for part in in_parts(twin.id for twin, _ in now)
        for slot_id in memory.connection.execute(query.where(events.c.appointment_id.in_(part))).scalars()
    }
    for twin, first in now:
        if twin.id in written:
            _move_letters_of(memory, twin, first, at)
            written.add(first.id)


def _move_letters_of(memory: Memory, twin: Entry, first: Entry, at: str) -> None:
    theirs, mine = _letters_of(memory, twin.id), _letters_of(memory, first.id)
    if not theirs:
        return
    change, patient_id = memory.connection.execute, _patient(memory, first.id)
    events_of_first = _events_of(memory, first.id)
    why = _RENUMBERED if twin.source == first.source else _IN_TWO_SOURCES
    taken = {(letter.rule, letter.event_id): letter for letter in mine}
    for letter in theirs:
        event_id = events_of_first.get((letter.what, letter.starts_at))
        if event_id is None and twin.source == first.source and letter.starts_at == twin.starts_at:
            event_id = events_of_first.get((letter.what, first.starts_at))  # the new number has another time
        if event_id is None and letter.state in _GONE:
            ours = {"patient_id": patient_id}
            change(update(events).where(events.c.id == letter.event_id).values(appointment_id=first.id, **ours))
            change(update(letters).where(letters.c.event_id == letter.event_id).values(ours))
            events_of_first[letter.what, letter.starts_at] = letter.event_id
        elif event_id is None:
            _withdraw(memory, letter, why.no_more, at)
        elif (other := taken.get((letter.rule, event_id))) is None:
            ours = {"event_id": event_id, "patient_id": patient_id}
            change(update(letters).where(letters.c.id == letter.id).values(ours))
        else:
            _withdraw(memory, letter, why.has_it, at)
            if letter.state in _GONE:
                _withdraw(memory, other, why.was_sent, at)


class _Letter(NamedTuple):
    id: int
    rule: str
    state: str
    event_id: int
    what: str
    starts_at: str


def _letters_of(memory: Memory, slot_id: int) -> list[_Letter]:
    query = (
        select(letters.c.id, letters.c.rule, letters.c.state, letters.c.event_id, events.c.what, events.c.starts_at)
        .join(events, (events.c.id == letters.c.event_id) & (events.c.patient_id == letters.c.patient_id))
        .where(
            events.c.clinic_id == memory.clinic_id,
            letters.c.clinic_id == memory.clinic_id,
            events.c.appointment_id == slot_id,
        )
        .order_by(letters.c.id)
    )
    return [_Letter._make(row) for row in memory.connection.execute(query)]


def _events_of(memory: Memory, slot_id: int) -> dict[tuple[str, str], int]:
    table = events.c
    query = (
        select(table.what, table.starts_at, table.id)
        .join(
            appointments, (appointments.c.id == table.appointment_id) & (appointments.c.patient_id == table.patient_id)
        )
        .where(table.clinic_id == memory.clinic_id, table.appointment_id == slot_id)
    )
    return {(what, starts_at): event_id for what, starts_at, event_id in memory.connection.execute(query)}


def _patient(memory: Memory, slot_id: int) -> int:
    query = select(appointments.c.patient_id).where(appointments.c.id == slot_id)
    return int(memory.connection.execute(query).scalar_one())


def _withdraw(memory: Memory, letter: _Letter, why: str, at: str) -> None:
    """Only what has not left can be withdrawn."""
    if letter.state in _OPEN:
        change = {"state": "withdrawn", "reason": why, "changed_at": at}
        memory.connection.execute(update(letters).where(letters.c.id == letter.id).values(change))
