"""Settles letters that may have left, where the mailbox proves that they did."""

from collections import Counter
from contextlib import suppress

from jobs.clinic.follow_ups import utc_text
from jobs.mail.mailbox import Mailbox
from jobs.runner.tools import Tools
from jobs.store.decisions import NotPossible, decide_letter
from jobs.store.mailbox_messages import unknown_letters
from jobs.store.memory import Memory

_EVIDENCE = "the mailbox"


def find_copies(tools: Tools, mailbox: Mailbox, tally: Counter[str]) -> None:
    """Settle letters that may have left, where a copy proves that they did."""
    with tools.store.begin() as memory:
        unclear = unknown_letters(memory)
    copies = mailbox.copies_of(list(unclear)) if unclear else {}
    with tools.store.begin() as memory:
        for message_id, folder in copies.items():
            evidence = f"a copy lies in the folder {folder}"
            tally["unknown letters settled"] += did_leave(memory, unclear[message_id], evidence, utc_text(tools.now))


def did_leave(memory: Memory, letter_id: int, evidence: str, at: str) -> bool:
    """Record that a letter did leave; False where a person has just decided about it."""
    with suppress(NotPossible):
        decide_letter(memory, letter_id, "mark-sent", _EVIDENCE, evidence, at)
        return True
    return False
