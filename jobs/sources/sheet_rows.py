"""The rows of one sheet of an .xlsx file: cut apart as bytes, compared with the last time, and only then parsed.

Unpacking and comparing 100,000 rows takes a fifth of the time that parsing them takes, and a sheet that is parsed in
pieces takes a third of the memory.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import compress, islice
from operator import methodcaller, ne
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

from jobs.sources.far_cells import WIDEST, FarCell, near_rows, width_of, without_far_cells
from jobs.sources.header_row import ROWS_LOOKED_AT
from jobs.sources.one_ahead import one_ahead
from jobs.sources.row_marks import marks_of
from jobs.sources.shared_strings import SHARED_STRINGS, only_named
from jobs.sources.table_file import DEFINES, Batch, NotCuttable
from jobs.sources.zip_parts import ZipParts

if TYPE_CHECKING:
    import re

_PIECE = 2 << 20  # bytes of XML parsed at once; more where many shared strings must be opened anew for each piece
_CELLS = 2_000_000  # made up at once, at most: one cell far to the right makes all rows of its piece as wide
_FEW = 4  # where the shared strings are so many times as large as the rows, those that the rows name are looked out
_ROWS = 5000  # given at once of a sheet that is parsed whole
_NUMBERS = rb'((?:\A |<c [^<>]*?\b)r="[A-Z]*)\d+"'
_UNSAVED = rb'<c r="([A-Z]+\d+)"[^<>]*><f[^<>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
_is_row = methodcaller("startswith", b" ")  # what follows `<row`


class SheetRows:
    """One sheet. `known` are the marks of its rows of last time; without them every row counts as changed.

    The first rows are always given, for the header is among them. `raw` has the marks of all rows at the end, `far`
    the cells that were passed over.
    """

    def __init__(self, parts: ZipParts, part: str, sheet: str, known: "array[int] | None") -> None:
        self._parts, self._part, self._sheet, self._known = parts, part, sheet, known
        self._head = b""
        self.unsaved: list[str] = []
        self.far: list[FarCell] = []
        self._last_number = 0
        self.raw = array("q")

    def batches(self) -> Iterator[Batch]:
        """The rows that changed. Raises NotCuttable, possibly after some batches."""
        return one_ahead(self._parse, self._pieces())

    def _pieces(self) -> Iterator["_Piece"]:
        """The same before they are parsed."""
        strings = self._parts.unpacked_size(SHARED_STRINGS)
        enough = max(_PIECE, strings // 3)
        piece = _Piece()
        for base, cut in self._cut():
            changed = self._changed(base, cut)
            if changed:
                rows = cut if len(changed) == len(cut) else [cut[place - base] for place in changed]
                rows, width = self._near(changed, rows)
                if piece.cells_with(rows, width) > _CELLS and len(piece.places) >= ROWS_LOOKED_AT:
                    yield piece
                    piece = _Piece()
                piece.add(changed, rows, width)
            if piece.size >= enough and len(piece.places) >= ROWS_LOOKED_AT:
                yield piece
                piece = _Piece()
        if piece.places:
            yield piece

    def _near(self, places: Sequence[int], rows: list[bytes]) -> tuple[list[bytes], int]:
        """The rows without their cells far away, and how wide they are."""
        width = width_of(rows)
        if width <= WIDEST:
            return rows, width
        numbered = zip(rows, places, _numbers_of(rows), strict=True)
        near = [without_far_cells(row, place, number, self.far) for row, place, number in numbered]
        return near, width_of(near)

    def _cut(self) -> Iterator[tuple[int, list[bytes]]]:
        """The bytes of all rows, each without its first four, `<row`; with the place of the first."""
        rest, base, started = b"", 0, False
        for chunk in self._parts.chunks(self._part):
            text = rest + chunk
            cut = text.split(b"<row")
            rest = cut.pop()
            if not started and cut:
                self._head, started = cut.pop(0), True
                if b"<sheetData>" not in self._head:
                    raise NotCuttable
            marked = b"!" in text
            if marked and b"<!DOCTYPE" in text:
                raise DEFINES
            if marked and b"<!" in text or not all(map(_is_row, cut)):
                raise NotCuttable  # rows are written in another way, or stand in comments
            if cut:
                yield base, cut
                base += len(cut)
        last, end, after = rest.partition(b"</sheetData>")
        if not started or not end or not _is_row(last) or b"<mergeCell " in after and _merged_down(after):
            raise NotCuttable  # of merged cells, the first alone holds what all of them say
        yield base, [last]

    def _changed(self, base: int, cut: list[bytes]) -> Sequence[int]:
        """The places of the rows that must be parsed."""
        marks = marks_of(cut)
        self.raw.extend(marks)
        every = range(base, base + len(cut))
        if self._known is None:
            return every
        known = self._known[base : base + len(cut)]
        if known == marks and base >= ROWS_LOOKED_AT:
            return ()
        known.extend([~marks[place] for place in range(len(known), len(marks))])
        always = range(base, min(base + len(cut), ROWS_LOOKED_AT))
        return [*always, *compress(every[len(always) :], map(ne, marks[len(always) :], known[len(always) :]))]

    def _parse(self, piece: "_Piece") -> Batch:
        """The cells of these rows. What the piece holds is let go of as it is parsed."""
        places, numbers = piece.places, piece.numbers
        if any(one >= two for one, two in zip([self._last_number, *numbers], numbers, strict=False)):
            raise NotCuttable
        self._last_number = numbers[-1]
        shown = numbers
        if numbers[-1] - numbers[0] > 2 * len(numbers) + 100:  # else empty rows would be made up for the gaps
            shown = list(range(1, len(numbers) + 1))
            piece.renumber()
        for segment in piece.segments:
            if b"<f" in segment:
                self.unsaved += [cell.decode() for cell in _formula_without_result().findall(segment)]
        few = _FEW * piece.size < self._parts.unpacked_size(SHARED_STRINGS)
        named = only_named(self._parts, piece.segments) if few else None
        strings, rows = ({SHARED_STRINGS: named[0]}, named[1]) if named else ({}, piece.segments)
        segments = [self._head, *rows, b"</sheetData></worksheet>"]
        piece.segments.clear()
        try:
            workbook = CalamineWorkbook.from_filelike(self._parts.with_sheet(self._part, segments, strings))
            numbered = sheet_batch(workbook, self._sheet)
        except CalamineError:
            raise NotCuttable from None
        if numbered.numbers == shown:
            return Batch(places, numbers, numbered.rows)
        index = {number: at for at, number in enumerate(shown)}
        found = [(index[number], row) for number, row in zip(*numbered[1:], strict=True) if number in index]
        return Batch([places[at] for at, _ in found], [numbers[at] for at, _ in found], [row for _, row in found])


class _Piece:
    """Rows that are to be parsed together: their places, the numbers that they bear, and their bytes."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.numbers: list[int] = []
        self.segments: list[bytes] = []
        self.size, self.width = 0, 0

    def add(self, places: Sequence[int], rows: list[bytes], width: int) -> None:
        """Raises NotCuttable where a row does not begin with its number."""
        self.places += places
        self.numbers += _numbers_of(rows)
        self.segments.append(b"<row" + b"<row".join(rows))
        self.size, self.width = self.size + len(self.segments[-1]), max(self.width, width)

    def cells_with(self, rows: list[bytes], width: int) -> int:
        """How many cells are made up where these rows are parsed with it."""
        return (len(self.places) + len(rows)) * max(self.width, width)

    def renumber(self) -> None:
        """Let the rows follow one another without gaps."""
        rows = b"".join(self.segments).split(b"<row")[1:]
        renumbered = [_renumbered(row, number) for number, row in enumerate(rows, 1)]
        self.segments = [b"<row" + b"<row".join(renumbered)]


