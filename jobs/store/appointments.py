"""Appointments and patients: what a pull saw is compared with what we knew, and only what changed is written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, tzinfo
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from jobs.clinic.events import Known, Seen, events_of
from jobs.clinic.records import Appointment
from jobs.store.memory import Memory
from jobs.store.patient_records import Heard, save_patients
from jobs.store.rows import in_parts, insert_new, insert_rows, next_id, setting, update_rows
from jobs.store.tables import appointments, events
from jobs.store.upheavals import Upheaval

SLOT = (
    "starts_at",
    "ends_at",
    "starts_on",
    "booked_at",
    "booked_on",
    "cancelled_at",
    "status",
    "kind",
    "step",
    "provider",
    "location",
    "diagnosis",
    "complaint",
    "activity",
    "service",
    "referral_source",
    "referring_provider",
    "payer",
    "billed",
    "paid",
)
_CHANGING = (*SLOT, "patient_id", "named_id", "row_hash", "mark")
_IN_PLACE = (*SLOT[1:], "row_hash", "mark")
"""What changes of an appointment that keeps its patient and its time: an index is written anew wherever a column of it
is named, whether the value differs or not."""
_NEW = (*_CHANGING, "id", "clinic_id", "key", "source")
EVENT = ("clinic_id", "appointment_id", "patient_id", "what", "happened_at", "seen_at", "starts_at")
_values = attrgetter(*SLOT)


class Passed(NamedTuple):
    """An appointment that kept its number and is given for another patient than before, as it was and as it is. What
    has happened by that is to be told once it is known whether the two are one."""

    slot_id: int
    former: int
    known: Known
    seen: Seen
    was_twin: bool = False  # its first source told what happened, until it is known not to be that one's


class Saved(NamedTuple):
    """What one batch came to."""

    new: int
    changed: int
    same: int
    patients: frozenset[int]  # whose appointments are new or changed
    records: frozenset[int] = frozenset()  # of patients, that are new or changed
    slots: frozenset[int] = frozenset()  # the appointments that are new or changed
    handed_over: frozenset[tuple[int, int]] = frozenset()  # records: an appointment's former patient, and its new one
    added: frozenset[int] = frozenset()  # the appointments that are new
    held: frozenset[str] = frozenset()  # keys of those whose row gives no time of day any more, and is left out
    passed: Sequence[Passed] = ()  # those that had another patient before
    back: frozenset[int] = frozenset()  # twins that their source has again after they were gone


def save_appointments(
    memory: Memory,
    batch: Sequence[Appointment],
    source: str,
    seen_at: str,
    marks: Sequence[int] = (),
    heard: Heard | None = None,
    noted: Upheaval | None = None,
    untimed: Mapping[str, object] | None = None,
    zone: tzinfo = UTC,
) -> Saved:
    """Write the new and changed appointments of one source, their patients and the events they stand for.

    `batch`: keys are unique; `marks`: one for each, by which `mark_gone` finds it; `seen_at`: UTC text. A patient's
    known value is never overwritten by an empty one: a calendar without addresses does not erase those of the export.
    `heard` and `noted` are for all batches of one file. A row of `untimed` (by key) is left out where a time of day is
    known and something is to be told of it; where nothing is, the known one stays.
    """
    noted, untimed = Upheaval() if noted is None else noted, untimed or {}
    ids, records = save_patients(memory, batch, source, {} if heard is None else heard, noted)
    known = _known(memory, [slot.key for slot in batch])
    writing = _Writing(memory, source, seen_at, noted)
    marked: list[tuple[int, int]] = []
    mended: list[tuple[int, int]] = []
    held: set[str] = set()
    for slot, mark in zip(batch, marks or [0] * len(batch), strict=True):
        before = known.get(slot.key)
        if before and slot.key in untimed and _at_its_hour(before.known.starts_at, zone):
            if untimed[slot.key]:
                held.add(slot.key)
                continue
            slot = _with_hour_of(slot, before.known.starts_at, zone)
        values = _values(slot)
        record_id, patient_id = ids[slot.patient_key]
        row_hash = _hash(record_id, values)
        if before is None or before.row_hash != row_hash:
            writing.add(slot, before, _Now(values, patient_id, record_id, row_hash, mark))
        elif before.mark != mark:
            marked.append((mark, before.id))
        if before is not None and before.unread:
            mended.append((0, before.id))
    writing.write()
    update_rows(memory, *setting(appointments, ("mark",)), marked)
    update_rows(memory, *setting(appointments, ("unread",)), mended)
    if held:
        set_aside(memory, held)
    return writing.saved(len(batch), records)._replace(held=frozenset(held))


def _at_its_hour(starts_at: str, zone: tzinfo) -> bool:
    """Whether this is more than a day; a day alone is kept as its midnight."""
    return datetime.fromisoformat(starts_at).astimezone(zone).time() != time()


def _with_hour_of(slot: Appointment, known: str, zone: tzinfo) -> Appointment:
    day = datetime.fromisoformat(known).astimezone(zone).date().isoformat()
    return slot._replace(starts_at=known) if day == slot.starts_on else slot


def set_aside(memory: Memory, keys: Collection[str]) -> None:
    """Note of the known ones of these appointments that their newest row cannot be read: their letters wait until it
    can. What was known of them stays."""
    table = appointments.c
    for part in in_parts(keys):
        which = table.clinic_id == memory.clinic_id, table.key.in_(part), table.unread == 0
        memory.connection.execute(update(appointments).where(*which).values(unread=1))


class _Now(NamedTuple):
    """What an appointment is now: its values, its patient, the record it was given for, and how it is known again."""

    values: tuple[str, ...]
    patient_id: int
    record_id: int
    row_hash: str
    mark: int


class _Writing:
    """The appointments of one batch that are new or changed, with what follows from them, until they are written."""

    def __init__(self, memory: Memory, source: str, seen_at: str, noted: Upheaval) -> None:
        self._memory, self._source, self._seen_at, self._noted = memory, source, seen_at, noted
        self._first_id = next_id(memory, appointments)
        self._new: list[tuple[Any, ...]] = []
        self._changed: list[tuple[Any, ...]] = []
        self._in_place: list[tuple[Any, ...]] = []
        self._happened: list[tuple[Any, ...]] = []
        self._touched: set[int] = set()
        self._slots: set[int] = set()
        self._handed_over: set[tuple[int, int]] = set()
        self._passed: list[Passed] = []
        self._back: set[int] = set()

    def add(self, slot: Appointment, before: "_Before | None", now: _Now) -> None:
        """Hear of an appointment that is not what it was `before`, None for one that is new."""
        values, patient_id, record_id, row_hash, mark = now
        named_id = 0 if record_id == patient_id else record_id
        self._touched.add(patient_id)
        if before is None:
            slot_id, about = self._first_id + len(self._new), (self._memory.clinic_id, slot.key, self._source)
            self._new.append((*values, patient_id, named_id, row_hash, mark, slot_id, *about))
        else:
            slot_id = before.id
            self._touched.add(before.patient_id)
            if (before.patient_id, before.record_id, before.known.starts_at) == (patient_id, record_id, slot.starts_at):
                self._in_place.append((*values[1:], row_hash, mark, slot_id))
            else:
                self._changed.append((*values, patient_id, named_id, row_hash, mark, slot_id))
            if before.record_id != record_id:
                self._handed_over.add((before.record_id, record_id))
            if before.same_as and not before.row_hash:
                self._back.add(slot_id)
            self._note(slot, before, patient_id, record_id)
        self._slots.add(slot_id)
        if slot.status == "booked" and slot.starts_at > self._seen_at and (before is None or before.was_gone()):
            self._noted.booked[slot_id] = patient_id, slot.starts_at
        has_passed = before is not None and before.patient_id != patient_id
        if before is None or not before.same_as or has_passed:  # else the source that counts tells what happens
            seen = Seen(slot.starts_at, slot.status, slot.step, slot.booked_at, slot.cancelled_at)
            if before is not None and has_passed:
                self._passed.append(Passed(slot_id, before.patient_id, before.known, seen, bool(before.same_as)))
                return
            clinic_id = self._memory.clinic_id
            for what, happened_at in events_of(before and before.known, seen, self._seen_at):
                told = clinic_id, slot_id, patient_id, what, happened_at, self._seen_at, slot.starts_at
                self._happened.append(told)

    def _note(self, slot: Appointment, before: "_Before", patient_id: int, record_id: int) -> None:
        """Note a visit that was to come, or is to come now, and has another time or another patient; one that was held
        back for that also when it is over."""
        self._noted.shifted += slot.starts_at != before.known.starts_at
        if before.record_id != record_id:
            self._noted.former.add(before.record_id)
        over = max(before.known.starts_at, slot.starts_at) <= self._seen_at
        if before.known.status != "booked" or (
            over and not self._noted.was_held(before.id, slot.starts_at, slot.patient_key)
        ):
            return
        if slot.starts_at != before.known.starts_at and (slot.status == "booked" or over):
            self._noted.moved[before.id] = patient_id, before.known.starts_at, slot.starts_at
        if before.record_id != record_id:
            self._noted.handed_over[before.id] = before.record_id, record_id

    def write(self) -> None:
        memory = self._memory
        insert_rows(memory, insert(appointments), _NEW, self._new)
        update_rows(memory, *setting(appointments, _CHANGING), self._changed)
        update_rows(memory, *setting(appointments, _IN_PLACE), self._in_place)
        insert_new(memory, events, EVENT, self._happened)

    def saved(self, all_of_them: int, records: Iterable[int]) -> Saved:
        """What a batch of so many came to; `records` of patients are new or changed."""
        new, changed = len(self._new), len(self._changed) + len(self._in_place)
        about = frozenset(self._touched), frozenset(records), frozenset(self._slots), frozenset(self._handed_over)
        added = frozenset(range(self._first_id, self._first_id + new))
        saved = Saved(new, changed, all_of_them - new - changed, *about, added, passed=self._passed)
        return saved._replace(back=frozenset(self._back))


class _Before(NamedTuple):
    id: int
    patient_id: int
    record_id: int
    row_hash: str
    mark: int
    same_as: int
    unread: int
    known: Known

    def was_gone(self) -> bool:
        return self.known.status == "rescheduled"


def _known(memory: Memory, keys: Iterable[str]) -> dict[str, _Before]:
    table = appointments.c
    query = select(
        table.key,
        table.id,
        table.patient_id,
        table.named_id,
        table.row_hash,
        table.mark,
        table.same_as,
        table.unread,
        table.starts_at,
        table.status,
        table.step,
    ).where(table.clinic_id == memory.clinic_id)
    return {
        key: _Before(slot_id, patient_id, named_id or patient_id, row_hash, mark, same_as, unread, Known(*rest))
        for part in in_parts(keys)
        for key, slot_id, patient_id, named_id, row_hash, mark, same_as, unread, *rest in memory.connection.execute(
            query.where(table.key.in_(part))
        ).all()
    }


def _hash(record_id: int, values: tuple[str, ...]) -> str:
    return blake2b("\x1f".join((str(record_id), *values)).encode(), digest_size=12).hexdigest()
