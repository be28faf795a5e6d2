"""The weekly workbook: what the owner opens on Monday morning. No patient stands in it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from xlsxwriter.chart import Chart

from jobs.clinic.figures import TREND_WEEKS, ReferralFigures, SourceLine, Week
from jobs.reports.about_sheet import about_sheet
from jobs.reports.referral_sheets import names_sheet, providers_sheet, sources_sheet, trend_sheet
from jobs.reports.sheets import (
    BAND,
    BLUE,
    COUNT,
    FONT,
    GREEN,
    GREY,
    INK,
    LINE,
    ORANGE,
    PURPLE,
    QUIET,
    RATE,
    VERMILLION,
    Book,
    Sheet,
    Value,
    shortened,
)
from jobs.reports.week_in_words import NO_SOURCES, Card, cards, sentences
from jobs.reports.whole_files import save_whole

CHARTED_BARS = 10

CHART_WIDTH, CHART_HEIGHT = 400, 330
PIXELS_A_ROW = 21


def _font(size: int) -> dict[str, object]:
    return {"name": FONT, "size": size, "color": INK, "bold": False}


_AMOUNTS = {"name": "New patients", "name_font": _font(9), "num_font": _font(9), "line": {"none": True}, "min": 0}
_LINE_LOOKS = (
    (BLUE, "circle"),
    (VERMILLION, "square"),
    (GREEN, "triangle"),
    (PURPLE, "diamond"),
    (ORANGE, "star"),
    (GREY, "x"),
)


def workbook_name(week: Week) -> str:
    """The file's name: `referrals-2026-W12.xlsx`, which sorts by week."""
    return f"referrals-{week.label}.xlsx"


def write_referral_workbook(
    figures: ReferralFigures, path: Path, made_at: datetime, clinic_name: str, version: str = ""
) -> None:
    """Write the week's workbook whole or not at all; raises `whole_files.NotSaved` with one plain sentence."""
    book = Book(f"Referral summary {figures.week.label}", clinic_name)
    first = book.sheet("This week", landscape=False)
    sources_sheet(book, figures)
    providers_sheet(book, figures)
    charted = trend_sheet(book, figures)
    names_sheet(book, figures)
    about_sheet(book, figures, made_at, version)
    _this_week(first, figures, clinic_name, charted)
    save_whole(path, book.finished())


