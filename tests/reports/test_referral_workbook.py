"""The weekly workbook as Excel's reader sees it: right cells, no formula from outside, whole or not at all."""

import os
import stat
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from jobs.clinic.figures import Attendance, Counted, Figures, Funnel
from jobs.clinic.periods import month_of, period_named, year_of
from jobs.clinic.records import Problem
from jobs.clinic.source_names import NOT_RECORDED, NOT_YET_NAMED
from jobs.clinic.tallies import NamedText, SourceLine, Tally, UnnamedText
from jobs.clinic.work import FreshLine, JobLine, ProblemLine, RuleLine, Work
from jobs.reports.problems_workbook import write_problems
from jobs.reports.referral_workbook import Context, workbook_name, write_referral_workbook
from jobs.reports.spoken_numbers import average_text, rate_text
from jobs.reports.week_in_words import cards, sentences
from jobs.reports.whole_files import NotSaved

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

MADE_AT = datetime(2026, 3, 23, 6, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://bad.example")', "http://bad.example", "\t=2", "007"]
HEADER = 5  # Excel's row of every table's header
SHEETS = ["This week", "Sources", "Referring providers", "Trend", "Figures", "Funnel", "Gone quiet", "Needs a name",
          "Names given", "Follow-ups", "Health", "Known names", "About"]  # fmt: skip
WEEK = period_named("2026-W12")


def a_line(name: str, *trend: int, year: int = 20, **known: Any) -> SourceLine:
    counts = (0,) * (12 - len(trend)) + trend
    usual = Tally(
        ever=year, shown=counts[-1], previous=counts[-2], before=sum(counts[-5:-1]), year=year, trend=counts,
        evaluated=12, ahead=4, year_before=year, first_on="2025-09-01", last_on="2026-03-20",
        first_shown_on="2026-03-17" if counts[-1] else "9999-12-31", last_before_on="2026-03-10",
    )  # fmt: skip
    return SourceLine(name, "online", True, usual._replace(**known), {3: 1, 8: 1})


def figures_of(*sources: SourceLine, unnamed: tuple[UnnamedText, ...] = (), **known: Any) -> Figures:
    total = Tally()
    for line in sources:
        total = total.merged(line.tally)
    attended = Attendance(8, 1, 1, 2, 0, 0, 1, 12000, None)
    names = WEEK.named()
    counted = Counted(
        total.shown, total.year, total.ever + 5, 5, appointments_shown=13, appointments=13, first_day="2025-09-01",
        last_day="2026-05-01", visits_summed_up=8, patients_summed_up=5,
    )  # fmt: skip
    usual: dict[str, Any] = dict(
        periods=WEEK,
        today=date(2026, 3, 23),
        location="",
        sources=sources,
        providers=sources,
        unnamed=unnamed,
        total=SourceLine("Total", tally=total, waits={3: 1, 8: 1}),
        provider_total=SourceLine("Total", tally=total),
        attended={name: attended for name in (*names, "all")},
        attended_trend=(attended,) * 12,
        evaluations=dict.fromkeys(names, 3),
        evaluations_trend=(3,) * 12,
        funnels=(Funnel("Twelve weeks", 10, 1, 2, 7, 5, 3, 3, 2, 2), Funnel("Year to date"), Funnel("Last year")),
        counted=counted if sources else Counted(),
    )
    return Figures(**(usual | known))


SAMPLE = figures_of(
    a_line("Google search", 1, 2, 3, 4, 5, year=40),
    a_line("Dr. Sample", 2, 2, 2, 2, 0, year=14),
    a_line(NOT_YET_NAMED, 1, 1),
    unnamed=(UnnamedText("my gym", "source", 3, "2026-01-05", "2026-03-20", ("Example Gym",)),),
)
WORK = Work(
    (RuleLine("reminder", 5, 50, 1, 1, 0, 3, 40, 10, 8, 1),),
    (JobLine("pull_appointments", 168, 1, 0, MADE_AT),),
    (FreshLine("export", 1, 1400, MADE_AT, MADE_AT),),
    (ProblemLine("export", "Start", 2, 1),),
    (("lapsed", "3 withdrawn"),),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / workbook_name(SAMPLE.periods.label)


def context(**known: Any) -> Context:
    usual: dict[str, Any] = dict(work=WORK, known_names=["Example Gym", "Google search"])
    return Context("Example Physical Therapy", MADE_AT, "0.1.0", **(usual | known))


def written(figures: Figures, path: Path, data_only: bool = False, **known: Any) -> Any:
    write_referral_workbook(figures, path, context(**known))
    return openpyxl.load_workbook(path, data_only=data_only)


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
    book = written(SAMPLE, path)
    assert book.sheetnames == SHEETS
    assert [sheet.title for sheet in book if sheet.sheet_state != "visible"] == ["Known names"]


def test_each_figure_stands_under_its_header(path: Path) -> None:
    first, *_, total = table(written(SAMPLE, path, data_only=True)["Sources"])
    assert first["Source"] == "Google search"
    assert (first["This week"], first["Previous week"], first["Year to date"]) == (5, 4, 40)
    assert first["Four-week average"] == 2.5
    assert first["Share of year"] == 40 / 74
    assert (first["Evaluated"], first["Still ahead"], first["Conversion"]) == (12, 4, 12 / 36)
    assert first["Days to evaluation"] == 5.5
    assert "Billed" not in first  # the export has no money: no column of zeros
    assert (total["Source"], total["This week"], total["Year to date"]) == ("All sources", 6, 74)
    assert total["Conversion"] == 36 / 62


@pytest.mark.parametrize(("money", "lines"), [({"paid_cents": 9000}, 1), ({}, 2)])
def test_the_words_over_a_column_of_money_have_room_in_two_lines_where_it_stands_alone(
    money: dict[str, int], lines: int, path: Path
) -> None:
    book = written(figures_of(a_line("Google search", 1, billed_cents=12000, **money)), path)
    for sheet in (book["Sources"], book["Referring providers"]):
        (head,) = (cell for cell in sheet[HEADER - 1] if cell.value == "Revenue of this year's")
        height = sheet.row_dimensions[HEADER - 1].height or 16
        assert (head.alignment.wrap_text, int(height) // 15) == (True, lines)


def test_what_lies_before_the_data_is_unknown_and_not_zero(path: Path) -> None:
    (row, *_) = table(written(SAMPLE, path, data_only=True)["Figures"])
    assert (row["Figure"], row["This week"], row["Same period last year"]) == ("New patients", 6, None)


def test_a_published_figure_stands_beside_the_clinics_own_with_its_source(path: Path) -> None:
    rows = {row["Figure"]: row for row in table(written(SAMPLE, path, data_only=True)["Figures"])}
    row = rows["No-show rate"]
    assert (row["This week"], row["Published"]) == (0.1, 0.104)
    assert row["Published by"].startswith("mean of 634 outpatient physical therapy clinics (UNLV")


def test_the_check_cells_compare_the_rows_with_the_count_made_apart(path: Path) -> None:
    sheet = written(SAMPLE, path)["Sources"]
    checks = {row[0].value: row for row in sheet.iter_rows(min_row=HEADER + 5) if row[0].value}
    row = checks["New patients this year"]
    assert row[2].value == "=SUM($I$6:$I$8)"
    assert row[3].value == 74
    assert row[4].value == f'=IF(C{row[0].row}=D{row[0].row},"agrees","DIFFERS")'


def test_tables_that_do_not_add_up_say_so_on_the_first_page_and_on_the_last(path: Path) -> None:
    wrong = SAMPLE._replace(counted=SAMPLE.counted._replace(referrals_year=75))
    said = "The tables do not add up to what was counted apart: see the checks on the sheets Sources and About."
    assert said in sentences(wrong)
    assert said not in sentences(SAMPLE)
    book = written(wrong, path, data_only=True)
    about = [cell.value for cell in book["About"]["A"]]
    assert "THE TABLES DO NOT ADD UP. Please tell whoever looks after this program." in about
    rows = {row[0]: row[2:5] for row in book["Sources"].iter_rows(max_col=5, values_only=True)}
    assert rows["New patients this year"] == (74, 75, "DIFFERS")  # also where nothing calculates
    assert rows["New patients this week"] == (6, 6, "agrees")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"patients_left_out": 2}, ("All patients with an appointment", 5, 7, "DIFFERS")),
        ({"visits_summed_up": 6}, ("All visits in the data", 6, 8, "DIFFERS")),
    ],
)
def test_visits_and_patients_that_were_not_summed_up_are_noticed(
    path: Path, wrong: dict[str, int], said: tuple[str, int, int, str]
) -> None:
    figures = SAMPLE._replace(counted=SAMPLE.counted._replace(**wrong))
    assert any("do not add up" in sentence for sentence in sentences(figures))
    rows = list(written(figures, path, data_only=True)["About"].iter_rows(max_col=5, values_only=True))
    assert [(row[0], *row[2:]) for row in rows if row[4] == "DIFFERS"] == [said]
    place = next(number for number, row in enumerate(rows, start=1) if row[0] == said[0])
    cell = written(figures, path)["About"].cell(place, 3).value.removeprefix("=SUM(").removesuffix(")")
    assert rows[int(cell[1:]) - 1][1] == said[1]


