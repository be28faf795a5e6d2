"""Opening one file of rows, whatever its kind, by what is in it and not by its ending."""

from jobs.sources.files import WORKBOOKS
from jobs.sources.header_row import Unreadable
from jobs.sources.table_file import DAMAGED, OLE_FILE, Opening, TableFile

_WEB_PAGE = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head")


def open_table(data: bytes, name: str, opening: Opening) -> TableFile:
    """The tables in these bytes. Raises Unreadable where they hold none."""
    if data.startswith((b"PK", OLE_FILE)):
        from jobs.sources.workbook import Workbook

        return Workbook(data, opening.unpacked_bytes)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGE):
        raise Unreadable("This is a web page with the name of a table.", "Open it in Excel and save it as .xlsx.")
    if name.lower().endswith(WORKBOOKS) and not _is_table(data):
        raise DAMAGED
    from jobs.sources.delimited import DelimitedFile

    return DelimitedFile(data, opening.wish)


def _is_table(data: bytes) -> bool:
    """Whether these bytes may be a text table: practice systems do give those the ending .xls."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in data[:4096] and any(mark in data[:4096] for mark in (b",", b"\t", b";"))
