"""Reads a list that the office manager keeps as .csv, in whatever way Excel or a text editor saved it."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

from jobs.clinic.cells import tidy
from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.office_text import decoded


class ListForm(NamedTuple):
    """The columns of a list, and what a missing one means."""

    columns: tuple[str, ...]  # those that every list has
    further: tuple[str, ...]  # those that it may have as well
    may_be_missing: frozenset[str]
    goes_on: str  # the sentence for a column that may be missing
    stands_still: str  # for one that may not
    each_cell_counts: bool = True  # also empty ones beyond the last column: the cells before may have been shifted
    first_line: str = ""  # as it is told, where that names further columns too

    def told(self) -> str:
        """The first line as it must be."""
        return self.first_line or ",".join(self.columns)

    def column(self, header: str) -> str:
        """The column that a header names: `ICD-10 ` is icd10, `As typed` as_typed."""
        name = column_name(header)
        return next((one for one in (*self.columns, *self.further) if column_name(one) == name), name)


NEVER_CLOSED = "A quotation mark opens in this line and is never closed; nothing after it can be read."
_SAVE_AGAIN = "Open it in Excel and save it again as CSV UTF-8."
_SEPARATOR_LINE = r'"?sep=(.)"?\s*'  # what some programs write above the headers for Excel


class Row(NamedTuple):
    """One line of the list: the number of its first line in the file and its cells by column.

    A cell keeps its line breaks; a column that the file does not have is "".
    """

    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """The cell as a person sees it, on one line."""
        return tidy(self.cells[column])


def read_rows(content: bytes, file: str, form: ListForm) -> tuple[list[Row], list[Fault]]:
    """Every row that says anything and can be told apart, and the faults of the file as such."""
    if content.startswith(b"PK\x03\x04"):
        return [], [Fault(file, 0, "This is an Excel workbook that was named .csv.", _SAVE_AGAIN)]
    text = decoded(content)
    first, delimiter = place_of_header(text)
    return _read("\n".join(text.split("\n")[first:]), delimiter, first, file, form)


def place_of_header(text: str) -> tuple[int, str]:
    """The number of lines above the column headers, and what stands between two cells."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip(" ,;\t")), len(lines))
    delimiter = max(",;\t", key=lines[first].count) if first < len(lines) else ","
    if (
        first < len(lines)
        and "=" in lines[first]
        and (said := re.fullmatch(_SEPARATOR_LINE, lines[first], re.IGNORECASE))
    ):
        first, delimiter = first + 1, said[1]
    return first, delimiter


def _read(text: str, delimiter: str, above: int, file: str, form: ListForm) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    columns: list[str] = []
    for line, cells in _records(text, delimiter, above):
        if isinstance(cells, Fault):
            faults.append(Fault(file, line, cells.what, cells.remedy))
        elif not columns:
            columns = [form.column(cell) for cell in cells]
            faults += [Fault(file, line, what, remedy) for what, remedy in _header_faults(columns, cells, form)]
            if any(not fault.what.endswith(form.goes_on) for fault in faults):
                return [], faults
        elif any(cell.strip() for cell in cells):
            if len(cells) > len(columns) and (form.each_cell_counts or any(map(str.strip, cells[len(columns) :]))):
                what = f"This line has {len(cells)} cells, and the first line has {len(columns)} columns."
                faults.append(
                    Fault(file, line, what, 'Put a text that holds a comma between quotation marks: "so, too".')
                )
                continue
            known = dict.fromkeys((*form.columns, *form.further), "") | dict(zip(columns, cells, strict=False))
            rows.append(Row(line, known))
    if not columns and not faults:
        return [], [Fault(file, 0, "The file is empty.", f"Its first line must be: {form.told()}")]
    return rows, faults


def _records(text: str, delimiter: str, above: int) -> Iterator[tuple[int, list[str] | Fault]]:
    """Each record with the number of its first line, or in its place what is wrong with its quotation marks."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = above + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # its own words are for programmers
            if "unexpected end" in str(error) or above + reader.line_num > line:  # it runs on to the next one
                yield line, Fault("", 0, NEVER_CLOSED, "Close it, or delete it.")
                return
            what = "The cells of this line cannot be told apart: a quotation mark stands within a cell."
            yield line, Fault("", 0, what, 'Write a quotation mark inside a text twice: "the ""new"" way".')
        else:
            yield line, cells


def column_name(header: str) -> str:
    """A header as a column is called: `ICD-10 ` is icd10."""
    return "".join(filter(str.isalnum, tidy(header).casefold()))


def _header_faults(columns: list[str], typed: list[str], form: ListForm) -> Iterator[tuple[str, str]]:
    known = (*form.columns, *form.further)
    others = [header for header, column in zip(typed, columns, strict=True) if column and column not in known]
    for name in known:
        if columns.count(name) > 1:
            yield f"The first line has the column {name} {columns.count(name)} times.", "Keep one of them."
        if name not in columns and name in form.columns:
            near = did_you_mean(name, others).removeprefix("Did you mean ").removesuffix("?")
            remedy = f"Rename the column {near} to {name}." if near else f"The first line must be: {form.told()}"
            lost = form.goes_on if name in form.may_be_missing else form.stands_still
            yield f"The first line has no column {name}. {lost}".rstrip(), remedy
