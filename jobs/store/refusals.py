"""What mail servers refused for good: what is not judged yet, what was held for it, and whose letters were refused."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.letter_life import can_become
from jobs.clinic.refusals import LAST_ANSWERS, REFUSED_WITH_MANY
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.runs import cursor, set_cursor
from jobs.store.stops import stops_about
from jobs.store.tables import attempts, letters, mailbox_messages

_JUDGED, _NOT_BELIEVED = "refusals: judged up to", "refusals: not believed up to"
_STILL_OPEN = timedelta(days=60)  # of its day, a letter can be refused; no rule allows it to be later


class Refusal(NamedTuple):
    """One attempt that was refused for good; `at` is UTC text."""

    attempt_id: int
    at: str
    letter_id: int
    address_key: str
    outcome: str
    detail: str


class Answered(NamedTuple):
    """One attempt that the mail server answered."""

    attempt_id: int
    outcome: str
    detail: str


def begin_judging(memory: Memory) -> None:
    """What was refused before refusals were judged together is settled."""
    if not cursor(memory, _JUDGED):
        set_cursor(memory, _JUDGED, str(_newest(memory)))


def unjudged(memory: Memory, transport: str, now: str) -> list[Refusal]:
    """The refused letters of which it is not known yet whether the server refused everybody; oldest first."""
    letter, tried = letters.c, attempts.c
    query = (
        select(tried.id, tried.at, letter.id, letter.address_key, tried.outcome, tried.detail)
        .join(attempts, tried.letter_id == letter.id)
        .select_from(letters)
        .where(
            letter.clinic_id == memory.clinic_id,
            letter.state == "failed",
            letter.due_at > _open_since(now),
            tried.id > int(cursor(memory, _JUDGED) or 0),
            tried.outcome == "failed",
            tried.transport == transport,
        )
    )
    return sorted(Refusal._make(row) for row in memory.connection.execute(query))


def answers_since(memory: Memory, transport: str, first: Refusal | None, now: str) -> list[Answered]:
    """What the server answered from an attempt on (None: nothing of it), and the last answers before it; without what
    was not believed. Oldest first."""
    tried = attempts.c
    query = (
        select(tried.id, tried.outcome, tried.detail)
        .where(
            tried.clinic_id == memory.clinic_id,
            tried.at > _open_since(now),
            tried.id > int(cursor(memory, _NOT_BELIEVED) or 0),
            tried.outcome.in_(("sent", "failed")),
            tried.transport == transport,
        )
        .order_by(tried.at.desc(), tried.id.desc())  # the order of an index: the last ones are found at once
    )
    before = query.where(tried.id < first.attempt_id) if first else query
    found = list(memory.connection.execute(before.limit(LAST_ANSWERS)))
    if first:
        later = query.where(tried.at >= first.at, tried.id >= first.attempt_id)
        found = [*memory.connection.execute(later), *found]
    return [Answered._make(row) for row in reversed(found)]


def _open_since(now: str) -> str:
    return utc_text(datetime.fromisoformat(now) - _STILL_OPEN)


def believe_up_to(memory: Memory, attempt_id: int) -> None:
    """The refusals up to this attempt were judged."""
    set_cursor(memory, _JUDGED, str(attempt_id))


def hold_refused(memory: Memory, letter_ids: Sequence[int], at: str) -> None:
    """A server that refused everybody is not believed: its letters wait for a person, and its answers do not count."""
    assert "failed" in can_become("held")
    change = update(letters).values(state="held", reason=REFUSED_WITH_MANY, changed_at=at)
    for part in in_parts(letter_ids):
        memory.connection.execute(change.where(letters.c.id.in_(part), letters.c.state == "failed"))
    newest = str(_newest(memory))
    set_cursor(memory, _JUDGED, newest)
    set_cursor(memory, _NOT_BELIEVED, newest)


def held_as_refused(memory: Memory) -> list[int]:
    """The letters that are held because too many were refused at once."""
    letter = letters.c
    query = select(letter.id).where(
        letter.clinic_id == memory.clinic_id, letter.state == "held", letter.reason == REFUSED_WITH_MANY
    )
    return list(memory.connection.execute(query.order_by(letter.id)).scalars())


def _newest(memory: Memory) -> int:
    return int(memory.connection.execute(select(func.max(attempts.c.id))).scalar() or 0)


def bounced_since(memory: Memory, since: str) -> set[str]:
    """The addresses that bounced for good, by mails read since a moment (UTC text)."""
    mail = mailbox_messages.c
    query = select(mail.address_key).where(
        mail.clinic_id == memory.clinic_id, mail.kind == "bounce", mail.read_at >= since, mail.address_key != ""
    )
    return set(memory.connection.execute(query).scalars())


def refused_addresses(memory: Memory, since: str, says_nobody: Callable[[str, str], bool]) -> list[str]:
    """The addresses at which nobody is, by the words of a mail server or by a mail that came back since a moment (UTC
    text), and that have taken no letter since. `says_nobody` reads an attempt's outcome and detail."""
    tried, mail = attempts.c, mailbox_messages.c
    query = (
        select(letters.c.address_key, tried.at, tried.outcome, tried.detail)
        .join(letters, letters.c.id == tried.letter_id)
        .where(tried.clinic_id == memory.clinic_id, tried.at >= since, tried.transport.not_like("%redirected"))
        .order_by(tried.id)
    )
    said: dict[str, str] = {}
    for key, at, outcome, detail in memory.connection.execute(query.where(tried.outcome == "failed")):
        if key and says_nobody(outcome, detail):
            said[key] = at
    back = select(mail.address_key, mail.read_at).where(
        mail.clinic_id == memory.clinic_id, mail.kind == "bounce", mail.read_at >= since, mail.address_key != ""
    )
    for key, at in memory.connection.execute(back.order_by(mail.id)):
        said[key] = max(at, said.get(key, ""))
    return sorted(said.keys() - _reached_since(memory, said))


def not_believed(memory: Memory, since: str, says_nobody: Callable[[str, str], bool]) -> int:
    """At how many addresses nobody is, as a mail server said since a moment (UTC text), of which neither the program
    nor a person has drawn anything."""
    refused = set(refused_addresses(memory, since, says_nobody))
    return len(refused - {line.address_key for line in stops_about(memory, refused, ()) if line.at >= since})


def _reached_since(memory: Memory, said: dict[str, str]) -> set[str]:
    """Those of these addresses that took a letter after the moment that is told of each."""
    letter = letters.c
    query = select(letter.address_key, letter.sent_at).where(
        letter.clinic_id == memory.clinic_id, letter.state == "sent"
    )
    return {
        key
        for part in in_parts(list(said))
        for key, at in memory.connection.execute(query.where(letter.address_key.in_(part)))
        if at > said[key]
    }