def test_weeks_before_the_data_are_empty_and_not_zero_in_the_trend_and_its_chart(path: Path) -> None:
    counted = SAMPLE.counted._replace(first_day="2026-02-04")  # a Wednesday, in week 6
    sources = (a_line("Google search", 2, 0, 0, 1, 4, 0, 3), a_line("Dr. Sample", 1, 1))
    book = written(figures_of(*sources, counted=counted), path, data_only=True)
    google, doctor, total = list(table(book["Trend"]))
    weeks = list(google)[1:13]
    assert weeks[4:8] == ["2026-W05", "2026-W06", "2026-W07", "2026-W08"]
    empty = [None] * 5
    assert [google[week] for week in weeks] == [*empty, 2, 0, 0, 1, 4, 0, 3]
    assert [doctor[week] for week in weeks] == [*empty, 0, 0, 0, 0, 0, 1, 1]
    assert [total[week] for week in weeks] == [*empty, 2, 0, 0, 1, 4, 1, 4]
    drawn = [[cell.value for cell in row[1:13]] for row in book["Trend"].iter_rows(min_row=HEADER + 6)]
    assert drawn[1:3] == [[*empty, 2, 0, 0, 1, 4, 0, 3], [*empty, 0, 0, 0, 0, 0, 1, 1]]
    note = "New patients by source in the twelve weeks up to the one shown. An empty cell: nothing can be known of it."
    assert book["Trend"]["A2"].value == f"{note} Up to 2026-W06 only a part is known."
    titles = [run.t for chart in book["This week"]._charts for each in chart.title.tx.rich.p for run in each.r]
    assert titles == ["New patients this year, by source", "New patients in twelve weeks (whole after 2026-W06)"]


