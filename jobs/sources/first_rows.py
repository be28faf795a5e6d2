"""The first rows of a file, for a person who says what its columns mean: header, meanings found, some cells of each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jobs.sources.cell_text import cell_text
from jobs.sources.child_process import ChildProcess
from jobs.sources.file_reader import Send, Task
from jobs.sources.files import read_whole
from jobs.sources.header_row import ROWS_LOOKED_AT, Unreadable, likeliest_plan
from jobs.sources.headers import NEVER_CARRIED, squash
from jobs.sources.open_table import open_table
from jobs.sources.source import Limits, Source
from jobs.sources.table_file import Batch, NotCuttable, TableFile

_ROWS = 500


class FirstRows(NamedTuple):
    """What a file begins with. `cells` has the texts of each column below its header, `places` where a meaning is;
    `rows` are the same texts, row by row."""

    sheet: str
    header_row: int
    names: tuple[str, ...]
    places: dict[str, int]
    cells: list[list[str]]
    rows: list[list[str]]


def first_rows(path: str, source: Source, limits: Limits | None = None) -> FirstRows:
    """Look into a file by the settings of a source, in a bounded child. Raises Unreadable."""

    limits = limits or Limits()
    task = {
        "wish": "", "preset": source.preset, "columns": source.columns, "sheet": source.sheet, "join_path": "",
        "join_keys": ("", ""), "join_columns": {}, "window": ("", ""), "zone": "UTC", "turn": 1, "several": False,
        "limits": limits._asdict(),
    }  # fmt: skip
    child = ChildProcess()
    try:
        child.ask({"task": task, "source": source.name, "rules": None, "files": [], "look": path}, limits.seconds)
        frame = child.frame()
    finally:
        child.end()
    if frame[0] == "refused":
        raise Unreadable(*frame[1:])
    return FirstRows(*frame[1:])


def send_first_rows(task: Task, path: str, send: Send) -> None:
    """The child's part: one frame with what the file begins with, or the reason why it cannot be read."""
    try:
        data, _ = read_whole(path, task.limit("file_bytes"))
        send(("look", *_first_rows(data, path, task)))
    except Unreadable as error:
        send(("refused", error.what, error.remedy))


def _first_rows(data: bytes, path: str, task: Task) -> tuple[Any, ...]:
    opening = task.opening()
    table = open_table(data, path, opening)
    best: tuple[Any, ...] | None = None
    for sheet in table.sheets(opening.sheet):
        first = _first_batch(table, sheet)
        rows = [[cell_text(cell) for cell in row] for row in first.rows[: _ROWS + ROWS_LOOKED_AT]] if first else []
        if first is None or not any(map(any, rows)):
            continue
        plan = likeliest_plan(rows, opening.wish)
        places = {meaning: place for meaning, place in plan.places.items() if meaning}
        below = _read(plan.names, rows[plan.row + 1 :])
        columns = [[row[place] for row in below if row[place]] for place in range(len(plan.names))]
        found = (sheet, first.numbers[plan.row], plan.names, places, columns, below)
        if best is None or len(places) > len(best[3]):
            best = found
    if best is None:
        raise Unreadable("There is nothing in this file.", "Export it again; the export may have been empty.")
    return best


def _first_batch(table: TableFile, sheet: str) -> Batch | None:
    """As a pull would see them: a cell far away from the table does not make up millions in between."""
    try:
        rows = table.cuttable(sheet, None)
        return next(rows.batches() if rows else table.all_rows(sheet), None)
    except NotCuttable:
        return next(table.all_rows(sheet), None)


def _read(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The texts of each row, as many as there are columns; nothing of a column that is never read."""
    return [
        [
            row[place] if place < len(row) and squash(name) not in NEVER_CARRIED else ""
            for place, name in enumerate(names)
        ]
        for row in rows
    ]
