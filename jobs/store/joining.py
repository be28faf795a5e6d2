"""Moves what records have gathered to the patients that they are, all of them at once, and back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, insert, literal, select, update

from jobs.store.article_vetoes import rule_out_too, take_back_too
from jobs.store.memory import Memory
from jobs.store.patient_groups import PatientGroups
from jobs.store.rows import in_parts, insert_rows, setting, update_rows
from jobs.store.stops import StopLine, stopped_now
from jobs.store.tables import appointments, events, letters, sent_articles, stops

_RANKS = {"held": 1, "planned": 2, "ready": 2, "deferred": 2}
Joins = Sequence[tuple[int, int]]
"""The patient that stays and the one that becomes it, in the order in which they were joined."""


def move_history(memory: Memory, joins: Joins, at: str) -> None:
    """Give what the patients that are gone had gathered to those that they are now."""
    now: dict[int, int] = {}
    for kept, gone in reversed(joins):
        now[gone] = now.get(kept, kept)
    _move_appointments(memory, now)
    of_patient = update(letters).where(_ours(memory, letters), letters.c.patient_id == bindparam("gone"))
    update_rows(
        memory,
        of_patient.values(patient_id=bindparam("kept")),
        ("kept", "gone"),
        [(kept, gone) for gone, kept in now.items()],
    )
    _one_letter_each(memory, now.values(), at)
    _share_articles(memory, joins)
    _stop_too(memory, joins, at)
    rule_out_too(memory, joins, at)


def _move_appointments(memory: Memory, now: dict[int, int]) -> None:
    """Each with its events; it remembers for whom it was given."""
    table = appointments.c
    query = select(table.patient_id, table.named_id, table.id)
    theirs = [
        (patient_id, named_id or patient_id, slot_id)
        for part in in_parts(now)
        for patient_id, named_id, slot_id in memory.connection.execute(query.where(table.patient_id.in_(part)))
    ]
    slots = [
        (now[patient_id], 0 if named_id == now[patient_id] else named_id, slot_id)
        for patient_id, named_id, slot_id in theirs
    ]
    update_rows(memory, *setting(appointments, ("patient_id", "named_id")), slots)
    of_slot = events.c.appointment_id == bindparam("slot_id"), events.c.patient_id == bindparam("gone")
    moved = update(events).where(_ours(memory, events), *of_slot, ~_told_of(bindparam("kept")))
    rows = [(now[patient_id], slot_id, patient_id) for patient_id, _, slot_id in theirs]
    update_rows(memory, moved.values(patient_id=bindparam("kept")), ("kept", "slot_id", "gone"), rows)


def _told_of(patient_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the same is told of this patient too: the appointment had passed from the one to the other."""
    event, other = events.c, events.alias()
    same = [other.c[name] == event[name] for name in ("clinic_id", "appointment_id", "what", "starts_at")]
    return select(other.c.id).where(*same, other.c.patient_id == patient_id).exists()


def _one_letter_each(memory: Memory, patient_ids: Iterable[int], at: str) -> None:
    """Of what two charts called for about one visit, one letter stays: the one that left or that a person dropped or
    holds, else the first. The others are withdrawn, and do not come back."""
    letter, event = letters.c, events.c
    query = select(letter.id, letter.state, letter.reason, letter.rule, event.appointment_id, event.starts_at)
    query = query.join(events, event.id == letter.event_id).where(_ours(memory, letters))
    alike: defaultdict[tuple[Any, ...], list[tuple[int, str, str]]] = defaultdict(list)
    for part in in_parts(set(patient_ids)):
        for letter_id, state, why, *about in memory.connection.execute(query.where(letter.patient_id.in_(part))):
            alike[tuple(about)].append((letter_id, state, why))
    if not (several := [them for them in alike.values() if len(them) > 1]):
        return
    from jobs.clinic.letter_life import OF_OTHER_CHART, PASSED_ON  # seldom are there two

    def rank(letter: tuple[int, str, str]) -> int:
        _, state, why = letter
        decided = state in ("sent", "attempting", "unknown") or why.startswith("dropped by ")
        return 0 if decided else _RANKS.get(state, 3 if why == PASSED_ON else 4)

    changed = []
    for them in several:
        first, *others = sorted(them, key=lambda each: (rank(each), each[0]))
        if rank(first) < 3:
            changed += [("withdrawn", OF_OTHER_CHART, at, each[0]) for each in others if 0 < rank(each) < 4]
    update_rows(memory, *setting(letters, ("state", "reason", "changed_at")), changed)


def _share_articles(memory: Memory, joins: Joins) -> None:
    """What was sent counts as sent to the patient; where both had been sent it, one line is enough."""
    table = sent_articles.c
    query = select(table.patient_id, table.slug, table.id).where(_ours(memory, sent_articles))
    lines: dict[int, dict[str, int]] = {}
    for part in in_parts({each for pair in joins for each in pair}):
        for patient_id, slug, line_id in memory.connection.execute(query.where(table.patient_id.in_(part))):
            lines.setdefault(patient_id, {})[slug] = line_id
    moved: dict[int, int] = {}
    for kept, gone in joins:
        known = lines.setdefault(kept, {})
        for slug in lines.get(gone, {}).keys() - known.keys():
            known[slug] = lines[gone].pop(slug)
            moved[known[slug]] = kept
    update_rows(memory, *setting(sent_articles, ("patient_id",)), [(kept, line) for line, kept in moved.items()])