def _this_week(sheet: Sheet, figures: ReferralFigures, clinic_name: str, charted: tuple[int, int]) -> None:
    """The first page: five figures with their change, what happened in words, two charts, the year's largest."""
    for column in range(14):
        sheet.page.set_column(column, column, 1.6 if column % 3 == 2 else 10)
    sheet.heading(f"New patients, week {figures.week.label}", f"{clinic_name}, {_days(figures.week)}")
    for place, card in enumerate(cards(figures)):
        _card(sheet, 3, place * 3, card)
    row = 8
    for words in sentences(figures):
        sheet.wide(row, 0, 13, "•  " + words, text_wrap=True, font_size=11)
        sheet.page.set_row(row, 17 * (1 + len(words) // 120))
        row += 1
    header, last = charted
    if last:
        rows = row + 3 + CHART_HEIGHT // PIXELS_A_ROW
        _bar_chart(sheet, row + 1, rows + 2, _charted_rows(sheet, rows, figures))
        _trend_chart(sheet, row + 1, header, last)
    sheet.page.fit_to_pages(1, 1)


def _days(week: Week) -> str:
    return f"{week.monday:%A, %B} {week.monday.day} to {week.sunday:%A, %B} {week.sunday.day}, {week.sunday.year}"


def _card(sheet: Sheet, row: int, column: int, card: Card) -> None:
    """Title, figure, change and comparison, one under the other over two columns."""
    shade = {"bg_color": BAND, "align": "center"}
    change_looks = {None: QUIET, True: BLUE, False: VERMILLION}[card.good]
    lines: tuple[tuple[float, Value, dict[str, object]], ...] = (
        (20, card.title, {"bold": True, "font_color": QUIET, "top": 5, "top_color": BLUE}),
        (36, card.value, {"bold": True, "font_size": 24, "num_format": RATE if card.is_rate else COUNT}),
        (17, card.change, {"font_color": change_looks, "bold": True, "font_size": 9}),
        (17, card.note, {"font_color": QUIET, "font_size": 9}),
    )
    for place, (height, value, looks) in enumerate(lines):
        sheet.page.set_row(row + place, height)
        sheet.wide(row + place, column, column + 1, value, **shade | looks)


def _charted_rows(sheet: Sheet, row: int, figures: ReferralFigures) -> list[SourceLine]:
    """The year's largest sources, beside their figures: the rows that the bar chart draws, two below `row`."""
    sheet.text(row, 0, "The year's largest sources", bold=True, font_size=12, font_color=BLUE)
    sheet.page.set_row(row, 22)
    looks = {"bold": True, "font_color": "#FFFFFF", "bg_color": BLUE}
    sheet.wide(row + 1, 0, 5, "Source", **looks)
    for column, header in ((6, "This week"), (9, "Four-week average"), (12, "Year to date")):
        sheet.wide(row + 1, column, min(column + 2, 13), header, align="center", **looks)
    charted = _charted(figures)[:CHARTED_BARS]
    under = {"bottom": 1, "bottom_color": LINE}
    for place, line in enumerate(charted, row + 2):
        sheet.wide(place, 0, 5, shortened(line.name, 44), **under)
        sheet.wide(place, 6, 8, line.week.referred, align="center", num_format=COUNT, **under)
        sheet.wide(place, 9, 11, line.four_week_average, align="center", num_format="#,##0.0", **under)
        sheet.wide(place, 12, 13, line.year.referred, align="center", num_format=COUNT, **under)
    return charted


def _charted(figures: ReferralFigures) -> list[SourceLine]:
    """All lines, the year's largest first; those without new patients have no bar and no line."""
    lines = [line for line in figures.sources if line.year.referred or any(line.trend)]
    return sorted(lines, key=lambda line: (-line.year.referred, -sum(line.trend)))


def _bar_chart(sheet: Sheet, top: int, first: int, lines: Sequence[SourceLine]) -> None:
    """One bar per charted line, which stand from row `first` on; those that are no source are grey."""
    last = first + len(lines) - 1
    chart = sheet.book.file.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": ["This week", first, 0, last, 0],
            "values": ["This week", first, 12, last, 12],
            "points": [{"fill": {"color": GREY if line.name in NO_SOURCES else BLUE}} for line in lines],
            "gap": 45,
            "data_labels": {"value": True, "font": _font(9)},
        }
    )
    _titles(chart, "New patients this year, by source")
    chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": _font(9), "line": {"color": LINE},
                      "major_tick_mark": "none", "major_gridlines": {"visible": False}})  # fmt: skip
    chart.set_x_axis(_AMOUNTS | {"major_gridlines": {"visible": True, "line": {"color": BAND}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    sheet.page.insert_chart(top, 0, chart, {"x_offset": 1, "y_offset": 4, "description": "New patients by source"})


def _trend_chart(sheet: Sheet, top: int, header: int, last: int) -> None:
    """One line for each row under `header` on the sheet Trend."""
    chart = sheet.book.file.add_chart({"type": "line"})
    for row, (colour, marker) in zip(range(header + 1, last + 1), _LINE_LOOKS, strict=False):
        look = {"color": colour}
        chart.add_series(
            {
                "name": ["Trend", row, 0],
                "categories": ["Trend", header, 1, header, TREND_WEEKS],
                "values": ["Trend", row, 1, row, TREND_WEEKS],
                "line": look | {"width": 2},
                "marker": {"type": marker, "size": 5, "fill": look, "border": look},
            }
        )
    _titles(chart, "New patients in twelve weeks")
    chart.set_x_axis({"name": "Week", "name_font": _font(9), "num_font": _font(8) | {"rotation": -45}})
    chart.set_y_axis(_AMOUNTS | {"major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_legend({"position": "bottom", "font": _font(8)})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    place = {"x_offset": CHART_WIDTH + 10, "y_offset": 4, "description": "New patients in twelve weeks"}
    sheet.page.insert_chart(top, 0, chart, place)


def _titles(chart: Chart, title: str) -> None:
    chart.set_title({"name": title, "name_font": _font(11) | {"bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"color": LINE}})
