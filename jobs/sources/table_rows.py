"""The rows of one table in the child: the header is found, the columns are named, known rows are left behind."""

from collections.abc import Iterator
from sys import intern
from typing import Any

from jobs.clinic.columns import column_letters
from jobs.clinic.read_once import ReadOnce
from jobs.sources.carried_rows import Columns, RowSieve, texts_of
from jobs.sources.cell_text import cell_text
from jobs.sources.changed_columns import changed_columns
from jobs.sources.far_cells import Below, FarCell, refused_with, without_rows
from jobs.sources.header_row import KEY, NOTHING_IN_IT, ROWS_LOOKED_AT, Plan, Unreadable, find_plan, missing_columns
from jobs.sources.row_marks import FileMemory, marks_of
from jobs.sources.sender import Repeated, Sender
from jobs.sources.table_file import Batch, CutRows, NotCuttable, Opening, TableFile

_NAMED = 5  # cells in one sentence


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
