"""A visit that keeps its number and is another patient's now: whoever has it is told of it, whoever had it no more."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from jobs.clinic.events import events_of, events_of_new_patient
from jobs.clinic.letter_life import PASSED_ON
from jobs.store.appointments import EVENT, Passed
from jobs.store.letters import change_letters
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_new
from jobs.store.tables import appointments, events, letters, patients

_LEFT = ("sent", "attempting", "unknown")
_OPEN = ("planned", "ready", "deferred", "held")
_KEPT = ("due_at", "expires_at", "template", "category", "priority", "purpose")
_TOLD = "this letter was sent to the same address when the appointment was in another chart"


def pass_on(memory: Memory, passed: Sequence[Passed], welcomes: Collection[str], now: str) -> int:
    """Write what has happened to appointments that are given for another patient than before, and say how many passed
    from one patient to another: those of two charts that became one did not.

    To the new patient such a one is new, and the former one's letters about it are withdrawn. Where both are reached at
    one address, the chart may have been replaced: it counts as booked when it was, and what left for that address about
    it, or to welcome (the rules `welcomes`) the former patient, is not sent again.
    """
    now_of = _patients_now(memory, passed)
    address_of = _addresses(memory, {each for pair in now_of.values() for each in pair})
    happened, really = list[tuple[Any, ...]](), dict[int, tuple[int, int]]()
    for slot_id, former, known, seen, _ in passed:
        patient_id, former = now_of[slot_id, former]
        if patient_id == former:
            them = events_of(known, seen, now)
        else:
            really[slot_id] = former, patient_id
            at_one = bool(address_of[former]) and address_of[former] == address_of[patient_id]
            them = events_of_new_patient(seen, now, at_one)
        happened += [(memory.clinic_id, slot_id, patient_id, what, at, now, seen.starts_at) for what, at in them]
    insert_new(memory, events, EVENT, happened)
    _withdraw(memory, really, now)
    _do_not_repeat(memory, really, welcomes, address_of, now)
    return len(really)


def _patients_now(memory: Memory, passed: Sequence[Passed]) -> dict[tuple[int, int], tuple[int, int]]:
    """By appointment and former patient: the patient who has it, and who the former one is by now."""
    slot, patient = appointments.c, patients.c
    has, is_now = dict[int, int](), dict[int, int]()
    for part in in_parts({each.slot_id for each in passed}):
        has |= dict(_rows(memory, select(slot.id, slot.patient_id).where(slot.id.in_(part))))
    for part in in_parts({each.former for each in passed}):
        is_now |= dict(_rows(memory, select(patient.id, patient.same_as).where(patient.id.in_(part))))
    return {(each.slot_id, each.former): (has[each.slot_id], is_now[each.former] or each.former) for each in passed}


def _rows(memory: Memory, query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in memory.connection.execute(query)]


def _withdraw(memory: Memory, passed: Mapping[int, tuple[int, int]], now: str) -> None:
    """The letters to the former patients, with the reason."""
    query = select(letters.c.id, events.c.appointment_id, letters.c.patient_id).join(
        events, events.c.id == letters.c.event_id
    )
    ours = events.c.clinic_id == memory.clinic_id, letters.c.state.in_(_OPEN)
    for part in in_parts(passed):
        found = _rows(memory, query.where(*ours, events.c.appointment_id.in_(part)))
        theirs = [letter_id for letter_id, slot_id, patient_id in found if patient_id == passed[slot_id][0]]
        change_letters(memory, ((letter_id, "withdrawn", PASSED_ON) for letter_id in theirs), now)


def _do_not_repeat(
    memory: Memory,
    passed: Mapping[int, tuple[int, int]],
    welcomes: Collection[str],
    address_of: Mapping[int, str],
    now: str,
) -> None:
    """Put down as withdrawn what the new events would call for and the same address has had already."""
    theirs = {former for former, _ in passed.values()}
    columns = [letters.c[name] for name in ("patient_id", "rule", "address_key", *_KEPT)]
    query = select(events.c.appointment_id, events.c.what, events.c.starts_at, *columns).join(
        events, events.c.id == letters.c.event_id
    )
    left: dict[int, list[tuple[Any, ...]]] = {}
    for part in in_parts(theirs):
        which = letters.c.clinic_id == memory.clinic_id, letters.c.patient_id.in_(part), letters.c.state.in_(_LEFT)
        for row in _rows(memory, query.where(*which)):
            left.setdefault(row[3], []).append(row)
    new = _new_events(memory, passed, now)
    lines = [
        (memory.clinic_id, patient_id, rule, event_id, "withdrawn", _TOLD, now, *kept)
        for slot_id, (former, patient_id) in passed.items()
        for about, what, starts_at, _, rule, address, *kept in left.get(former, ())
        if address and address == address_of[patient_id]
        for event_id, told, at in new.get(slot_id, ())
        if (about, starts_at, _kind(what)) == (slot_id, at, _kind(told))
        or (rule in welcomes and _kind(told) == "booked")
    ]
    names = ("clinic_id", "patient_id", "rule", "event_id", "state", "reason", "changed_at", *_KEPT)
    insert_new(memory, letters, names, lines)


def _kind(what: str) -> str:
    return {"moved": "booked", "completed": "arrived"}.get(what, what)


def _addresses(memory: Memory, ids: Collection[int]) -> dict[int, str]:
    query = select(patients.c.id, patients.c.address_key)
    return dict(row for part in in_parts(ids) for row in _rows(memory, query.where(patients.c.id.in_(part))))


def _new_events(
    memory: Memory, passed: Mapping[int, tuple[int, int]], now: str
) -> dict[int, list[tuple[int, str, str]]]:
    """What was just put down of each of these appointments."""
    event = events.c
    query = select(event.appointment_id, event.patient_id, event.id, event.what, event.starts_at)
    found: dict[int, list[tuple[int, str, str]]] = {}
    for part in in_parts(passed):
        which = event.clinic_id == memory.clinic_id, event.appointment_id.in_(part), event.seen_at == now
        for slot_id, patient_id, *told in _rows(memory, query.where(*which)):
            if patient_id == passed[slot_id][1]:
                found.setdefault(slot_id, []).append((told[0], told[1], told[2]))
    return found
