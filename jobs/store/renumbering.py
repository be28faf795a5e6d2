"""Visits that their source gives another number than before stay what they are: with their letters and their past."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, select, update

from jobs.clinic.events import Known, Seen, events_of
from jobs.clinic.renumbering import Visit, has_passed, renumbered
from jobs.store.appointments import EVENT, SLOT, Passed
from jobs.store.identity import records_of, settle_identities
from jobs.store.identity_lines import apart_pairs
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_new, setting, update_rows
from jobs.store.tables import appointments, events, patients

_OUTCOMES = ("arrived", "completed", "no_show")
_WRITTEN = (*SLOT, "key", "row_hash", "mark", "patient_id", "named_id", "unread")
_Row = dict[str, Any]


class TakenOver(NamedTuple):
    """What came of it: by the ids of new visits those of the known ones that they are, whose history changed, how many
    patients became one, or may be one, by that, who they are now by what they were taken for, and who became one.
    Known visits of an address that are another patient's now have `passed` to that one."""

    visits: dict[int, int]
    patients: frozenset[int]
    joined: int
    doubtful: int
    now: dict[int, int]
    one_now: frozenset[int] = frozenset()
    passed: tuple[Passed, ...] = ()


NOTHING = TakenOver({}, frozenset(), 0, 0, {})


def take_over_numbers(
    memory: Memory, source: str, left: Collection[int], added: Collection[int], records: Collection[int], now: str
) -> TakenOver:
    """Find out which visits that a file brought (`added`) are known ones whose numbers (`left`, marks) it has no more.

    `records` are those of patients that the file changed or brought. A known visit becomes what the file says of the
    new one, and keeps its letters; what the new system does not know of it stays. Of one whose patient is not known to
    be the same it is noted that its number is gone: should they be one later, so are the two visits.
    """
    if not left or not added:
        return NOTHING
    slot = appointments.c
    brought = [found for part in in_parts(added) for found in _read(memory, slot.id.in_(part))]
    days, moments = {found.starts_on for found in brought}, {found.visit.starts_at for found in brought}
    there = [
        found for part in in_parts(sorted(moments))
        for found in _read(memory, slot.source == source, slot.starts_on.in_(days), slot.starts_at.in_(part))
    ]  # fmt: skip
    gone = {found.visit.id: found.visit for found in there if found.mark in left and found.visit.id not in added}
    if not gone:
        return NOTHING
    new = {found.visit.id: found.visit for found in brought}
    same = renumbered(gone.values(), new.values(), apart_pairs(memory))
    pairs = {(gone[old].record.id, new[each].record.id) for each, old in same.visits.items()}
    about = records if same.all_patients else ()
    people = settle_identities(
        memory, about, {pair for pair in pairs if pair[0] != pair[1]}, now,
        renumbered=same.all_patients, perhaps=same.perhaps,
    )  # fmt: skip
    others = {each for each, old in same.visits.items() if has_passed(gone[old], new[each])}
    visits, passed = _become(memory, same.visits, others, now)
    _note_gone(memory, gone.keys() - visits.values())
    touched = people.patients | {each.patient_id for pair in visits.items() for each in (new[pair[0]], gone[pair[1]])}
    patients_now = _patients_now(memory, {visit.patient_id for visit in new.values()}) if people.joined else {}
    return TakenOver(visits, touched, people.joined, people.doubtful, patients_now, people.one_now, passed)


def note_numbers_gone(memory: Memory, source: str, left: Collection[int]) -> None:
    """Note of all appointments whose numbers a file has no more (`left`, marks) that they are gone, those of the past
    too: on the day of a change of systems, not each time that an export begins a day later."""
    slot = appointments.c
    query = select(slot.id, slot.mark).where(slot.clinic_id == memory.clinic_id, slot.source == source)
    _note_gone(memory, [slot_id for slot_id, mark in memory.connection.execute(query) if mark in left])


def _note_gone(memory: Memory, ids: Collection[int]) -> None:
    """An appointment without the print of a row is one of which its source has none. Who is said to be rescheduled was
    not deleted by that."""
    which = appointments.c.status != "rescheduled"
    for part in in_parts(sorted(ids)):
        query = update(appointments).where(appointments.c.id.in_(part), which)
        memory.connection.execute(query.values(row_hash=""))


