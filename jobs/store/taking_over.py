"""What the former database had sent, when a backup is put back: nobody has to look it up in the mail server's log."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from jobs.store.lost_database import can_be_opened
from jobs.store.memory import Memory
from jobs.store.rows import insert_new
from jobs.store.tables import appointments, attempts, events, letters, patients, sent_articles

_LEFT = ("sent", "unknown")
_OF_LETTER = (
    "due_at",
    "expires_at",
    "template",
    "category",
    "priority",
    "address_key",
    "message_id",
    "tries",
    "sent_at",
    "changed_at",
    "purpose",
    "draft_id",
    "released_at",
)
_TRIED = ("at", "outcome", "transport", "detail")
_FORMER_LETTERS = f"""
    SELECT letters.id, patients.key, patients.address_key, appointments.key, events.what, events.starts_at,
        events.happened_at, events.seen_at, letters.rule, letters.state, letters.reason,
        {", ".join(f"letters.{name}" for name in _OF_LETTER)}
    FROM letters JOIN events ON events.id = letters.event_id
        JOIN appointments ON appointments.id = events.appointment_id
        JOIN patients ON patients.id = letters.patient_id
    WHERE letters.clinic_id = ? AND letters.state IN ('sent', 'unknown', 'attempting') ORDER BY letters.id
"""  # noqa: S608  the names stand above
_FORMER_ATTEMPTS = "SELECT letter_id, at, outcome, transport, detail FROM attempts WHERE clinic_id = ? ORDER BY id"
_FORMER_ARTICLES = "SELECT letter_id, slug, reason FROM sent_articles WHERE clinic_id = ? ORDER BY id"
_ON_ITS_WAY = "it was on its way when the memory was restored: it may have left"


class _Former(NamedTuple):
    """What the former database knows of the letters that left or may have left."""

    letters: list[tuple[Any, ...]]
    attempts: dict[int, list[tuple[Any, ...]]]
    articles: dict[int, list[tuple[Any, ...]]]


class _Known(NamedTuple):
    """What the memory that was put back knows: patients with their addresses, appointments, events and letters."""

    patients: dict[str, tuple[int, str]]
    appointments: dict[str, int]
    events: dict[tuple[int, int, str, str], int]
    letters: dict[tuple[int, str, int], tuple[int, str]]
    numbers: set[int]  # of the letters of all clinics


def take_over_letters(memory: Memory, former: Path) -> int:
    """Count as sent, or as unknown, what the former database had sent and the backup does not know; say how many. What
    became of a letter that was on its way, the next run finds out as ever.

    None where that database cannot be read any more. Letters about patients, addresses or appointments that the backup
    does not know are left out: those are held, as all that may have left.
    """
    found = _read(former, memory.clinic_id)
    if found is None:
        return 0
    known, taken = _known(memory), 0
    for row in found.letters:
        letter_id = _take_over(memory, known, row)
        if letter_id:
            taken += 1
            _take_along(memory, letter_id, found.attempts.get(row[0], []), found.articles.get(row[0], []))
    return taken


def _read(former: Path, clinic_id: str) -> _Former | None:
    if not can_be_opened(former):
        return None
    try:
        with closing(sqlite3.connect(f"{former.absolute().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(_FORMER_LETTERS, (clinic_id,)).fetchall()
            of_letters: list[dict[int, list[tuple[Any, ...]]]] = [defaultdict(list), defaultdict(list)]
            for query, of_letter in zip((_FORMER_ATTEMPTS, _FORMER_ARTICLES), of_letters, strict=True):
                for letter_id, *values in database.execute(query, (clinic_id,)):
                    of_letter[letter_id].append(tuple(values))
    except sqlite3.Error:  # damaged, or of an older program
        return None
    return _Former(rows, *of_letters)


def _known(memory: Memory) -> _Known:
    ask, clinic = memory.connection.execute, memory.clinic_id
    who, slot, event, letter = patients.c, appointments.c, events.c, letters.c
    people = select(who.key, who.id, who.address_key).where(who.clinic_id == clinic)
    slots = select(slot.key, slot.id).where(slot.clinic_id == clinic)
    whose = event.appointment_id, event.patient_id
    happened = select(*whose, event.what, event.starts_at, event.id).where(event.clinic_id == clinic)
    planned = select(letter.patient_id, letter.rule, letter.event_id, letter.id, letter.state)
    return _Known(
        {key: (patient_id, address) for key, patient_id, address in ask(people)},
        {key: slot_id for key, slot_id in ask(slots)},
        {tuple(row[:4]): row[4] for row in ask(happened)},
        {tuple(row[:3]): tuple(row[3:]) for row in ask(planned.where(letter.clinic_id == clinic))},
        set(ask(select(letter.id)).scalars()),
    )


def _take_over(memory: Memory, known: _Known, row: tuple[Any, ...]) -> int:
    """One letter; its number here, or 0 where it is known already, or cannot be told for certain."""
    former_id, patient, address, slot, what, starts_at, happened_at, seen_at, rule, state, reason, *values = row
    patient_id, address_here = known.patients.get(patient, (0, ""))
    slot_id = known.appointments.get(slot)
    if not slot_id or not patient_id or address_here != address:
        return 0
    event_id = known.events.get((slot_id, patient_id, what, starts_at))
    about = {"clinic_id": memory.clinic_id, "patient_id": patient_id}
    if event_id is None:
        event = {"appointment_id": slot_id, "what": what, "starts_at": starts_at, "happened_at": happened_at}
        event_id = _new(memory, insert(events).values(**about, **event, seen_at=seen_at))
        known.events[slot_id, patient_id, what, starts_at] = event_id
    letter_id, here = known.letters.get((patient_id, rule, event_id), (0, ""))
    is_new = not letter_id
    if is_new and former_id not in known.numbers:  # so its stop link and its marks in the journal stay its own
        letter_id = former_id
    if here in _LEFT or (here, letter_id) == (state, former_id):
        return 0
    if state == "attempting" and letter_id != former_id:  # the marks of the journal are not about it
        state, reason = "unknown", _ON_ITS_WAY
    now = {**dict(zip(_OF_LETTER, values, strict=True)), "state": state, "reason": reason}
    if not is_new:
        memory.connection.execute(update(letters).where(letters.c.id == letter_id).values(now))
        return int(letter_id)
    number = {"id": letter_id} if letter_id else {}
    letter_id = _new(memory, insert(letters).values(**number, **about, rule=rule, event_id=event_id, **now))
    known.numbers.add(letter_id)
    return letter_id


def _take_along(memory: Memory, letter_id: int, tried: list[tuple[Any, ...]], carried: list[tuple[Any, ...]]) -> None:
    """The attempts that led to it, for the quota of the day and for the evidence, and the articles that it carried."""
    ask = memory.connection.execute
    there = {
        tuple(row) for row in ask(select(*(attempts.c[n] for n in _TRIED)).where(attempts.c.letter_id == letter_id))
    }
    rows = [
        {"clinic_id": memory.clinic_id, "letter_id": letter_id, **dict(zip(_TRIED, one, strict=True))}
        for one in tried
        if one not in there
    ]
    if rows:
        ask(insert(attempts), rows)
    patient_id = ask(select(letters.c.patient_id).where(letters.c.id == letter_id)).scalar_one()
    names = ("clinic_id", "patient_id", "letter_id", "slug", "reason")
    insert_new(memory, sent_articles, names, [(memory.clinic_id, patient_id, letter_id, *one) for one in carried])


def _new(memory: Memory, statement: Any) -> int:
    key = memory.connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])
