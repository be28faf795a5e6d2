"""The letters leave, each once; and what became of those that a dead run left on their way."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jobs.clinic.due_letters import Due
from jobs.clinic.follow_ups import utc_text
from jobs.mail.journal import Journal
from jobs.mail.message import recipients_of
from jobs.mail.outbox import Tally, send, settle
from jobs.mail.records import DRAFTS_FIRST, MAY_HAVE_LEFT, RunStopped
from jobs.mail.transports import open_transport
from jobs.mail.writing import LetterWriter
from jobs.runner.tools import Tools
from jobs.sending.deciding import LastMoment
from jobs.sending.letters import finished_groups
from jobs.sending.refusals import RefusesEverybody, judge_refusals
from jobs.store.letter_ledger import (
    LetterLedger,
    forget_drafts,
    record_evidence,
    stale_drafts,
    unanswered_letters,
    unclear_letters,
)
from jobs.store.letters import letters_in

if TYPE_CHECKING:
    from jobs.mail.unanswered import Silence

_FOUND = {"sent": "sent", "ready": "not sent"}


def settle_last_run(tools: Tools) -> tuple[Counter[str], "Silence | None"]:
    """Find out what became of the letters that a run left on their way when it died, and of those that are unknown;
    and whether letters went unanswered one after another."""
    with tools.store.begin() as memory:
        attempting, unknown = letters_in(memory, "attempting"), letters_in(memory, "unknown")
    settled: Counter[str] = Counter()
    path = tools.state_dir / "outbox.journal"
    if attempting or (path.exists() and path.stat().st_size):
        journal = Journal(path)
        try:
            # By which transport they were to leave, the journal knows: the settings may be others today.
            settled.update(settle(attempting, LetterLedger(tools.store.begin, ""), journal, tools.clock))
        finally:
            journal.close()
    counts = Counter({f"letters of a dead run {state}": count for state, count in settled.items()})
    silence = None
    if unknown or settled["unknown"]:
        found, silence = _ask_what_became(tools)
        counts.update(f"unknown letters found {_FOUND[state]}" for state in found)
    if tools.settings.mail.transport == "gmail" and tools.settings.mail.mode != "preview":
        _throw_stale_drafts_away(tools)
    return counts, silence


def _throw_stale_drafts_away(tools: Tools) -> None:
    """Nobody shall find the draft of a withdrawn letter in the mailbox and send it by hand."""
    with tools.store.begin() as memory:
        stale = stale_drafts(memory)
    if not stale:
        return
    transport = open_transport(tools.settings.mail, tools.settings.google, tools.state_dir, tools.now)
    try:
        gone = transport.discard(list(stale))
    finally:
        transport.close()
    with tools.store.begin() as memory:
        forget_drafts(memory, [stale[draft_id] for draft_id in gone])


def _ask_what_became(tools: Tools) -> tuple[list[str], "Silence | None"]:
    """Ask the way by which unknown letters left or not, where it can tell; the states that they have now, and how it
    stands with those of which nobody can tell."""
    from jobs.mail.unanswered import AT_TEXT, Silence

    transport = open_transport(tools.settings.mail, tools.settings.google, tools.state_dir, tools.now)
    try:
        with tools.store.begin() as memory:
            unclear = unclear_letters(memory, transport.name)
        found = transport.what_became(unclear) if unclear else []
    except RunStopped:  # they stay unknown; the letters that are to leave say why
        return [], None
    finally:
        transport.close()
    with tools.store.begin() as memory:
        record_evidence(memory, found, transport.name, utc_text(tools.clock()))
        lost = unanswered_letters(memory, transport.name, MAY_HAVE_LEFT, AT_TEXT)
    if transport.name.startswith(DRAFTS_FIRST):  # their drafts tell, sooner or later
        lost = {}
    silence = Silence([*lost], *[*lost.values()][-1]) if lost else None
    return [result.state for result in found], silence


def send_letters(
    tools: Tools, due: Sequence[Due], writer: LetterWriter, last_moment: LastMoment, silence: "Silence | None" = None
) -> Tally:
    """Write the letters in groups and send them, each once. During a silence the one that tells the least goes ahead of
    the others."""
    if not due:
        return Tally()
    if silence and silence.is_long:
        due = [*due[-1:], *due[:-1]]
    mail = tools.settings.mail
    transport = open_transport(mail, tools.settings.google, tools.state_dir, tools.now)
    ledger = LetterLedger(tools.store.begin, transport.name)
    journal, tally = Journal(tools.state_dir / "outbox.journal"), Tally()
    try:
        with tools.progress("Sending letters", total=len(due)) as advance:
            answers = judge_refusals(tools, transport.name)
            tally = send(
                finished_groups(tools, writer, ledger, due, last_moment),
                ledger,
                transport,
                journal,
                tools.clock,
                advance,
                recipients_of=recipients_of,
                answers=answers,
                pause_seconds=mail.pause_seconds,
                why_no_longer=last_moment.why_no_longer,
                silence=silence,
            )
        if tally["failed"] or answers.doubtful:
            judge_refusals(tools, transport.name)
    except RefusesEverybody as reason:
        tally.stopped_by, tally["held"] = reason, reason.held
        del tally["failed"]  # they are held
    finally:
        transport.close()
        journal.close()
    return tally
