"""What the pull remembers of each file, and what it could not read."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, delete, func, insert, select, update

from jobs.clinic.problems import NO_ADDRESSES, is_held_back, is_of_file, is_too_bad
from jobs.clinic.records import Problem
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, patients, problems, source_files

SETTINGS = "config/sources.yaml"
"""Under this name stands in the list of problems what is wrong with the sources that it names, or names no more."""
_NOTED, _UNSETTLED = "sources named no more", "unsettled: "
PATIENTS = "patients"
"""Under this name patients who may be one stand in the list of problems, where a source has its own."""


def file_memories(memory: Memory, source: str) -> dict[str, bytes]:
    """What the reader needs to know an unchanged file and row, by path."""
    table = source_files.c
    query = select(table.path, table.memory).where(table.clinic_id == memory.clinic_id, table.source == source)
    return {path: content for path, content in memory.connection.execute(query)}


def read_before(memory: Memory, names: Collection[str]) -> frozenset[str]:
    """The sources of which files are remembered and that are none of these."""
    query = select(source_files.c.source).where(source_files.c.clinic_id == memory.clinic_id).distinct()
    return frozenset(memory.connection.execute(query).scalars()).difference(names)


def named_no_more(memory: Memory) -> frozenset[str]:
    """The sources that config/sources.yaml names no more, as the last pull found it."""
    return frozenset(json.loads(cursor(memory, _NOTED) or "[]"))


def note_named_no_more(memory: Memory, sources: Collection[str]) -> None:
    """Keep which they are; to be called before a pull reads, so that what it brings is held against theirs."""
    if named_no_more(memory) != frozenset(sources):
        set_cursor(memory, _NOTED, json.dumps(sorted(sources)) if sources else "")


def remember_file(
    memory: Memory,
    source: str,
    path: str,
    content: bytes,
    rows: int,
    read_at: str,
    data_at: str = "",
    *,
    changed: bool = True,
) -> None:
    """Keep what the next pull needs; to be called in the transaction that saves the file's rows. `data_at` says as of
    when its data are, `changed` whether any of them did: else the file changed when it last did."""
    table = source_files.c
    former = memory.connection.execute(
        delete(source_files)
        .where(table.clinic_id == memory.clinic_id, table.source == source, table.path == path)
        .returning(table.read_at)
    ).scalar()
    memory.connection.execute(
        insert(source_files).values(
            clinic_id=memory.clinic_id,
            source=source,
            path=path,
            memory=content,
            rows=rows,
            read_at=former if former and not changed else read_at,
            data_at=data_at or read_at,
        )
    )


def note_unsettled(memory: Memory, source: str) -> None:
    """Note that a file was saved of which not everything has followed yet that is to follow; to be called in the
    transaction that saves its rows. A run may end in between, and the next one finds the file unchanged."""
    set_cursor(memory, f"{_UNSETTLED}{source}", "yes")


def is_unsettled(memory: Memory, source: str) -> bool:
    """Whether that is so."""
    return bool(cursor(memory, f"{_UNSETTLED}{source}"))


def note_settled(memory: Memory, source: str) -> None:
    """Note that all of it has followed."""
    set_cursor(memory, f"{_UNSETTLED}{source}", "")


def still_new(memory: Memory, source: str, path: str, at: str, content: bytes) -> None:
    """Note that a calendar by its address was asked just now and had nothing new: what is known is as new as now, and
    changed when it did. `content` is what the next pull needs, where that is new."""
    table = source_files.c
    where = table.clinic_id == memory.clinic_id, table.source == source, table.path == path
    memory.connection.execute(
        update(source_files).where(*where).values({"data_at": at} | ({"memory": content} if content else {}))
    )


class Freshness(NamedTuple):
    """How new a source's data are; moments are UTC text, "" where it was never read."""

    data_at: str  # as of when they are: the newest file's own time, or when a calendar was last asked
    read_at: str  # when anything in it last changed


def freshness(memory: Memory, sources: Iterable[str]) -> dict[str, Freshness]:
    """How new the data of each of these sources are."""
    table = source_files.c
    data_at = func.max(case((table.data_at != "", table.data_at), else_=table.read_at))
    query = select(table.source, data_at, func.max(table.read_at)).where(table.clinic_id == memory.clinic_id)
    known = {
        source: Freshness(data_at, read_at)
        for source, data_at, read_at in memory.connection.execute(query.group_by(table.source))
    }
    return {source: known.get(source, Freshness("", "")) for source in sources}


def note_problems(
    memory: Memory,
    source: str,
    file: str,
    found: Sequence[Problem],
    seen_at: str,
    unread: Collection[tuple[Any, ...]] = (),
    *,
    read_whole: bool = True,
) -> None:
    """List what was found in a file, likewise its `unread` rows (each an `UnreadRow`).

    Of one that was read to its end (`read_whole`) it takes the place of what was listed before, and a problem that
    stays keeps the moment it was first seen, also where the next export has another name. Of another one, what is
    listed of its rows stays.
    """
    listed = _listed(memory, source)
    mine = {problem: key for problem, (key, _) in listed.items() if problem.file == file}
    if unread or (read_whole and any(problem.set_aside for problem in mine)):
        _keep_unread(memory, source, file, unread, read_whole)
    still = set(found)
    gone = [key for problem, key in mine.items() if problem not in still and (read_whole or is_of_file(problem))]
    first_seen = {_whatever_file(problem): at for problem, (_, at) in listed.items()} if read_whole else {}
    new = [problem for problem in dict.fromkeys(found) if problem not in mine]
    _take_off(memory, gone)
    _put_on(memory, [(first_seen.get(_whatever_file(problem), seen_at), problem) for problem in new])


