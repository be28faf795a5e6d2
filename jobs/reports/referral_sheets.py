"""The tables of the weekly workbook: sources, referring providers, the twelve weeks, texts without a name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from xlsxwriter.utility import xl_range_abs

from jobs.clinic.figures import TREND_WEEKS, ReferralFigures, Referrals, SourceLine, Week
from jobs.reports.sheets import (
    AVERAGE,
    BLUE,
    COUNT,
    DAY,
    GREEN,
    QUIET,
    RATE,
    SPARK,
    TEXT,
    VERMILLION,
    Book,
    Col,
    Sheet,
    Value,
    shortened,
)
from jobs.reports.week_in_words import NO_SOURCES

TOP = 4  # the row of every table's header
CHARTED_LINES = 5  # with a line for all others; more colours could not be told apart
MOST_TEXTS = 300  # of the texts without a name: more are not read in a week


@dataclass(frozen=True)
class Figure:
    """One column: what stands above it, what it says of a line, how it looks and what its total is."""

    band: str
    header: str
    of: Callable[[SourceLine], Value]
    width: float = 9
    form: str = COUNT
    total: Value = "sum"


def sources_sheet(book: Book, figures: ReferralFigures) -> None:
    """One row per source, with the check that the rows add up to what was counted without them."""
    sheet = book.sheet("Sources", landscape=True)
    sheet.heading("Sources", "How patients heard of the clinic. The sheet About says what each figure counts.")
    if not figures.sources:
        sheet.text(TOP, 0, "No referrals are known yet.")
        return
    total = figures.total
    columns = [
        Figure("", "Source", lambda line: line.name, 30, TEXT, "All sources"),
        Figure("", "Channel", lambda line: line.channel, 18, TEXT, ""),
        *_new_patients(total),
        *_outcome("this week", "week", lambda line: line.week),
        *_outcome("this year", "year", lambda line: line.year),
        Figure("Became of this year's", "Visits so far", lambda line: line.year_visits),
        *_attended(total),
    ]
    _table(sheet, "Sources", columns, figures.sources, total)
    counted = figures.counted
    checks = [
        ("New patients this week", "This week", counted.referrals_in_week),
        ("New patients this year", "Year to date", counted.referrals_in_year),
        ("Appointments this week", "All", counted.appointments_in_week),
    ]
    _checks(sheet, columns, len(figures.sources), checks)


def providers_sheet(book: Book, figures: ReferralFigures) -> None:
    """One row per referring provider, with the weeks since the last referral."""
    sheet = book.sheet("Referring providers", landscape=True)
    note = "Who prescribed. A name that config/referral_names.csv does not know stands here as typed, in its own row."
    sheet.heading("Referring providers", note)
    if not figures.providers:
        sheet.text(TOP, 0, "No referrals are known yet.")
        return
    total, sunday = figures.provider_total, figures.week.sunday
    columns = [
        Figure("", "Referring provider", lambda line: line.name, 34, TEXT, "All providers"),
        Figure("", "Name is", lambda line: "from the list" if line.listed else "as typed", 14, TEXT, ""),
        *_new_patients(total),
        *_outcome("this year", "year", lambda line: line.year),
        Figure("Became of this year's", "Visits so far", lambda line: line.year_visits),
        Figure("Last referral", "Last on", lambda line: _day(line.last_referred_on), 13, DAY, ""),
        Figure("Last referral", "Weeks ago", lambda line: _weeks_before(sunday, line.last_referred_on), 8, COUNT, ""),
    ]
    _table(sheet, "Providers", columns, figures.providers, total)
    checks = [
        ("New patients this week", "This week", figures.counted.referrals_in_week),
        ("New patients this year", "Year to date", figures.counted.referrals_in_year),
    ]
    _checks(sheet, columns, len(figures.providers), checks)


def trend_sheet(book: Book, figures: ReferralFigures) -> tuple[int, int]:
    """New patients of twelve weeks per source, each with its own small line.

    Gives the header row and the last row of the lines that the first page's chart draws, 0 and 0 where there are none.
    """
    sheet = book.sheet("Trend", landscape=True)
    sheet.heading("Trend", "New patients by source in the twelve weeks up to the one shown.")
    lines = sorted((line for line in figures.sources if any(line.trend)), key=lambda line: -sum(line.trend))
    if not lines:
        sheet.text(TOP, 0, "No referrals are known in these twelve weeks.")
        return 0, 0
    weeks, total = figures.week.trend(), figures.total.trend
    columns = [Col("Source", 30, TEXT, "All sources")]
    columns += [
        Col(week.label, 9.5, COUNT, "sum", count, "New patients in week")
        for week, count in zip(weeks, total, strict=True)
    ]
    columns += [Col("Twelve weeks", 14, COUNT, "sum", sum(total)), Col("Shape", 24, SPARK)]
    rows: list[list[Value]] = [[line.name, *line.trend, sum(line.trend), None] for line in lines]
    sheet.table(TOP, "Trend", columns, rows)
    for row in range(TOP + 1, TOP + 2 + len(rows)):
        cells = f"Trend!{xl_range_abs(row, 1, row, TREND_WEEKS)}"
        looks = {"type": "column", "series_color": BLUE, "min": 0}
        sheet.page.add_sparkline(row, TREND_WEEKS + 2, {"range": cells} | looks)
    header = TOP + len(rows) + 4
    return header, _charted_lines(sheet, header, weeks, lines)


def _charted_lines(sheet: Sheet, header: int, weeks: Sequence[Week], lines: Sequence[SourceLine]) -> int:
    """The rows behind the first page's chart: the largest sources and all others together. Gives the last row."""
    sheet.text(header, 0, "In the chart on the first page", bold=True, font_color=BLUE, bottom=1)
    for place, week in enumerate(weeks, 1):
        sheet.text(header, place, week.label[5:], bold=True, align="right", font_color=BLUE, bottom=1)
    largest = [line for line in lines if line.name not in NO_SOURCES][:CHARTED_LINES]
    others = [line for line in lines if line not in largest]
    rows = [(shortened(line.name, 28), line.trend) for line in largest]
    if others:
        rows.append(("All others", tuple(map(sum, zip(*(line.trend for line in others), strict=True)))))
    for row, (name, trend) in enumerate(rows, header + 1):
        sheet.text(row, 0, name)
        for place, count in enumerate(trend, 1):
            sheet.value(row, place, count, num_format=COUNT)
    return header + len(rows)


