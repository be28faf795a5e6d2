"""What was written into workbooks, as far as the next ones must know of it."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete, select

from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_new, insert_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import name_notes, read_workbooks


class Known(NamedTuple):
    """The workbooks whose content is known, by digest; the file that was written last, and the digest it had."""

    digests: frozenset[str]
    last_file: str
    last_digest: str


def known_workbooks(memory: Memory) -> Known:
    """Every content of a workbook that was written or read back."""
    table = read_workbooks.c
    query = select(table.digest, table.file, table.ours).where(table.clinic_id == memory.clinic_id).order_by(table.id)
    rows = memory.connection.execute(query).all()
    last = next((row for row in reversed(rows) if row.ours), None)
    return Known(frozenset(row.digest for row in rows), last.file if last else "", last.digest if last else "")


def remember_workbook(memory: Memory, digest: str, file: str, at: str, ours: bool) -> None:
    """A content that needs not be read back again: it was just written, in place of what the file held before, or was
    just taken over."""
    table = read_workbooks.c
    if ours:
        gone = (table.clinic_id == memory.clinic_id, table.file == file)
        memory.connection.execute(delete(read_workbooks).where(*gone))
    names = ("clinic_id", "digest", "file", "at", "ours")
    insert_new(memory, read_workbooks, names, [(memory.clinic_id, digest, file, at, int(ours))])


def keep_notes(memory: Memory, written: Mapping[str, tuple[str, str]], at: str) -> None:
    """Keep what stands beside texts (by `name_key`), as (this is, notes), in place of what stood there before."""
    for part in in_parts(written):
        table = name_notes.c
        memory.connection.execute(
            delete(name_notes).where(table.clinic_id == memory.clinic_id, table.text_key.in_(part))
        )
    rows = [(memory.clinic_id, key, *words, at) for key, words in written.items() if any(words)]
    insert_rows(memory, name_notes.insert(), ("clinic_id", "text_key", "this_is", "notes", "at"), rows)


def notes_beside(memory: Memory) -> dict[str, tuple[str, str]]:
    """What stands beside each text, as (this is, notes)."""
    table = name_notes.c
    query = select(table.text_key, table.this_is, table.notes).where(table.clinic_id == memory.clinic_id)
    return {key: (this_is, notes) for key, this_is, notes in memory.connection.execute(query)}


def answers_in(memory: Memory, file: str, written_as: str) -> dict[str, tuple[str, str]]:
    """What stood beside each text of a workbook when it was last written or read: as (this is, notes), by the text's
    `name_key`. Under a new name it is the one as which it was written."""
    kept = cursor(memory, f"answers: {file}") or cursor(memory, f"answers: {written_as}")
    return {key: (this_is, notes) for key, (this_is, notes) in json.loads(kept).items()} if kept else {}


def keep_answers_in(memory: Memory, file: str, answers: Mapping[str, tuple[str, str]]) -> None:
    """Keep it in place of what stood there before."""
    name, value = f"answers: {file}", json.dumps(answers)
    if cursor(memory, name) != value:
        set_cursor(memory, name, value)
