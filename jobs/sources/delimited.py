"""Text tables: .csv, .tsv and their relatives, in whatever encoding and with whatever delimiter they come."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from jobs.clinic.office_text import decoded
from jobs.sources.far_cells import WIDEST, FarCell, near_rows
from jobs.sources.header_row import ROWS_LOOKED_AT, Unreadable, Wish, find_plan
from jobs.sources.row_marks import marks_of
from jobs.sources.table_file import Batch, NotCuttable

_DELIMITERS = ",;\t|"
_ROWS = 5000
_MOST_LINES = 200  # of one cell


class TextLines:
    """The lines of a text table, each one row. `known` are the marks of its lines of last time."""

    def __init__(self, lines: list[str], delimiter: str, known: "array[int] | None") -> None:
        self._lines, self._delimiter, self._known = lines, delimiter, known
        self.raw = array("q")
        self.unsaved: list[str] = []  # no text table has formulas
        self.far: list[FarCell] = []

    def batches(self) -> Iterator[Batch]:
        """All rows; where marks are known, the first ones and those whose line is not among the known at all.

        The place of a row is that of its line, from 0; its number is that of its line, from 1. Raises NotCuttable,
        possibly after some batches.
        """
        self.raw = marks_of(self._lines)
        places: Sequence[int] = range(len(self._lines))
        if self._known is not None:
            seen = set(self._known)
            places = [place for place, mark in enumerate(self.raw) if mark not in seen or place < ROWS_LOOKED_AT]
        for start in range(0, len(places), _ROWS):
            some = places[start : start + _ROWS]
            rows = self._parsed([self._lines[place] for place in some])
            yield near_rows(Batch(some, [place + 1 for place in some], rows), self.far)

    def _parsed(self, lines: list[str]) -> list[list[str]]:
        """One row for each line. A last line is put behind them: an open quotation mark would swallow it."""
        try:
            rows = list(csv.reader([*lines, "end"], delimiter=self._delimiter))
        except csv.Error:
            raise NotCuttable from None
        if len(rows) != len(lines) + 1:
            raise NotCuttable
        return rows[:-1]


class DelimitedFile:
    """A text table that lies in memory. Raises Unreadable where the bytes are no text."""

    def __init__(self, data: bytes, wish: Wish) -> None:
        text = _text(data)
        self.far: list[FarCell] = []
        self._lines = text.split("\n")
        self._unclosed: list[int] = []  # lines with a quotation mark that is not closed
        self._quotes_span = '"' in text and any(line.count('"') & 1 for line in self._lines)
        self._delimiter = _delimiter(self._lines[: 4 * ROWS_LOOKED_AT], wish)

    def sheets(self, wanted: str) -> list[str]:
        """A text table is one sheet without a name."""
        return [""]

    def cuttable(self, sheet: str, known: "array[int] | None") -> TextLines | None:
        """The lines that differ from the known ones; None where quotation marks span lines."""
        return None if self._quotes_span else TextLines(self._lines, self._delimiter, known)

    def meaning(self, old: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]:
        """Equal lines mean the same wherever the cells are cut at the same delimiter."""
        return (self._delimiter,), old == (self._delimiter,)

    def all_rows(self, sheet: str) -> Iterator[Batch]:
        """All rows, whatever their quotation marks span."""
        self.far = []
        numbered = self._numbered()
        while some := list(islice(numbered, _ROWS)):
            numbers = [number for number, _ in some]
            batch = Batch([number - 1 for number in numbers], numbers, [row for _, row in some])
            yield near_rows(batch, self.far)

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the number of its first line."""
        self._unclosed.clear()
        start = widest = 0
        while start < len(self._lines):
            row, end = self._row(start, widest)
            yield start + 1, row
            widest = max(widest, len(row))
            start = end

    def _row(self, start: int, widest: int) -> tuple[list[str], int]:
        """The row that begins on this line, and where the next one does. A mark that is not closed would swallow the
        rows below it: its line is then cut at each delimiter."""
        line = self._lines[start]
        if '"' not in line:
            return line.split(self._delimiter), start + 1
        reader = self._reader(start, start + _MOST_LINES, strict=True)
        try:
            row = next(reader)
            if reader.line_num == 1 or len(row) <= widest:
                return row, start + reader.line_num
        except csv.Error:
            row = next(self._reader(start, start + 1, strict=False))
            if len(row) > line.count(self._delimiter):
                return row, start + 1  # such as "Sample" Jr
        self._unclosed.append(start + 1)
        return [cell.strip('"') for cell in line.split(self._delimiter)], start + 1

    def _reader(self, start: int, end: int, strict: bool) -> Any:
        lines = (line + "\n" for line in self._lines[start:end])
        return csv.reader(lines, delimiter=self._delimiter, strict=strict)

    def remarks(self) -> list[str]:
        """What is to be said of the text as a whole."""
        if not self._unclosed:
            return []
        lines = ", ".join(map(str, self._unclosed[:5])) + (" and others" if len(self._unclosed) > 5 else "")
        what = "a quotation mark that is not closed; look at what was read of its row"
        return [f"Line {lines} has {what}." if len(self._unclosed) == 1 else f"Lines {lines} have {what}."]


def _text(data: bytes) -> str:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in data[:4096]:
        raise Unreadable("This is neither a workbook nor a table of text.", "Export it again as .xlsx or .csv.")
    return decoded(data)


def _delimiter(lines: list[str], wish: Wish) -> str:
    """The delimiter with which the most columns are known, else the one that makes the most cells."""

    def found(delimiter: str) -> tuple[int, int]:
        try:
            rows = [row[:WIDEST] for row in islice(csv.reader(lines, delimiter=delimiter), ROWS_LOOKED_AT)]
        except csv.Error:  # a quotation mark that is not closed
            return 0, 0
        plan = find_plan(rows, wish)
        return len(plan.places) if plan else 0, sum(map(len, rows))

    return max(_DELIMITERS, key=found)
