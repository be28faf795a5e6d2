"""An .ods workbook with cells far away from its tables, made small enough to be read.

Its reader makes up every empty cell up to the last one, and dies where they are too many. What stands far away, as
`far_cells` has it, is cut out of the file's XML first: columns beyond ZZ, and more than a thousand empty rows on end.
"""

import io
import re
import zipfile
from itertools import takewhile
from typing import NamedTuple
from xml.parsers import expat

from jobs.clinic.columns import column_letters
from jobs.sources.far_cells import DEEPEST, WIDEST, FarCell
from jobs.sources.table_file import DAMAGED, DEFINES
from jobs.sources.zip_parts import ZipParts

CONTENT = "content.xml"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _ROW, _NAME = (f"{_OASIS}table:1.0 {word}" for word in ("table", "table-row", "name"))
_CELLS = (f"{_OASIS}table:1.0 table-cell", f"{_OASIS}table:1.0 covered-table-cell")
_ROWS_REPEATED, _COLUMNS_REPEATED = (f"{_OASIS}table:1.0 number-{what}-repeated" for what in ("rows", "columns"))
_LEADING_FAR = re.compile(
    rb"""number-columns-repeated=["']\d{3,}["'][^<>]*/>\s*<(?!/)|"""  # many empty cells, and then another one
    rb"""number-rows-repeated=["']\d{4,}["'].*?</table:table-row>\s*<(?!/)""",  # many rows, and then another one
    re.DOTALL,
)
_VALUE, _PARAGRAPH = f"{_OASIS}office:1.0 value-type", f"{_OASIS}text:1.0 p"


class Gap(NamedTuple):
    """`rows` empty rows were left out above the one that now stands at this place (from 0)."""

    place: int
    rows: int


class NearTable:
    """What was left out of one table."""

    def __init__(self) -> None:
        self.far: list[FarCell] = []
        self.gaps: list[Gap] = []

    def number(self, now: int) -> int:
        """The number that a person sees of the row that now has this one."""
        return now + sum(gap.rows for gap in takewhile(lambda gap: gap.place < now, self.gaps))


class NearDocument(NamedTuple):
    """The smaller workbook, and what was left out of its tables, by their names."""

    file: io.BytesIO
    tables: dict[str, NearTable]


def near_document(parts: ZipParts) -> NearDocument | None:
    """The workbook without what stands far away, None where nothing does. Raises Unreadable where one cell is repeated
    from the table on into what is far."""
    content = parts.read(CONTENT)
    if not _LEADING_FAR.search(content):
        return None
    cutter = _Cutter()
    cutter.read(content)
    if not cutter.cuts:
        return None
    near = io.BytesIO()
    with zipfile.ZipFile(near, "w") as archive:
        for name in ("mimetype", "META-INF/manifest.xml"):
            archive.writestr(name, parts.read(name))
        with archive.open(CONTENT, "w") as part:
            at = 0
            for start, end in [*cutter.cuts, (len(content), 0)]:
                part.write(memoryview(content)[at:start])
                at = end
    near.seek(0)
    return NearDocument(near, cutter.tables)


class _Cutter:
    """Reads the XML once and finds what to cut out of it: `cuts`, from one byte up to another, in their order."""

    def __init__(self) -> None:
        self.cuts: list[tuple[int, int]] = []
        self.tables: dict[str, NearTable] = {}
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = _refuse
        self._depth = 0  # of tables: one can stand in a cell of another
        self._table = NearTable()

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, ValueError):
            raise DAMAGED from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _TABLE:
            self._depth += 1
            if self._depth == 1:
                self._begin_table(attributes.get(_NAME, ""))
        if self._depth != 1:
            return
        self._end_row_before()
        if name == _ROW:
            self._row_at, self._repeated = self._parser.CurrentByteIndex, int(attributes.get(_ROWS_REPEATED, "1"))
            self._column, self._filled, self._far_at, self._far_cell = 0, False, -1, ""
        elif name in _CELLS:
            self._cell_from, width = self._column, int(attributes.get(_COLUMNS_REPEATED, "1"))
            self._column += width
            if self._column > WIDEST and self._far_at < 0:
                self._far_at = self._parser.CurrentByteIndex
            if _VALUE in attributes:
                self._fill()
        elif name == _PARAGRAPH:
            self._fill()

    def _fill(self) -> None:
        """Something stands in the cell that is being read."""
        if self._far_at < 0:
            self._filled = True
        elif self._cell_from < WIDEST:
            raise DAMAGED  # one cell that is repeated from the table on into what is far
        else:
            self._far_cell = self._far_cell or column_letters(self._cell_from)

    def _end(self, name: str) -> None:
        if self._depth == 1:
            self._end_row_before()
            if name == _ROW:
                self._end_row()
        if name == _TABLE:
            if self._depth == 1:
                self._leave_out_empty_rows()
            self._depth -= 1

    def _begin_table(self, name: str) -> None:
        self._table = self.tables.setdefault(name, NearTable())
        self._place, self._left_out = 0, 0  # of the next row; rows above it that were left out
        self._empty, self._empty_rows = 0, list[tuple[int, int]]()  # right above: how many, and where they stand
        self._far_among_empty = False
        self._empty_from = -1  # where an empty row stands whose end is not known yet

    def _end_row(self) -> None:
        end = self._parser.CurrentByteIndex
        number = self._place + self._empty + self._left_out + 1
        if self._far_cell:
            self._table.far.append(FarCell(self._place, number, f"{self._far_cell}{number}"))
            self._far_among_empty |= not self._filled
        if self._filled:
            self._leave_out_empty_rows()
            self._place += self._empty + self._repeated
            self._empty = 0
            if self._far_at >= 0:
                self.cuts.append((self._far_at, end))
        else:
            self._empty += self._repeated
            self._empty_from = self._row_at

    def _end_row_before(self) -> None:
        """An empty row ends where the next thing begins."""
        if self._empty_from >= 0:
            self._empty_rows.append((self._empty_from, self._parser.CurrentByteIndex))
            self._empty_from = -1

    def _leave_out_empty_rows(self) -> None:
        if self._empty > DEEPEST or self._far_among_empty:
            self.cuts += self._empty_rows
            self._table.gaps.append(Gap(self._place, self._empty))
            self._left_out += self._empty
            self._empty = 0
        self._empty_rows.clear()
        self._far_among_empty = False


def _refuse(*_: object) -> None:
    raise DEFINES
