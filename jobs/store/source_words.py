"""What people said of sources: that a file is right, that a source is gone for good. Only added to."""

import json
from typing import NamedTuple

from sqlalchemy import select

from jobs.store.memory import Memory
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import cursors

_NAME = "said of source: "


class Said(NamedTuple):
    """One word on a source; `at` is UTC text."""

    at: str
    source: str
    by: str
    words: str


def note_word(memory: Memory, said: Said) -> None:
    """Keep who said what, and when; to be called in the transaction that does what follows from it."""
    name = f"{_NAME}{said.source}"
    before = json.loads(cursor(memory, name) or "[]")
    set_cursor(memory, name, json.dumps([*before, [said.at, said.by, said.words]]))


def said_of_sources(memory: Memory, since: str = "") -> list[Said]:
    """All that was said since a moment (UTC text), oldest first; also of sources that are named no more."""
    query = select(cursors.c.name, cursors.c.value).where(
        cursors.c.clinic_id == memory.clinic_id, cursors.c.name.startswith(_NAME, autoescape=True)
    )
    return sorted(
        Said(at, name.removeprefix(_NAME), by, words)
        for name, value in memory.connection.execute(query)
        for at, by, words in json.loads(value)
        if at >= since
    )