def _numbers_of(rows: list[bytes]) -> list[int]:
    """Raises NotCuttable where a row does not begin with its number."""
    try:
        numbers = [int(row[4 : row.index(b'"', 4)]) for row in rows if row.startswith(b' r="')]
    except ValueError:
        raise NotCuttable from None
    if len(numbers) != len(rows):
        raise NotCuttable
    return numbers


def _merged_down(after: bytes) -> bool:
    """Whether cells of several rows are merged, by what stands behind the rows of a sheet."""
    import re

    ranges = re.findall(rb'<mergeCell ref="[A-Z]+(\d+):[A-Z]+(\d+)"', after)
    return any(first != last for first, last in ranges)


@cache
def _numbers_in_row() -> "re.Pattern[bytes]":
    import re  # takes its time to load, and is needed only where few rows of many changed

    return re.compile(_NUMBERS)


@cache
def _formula_without_result() -> "re.Pattern[bytes]":
    import re

    return re.compile(_UNSAVED)


def _renumbered(row: bytes, number: int) -> bytes:
    """The row's bytes as if it stood at another place."""
    cells, old = row.count(b"<c "), row[4 : row.index(b'"', 4) + 1]  # its number, with the quote behind it
    if row.count(b'<c r="') == cells and row.count(old) == cells + 1:  # it stands nowhere but in the row and its cells
        return row.replace(old, b'%d"' % number)
    pieces = _numbers_in_row().split(row)  # what stands between the numbers, and what leads up to each of them
    if len(pieces) // 2 != cells + 1:
        raise NotCuttable
    pieces[2::2] = [b'%d"' % number + between for between in pieces[2::2]]
    return b"".join(pieces)