class _Found(NamedTuple):
    visit: Visit
    mark: int
    starts_on: str


def _read(memory: Memory, *which: ColumnElement[bool]) -> list[_Found]:
    slot = appointments.c
    query = select(
        slot.mark, slot.starts_on, slot.named_id, slot.id, slot.patient_id, slot.starts_at, slot.status, slot.provider,
        slot.kind, slot.key,
    )  # fmt: skip
    rows = memory.connection.execute(query.where(slot.clinic_id == memory.clinic_id, *which)).all()
    records = records_of(memory, {row.named_id or row.patient_id for row in rows})
    return [
        _Found(Visit(slot_id, patient_id, records[named_id or patient_id], *rest), mark, starts_on)
        for mark, starts_on, named_id, slot_id, patient_id, *rest in rows
    ]


def _patients_now(memory: Memory, ids: Collection[int]) -> dict[int, int]:
    query = select(patients.c.id, patients.c.same_as).where(patients.c.same_as != 0)
    return {
        record_id: same_as
        for part in in_parts(ids)
        for record_id, same_as in memory.connection.execute(query.where(patients.c.id.in_(part)))
    }


def _become(
    memory: Memory, same: Mapping[int, int], others: Collection[int], now: str
) -> tuple[dict[int, int], tuple[Passed, ...]]:
    """Let known visits be what is said of the new ones, as far as their patients are one, or the new one is of
    `others`: of those that have passed to another patient; give those, and which have another patient by that."""
    rows = _rows(memory, {each for pair in same.items() for each in pair})
    of_one = {new for new, old in same.items() if rows[new]["patient_id"] == rows[old]["patient_id"]}
    visits = {new: old for new, old in same.items() if new in of_one or new in others}
    for part in in_parts(visits):
        of_new = events.c.clinic_id == memory.clinic_id, events.c.appointment_id.in_(part)
        memory.connection.execute(delete(events).where(*of_new))  # just written: no letter goes by them yet
        memory.connection.execute(delete(appointments).where(appointments.c.id.in_(part)))
    changed, happened, passed = list[tuple[Any, ...]](), list[tuple[Any, ...]](), list[Passed]()
    for new, old in visits.items():
        was, values = rows[old], _merged(rows[old], rows[new])
        changed.append((*values.values(), old))
        known = Known(was["starts_at"], was["status"], was["step"])
        seen = Seen(*(values[name] for name in Seen._fields))
        if new not in of_one:
            passed.append(Passed(old, was["patient_id"], known, seen, bool(was["same_as"])))
        elif not was["same_as"]:  # else the source that counts tells what happens
            about = memory.clinic_id, old, values["patient_id"]
            happened += [(*about, what, at, now, seen.starts_at) for what, at in events_of(known, seen, now)]
    update_rows(memory, *setting(appointments, _WRITTEN), changed)
    insert_new(memory, events, EVENT, happened)
    return visits, tuple(passed)


def _rows(memory: Memory, ids: Collection[int]) -> dict[int, _Row]:
    columns = [appointments.c[name] for name in (*_WRITTEN, "id", "same_as")]
    return {
        row["id"]: dict(row)
        for part in in_parts(ids)
        for row in memory.connection.execute(select(*columns).where(appointments.c.id.in_(part))).mappings()
    }


def _merged(old: _Row, new: _Row) -> _Row:
    """The new row; what it does not say as the old one has it. An outcome stays where the new one has none yet, and so
    does the day of booking: that of the change of systems is none."""
    values = {name: new[name] for name in _WRITTEN}
    values |= {name: old[name] for name in SLOT if not new[name] and name not in ("cancelled_at", "step")}
    if not new["kind"]:
        values["step"] = old["step"]
    if new["status"] == "booked" and old["status"] in _OUTCOMES:
        values["status"] = old["status"]
    if old["booked_on"] and old["booked_on"] < values["booked_on"]:
        values |= {name: old[name] for name in ("booked_at", "booked_on")}
    return values
