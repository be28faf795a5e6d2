"""What is written into a workbook is read back, whatever has become of the file; nothing of it stops the run."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from jobs.reports.answers import Answer, digest_of, new_answers
from jobs.reports.names_sheet import AS_TYPED, GIVEN_SHEET, NOTES, SHEET, THIS_IS

ROOT = Path(__file__).resolve().parents[2]


def fill(sheet: Worksheet, *lines: tuple[object, ...], top: int = 5) -> None:
    for column, header in enumerate((AS_TYPED, "Referrals", THIS_IS, NOTES), 1):
        sheet.cell(top, column, header)
    for row, line in enumerate(lines, top + 1):
        for column, value in enumerate(line, 1):
            sheet.cell(row, column, value)


def a_workbook(path: Path, *lines: tuple[object, ...], top: int = 5) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = SHEET
    fill(first, *lines, top=top)
    book.properties.lastModifiedBy = "Fern Fictional"
    book.save(path)
    return path


def test_answers_and_notes_stand_beside_their_texts(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "referrals-2026-W12.xlsx", ("gym ", 3, " Example  Gym", None), ("??", 1, None, "ask"))
    found = new_answers(tmp_path, ())
    (workbook,) = found.workbooks
    assert workbook.answers == (Answer("gym", "Example Gym", ""), Answer("??", "", "ask"))
    assert (workbook.file, workbook.author, workbook.digest) == (path.name, "Fern Fictional", digest_of(path))
    assert found.sentences == ()


def test_a_workbook_with_sparklines_is_read_without_a_word_that_cron_would_mail(tmp_path: Path) -> None:
    path = tmp_path / "referrals-2026-W12.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, (AS_TYPED, THIS_IS))
        sheet.write_row(1, 0, ("gym", "Example Gym"))
        sheet.add_sparkline(5, 5, {"range": f"'{SHEET}'!A9:D9"})
    read = "import sys; from pathlib import Path; from jobs.reports.answers import new_answers; "
    read += "print(new_answers(Path(sys.argv[1]), ()).workbooks[0].answers[0].this_is)"
    done = subprocess.run(
        [sys.executable, "-c", read, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("Example Gym\n", "")


def test_both_sheets_are_read_and_a_header_that_was_moved_is_found(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "referrals-2026-W12.xlsx", ("gym", 3, "Example Gym", None), top=9)
    book = openpyxl.load_workbook(path)
    fill(book.create_sheet(GIVEN_SHEET), ("gogle", 2, "-", None))
    book.save(path)
    (workbook,) = new_answers(tmp_path, ()).workbooks
    assert workbook.answers == (Answer("gym", "Example Gym", ""), Answer("gogle", "-", ""))


def test_what_is_known_is_not_read_again_and_the_one_saved_last_comes_last(tmp_path: Path) -> None:
    old = a_workbook(tmp_path / "b.xlsx", ("gym", 3, "One", None))
    new = a_workbook(tmp_path / "a.xlsx", ("gym", 3, "Two", None))
    for path, seconds in ((old, 1_700_000_000), (new, 1_700_000_100)):
        os.utime(path, (seconds, seconds))
    assert [workbook.file for workbook in new_answers(tmp_path, ()).workbooks] == ["b.xlsx", "a.xlsx"]
    assert [workbook.file for workbook in new_answers(tmp_path, {digest_of(new)}).workbooks] == ["b.xlsx"]


def test_a_workbook_that_is_gone_is_missed_and_one_that_was_renamed_is_not(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "referrals-2026-W12.xlsx", ("gym", 3, None, None))
    digest = digest_of(path)
    path.rename(tmp_path / "for the owner.xlsx")
    assert new_answers(tmp_path, {digest}, path.name, digest).sentences == ()
    (tmp_path / "for the owner.xlsx").unlink()
    assert new_answers(tmp_path, {digest}, path.name, digest).sentences == (
        f"referrals-2026-W12.xlsx is not in {tmp_path.name}/ any more: what was written there since cannot be read. "
        "Put it back, under any name, and the next run reads it.",
    )


@pytest.mark.parametrize("lock", ["~$referrals-2026-W12.xlsx", ".~lock.referrals-2026-W12.xlsx#"])
def test_a_file_that_is_open_is_read_as_it_was_saved_and_said(tmp_path: Path, lock: str) -> None:
    a_workbook(tmp_path / "referrals-2026-W12.xlsx", ("gym", 3, "Example Gym", None))
    (tmp_path / lock).write_bytes(b"Fern")
    found = new_answers(tmp_path, ())
    assert len(found.workbooks) == 1
    assert found.sentences == (
        "referrals-2026-W12.xlsx is open in another program: what is not saved yet is read next time.",
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and nothing more", b"no workbook"])
def test_a_damaged_file_is_one_sentence_and_the_others_are_read(tmp_path: Path, content: bytes) -> None:
    a_workbook(tmp_path / "referrals-2026-W11.xlsx", ("gym", 3, "Example Gym", None))
    (tmp_path / "referrals-2026-W12.xlsx").write_bytes(content)
    found = new_answers(tmp_path, ())
    assert [workbook.file for workbook in found.workbooks] == ["referrals-2026-W11.xlsx"]
    assert found.sentences == (
        "referrals-2026-W12.xlsx cannot be read: it is damaged. Save it again from Excel; what was written there "
        "waits.",
    )


def test_the_list_of_problems_and_workbooks_of_others_hold_no_answers(tmp_path: Path) -> None:
    (tmp_path / "problems.xlsx").write_bytes(b"not looked at")
    openpyxl.Workbook().save(tmp_path / "budget.xlsx")
    found = new_answers(tmp_path, ())
    assert ([workbook.answers for workbook in found.workbooks], found.sentences) == ([()], ())