def sheet_batch(workbook: CalamineWorkbook, name: str) -> Batch:
    """All rows of a small sheet; the place of a row is its number less one."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return Batch((), (), ())
    first, left = sheet.start
    rows = _with_left(sheet.to_python(), left)
    return Batch(range(first, first + len(rows)), list(range(first + 1, first + 1 + len(rows))), rows)


def sheet_batches(workbook: CalamineWorkbook, name: str, far: list[FarCell]) -> Iterator[Batch]:
    """The rows of a sheet of any size, a few thousand at a time; cells far away are left out and noted in `far`."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return
    first, left = sheet.start
    every: Iterator[list[Any]] = islice(
        sheet.iter_rows(), first, None
    )  # it begins with the empty rows above, yet not with columns beside
    merged = sheet.merged_cell_ranges or []
    if any(top[0] != bottom[0] for top, bottom in merged):
        every = _filled_down(every, first, left, merged)
    while rows := _with_left(list(islice(every, _ROWS)), left):
        numbers = list(range(first + 1, first + 1 + len(rows)))
        yield near_rows(Batch(range(first, first + len(rows)), numbers, rows), far)
        first += len(rows)


def _filled_down(
    rows: Iterable[list[Any]], number: int, left: int, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[list[Any]]:
    """The rows, each cell of a merged one with what the first of them holds."""
    starting: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _) in ranges:
        if bottom > top and column >= left:
            starting.setdefault(top, []).append((column - left, bottom))
    held: dict[int, tuple[Any, int]] = {}  # column -> what it holds, and down to which row
    for at, row in enumerate(rows, number):
        held = {column: cell for column, cell in held.items() if cell[1] >= at}
        for column, (value, _) in held.items():
            if column < len(row) and row[column] in ("", None):
                row[column] = value
        held |= {column: (row[column], bottom) for column, bottom in starting.get(at, ()) if column < len(row)}
        yield row


def _with_left(rows: list[list[Any]], left: int) -> list[list[Any]]:
    """The rows with the empty columns that stand to the left of them."""
    return [[""] * left + row for row in rows] if left else rows
