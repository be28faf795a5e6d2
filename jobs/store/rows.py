"""Statements for many rows: inserted and updated as tuples, asked for in parts that fit one query."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, Insert, Table, Update, bindparam, func, literal_column, select, update
from sqlalchemy.dialects import sqlite

from jobs.store.memory import Memory

_T = TypeVar("_T")
_IN_ONE_QUERY = 1_000  # keys in one IN list: what comes back lies in memory at once


def next_id(memory: Memory, table: Table) -> int:
    """The first free id of a table. Safe because only one transaction writes at a time."""
    return 1 + int(memory.connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def insert_new(memory: Memory, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert what the table's UNIQUE constraints allow; a row that is there already stays as it is. How many
    are new."""
    return _each_row(memory, _insert_new(table, memory.connection.dialect.name), names, rows)


@lru_cache
def _insert_new(table: Table, database: str) -> Insert:
    if database == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).on_conflict_do_nothing()


def insert_rows(memory: Memory, statement: Insert, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows, given as tuples in the order of `names`; the other columns take their defaults."""
    _each_row(memory, statement, names, rows)


def update_rows(memory: Memory, statement: Update, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Carry out an update for many rows, given as tuples in the order of its parameters' `names`; how many rows of the
    table it found."""
    return _each_row(memory, statement, names, rows)


@lru_cache
def setting(table: Table, columns: tuple[str, ...]) -> tuple[Update, tuple[str, ...]]:
    """What `update_rows` needs to set these columns of a table: the statement, and the names of its parameters, of
    which the last is the id of the row."""
    names = tuple(f"new_{column}" for column in columns)
    values: dict[str, Any] = {column: bindparam(name) for column, name in zip(columns, names, strict=True)}
    return update(table).where(table.c.id == bindparam("whose")).values(values), (*names, "whose")


def _each_row(memory: Memory, statement: Insert | Update, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Where the database takes its values by place, the tuples go to it as they are: for thousands of rows the making
    and unmaking of a dictionary for each would cost more than the statement."""
    if not rows:
        return 0
    by_place = _by_place(statement, memory.connection.dialect, tuple(names))
    if by_place is None:
        return memory.connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows]).rowcount
    words, order, same = by_place
    return memory.connection.exec_driver_sql(words, [order(row + same) for row in rows]).rowcount


@lru_cache(maxsize=64)
def _by_place(
    statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Callable[[tuple[Any, ...]], tuple[Any, ...]], tuple[Any, ...]] | None:
    """The statement in SQL, what puts a row into the order that it asks for, and the values that all rows share; None
    where the database takes them by name."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=names if isinstance(statement, Insert) else None)
    if compiled.positiontup is None:
        return None
    same = {name: value for name, value in compiled.params.items() if name not in names}
    order = itemgetter(*((*names, *same).index(name) for name in compiled.positiontup))
    return str(compiled), order, tuple(same.values())


def whole(memory: Memory, table: str) -> str:
    """A table in a query of which most rows are wanted: SQLite would look up one after another by an index that serves
    other questions, which takes twice as long as to go through them."""
    return f"{table} NOT INDEXED" if memory.connection.dialect.name == "sqlite" else table


def one_of(memory: Memory, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """That a column has one of these ids. SQLite takes them as one value: a thousand values of their own take longer to
    be said than to be found. Only where it has no other index to go by: it does not know how few they are."""
    if memory.connection.dialect.name != "sqlite":
        return column.in_(ids)
    return column.in_(select(literal_column("value")).select_from(func.json_each(json.dumps(list(ids)))))


def in_parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    """Cut many keys into lists that fit one query."""
    all_values = list(values)
    for start in range(0, len(all_values), _IN_ONE_QUERY):
        yield all_values[start : start + _IN_ONE_QUERY]
