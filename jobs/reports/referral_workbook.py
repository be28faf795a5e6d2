"""The weekly workbook: what the owner opens on Monday morning. No patient stands in it."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.figures import Figures
from jobs.clinic.periods import TREND
from jobs.clinic.reconcile import Difference
from jobs.clinic.source_names import NO_SOURCES
from jobs.clinic.tallies import SourceLine
from jobs.clinic.work import Work
from jobs.reports.about_sheet import about_sheet
from jobs.reports.calendar_sheet import calendar_sheet
from jobs.reports.figure_sheets import figures_sheet, funnel_sheet
from jobs.reports.names_sheet import given_sheet, known_names_sheet, names_sheet
from jobs.reports.period_words import spoken_days, words_of
from jobs.reports.sheets import (
    AVERAGE,
    BAND,
    BLUE,
    COUNT,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    QUIET,
    RATE,
    VERMILLION,
    Book,
    Sheet,
    Value,
    chart_font,
    shortened,
    titled,
)
from jobs.reports.source_sheets import providers_sheet, quiet_sheet, sources_sheet, trend_sheet
from jobs.reports.week_in_words import Card, cards, sentences
from jobs.reports.whole_files import refuse_if_open, save_whole
from jobs.reports.work_sheets import follow_ups_sheet, health_sheet

CHARTED_BARS = 10

CHART_WIDTH, CHART_HEIGHT = 400, 330
PIXELS_A_ROW = 21

_AMOUNTS = {
    "name": "New patients", "name_font": chart_font(9), "num_font": chart_font(9), "line": {"none": True}, "min": 0
}  # fmt: skip
_LINE_LOOKS = (
    (BLUE, "circle"),
    (VERMILLION, "square"),
    (GREEN, "triangle"),
    (PURPLE, "diamond"),
    (ORANGE, "star"),
    (GREY, "x"),
)


class Context(NamedTuple):
    """What a workbook says beside its figures.

    `known_names`: what a text can be named. `notes`: what the office manager wrote beside a text (its
    `name_key`), as (this is, notes).
    `differences`: in sentences, where the figures are not those of the first workbook of the period.
    `caution`: what the owner must know before relying on the sources.
    `calendar_check`: where two sources differ, without any patient; None where there is only one source.
    """

    clinic_name: str
    made_at: datetime
    version: str = ""
    work: Work = Work()
    known_names: Sequence[str] = ()
    notes: Mapping[str, tuple[str, str]] = {}
    differences: Sequence[str] = ()
    calendar_check: Sequence[Difference] | None = None
    caution: str = ""


def workbook_name(label: str, location: str = "", as_of: date | None = None) -> str:
    """The file's name: `referrals-2026-W12.xlsx`, which sorts by period; a location and a day follow where there are
    any."""
    place = re.sub(r"[\W_]+", "-", location)[:60].strip("-")
    day = f" as of {as_of}" if as_of else ""
    return f"referrals-{label}{' ' + place if place else ''}{day}.xlsx"


def write_referral_workbook(figures: Figures, path: Path, context: Context) -> None:
    """Write the period's workbook whole or not at all; raises `whole_files.NotSaved` with one plain sentence."""
    refuse_if_open(path)
    book = Book(f"Referral summary {figures.periods.label}", context.clinic_name, path.name)
    first = book.sheet(words_of(figures.periods).shown, landscape=False)
    sources_sheet(book, figures)
    providers_sheet(book, figures)
    charted = trend_sheet(book, figures)
    figures_sheet(book, figures)
    funnel_sheet(book, figures)
    quiet_sheet(book, figures)
    names_sheet(book, figures, context.known_names, context.notes)
    given_sheet(book, figures, context.known_names, context.notes)
    follow_ups_sheet(book, figures, context.work)
    health_sheet(book, context.work, figures.location)
    if context.calendar_check is not None:
        calendar_sheet(book, context.calendar_check, context.made_at.tzinfo or UTC)
    known_names_sheet(book, context.known_names)
    about_sheet(book, figures, context.made_at, context.version, context.differences)
    _first_page(first, figures, context, charted)
    save_whole(path, book.finished())


