"""Rows without a number that were called off wait until all of their file is read: their visit may be booked again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs.clinic.booked_again import CalledOff, still_called_off
from jobs.clinic.columns import with_contents
from jobs.clinic.normalize import ReadColumns
from jobs.clinic.records import TextTable

Untimed = tuple[str, tuple[Any, ...]]


class CalledOffRows:
    """Those of one file, each with its mark, and what else its tables said of them."""

    def __init__(self) -> None:
        self._waiting: list[tuple[CalledOff, int]] = []
        self._standing: set[str] = set()
        self._unread: set[str] = set()
        self._untimed: dict[str, tuple[Any, ...]] = {}

    def add(self, read: ReadColumns, table: TextTable, keys: Sequence[int], untimed: Iterable[Untimed]) -> list[int]:
        """Hear of a table that has rows without a number; `keys` are the marks of its rows. Give those of the rows that
        wait."""
        self._standing.update(read.columns[0] if read.columns else ())
        self._unread.update(read.unread)
        if not read.called_off:
            return []
        self._untimed.update(untimed)
        told = with_contents([off.told for off in read.called_off], table)
        of_row: Mapping[int, int] = dict(zip(table.rows, keys, strict=True))
        marks = [of_row[off.slot.row] for off in read.called_off]
        rows = [off._replace(told=problem) for off, problem in zip(read.called_off, told, strict=True)]
        self._waiting += zip(rows, marks, strict=True)
        return marks

    def values(self) -> tuple[Any, ...]:
        """The frame with those that count, and with what is told of the others."""
        kept, told = still_called_off((off for off, _ in self._waiting), self._standing)
        mark_of = {(off.slot.key, off.slot.row): mark for off, mark in self._waiting}
        marks = [mark_of[slot.key, slot.row] for slot in kept]
        keys = {slot.key for slot in kept}
        untimed = [(key, problem) for key, problem in self._untimed.items() if key in keys]
        columns = [list(column) for column in zip(*kept, strict=True)]
        return "values", columns, marks, list(map(tuple, told)), [], sorted(keys & self._unread), untimed, []