def test_a_booking_from_before_the_data_is_counted_in_the_trend_all_the_same(path: Path) -> None:
    counted = SAMPLE.counted._replace(first_day="2026-03-09")
    book = written(figures_of(a_line("Google search", 1, 0, 3, 2), counted=counted), path, data_only=True)
    google, _ = table(book["Trend"])
    assert list(google.values())[8:14] == [None, 1, None, 3, 2, 6]


def test_months_to_come_are_empty_in_the_trend_of_a_year(path: Path) -> None:
    year = figures_of(a_line("Google search", 1, 2, 3, *[0] * 9), periods=period_named("2026"))
    google, _ = table(written(year, path, data_only=True)["Trend"])
    assert list(google.values())[1:14] == [1, 2, 3, *[None] * 9, 6]


def test_what_lies_before_the_data_is_empty_beside_each_source_too(path: Path) -> None:
    counted = SAMPLE.counted._replace(first_day="2026-03-16")  # the week shown is the first
    only, total = table(written(SAMPLE._replace(counted=counted, sources=SAMPLE.sources[:1]), path)["Sources"])
    for line in (only, total):
        assert (line["Previous week"], line["Four-week average"], line["Same period last year"]) == (None, None, None)
    assert only["This week"] == 5


def test_an_average_needs_data_over_all_of_its_weeks() -> None:
    half = SAMPLE._replace(
        counted=SAMPLE.counted._replace(first_day="2026-02-17")
    )  # the first of the four is not whole
    assert half.reaches("previous") and not half.reaches("before")
    assert sentences(half)[0] == "6 new patients booked a first appointment, 1 fewer than the week before."
    assert [card.note for card in cards(half)][:3] == ["", "", ""]
    assert SAMPLE._replace(counted=SAMPLE.counted._replace(first_day="2026-02-16")).reaches("before")


