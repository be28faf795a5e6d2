"""What the memory knows of its own restoring: letters of the time between are a person's to decide."""

from jobs.clinic.approval import Restored
from jobs.store.memory import Memory
from jobs.store.runs import cursor, set_cursor

_NAME = "restored from a backup"


def restored(memory: Memory) -> Restored | None:
    """Which backup this memory was put back from, and when; None for one that never was."""
    kept = cursor(memory, _NAME).split()
    return Restored(*kept) if kept else None


def note_restored(memory: Memory, made_at: str, at: str) -> None:
    """Note that this memory knows nothing of what happened from `made_at` until `at` (UTC text)."""
    set_cursor(memory, _NAME, f"{made_at} {at}")
