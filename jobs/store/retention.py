"""What need not be kept any longer is deleted, and the database is kept small."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete

from jobs.store.memory import Memory
from jobs.store.tables import attempts, decisions, mailbox_messages, runs

_EMPTY_PAGES, _EMPTY_SHARE = 1000, 0.25  # so much of the file must be empty before it is written anew


def forget_records(memory: Memory, before: str) -> int:
    """Delete attempts, decisions, runs and what was noted of the mailbox from before a moment (UTC text); say how many.

    Wishes to have no more letters are never deleted: they count for ever. Nor are letters: without them one could
    leave twice.
    """
    gone = 0
    for table, moment in (
        (attempts, attempts.c.at),
        (decisions, decisions.c.at),
        (mailbox_messages, mailbox_messages.c.read_at),
        (runs, runs.c.started_at),
    ):
        gone += memory.connection.execute(
            delete(table).where(table.c.clinic_id == memory.clinic_id, moment < before)
        ).rowcount
    return gone


def keep_small(database: Path) -> int:
    """Write an SQLite file anew where much of it is empty, and its log back into it; the bytes that were won."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        pages, empty, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        won = 0
        if empty > _EMPTY_PAGES and empty > pages * _EMPTY_SHARE:
            connection.execute("VACUUM")
            won = size * (pages - int(connection.execute("PRAGMA page_count").fetchone()[0]))
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return won
