"""Letters leave here: each at most once, whatever happens to the run.

A group of letters is committed as `attempting` before the first of them leaves and recorded after the last; in between
the journal holds a mark for each. Whatever ends a run, `settle` reads the marks at the start of the next one. A letter
that may have left is `unknown`, for a person to decide; it is never sent again blindly.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from jobs.clinic.last_look import NO_LETTER_LEAVES
from jobs.clinic.refusals import Answers
from jobs.mail.journal import Journal, recover
from jobs.mail.records import (
    DRAFTS_FIRST,
    AskedToStop,
    Ledger,
    Marks,
    Ready,
    Result,
    RunStopped,
    SignInRefused,
    Transport,
)
from jobs.mail.settings import is_plain_address
from jobs.mail.stopping import StopRequest, heeding_signals

if TYPE_CHECKING:
    from jobs.mail.unanswered import Silence
    from jobs.mail.whose_fault import Waiting

__all__ = [
    "AskedToStop", "Ledger", "Marks", "Ready", "Result", "RunStopped", "SignInRefused", "Tally", "Transport",
    "send", "settle", "why_not",
]  # fmt: skip


class Tally(Counter[str]):
    """How many letters reached each state, and what stopped the run before its end, if anything did."""

    stopped_by: RunStopped | None = None

    @property
    def stopped(self) -> str:
        """The sentence that says why, or ""."""
        return str(self.stopped_by or "")


def settle(attempting_ids: Sequence[int], ledger: Ledger, journal: Journal, clock: Callable[[], datetime]) -> Tally:
    """Record what became of the letters that a dead run left as `attempting`. To be called before every `send`."""
    results = recover(journal, attempting_ids)
    if results:
        ledger.record(results, clock())
    journal.empty()
    return Tally(result.state for result in results)


def send(
    groups: Iterable[Sequence[Ready]],
    ledger: Ledger,
    transport: Transport,
    journal: Journal,
    clock: Callable[[], datetime],
    progress: Callable[[int], object] = lambda done: None,
    *,
    recipients_of: Callable[[bytes], list[str]],
    answers: Answers | None = None,
    pause_seconds: float = 0,
    wait: Callable[[float], object] = time.sleep,
    why_no_longer: Callable[[int], str] = lambda letter_id: "",
    silence: "Silence | None" = None,
) -> Tally:
    """Send the letters group by group (50 to 250 each) and say how many reached each state.

    `recipients_of` reads the recipients out of finished bytes; a letter that names anyone but its recipient fails.
    `why_no_longer` is asked about each letter right before it leaves; one that is not right any more stays, with why.
    `progress` hears of each settled letter. `answers` hears what the other side says of each; after too many refusals
    the run ends with the letters on their way. `silence`, of earlier runs: until a text is answered, one letter leaves
    alone, and none after one that is not answered either. SIGTERM or Ctrl-C end the run after the letter on its way.
    The errors of the ledger pass through; the letters concerned stay `attempting` until `settle`.
    """
    with heeding_signals() as stop:
        run = _Run(ledger, transport, journal, clock, progress, recipients_of, pause_seconds, wait, stop, why_no_longer)
        run.answers, run.silence = answers or run.answers, silence
        for group in groups:
            run.send_group(group)
            if stop.asked and not run.tally.stopped_by:
                run.tally.stopped_by = AskedToStop(f"The run was asked to stop ({stop.asked}). The other letters wait.")
            if run.tally.stopped_by or run.answers.too_many:
                break
            del group  # before the next one is there
        if run.waiting and not run.tally.stopped_by and (why := run.waiting.why):
            run.tally.stopped_by = RunStopped(why)
        run.heed_silence()
    return run.tally


@dataclass
class _Run:
    ledger: Ledger
    transport: Transport
    journal: Journal
    clock: Callable[[], datetime]
    progress: Callable[[int], object]
    recipients_of: Callable[[bytes], list[str]]
    pause_seconds: float
    wait: Callable[[float], object]
    stop: StopRequest
    why_no_longer: Callable[[int], str]
    tally: Tally = field(default_factory=Tally)
    seen: set[int] = field(default_factory=set)
    answers: Answers = field(default_factory=Answers)
    waiting: "Waiting | None" = None  # once a letter was not taken
    silence: "Silence | None" = None  # once a letter may have left
    taken: int = 0
    alone: set[int] = field(default_factory=set)  # letters that were put off before, and no others with them

    def send_group(self, group: Sequence[Ready]) -> None:
        """One group from `attempting` to its results. What has no result when it ends is judged by its marks."""
        results: dict[int, Result] = {}
        group = self._open(group) if group else group
        if not group:
            return
        self.alone.update(letter.letter_id for letter in group if letter.alone)
        try:
            with closing(self._deliveries(self._fit_letters(group, results))) as deliveries:  # nobody sends any more
                for result in deliveries:
                    results[result.letter_id] = result
                    self._hear(result)
                    self.progress(1)
        except RunStopped as reason:
            self.tally.stopped_by = reason
        finally:
            if self.silence and self.silence.is_long:
                self.heed_silence()
            if self.waiting:
                results = {result.letter_id: result for result in self.waiting.settle(list(results.values()))}
                if self.waiting.is_enough and not self.tally.stopped_by:
                    self.tally.stopped_by = RunStopped(self.waiting.why)
            without = [letter.letter_id for letter in group if letter.letter_id not in results]
            if without:
                results.update((result.letter_id, result) for result in self._left_over(without))
            self.ledger.record(list(results.values()), self.clock())
            self.journal.empty()
            self.tally.update(result.state for result in results.values())

    def heed_silence(self) -> None:
        """Where letters are not answered, or are again, that is what the run has to tell."""
        if self.silence and self.silence.why and not isinstance(self.tally.stopped_by, AskedToStop):
            from jobs.mail.unanswered import Unanswered

            self.tally.stopped_by = Unanswered(self.silence.why)

    def _left_over(self, letter_ids: Sequence[int]) -> Iterator[Result]:
        """What the marks tell of letters without a result; one that stayed says why."""
        for result in recover(self.journal, letter_ids):
            stayed = result.state == "ready" and self.tally.stopped_by
            yield result._replace(detail=_why_none_left(self.tally)) if stayed else result

    def _open(self, group: Sequence[Ready]) -> Sequence[Ready]:
        """Journal first, then ledger; the letters that are `attempting` now. None of them where the journal cannot be
        written, and those left out that a person held or stopped meanwhile."""
        letter_ids = [letter.letter_id for letter in group]
        known = len(self.seen)
        self.seen.update(letter_ids)
        if len(self.seen) != known + len(letter_ids):
            raise ValueError("A letter was handed over twice in one run. Nothing of its group was sent.")
        try:
            self.journal.begin(letter_ids, self.transport.name)
        except RunStopped as reason:
            self.tally.stopped_by = reason
            return ()
        going = self.ledger.attempting(group, self.clock())
        if not going:
            self.journal.empty()
        return [letter for letter in group if letter.letter_id in going]

    def _fit_letters(self, group: Sequence[Ready], results: dict[int, Result]) -> Iterator[Ready]:
        """The letters that may leave, until somebody asks to stop or the server refuses too many; the others get their
        result here."""
        for letter in group:
            if self.stop.asked or self.answers.too_many or (self.waiting and self.waiting.is_enough):
                return
            if self.silence and self.silence.is_enough:
                return
            changed = self.why_no_longer(letter.letter_id)
            trouble = changed or why_not(letter, self.recipients_of)
            if not trouble:
                yield letter
            else:
                results[letter.letter_id] = Result(letter.letter_id, "ready" if changed else "failed", trouble)
                self.progress(1)

    def _hear(self, result: Result) -> None:
        if result.state == "unknown" and not self.silence and not self.transport.name.startswith(DRAFTS_FIRST):
            from jobs.mail.unanswered import Silence  # seldom needed

            self.silence = Silence()
        if self.silence:
            self.silence.hear(result.letter_id, result.state, result.detail)
        if result.state == "sent":
            self.answers.hear("taken")
            self.taken += 1
            if self.waiting:
                self.waiting.taken()
            return
        from jobs.mail.refused_for_good import answer_of  # seldom needed
        from jobs.mail.whose_fault import Waiting

        self.waiting = self.waiting or Waiting(self.taken, self.alone)
        fault = self.waiting.hear(result)
        answer = answer_of(result.state, result.detail) if result.state == "failed" and not fault else None
        if answer:
            self.answers.hear(answer)

    def _deliveries(self, letters: Iterator[Ready]) -> Generator[Result, None, None]:
        for letter in letters:
            if self.pause_seconds or (self.silence and self.silence.letters):
                yield from self.transport.deliver(iter([letter]), self.journal)
                self.wait(self.pause_seconds)
            else:
                yield from self.transport.deliver(chain([letter], letters), self.journal)


def _why_none_left(tally: Tally) -> str:
    """What is noted of a letter that stayed when a run stopped: one that is too late afterwards says so."""
    if isinstance(tally.stopped_by, AskedToStop):
        return tally.stopped
    cause = re.split(r"[.;,] (?:each letter waits|the (?:other )?letters wait)", tally.stopped, flags=re.IGNORECASE)[0]
    return f"{NO_LETTER_LEAVES}{cause.rstrip('.')}"


def why_not(letter: Ready, recipients_of: Callable[[bytes], list[str]]) -> str | None:
    """Say why a finished letter must not leave, or None if it may. Never names the address."""
    data = letter.data
    if not is_plain_address(letter.recipient):
        return "the recipient is not one plain address; nothing was sent"
    if not data.isascii():
        return "the finished letter holds bytes outside ASCII; nothing was sent"
    # A lone CR or LF is read as the end of a letter by some servers: the rest would be a letter of its own.
    if data.replace(b"\n", b"").replace(b"\r", b"\r\n") != data:  # three times as fast as to count them
        return "a line of the finished letter does not end in CR LF; nothing was sent"
    try:
        recipients = recipients_of(data)
    except ValueError:
        recipients = []
    if recipients != [letter.recipient]:
        return f"the finished letter names {len(recipients)} recipients or another one; nothing was sent"
    return None
