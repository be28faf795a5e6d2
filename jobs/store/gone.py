"""Coming appointments that their source no longer has: gone, moved, or only missing from a part of an export."""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from jobs.clinic.events import Known, Seen, events_of
from jobs.store.appointments import EVENT
from jobs.store.memory import Memory
from jobs.store.rows import insert_new, setting, update_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, events
from jobs.store.upheavals import Gone

MOST_GONE = 10
"""So many coming appointments may vanish at once, or a fifth of all; more looks like an export of a part of them."""
Brought = Sequence[tuple[int, str]]
"""Coming visits that a file has and the one before it had not: the patient, when they begin."""


class _Coming(NamedTuple):
    id: int
    patient_id: int
    mark: int
    starts_at: str


def mark_gone(
    memory: Memory,
    source: str,
    gone: Collection[int],
    now: str,
    no_more: Collection[int] = frozenset(),
    brought: Brought = (),
    is_right: bool = False,
    renumbered: Collection[int] = frozenset(),
) -> Gone:
    """Count coming appointments that their source no longer has as rescheduled since now: nobody is reminded of them.

    Only up to the last one that the source still has, for a later day may simply not be in the file; of entries that
    are there and are no appointment any more (`no_more`) that is no question. One that comes back is booked again.
    `gone` and `no_more` are marks; `now` is UTC text. With `is_right`, a person has said that the file is.

    Very many are believed to be gone only where most of them were moved. Those of which an earlier file was not
    believed stay, however few become of them, until most of them are back: then the export is whole again.
    Of patients whose visits a new system has `renumbered`, it knows all that stands.
    """
    coming = _coming(memory, source, now)
    here = [slot for slot in coming if slot.mark not in gone and slot.mark not in no_more]
    last = max((slot.starts_at for slot in coming if slot.mark not in gone), default="")
    missing = [slot for slot in coming if slot.mark in no_more or (slot.mark in gone and slot.starts_at <= last)]
    is_whole = bool(coming) and len(here) * 2 >= len(coming)
    open_marks = frozenset(slot.mark for slot in coming if slot.mark in gone) if is_whole else None
    if not missing:
        return Gone(open_marks=open_marks)
    most = max(MOST_GONE, len(coming) // 5)
    lost = {slot.id: (slot.patient_id, slot.starts_at) for slot in missing} if len(missing) > most else {}
    told = frozenset[int]() if is_right else _still_told(memory, source, coming, here)
    anew = [slot for slot in missing if slot.patient_id in renumbered]
    going = [slot for slot in missing if slot.id not in told and slot.patient_id not in renumbered]
    if len(going) > most and not is_right and not _were_moved(going, brought, len(here), most):
        going = []
    going += anew
    kept = frozenset(slot.id for slot in missing).difference(slot.id for slot in going)
    return _mark(memory, going, now)._replace(kept=kept, lost=lost, open_marks=open_marks if kept <= told else None)


def _coming(memory: Memory, source: str, now: str) -> list[_Coming]:
    table = appointments.c
    query = select(table.id, table.patient_id, table.mark, table.starts_at).where(
        table.clinic_id == memory.clinic_id, table.source == source, table.status == "booked", table.starts_at > now
    )
    rows = memory.connection.execute(query.where(table.starts_on >= _yesterday(now)))
    return [_Coming._make(row) for row in rows]


def _yesterday(now: str) -> str:
    """The clinic's day may be behind that of UTC."""
    return (date.fromisoformat(now[:10]) - timedelta(days=1)).isoformat()


def _were_moved(going: Sequence[_Coming], brought: Brought, here: int, most: int) -> bool:
    """Whether all but a few of these have another time now, and as many stand where they were."""
    from jobs.clinic.upheavals import moved_within_a_week  # of a day on which nothing is as usual

    count = moved_within_a_week([(slot.patient_id, slot.starts_at) for slot in going], brought)
    return len(going) - count <= most and count <= here - len(brought)


def _still_told(memory: Memory, source: str, coming: Sequence[_Coming], here: Sequence[_Coming]) -> frozenset[int]:
    """Those that a person was told are missing, unless most of them are back."""
    told = missing_before(memory, source)
    still, back = sum(slot.id in told for slot in coming), sum(slot.id in told for slot in here)
    return frozenset() if back * 2 >= still else told


def missing_before(memory: Memory, source: str) -> frozenset[int]:
    """The appointments of a source of which a person was told that they are missing and still count."""
    return frozenset(json.loads(cursor(memory, f"missing: {source}") or "[]"))


def note_missing(memory: Memory, source: str, kept: frozenset[int]) -> int:
    """How many missing appointments a person is to be told of: those of which she was told, as long as they are the
    same ones, be some of them over by now."""
    told = missing_before(memory, source)
    if kept and kept <= told:
        return len(told)
    if kept != told:
        set_cursor(memory, f"missing: {source}", json.dumps(sorted(kept)) if kept else "")
    return len(kept)


def let_missing_go(memory: Memory, source: str, now: str) -> Gone:
    """Count what is missing from a source as gone, as a person says."""
    missing = missing_before(memory, source)
    going = [slot for slot in _coming(memory, source, now) if slot.id in missing]
    note_missing(memory, source, frozenset())
    return _mark(memory, going, now)


def _mark(memory: Memory, going: Sequence[_Coming], now: str) -> Gone:
    changed = [("rescheduled", now, "", 0, slot.id) for slot in going]
    update_rows(memory, *setting(appointments, ("status", "cancelled_at", "row_hash", "unread")), changed)
    return Gone(len(going), patients=frozenset(slot.patient_id for slot in going))


def cancel(memory: Memory, source: str, marks: Collection[int], now: str) -> Gone:
    """Cancel coming appointments that were deleted or cancelled in their calendar; each is an event, if it counts.

    `marks` are what the calendar knows them by; too many at once are not believed, nor are those of which a person was
    told that they are missing, as in `mark_gone`.
    """
    table = appointments.c
    columns = (table.id, table.patient_id, table.mark, table.starts_at, table.step, table.same_as, table.status)
    query = select(*columns).where(
        table.clinic_id == memory.clinic_id, table.source == source, table.starts_on >= _yesterday(now),
        table.starts_at > now, table.status == "booked",
    )  # fmt: skip
    coming, told = memory.connection.execute(query).all(), missing_before(memory, source)
    kept = frozenset(slot.id for slot in coming if slot.mark in marks and slot.id in told)
    found = [slot for slot in coming if slot.mark in marks and slot.id not in told]
    if len(found) > max(MOST_GONE, len(coming) // 5):
        return Gone(kept=kept.union(slot.id for slot in found))
    changed = [("cancelled", now, "", 0, slot.id) for slot in found]
    update_rows(memory, *setting(appointments, ("status", "cancelled_at", "row_hash", "unread")), changed)
    happened = [
        (memory.clinic_id, slot.id, slot.patient_id, what, at, now, slot.starts_at)
        for slot in found
        if not slot.same_as
        for what, at in events_of(
            Known(slot.starts_at, slot.status, slot.step), Seen(slot.starts_at, "cancelled", slot.step, "", now), now
        )
    ]
    insert_new(memory, events, EVENT, happened)
    return Gone(len(found), kept, frozenset(slot.patient_id for slot in found))
