"""Opening one file of rows, whatever its kind, by what is in it and not by its ending."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from jobs.sources.header_row import Unreadable, Wish

OLE_FILE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and .xlsx with a password
DAMAGED = Unreadable("This is not a workbook, or it is damaged.", "Export it again, or open and save it in Excel.")
_WEB_PAGE = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head")
_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class Batch(NamedTuple):
    """Some rows: their places in the file, from 0; the numbers that a person sees; their cells."""

    places: Sequence[int]
    numbers: Sequence[int]
    rows: Sequence[Sequence[object]]


class NotCuttable(Exception):
    """The sheet is written in a way in which its rows cannot be told apart as bytes: it is parsed whole instead."""


class CutRows(Protocol):
    """Rows of a table that changed since the last time."""

    @property
    def raw(self) -> Any: ...

    def batches(self) -> Iterator[Batch]: ...


class TableFile(Protocol):
    """A file of one or more tables, lying in memory."""

    def sheets(self, wanted: str) -> list[str]: ...

    def cuttable(self, sheet: str, known: Any) -> CutRows | None: ...

    def all_rows(self, sheet: str) -> Iterator[Batch]: ...

    def meaning(self, old: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool]: ...


class Opening(NamedTuple):
    """How to open a file."""

    wish: Wish
    sheet: str
    unpacked_bytes: int


def open_table(data: bytes, name: str, opening: Opening) -> TableFile:
    """The tables in these bytes. Raises Unreadable where they hold none."""
    if data.startswith((b"PK", OLE_FILE)):
        from jobs.sources.workbook import Workbook

        return Workbook(data, opening.unpacked_bytes)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGE):
        raise Unreadable("This is a web page with the name of a table.", "Open it in Excel and save it as .xlsx.")
    if name.lower().endswith(_WORKBOOK_ENDINGS) and not _is_table(data):
        raise DAMAGED
    from jobs.sources.delimited import DelimitedFile

    return DelimitedFile(data, opening.wish)


def _is_table(data: bytes) -> bool:
    """Whether these bytes may be a text table: practice systems do give those the ending .xls."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in data[:4096] and any(mark in data[:4096] for mark in (b",", b"\t", b";"))