def part_records(memory: Memory, groups: PatientGroups, kept: int, leaving: Sequence[int], at: str) -> None:
    """Give back to the records `leaving`, of which the first is the patient from now on, all that was given under their
    names. What was stopped or ruled out for the one stays so for both."""
    patient_id = leaving[0]
    groups.part(kept, leaving)
    groups.write()
    change, table = memory.connection.execute, appointments.c
    slots = select(table.id).where(table.named_id.in_(leaving))
    of_slots = _ours(memory, events), events.c.appointment_id.in_(slots)
    theirs = update(events).where(*of_slots, events.c.patient_id == kept, ~_told_of(literal(patient_id)))
    change(theirs.values(patient_id=patient_id))
    happened = select(events.c.id).where(*of_slots, events.c.patient_id == patient_id)
    written = select(letters.c.id).where(letters.c.event_id.in_(happened))
    _move_articles(memory, patient_id, sent_articles.c.letter_id.in_(written))
    change(update(letters).where(letters.c.event_id.in_(happened)).values(patient_id=patient_id))
    _may_come_back(memory, (kept, patient_id))
    _unpair(memory, kept, leaving)
    change(update(appointments).where(table.named_id.in_(leaving)).values(patient_id=patient_id))
    change(update(appointments).where(table.named_id == patient_id).values(named_id=0))
    take_back_too(memory, patient_id, kept, at)
    rule_out_too(memory, [(patient_id, kept)], at)
    _stop_too(memory, [(patient_id, kept), (kept, patient_id)], at)


def _may_come_back(memory: Memory, patient_ids: Sequence[int]) -> None:
    """What was withdrawn because the other chart had it comes back to whoever of the two has the visit."""
    from jobs.clinic.letter_life import OF_OTHER_CHART, PASSED_ON

    theirs = letters.c.patient_id.in_(patient_ids), letters.c.state == "withdrawn", letters.c.reason == OF_OTHER_CHART
    memory.connection.execute(update(letters).where(_ours(memory, letters), *theirs).values(reason=PASSED_ON))


def _unpair(memory: Memory, kept: int, leaving: Sequence[int]) -> None:
    """What was one appointment of one patient are two of two."""
    table = appointments.c
    mine = select(table.id).where(table.patient_id == kept, table.named_id.not_in(leaving))
    theirs = select(table.id).where(table.named_id.in_(leaving))
    for one, other in ((mine, theirs), (theirs, mine)):
        ids = list(memory.connection.execute(one.where(table.same_as.in_(_ids(memory, other)))).scalars())
        memory.connection.execute(update(appointments).where(table.id.in_(ids)).values(same_as=0))


def _ids(memory: Memory, query: Select[Any]) -> list[int]:
    return list(memory.connection.execute(query).scalars())


def _ours(memory: Memory, table: Table) -> ColumnElement[bool]:
    """The clinic's own rows; every index begins with it."""
    return table.c.clinic_id == memory.clinic_id


def _move_articles(memory: Memory, patient_id: int, which: ColumnElement[bool]) -> None:
    """What was sent counts as sent to this patient; where both had been sent it, one line is enough."""
    table = sent_articles.c
    known = select(table.slug).where(_ours(memory, sent_articles), table.patient_id == patient_id)
    slugs = set(memory.connection.execute(known).scalars())
    for line_id, slug in memory.connection.execute(
        select(table.id, table.slug).where(_ours(memory, sent_articles), which)
    ).all():
        if slug not in slugs:
            slugs.add(slug)
            memory.connection.execute(update(sent_articles).where(table.id == line_id).values(patient_id=patient_id))


def _stop_too(memory: Memory, pairs: Joins, at: str) -> None:
    """What was stopped for the second of each pair is stopped for the first too: a line that answers it must be a
    person's."""
    table = stops.c
    of_them = select(table.id).where(_ours(memory, stops)).limit(1)
    parts = in_parts({each for pair in pairs for each in pair})
    if not any(memory.connection.execute(of_them.where(table.patient_id.in_(part))).first() for part in parts):
        return
    stopped = stopped_now(memory)
    lines: list[tuple[Any, ...]] = []
    for patient_id, other in pairs:
        for category in sorted(stopped.get(other, frozenset()) - stopped.get(patient_id, frozenset())):
            why = f"stopped for no. {other}, who is or was taken for the same patient"
            stopped[patient_id] = stopped.get(patient_id, frozenset()) | {category}
            lines.append((memory.clinic_id, at, "", patient_id, category, 0, why, "identity"))
    insert_rows(memory, insert(stops), ("clinic_id", *StopLine._fields), lines)
