"""The tables of the sources: Sources, Referring providers, Trend, Gone quiet."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs

from jobs.clinic.figures import Figures
from jobs.clinic.periods import TREND, Period
from jobs.clinic.source_names import NO_SOURCES
from jobs.clinic.tallies import QUIET_AFTER_DAYS, QUIET_REFERRALS, SourceLine, part_of
from jobs.reports.period_words import day_or_none, words_of
from jobs.reports.sheets import (
    AVERAGE,
    BLUE,
    COUNT,
    DAY,
    GREEN,
    MONEY,
    QUIET,
    RATE,
    SPACED,
    SPARK,
    TEXT,
    Book,
    Col,
    Sheet,
    Value,
    shortened,
)

TOP = 4  # the row of every table's header
CHARTED_LINES = 5  # with a line for all others; more colours could not be told apart


class Shown(NamedTuple):
    """One column: what stands above it, what it says of a line, how it looks and what its total is."""

    band: str
    header: str
    of: Callable[[SourceLine], Value]
    width: float = 9
    form: str = COUNT
    total: Value = "sum"


def sources_sheet(book: Book, figures: Figures) -> None:
    """One row per source, with the check that the rows add up to what was counted without them."""
    sheet = book.sheet("Sources", landscape=True)
    sheet.heading("Sources", "How patients heard of the clinic. The sheet About says what each figure counts.")
    named = [
        Shown("", "Source", lambda line: line.name, 29, TEXT, "All sources"),
        Shown("", "Channel", lambda line: line.channel, 17, TEXT, ""),
    ]
    _lines_table(sheet, "Sources", named, figures, figures.sources, figures.total)


def providers_sheet(book: Book, figures: Figures) -> None:
    """One row per referring provider, named ones and those as typed."""
    sheet = book.sheet("Referring providers", landscape=True)
    note = "Who prescribed. A name that config/referral_names.csv does not know stands here as typed, in its own row."
    sheet.heading("Referring providers", note)
    named = [
        Shown("", "Referring provider", lambda line: line.name, 30, TEXT, "All providers"),
        Shown("", "Name is", _name_is, 13, TEXT, ""),
    ]
    _lines_table(sheet, "Providers", named, figures, figures.providers, figures.provider_total)


def _name_is(line: SourceLine) -> str:
    return "" if line.name in NO_SOURCES else "from the list" if line.listed else "as typed"


def _lines_table(
    sheet: Sheet, name: str, named: list[Shown], figures: Figures, lines: Sequence[SourceLine], total: SourceLine
) -> None:
    if not lines:
        sheet.text(TOP, 0, "No referrals are known yet.")
        return
    columns = [
        *named,
        *_new_patients(figures, total),
        *_screens(total),
        *_became(total, "This year" if figures.periods.kind == "year" else "Year to date"),
        *_worth(total),
        *_DAYS,
    ]
    described = [Col(each.header, each.width, each.form, each.total, each.of(total), each.band) for each in columns]
    sheet.table(TOP, name, described, [[each.of(line) for each in columns] for line in lines])
    counted = figures.counted
    ever = counted.referrals_ever
    shown = words_of(figures.periods).shown
    checks = [
        (f"New patients {shown.lower()}", shown, "shown", counted.referrals_shown),
        ("New patients this year", "Year to date", "year", counted.referrals_year),
        ("New patients in all the data", "Ever", "ever", ever),
    ]
    if figures.periods.kind == "year":  # they would be the same line twice
        del checks[1]
    headers = [each.header for each in columns]
    row = TOP + len(lines) + 3
    places = [
        (
            words,
            xl_range_abs(TOP + 1, headers.index(header), TOP + len(lines), headers.index(header)),
            sum(getattr(line.tally, name) for line in lines),
            count,
        )
        for words, header, name, count in checks
    ]
    sheet.checks(row, places, "Counted: the same days counted in the clinic's data without any name.")


def _new_patients(figures: Figures, total: SourceLine) -> list[Shown]:
    band, words = "New patients", words_of(figures.periods)
    units = len(figures.periods.before)

    def known(name: str, header: str, width: float, form: str = COUNT, divided_by: int = 1) -> Shown:
        """The referrals of a period that may lie before the data; then the column is empty, not zero."""
        reaches = figures.reaches(name)

        def count(line: SourceLine) -> Value:
            value: int = getattr(line.tally, name)
            return (value if divided_by == 1 else value / divided_by) if reaches else None

        return Shown(band, header, count, width, form, "sum" if reaches else None)

    to_date = [
        known("before", words.average, 9, AVERAGE, units),
        *([Shown(band, "Month to date", lambda line: line.tally.month, 8)] if figures.periods.kind == "week" else []),
        Shown(band, "Quarter to date", lambda line: line.tally.quarter, 8),
        Shown(band, "Year to date", lambda line: line.tally.year, 8),
        known("last_year", "Same period last year", 9.5),
    ]
    return [
        Shown("", "State", lambda line: line.state(figures.last_day), 9, TEXT, ""),
        Shown(band, words.shown, lambda line: line.tally.shown, 7.5),
        known("previous", words.previous, 9),
        *([] if words.unit == "year" else to_date),  # they would say the year and the one before once more
        Shown(band, "Share of year", lambda line: part_of(line.tally.year, total.tally.year), 8, RATE),
        Shown(band, "Ever", lambda line: line.tally.ever, 7),
    ]


def _screens(total: SourceLine) -> list[Shown]:
    """Only where the clinic has any: what a source brings before anybody has decided for care."""
    return [Shown("This year", "Screens", lambda line: line.tally.screens, 8)] if total.tally.screens else []


def _became(total: SourceLine, year: str) -> list[Shown]:
    """`year`: the header over the year's new patients."""
    band = "Became of this year's"
    conversion = f'=IFERROR({{Evaluated}}/({{{year}}}-{{Still ahead}}),"")'
    return [
        Shown(band, "Evaluated", lambda line: line.tally.evaluated, 9.5),
        Shown(band, "Still ahead", lambda line: line.tally.ahead, 7.5),
        Shown(band, "Conversion", lambda line: line.tally.conversion, 10.5, RATE, conversion),
        Shown(band, "Days to evaluation", lambda line: line.days_to_evaluation, 10, AVERAGE, total.days_to_evaluation),
        Shown(band, "Visits so far", lambda line: line.tally.visits, 8),
        Shown(band, "Discharged", lambda line: line.tally.discharged, 10.5),
        Shown(band, "Dropped out", lambda line: line.tally.dropped, 8.5),
    ]


