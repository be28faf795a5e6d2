"""What a person, or evidence, decides about one letter: an append-only record, and the letter's new state."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from sqlalchemy import delete, insert, select, update

from jobs.store.memory import Memory
from jobs.store.runs import renew_sign
from jobs.store.tables import decisions, letters, sent_articles

What = Literal["release", "hold", "drop", "mark-sent", "send-again"]

DROPPED = "dropped by "
"""Begins the reason of a letter that a person dropped."""


class _Step(NamedTuple):
    of: tuple[str, ...]
    becomes: str
    reason: str


STEPS: dict[What, _Step] = {
    "release": _Step(("held",), "ready", ""),
    "hold": _Step(("planned", "ready", "deferred"), "held", "held by {who}: {reason}"),
    "drop": _Step(
        ("planned", "ready", "deferred", "held", "failed", "unknown"), "withdrawn", f"{DROPPED}{{who}}: {{reason}}"
    ),
    "mark-sent": _Step(("unknown",), "sent", ""),
    "send-again": _Step(("unknown", "failed"), "ready", ""),
}
"""For each decision: the states it can be taken in, and what the letter becomes."""


class Decision(NamedTuple):
    """One line of the record; `at` is UTC text."""

    letter_id: int
    at: str
    what: str
    who: str
    reason: str


class NotPossible(ValueError):
    """The letter is not in a state in which this can be decided; the text says so to a person."""


class NoSuchLetter(NotPossible):
    """There is no letter of this number."""


def decide_letter(memory: Memory, letter_id: int, what: What, who: str, reason: str, at: str) -> None:
    """Record a decision and let the letter take its new state. Raises NotPossible or NoSuchLetter, changing nothing."""
    step = STEPS[what]
    letter = letters.c
    ours = (letter.clinic_id == memory.clinic_id, letter.id == letter_id)
    found = memory.connection.execute(select(letter.state, letter.changed_at).where(*ours)).one_or_none()
    if found is None:
        raise NoSuchLetter(f"There is no letter {letter_id}.")
    if found.state not in step.of:
        raise NotPossible(f"Letter {letter_id} is {found.state}; {what} is for letters that are {_listed(step.of)}.")
    words = step.reason.format(who=who, reason=reason) if step.reason else ""
    values: dict[str, str | int] = {"state": step.becomes, "reason": words, "changed_at": at}
    if what == "mark-sent":
        values["sent_at"] = found.changed_at  # when it was on its way, as far as is known
    if what in ("release", "send-again"):
        values |= {"released_at": at, "tries": 0}  # earlier answers tell nothing of what the server says from now on
    memory.connection.execute(update(letters).where(*ours).values(values))
    if what in ("drop", "send-again"):  # what it carried was not read by anyone, as far as is known
        memory.connection.execute(delete(sent_articles).where(sent_articles.c.letter_id == letter_id))
    line = Decision(letter_id, at, what, who, reason)
    memory.connection.execute(insert(decisions).values({**line._asdict(), "clinic_id": memory.clinic_id}))
    if what in ("hold", "drop"):
        renew_sign(memory)


def decisions_about(memory: Memory, letter_ids: Iterable[int]) -> list[Decision]:
    """The record of these letters, oldest first."""
    query = select(*(decisions.c[name] for name in Decision._fields)).where(
        decisions.c.clinic_id == memory.clinic_id, decisions.c.letter_id.in_(list(letter_ids))
    )
    return [Decision._make(row) for row in memory.connection.execute(query.order_by(decisions.c.id))]


def released_rules(memory: Memory) -> frozenset[str]:
    """The rules of which a person has released a letter."""
    query = select(letters.c.rule).join(decisions, decisions.c.letter_id == letters.c.id)
    ours = query.where(decisions.c.clinic_id == memory.clinic_id, decisions.c.what == "release")
    return frozenset(str(row[0]) for row in memory.connection.execute(ours.distinct()))


def _listed(states: tuple[str, ...]) -> str:
    return " or ".join([", ".join(states[:-1]), states[-1]]) if len(states) > 1 else states[0]
