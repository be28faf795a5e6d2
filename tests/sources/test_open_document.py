"""An .ods workbook that is cut down to what stands near its tables: nothing of them is lost, no row bears another
number."""

import io
import random
import re
import zipfile
from itertools import pairwise

import pytest
from python_calamine import CalamineWorkbook

from jobs.clinic.columns import column_letters
from jobs.sources import open_document
from jobs.sources.header_row import Unreadable
from jobs.sources.open_document import near_document
from jobs.sources.sheet_rows import sheet_batch
from jobs.sources.table_file import DAMAGED
from jobs.sources.zip_parts import ZipParts

NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
Cells = dict[tuple[int, int], str]
"""What stands where: row and column, both from 0."""


def repeated(what: str, count: int) -> str:
    return f" table:number-{what}-repeated='{count}'" if count > 1 else ""


def empty_cells(count: int) -> str:
    return f"<table:table-cell{repeated('columns', count)}/>" if count else ""


def empty_rows(count: int) -> str:
    return f"<table:table-row{repeated('rows', count)}><table:table-cell/></table:table-row>" if count else ""


def row_of(cells: dict[int, str]) -> str:
    filled = [
        f"{empty_cells(there - before - 1)}<table:table-cell office:value-type='string'><text:p>{text}</text:p>"
        "</table:table-cell>"
        for before, (there, text) in zip([-1, *sorted(cells)], sorted(cells.items()), strict=False)
    ]
    return f"<table:table-row>{''.join(filled)}</table:table-row>"


def table(cells: Cells) -> str:
    rows = sorted({row for row, _ in cells})
    written = [
        empty_rows(row - before - 1) + row_of({column: text for (at, column), text in cells.items() if at == row})
        for before, row in pairwise([-1, *rows])
    ]
    return f"<table:table table:name='E'>{''.join(written)}{empty_rows(1)}</table:table>"


def document(content: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
        archive.writestr("content.xml", f"<office:document-content {NAMESPACES}>{body}</office:document-content>")
    return file.getvalue()


def near(data: bytes) -> tuple[Cells, list[str]]:
    """What the smaller workbook holds, at the places of the larger one, and the cells that were left out."""
    found = near_document(ZipParts(data, 1 << 20))
    assert found
    kept = found.tables["E"]
    batch = sheet_batch(CalamineWorkbook.from_filelike(found.file), "E")
    numbered = zip(map(kept.number, batch.numbers), batch.rows, strict=True)
    cells = {(number - 1, column): str(text) for number, row in numbered for column, text in enumerate(row) if text}
    return cells, [far.cell for far in kept.far]


@pytest.mark.parametrize("seed", range(60))
def test_every_cell_near_the_table_stays_at_its_place_and_each_row_with_cells_far_away_names_the_first(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_document, "WIDEST", 4)
    monkeypatch.setattr(open_document, "DEEPEST", 3)
    monkeypatch.setattr(open_document, "_LEADING_FAR", re.compile(b"table"))
    chance = random.Random(seed)
    rows = chance.sample(range(30), chance.randint(1, 9))
    cells = {(row, column): f"{row} {column}" for row in rows for column in chance.sample(range(8), 2)}
    cells[0, 0] = "first"
    cells[rows[0], 7] = "far"
    kept, far = near(document(table(cells)))
    assert kept == {place: text for place, text in cells.items() if place[1] < 4}
    beyond = {
        row: min(column for at, column in cells if at == row and column > 3) for row, column in cells if column > 3
    }
    assert far == [f"{column_letters(column)}{row + 1}" for row, column in sorted(beyond.items())]


def test_a_workbook_with_nothing_far_away_is_read_as_it_is() -> None:
    rows = table({(0, 0): "Start", (1, 0): "2026-03-02", (1, 500): "beside", (900, 0): "below"})
    assert near_document(ZipParts(document(rows), 1 << 20)) is None


def test_one_cell_that_is_repeated_from_the_table_into_what_is_far_is_refused() -> None:
    cell = "<table:table-cell office:value-type='string' table:number-columns-repeated='16384'>x</table:table-cell>"
    rows = f"<table:table table:name='E'>{empty_rows(5000)}<table:table-row>{cell}</table:table-row></table:table>"
    with pytest.raises(Unreadable) as refused:
        near_document(ZipParts(document(rows), 1 << 20))
    assert refused.value is DAMAGED
