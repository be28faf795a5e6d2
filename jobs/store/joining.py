"""Moves what a record has gathered to the patient that it is, and back."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select, update

from jobs.store.article_vetoes import rule_out_too, take_back_too
from jobs.store.memory import Memory, in_parts
from jobs.store.stops import stop, stopped_now
from jobs.store.tables import ONE_OF_TWO, appointments, events, letters, patients, sent_articles, stops

LENT = ("email", "phone", "birth_date", "language")
"""What a patient takes from another record of the same person where the own one says nothing."""


def join_records(memory: Memory, kept: int, gone: int, at: str) -> None:
    """Make `gone`, and what was joined to it, the patient `kept`."""
    table, change = appointments.c, memory.connection.execute
    slots = _ids(memory, select(table.id).where(table.patient_id == gone))
    for part in in_parts(slots):
        change(update(events).where(_ours(memory, events), events.c.appointment_id.in_(part)).values(patient_id=kept))
    change(update(letters).where(_ours(memory, letters), letters.c.patient_id == gone).values(patient_id=kept))
    change(update(appointments).where(table.patient_id == gone, table.named_id == 0).values(named_id=gone))
    change(update(appointments).where(table.patient_id == gone).values(patient_id=kept))
    _move_articles(memory, kept, sent_articles.c.patient_id == gone)
    change(update(patients).where(patients.c.same_as == gone, ONE_OF_TWO).values(same_as=kept))
    change(update(patients).where(patients.c.id == gone).values(same_as=kept))
    _stop_too(memory, kept, gone, at)
    rule_out_too(memory, kept, gone, at)
    lend(memory, kept, _members(memory, kept))


def part_records(memory: Memory, kept: int, leaving: Sequence[int], at: str) -> None:
    """Give back to the records `leaving`, of which the first is the patient from now on, all that was given under their
    names. What was stopped or ruled out for the one stays so for both."""
    patient_id, *others = leaving
    change, table = memory.connection.execute, appointments.c
    change(update(patients).where(patients.c.id == patient_id).values(same_as=0))
    change(update(patients).where(patients.c.id.in_(others)).values(same_as=patient_id))
    slots = select(table.id).where(table.named_id.in_(leaving))
    happened = select(events.c.id).where(events.c.appointment_id.in_(slots))
    written = select(letters.c.id).where(letters.c.event_id.in_(happened))
    _move_articles(memory, patient_id, sent_articles.c.letter_id.in_(written))
    change(update(letters).where(letters.c.event_id.in_(happened)).values(patient_id=patient_id))
    change(update(events).where(events.c.appointment_id.in_(slots)).values(patient_id=patient_id))
    _unpair(memory, kept, leaving)
    change(update(appointments).where(table.named_id.in_(leaving)).values(patient_id=patient_id))
    change(update(appointments).where(table.named_id == patient_id).values(named_id=0))
    take_back_too(memory, patient_id, kept, at)
    rule_out_too(memory, patient_id, kept, at)
    for one, other in ((patient_id, kept), (kept, patient_id)):
        _stop_too(memory, one, other, at)
        lend(memory, one, _members(memory, one))


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


def _members(memory: Memory, patient_id: int) -> list[int]:
    return _ids(
        memory, select(patients.c.id).where(patients.c.same_as == patient_id, ONE_OF_TWO).order_by(patients.c.id)
    )


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


def _stop_too(memory: Memory, patient_id: int, other: int, at: str) -> None:
    """What was stopped for one is stopped for the other too: a line that answers it must be a person's."""
    table = stops.c
    of_them = select(table.id).where(_ours(memory, stops), table.patient_id.in_((patient_id, other))).limit(1)
    if memory.connection.execute(of_them).first() is None:
        return
    stopped = stopped_now(memory)
    for category in sorted(stopped.get(other, frozenset()) - stopped.get(patient_id, frozenset())):
        why = f"stopped for no. {other}, who is or was taken for the same patient"
        stop(memory, at, category, why, "identity", patient_id=patient_id)  # type: ignore[arg-type]


def lend(memory: Memory, patient_id: int, members: Sequence[int]) -> bool:
    """Fill from the patient's other records what the own one lacks, and forget what was filled from records that are
    no longer among them; a refusal of e-mail in any of them counts."""
    own, others = _row(memory, patient_id), [_row(memory, member) for member in members]
    before: dict[str, str] = json.loads(own["borrowed"] or "{}")
    borrowed: dict[str, str] = {}
    values: dict[str, str] = {}
    for name in LENT:
        if not own[name] or own[name] == before.get(name):  # else the own record says it
            values[name] = next((other[name] for other in others if other[name]), "")
            if values[name]:
                borrowed[name] = values[name]
    if "email" in values:
        values["address_key"] = next((other["address_key"] for other in others if other["email"]), "")
    if any(other["email_consent"] == "no" for other in others):
        values["email_consent"] = "no"
    values["borrowed"] = json.dumps(borrowed) if borrowed else ""
    if all(own[name] == value for name, value in values.items()):
        return False
    memory.connection.execute(update(patients).where(patients.c.id == patient_id).values(values))
    return True


def _row(memory: Memory, record_id: int) -> dict[str, str]:
    columns = [patients.c[name] for name in (*LENT, "address_key", "email_consent", "borrowed")]
    return dict(memory.connection.execute(select(*columns).where(patients.c.id == record_id)).mappings().one())
