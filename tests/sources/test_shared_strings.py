"""Where few rows of many changed, only the texts that they name are opened, and each cell still says its own."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from made_files import HEADER, appointment, with_part, workbook

from jobs.sources import sheet_rows
from jobs.sources.shared_strings import SHARED_STRINGS, only_named
from jobs.sources.sheet_rows import SheetRows
from jobs.sources.table_file import Batch
from jobs.sources.zip_parts import ZipParts

SHEET = "xl/worksheets/sheet1.xml"
NOTES = ["  knee & hip  ", 'type "s", <b>', "two\nlines", "Zoë ’24", "t='s'", ' t="s"><v>3</v>', "]]>", "<si>none</si>"]
"""What would be taken for the file's own markup by a careless reader."""


def rows(changed: int = -1) -> list[list[object]]:
    """Appointments, each with a long note of its own; one of them `changed` since."""
    made = [[*HEADER, "Note"]]
    for number in range(300):
        status = "No show" if number in (changed, 7) else "Completed"
        made.append([*appointment(number, status), f"{NOTES[number % len(NOTES)]} {number} " + "words " * 300])
    return made


def changed_rows(file: bytes, known_file: bytes, used: list[bool]) -> list[Batch]:
    """The rows that are not those of `known_file`, beside those in which the header is looked for."""
    known = SheetRows(ZipParts(known_file, 1 << 30), SHEET, "Export", None)
    list(known.batches())
    used.clear()
    return list(SheetRows(ZipParts(file, 1 << 30), SHEET, "Export", known.raw).batches())


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each parsing: whether only the named texts were opened."""
    said: list[bool] = []

    def noting(parts: ZipParts, pieces: list[bytes]) -> tuple[bytes, list[bytes]] | None:
        named = only_named(parts, pieces)
        said.append(named is not None)
        return named

    monkeypatch.setattr(sheet_rows, "only_named", noting)
    return said


@pytest.mark.parametrize("number", [100, 101, 102, 103, 104, 105, 106, 107, 299])
def test_a_changed_row_says_what_the_whole_file_says_of_it(number: int, used: list[bool]) -> None:
    file = workbook(rows(changed=number))
    (batch,) = changed_rows(file, workbook(rows()), used)
    assert used == [True]
    (whole,) = SheetRows(ZipParts(file, 1 << 30), SHEET, "Export", None).batches()
    assert batch.numbers[-1] == number + 2
    assert batch.rows == [whole.rows[place] for place in batch.places]
    assert batch.rows[-1][8].startswith(NOTES[number % len(NOTES)])


@pytest.mark.parametrize(
    ("part", "change"),
    [
        (SHARED_STRINGS, lambda xml: xml.replace(b"<si><t>Completed</t></si>", b"<si ><t>Completed</t></si>")),
        (SHARED_STRINGS, lambda xml: xml.replace(b"<si><t>Status</t></si>", b"<si/>")),
        (SHARED_STRINGS, lambda xml: xml.replace(b"</sst>", b"<!-- <si><t>none</t></si> --></sst>")),
        (SHARED_STRINGS, lambda xml: xml.replace(b"<si>", b"<!-- <si> --><si>", 1)),
        (SHEET, lambda xml: xml.replace(b't="s"', b"t='s'")),
        (SHEET, lambda xml: xml.replace(b't="s"', b't = "s"')),
        (SHEET, lambda xml: xml.replace(b't="s"><v>', b't="s"><v >')),
    ],
)
def test_where_a_file_is_written_in_another_way_all_texts_are_opened(
    part: str, change: Callable[[bytes], bytes], used: list[bool]
) -> None:
    file, before = (with_part(workbook(made), part, change) for made in (rows(changed=100), rows()))
    (batch,) = changed_rows(file, before, used)
    assert used == [False]
    assert batch.rows[-1][5] == "No show" and str(batch.rows[-1][8]).startswith(NOTES[100 % len(NOTES)])


def test_a_cell_that_names_no_text_is_left_to_the_one_who_opens_the_file() -> None:
    parts = ZipParts(workbook(rows()), 1 << 30)
    assert only_named(parts, [b' r="2"><c r="A2" t="s"><v>0</v></c></row>']) is not None
    assert only_named(parts, [b' r="2"><c r="A2" t="s"><v>900000</v></c></row>']) is None


def test_texts_in_several_fonts_and_the_last_one_stay_whole() -> None:
    """The texts as Excel writes them where a part of a cell is bold."""
    runs = b"<si><r><rPr><b/></rPr><t>left</t></r><r><t> knee</t></r></si>"
    file = with_part(workbook(rows()), SHARED_STRINGS, lambda xml: xml.replace(b"</sst>", runs + b"<extLst/></sst>"))
    parts = ZipParts(file, 1 << 30)
    last = parts.read(SHARED_STRINGS).count(b"<si>") - 1
    cell = b' r="2"><c r="A2" s="1" t="s"><v>%d</v></c><c r="B2" t="s"><v>0</v></c><c r="C2"><v>%d</v></c></row>'
    named = only_named(parts, [cell % (last, last)])
    assert named is not None
    texts, pieces = named
    assert re.findall(rb"<si>.*?</si>", texts) == [b"<si><t>Appointment ID</t></si>", runs]
    assert pieces == [cell.replace(b"<v>%d</v></c><c r", b"<v>1</v></c><c r", 1) % last]


def test_a_part_under_a_name_in_other_capitals_is_the_same_part(used: list[bool]) -> None:
    files = []
    for made in (rows(changed=100), rows()):
        target = BytesIO()
        with ZipFile(BytesIO(workbook(made))) as archive, ZipFile(target, "w") as renamed:
            for part in archive.namelist():
                other = part.replace("sharedStrings", "SharedStrings")
                renamed.writestr(other, archive.read(part).replace(b"sharedStrings.xml", b"SharedStrings.xml"))
        files.append(target.getvalue())
    (batch,) = changed_rows(*files, used)
    assert used == [True] and batch.rows[-1][5] == "No show" and batch.rows[-1][0] == "A100"
