"""Reads config/referral_names.csv, in which the office manager says which source a text stands for.

A row with a fault is left out and named; the other rows count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.faults import Fault, did_you_mean, rename_to
from jobs.clinic.office_list import NEVER_CLOSED, ListForm, read_rows
from jobs.clinic.office_text import garbled_word, is_utf_8
from jobs.clinic.source_names import CHANNELS, NOT_YET_NAMED, ReferralNames, name_key
from jobs.reports.recognized_names import RecognizedNames

NAMES = ListForm(
    ("as_typed", "name", "channel"),
    ("added_on", "added_by"),
    frozenset(),
    "The names go on without it.",
    "",
    False,  # a shifted channel is seen
    "as_typed,name,channel,added_on,added_by",
)
COLUMNS = (*NAMES.columns, *NAMES.further)


class _Row(NamedTuple):
    line: int
    as_typed: str
    name: str
    channel: str


def load_referral_names(path: Path, cache: Path | None = None) -> tuple[ReferralNames, list[Fault]]:
    """The clinic's names and every fault of the file at once. A file that cannot be read gives no names.

    Names recognize other spellings too; what was recognized once is kept in the folder `cache`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        near = rename_to(path.name, path.parent.name, (other.name for other in path.parent.glob("*")))
        remedy = near or "Put the file back, or copy the one that came with the program."
        fault = Fault(_named(path), 0, f"The file cannot be read ({error.strerror}).", remedy)
        return ReferralNames(cannot_be_read=True), [fault]
    return names_in(content, path, cache)


def names_in(content: bytes, path: Path, cache: Path | None = None) -> tuple[ReferralNames, list[Fault]]:
    """The same of a file that was read already."""
    file = _named(path)
    rows, faults = _read(content, file)
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


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _read(content: bytes, file: str) -> tuple[list[_Row], list[Fault]]:
    """The rows that say anything, none where a quotation mark makes one of several lines; the faults of the file."""
    lines, faults = read_rows(content, file, NAMES)
    if any(fault.what == NEVER_CLOSED for fault in faults):
        return [], [fault for fault in faults if fault.what == NEVER_CLOSED]
    rows = [_Row(line.line, *map(line.text, NAMES.columns)) for line in lines]
    rows = [row._replace(channel=row.channel.casefold()) for row in rows if row.as_typed or row.name or row.channel]
    return rows, faults + list(_garbled(rows, is_utf_8(content), file))


def _garbled(rows: Sequence[_Row], utf_8: bool, file: str) -> Iterator[Fault]:
    """One fault for the names that a wrong encoding has garbled: the whole file was saved so. They count as they are
    written, for otherwise their sources would have no name at all."""
    seen = [(row.line, word) for row in rows if (word := garbled_word(f"{row.as_typed} {row.name}", utf_8))]
    if seen:
        line, word = seen[0]
        others = len(seen) - 1
        more = f" So do {others} more lines." if others > 1 else " So does one more line." if others else ""
        what = f'The line holds garbled characters, such as "{word[:40]}".{more}'
        remedy = "Type them anew and save the list as CSV UTF-8; until then they count as they stand."
        yield Fault(file, line, what, remedy)


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
