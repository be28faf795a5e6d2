"""What the pull remembers of each file, and what it could not read."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, insert, select

from jobs.clinic.problems import rows_of
from jobs.clinic.records import Problem
from jobs.store.memory import Memory, in_parts, insert_rows
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


def renew_problems(
    memory: Memory, source: str, file: str, found: Sequence[Problem], seen_at: str, rows: Collection[int] | None = None
) -> int:
    """List what was found in these rows of a file, or in all of it, in place of what was listed before; say how many
    lines of the list changed.

    A problem that stays keeps the moment it was first seen. Rows that did not change are not read again: theirs stay.
    """
    table = problems.c
    query = select(table.id, *(table[name] for name in Problem._fields)).where(
        table.clinic_id == memory.clinic_id, table.source == source, table.file == file
    )
    among = None if rows is None else {0, *rows}
    listed = {_problem(row[1:]): int(row[0]) for row in memory.connection.execute(query)}
    stays = set(found)
    gone = [key for each, key in listed.items() if each not in stays and (among is None or each.row in among)]
    for part in in_parts(gone):
        memory.connection.execute(delete(problems).where(table.id.in_(part)))
    new = [problem for problem in dict.fromkeys(found) if problem not in listed]
    lines = [(memory.clinic_id, seen_at, *problem[:-1], int(problem.set_aside)) for problem in new]
    insert_rows(memory, insert(problems), ("clinic_id", "seen_at", *Problem._fields), lines)
    return len(new) + len(gone)


def forget_missing(memory: Memory, source: str, seen: Collection[str]) -> int:
    """Take off the list what was said of whole files that this source no longer means; say how many lines went."""
    table = problems.c
    query = select(table.id, *(table[name] for name in Problem._fields)).where(
        table.clinic_id == memory.clinic_id, table.source == source, table.row == 0, table.file.not_in(seen)
    )
    found = memory.connection.execute(query).all()
    gone = [int(row[0]) for row in found if (each := _problem(row[1:])).set_aside and not rows_of(each)]
    for part in in_parts(gone):
        memory.connection.execute(delete(problems).where(table.id.in_(part)))
    return len(gone)


def listed_problems(memory: Memory) -> list[tuple[str, Problem]]:
    """Every problem that still stands with the moment it was first seen, newest first."""
    query = (
        select(problems.c.seen_at, *(problems.c[name] for name in Problem._fields))
        .where(problems.c.clinic_id == memory.clinic_id)
        .order_by(problems.c.seen_at.desc(), problems.c.id)
    )
    return [(row[0], _problem(row[1:])) for row in memory.connection.execute(query)]


def _problem(values: Iterable[object]) -> Problem:
    *texts, set_aside = values
    return Problem._make((*texts, bool(set_aside)))
