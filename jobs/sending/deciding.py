"""What becomes of each due letter: it is looked at once more, and what was decided is kept."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from jobs.clinic.approval import FrontDesk
from jobs.clinic.due_letters import Due
from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.last_look import (
    NO_LETTER_LEAVES,
    Verdict,
    could_not_be_written,
    importance,
    look,
    what_held_up,
)
from jobs.runner.tools import Tools
from jobs.sending.holding_back import THEY_WAIT
from jobs.sending.planning import calendar_of
from jobs.store.decisions import released_rules
from jobs.store.due_letters import due_letters, letters_again, people, sent_to_addresses
from jobs.store.letters import change_letters, grant_grace
from jobs.store.memory import Memory, changes_by_others
from jobs.store.restoring import restored

LOOKED_AT = 500  # letters
DECIDED_FOR = timedelta(minutes=1)  # a letter that leaves later is looked at again
_ASKED_AGAIN = 0.2  # seconds
_ASKED_BLINDLY = timedelta(seconds=5)  # where the database does not tell of changes
_ANOTHER_ADDRESS = "its patient has another address by now"
_BECOMES = {"send": "ready", "soon": "ready", "withdraw": "withdrawn", "hold": "held", "wait": ""}  # "": stays as it is


def decide(tools: Tools, letter_ids: Iterable[int] | None = None) -> list[Verdict]:
    """Look at these letters as they stand now, or at every one that is due, and keep what was decided. One that could
    not be written in this run still says so when it is looked at again."""
    now = utc_text(tools.now)
    with tools.store.begin() as memory:
        due = due_letters(memory, now) if letter_ids is None else letters_again(memory, letter_ids)
        verdicts = look_at(memory, tools, due)
        changes = [
            (verdict.due.letter_id, state, verdict.reason)
            for verdict in verdicts
            if ((state := _BECOMES[verdict.what] or verdict.due.state), verdict.reason)
            != (verdict.due.state, verdict.due.reason)
            and not (verdict.what == "send" and _keeps_its_note(verdict.due, again=letter_ids is not None))
        ]
        change_letters(memory, changes, now)
        new = [v for v in verdicts if v.what == "soon" and v.leaves_at != v.due.leaves_at]
        grant_grace(memory, ((verdict.due.letter_id, verdict.leaves_at) for verdict in new))
    return verdicts


def _keeps_its_note(due: Due, *, again: bool) -> bool:
    return bool(what_held_up(due)) or (again and could_not_be_written(due))


def note_why_none_leave(tools: Tools, letters: Iterable[Due], why_none: str) -> None:
    """Keep with letters that are to leave why none of them does in this run, so that one that is too late by then says
    so; where they may leave, forget it."""
    note = f"{NO_LETTER_LEAVES}{why_none.partition(THEY_WAIT)[0].rstrip('.')}" if why_none else ""
    noted = {due.letter_id: due.reason if what_held_up(due) else "" for due in letters}
    changes = [(letter_id, "ready", note) for letter_id, before in noted.items() if before != note]
    if changes:
        with tools.store.begin() as memory:
            change_letters(memory, changes, utc_text(tools.now))


def look_at(memory: Memory, tools: Tools, due: Sequence[Due], are_leaving: bool = False) -> list[Verdict]:
    """Decide each of these letters as of now, changing nothing. Those that `are_leaving` stand in the memory as if they
    had left: what left does not count for them again."""
    if not due:
        return []
    follow_ups, calendar = tools.settings.follow_ups, calendar_of(tools)
    desk = FrontDesk(parse_duration(tools.settings.mail.grace), released_rules(memory), restored(memory))
    verdicts: list[Verdict] = []
    for households in _households(due):
        ids = (letter.patient_id for letter in households)
        known = people(memory, ids, follow_ups.rules, tools.settings.source_names, tools.settings.own_addresses)
        keys = (person.address_key for person in known.values())
        to_addresses = {} if are_leaving else sent_to_addresses(memory, keys, tools.now, follow_ups.caps.days)
        for person in known.values() if are_leaving else ():
            person.sent.clear()
        for each in households:
            # Is it right to send an unknown one once more? That it may have left speaks not against it.
            if each.state == "unknown" and follow_ups.rule(each.rule):
                itself = each.rule, each.event_starts_at, each.appointment_id
                sent = known[each.patient_id].sent
                sent.remove(next(one for one in sent if (one.rule, one.starts_at, one.appointment_id) == itself))
        unfilled = tools.settings.clinic.unfilled
        verdicts += look(households, known, to_addresses, follow_ups, tools.now, calendar, desk, unfilled)
    return sorted(verdicts, key=lambda verdict: importance(verdict.due))


def _households(due: Sequence[Due]) -> Iterator[list[Due]]:
    """The letters in parts, those to one address together: it has its share of news. What is known of all patients at
    once would fill the memory on the day of a first pull."""
    part: list[Due] = []
    for _, of_address in groupby(due, key=lambda letter: letter.address_key or letter.patient_id):
        part += of_address
        if len(part) >= LOOKED_AT:
            yield part
            part = []
    if part:
        yield part


class LastMoment:
    """Looks again at a group that is about to leave, where anything may have changed since it was decided on.

    While others left, a visit may have been cancelled, a patient have said no, somebody have held a letter, or the day
    have ended. To be made before the letters are decided on.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._decided_at = tools.now.astimezone(UTC)
        self._changes = self._changes_seen()
        self._again: set[int] | None = None  # the letters that were looked at again since then; None: no change yet
        self._right: dict[int, str] = {}  # those of them that may leave, each with its patient's address
        self._leaving: Mapping[int, str] = {}  # the group under way, each with the address that it was written to
        self._wrong: dict[int, str] = {}  # those of it that may leave no more, each with the reason
        self._asked_at = 0.0

    def look_again(self, leaving: Iterable[Due]) -> None:
        """Where any of these could not be written in the run before, look at each group again once it is written: only
        then is it known whether a welcome leaves by now, and its reminder does not."""
        if any(map(could_not_be_written, leaving)):
            self._again = set()

    def still_right(self, written_to: Mapping[int, str], following: Iterable[int] = ()) -> Collection[int]:
        """Those of these letters that may still leave, each to the address (its key) that it was written to. One whose
        patient has another address by now waits for the next run.

        Where they must be looked at again, so are the `following` ones: until the next change they need no look of
        their own.
        """
        now, changes, unchanged = self._what_changed()
        self._leaving, self._wrong, self._asked_at = written_to, {}, time.monotonic()
        if not written_to or (unchanged and self._again is None):
            return written_to
        if not unchanged or not written_to.keys() <= (self._again or set()):
            self._changes, self._decided_at = changes, now.astimezone(UTC)
            self._again = {*written_to, *(following if changes is not None else ())}
            verdicts = decide(self._tools._replace(now=now), self._again)
            self._right = {each.due.letter_id: each.due.address_key for each in verdicts if each.what == "send"}
        return {letter_id for letter_id, address in written_to.items() if self._right.get(letter_id) == address}

    def why_no_longer(self, letter_id: int) -> str:
        """Why a letter of the group under way may not leave any more, "" where it may. Asked about each right before it
        leaves; what others have changed is looked for a few times a second."""
        asked_at = time.monotonic()
        if asked_at - self._asked_at >= _ASKED_AGAIN:
            self._asked_at = asked_at
            now, changes, unchanged = self._what_changed()
            if not unchanged and (changes is not None or now - self._decided_at >= _ASKED_BLINDLY):
                self._changes, self._decided_at = changes, now.astimezone(UTC)
                self._again = set()  # the next group is looked at for itself
                self._wrong = self._now_wrong(now)
        return self._wrong.get(letter_id, "")

    def _now_wrong(self, now: datetime) -> dict[int, str]:
        """The letters of the group under way that are no longer right, each with the reason; nothing is noted."""
        tools = self._tools._replace(now=now)
        with tools.store.look() as memory:
            due = letters_again(memory, self._leaving, ("attempting",))
            verdicts = look_at(memory, tools, due, are_leaving=True)
        wrong = {each.due.letter_id: each.reason for each in verdicts if each.what != "send"}
        moved = {each.letter_id: _ANOTHER_ADDRESS for each in due if each.address_key != self._leaving[each.letter_id]}
        return moved | wrong

    def _what_changed(self) -> tuple[datetime, int | None, bool]:
        """Now, the number of changes by others, and whether there was none since letters were decided on, just now."""
        now, changes = self._tools.clock(), self._changes_seen()
        passed = now.astimezone(UTC) - self._decided_at  # of one zone, it would be what the clinic's clocks show
        return now, changes, changes == self._changes is not None and passed < DECIDED_FOR

    def _changes_seen(self) -> int | None:
        with self._tools.store.look() as memory:
            return changes_by_others(memory)