def names_sheet(book: Book, figures: ReferralFigures) -> None:
    """The texts that no line of the list of names knows, most referrals first."""
    sheet = book.sheet("Needs a name", landscape=False)
    sheet.heading("Needs a name", "Sources as typed that config/referral_names.csv does not know. Nothing is guessed.")
    if not figures.unnamed:
        sheet.text(TOP, 0, "Every source that was typed has a name.", font_color=GREEN, bold=True)
        return
    how = "Write each into that file with the name it stands for; the next workbook counts it there, past weeks too."
    sheet.text(2, 0, how, font_color=QUIET)
    columns = [Col("As typed", 52, TEXT), Col("Referrals", 11), Col("First", 15, DAY), Col("Last", 15, DAY)]
    shown = figures.unnamed[:MOST_TEXTS]
    if len(shown) < len(figures.unnamed):
        rest = len(figures.unnamed) - len(shown)
        sheet.text(
            3,
            0,
            f"The {MOST_TEXTS} most frequent are listed; {rest:,} rarer ones follow as these are named.",
            font_color=QUIET,
        )
    rows: list[list[Value]] = [[each.text, each.referrals, _day(each.first_on), _day(each.last_on)] for each in shown]
    sheet.table(TOP, "NeedsAName", columns, rows)


def _new_patients(total: SourceLine) -> list[Figure]:
    band = "New patients"
    return [
        Figure(band, "This week", lambda line: line.week.referred),
        Figure(band, "Previous week", lambda line: line.previous),
        Figure(band, "Four-week average", lambda line: line.four_week_average, 9, AVERAGE),
        Figure(band, "Year to date", lambda line: line.year.referred),
        Figure(band, "Share of week", lambda line: _part(line.week.referred, total.week.referred), 8.5, RATE),
        Figure(band, "Share of year", lambda line: _part(line.year.referred, total.year.referred), 8.5, RATE),
    ]


