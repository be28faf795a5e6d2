"""From cells to the columns of text that leave the child: only what is mapped, only rows that were not read before."""

from array import array
from collections.abc import Collection, Sequence
from itertools import compress
from typing import NamedTuple

from jobs.clinic.read_once import ReadOnce
from jobs.sources.cell_text import column_text
from jobs.sources.header_row import KEY, Plan
from jobs.sources.row_marks import ReadRows, marks_of
from jobs.sources.table_file import Batch

Columns = dict[str, list[str]]

_PERSON = ("patient_name", "first_name", "last_name", "email", "phone", "birth_date", "title", "attendee")
_SLOT = ("start", "start_date", "start_time", "provider")


class Carried(NamedTuple):
    """Rows on their way to the parent: the number that a person sees for each, its texts, and the mark of its key."""

    numbers: list[int]
    columns: Columns
    keys: list[int]
    places: Sequence[int]

    def __len__(self) -> int:
        return len(self.numbers)


def texts_of(batch: Batch, plan: Plan, once: ReadOnce) -> Columns:
    """The columns of a batch that the plan names. `once` is shared by the batches of one table."""
    columns: Columns = {}
    rows = batch.rows
    narrowest = min(map(len, batch.rows), default=0)
    for meaning, place in plan.places.items():
        if place < narrowest:
            cells = [row[place] for row in rows]
        else:
            cells = [row[place] if place < len(row) else "" for row in rows]
        columns[meaning] = column_text(cells, once.column(meaning)[0])
    return columns


class RowSieve:
    """Lets through the rows that were not handed on before, and keeps the marks of all that it saw."""

    def __init__(self, plan: Plan, known: Collection[int]) -> None:
        self._plan = plan
        self._known = known
        self.read: list[ReadRows] = []
        self.sent_keys = array("q")
        self.sent = 0

    def sift(self, places: Sequence[int], numbers: Sequence[int], columns: Columns) -> Carried:
        """The rows that go on, out of these; blank ones never do. `columns` are texts, all equally long."""
        columns = {meaning: texts for meaning, texts in columns.items() if meaning != KEY}
        texts = list(map("\x1f".join, zip(*columns.values(), strict=True)))
        values, keys = marks_of(texts), _keys(columns)
        blank = "\x1f" * (len(columns) - 1)
        if blank in texts:
            for place, text in enumerate(texts):
                if text == blank:
                    values[place] = keys[place] = 0
        self.read.append(ReadRows(places, values, keys))
        known = self._known
        going_keys = list(keys)
        if known or 0 in values:
            going = [value != 0 and value not in known for value in values]
            going_keys = list(compress(keys, going))
            columns = {meaning: list(compress(texts, going)) for meaning, texts in columns.items()}
            numbers, places = list(compress(numbers, going)), list(compress(places, going))
        self.sent += len(going_keys)
        self.sent_keys.extend(going_keys)
        columns |= {meaning: [text] * len(numbers) for meaning, text in self._plan.always.items()}
        return Carried(list(numbers), columns, going_keys, places)

    def pass_over(self, places: Sequence[int]) -> None:
        """Keep in mind that these rows hold no data: the header and what stands above it."""
        nothing = array("q", bytes(8 * len(places)))
        self.read.append(ReadRows(places, nothing, nothing))


def _keys(columns: Columns) -> "array[int]":
    """What makes each row one appointment and no other: its number, else the person, the moment and the provider.

    Each row's is made of that row alone: it is the same whatever rows are read with it.
    """
    ids = columns.get("appointment_id", ())
    if ids and all(ids):
        return marks_of(ids)
    count = len(next(iter(columns.values())))
    people = columns.get("patient_id", [""] * count)
    if not all(people):
        named = [columns[meaning] for meaning in _PERSON if meaning in columns]
        people = [number or "\x1f".join(parts) for number, *parts in zip(people, *named, strict=True)]
    slots = [columns[meaning] for meaning in _SLOT if meaning in columns]
    made = list(map("\x1f".join, zip(people, *slots, strict=True)))
    return marks_of([number or text for number, text in zip(ids, made, strict=True)] if ids else made)
