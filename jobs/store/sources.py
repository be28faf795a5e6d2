"""What the pull remembers of each file, and what it could not read."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from jobs.clinic.records import Problem
from jobs.store.memory import Memory, insert_rows
from jobs.store.tables import problems, source_files


def file_memories(memory: Memory, source: str) -> dict[str, bytes]:
    """What the reader needs to know an unchanged file and row, by path."""
    table = source_files.c
    query = select(table.path, table.memory).where(table.clinic_id == memory.clinic_id, table.source == source)
    return {path: content for path, content in memory.connection.execute(query)}


def remember_file(memory: Memory, source: str, path: str, content: bytes, rows: int, read_at: str) -> None:
    """Keep what the next pull needs; to be called in the transaction that saves the file's rows."""
    table = source_files.c
    memory.connection.execute(
        delete(source_files).where(table.clinic_id == memory.clinic_id, table.source == source, table.path == path)
    )
    memory.connection.execute(
        insert(source_files).values(
            clinic_id=memory.clinic_id, source=source, path=path, memory=content, rows=rows, read_at=read_at
        )
    )


def save_problems(memory: Memory, found: Iterable[Problem], seen_at: str) -> int:
    """List problems that are not listed yet; say how many are new.

    A problem stays listed until its file is read whole again (`forget_problems`): rows that did not change are not
    read again, so their problems are still there.
    """
    listed = set(_problems(memory))
    new = [problem for problem in found if problem not in listed]
    rows = [(memory.clinic_id, seen_at, *problem[:-1], int(problem.set_aside)) for problem in new]
    insert_rows(memory, insert(problems), ("clinic_id", "seen_at", *Problem._fields), rows)
    return len(new)


def forget_problems(memory: Memory, source: str, file: str, rows: Iterable[int] | None = None) -> None:
    """Take off the list what a file said of these rows, or of all: they are being read again."""
    table = problems.c
    where = [table.clinic_id == memory.clinic_id, table.source == source, table.file == file]
    if rows is not None:
        where.append(table.row.in_(list(rows)))
    memory.connection.execute(delete(problems).where(*where))


def listed_problems(memory: Memory) -> list[tuple[str, Problem]]:
    """Every problem that still stands with the moment it was first seen, newest first."""
    query = (
        select(problems.c.seen_at, *(problems.c[name] for name in Problem._fields))
        .where(problems.c.clinic_id == memory.clinic_id)
        .order_by(problems.c.seen_at.desc(), problems.c.id)
    )
    return [(row[0], _problem(row[1:])) for row in memory.connection.execute(query)]


def _problems(memory: Memory) -> list[Problem]:
    return [problem for _, problem in listed_problems(memory)]


def _problem(values: Iterable[object]) -> Problem:
    *texts, set_aside = values
    return Problem._make((*texts, bool(set_aside)))
