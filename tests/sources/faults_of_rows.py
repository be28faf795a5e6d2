"""Exports in which rows repeat, contradict or resemble each other, or are no appointments."""

from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from faulty_files import GOOD, HEADER, Case, a_csv, a_workbook, drawn, fill, good, person, with_row

_BILLED = (*HEADER, "CPT Code", "Diagnosis", "Billed")


def _lines() -> list[list[object]]:
    return [[*row, "97110", "M54.5", "45"] for row in good()] + [[*good()[2], "97140", "M25.561", "60"]]


def _with_cell(row: int, column: int) -> Callable[[Path], object]:
    """The good rows and one cell more."""

    def draw(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("Export")
        fill(page, (HEADER, *good()))
        page.write(row, column, "by mistake")

    return drawn(draw)


CASES = (
    Case("one row per line of the bill", "csv", a_csv(_lines(), _BILLED)),
    Case("the same row twice", "csv", a_csv([*good(), good()[0]])),
    Case(
        "two rows of one number that differ",
        "csv",
        a_csv([*with_row(status="Cancelled"), person("Dan", 5)]),
        (*GOOD, "Dan"),
    ),
    Case(
        "one slot under two numbers",
        "csv",
        a_csv([*good(), person("Cal", 4, id="A-other")]),
        ("Ann", "Bea", "Cal", "Cal"),
    ),
    Case("a blank row between", "xlsx", a_workbook([*good()[:2], ["", "", "", "", "", "", ""], good()[2]])),
    Case("a cell left far to the right", "xlsx", _with_cell(2, 16000)),
    Case("a cell left far below", "xlsx", _with_cell(1500, 1)),
    Case("a note beside the table", "xlsx", _with_cell(2, 60)),
    Case("a note some rows below the table", "xlsx", _with_cell(40, 12)),
    Case("a short row", "csv", a_csv([*good(), ["A-short"]])),
    Case("a row that is too long", "csv", a_csv([*good()[:2], [*good()[2], "and", "more"]])),
    Case("an open quotation mark", "csv", a_csv(with_row(last='"Sample')), (*GOOD, "Dan")),
    Case(
        "an open quotation mark with rows below",
        "csv",
        a_csv([good()[0], person("Dan", 5, last='"Sample'), *good()[1:]]),
        ("Ann", "Dan", "Bea", "Cal"),
    ),
    Case(
        "two open quotation marks",
        "csv",
        a_csv([person("Dan", 5, last='"Sample'), *good(), person("Eli", 6, last='"Sample')]),
        ("Dan", *GOOD, "Eli"),
    ),
    Case("a lone inch mark", "csv", a_csv(with_row(last="Sample 5'10\"")), (*GOOD, "Dan")),
    Case("a line break in a cell", "csv", a_csv([*good()[:2], person("Cal", 4, last='"Sam\nple"')])),
)