def _outcome(whose: str, period: str, of: Callable[[SourceLine], Referrals]) -> list[Figure]:
    band, referred = f"Became of {whose}'s", {"week": "This week", "year": "Year to date"}[period]
    evaluated, ahead = f"Evaluated ({period})", f"Still ahead ({period})"
    conversion = f'=IFERROR({{{evaluated}}}/({{{referred}}}-{{{ahead}}}),"")'
    return [
        Figure(band, evaluated, lambda line: of(line).evaluated, 10),
        Figure(band, ahead, lambda line: of(line).ahead, 8.5),
        Figure(band, f"Conversion ({period})", lambda line: of(line).conversion, 11, RATE, conversion),
    ]


def _attended(total: SourceLine) -> list[Figure]:
    band, before = "Appointments of this week", "Four weeks before"
    cancelled = '=IFERROR(({Late cancels}+{Cancelled in time})/({Due}+{Cancelled in time}),"")'
    earlier = total.attended_before
    return [
        Figure(band, "All", lambda line: line.attended.appointments, 8),
        Figure(band, "Visits", lambda line: line.attended.visits, 8),
        Figure(band, "No-shows", lambda line: line.attended.no_shows, 8),
        Figure(band, "Late cancels", lambda line: line.attended.late_cancels, 8),
        Figure(band, "Due", lambda line: line.attended.due, 8),
        Figure(band, "Cancelled in time", lambda line: line.attended.cancelled_in_time, 9.5),
        Figure(band, "No-show rate", lambda line: line.attended.no_show_rate, 8.5, RATE,
               '=IFERROR({No-shows}/{Due},"")'),
        Figure(band, "Cancel rate", lambda line: line.attended.cancel_rate, 8.5, RATE, cancelled),
        Figure(before, "No-show rate (4 w)", lambda line: line.attended_before.no_show_rate, 9, RATE,
               earlier.no_show_rate),
        Figure(before, "Cancel rate (4 w)", lambda line: line.attended_before.cancel_rate, 9, RATE,
               earlier.cancel_rate),
    ]  # fmt: skip


def _table(sheet: Sheet, name: str, figures: Sequence[Figure], lines: Sequence[SourceLine], total: SourceLine) -> None:
    columns = [Col(each.header, each.width, each.form, each.total, each.of(total), each.band) for each in figures]
    sheet.table(TOP, name, columns, [[each.of(line) for each in figures] for line in lines])


def _checks(sheet: Sheet, columns: Sequence[Figure], rows: int, checks: Sequence[tuple[str, str, int]]) -> None:
    """Under the table: each sum beside the same count made without any source, and whether they agree."""
    row = TOP + rows + 3
    headers = [each.header for each in columns]
    quiet = {"font_color": QUIET}
    for place, words in enumerate(("Check: the rows add up", "", "Rows", "Counted", "")):
        sheet.text(row, place, words, bold=True, text_wrap=True, font_color=BLUE, bottom=1)
    for words, header, counted in checks:
        row += 1
        column = headers.index(header)
        values = xl_range_abs(TOP + 1, column, TOP + rows, column)
        sheet.text(row, 0, words)
        sheet.page.write_formula(row, 2, f"=SUM({values})", sheet.book.form(num_format=COUNT), counted)
        sheet.value(row, 3, counted, num_format=COUNT)
        agree = f'=IF(C{row + 1}=D{row + 1},"agrees","DIFFERS")'
        sheet.page.write_formula(row, 4, agree, sheet.book.form(bold=True, font_color=GREEN, indent=1), "agrees")
        differs = sheet.book.file.add_format({"font_color": "#FFFFFF", "bg_color": VERMILLION})
        rule = {"type": "cell", "criteria": "==", "value": '"DIFFERS"', "format": differs}
        sheet.page.conditional_format(row, 4, row, 4, rule)
    sheet.text(row + 1, 0, "Counted: the same days counted in the clinic's data without any name.", **quiet)


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _day(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


def _weeks_before(sunday: date, day: str) -> int | None:
    """Whole weeks between the day and the end of the week shown; 0 for a day of that week."""
    return (sunday - date.fromisoformat(day)).days // 7 if day else None
