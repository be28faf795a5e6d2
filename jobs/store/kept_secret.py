"""The secret that seals the stop links, as the database keeps it too: where its file is lost, no link dies."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from jobs.store.lost_database import can_be_opened
from jobs.store.memory import Memory, Store
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import letters

_NAME = "secret of the stop links"
_OUT = ("sent", "unknown", "attempting")


def kept_secret(store: Store, offered: bytes, *, is_new: bool) -> bytes:
    """The secret that the database keeps; else the one that is offered, which it keeps from now on. Where letters have
    left, a new one is none: b""."""
    with store.begin() as memory:
        if kept := cursor(memory, _NAME):
            return bytes.fromhex(kept)
        if is_new and _letters_are_out(memory):
            return b""
        keep_secret(memory, offered)
        return offered


def keep_secret(memory: Memory, secret: bytes) -> None:
    """Let the database keep this one."""
    if cursor(memory, _NAME) != secret.hex():
        set_cursor(memory, _NAME, secret.hex())


def _letters_are_out(memory: Memory) -> bool:
    query = select(letters.c.id).where(letters.c.clinic_id == memory.clinic_id, letters.c.state.in_(_OUT)).limit(1)
    return memory.connection.execute(query).scalar() is not None


def would_be_missed(database: Path, clinic_id: str) -> bool:
    """Whether letters have left and the database keeps no secret of theirs; nothing is opened for writing."""
    query = f"""SELECT EXISTS(SELECT 1 FROM letters WHERE clinic_id = :clinic AND state IN {_OUT})
        AND NOT EXISTS(SELECT 1 FROM cursors WHERE clinic_id = :clinic AND name = '{_NAME}')"""  # noqa: S608
    if not can_be_opened(database):
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as one:
            return bool(one.execute(query, {"clinic": clinic_id}).fetchone()[0])
    except sqlite3.Error:  # what is wrong with it is told elsewhere
        return False
