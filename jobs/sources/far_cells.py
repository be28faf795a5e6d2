"""Cells that stand far away from the table of their sheet: set aside in a sentence, and never in the reader's way.

A workbook's reader makes up every empty cell between the first and the last one: a single cell left at XFD1048576 would
make it 17 thousand million. Notes to the right, titles above and sums below are no far cells: what is far stands beyond
column ZZ, the 702nd, or under a thousand empty rows and says of no start.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.columns import column_letters, column_number
from jobs.clinic.records import Problem
from jobs.sources.carried_rows import Columns
from jobs.sources.header_row import Unreadable
from jobs.sources.table_file import Batch

if TYPE_CHECKING:
    import re

WIDEST = 702  # columns, the last of them ZZ: no export has so many
DEEPEST = 1000  # empty rows: what stands below them is no note under a table
WHAT = "This cell stands far from the table (beyond column ZZ, or below 1,000 empty rows); it was not read."
REMEDY = "Delete it in Excel if it was left there by mistake; if it belongs to an appointment, move it into the table."
_FAR_CELL = rb'<c r="[A-Z]{3,}\d+"'
_FILLED = rb'<c r="([A-Z]{3,}\d+)"[^<>]*><(?:v|f|is)\b'
_STARTS = ("start", "start_date")


class FarCell(NamedTuple):
    """The first far cell of a row: the place and the number of the row, and the cell's name."""

    place: int
    number: int
    cell: str


def without_far_cells(row: bytes, place: int, number: int, found: list[FarCell]) -> bytes:
    """A row's XML up to its first cell beyond column ZZ; what such cells hold is noted in `found`."""
    start = _far_cell().search(row)
    if start is None:
        return row
    filled = _filled().search(row, start.start())
    if filled:
        found.append(FarCell(place, number, filled[1].decode()))
    return row[: start.start()] + b"</row>"


def width_of(rows: Sequence[bytes]) -> int:
    """How many columns the widest of these rows, given as XML, has; far more than WIDEST where it reaches beyond."""
    ends = {row[(at := row.rfind(b' r="')) + 4 : at + 7].rstrip(b"0123456789") for row in rows}
    return max([column_number(end.decode()) for end in ends if end.isalpha()], default=0)


def near_rows(batch: Batch, found: list[FarCell]) -> Batch:
    """The rows without what stands beyond column ZZ; what such cells hold is noted in `found`."""
    if max(map(len, batch.rows), default=0) <= WIDEST:
        return batch
    for place, number, row in zip(*batch, strict=True):
        filled = next((at for at, cell in enumerate(row[WIDEST:], WIDEST) if cell not in ("", None)), 0)
        if filled:
            found.append(FarCell(place, number, f"{column_letters(filled)}{number}"))
    return batch._replace(rows=[row[:WIDEST] for row in batch.rows])


class Below:
    """Tells rows far below the table: those that say no start, under more than a thousand empty rows."""

    def __init__(self, found: list[FarCell]) -> None:
        self._found = found
        self._last: tuple[int, int] | None = None  # number and place of the row above
        self._empty = 0  # rows right above

    def far_rows(self, batch: Batch, texts: Columns) -> list[int]:
        """The places of the rows far below. Costs nothing where all rows say a start."""
        if not batch.numbers:
            return []
        columns = [texts[meaning] for meaning in _STARTS if meaning in texts]
        if any(map(all, columns)):
            self._empty, self._last = 0, (batch.numbers[-1], batch.places[-1])
            return []
        starting = [any(row) for row in zip(*columns, strict=True)]
        return [batch.places[at] for at, starts in enumerate(starting) if self._is_far(batch, at, starts)]

    def _is_far(self, batch: Batch, at: int, starts: bool) -> bool:
        number, place, row = batch.numbers[at], batch.places[at], batch.rows[at]
        if self._last:
            self._empty += number - self._last[0] - (place - self._last[1])  # rows that the sheet does not even name
        self._last = number, place
        filled = next((column for column, cell in enumerate(row) if cell not in ("", None)), None)
        if starts or filled is None:
            self._empty = 0 if starts else self._empty + 1
            return False
        if self._empty <= DEEPEST:
            self._empty = 0
            return False
        self._found.append(FarCell(place, number, f"{column_letters(filled)}{number}"))
        return True


def without_rows(batch: Batch, places: Collection[int]) -> Batch:
    """The batch without the rows at these places."""
    kept = [at for at, place in enumerate(batch.places) if place not in places]
    return Batch(*([column[at] for at in kept] for column in batch))  # type: ignore[arg-type]


def far_problems(source: str, file: str, sheet: str, cells: Sequence[tuple[int, str]]) -> list[Problem]:
    """A problem for each of these, row number and cell."""
    return [Problem(source, file, sheet, row, "", "", WHAT, REMEDY, False, cell) for row, cell in cells]


def refused_with(error: Unreadable, found: Sequence[FarCell]) -> Unreadable:
    """Why a file is refused; where cells stand far away, it is said that they were not looked at."""
    if not found:
        return error
    return Unreadable(f"{error.what} Cell {found[0].cell} stands far away and was not looked at.", error.remedy)


@cache
def _far_cell() -> "re.Pattern[bytes]":
    import re  # takes its time to load, and is needed for far cells only

    return re.compile(_FAR_CELL)


@cache
def _filled() -> "re.Pattern[bytes]":
    import re

    return re.compile(_FILLED)
