"""The weekly workbook as Excel's reader sees it: right cells, no formula from outside, whole or not at all."""

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from jobs.clinic.figures import (
    NOT_RECORDED,
    NOT_YET_NAMED,
    Attendance,
    Counted,
    Evaluations,
    ReferralFigures,
    Referrals,
    SourceLine,
    UnnamedText,
    Week,
)
from jobs.clinic.records import Problem
from jobs.reports.problems_workbook import write_problems
from jobs.reports.referral_workbook import workbook_name, write_referral_workbook
from jobs.reports.week_in_words import sentences
from jobs.reports.whole_files import NotSaved

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

MADE_AT = datetime(2026, 3, 23, 6, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://bad.example")', "http://bad.example", "\t=2", "007"]
HEADER = 5  # Excel's row of every table's header


def a_line(name: str, *trend: int, year: int = 20, **known: Any) -> SourceLine:
    counts = (0,) * (12 - len(trend)) + trend
    attended = Attendance(visits=8, no_shows=1, late_cancels=1, cancelled_in_time=2, ahead=1)
    outcome = dict(week=Referrals(counts[-1], 0, counts[-1]), year=Referrals(year, 12, 4), attended=attended)
    return SourceLine(name, "online", True, trend=counts, last_referred_on="2026-03-20", **outcome | known)


def figures_of(*sources: SourceLine, unnamed: tuple[UnnamedText, ...] = ()) -> ReferralFigures:
    total = sum(sources, SourceLine(""))
    counted = Counted(
        total.week.referred, total.year.referred, total.attended.appointments, 400, "2025-09-01", "2026-05-01"
    )
    week = Week.named("2026-W12")
    return ReferralFigures(
        week, date(2026, 3, 23), sources, sources, unnamed, Evaluations(3, 2, 9), Attendance(visits=20), counted
    )


SAMPLE = figures_of(
    a_line("Google search", 1, 2, 3, 4, 5, year=40),
    a_line("Dr. Sample", 2, 2, 2, 2, 0, year=14),
    a_line(NOT_YET_NAMED, 1, 1),
    unnamed=(UnnamedText("my gym", 3, "2026-01-05", "2026-03-20"),),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / workbook_name(SAMPLE.week)


def written(figures: ReferralFigures, path: Path, **options: Any) -> Any:
    write_referral_workbook(figures, path, MADE_AT, "Example Physical Therapy", "0.1.0")
    return openpyxl.load_workbook(path, **options)


def table(sheet: Any) -> Iterator[dict[str, Any]]:
    headers = [cell.value for cell in sheet[HEADER]]
    for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True):
        if row[0] is None:
            return
        yield dict(zip(headers, row, strict=True))


def test_the_file_is_named_by_its_week_and_readable_by_its_owner_only(path: Path) -> None:
    written(SAMPLE, path)
    assert [each.name for each in path.parent.iterdir()] == ["referrals-2026-W12.xlsx"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_sheets_come_in_the_order_in_which_they_are_read(path: Path) -> None:
    names = ["This week", "Sources", "Referring providers", "Trend", "Needs a name", "About"]
    assert written(SAMPLE, path).sheetnames == names


def test_each_figure_stands_under_its_header(path: Path) -> None:
    first, *_, total = table(written(SAMPLE, path, data_only=True)["Sources"])
    assert first["Source"] == "Google search"
    assert (first["This week"], first["Previous week"], first["Year to date"]) == (5, 4, 40)
    assert first["Four-week average"] == 2.5
    assert (first["Share of week"], first["Share of year"]) == (5 / 6, 40 / 74)
    assert (first["Evaluated (year)"], first["Still ahead (year)"]) == (12, 4)
    assert first["Conversion (year)"] == 12 / 36
    assert first["Conversion (week)"] is None  # all of them still ahead: nothing to divide by
    assert (first["Due"], first["No-show rate"], first["Cancel rate"]) == (10, 0.1, 0.25)
    assert (total["Source"], total["This week"], total["Year to date"]) == ("All sources", 6, 74)
    assert total["Conversion (year)"] == 36 / 62


def test_the_check_cells_compare_the_rows_with_the_count_made_apart(path: Path) -> None:
    sheet = written(SAMPLE, path)["Sources"]
    checks = {row[0].value: row for row in sheet.iter_rows(min_row=HEADER + 5) if row[0].value}
    row = checks["New patients this year"]
    assert row[2].value == "=SUM($F$6:$F$8)"
    assert row[3].value == 74
    assert row[4].value == f'=IF(C{row[0].row}=D{row[0].row},"agrees","DIFFERS")'


def test_tables_that_do_not_add_up_say_so_on_the_first_page_and_on_the_last(path: Path) -> None:
    wrong = replace(SAMPLE, counted=replace(SAMPLE.counted, referrals_in_year=75))
    said = "The tables do not add up to what was counted apart: see the checks under the table Sources."
    assert said in sentences(wrong)
    assert said not in sentences(SAMPLE)
    about = [cell.value for cell in written(wrong, path)["About"]["B"]]
    assert "THE TABLES DO NOT ADD UP. Please tell whoever looks after this program." in about


def test_text_from_outside_is_never_a_formula_a_link_or_a_number(path: Path) -> None:
    unnamed = tuple(UnnamedText(text, 1, "2026-01-05", "2026-03-20") for text in HOSTILE)
    book = written(figures_of(*(a_line(text, 1, 1) for text in HOSTILE), unnamed=unnamed), path)
    for name in ("Sources", "Referring providers", "Trend", "Needs a name"):
        cells = [book[name].cell(HEADER + 1 + place, 1) for place in range(len(HOSTILE))]
        assert sorted(cell.value for cell in cells) == sorted(text.strip() for text in HOSTILE)
        assert {cell.data_type for cell in cells} == {"s"}
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        formulas = {cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
        assert all(text.startswith(("=SUM($", "=SUBTOTAL(109,", "=IFERROR(", "=IF(C")) for text in formulas)


def test_every_table_has_filters_and_stays_in_sight(path: Path) -> None:
    book = written(SAMPLE, path)
    for name in ("Sources", "Referring providers", "Trend", "Needs a name"):
        (found,) = book[name].tables.values()
        assert found.autoFilter is not None
        assert book[name].freeze_panes == f"B{HEADER + 1}"
        assert book[name].sheet_properties.pageSetUpPr.fitToPage  # one page wide,
        assert book[name].page_setup.fitToHeight == 0  # as many long as it takes


def test_the_first_page_has_a_bar_chart_and_a_trend_of_the_named_sources_and_all_others(path: Path) -> None:
    bars, trend = written(SAMPLE, path)["This week"]._charts
    assert (type(bars).__name__, type(trend).__name__) == ("BarChart", "LineChart")
    assert len(trend.series) == 3
    assert all(chart.title is not None and chart.x_axis.title or chart.y_axis.title for chart in (bars, trend))


def test_the_sentences_say_who_came_who_rose_and_who_fell_silent() -> None:
    assert sentences(SAMPLE) == [
        "6 new patients booked a first appointment, 1 fewer than the week before; the four-week average is 4.8.",
        "They came through Google search (5).",
        "Dr. Sample, with 14 new patients this year, brought nobody for the first time in 5 weeks.",
        "One source as typed has no name yet (3 referrals this year and in the trend): see the sheet Needs a name.",
    ]


def test_a_source_that_jumps_is_pointed_out() -> None:
    said = sentences(figures_of(a_line("Example Club", 1, 1, 0, 2, 6)))
    assert "Example Club stands out: 6 this week, 1.0 a week before." in said


def test_a_blank_source_is_counted_in_words() -> None:
    said = sentences(figures_of(a_line(NOT_RECORDED, 2)))
    assert "For 2 of this week's new patients nobody recorded how they heard of the clinic." in said


def test_a_clinic_without_data_gets_a_workbook_that_says_so(path: Path) -> None:
    book = written(figures_of(), path)
    assert book["Sources"].cell(HEADER, 1).value == "No referrals are known yet."
    assert book["Needs a name"].cell(HEADER, 1).value == "Every source that was typed has a name."


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_last_weeks_file_is_intact_when_the_disk_fails(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"last week")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync" if step == "write" else step, fails)
    with pytest.raises(NotSaved) as raised:
        write_referral_workbook(SAMPLE, path, MADE_AT, "Example Physical Therapy")
    assert str(raised.value) == (
        f"{path} could not be saved (No space left on device). What stood there before is unchanged. "
        "Close the file if it is open, see that the folder can be written to and the disk has room, then run again."
    )
    monkeypatch.undo()
    assert path.read_bytes() == b"last week"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_write_protected_file_is_left_alone(path: Path) -> None:
    path.write_bytes(b"last week")
    path.chmod(0o444)
    with pytest.raises(NotSaved, match="it is write-protected"):
        write_referral_workbook(SAMPLE, path, MADE_AT, "Example Physical Therapy")
    assert path.read_bytes() == b"last week"


def a_problem(value: str, row: int = 7, *, set_aside: bool = False) -> Problem:
    return Problem("export", "appointments.xlsx", "Sheet1", row, "Start", value, "No date.", "Correct it.", set_aside)


def test_problems_stand_newest_first_and_as_text(tmp_path: Path) -> None:
    path = tmp_path / "problems.xlsx"
    seen = [(MADE_AT.replace(day=day), a_problem(text)) for day, text in enumerate(HOSTILE, 1)]
    write_problems([*seen, (MADE_AT.replace(day=20), a_problem("soon", 9, set_aside=True))], path)
    sheet = openpyxl.load_workbook(path)["Problems"]
    rows = list(sheet.iter_rows(min_row=4, max_col=12))
    assert [cell.value for cell in rows[0]] == [
        "Seen", "Source", "File", "Sheet", "Row", "Cell", "Column", "Value", "What is wrong", "What to do",
        "Left out", "The whole row",
    ]  # fmt: skip
    assert rows[1][0].value == datetime(2026, 3, 20, 6, 0)  # noqa: DTZ001 - Excel has no zones
    assert [rows[1][place].value for place in (4, 7, 10)] == [9, "soon", "yes"]
    assert [row[7].value for row in rows[2:]] == [text.strip() for text in reversed(HOSTILE)]
    assert {row[7].data_type for row in rows[1:]} == {"s"}
    assert sheet["A2"].value.startswith("9 problems; one row left out.")


def test_no_problem_is_said_in_words(tmp_path: Path) -> None:
    write_problems([], tmp_path / "problems.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "problems.xlsx")["Problems"]
    assert sheet["A4"].value == "Nothing was wrong with the sources."
