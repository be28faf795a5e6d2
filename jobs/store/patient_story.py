"""Everything that was sent, skipped or is planned for one patient, and the letters that left."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select

from jobs.clinic.addresses import address_key
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import appointments, events, letters, patients, sent_articles


class StoryLine(NamedTuple):
    """One letter of the story; moments are UTC text."""

    letter_id: int
    rule: str
    state: str
    reason: str
    due_at: str
    sent_at: str
    what: str
    event_starts_at: str
    articles: tuple[tuple[str, str], ...]  # slug, reason


def find_patients(memory: Memory, who: str) -> list[tuple[int, str, str]]:
    """(id, first name, last name) of the patients that a number, an e-mail address or a name means.

    A number is that of the export or our own; a name is the first or last one alone, or both in either order. A patient
    whom several sources name is found by what any of them says.
    """
    patient = patients.c
    query = select(patient.id, patient.same_as, patient.first_name, patient.last_name, patient.key, patient.address_key)
    asked, address = _folded(who), address_key(who) if "@" in who else ""
    names, found = {}, {}
    for record_id, same_as, first, last, key, address_of in memory.connection.execute(
        query.where(patient.clinic_id == memory.clinic_id).order_by(patient.id)
    ):
        names[record_id] = first, last
        if (
            (address and address == address_of)
            or asked in _names(first, last)
            or who in (key, key.partition(":")[2], str(record_id))
        ):
            found[same_as or record_id] = True
    return [(patient_id, *names[patient_id]) for patient_id in sorted(found)]


def unread_visits(memory: Memory, patient_id: int) -> list[str]:
    """When the patient's appointments are to start whose newest row cannot be read; UTC text."""
    slot = appointments.c
    query = select(slot.starts_at).where(slot.patient_id == patient_id, slot.same_as == 0, slot.unread == 1)
    return list(memory.connection.execute(query.order_by(slot.starts_at)).scalars())


def coming_patients(memory: Memory, today: str) -> list[tuple[int, str]]:
    """Id and first name of the patients who have a visit booked for `today` or later, by id."""
    slot, patient = appointments.c, patients.c
    query = (
        select(patient.id, patient.first_name)
        .distinct()
        .join(appointments, slot.patient_id == patient.id)
        .where(slot.clinic_id == memory.clinic_id, slot.starts_on >= today, slot.same_as == 0, slot.status == "booked")
    )
    return [(patient_id, name) for patient_id, name in memory.connection.execute(query.order_by(patient.id))]


def record_keys(memory: Memory, patient_id: int) -> list[tuple[str, str, str]]:
    """What each source names a patient by: number or made key, first and last name."""
    patient = patients.c
    query = select(patient.key, patient.first_name, patient.last_name).where(
        or_(patient.id == patient_id, (patient.same_as == patient_id) & (patient.same_as != 0))
    )
    return [(key, first, last) for key, first, last in memory.connection.execute(query.order_by(patient.id))]


class Contact(NamedTuple):
    """How a patient may be reached: every address that a letter went to, and what the practice system says."""

    address_keys: frozenset[str]
    email_consent: str
    died: bool


def contact(memory: Memory, patient_id: int) -> Contact:
    """The addresses of a patient, today's and those that letters went to."""
    patient, letter = patients.c, letters.c
    now = memory.connection.execute(
        select(patient.address_key, patient.email_consent, patient.died).where(
            patient.clinic_id == memory.clinic_id, patient.id == patient_id
        )
    ).one()
    went_to = select(letter.address_key).where(letter.patient_id == patient_id).distinct()
    keys = {now.address_key, *memory.connection.execute(went_to).scalars()}
    return Contact(frozenset(keys - {""}), now.email_consent, now.died != "")


def address_of(memory: Memory, patient_id: int) -> str:
    """What the address that a patient is reached at now is known by, "" where there is none."""
    query = select(patients.c.address_key).where(patients.c.clinic_id == memory.clinic_id, patients.c.id == patient_id)
    return str(memory.connection.execute(query).scalar_one())


def _names(first: str, last: str) -> set[str]:
    """All that one may call a patient. SQLite would fold only the letters of English."""
    return {_folded(name) for name in (first, last, f"{first} {last}", f"{last}, {first}") if name.strip()}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def story(memory: Memory, patient_id: int) -> list[StoryLine]:
    """Every letter of a patient, oldest due first."""
    return _lines(memory, letters.c.patient_id == patient_id)


def sent_letters(memory: Memory, letter_ids: Iterable[int]) -> list[StoryLine]:
    """Those of these letters that were sent, oldest due first."""
    return [
        line for part in in_parts(letter_ids) for line in _lines(memory, letters.c.id.in_(part)) if line.state == "sent"
    ]


def _lines(memory: Memory, which: ColumnElement[bool]) -> list[StoryLine]:
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
        .where(letter.clinic_id == memory.clinic_id, which)
        .order_by(letter.due_at, letter.id)
    )
    found = memory.connection.execute(query).all()
    carried: dict[int, list[tuple[str, str]]] = {}
    chosen = select(sent_articles.c.letter_id, sent_articles.c.slug, sent_articles.c.reason)
    chosen = chosen.where(sent_articles.c.letter_id.in_([row[0] for row in found]))
    for letter_id, slug, reason in memory.connection.execute(chosen):
        carried.setdefault(letter_id, []).append((slug, reason))
    return [StoryLine(*row, tuple(carried.get(row[0], ()))) for row in found]
