"""The letters: what each is written from, and each change of its state before it leaves, with the reason."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update

from jobs.clinic.letter_life import can_become
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, next_id, one_of
from jobs.store.tables import appointments, events, letters, patients, sent_articles

_WAITING = {"planned", "ready", "deferred", "held"}  # what a run may decide about


class LetterFacts(NamedTuple):
    """What one letter is written from."""

    letter_id: int
    patient_id: int
    rule: str
    event_id: int
    first_name: str
    email: str
    address_key: str
    starts_at: str
    provider: str
    location: str
    diagnosis: str
    complaint: str
    activity: str
    service: str
    kind: str
    step: str
    draft_id: str = ""
    language: str = ""
    tries: int = 0


def letter_facts(memory: Memory, letter_ids: Iterable[int]) -> dict[int, LetterFacts]:
    """The patient and the appointment behind each letter."""
    patient, slot = patients.c, appointments.c
    query = (
        select(
            letters.c.id,
            letters.c.patient_id,
            letters.c.rule,
            letters.c.event_id,
            patient.first_name,
            patient.email,
            patient.address_key,
            slot.starts_at,
            slot.provider,
            slot.location,
            slot.diagnosis,
            slot.complaint,
            slot.activity,
            slot.service,
            slot.kind,
            slot.step,
            letters.c.draft_id,
            patient.language,
            letters.c.tries,
        )
        .join(patients, patient.id == letters.c.patient_id)
        .join(events, events.c.id == letters.c.event_id)
        .join(appointments, slot.id == events.c.appointment_id)
    )
    return {
        row[0]: LetterFacts._make(row)
        for part in in_parts(letter_ids)
        for row in memory.connection.execute(query.where(one_of(memory, letters.c.id, part))).all()
    }


def unusual_rows(memory: Memory, most: int = 5, newest: int = 2000) -> list[tuple[str, str, str, str]]:
    """First name, start, provider and location of those of the newest appointments in which one of them is among the
    longest or the shortest."""
    slot = appointments.c
    of_late = next_id(memory, appointments) - 10 * newest  # without it, all that there ever were are sorted
    query = (
        select(patients.c.first_name, slot.starts_at, slot.provider, slot.location)
        .join(patients, patients.c.id == slot.patient_id)
        .where(slot.clinic_id == memory.clinic_id, slot.id > of_late)
        .order_by(slot.id.desc())
        .limit(newest)
    )
    rows = [(name, start, by, place) for name, start, by, place in memory.connection.execute(query)]
    found: set[tuple[str, str, str, str]] = set()
    for column in (0, 2, 3):
        rows.sort(key=lambda row: (len(row[column]), row))
        found.update(rows[:most] + rows[-most:])
    return sorted(found)


def articles_sent(memory: Memory, patient_ids: Iterable[int]) -> dict[int, set[str]]:
    """The articles that each patient has been sent, by slug."""
    found: dict[int, set[str]] = {}
    query = select(sent_articles.c.patient_id, sent_articles.c.slug).where(
        sent_articles.c.clinic_id == memory.clinic_id  # the index begins with it: else all ever sent is read
    )
    for part in in_parts(set(patient_ids)):
        theirs = query.where(one_of(memory, sent_articles.c.patient_id, part))
        for patient_id, slug in memory.connection.execute(theirs):
            found.setdefault(patient_id, set()).add(slug)
    return found


def grant_grace(memory: Memory, moments: Iterable[tuple[int, str]]) -> None:
    """Note until when letters can still be stopped: (letter id, UTC text)."""
    rows = [{"letter": letter_id, "until": moment} for letter_id, moment in moments]
    if rows:
        statement = update(letters).where(letters.c.id == bindparam("letter")).values(leaves_at=bindparam("until"))
        memory.connection.execute(statement, rows)


def change_letters(memory: Memory, changes: Iterable[tuple[int, str, str]], at: str) -> None:
    """Put letters that have not left into another state: (letter id, state, reason in words). One that meanwhile
    stands elsewhere (attempted, settled, held by a person who alone releases it) stays as it is."""
    rows: dict[str, list[dict[str, int | str]]] = {}
    for letter_id, state, reason in changes:
        rows.setdefault(state, []).append({"letter": letter_id, "why": reason, "at": at})
    for state, of_state in rows.items():
        may_stand = {state, *can_become(state)} & _WAITING - ({"held"} if state == "ready" else set())
        memory.connection.execute(
            update(letters)
            .where(letters.c.id == bindparam("letter"), or_(*(letters.c.state == old for old in sorted(may_stand))))
            .values(state=state, reason=bindparam("why"), changed_at=bindparam("at")),
            of_state,
        )


def letters_in(memory: Memory, *states: str) -> list[int]:
    """The ids of all letters in these states."""
    query = select(letters.c.id).where(letters.c.clinic_id == memory.clinic_id, letters.c.state.in_(states))
    return [int(row[0]) for row in memory.connection.execute(query)]
