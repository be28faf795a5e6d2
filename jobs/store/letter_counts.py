"""How many letters wait, are put off or have left: for a person who asks, and where a run must not send too many."""

from typing import NamedTuple

from sqlalchemy import func, select

from jobs.store.memory import Memory
from jobs.store.tables import attempts, letters, patients


def waiting_for(memory: Memory, address_key: str) -> int:
    """How many letters to the patients of an address are planned or wait."""
    letter, patient = letters.c, patients.c
    query = select(func.count()).select_from(letters.join(patients, patient.id == letter.patient_id))
    waiting = letter.state.in_(("planned", "ready", "deferred", "held"))
    found = query.where(letter.clinic_id == memory.clinic_id, patient.address_key == address_key, waiting)
    return int(memory.connection.execute(found).scalar_one())


def is_leaving(memory: Memory, address_key: str) -> bool:
    """Whether a run has a letter to this address among those that it sends just now."""
    letter = letters.c
    leaving = letter.clinic_id == memory.clinic_id, letter.address_key == address_key, letter.state == "attempting"
    return memory.connection.execute(select(letter.id).where(*leaving).limit(1)).first() is not None


def count_states(memory: Memory) -> dict[str, int]:
    """How many letters stand in each state."""
    query = (
        select(letters.c.state, func.count()).where(letters.c.clinic_id == memory.clinic_id).group_by(letters.c.state)
    )
    return {state: count for state, count in memory.connection.execute(query)}


class PutOff(NamedTuple):
    """The letters that the mail server did not take for now: how many, how often at most they were tried, and the
    moment at which the first of them may be tried again ("" for none)."""

    letters: int
    tries: int
    again_at: str


def put_off(memory: Memory) -> PutOff:
    """What the mail server has put off and nothing has ended yet."""
    letter = letters.c
    query = select(func.count(), func.coalesce(func.max(letter.tries), 0), func.coalesce(func.min(letter.due_at), ""))
    found = query.where(letter.clinic_id == memory.clinic_id, letter.state == "deferred")
    return PutOff._make(memory.connection.execute(found).one())


def left_since(memory: Memory, moment: str) -> int:
    """How many letters left, or may have left, from a moment (UTC text) on."""
    tried = attempts.c
    query = select(func.count()).where(
        tried.clinic_id == memory.clinic_id, tried.at >= moment, tried.outcome.in_(("sent", "unknown"))
    )
    return int(memory.connection.execute(query).scalar_one())
