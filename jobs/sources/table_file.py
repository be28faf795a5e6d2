"""What every file of rows is to its reader, whatever its kind."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from jobs.sources.header_row import Unreadable, Wish

if TYPE_CHECKING:
    from jobs.sources.far_cells import FarCell

OLE_FILE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and .xlsx with a password
DAMAGED = Unreadable("This is not a workbook, or it is damaged.", "Export it again, or open and save it in Excel.")


DEFINES = Unreadable(
    "The workbook holds definitions (DOCTYPE), with which a few bytes can become gigabytes; no real export does.",
    "Ask whoever made the file if it is genuine, and export it again.",
)


class Batch(NamedTuple):
    """Some rows: their places in the file, from 0; the numbers that a person sees; their cells."""

    places: Sequence[int]
    numbers: Sequence[int]
    rows: Sequence[Sequence[object]]


class NotCuttable(Exception):
    """The sheet is written in a way in which its rows cannot be told apart as bytes: it is parsed whole instead."""


class CutRows(Protocol):
    """Rows of a table that changed since the last time. `unsaved` are cells with a formula and without its result,
    `far` those that stand far away from the table and were passed over."""

    unsaved: list[str]
    far: "list[FarCell]"

    @property
    def raw(self) -> Any: ...

    def batches(self) -> Iterator[Batch]: ...


class TableFile(Protocol):
    """A file of one or more tables, lying in memory. `far` are the cells far away that `all_rows` passed over last."""

    far: "list[FarCell]"

    def sheets(self, wanted: str) -> list[str]: ...

    def cuttable(self, sheet: str, known: Any) -> CutRows | None: ...

    def all_rows(self, sheet: str) -> Iterator[Batch]: ...

    def remarks(self) -> list[str]: ...

    def meaning(self, old: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]: ...


class Opening(NamedTuple):
    """How to open a file."""

    wish: Wish
    sheet: str
    unpacked_bytes: int
    before: Mapping[str, str] = {}  # meaning -> header, as the columns were found last time