@pytest.mark.parametrize("begins", ["2025-09-01", "2025-01-06"])
def test_a_year_of_which_the_data_tell_a_part_is_compared_with_nothing(begins: str, path: Path) -> None:
    """289 new patients, 202 more than in the four months that are known of the year before: that is no success."""
    more = dict(ever=289, shown=289, previous=87, before=87, last_year=87, last_year_evaluated=80)
    line = a_line("Dr. Sample", 9, 9, 9, year=289)
    figures = figures_of(line._replace(tally=line.tally._replace(**more)))
    year = figures._replace(
        periods=period_named("2026"), today=date(2027, 1, 4), counted=figures.counted._replace(first_day=begins)
    )
    begun = "September 1, 2025" if begins == "2025-09-01" else "January 6, 2025"
    said = sentences(year)
    known = f"of the year before only what is from {begun} on is known"
    assert said[0] == f"289 new patients booked a first appointment; {known}."
    assert not any("stands out" in words for words in said)
    assert [card.change for card in cards(year)] == ["", "", "", "", "no figure of last year"]
    book = written(year, path, data_only=True)
    for line in (*table(book["Sources"]), *table(book["Figures"])):
        assert line["Previous year"] is None
    assert {row[3] for row in book["Funnel"].iter_rows(min_row=HEADER + 1, max_row=HEADER + 9, values_only=True)} == {
        None
    }


@pytest.mark.parametrize(
    "begins", ["2024-11-01", "2025-01-01", "2025-01-03"]
)  # the 1st and perhaps the 2nd were closed
def test_a_year_that_the_data_tell_from_its_first_days_on_is_compared(begins: str) -> None:
    line = a_line("Dr. Sample", 9, 9, 9, year=289)
    figures = figures_of(line._replace(tally=line.tally._replace(shown=289, previous=260, before=260)))
    year = figures._replace(
        periods=period_named("2026"), today=date(2027, 1, 4), counted=figures.counted._replace(first_day=begins)
    )
    assert sentences(year)[0] == "289 new patients booked a first appointment, 29 more than the year before."
    assert "Dr. Sample stands out: 289 this year, 260 the year before." in sentences(year)


def test_a_workbook_of_a_year_says_no_figure_twice(path: Path) -> None:
    year = figures_of(a_line("Dr. Sample", 9, 9, 9, year=9), periods=period_named("2026"), today=date(2027, 1, 4))
    told = year._replace(funnels=(Funnel("Twelve months", 9), Funnel("Year to date", 9), Funnel("Last year", 4)))
    book = written(told, path, work=WORK)
    headers = {name: list(next(iter(table(book[name])))) for name in ("Sources", "Figures", "Funnel", "Follow-ups")}
    assert [header for header in headers["Sources"] if "year" in header or "date" in header] == [
        "This year", "Previous year", "Share of year",
    ]  # fmt: skip
    assert headers["Figures"] == ["Figure", "This year", "Previous year", "Published", "Published by"]
    assert headers["Funnel"] == ["Step", "This year", "Share, this year", "Previous year", "Share, previous year"]
    assert headers["Follow-ups"][:2] == ["Rule", "Sent"]
    conversion = next(row for row in table(book["Figures"]) if row["Figure"] == "Conversion")
    assert conversion["This year"] == year.total.tally.conversion is not None
    first = [[cell for cell in row if cell] for row in book["This year"].iter_rows(values_only=True)]
    assert ["Source", "Previous year", "This year"] in first


@pytest.mark.parametrize(("label", "span"), [("2026-W12", "Twelve weeks"), ("2026-03", "Twelve months")])
def test_what_followed_letters_is_said_with_the_weeks_or_months_that_are_counted(
    label: str, span: str, path: Path
) -> None:
    book = written(figures_of(a_line("Dr. Sample", 1, 1), periods=period_named(label)), path, work=WORK)
    bands = [cell.value for cell in book["Follow-ups"][HEADER - 1] if cell.value]
    assert bands == ["This year", f"{span}: got the letter", f"{span}: got none"]
    assert span.lower() in book["Follow-ups"]["A2"].value


@pytest.mark.parametrize(
    ("label", "when"),
    [
        ("2026-12", "in December, for the first time in 4 months"),
        ("2026", "in December, for the first time in 4 months"),
        ("2026-W53", "this week, for the first time in 4 weeks"),
    ],
)
def test_who_sent_nobody_is_said_with_the_month_or_week_that_is_meant(label: str, when: str) -> None:
    flyer = a_line("Mail flyer", 3, 3, 3, 0, year=9)
    said = sentences(figures_of(flyer, periods=period_named(label), today=date(2027, 1, 8)))
    assert f"Mail flyer, with 9 new patients this year, sent nobody {when}." in said


