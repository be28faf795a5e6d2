"""Files made to take the machine's memory or time end as one sentence each, and cost the job itself next to nothing."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from faulty_files import a_workbook, csv_bytes, drawn, good, text, with_part

from jobs.sources.workbook import Workbook

ROOT = Path(__file__).resolve().parents[2]
_READ = """
import json, sys, time
from datetime import date
from pathlib import Path
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Source
began, said = time.monotonic(), {}
for file in start_reading(Source("export", "*", take="all"), Path(sys.argv[1]), {}, date(2026, 3, 20), "UTC",
                          rules=ValueRules("UTC")):
    parts = list(file.values)
    rows = sum(len(part.appointments) for part in parts)
    said[file.path] = [file.outcome, rows, file.problem.what if file.problem else "", time.monotonic() - began]
    for one in (one for part in parts for one in part.problems):
        said[file.path][2] += f"{one.sheet} {one.cell}: {one.what} {one.remedy}".strip()
    began = time.monotonic()
(most,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line[:6] == "VmHWM:")
print(json.dumps([said, int(most) / 1024]))  # getrusage would count what the tests took before
"""
_SHEET = "xl/worksheets/sheet1.xml"
_MILLION = "," * 1_000_000
_GOOD = csv_bytes(good()).decode().rstrip()
_BOMB = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % ((letter,) + (letter - 1,) * 4) for letter in range(ord("b"), ord("z"))
) + b"]>"  # fmt: skip
_UNPACKS = "The workbook would unpack to 401 MB, which no real export does."
_DEFINES = "The workbook holds definitions (DOCTYPE), with which a few bytes can become gigabytes; no real export does."
_DAMAGED = "This is not a workbook, or it is damaged."
_FAR = (
    "This cell stands far from the table (beyond column ZZ, or below 1,000 empty rows); it was not read. Delete "
    "it in Excel if it was left there by mistake; if it belongs to an appointment, move it into the table."
)
_TWO_CELLS = (
    "No row among the first 20 has a column name that is known. Cell XFD1048576 stands far away and was not looked at."
)
_TWO_NAMES = (
    'No column says when an appointment starts; the columns are "Patient ID". Cell {} stands far away and was not '
    "looked at."
)
_DIED = "Reading the file took too much memory or broke off, and was stopped."


def _defining(part: str) -> Callable[[Path], object]:
    return with_part(
        a_workbook(good()), part, lambda xml: xml.replace(b"?>", b"?>" + _BOMB, 1) or _BOMB + b"<svg>&y;</svg>"
    )


def _zip_bomb(path: Path) -> None:
    """400 MB in 400 KB."""
    rows = b" " * (1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open(_SHEET, "w") as part:
            for _ in range(401):
                part.write(rows)
        archive.writestr("xl/workbook.xml", "<workbook/>")


def _bomb_that_lies(path: Path) -> None:
    """The same with a header that names a small size."""
    _zip_bomb(path)
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        place = data.find(mark)
        data[place + at : place + at + 4] = (1 << 20).to_bytes(4, "little")
    path.write_bytes(data)


def _two_far_cells(path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with_part(a_workbook(good()), _SHEET, lambda xml: xml.replace(b"</sheetData>", far))(path)


def _far_cells_without_numbers(path: Path) -> None:
    _two_far_cells(path)
    with_part(lambda _: None, _SHEET, lambda xml: xml.replace(b'<row r="1"', b"<row"))(path)


def _beside_a_row(path: Path) -> None:
    far = b'<c r="XFD3"><v>1</v></c></row><row r="4"'
    with_part(a_workbook(good()), _SHEET, lambda xml: xml.replace(b'</row><row r="4"', far))(path)


def _only_two_cells(path: Path) -> None:
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    rows = b"<sheetData>" + cells + b"</sheetData>"
    with_part(a_workbook([], header=()), _SHEET, lambda xml: xml.replace(b"<sheetData/>", rows))(path)


_HEADER_CELLS = [(0, 0, "Patient ID"), (0, 16383, "Start"), (1, 0, "P-Ann"), (1, 16383, "2026-03-02 09:30")]


def _two_names(path: Path) -> None:
    def draw(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("Export")
        for cell in _HEADER_CELLS:
            page.write(*cell)

    drawn(draw)(path)


_MANIFEST = (
    "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'><manifest:file-entry "
    "manifest:full-path='/' manifest:media-type='application/vnd.oasis.opendocument.spreadsheet'/></manifest:manifest>"
)


def _ods(content: bytes) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("META-INF/manifest.xml", _MANIFEST)
            archive.writestr("content.xml", content)

    return write


_NAMESPACES = b" ".join(
    b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name) for name in (b"office", b"table", b"text")
)
_TABLE = (
    b"<office:document-content " + _NAMESPACES + b"><office:body><office:spreadsheet><table:table table:name='E'>%s"
    b"</table:table></office:spreadsheet></office:body></office:document-content>"
)
_REPEATED = _TABLE % (
    b"<table:table-row table:number-rows-repeated='1000000'><table:table-cell table:number-columns-repeated='16000' "
    b"office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row>"
)

_CELL = b"<table:table-cell office:value-type='string'><text:p>%s</text:p></table:table-cell>"
_WIDE = b"<table:table-cell table:number-columns-repeated='16383'/>"


def _stray_cell(path: Path) -> None:
    """As LibreOffice writes it: the empty rows and cells between the table and XFD1048576 are counted, not written."""
    rows = [b"".join(_CELL % cell.encode() for cell in line.split(",")) for line in _GOOD.splitlines()]
    empty = 1048576 - len(rows) - 1
    between = b"<table:table-row table:number-rows-repeated='%d'>%s</table:table-row>" % (empty, _WIDE)
    last = b"<table:table-row>%s</table:table-row>" % (_WIDE + _CELL % b"1")
    written = b"".join(b"<table:table-row>%s%s</table:table-row>" % (row, _WIDE) for row in rows)
    _ods(_TABLE % (written + between + last))(path)


HOSTILE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "bomb.xlsx": (_zip_bomb, "refused", _UNPACKS),
    "bomb that lies.xlsx": (_bomb_that_lies, "refused", _DAMAGED),
    "far cells.xlsx": (_two_far_cells, "read", f"Export XFD1048576: {_FAR}"),
    "far cell beside a row.xlsx": (_beside_a_row, "read", f"Export XFD3: {_FAR}"),
    "two cells.xlsx": (_only_two_cells, "refused", _TWO_CELLS),
    "two names.xlsx": (_two_names, "refused", _TWO_NAMES.format("XFD1")),
    "two names.csv": (
        text(f"Patient ID{_MILLION}Start\r\n1{_MILLION}2026-03-02"),
        "refused",
        _TWO_NAMES.format("BDWGO1"),
    ),
    "a million separators.csv": (text(f"{_GOOD}{_MILLION}\r\n"), "read", ""),
    "a million separators and a word.csv": (text(f"{_GOOD}{_MILLION}x\r\n"), "read", f"BDWGU4: {_FAR}"),
    "far cells without numbers.xlsx": (_far_cells_without_numbers, "refused", _DIED),
    "sheet.xlsx": (_defining(_SHEET), "refused", _DEFINES),
    "strings.xlsx": (_defining("xl/sharedStrings.xml"), "refused", _DEFINES),
    "styles.xlsx": (_defining("xl/styles.xml"), "refused", _DEFINES),
    "sheets.xlsx": (_defining("xl/workbook.xml"), "refused", _DEFINES),
    "links.xlsx": (_defining("xl/_rels/workbook.xml.rels"), "refused", _DEFINES),
    "picture.xlsx": (_defining("xl/media/image1.svg"), "refused", _DEFINES),
    "entities.ods": (_ods(b"<?xml version='1.0'?>" + _BOMB + _TABLE % b"&y;"), "refused", _DEFINES),
    "stray cell.ods": (_stray_cell, "read", f"E XFD1048576: {_FAR}"),
    "repeated cells.ods": (_ods(_REPEATED), "refused", _DAMAGED),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[object]], float]:
    """How the reading of each file went, and the megabytes that the reading process took itself."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, (name, (write, _, _)) in enumerate(HOSTILE.items()):
        write(folder / name)
        os.utime(folder / name, (1_700_000_000 + number,) * 2)
    assert (folder / "bomb.xlsx").stat().st_size < 450_000
    words = [sys.executable, "-c", _READ, str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    said, megabytes = json.loads(done.stdout)
    return said, megabytes


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_or_read_and_in_time(
    name: str, read: tuple[dict[str, list[object]], float]
) -> None:
    _, outcome, sentence = HOSTILE[name]
    *told, seconds = read[0][name]
    assert told == [outcome, 3 if outcome == "read" else 0, sentence]
    assert isinstance(seconds, float) and seconds < 30


def test_the_job_itself_takes_no_memory_for_them(read: tuple[dict[str, list[object]], float]) -> None:
    assert read[1] < 400


def test_a_note_far_to_the_right_among_very_many_texts_makes_up_few_cells_at_once(tmp_path: Path) -> None:
    """Many shared texts make large pieces; one cell at ZY makes every row of its piece 701 columns wide."""
    rows = [
        b'<row r="%d">' % number + b"".join(b'<c r="%c%d"><v>%d</v></c>' % (65 + at, number, at) for at in range(7))
        for number in range(2, 16_000)
    ]
    rows[7_000] += b'<c r="ZY7002"><v>1</v></c>'
    more = b"</row>".join(rows) + b"</row></sheetData>"
    path = tmp_path / "note.xlsx"
    write = with_part(a_workbook([]), _SHEET, lambda xml: xml.replace(b"</sheetData>", more))
    with_part(write, "xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", b" " * (15 << 20) + b"</sst>"))(path)
    sheet = Workbook(path.read_bytes(), 1 << 30).cuttable("Export", None)
    assert sheet
    cells = [(len(batch.rows), len(batch.rows[0])) for batch in sheet.batches()]
    assert sum(rows for rows, _ in cells) == 15_999
    assert max(width for _, width in cells) == 701 and max(rows * width for rows, width in cells) < 5_000_000
