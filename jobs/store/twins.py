"""One appointment in two sources: the entry of the source that counts less is the other's twin.

So is one whose number its source has no more, of the one that has come in its place. A twin is no appointment of its
own: histories, figures and letters leave it out, and what happens to it is no event. What was written about it before
it was known as one counts for the appointment that stays; see `twin_letters`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select

from jobs.clinic.identity import person_key
from jobs.clinic.reconcile import NAMED_NO_MORE, Difference, Entry, differences, pair_entries
from jobs.clinic.records import NO_APPOINTMENT
from jobs.store.identity import settle_identities
from jobs.store.identity_lines import apart_pairs
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, setting, update_rows
from jobs.store.tables import SLOT_ONE_OF_TWO, appointments, patients
from jobs.store.twin_letters import move_letters

_OUTCOMES = ("arrived", "completed", "no_show")
_LENT = ("ends_at", "booked_at", "booked_on", "provider", "location", "complaint", "diagnosis", "activity", "service")
"""What an appointment takes from its twin where its own source says nothing."""


class Paired(NamedTuple):
    """What a look for twins came to. `patients` are those whose history changed."""

    new: int
    renumbered: int  # visits known as one that stood under two numbers of one source
    joined: int  # patients known as one because they stand at one time in both sources
    doubtful: int  # patients who may be one for that reason
    patients: frozenset[int]
    parted: frozenset[int] = frozenset()  # of the entries that name somebody else now, those that are no twins any more


def settle_twins(
    memory: Memory,
    slots: Collection[int],
    ranks: Mapping[str, int],
    at: str,
    one_now: Collection[int] = (),
    back: Collection[int] = (),
    renamed: Collection[int] = (),
) -> Paired:
    """Find out which of these new or changed appointments stand in two sources, and which visits of patients who have
    become one (`one_now`) stand twice, those of the past too. `back` are twins that their source has
    again, `renamed` those that name somebody else than before.

    `ranks` says for each source how much it counts: of two, the one of lower rank. Where there is one only, nothing
    can stand twice but under numbers, or in sources, that are gone.
    """
    alone = len(ranks) < 2
    ours = {*(() if alone else slots), *back, *_joined_slots(memory, one_now, ranks)}
    new, again, joined, doubtful, touched, parted = 0, 0, 0, 0, set[int](), set[int]()
    for _ in range(2 if ours else 0):  # patients that turn out to be one may have more in common
        entries = _entries(memory, ours, ranks)
        pairs = pair_entries(entries, apart_pairs(memory), renamed)
        known = {entry.id: entry for entry in entries}
        parted = {each for each in renamed if each in known and each not in pairs}
        changed = [entry for entry in entries if entry.same_as != pairs.get(entry.id, 0)]
        now = {entry.id: pairs.get(entry.id, 0) for entry in changed}
        again += (here := sum(bool(first) and known[twin].source == known[first].source for twin, first in now.items()))
        new += sum(map(bool, now.values())) - here
        _set_twins(memory, now)
        move_letters(memory, [(known[twin], known[first]) for twin, first in now.items() if first], at)
        ones = [(known[twin], known[first]) for twin, first in pairs.items()]
        _lend(memory, [(twin, first) for twin, first in ones if not ours.isdisjoint((twin.id, first.id))])
        touched |= {known[each].patient_id for entry in changed for each in (entry.id, pairs.get(entry.id, entry.id))}
        together = _in_both(memory, ones)
        settled = settle_identities(memory, (), together, at, two_sources=True)
        joined, touched = joined + settled.joined, touched | settled.patients
        doubtful += settled.doubtful
        if not settled.joined:
            break
        ours |= _joined_slots(memory, settled.one_now, ranks)
    return Paired(new, again, joined, doubtful, frozenset(touched), frozenset(parted))


def part_twins(memory: Memory, slots: Collection[int]) -> set[int]:
    """Let none of these be one with an entry of another source; give the patients whose history changed."""
    table, found = appointments.c, dict[int, int]()
    query = select(table.id, table.patient_id).where(SLOT_ONE_OF_TWO)
    for part in in_parts(slots):
        found |= dict(map(tuple, memory.connection.execute(query.where(table.same_as.in_(part) | table.id.in_(part)))))
    _set_twins(memory, dict.fromkeys(found, 0))
    return set(found.values())


def slots_of(memory: Memory, patient_ids: Collection[int]) -> set[int]:
    """All appointments of these patients, twins too."""
    return _of_patients(memory, patient_ids, ())


def _joined_slots(memory: Memory, one_now: Collection[int], ranks: Mapping[str, int]) -> set[int]:
    """Of patients who became one, what can stand twice by that: each such visit has been given under another record.
    Of one source, nothing can but what has a number, or a source, that is gone."""
    slot = appointments.c
    gone = (slot.row_hash == "") | slot.source.not_in([*ranks])
    return _of_patients(memory, one_now, [gone if len(ranks) < 2 else slot.named_id != 0])


def _of_patients(memory: Memory, patient_ids: Collection[int], which: Sequence[ColumnElement[bool]]) -> set[int]:
    slot, ask = appointments.c, memory.connection.execute
    query = select(slot.id).where(*which)
    return {each for part in in_parts(patient_ids) for each in ask(query.where(slot.patient_id.in_(part))).scalars()}


def _entries(memory: Memory, slots: Collection[int], ranks: Mapping[str, int]) -> list[Entry]:
    """All entries of the days of these appointments, and those of other days that are paired with one of them. Of one
    source the patients' own are all that matter."""
    slot, query, found = appointments.c, _all_entries(memory), list[Any]()
    column = slot.starts_on if len(ranks) > 1 else slot.patient_id
    wanted = select(column).distinct()
    values = {row[0] for part in in_parts(slots) for row in memory.connection.execute(wanted.where(slot.id.in_(part)))}
    for part in in_parts(values):
        found += memory.connection.execute(query.where(column.in_(part))).all()
    ids = {int(row.id) for row in found}
    firsts = {int(row.same_as) for row in found if row.same_as} - ids
    for part in in_parts(firsts):
        found += memory.connection.execute(query.where(slot.id.in_(part))).all()
    return [_entry(row, ranks) for row in found]