def _first_page(sheet: Sheet, figures: Figures, context: Context, charted: tuple[int, int]) -> None:
    """Five figures with their change, what happened in words, two charts, the year's largest sources."""
    for column in range(14):
        sheet.page.set_column(column, column, 1.6 if column % 3 == 2 else 10)
    where = f"{context.clinic_name}, {figures.location}" if figures.location else context.clinic_name
    periods = figures.periods
    title = f"New patients, {periods.kind} {periods.label}"
    sheet.heading(title, f"{where}: {spoken_days(periods.shown)}")
    for place, card in enumerate(cards(figures)):
        _card(sheet, 3, place * 3, card)
    row = 8
    if context.caution:
        sheet.wide(row, 0, 13, context.caution, text_wrap=True, font_size=11, bold=True, font_color=VERMILLION)
        sheet.page.set_row(row, 17 * (1 + len(context.caution) // 100))
        row += 1
    for words in sentences(figures, context.differences):
        sheet.wide(row, 0, 13, "•  " + words, text_wrap=True, font_size=11)
        sheet.page.set_row(row, 17 * (1 + len(words) // 112))
        row += 1
    header, last = charted
    if last:
        rows = row + 3 + CHART_HEIGHT // PIXELS_A_ROW
        _bar_chart(sheet, row + 1, rows + 2, _charted_rows(sheet, rows, figures))
        _trend_chart(sheet, row + 1, header, last, figures)
    sheet.page.fit_to_pages(1, 1)


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


def _charted_rows(sheet: Sheet, row: int, figures: Figures) -> list[SourceLine]:
    """The year's largest sources, beside their figures: the rows that the bar chart draws, two below `row`."""
    sheet.text(row, 0, "The year's largest sources", bold=True, font_size=12, font_color=BLUE)
    sheet.page.set_row(row, 22)
    looks = {"bold": True, "font_color": "#FFFFFF", "bg_color": BLUE}
    sheet.wide(row + 1, 0, 5, "Source", **looks)
    words = words_of(figures.periods)
    of_year = words.unit == "year"
    shown = "" if of_year else words.shown  # it would be the year once more
    for column, header in ((6, shown), (9, words.average), (12, words.shown if of_year else "Year to date")):
        sheet.wide(row + 1, column, min(column + 2, 13), header, align="center", **looks)
    charted = _charted(figures)[:CHARTED_BARS]
    under = {"bottom": 1, "bottom_color": LINE}
    for place, line in enumerate(charted, row + 2):
        sheet.wide(place, 0, 5, shortened(line.name, 44), **under)
        sheet.wide(place, 6, 8, line.tally.shown if shown else None, align="center", num_format=COUNT, **under)
        average = line.tally.before / len(figures.periods.before) if figures.reaches("before") else None
        sheet.wide(place, 9, 11, average, align="center", num_format=COUNT if of_year else AVERAGE, **under)
        sheet.wide(place, 12, 13, line.tally.year, align="center", num_format=COUNT, **under)
    return charted


def _charted(figures: Figures) -> list[SourceLine]:
    """All lines, the year's largest first; those without new patients have no bar and no line."""
    lines = [line for line in figures.sources if line.tally.year or any(line.tally.trend)]
    return sorted(lines, key=lambda line: (-line.tally.year, -sum(line.tally.trend)))


def _bar_chart(sheet: Sheet, top: int, first: int, lines: Sequence[SourceLine]) -> None:
    """One bar per charted line, which stand from row `first` on; those that are no source are grey."""
    last = first + len(lines) - 1
    chart = sheet.book.file.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [sheet.page.name, first, 0, last, 0],
            "values": [sheet.page.name, first, 12, last, 12],
            "points": [{"fill": {"color": GREY if line.name in NO_SOURCES else BLUE}} for line in lines],
            "gap": 45,
            "data_labels": {"value": True, "font": chart_font(9)},
        }
    )
    titled(chart, "New patients this year, by source")
    chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": chart_font(8), "line": {"color": LINE},
                      "interval_unit": 1, "major_tick_mark": "none",  # every bar has its name
                      "major_gridlines": {"visible": False}})  # fmt: skip
    chart.set_x_axis(_AMOUNTS | {"major_gridlines": {"visible": True, "line": {"color": BAND}}})
    chart.set_legend({"none": True})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    sheet.page.insert_chart(top, 0, chart, {"x_offset": 1, "y_offset": 4, "description": "New patients by source"})


def _trend_chart(sheet: Sheet, top: int, header: int, last: int, figures: Figures) -> None:
    """One line for each row under `header` on the sheet Trend."""
    chart = sheet.book.file.add_chart({"type": "line"})
    for row, (colour, marker) in zip(range(header + 1, last + 1), _LINE_LOOKS, strict=False):
        look = {"color": colour}
        chart.add_series(
            {
                "name": ["Trend", row, 0],
                "categories": ["Trend", header, 1, header, TREND],
                "values": ["Trend", row, 1, row, TREND],
                "line": look | {"width": 2},
                "marker": {"type": marker, "size": 5, "fill": look, "border": look},
            }
        )
    unit = "week" if figures.periods.kind == "week" else "month"
    part = f" (whole after {figures.trend_in_part})" if figures.trend_in_part else ""
    titled(chart, f"New patients in twelve {unit}s{part}")
    chart.set_x_axis(
        {"name": unit.capitalize(), "name_font": chart_font(9), "num_font": chart_font(8) | {"rotation": -45}}
    )
    chart.set_y_axis(_AMOUNTS | {"major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_legend({"position": "bottom", "font": chart_font(8)})
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
    place = {"x_offset": CHART_WIDTH + 10, "y_offset": 4, "description": "New patients over time"}
    sheet.page.insert_chart(top, 0, chart, place)