def test_a_name_that_is_none_is_neither_from_the_list_nor_as_typed(path: Path) -> None:
    nobody = a_line(NOT_RECORDED, 1, 1)._replace(listed=True)
    typed = a_line("Dr. Sample", 1, 1)._replace(listed=False)
    lines = table(written(figures_of(a_line("Dr. Known", 1, 1), typed, nobody), path)["Referring providers"])
    assert [line["Name is"] for line in lines] == ["from the list", "as typed", "", ""]


def test_the_articles_whose_page_is_gone_stand_on_the_sheet_health(path: Path) -> None:
    fault = "2026-03-08: Knee pain on stairs (https://clinic.example/knee): The page answers with 404."
    silent = written(SAMPLE, path)["Health"]
    assert "Articles whose page is gone, moved or silent" not in [cell.value for cell in silent["A"]]
    told = [cell.value for cell in written(SAMPLE, path, work=WORK._replace(article_faults=(fault,)))["Health"]["A"]]
    assert told[-2:] == ["Articles whose page is gone, moved or silent", fault]


def test_text_from_outside_is_never_a_formula_a_link_or_a_number(path: Path) -> None:
    unnamed = tuple(UnnamedText(text, "source", 1, "2026-01-05", "2026-03-20", (text,)) for text in HOSTILE)
    quiet = dict(last_on="2025-12-01", year_before=4)
    lines = [*(a_line(text, 1, 1) for text in HOSTILE), *(a_line(text + " ", 1, 0, **quiet) for text in HOSTILE)]
    work = WORK._replace(
        rules=tuple(RuleLine(text, 1, 1) for text in HOSTILE),
        sources=tuple(FreshLine(text, 1, 1, None, None) for text in HOSTILE),
        article_faults=tuple(HOSTILE),
        problems=tuple(ProblemLine(text, text, 1, 1) for text in HOSTILE),
        silent_rules=tuple((text, text) for text in HOSTILE),
        stops=tuple((text, 1) for text in HOSTILE),
    )
    notes = {text: (text, text) for text in HOSTILE}
    found = figures_of(*lines, unnamed=unnamed, location=HOSTILE[0])
    book = written(found, path, work=work, known_names=HOSTILE, notes=notes, differences=HOSTILE)
    for name in ("Sources", "Referring providers", "Trend", "Gone quiet", "Needs a name", "Follow-ups"):
        cells = [book[name].cell(HEADER + 1 + place, 1) for place in range(len(HOSTILE))]
        assert {cell.value for cell in cells} <= {text.strip() for text in HOSTILE}
        assert {cell.data_type for cell in cells} == {"s"}
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        formulas = {cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
        assert all(text.startswith(("=SUM(", "=SUBTOTAL(109,", "=IFERROR(", "=IF(C")) for text in formulas)


def test_every_table_has_filters_and_stays_in_sight(path: Path) -> None:
    book = written(SAMPLE, path)
    for name in ("Sources", "Referring providers", "Trend", "Figures", "Needs a name", "Follow-ups"):
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
    assert bars.x_axis.tickLblSkip == 1  # every bar keeps its name, however long one of them is


def test_a_text_without_a_name_has_suggestions_a_drop_down_and_room_for_notes(path: Path) -> None:
    book = written(SAMPLE, path, notes={"my gym": ("Example Gym", "ask Fern")})
    sheet = book["Needs a name"]
    (row,) = table(sheet)
    assert (row["As typed"], row["Typed as"], row["Referrals"]) == ("my gym", "how they heard of us", 3)
    assert (row["Suggestion 1"], row["Suggestion 2"]) == ("Example Gym", None)
    assert (row["This is"], row["Notes"]) == ("Example Gym", "ask Fern")
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, str(rule.sqref), rule.formula1) == ("list", "I6", "'Known names'!$A$2:$A$3")
    assert [cell.value for cell in book["Known names"]["A"]] == ["-", "Example Gym", "Google search"]


