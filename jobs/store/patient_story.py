"""Everything that was sent, skipped or is planned for one patient."""

from typing import NamedTuple

from sqlalchemy import or_, select

from jobs.clinic.addresses import address_key
from jobs.store.memory import Memory
from jobs.store.tables import events, letters, patients, sent_articles


class StoryLine(NamedTuple):
    """One letter of the story; moments are UTC text."""

    rule: str
    state: str
    reason: str
    due_at: str
    sent_at: str
    what: str
    event_starts_at: str
    articles: tuple[tuple[str, str], ...]  # slug, reason


def find_patients(memory: Memory, who: str) -> list[tuple[int, str, str]]:
    """(id, first name, last name) of the patients that a number, an e-mail address or a name means."""
    patient = patients.c
    query = select(patient.id, patient.first_name, patient.last_name).where(patient.clinic_id == memory.clinic_id)
    if "@" in who:
        query = query.where(patient.address_key == address_key(who))
    else:
        first, _, last = who.partition(" ")
        by_name = patient.last_name.ilike(last) & patient.first_name.ilike(first) if last else patient.last_name.ilike(who)
        by_key = patient.key == who
        query = query.where(or_(by_name, by_key, patient.id == int(who) if who.isdecimal() else by_key))
    return [(row[0], row[1], row[2]) for row in memory.connection.execute(query.order_by(patient.id))]


def story(memory: Memory, patient_id: int) -> list[StoryLine]:
    """Every letter of a patient, oldest due first."""
    carried: dict[int, list[tuple[str, str]]] = {}
    chosen = select(sent_articles.c.letter_id, sent_articles.c.slug, sent_articles.c.reason)
    for letter_id, slug, reason in memory.connection.execute(chosen.where(sent_articles.c.patient_id == patient_id)):
        carried.setdefault(letter_id, []).append((slug, reason))
    letter = letters.c
    query = (
        select(
            letter.id,
            letter.rule,
            letter.state,
            letter.reason,
            letter.due_at,
            letter.sent_at,
            events.c.what,
            events.c.starts_at,
        )
        .join(events, events.c.id == letter.event_id)
        .where(letter.clinic_id == memory.clinic_id, letter.patient_id == patient_id)
        .order_by(letter.due_at, letter.id)
    )
    return [StoryLine(*row[1:], tuple(carried.get(row[0], ()))) for row in memory.connection.execute(query)]