def _worth(total: SourceLine) -> list[Shown]:
    """Money only where the export has any; a source without any stays blank."""
    found = []
    if total.tally.billed_cents is not None:
        found.append(Shown("Revenue of this year's", "Billed", lambda line: money(line.tally.billed_cents), 9.5, MONEY))
    if total.tally.paid_cents is not None:
        found.append(Shown("Revenue of this year's", "Paid", lambda line: money(line.tally.paid_cents), 9.5, MONEY))
    return found


_DAYS = (
    Shown("Referrals", "First", lambda line: day_or_none(line.tally.first_day), 12, DAY, ""),
    Shown("Referrals", "Last", lambda line: day_or_none(line.tally.last_on), 12, DAY, ""),
)


def money(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def trend_sheet(book: Book, figures: Figures) -> tuple[int, int]:
    """New patients of twelve weeks per source, each with its own small line.

    Gives the header row and the last row of the lines that the first page's chart draws, 0 and 0 where there are none.
    """
    sheet = book.sheet("Trend", landscape=True)
    weeks, total = figures.periods.trend, figures.total.tally.trend
    kind, known = figures.periods.kind, figures.trend_known
    unit = "weeks" if kind == "week" else "months"
    which = "of the year" if kind == "year" else "up to the one shown"
    nothing = "" if all(known) else " An empty cell: nothing can be known of it."
    part = f" Up to {figures.trend_in_part} only a part is known." if figures.trend_in_part else ""
    sheet.heading("Trend", f"New patients by source in the twelve {unit} {which}.{nothing}{part}")
    lines = sorted((line for line in figures.sources if any(line.tally.trend)), key=lambda line: -sum(line.tally.trend))
    if not lines:
        sheet.text(TOP, 0, f"No referrals are known in these twelve {unit}.")
        return 0, 0
    columns = [Col("Source", 30, TEXT, "All sources")]
    columns += [
        Col(week.label, 9.5, COUNT, "sum" if is_known else None, count, f"New patients by {unit[:-1]}")
        for week, count, is_known in zip(weeks, total, known, strict=True)
    ]
    columns += [Col(f"Twelve {unit}", 14, SPACED, "sum", sum(total)), Col("Shape", 24, SPARK)]
    rows: list[list[Value]] = [
        [line.name, *_where(known, line.tally.trend), sum(line.tally.trend), None] for line in lines
    ]
    sheet.table(TOP, "Trend", columns, rows)
    for row in range(TOP + 1, TOP + 2 + len(rows)):
        cells = f"Trend!{xl_range_abs(row, 1, row, TREND)}"
        looks = {"type": "column", "series_color": BLUE, "min": 0}
        sheet.page.add_sparkline(row, TREND + 2, {"range": cells} | looks)
    header = TOP + len(rows) + 4
    return header, _charted_lines(sheet, header, weeks, known, lines)


def _where(known: Sequence[bool], counts: Sequence[int]) -> list[Value]:
    """The counts; nothing, and not zero, where nothing can be known."""
    return [count if is_known else None for count, is_known in zip(counts, known, strict=True)]


def _charted_lines(
    sheet: Sheet, header: int, weeks: Sequence[Period], known: Sequence[bool], lines: Sequence[SourceLine]
) -> int:
    """The rows behind the first page's chart: the largest sources and all others together. Gives the last row."""
    sheet.text(header, 0, "In the chart on the first page", bold=True, font_color=BLUE, bottom=1)
    for place, week in enumerate(weeks, 1):
        label = week.label[5:] if "W" in week.label else f"{week.first:%b}"
        sheet.text(header, place, label, bold=True, align="right", font_color=BLUE, bottom=1)
    largest = [line for line in lines if line.name not in NO_SOURCES][:CHARTED_LINES]
    others = [line.tally.trend for line in lines if line not in largest]
    rows = [(shortened(line.name, 28), line.tally.trend) for line in largest]
    if others:
        rows.append(("All others", tuple(map(sum, zip(*others, strict=True)))))
    for row, (name, trend) in enumerate(rows, header + 1):
        sheet.text(row, 0, name)
        for place, count in enumerate(_where(known, trend), 1):
            sheet.value(row, place, count, num_format=COUNT)
    return header + len(rows)


def quiet_sheet(book: Book, figures: Figures) -> None:
    """Who used to refer and no longer does: whom to call, or where to look, such as at an advertisement."""
    sheet = book.sheet("Gone quiet", landscape=False)
    spans = f"At least {QUIET_REFERRALS} referrals in a year, none in its last {QUIET_AFTER_DAYS} days"
    note = f"{spans}, as a source or as a referring provider: whom to call, or where to look."
    sheet.heading("Gone quiet", note)
    last_day = figures.last_day
    rows = quiet_rows(figures)
    if not rows:
        sheet.text(TOP, 0, "Nobody who used to refer has gone quiet.", font_color=GREEN, bold=True)
        return
    columns = [
        Col("Name", 38, TEXT),
        Col("Is a", 20, TEXT),
        Col("Referrals in the year", 11),
        Col("Last referral", 14, DAY),
        Col("Days since", 9),
        Col("In twelve weeks" if figures.periods.kind == "week" else "In twelve months", 11),
    ]
    sheet.table(TOP, "GoneQuiet", columns, [
        [line.name, kind, line.tally.year_before, day_or_none(line.last_on),
         (last_day - date.fromisoformat(line.last_on)).days, sum(line.tally.trend)]
        for kind, line in rows
    ])  # fmt: skip
    sheet.text(
        TOP + len(rows) + 2,
        0,
        "A name can stand here as a source and as a referring provider.",
        font_color=QUIET,
    )


def quiet_rows(figures: Figures) -> list[tuple[str, SourceLine]]:
    """Those that went quiet, the ones with the most referrals first."""
    last_day = figures.last_day
    rows = [
        (kind, line)
        for kind, lines in (("source", figures.sources), ("referring provider", figures.providers))
        for line in lines
        if line.name not in NO_SOURCES and line.is_quiet(last_day)
    ]
    return sorted(rows, key=lambda row: (-row[1].tally.year_before, row[1].last_on, row[1].name))