def forget_missing(
    memory: Memory, source: str, outcomes: Mapping[str, str], told: Sequence[Problem], seen_at: str
) -> None:
    """Take off the list what no longer holds, by what a pull found of each file, and put on it what is `told` of files
    that do not count.

    A file that is as it was the last time is no longer refused. What was said of a file that the source no longer
    means goes, unless the one in its place was refused.
    """
    good = all(outcome in ("read", "unchanged") for outcome in outcomes.values())
    listed = _listed(memory, source)
    gone = [
        key
        for problem, (key, _) in listed.items()
        if problem.file
        and problem not in told
        and (good or is_of_file(problem) if problem.file not in outcomes else
             is_of_file(problem) and outcomes[problem.file] == "unchanged")
    ]  # fmt: skip
    new = [problem for problem in told if problem not in listed]
    if good and gone:
        from jobs.store.unread_rows import forget_unread  # seldom is anything taken off here

        forget_unread(memory, source, [*outcomes])
    _take_off(memory, gone)
    _put_on(memory, [(seen_at, problem) for problem in new])


def _keep_unread(memory: Memory, source: str, file: str, unread: Iterable[tuple[Any, ...]], is_whole: bool) -> None:
    from jobs.store.unread_rows import renew_unread  # most files have no such row

    renew_unread(memory, source, file, unread, is_whole)


def take_off(memory: Memory, settled: Iterable[Problem]) -> None:
    """Take what a person settled off the list."""
    for problem in settled:
        if known := _listed(memory, problem.source).get(problem):
            _take_off(memory, [known[0]])


def _listed(memory: Memory, source: str) -> dict[Problem, tuple[int, str]]:
    """What is listed of one source: each problem with the key of its line and when it was first seen."""
    table = problems.c
    query = select(table.id, table.seen_at, *(table[name] for name in Problem._fields)).where(
        table.clinic_id == memory.clinic_id, table.source == source
    )
    return {_problem(row[2:]): (int(row[0]), row[1]) for row in memory.connection.execute(query)}


def _whatever_file(problem: Problem) -> tuple[str, ...]:
    return problem.sheet, problem.column, problem.value, problem.what, problem.contents


def _plain(value: object) -> object:
    """A value as the database keeps it: it has no yes and no."""
    return int(value) if isinstance(value, bool) else value


def _take_off(memory: Memory, keys: Sequence[int]) -> None:
    for part in in_parts(keys):
        memory.connection.execute(delete(problems).where(problems.c.id.in_(part)))


def _put_on(memory: Memory, seen: Sequence[tuple[str, Problem]]) -> None:
    lines = [(memory.clinic_id, at, *map(_plain, problem)) for at, problem in seen]
    insert_rows(memory, insert(problems), ("clinic_id", "seen_at", *Problem._fields), lines)


def listed_problems(memory: Memory, names: Iterable[str]) -> list[tuple[str, Problem]]:
    """Every problem of these sources, and of patients who may be one, that still stands, with the moment it was first
    seen, newest first. What stands of a source that is named no more, nobody can mend; nor does anybody need to mend
    that a source has no addresses, while others have all that it needs."""
    query = (
        select(problems.c.id, problems.c.seen_at, *(problems.c[name] for name in Problem._fields))
        .where(problems.c.clinic_id == memory.clinic_id, problems.c.source.in_([*names, PATIENTS, SETTINGS]))
        .order_by(problems.c.seen_at.desc(), problems.c.id)
    )
    rows, needless = memory.connection.execute(query).all(), needs_nobody(memory)
    return [(row[1], _problem(row[2:])) for row in rows if row[0] not in needless]


def needs_nobody(memory: Memory) -> frozenset[int]:
    """The lines, by their ids, that say of a source that it has no addresses, where another source has that of each
    patient who was to come when it was last read."""
    table, slot = problems.c, appointments.c
    said = select(table.id, table.source).where(
        table.clinic_id == memory.clinic_id, table.row == 0, table.what.startswith(NO_ADDRESSES)
    )
    found = set()
    for line, source in memory.connection.execute(said).all():
        to_come = (
            slot.clinic_id == memory.clinic_id, slot.source == source, slot.status == "booked",
            slot.starts_on >= freshness(memory, [source])[source].data_at[:10],
        )  # fmt: skip
        query = select(func.min(patients.c.address_key)).join(appointments, slot.patient_id == patients.c.id)
        if memory.connection.execute(query.where(*to_come)).scalar():  # "" of anybody without, None where nobody comes
            found.add(line)
    return frozenset(found)


def refused_wholes(memory: Memory, names: Iterable[str]) -> list[Problem]:
    """Why files of these sources were refused as a whole in a way that lets letters wait: too many of their rows cannot
    be read, or they would change most patients at once."""
    return [p for _, p in listed_problems(memory, names) if is_too_bad(p) or is_held_back(p)]


def _problem(values: Iterable[object]) -> Problem:
    problem = Problem._make(values)
    return problem._replace(set_aside=bool(problem.set_aside))
