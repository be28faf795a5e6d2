"""Patients as their sources name them: one record for each number or made key, written where it is new or changed."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import insert, select

from jobs.clinic.addresses import address_key
from jobs.clinic.identity import compare_names, person_key
from jobs.clinic.records import Appointment
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_rows, next_id, setting, update_rows
from jobs.store.tables import appointments, patients
from jobs.store.upheavals import Upheaval

_PATIENT = ("first_name", "last_name", "email", "phone", "birth_date", "email_consent", "died", "language")
_person = attrgetter(*_PATIENT)
_Person = tuple[str, ...]  # in the order of _PATIENT
_Known = tuple[int, int, _Person]  # record, the patient that it is if another one, and what is known

Heard = dict[str, tuple[int, int, int]]
"""The patients whom a file has named so far, by key: the record, the patient that it is, and a print of what is known.
Whoever comes again unchanged need not be asked of the memory again."""
_MOST_HEARD = 50_000  # so many lie in memory at once


def save_patients(
    memory: Memory, batch: Sequence[Appointment], source: str, heard: Heard, noted: Upheaval
) -> tuple[dict[str, tuple[int, int]], set[int]]:
    """Write the patients of a batch that are new or changed. Give by key each one's record and the patient that it is,
    and the records that are new or changed. `heard` is of this transaction; it and `noted` learn of them.

    A number that another source gave to somebody else is not the same person's: the record then has its source's name
    before it.
    """
    seen: dict[str, _Person] = {}
    for slot in batch:
        person = _person(slot)
        seen[slot.patient_key] = _completed(person, seen.get(slot.patient_key, person))
    again = {key: found for key, person in seen.items() if (found := heard.get(key)) and found[2] == hash(person)}
    others = {key: person for key, person in seen.items() if key not in again}
    ids, records = _save_unheard(memory, others, source, heard, noted)
    return ids | {key: (record_id, patient_id) for key, (record_id, patient_id, _) in again.items()}, records


def _save_unheard(
    memory: Memory, seen: Mapping[str, _Person], source: str, heard: Heard, noted: Upheaval
) -> tuple[dict[str, tuple[int, int]], set[int]]:
    known = _known_patients(memory, seen)
    doubted = {key: known[key] for key in seen.keys() & known.keys() if _somebody_else(seen[key], known[key][2])}
    apart = {key: f"{source}:{key}" for key in _of_others(memory, doubted, source)}
    if apart:
        seen = {apart.get(key, key): person for key, person in seen.items()}
        known = _known_patients(memory, seen)
    if len(heard) + len(seen) > _MOST_HEARD:
        heard.clear()
    ids, records = _write_patients(memory, seen, known, heard, noted)
    heard |= {key: heard[own] for key, own in apart.items()}
    return ids | {key: ids[own] for key, own in apart.items()}, records


def _write_patients(
    memory: Memory, seen: Mapping[str, _Person], known: Mapping[str, _Known], heard: Heard, noted: Upheaval
) -> tuple[dict[str, tuple[int, int]], set[int]]:
    ids = {key: (record_id, same_as or record_id) for key, (record_id, same_as, _) in known.items()}
    first_id = next_id(memory, patients)
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    for key, person in seen.items():
        if key not in known:
            record_id = first_id + len(new)
            ids[key] = record_id, record_id
            new.append((*person, *_search_keys(person), record_id, memory.clinic_id, key))
        elif (person := _completed(person, known[key][2])) != known[key][2]:
            changed.append((*person, *_search_keys(person), known[key][0]))
            noted.note_person(ids[key][1], known[key][2][:3], person[:3])
        heard[key] = *ids[key], hash(person)
    insert_rows(memory, insert(patients), (*_PATIENT, "address_key", "name_key", "id", "clinic_id", "key"), new)
    update_rows(memory, *setting(patients, (*_PATIENT, "address_key", "name_key")), changed)
    return ids, {row[-1] for row in changed} | set(range(first_id, first_id + len(new)))


def _somebody_else(now: _Person, before: _Person) -> bool:
    """Whether neither the name nor the address is that of before: nobody changes both at once."""
    if now == before or not now[0] or not before[0]:
        return False
    if compare_names((now[0], now[1]), (before[0], before[1])) != "other":
        return False
    address, address_before = _search_keys(now)[0], _search_keys(before)[0]
    return not address or not address_before or address != address_before


def _of_others(memory: Memory, records: Mapping[str, _Known], source: str) -> list[str]:
    """The keys of records that other sources gave and this one never did; what it gave itself it may rename."""
    table = appointments.c
    found = []
    for key, (record_id, same_as, _) in records.items():
        named = (table.patient_id == (same_as or record_id)) & table.named_id.in_((0, record_id))
        sources = set(memory.connection.execute(select(table.source).where(named).distinct()).scalars())
        if sources and source not in sources:
            found.append(key)
    return found


def _completed(now: _Person, before: _Person) -> _Person:
    """What is known of a person now, and for what is not said now, what was known before."""
    return now if now == before else tuple([new or old for new, old in zip(now, before, strict=True)])


def _search_keys(person: _Person) -> tuple[str, str]:
    """What records of the same address, and of the same name, are found by."""
    first_name, last_name, email = person[:3]
    return address_key(email) if email else "", person_key(first_name, last_name)


def _known_patients(memory: Memory, keys: Iterable[str]) -> dict[str, _Known]:
    columns = [patients.c.key, patients.c.id, patients.c.same_as, *(patients.c[name] for name in _PATIENT)]
    query = select(*columns).where(patients.c.clinic_id == memory.clinic_id)
    return {
        key: (record_id, same_as, tuple(person))
        for part in in_parts(keys)
        for key, record_id, same_as, *person in memory.connection.execute(query.where(patients.c.key.in_(part))).all()
    }
