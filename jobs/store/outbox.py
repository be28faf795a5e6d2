"""What the front desk looks at: the letters that wait for it, and everything about one of them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from jobs.clinic.last_look import NO_LETTER_LEFT, PUT_OFF_TOO_LONG, TO_CORRECT
from jobs.store.decisions import Decision, decisions_about
from jobs.store.memory import Memory
from jobs.store.tables import appointments, attempts, events, letters, patients


class Waiting(NamedTuple):
    """One letter of the list; moments are UTC text. The names are shown only where they are asked for."""

    letter_id: int
    patient_id: int
    rule: str
    state: str
    reason: str
    due_at: str
    expires_at: str
    leaves_at: str
    tries: int
    first_name: str
    last_name: str


class Attempt(NamedTuple):
    """One try to send a letter."""

    at: str
    outcome: str
    transport: str
    detail: str


class LetterStory(NamedTuple):
    """Everything about one letter but its text."""

    letter: Waiting
    template: str
    category: str
    purpose: str
    sent_at: str
    released_at: str
    what: str
    visit_at: str
    attempts: Sequence[Attempt]
    decisions: Sequence[Decision]


_COLUMNS = (
    *(letters.c[name] for name in ("id", "patient_id", "rule", "state", "reason", "due_at", "expires_at", "leaves_at")),
    letters.c.tries,
    patients.c.first_name,
    patients.c.last_name,
)


def waiting_letters(memory: Memory, now: str, since: str) -> list[Waiting]:
    """The letters that a person may want to decide on: held, unknown, deferred, in their grace period, or refused for
    good, for which see `count_refused`."""
    letter = letters.c
    in_grace = and_(letter.state == "ready", letter.leaves_at > now)
    listed = or_(letter.state.in_(("held", "unknown", "deferred")), in_grace, _refused(now, since))
    return _listed(memory, listed)


def count_refused(memory: Memory, now: str, since: str) -> int:
    """How many letters the mail server refused for good since a moment (UTC text), or refused before that and could
    still leave in their time. Nobody has anything to decide on the others."""
    query = select(func.count()).where(letters.c.clinic_id == memory.clinic_id, _refused(now, since))
    return int(memory.connection.execute(query).scalar_one())


def _refused(now: str, since: str) -> ColumnElement[bool]:
    letter = letters.c
    return and_(letter.state == "failed", or_(letter.expires_at >= now, letter.changed_at >= since))


def never_left(memory: Memory, since: str) -> list[Waiting]:
    """The letters that were withdrawn since a moment (UTC text) because none could leave in their time: no mail server
    took them, or a file was held back."""
    letter = letters.c
    why = or_(*(letter.reason.contains(words, autoescape=True) for words in (NO_LETTER_LEFT, PUT_OFF_TOO_LONG)))
    return _listed(memory, letter.state == "withdrawn", letter.changed_at >= since, why)


def waiting_for_rows(memory: Memory, now: str) -> int:
    """How many letters are due that wait until a row is mended: the newest one of their appointment, or as the last
    look at them found, of another one."""
    letter, slot = letters.c, appointments.c
    query = (
        select(func.count())
        .select_from(letters)
        .join(events, events.c.id == letter.event_id)
        .join(appointments, slot.id == events.c.appointment_id)
    )
    due = letter.due_at <= now, letter.expires_at >= now, letter.state.in_(("planned", "ready", "deferred"))
    waits = or_(and_(slot.unread == 1, slot.same_as == 0), letter.reason.endswith(TO_CORRECT, autoescape=True))
    found = query.where(letter.clinic_id == memory.clinic_id, *due, waits)
    return int(memory.connection.execute(found).scalar_one())


def letters_of(memory: Memory, states: Collection[str], rule: str) -> list[Waiting]:
    """All letters in these states, of one rule if it is named."""
    of_rule = letters.c.rule == rule if rule else letters.c.rule != ""
    return _listed(memory, letters.c.state.in_(states), of_rule)


def _listed(memory: Memory, *which: object) -> list[Waiting]:
    query = select(*_COLUMNS).join(patients, patients.c.id == letters.c.patient_id)
    ours = query.where(letters.c.clinic_id == memory.clinic_id, *which)  # type: ignore[arg-type]
    return [Waiting._make(row) for row in memory.connection.execute(ours.order_by(letters.c.due_at, letters.c.id))]


def letter_story(memory: Memory, letter_id: int) -> LetterStory | None:
    """Everything about one letter; None where there is none of this number."""
    letter, event = letters.c, events.c
    found = _listed(memory, letter.id == letter_id)
    if not found:
        return None
    more = select(
        letter.template,
        letter.category,
        letter.purpose,
        letter.sent_at,
        letter.released_at,
        event.what,
        event.starts_at,
    ).join(events, event.id == letter.event_id)
    tries = select(attempts.c.at, attempts.c.outcome, attempts.c.transport, attempts.c.detail)
    rows = memory.connection.execute(tries.where(attempts.c.letter_id == letter_id).order_by(attempts.c.id))
    return LetterStory(
        found[0],
        *memory.connection.execute(more.where(letter.id == letter_id)).one(),
        [Attempt._make(row) for row in rows],
        decisions_about(memory, [letter_id]),
    )
