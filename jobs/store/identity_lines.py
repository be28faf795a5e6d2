"""What was decided of two records: lines that are only added to. The newest about two records counts."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import insert, select

from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_rows
from jobs.store.tables import identities

Pair = tuple[int, int]


class Line(NamedTuple):
    """One line about two records; `at` is UTC text, `who` is "" where the rule decided."""

    id: int
    at: str
    one_id: int
    other_id: int
    what: str
    who: str
    why: str

    @property
    def pair(self) -> Pair:
        return self.one_id, self.other_id


def ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def newest_lines(memory: Memory, pairs: Iterable[Pair] | None = None) -> dict[Pair, Line]:
    """The line that counts for each of these pairs, or for all."""
    table = identities.c
    query = select(*(table[name] for name in Line._fields)).where(table.clinic_id == memory.clinic_id)
    wanted = None if pairs is None else set(pairs)
    found: dict[Pair, Line] = {}
    parts: Iterable[list[int] | None] = [None] if wanted is None else in_parts({one for one, _ in wanted})
    for part in parts:
        some = query if part is None else query.where(table.one_id.in_(part))
        for row in memory.connection.execute(some.order_by(table.id)):
            line = Line._make(row)
            if wanted is None or line.pair in wanted:
                found[line.pair] = line
    return found


def lines_among(memory: Memory, records: Collection[int]) -> dict[Pair, Line]:
    """The line that counts for each pair of these records."""
    table, among = identities.c, set(records)
    query = select(*(table[name] for name in Line._fields)).where(table.clinic_id == memory.clinic_id)
    found: dict[Pair, Line] = {}
    for part in in_parts(sorted(among)):
        for row in memory.connection.execute(query.where(table.one_id.in_(part)).order_by(table.id)):
            line = Line._make(row)
            if line.other_id in among:
                found[line.pair] = line
    return found


def add_lines(memory: Memory, lines: Sequence[Line]) -> None:
    """Put down what was decided of two records, in this order."""
    rows = [(memory.clinic_id, *line[1:]) for line in lines]
    insert_rows(memory, insert(identities), ("clinic_id", *Line._fields[1:]), rows)


def apart_pairs(memory: Memory) -> set[frozenset[int]]:
    """The records that a person said are two patients."""
    return {frozenset(line.pair) for line in newest_lines(memory).values() if line.what in ("apart", "undone")}