def _all_entries(memory: Memory) -> Select[Any]:
    """What can stand in two sources: no sale, which begins with a visit where it is paid for at the desk."""
    slot, patient = appointments.c, patients.c
    return (
        select(
            slot.id, slot.source, slot.patient_id, slot.named_id, patient.first_name, patient.last_name, slot.starts_at,
            slot.starts_on, slot.status, slot.provider, slot.same_as, slot.kind, patient.key, patient.address_key,
            patient.birth_date, (slot.row_hash == "").label("gone"),
        )
        .join(patients, patient.id == slot.patient_id)
        .where(slot.clinic_id == memory.clinic_id, slot.step.not_in(NO_APPOINTMENT))
    )  # fmt: skip


def _entry(row: Any, ranks: Mapping[str, int]) -> Entry:
    slot_id, source, patient_id, named_id, *rest = row
    return Entry(slot_id, source, ranks.get(source, NAMED_NO_MORE), patient_id, named_id or patient_id, *rest)


def _in_both(memory: Memory, pairs: Iterable[tuple[Entry, Entry]]) -> set[tuple[int, int]]:
    """Records of two patients to whom one appointment belongs in two sources: under one whole name which nobody else
    bears, or at one time with one e-mail address."""
    found: dict[tuple[int, int], str] = {}
    household: set[tuple[int, int]] = set()
    for twin, first in pairs:
        if twin.patient_id == first.patient_id:
            continue
        key = person_key(first.first_name, first.last_name)
        if key and key == person_key(twin.first_name, twin.last_name):
            found[twin.patient_id, first.patient_id] = key
        elif twin.address_key and (twin.address_key, twin.starts_at) == (first.address_key, first.starts_at):
            household.add((twin.patient_id, first.patient_id))
    return household | _whole_names(memory, found)


def _whole_names(memory: Memory, found: Mapping[tuple[int, int], str]) -> set[tuple[int, int]]:
    if not found:
        return set()
    query = select(patients.c.name_key, patients.c.id).where(
        patients.c.clinic_id == memory.clinic_id, patients.c.same_as == 0, patients.c.name_key.in_(set(found.values()))
    )
    bearers: dict[str, int] = {}
    for key, _ in memory.connection.execute(query):
        bearers[key] = bearers.get(key, 0) + 1
    return {pair for pair, key in found.items() if bearers.get(key) == 2}


