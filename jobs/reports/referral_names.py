"""Reads config/referral_names.csv, in which the office manager says which source a text stands for.

The file is edited in Excel or a text editor, so it may come back as UTF-8 or Windows-1252, with commas, semicolons
or tabs. A row with a fault is left out and named; the other rows count.
"""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.faults import Fault, did_you_mean, rename_to
from jobs.clinic.office_text import decoded
from jobs.clinic.source_names import CHANNELS, NOT_YET_NAMED, ReferralNames, name_key
from jobs.reports.recognized_names import RecognizedNames

COLUMNS = ("as_typed", "name", "channel", "added_on", "added_by")
_NEEDED = COLUMNS[:3]
NEVER_CLOSED = "A quotation mark opens in this line and is never closed; nothing after it can be read."


class _Row(NamedTuple):
    line: int
    as_typed: str
    name: str
    channel: str


def load_referral_names(path: Path, cache: Path | None = None) -> tuple[ReferralNames, list[Fault]]:
    """The clinic's names and every fault of the file at once. A file that cannot be read gives no names.

    Names recognize other spellings too; what was recognized once is kept in the folder `cache`.
    """
    file = f"{path.parent.name}/{path.name}"
    try:
        rows, faults = _read(path.read_bytes(), file)
    except OSError as error:
        near = rename_to(path.name, path.parent.name, (other.name for other in path.parent.glob("*")))
        remedy = near or "Put the file back, or copy the one that came with the program."
        fault = Fault(file, 0, f"The file cannot be read ({error.strerror}).", remedy)
        return ReferralNames(cannot_be_read=True), [fault]
    kept: dict[str, _Row] = {}
    channels: dict[str, _Row] = {}
    for row in rows:
        wrong = _fault(file, row, kept, channels)
        if wrong:
            faults.append(wrong)
        else:
            kept.setdefault(name_key(row.as_typed), row)
            channels.setdefault(row.name, row)
    known = [(row.as_typed, row.name, row.channel) for row in kept.values()]
    names = ReferralNames.of(known, RecognizedNames(known, cache))
    return replace(names, cannot_be_read=bool(faults) and not kept), sorted(faults)


def _read(content: bytes, file: str) -> tuple[list[_Row], list[Fault]]:
    """The rows that say anything, or the fault of the header."""
    if content.startswith(b"PK\x03\x04"):
        remedy = "Open it in Excel and save it again as CSV UTF-8."
        return [], [Fault(file, 0, "This is an Excel workbook that was named .csv.", remedy)]
    content_text = decoded(content)
    first_line = content_text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    lines: csv.DictReader[str] = csv.DictReader(StringIO(content_text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines.fieldnames = [cell.strip().casefold() for cell in lines.fieldnames or ()]
    except csv.Error:  # a stray quotation mark
        lines.fieldnames = []
    missing = [name for name in _NEEDED if name not in lines.fieldnames]
    if missing:
        what = f"The first line has no column {' and no column '.join(missing)}."
        return [], [Fault(file, 1, what, f"The first line must be: {','.join(COLUMNS)}")]
    return _rows(lines, file)


def _rows(lines: "csv.DictReader[str]", file: str) -> tuple[list[_Row], list[Fault]]:
    """The rows that say anything; no row where a quotation mark makes one of several lines."""
    rows: list[_Row] = []
    faults: list[Fault] = []
    while True:
        line = lines.reader.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return rows, faults
        except csv.Error as error:  # its own words are for programmers
            if lines.reader.line_num > line or "unexpected end" in str(error):
                return [], [Fault(file, line, NEVER_CLOSED, "Close it, or delete it.")]
            what = "The cells of this line cannot be told apart: a quotation mark stands within a cell."
            faults.append(Fault(file, line, what, 'Write a quotation mark inside a text twice: "the ""new"" gym".'))
            continue
        typed, name, channel = (" ".join((cells[column] or "").split()) for column in _NEEDED)
        if typed or name or channel:
            rows.append(_Row(lines.reader.line_num, typed, name, channel.casefold()))


def _fault(file: str, row: _Row, kept: dict[str, _Row], channels: dict[str, _Row]) -> Fault | None:
    """What is wrong with one row, given the rows before it."""
    if not row.name:
        return Fault(file, row.line, f'"{row.as_typed}" has no name.', "Write the source it stands for, or delete it.")
    if not name_key(row.as_typed):
        what = f'as_typed "{row.as_typed}" has no letter and no digit; such texts always count as not recorded.'
        return Fault(file, row.line, what, "Delete the line.")
    if row.channel not in CHANNELS and row.name != NOT_YET_NAMED:
        remedy = did_you_mean(row.channel, CHANNELS) or f"The channels are: {', '.join(CHANNELS)}."
        return Fault(file, row.line, f'channel "{row.channel}" is not one of the channels.', remedy)
    other = kept.get(name_key(row.as_typed))
    if other and other.name != row.name:
        what = f'"{row.as_typed}" stands for "{row.name}" here and for "{other.name}" in line {other.line}.'
        return Fault(file, row.line, what, "Keep one of the two lines; the first one counts until then.")
    other = channels.get(row.name)
    if row.name != NOT_YET_NAMED and other and other.channel != row.channel:
        what = f'"{row.name}" has channel "{row.channel}" here and "{other.channel}" in line {other.line}.'
        return Fault(file, row.line, what, "Give it the same channel everywhere.")
    return None