def test_what_a_text_counts_as_can_be_changed_and_undone(path: Path) -> None:
    named = (
        NamedText("exmple gym", "Example Gym", True, "both", 4, "2026-03-18", "exmple gym"),
        NamedText("=the gym", "Example Gym", False, "provider", 1, "2026-03-11", "=the gym"),
        NamedText("Example gym", "Example Gym", False, "source", 3, "2026-03-12", "Example gym"),
    )
    book = written(SAMPLE._replace(named=named), path, notes={"exmple gym": ("", "ask Fern")})
    first, second, third = table(book["Names given"])
    assert (third["As typed"], third["Counts as"], third["By"]) == ("Example gym", "Example Gym", "its own name")
    assert (first["As typed"], first["Counts as"], first["By"]) == ("exmple gym", "Example Gym", "recognized")
    assert (first["Referrals"], first["Last"].date(), first["Notes"]) == (4, date(2026, 3, 18), "ask Fern")
    assert (second["As typed"], second["By"], second["This is"]) == ("=the gym", "your list", None)
    (rule,) = book["Names given"].data_validations.dataValidation
    assert (rule.type, str(rule.sqref), rule.formula1) == ("list", "G6:G8", "'Known names'!$A$1:$A$3")


def test_the_sentences_say_who_came_who_rose_and_who_fell_silent() -> None:
    assert sentences(SAMPLE) == [
        "6 new patients booked a first appointment, 1 fewer than the week before; the four-week average is 4.8.",
        "They came through Google search (5).",
        "Dr. Sample, with 14 new patients this year, sent nobody this week, for the first time in 5 weeks.",
        "One text as typed has no name yet, 3 times in all: see the sheet Needs a name.",
    ]


def test_who_goes_quiet_comes_back_or_is_new_is_named() -> None:
    quiet = a_line("Dr. Example", 0, 0, last_on="2026-01-20", year_before=9)
    back = a_line("Example Club", 0, 1, last_before_on="2025-12-24")
    new = a_line("Dr. Newly", 0, 1, last_before_on="")
    figures = figures_of(quiet, back, new)
    said = sentences(figures)
    assert "Dr. Example has gone quiet: 9 referrals in a year, the last on January 20, 2026." in said
    assert "Example Club is back; the referral before was on December 24, 2025." in said
    assert "For the first time since the data begins (September 1, 2025), this week: Dr. Newly." in said
    old = figures._replace(counted=figures.counted._replace(first_day="2025-03-01"))
    assert "For the first time ever, this week: Dr. Newly." in sentences(old)


def test_a_period_before_the_data_is_compared_with_nothing_and_one_that_is_not_over_accuses_nobody() -> None:
    year = SAMPLE._replace(periods=period_named("2026"), counted=SAMPLE.counted._replace(first_day="2026-01-07"))
    said = sentences(year)
    assert said[0] == "6 new patients booked a first appointment; of the year before nothing is known."
    assert not any("nobody for the first time" in words or "stands out" in words for words in said)
    assert [card.change for card in cards(year)][:3] == ["", "", ""]
    assert year.last_day == year.today
    assert "This year is not over: it is counted up to March 23, 2026 and held against whole years." in said
    assert not any("is not over" in words for words in sentences(SAMPLE))


def test_of_a_week_before_the_data_nothing_is_known_and_nothing_is_zero() -> None:
    later = figures_of(
        a_line("Example Club", 0, 0),
        counted=SAMPLE.counted._replace(first_day="2026-05-25"),
        attended=dict.fromkeys((*WEEK.named(), "all"), Attendance()),
        evaluations=dict.fromkeys(WEEK.named(), 0),
    )
    assert sentences(later)[:1] == ["Of this week nothing is known: the data begins on May 25, 2026."]
    assert [card.value for card in cards(later)][:4] == [None, None, None, None]


def test_what_is_no_source_is_neither_new_nor_quiet() -> None:
    quiet = dict(last_on="2025-12-01", year_before=9)
    assert a_line("Dr. Sample", 0, 0, **quiet).state(SAMPLE.last_day) == "quiet"
    assert a_line(NOT_RECORDED, 0, 0, **quiet).state(SAMPLE.last_day) == ""
    walked_in = a_line("Walked in", 0, 0, **quiet)._replace(channel="self")
    assert walked_in.state(SAMPLE.last_day) == "" and not walked_in.is_quiet(SAMPLE.last_day)


