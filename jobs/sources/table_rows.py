"""The rows of one table on their way out of the child: header found, columns named, known rows left behind."""

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import compress
from operator import ne
from sys import intern
from typing import Any

from jobs.clinic.columns import column_letters
from jobs.clinic.read_once import ReadOnce
from jobs.sources.carried_rows import Carried, Columns, RowSieve, texts_of
from jobs.sources.cell_text import cell_text
from jobs.sources.changed_columns import changed_columns
from jobs.sources.far_cells import Below, FarCell, refused_with, without_rows
from jobs.sources.header_row import KEY, NOTHING_IN_IT, ROWS_LOOKED_AT, Plan, Unreadable, find_plan, missing_columns
from jobs.sources.row_marks import FileMemory, RowMarks, marks_of
from jobs.sources.table_file import Batch, CutRows, NotCuttable, Opening, TableFile

_HELD = 10_000  # rows
_NAMED = 5  # cells in one sentence


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
        sent_keys: "array[int]", chunk_rows: int, second_name: str,
    ) -> None:  # fmt: skip
        self._send, self._sent_keys, self._chunk_rows = send, sent_keys, chunk_rows
        self.base, self.new, self.second_name = base, new, second_name
        self._before = base
        self.whole = True  # whether all that the file holds could be read
        self.left_out: list[str] = []  # sentences about lines that were left out
        self._nothing = "It has column names and no rows. If there were appointments, export it again."
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
        self._send(("done", self.new.dump(), marks.rows(), skipped, self._gone(marks)))

    def _gone(self, marks: RowMarks) -> list[int]:
        """The keys that were there the last time and are no more; none where that cannot be told."""
        before = self._before
        if before is None or before.fields != self.new.fields or not self.whole:
            return []
        old, new = before.marks.keys, marks.keys
        elsewhere = {*compress(old, map(ne, old, new)), *old[len(new) :]}  # not where they were
        return list(elsewhere.difference(new)) if elsewhere else []

    def send_calendar(self, columns: Columns, ordinals: list[int], sentences: list[str]) -> None:
        """Send the entries of a calendar, whose columns have their names already."""
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


class _Found:
    """A table of a file whose header is known: the plan, the sheet, and the rows with the first of them in front."""

    def __init__(
        self, table: TableFile, sheet: str, plan: Plan, batches: Iterator[Batch], first: Batch, cut: CutRows | None
    ) -> None:
        self._table, self.sheet, self.plan, self.cut = table, sheet, plan, cut
        self.far: list[FarCell] = []  # below the table
        self.changed: list[str] = []  # sentences about columns that are not those of last time
        self.header_number = first.numbers[plan.row]
        self._batches, self._first = batches, [first]

    def batches(self) -> Iterator[Batch]:
        """All batches, once, and each of them let go of."""
        yield self._first.pop()
        yield from self._batches

    def layout(self) -> tuple[Any, ...]:
        return self.sheet, self.header_number, tuple(self.plan.places.items())

    def far_cells(self) -> list[FarCell]:
        """One cell of each row that has some far away, once the batches are through."""
        beside = self.cut.far if self.cut else self._table.far
        return list({cell.number: cell for cell in (*self.far, *beside)}.values())

    def notes(self) -> list[str]:
        notes = [f'More than one column is called "{header}"; the first one is read.' for header in self.plan.twice]
        read = {column_letters(place) for place in self.plan.places.values()}
        cells = [cell for cell in (self.cut.unsaved if self.cut else ()) if cell.rstrip("0123456789") in read]
        if cells:
            more = f" and {len(cells) - _NAMED} others" if len(cells) > _NAMED else ""
            where = (
                f"Cell {cells[0]} has a formula"
                if len(cells) == 1
                else f"{', '.join(cells[:_NAMED])}{more} have formulas"
            )
            notes.append(f"{where} without a saved result. Open the file in Excel and save it.")
        return self.changed + notes + self._table.remarks()


def read_table(table: TableFile, opening: Opening, sender: Sender) -> None:
    """Send the rows of a file that changed since the last time. Raises Unreadable."""
    base, new = sender.base, sender.new
    opening = opening._replace(before=base.headers if base else {})
    new.parts, same = table.meaning(base.parts if base else ())
    old = base if base and same and not base.repeats and len(base.marks.raw) else None
    found = _find(table, opening, old)
    if old and found.layout() != old.layout:
        old, found = None, _find(table, opening, None)
    found.changed, new.lost = changed_columns(opening.before, base.lost if base else {}, found.plan)
    new.headers = found.plan.headers
    sender.announce(*found.notes())
    try:
        _send_rows(found, sender, old)
    except Repeated:
        sender.forget_held()
        read_table(table, opening, sender)
    except NotCuttable:  # seen late: rows that were sent already are sent once more
        sender.begin_again()
        _read_whole(table, opening, sender, found.changed)


