"""What is remembered of each row of a file, so that only rows that changed are read and handed on.

A mark is the 64-bit SipHash that Python computes of bytes and text. It is the same in every child because the parent
starts it with a fixed PYTHONHASHSEED; `HASHING` tells when it is not, and then no marks that are remembered are used.
"""

import marshal
import sys
from array import array
from collections.abc import Container, Iterable, Sequence
from itertools import compress
from operator import ne
from typing import Any, NamedTuple

FORMAT = 3
HASHING = f"{sys.version_info[:2]} {sys.hash_info.algorithm} {hash('appointment')}"


def marks_of(things: Iterable[bytes] | Iterable[str]) -> "array[int]":
    """One mark for each row."""
    return array("q", map(hash, things))


class RowMarks:
    """Marks by the place of a row in its file, three kinds side by side; 0 where a row holds no data.

    `raw` are of the row as it stands in the file (empty for kinds of files that cannot be cut into rows), `values` of
    the texts that are carried, `keys` of what makes it one appointment and no other.
    """

    def __init__(self, raw: "array[int]", values: "array[int]", keys: "array[int]") -> None:
        self.raw, self.values, self.keys = raw, values, keys

    def rows(self) -> int:
        """How many rows hold data."""
        return len(self.values) - self.values.count(0)

    def has_repeats(self) -> bool:
        """Whether two unlike rows are about one appointment. The later one counts: neither may be skipped alone."""
        different = len(set(self.keys))
        return different < len(self.keys) and different < len(set(self.values))

    def unsettle(self, places: Iterable[int]) -> None:
        """Let these rows count as changed the next time."""
        for place in places:
            self.values[place] = ~self.values[place]
            if place < len(self.raw):
                self.raw[place] = ~self.raw[place]

    def look_again(self, places: Iterable[int]) -> None:
        """Let these rows be parsed the next time, whatever is known of them."""
        for place in places:
            if place < len(self.raw):
                self.raw[place] = ~self.raw[place]

    @classmethod
    def gathered(cls, raw: "array[int]", read: "Sequence[ReadRows]", old: "RowMarks | None") -> "RowMarks":
        """The marks of a file of which some rows were read and the others stand in `old` with the same raw mark."""
        length = len(raw) if raw else max((rows.places[-1] + 1 for rows in read if rows.places), default=0)
        blank = array("q", bytes(8 * length))
        marks = cls(raw, blank, blank[:])
        if old is not None:
            marks._take_over(old)
        for rows in read:
            marks._put(rows)
        return marks

    def _take_over(self, old: "RowMarks") -> None:
        common = min(len(self.raw), len(old.raw), len(old.values))
        self.values[:common], self.keys[:common] = old.values[:common], old.keys[:common]
        moved = [*compress(range(common), map(ne, self.raw, old.raw)), *range(common, len(self.raw))]
        wanted = {self.raw[place] for place in moved}
        index = {old.raw[at]: at for at in compress(range(len(old.values)), map(wanted.__contains__, old.raw))}
        for place in moved:
            at = index.get(self.raw[place])
            self.values[place] = 0 if at is None else old.values[at]
            self.keys[place] = 0 if at is None else old.keys[at]

    def _put(self, rows: "ReadRows") -> None:
        places = rows.places
        if places and places[-1] - places[0] + 1 == len(places):
            self.values[places[0] : places[-1] + 1] = rows.values
            self.keys[places[0] : places[-1] + 1] = rows.keys
            return
        for place, value, key in zip(places, rows.values, rows.keys, strict=True):
            self.values[place] = value
            self.keys[place] = key


class ReadRows(NamedTuple):
    """The marks of rows that were just read; 0 for those that hold no data."""

    places: Sequence[int]
    values: "array[int]"
    keys: "array[int]"


class FileMemory:
    """What is remembered of one file that was read to its end. `dump` and `load` make it the bytes in the store."""

    hashing: str = HASHING
    wish: str = ""  # of all settings that decide how the file is read
    size: int = -1
    changed_ns: int = -1
    digest: str = ""
    second: tuple[Any, ...] = ()  # path, size, time and digest of the joined file
    window: str = ""  # of a calendar
    tags: tuple[str, str] = ("", "")  # ETag and Last-Modified of an address
    turn: int = 0  # the last file read has the highest
    layout: tuple[Any, ...] = ()  # sheet, header row and places of the columns
    fields: tuple[str, ...] = ()  # the texts that `values` are made of
    parts: tuple[Any, ...] = ()  # of a workbook: everything outside its rows that gives them their meaning
    repeats: bool = False
    headers: dict[str, str] = {}  # meaning -> header
    lost: dict[str, tuple[str, int]] = {}  # meaning -> header of columns that were there before; see `changed_columns`
    missed: bytes = b""  # keys of rows that were there before, the oldest first: their deletion may not be believed yet
    ending: int = 0  # how the last line of a text table ended; see `last_line`
    marks: RowMarks

    def __init__(self, **known: Any) -> None:
        self.marks = RowMarks(array("q"), array("q"), array("q"))
        unknown = known.keys() - FileMemory.__annotations__
        if unknown:
            raise TypeError(f"a file's memory has no {sorted(unknown)}")
        vars(self).update(known)

    def says(self, other: "FileMemory") -> bool:
        """Whether both have the same rows."""
        return self.fields == other.fields and set(self.marks.values) == set(other.marks.values)

    def miss(self, open_marks: Container[int]) -> None:
        """Of the rows that were there before, let only these be missed from now on."""
        self.missed = array("q", [key for key in array("q", self.missed) if key in open_marks]).tobytes()

    def version(self) -> tuple[int, int, int, str]:
        """What tells this reading of the file from another one: its turn, the file's size and time, and its digest."""
        return self.turn, self.size, self.changed_ns, self.digest

    def dump(self) -> bytes:
        """The bytes to be stored."""
        plain = {name: getattr(self, name) for name in FileMemory.__annotations__ if name != "marks"}
        marks = self.marks
        return marshal.dumps((FORMAT, plain, [part.tobytes() for part in (marks.raw, marks.values, marks.keys)]))

    @classmethod
    def load(cls, data: bytes) -> "FileMemory | None":
        """None for what another version of this program, or of Python, remembered: the file is then read afresh."""
        try:
            version, plain, marks = marshal.loads(data)
            if version != FORMAT:
                return None
            return cls(**plain, marks=RowMarks(*(array("q", part) for part in marks)))
        except (ValueError, TypeError, EOFError):
            return None
