"""Appointments and patients: what a pull saw is compared with what we knew, and only what changed is written."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from jobs.clinic.addresses import address_key
from jobs.clinic.events import Known, Seen, events_of
from jobs.clinic.records import Appointment
from jobs.store.memory import Memory, in_parts, insert_new, insert_rows, next_id
from jobs.store.tables import appointments, events, patients

_PATIENT = ("first_name", "last_name", "email", "phone", "birth_date", "email_consent")
_SLOT = (
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
_NEW = (*_SLOT, "patient_id", "row_hash", "id", "clinic_id", "key", "source")
_EVENT = ("clinic_id", "appointment_id", "patient_id", "what", "happened_at", "seen_at", "starts_at")
_values = attrgetter(*_SLOT)
_person = attrgetter(*_PATIENT)
_Person = tuple[str, ...]  # in the order of _PATIENT


class Saved(NamedTuple):
    """What one batch came to."""

    new: int
    changed: int
    same: int
    patients: frozenset[int]  # whose appointments are new or changed


def save_appointments(memory: Memory, batch: Sequence[Appointment], source: str, seen_at: str) -> Saved:
    """Write the new and changed appointments of one source, their patients and the events they stand for.

    `batch`: keys are unique; `seen_at`: UTC text. A patient's known value is never overwritten by an empty one: a
    calendar without addresses does not erase those of the export.
    """
    ids = _save_patients(memory, batch)
    known = _known(memory, [slot.key for slot in batch])
    first_id = next_id(memory, appointments)
    new: list[tuple[Any, ...]] = []
    changed: list[dict[str, Any]] = []
    happened: list[tuple[Any, ...]] = []
    touched: set[int] = set()
    for slot in batch:
        values = _values(slot)
        patient_id = ids[slot.patient_key]
        row_hash = _hash(patient_id, values)
        before = known.get(slot.key)
        if before is not None and before.row_hash == row_hash:
            continue
        touched.add(patient_id)
        if before is None:
            slot_id = first_id + len(new)
            new.append((*values, patient_id, row_hash, slot_id, memory.clinic_id, slot.key, source))
        else:
            slot_id = before.id
            touched.add(before.patient_id)
            row = dict(zip(_SLOT, values, strict=True))
            changed.append(row | {"patient_id": patient_id, "row_hash": row_hash, "slot_id": slot_id})
        happened += _events(memory, slot_id, patient_id, before and before.known, slot, seen_at)
    insert_rows(memory, insert(appointments), _NEW, new)
    if changed:
        memory.connection.execute(update(appointments).where(appointments.c.id == bindparam("slot_id")), changed)
    insert_new(memory, events, _EVENT, happened)
    return Saved(len(new), len(changed), len(batch) - len(new) - len(changed), frozenset(touched))


class _Before(NamedTuple):
    id: int
    patient_id: int
    row_hash: str
    known: Known


def _known(memory: Memory, keys: Iterable[str]) -> dict[str, _Before]:
    table = appointments.c
    query = select(
        table.key, table.id, table.patient_id, table.row_hash, table.starts_at, table.status, table.step
    ).where(table.clinic_id == memory.clinic_id)
    return {
        key: _Before(slot_id, patient_id, row_hash, Known(*rest))
        for part in in_parts(keys)
        for key, slot_id, patient_id, row_hash, *rest in memory.connection.execute(
            query.where(table.key.in_(part))
        ).all()
    }


def _events(
    memory: Memory, slot_id: int, patient_id: int, known: Known | None, slot: Appointment, seen_at: str
) -> list[tuple[Any, ...]]:
    seen = Seen(slot.starts_at, slot.status, slot.step, slot.booked_at, slot.cancelled_at)
    return [
        (memory.clinic_id, slot_id, patient_id, what, happened_at, seen_at, slot.starts_at)
        for what, happened_at in events_of(known, seen, seen_at)
    ]


def _save_patients(memory: Memory, batch: Sequence[Appointment]) -> dict[str, int]:
    """Write the patients of a batch that are new or changed; give the id of each by its key."""
    seen: dict[str, _Person] = {}
    for slot in batch:
        person = _person(slot)
        seen[slot.patient_key] = _completed(person, seen.get(slot.patient_key, person))
    known = _known_patients(memory, seen)
    ids = {key: patient_id for key, (patient_id, _) in known.items()}
    first_id = next_id(memory, patients)
    new: list[tuple[Any, ...]] = []
    changed: list[dict[str, Any]] = []
    for key, person in seen.items():
        if key not in known:
            ids[key] = first_id + len(new)
            new.append((*person, _address_key(person), ids[key], memory.clinic_id, key))
        elif (person := _completed(person, known[key][1])) != known[key][1]:
            row = dict(zip(_PATIENT, person, strict=True))
            changed.append(row | {"address_key": _address_key(person), "whose": ids[key]})
    insert_rows(memory, insert(patients), (*_PATIENT, "address_key", "id", "clinic_id", "key"), new)
    if changed:
        memory.connection.execute(update(patients).where(patients.c.id == bindparam("whose")), changed)
    return ids


def _completed(now: _Person, before: _Person) -> _Person:
    """What is known of a person now, and for what is not said now, what was known before."""
    return now if now == before else tuple([new or old for new, old in zip(now, before, strict=True)])


def _address_key(person: _Person) -> str:
    email = person[_PATIENT.index("email")]
    return address_key(email) if email else ""


def _known_patients(memory: Memory, keys: Iterable[str]) -> dict[str, tuple[int, _Person]]:
    columns = [patients.c.key, patients.c.id, *(patients.c[name] for name in _PATIENT)]
    query = select(*columns).where(patients.c.clinic_id == memory.clinic_id)
    return {
        key: (patient_id, tuple(person))
        for part in in_parts(keys)
        for key, patient_id, *person in memory.connection.execute(query.where(patients.c.key.in_(part))).all()
    }


def _hash(patient_id: int, values: tuple[str, ...]) -> str:
    return blake2b("\x1f".join((str(patient_id), *values)).encode(), digest_size=12).hexdigest()