def _read_whole(table: TableFile, opening: Opening, sender: Sender, changed: list[str]) -> None:
    """Send the rows of a file that cannot be cut into rows as bytes."""
    for _ in range(2):
        found = _find(table, opening, None, cut=False)
        found.changed = changed
        try:
            return _send_rows(found, sender, None)
        except Repeated:
            sender.forget_held()


def _send_rows(found: _Found, sender: Sender, old: FileMemory | None) -> None:
    sieve, before = sender.sieve(found.plan), found.notes()
    sender.new.layout = found.layout()
    once = ReadOnce()
    below = Below(found.far) if found.sheet else None  # a text table has no rows that it does not name
    for batch in found.batches():
        for portion in sender.chunks(_below(batch, found.header_number, sieve)):
            texts = texts_of(portion, found.plan, once)
            if below and (far := below.far_rows(portion, texts)):
                portion = without_rows(portion, far)
                sieve.pass_over(far)
                texts = texts_of(portion, found.plan, once)
            carried = sieve.sift(portion.places, portion.numbers, texts)
            sender.table(found.sheet, carried, found.plan.headers, found.plan.places)
            del portion, texts, carried
        del batch  # else it would lie in memory while the next one is parsed
    if (notes := found.notes()) != before:  # formulas and open quotation marks are known only now
        sender.announce(*notes)
    sender.far_cells(found.sheet, found.far_cells())
    sender.done(sieve, found.cut.raw if found.cut else marks_of(()), old.marks if old else None)


def _below(batch: Batch, header_number: int, sieve: RowSieve) -> Batch:
    """The part of a batch that stands below the header."""
    if not batch.numbers or batch.numbers[0] > header_number:
        return batch
    above = sum(1 for number in batch.numbers if number <= header_number)
    sieve.pass_over(batch.places[:above])
    return Batch(batch.places[above:], batch.numbers[above:], batch.rows[above:])


def _find(table: TableFile, opening: Opening, old: FileMemory | None, cut: bool = True) -> _Found:
    """The first sheet that has the columns. Raises Unreadable that names the columns of the sheet that came nearest."""
    missing: Unreadable | None = None
    far: list[FarCell] = []
    sheets = table.sheets(opening.sheet)
    for sheet in sheets:
        known = old.marks.raw if old and old.layout[0] == sheet else None
        try:
            rows = table.cuttable(sheet, known) if cut else None
            batches = rows.batches() if rows else table.all_rows(sheet)
            first = next(batches, None)
        except NotCuttable:
            rows, batches = None, table.all_rows(sheet)
            first = next(batches, None)
        top = [[cell_text(cell) for cell in row] for row in first.rows[:ROWS_LOOKED_AT]] if first else []
        plan = find_plan(top, opening.wish)
        if first and plan:
            return _Found(table, sheet, plan, batches, first, rows)
        if top and missing is None:
            place = f' of sheet "{sheet}"' if sheet and len(sheets) > 1 else ""
            missing = missing_columns(top, opening.wish, place, opening.before)
        far += rows.far if rows else table.far
    raise refused_with(missing or NOTHING_IN_IT, far)


def read_joined(table: TableFile, second: TableFile, opening: Opening, second_opening: Opening, sender: Sender) -> None:
    """Send the rows of a file with the columns that a second file adds to them. Raises Unreadable."""
    from jobs.sources.join import join_columns

    found, numbers, columns = _all_of(table, opening)
    try:
        other, _, added = _all_of(second, second_opening)
    except Unreadable as error:
        raise Unreadable(f"In {sender.second_name}, which is joined to it: {error.what}", error.remedy) from None
    joined = join_columns(columns, added, sender.second_name, other.plan.headers[KEY])
    headers = {**other.plan.headers, **found.plan.headers}
    plan = found.plan._replace(
        places={meaning: place for place, meaning in enumerate(joined.columns) if meaning != KEY},
        headers=headers,
        cells=found.plan.places,
    )
    alone = f"{joined.unmatched} of {len(numbers)} rows have no partner in {sender.second_name}."
    sender.announce(*found.notes(), *other.notes(), alone if joined.unmatched else "")
    sender.send_columns(found.sheet, plan, numbers, joined.columns)


def _all_of(table: TableFile, opening: Opening) -> tuple[_Found, list[int], Columns]:
    """A whole table as columns, blank rows left out."""
    found = _find(table, opening, None, cut=False)
    numbers: list[int] = []
    columns: Columns = {meaning: [] for meaning in found.plan.places}
    once = ReadOnce()
    for batch in found.batches():
        kept = [at for at, number in enumerate(batch.numbers) if number > found.header_number and any(batch.rows[at])]
        data = Batch((), [batch.numbers[at] for at in kept], [batch.rows[at] for at in kept])
        numbers += data.numbers
        for meaning, texts in texts_of(data, found.plan, once).items():
            columns[meaning] += map(intern, texts)  # of a whole file, equal texts are one
    return found, numbers, columns
