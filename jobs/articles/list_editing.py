"""Changes cells of config/articles.csv and adds lines to it, and leaves every other byte as it is.

The file is the office manager's: her own columns, her order, her quotation marks, the way Excel saved it. Nothing of
that is written anew.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobs.clinic.office_list import column_name, place_of_header

_LINE_END = re.compile(r"\r\n|\r|\n")
_FORMULA = "=+-@\t\r"


class NotEditable(ValueError):
    """A list that cannot be changed without risk; the text says why and what to do."""


class Record(NamedTuple):
    """One line of the list: its number, and where each of its cells stands in the text."""

    line: int
    cells: tuple[tuple[int, int], ...]


def edited(content: bytes, changes: Mapping[int, Mapping[str, str]], added: Sequence[Mapping[str, str]]) -> bytes:
    """The list with these cells changed, by line and column, and these lines at its end. Raises NotEditable."""
    text, encoding = _decoded(content)
    above, delimiter = place_of_header(_LINE_END.sub("\n", text))
    records = [record for record in _records(text, delimiter) if record.line > above]
    if not records:
        raise NotEditable("The list has no first line with the names of its columns; write it, then run again.")
    columns = [column_name(_plain(text, cell)) for cell in records[0].cells]
    wanted = dict.fromkeys(name for cells in (*changes.values(), *added) for name in cells if name not in columns)
    end = _LINE_END.search(text)
    line_end = end[0] if end else "\n"
    pieces: list[tuple[int, int, str]] = []  # what is put in place of a part of the text
    if wanted:
        behind = records[0].cells[-1][1]
        pieces.append((behind, behind, "".join(delimiter + name for name in wanted)))
        columns += wanted
    by_line = {record.line: record for record in records[1:]}
    for line, cells in changes.items():
        pieces += _changed(by_line[line], cells, columns, delimiter)
    for start, stop, instead in sorted(pieces, reverse=True):
        text = text[:start] + instead + text[stop:]
    if added and not text.endswith(("\n", "\r")):
        text += line_end
    for row in added:
        text += delimiter.join(_quoted(row.get(name, ""), delimiter) for name in columns) + line_end
    return _encoded(text, encoding)


def as_cell(words: str) -> str:
    """Words from a page as they may stand in a cell: on one line, and nothing that Excel would take for a formula."""
    return " ".join(words.split()).lstrip(_FORMULA + " ")


def _changed(
    record: Record, cells: Mapping[str, str], columns: Sequence[str], delimiter: str
) -> list[tuple[int, int, str]]:
    new = {columns.index(name): _quoted(value, delimiter) for name, value in cells.items()}
    last = len(record.cells) - 1
    further = "".join(delimiter + new.get(place, "") for place in range(last + 1, max(new) + 1))
    pieces = [(*record.cells[place], value) for place, value in new.items() if place < last]
    if last in new:
        return [*pieces, (*record.cells[last], new[last] + further)]
    return [*pieces, (record.cells[last][1], record.cells[last][1], further)] if further else pieces


def _records(text: str, delimiter: str) -> list[Record]:
    """Where each cell of each line stands; a cell between quotation marks may hold line breaks."""
    records: list[Record] = []
    cells: list[tuple[int, int]] = []
    line, first_line, start, place = 1, 1, 0, 0
    while place < len(text):
        letter = text[place]
        if letter == '"' and place == start:
            closing = _closing(text, place)
            line += len(_LINE_END.findall(text, place, closing))
            place = closing
        elif letter == delimiter:
            cells.append((start, place))
            start = place + 1
        elif letter in "\r\n":
            records.append(Record(first_line, (*cells, (start, place))))
            place += text[place : place + 2] == "\r\n"
            line += 1
            cells, start, first_line = [], place + 1, line
        place += 1
    if start < len(text) or cells:
        records.append(Record(first_line, (*cells, (start, len(text)))))
    return records


def _closing(text: str, opening: int) -> int:
    """Where the quotation mark that opens a cell is closed. Raises NotEditable."""
    place = opening + 1
    while True:
        place = text.find('"', place)
        if place < 0:
            line = 1 + len(_LINE_END.findall(text, 0, opening))
            raise NotEditable(
                f"In line {line} of the list a quotation mark opens that is never closed; close it first."
            )
        if text[place + 1 : place + 2] != '"':
            return place
        place += 2


def _plain(text: str, cell: tuple[int, int]) -> str:
    return text[cell[0] : cell[1]].strip().strip('"')


def _quoted(value: str, delimiter: str) -> str:
    if any(mark in value for mark in (delimiter, '"', "\n", "\r")) or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value


def _decoded(content: bytes) -> tuple[str, str]:
    """The text with its line ends as they are, and how it is written."""
    if content.startswith(b"PK\x03\x04"):
        raise NotEditable("The list is an Excel workbook that was named .csv; save it as CSV UTF-8 first.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        little = content.startswith(b"\xff\xfe")
        return content[2:].decode("utf-16-le" if little else "utf-16-be"), "utf-16-le" if little else "utf-16-be"
    try:
        return content.decode("utf-8-sig"), "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "surrogateescape"), "cp1252"


def _encoded(text: str, encoding: str) -> bytes:
    """The text as it was written before; what Excel could not read so is written as it can."""
    if encoding.startswith("utf-16"):
        return (b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff") + text.encode(encoding)
    if encoding == "cp1252":
        try:
            return text.encode("cp1252", "surrogateescape")
        except UnicodeEncodeError:
            return b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
    return text.encode("ascii") if encoding == "utf-8" and text.isascii() else text.encode("utf-8-sig")