def _set_twins(memory: Memory, now: Mapping[int, int]) -> None:
    """Make entries the twins of others, or (0) appointments of their own again. What is the twin of a new twin becomes
    that of the entry which stays."""
    table = appointments.c
    query = select(table.same_as, table.id).where(SLOT_ONE_OF_TWO)
    followers: defaultdict[int, set[int]] = defaultdict(set)
    for part in in_parts(twin_id for twin_id, first_id in now.items() if first_id):
        for same_as, slot_id in memory.connection.execute(query.where(table.same_as.in_(part))):
            followers[same_as].add(slot_id)
    same_as_now = {each: same_as for same_as, them in followers.items() for each in them}
    for twin_id, first_id in now.items():
        followers[same_as_now.get(twin_id, 0)].discard(twin_id)
        moved = {twin_id, *followers.pop(twin_id, ())} if first_id else {twin_id}
        same_as_now |= dict.fromkeys(moved, first_id)
        followers[first_id] |= moved
    rows = [(first_id, slot_id) for slot_id, first_id in same_as_now.items()]
    update_rows(memory, *setting(appointments, ("same_as",)), rows)


def _lend(memory: Memory, pairs: Sequence[tuple[Entry, Entry]]) -> None:
    """Fill from each twin what the own source of its appointment does not say. An old number also knows the outcome,
    where the new one has none yet, and the day of booking: that of the change of systems is none."""
    table, names = appointments.c, (*_LENT, "kind", "step")
    query = select(table.id, *(table[name] for name in names))
    known = {
        slot_id: dict(zip(names, values, strict=True))
        for part in in_parts({each.id for pair in pairs for each in pair})
        for slot_id, *values in memory.connection.execute(query.where(table.id.in_(part)))
    }
    changed: dict[int, dict[str, str]] = {}
    outcomes: list[tuple[str, int]] = []
    for twin, first in pairs:
        own, other = known[first.id], known[twin.id]
        values = {name: other[name] for name in _LENT if not own[name] and other[name]}
        if not own["kind"] and other["kind"]:
            values |= {"kind": other["kind"], "step": other["step"]}
        if twin.source == first.source and first.status == "booked" and twin.status in _OUTCOMES:
            outcomes.append((twin.status, first.id))
        if twin.source == first.source and other["booked_on"] and other["booked_on"] < own["booked_on"]:
            values |= {name: other[name] for name in ("booked_at", "booked_on")}
        if values:
            own |= values
            changed[first.id] = own
    rows = [(*values.values(), slot_id) for slot_id, values in changed.items()]
    update_rows(memory, *setting(appointments, names), rows)
    update_rows(memory, *setting(appointments, ("status",)), outcomes)


def reconcile(memory: Memory, first_day: str, last_day: str, ranks: Mapping[str, int]) -> Sequence[Difference]:
    """Where two sources tell an appointment of these days (both included) differently; see `differences`.

    The patients' names stand in it: for a workbook take each difference `unnamed()`.
    """
    return differences(entries_of_days(memory, first_day, last_day, ranks))


def entries_of_days(memory: Memory, first_day: str, last_day: str, ranks: Mapping[str, int]) -> list[Entry]:
    """What every source has of these days (both included), and what is the same as one of them."""
    slot = appointments.c
    query = _all_entries(memory).where(slot.starts_on >= first_day, slot.starts_on <= last_day)
    found = list(memory.connection.execute(query).all())
    ids = {int(row.id) for row in found}
    also = {int(row.same_as) for row in found if row.same_as} - ids
    for part in in_parts(also):
        found += memory.connection.execute(_all_entries(memory).where(slot.id.in_(part))).all()
    for part in in_parts(ids):  # an appointment of these days whose twin was moved to other ones
        twins = memory.connection.execute(_all_entries(memory).where(slot.same_as.in_(part), SLOT_ONE_OF_TWO)).all()
        found += [row for row in twins if row.id not in ids]
    from jobs.clinic.old_numbers import without_old_numbers  # a pull does not ask for this

    return without_old_numbers([_entry(row, ranks) for row in found])