def test_a_location_is_a_plain_part_of_the_files_name_and_its_letters_are_those_of_all(path: Path) -> None:
    assert workbook_name("2026-W12", "North / South_Side ") == "referrals-2026-W12 North-South-Side.xlsx"
    book = written(SAMPLE._replace(location="North"), path)
    assert book["Health"]["A2"].value.endswith("what could not be used. Of all locations together.")
    assert book["Follow-ups"]["A2"].value.endswith("whose days are over. Of all locations together.")


@pytest.mark.parametrize(("shown", "who"), [(0, "No new patient"), (1, "One new patient"), (2, "2 new patients")])
def test_a_first_week_counts_its_patients_in_good_words(shown: int, who: str) -> None:
    first = figures_of(a_line("Example Club", 0, shown), counted=SAMPLE.counted._replace(first_day="2026-03-16"))
    said = f"{who} booked a first appointment; of the week before nothing is known."
    assert sentences(first)[0] == said


def test_one_difference_is_one_and_very_many_are_not_counted() -> None:
    def said(count: int) -> str:
        return sentences(SAMPLE, ["Visits: 1 then, 2 now."] * count)[-1]

    ends = "from the first workbook of this period: see the sheet About."
    assert said(1) == f"One figure differs {ends}"
    assert said(12) == f"12 figures differ {ends}"
    assert said(41) == f"More than 40 figures differ {ends}"


@pytest.mark.parametrize(("rate", "shown"), [(0.0625, "6.3%"), (0.1205, "12.1%"), (1 / 3, "33.3%"), (1, "100.0%")])
def test_a_rate_in_a_sentence_is_rounded_as_in_its_cell(rate: float, shown: str) -> None:
    assert rate_text(rate) == shown


def test_an_average_in_a_sentence_is_rounded_as_in_its_cell() -> None:
    assert [average_text(value) for value in (14.25, 0.05, 1234.5)] == ["14.3", "0.1", "1,234.5"]


def test_a_source_that_jumps_is_pointed_out() -> None:
    said = sentences(figures_of(a_line("Example Club", 1, 1, 0, 2, 6)))
    assert "Example Club stands out: 6 this week, where 1.0 a week were usual." in said


def test_a_blank_source_is_counted_in_words() -> None:
    said = sentences(figures_of(a_line(NOT_RECORDED, 2)))
    assert "For 2 of this week's new patients nobody recorded how they heard of the clinic." in said


def test_the_five_figures_and_their_change() -> None:
    assert [(card.title, card.value, card.change) for card in cards(SAMPLE)] == [
        ("New patients", 6, "▼ 1 fewer than before"),
        ("Evaluations kept", 3, "as the week before"),
        ("Visits", 8, "as the week before"),
        ("No-show rate", 0.1, "as the week before"),
        ("Conversion this year", 36 / 62, "no figure of last year"),
    ]


@pytest.mark.parametrize(
    ("periods", "title"), [(month_of(date(2026, 3, 1)), "month"), (year_of(WEEK.shown.first), "year")]
)
def test_a_month_and_a_year_have_workbooks_too(periods: Any, title: str, tmp_path: Path) -> None:
    book = written(SAMPLE._replace(periods=periods), tmp_path / workbook_name(periods.label))
    assert book.sheetnames[0] == f"This {title}"
    assert book[f"This {title}"]["A1"].value == f"New patients, {title} {periods.label}"
    assert f"Previous {title}" in [cell.value for cell in book["Sources"][HEADER]]


def test_a_clinic_without_data_gets_a_workbook_that_says_so(path: Path) -> None:
    book = written(figures_of(attended=dict.fromkeys((*WEEK.named(), "all"), Attendance())), path, work=Work())
    assert book["Sources"].cell(HEADER, 1).value == "No referrals are known yet."
    assert book["Needs a name"].cell(HEADER, 1).value == "Every text that was typed has a name."
    assert book["Follow-ups"].cell(HEADER, 1).value == "No letter was planned this year."
    assert "No letter was planned this year." in [cell.value for cell in book["Health"]["A"]]
    assert book["This week"]["A9"].value == "• No appointment and no referral is known yet."


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_last_weeks_file_is_intact_when_the_disk_fails(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"last week")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync" if step == "write" else step, fails)
    with pytest.raises(NotSaved) as raised:
        write_referral_workbook(SAMPLE, path, context())
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
        write_referral_workbook(SAMPLE, path, context())
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
