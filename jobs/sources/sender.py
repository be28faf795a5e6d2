"""The rows of a file on their way out of the child, and what is to be remembered of them for the next time."""

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import compress
from operator import ne
from typing import Any

from jobs.sources.carried_rows import Carried, Columns, RowSieve
from jobs.sources.far_cells import FarCell
from jobs.sources.header_row import KEY, Plan
from jobs.sources.row_marks import FileMemory, RowMarks, marks_of
from jobs.sources.table_file import Batch

_HELD = 10_000  # rows
_MOST_MISSED = 50_000  # keys, the newest of them


class Repeated(Exception):
    """A row that changed is about the same appointment as one that was skipped: all rows must go, in their order."""


class Sender:
    """Sends the tables of one file and gathers what is to be remembered of it.

    `send` gives the numbers of the rows that have a problem: those are read every time, until the problem is gone.
    Where rows are skipped, the tables are held back to the end as long as they are few: only then is it known that
    no row that was skipped should have had the last word.
    """

    def __init__(
        self, send: Callable[[tuple[Any, ...]], Collection[int] | None], base: FileMemory | None, new: FileMemory,
        sent_keys: "array[int]", chunk_rows: int, second_name: str, former: FileMemory | None = None,
    ) -> None:  # fmt: skip
        self._send, self._sent_keys, self._chunk_rows = send, sent_keys, chunk_rows
        self.base, self.new, self.second_name = base, new, second_name
        self._before = base or former
        self.whole = True  # whether all that the file holds could be read
        self.alone = True  # whether no other file of its source can hold what is gone from it
        self.left_out: list[str] = []  # sentences about lines that were left out
        self._nothing = "It has column names and no rows. If there were appointments, export it again."
        self._is_calendar = False
        self._held: list[tuple[tuple[Any, ...], Sequence[int]]] = []
        self._doubtful: list[int] = []  # places of rows with a problem
        self._far: set[int] = set()  # places of rows with a cell far away

    def sieve(self, plan: Plan) -> RowSieve:
        """A sieve for rows of this plan. Rows are known only where the same columns were carried last time."""
        fields = tuple(plan.meanings())
        self.new.fields = fields
        known: Collection[int] = ()
        if self.base and self.base.fields == fields and not self.base.repeats:
            known = set(self.base.marks.values)
        return RowSieve(plan, known)

    def announce(self, *notes: str) -> None:
        """Say that the file is being read; notes are sentences about all of it."""
        self._send(("read", " ".join(filter(None, (*notes, *self.left_out)))))

    def table(self, sheet: str, carried: Carried, headers: dict[str, str], places: dict[str, int]) -> None:
        """Send some rows, or hold them back for a while. `places` are those of the columns, where they have some."""
        if not carried.numbers:
            return
        frame = ("table", sheet, carried.numbers, carried.columns, headers, carried.keys, places)
        self._held.append((frame, carried.places))
        if self.base is None or sum(len(held) for _, held in self._held) > _HELD:
            self._release()

    def _release(self) -> None:
        for frame, places in self._held:
            doubtful = self._send(frame)
            if doubtful:
                numbered = zip(places, frame[2], strict=True)
                self._doubtful += [place for place, number in numbered if number in doubtful]
            if doubtful and 0 in doubtful:  # a problem of the whole table, which its first row will show again
                self._doubtful.append(places[0])
        self._held.clear()

    def begin_again(self) -> None:
        """All that was sent of this file will come again, and counts then."""
        self.forget_held()
        self._doubtful.clear()
        self._send(("again",))

    def far_cells(self, sheet: str, cells: Sequence[FarCell]) -> None:
        """Say which cells stand far away from the table. Their rows are looked at every time, until they are gone."""
        if cells:
            self._send(("far", sheet, [(cell.number, cell.cell) for cell in cells]))
            self._far = {cell.place for cell in cells}

    def forget_held(self) -> None:
        """Let go of the tables that were not sent yet; their rows will come again."""
        self._held.clear()

    def chunks(self, batch: Batch) -> Iterator[Batch]:
        """The batch in portions that the parent can take at once."""
        for start in range(0, len(batch.rows), self._chunk_rows):
            part = slice(start, start + self._chunk_rows)
            yield Batch(batch.places[part], batch.numbers[part], batch.rows[part])

    def done(self, sieve: RowSieve, raw: Any, old: RowMarks | None) -> None:
        """Say what to remember, how many rows the file has and how many of them were not sent. Raises Repeated."""
        marks = RowMarks.gathered(raw, sieve.read, old)
        self.new.marks, self.new.repeats = marks, marks.has_repeats()
        skipped = max(0, marks.rows() - sieve.sent)
        if self.new.repeats and skipped:
            self.base = None
            raise Repeated
        self._release()
        marks.unsettle(set(self._doubtful))
        marks.look_again(self._far.difference(self._doubtful))
        if not marks.rows():
            self.announce(self._nothing)
        self._sent_keys.extend(sieve.sent_keys)
        missed = self._missed(marks)
        self.new.missed = array("q", missed[-_MOST_MISSED:]).tobytes()
        left = missed if self.whole else []
        self._send(("done", self.new.dump(), marks.rows(), skipped, left, bool(left) and self._is_comparable()))

    def _missed(self, marks: RowMarks) -> list[int]:
        """The keys that were there before and are not now, those of the last time last; none where that cannot be told.

        They are remembered over files that have them not: an empty or a filtered one is not believed, and the next one
        tells what is gone indeed.
        """
        before = self._before
        if before is None or not self.alone:
            return []
        old, new = before.marks.keys, marks.keys
        elsewhere = {*compress(old, map(ne, old, new)), *old[len(new) :]}  # not where they were
        earlier = array("q", before.missed) if self._is_comparable() else ()
        if not elsewhere and not earlier:
            return []
        here = {0, *new}
        return [key for key in dict.fromkeys((*earlier, *elsewhere)) if key not in here]

    def _is_comparable(self) -> bool:
        """Whether a key that is there no more is an appointment that is gone: where other columns are read, or the same
        ones otherwise, it may stand there under another key. An entry of a calendar has its own number anyway."""
        before = self._before
        if before is None or self._is_calendar:
            return before is not None
        return (before.fields, before.wish) == (self.new.fields, self.new.wish)

    def send_calendar(self, columns: Columns, ordinals: list[int], sentences: list[str]) -> None:
        """Send the entries of a calendar, whose columns have their names already."""
        self._is_calendar = True
        self.whole = self.whole and not sentences
        self._nothing = " ".join(sentences[:5]) or "It has no entry in the days that are read."
        plan = Plan(0, {meaning: place for place, meaning in enumerate(columns)}, {}, {})
        self.announce(*sentences[:5])
        self.send_columns("", plan, ordinals, columns)

    def send_columns(self, sheet: str, plan: Plan, numbers: Sequence[int], columns: Columns) -> None:
        """Send columns that lie in memory as a whole."""
        try:
            self._send_columns(sheet, plan, numbers, columns)
        except Repeated:
            self.forget_held()
            self._send_columns(sheet, plan, numbers, columns)

    def _send_columns(self, sheet: str, plan: Plan, numbers: Sequence[int], columns: Columns) -> None:
        sieve = self.sieve(plan)
        headers = {meaning: header for meaning, header in plan.headers.items() if meaning != KEY}
        cells = {meaning: place for meaning, place in plan.cells.items() if meaning != KEY}
        for start in range(0, len(numbers), self._chunk_rows):
            part = slice(start, start + self._chunk_rows)
            texts = {meaning: column[part] for meaning, column in columns.items()}
            places = range(start, start + len(numbers[part]))
            self.table(sheet, sieve.sift(places, numbers[part], texts), headers, cells)
        self.done(sieve, marks_of(()), None)
