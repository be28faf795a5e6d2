"""The lines of config/referral_names.csv, the clinic's list of names, to read and to write."""

import csv
from collections.abc import Mapping
from io import SEEK_END, StringIO

from jobs.clinic.cells import tidy
from jobs.clinic.office_list import place_of_header
from jobs.clinic.office_text import decoded, garbled_word, is_utf_8
from jobs.clinic.source_names import NOT_YET_NAMED, name_key
from jobs.reports.referral_names import COLUMNS, NAMES

NO_CHANNEL = "unknown"
_NEEDED = NAMES.columns


class ListFaulty(Exception):
    """The list cannot be read, so nothing can be written into it; the text is a sentence."""


class NameLines:
    """The lines of the list, each as its cells; written back with the same delimiter and line ends, and what stands
    above its headers."""

    def __init__(self, content: bytes) -> None:
        text = decoded(content)
        self._mark = not _is_plain_utf_8(content)  # Excel knows UTF-8 by its mark
        self._end = "\r\n" if b"\r\n" in content or b"\r\0\n" in content else "\n"
        word = "" if is_utf_8(content) else garbled_word(text, utf_8=False)
        if word:  # written anew, the list would look as if somebody had typed that
            raise ListFaulty(f'The list of names holds garbled characters, such as "{word[:40]}"; mend them first.')
        above, self._delimiter = place_of_header(text)
        lines = text.split("\n")
        self._above = lines[:above]
        self._rows = list(csv.reader(StringIO("\n".join(lines[above:]), newline=""), delimiter=self._delimiter))
        header = [NAMES.column(cell) for cell in self._rows[0]] if self._rows else []
        self._at = {name: header.index(name) for name in COLUMNS if name in header}
        self._width = len(header)
        if not self._at.keys() >= set(_NEEDED):
            raise ListFaulty(f"The first line of the list of names must be: {','.join(COLUMNS)}")

    def put(self, text: str, name: str, channel: str, today: str, author: str) -> bool:
        """Let the list say that the text stands for this name; False where it says so already."""
        values = {"as_typed": text, "name": name, "channel": channel, "added_on": today, "added_by": author}
        row = self._row_of(text)
        if row is not None and self._cell(row, "name") == name:
            return False
        if row is None:
            row = [""] * self._width
            self._rows.append(row)
        else:
            values["as_typed"] = self._cell(row, "as_typed")
        self._set(row, values)
        return True

    def _set(self, row: list[str], values: Mapping[str, str]) -> None:
        for column, value in values.items():
            if column in self._at:
                row.extend([""] * (self._at[column] + 1 - len(row)))
                row[self._at[column]] = value

    def rename(self, before: str, name: str, channel: str) -> int:
        """Let all that stands for one name stand for another; how many texts beside these two that are."""
        changed = [row for row in self._rows[1:] if self._cell(row, "name") == before]
        for row in changed:
            self._set(row, {"name": name, "channel": channel})
        return sum(name_key(self._cell(row, "as_typed")) not in (name_key(before), name_key(name)) for row in changed)

    def rechannel(self, name: str, channel: str) -> bool:
        """Let a source be in this channel; False where it is."""
        rows = [row for row in self._rows[1:] if self._cell(row, "name") == name]
        changed = [row for row in rows if self._cell(row, "channel") != channel]
        for row in changed:
            self._set(row, {"channel": channel})
        return bool(changed)

    def count_of(self, name: str) -> int:
        """How many lines stand for a name."""
        return sum(self._cell(row, "name") == name for row in self._rows[1:])

    def take_off(self, text: str, today: str, author: str, is_a_patient: bool = False) -> bool:
        """Let the text have no name; a line leaves one open that would otherwise be recognized, or is a name itself."""
        from jobs.clinic.source_matching import SourceMatcher  # seldom needed, and takes its time to load

        row = self._row_of(text)
        if row is not None and self._cell(row, "name") == NOT_YET_NAMED:
            return False
        if row is not None:
            self._rows.remove(row)
        left = ([self._cell(row, column) for column in _NEEDED] for row in self._rows[1:])
        if is_a_patient or SourceMatcher((typed, name, channel) for typed, name, channel in left).match(text).name:
            return self.put(text, NOT_YET_NAMED, NO_CHANNEL, today, author)
        return row is not None

    def content(self) -> bytes:
        file = StringIO("".join(line + self._end for line in self._above), newline="")
        file.seek(0, SEEK_END)
        csv.writer(file, delimiter=self._delimiter, lineterminator=self._end).writerows(self._rows)
        return (b"\xef\xbb\xbf" if self._mark else b"") + file.getvalue().encode()

    def _row_of(self, text: str) -> list[str] | None:
        key = name_key(text)
        return next((row for row in self._rows[1:] if name_key(self._cell(row, "as_typed")) == key), None)

    def _cell(self, row: list[str], column: str) -> str:
        return tidy(row[self._at[column]]) if self._at[column] < len(row) else ""


def _is_plain_utf_8(content: bytes) -> bool:
    return is_utf_8(content) and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
