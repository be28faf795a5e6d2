"""What becomes of each due letter: it is looked at once more, and what was decided is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.last_look import Due, Verdict, look
from jobs.runner.tools import Tools
from jobs.sending.planning import calendar_of
from jobs.store.letters import change_letters, due_letters, people, sent_to_addresses
from jobs.store.memory import Memory

DECIDED_FOR = timedelta(minutes=1)  # a letter that leaves later is looked at again
_BECOMES = {"send": "ready", "withdraw": "withdrawn", "wait": ""}  # "": stays what it is


def decide(tools: Tools, due: Sequence[Due] | None = None) -> list[Verdict]:
    """Look at these letters, or at every one that is due, once more and keep what was decided."""
    with tools.store.begin() as memory:
        verdicts = look_at(memory, tools, due_letters(memory, utc_text(tools.now)) if due is None else due)
        changes = [
            (verdict.due.letter_id, state, verdict.reason)
            for verdict in verdicts
            if ((state := _BECOMES[verdict.what] or verdict.due.state), verdict.reason)
            != (verdict.due.state, verdict.due.reason)
        ]
        change_letters(memory, changes, utc_text(tools.now))
    return verdicts


def look_at(memory: Memory, tools: Tools, due: Sequence[Due]) -> list[Verdict]:
    """Decide each of these letters as of now, changing nothing."""
    if not due:
        return []
    follow_ups = tools.settings.follow_ups
    known = people(memory, (letter.patient_id for letter in due), follow_ups.rules)
    keys = (person.address_key for person in known.values())
    to_addresses = sent_to_addresses(memory, keys, tools.now, follow_ups.caps.days)
    return list(look(due, known, to_addresses, follow_ups, tools.now, calendar_of(tools)))


def still_right(tools: Tools, due: Sequence[Due]) -> Sequence[Due]:
    """The letters that may still leave: while others left, a visit may have been cancelled or the day have ended."""
    now = tools.clock()
    if not due or now - tools.now < DECIDED_FOR:
        return due
    return [verdict.due for verdict in decide(replace(tools, now=now), due) if verdict.what == "send"]
