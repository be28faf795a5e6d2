"""The sheet About: what each figure means, from when to when, whether all adds up, and what has changed since."""

from collections.abc import Sequence
from datetime import date, datetime
from math import ceil

from jobs.clinic.figures import Figures
from jobs.reports.definitions import BENCHMARKS, DEFINITIONS
from jobs.reports.period_words import spoken, spoken_days, words_of
from jobs.reports.sheets import BAND, BLUE, COUNT, DAY, GREEN, LINE, VERMILLION, Book, Sheet, Value
from jobs.reports.spoken_numbers import rate_text

_LETTERS_A_LINE = 108  # of a meaning; with more in one, its last words would be cut off
_WITHOUT = "No patient's address, birth date or diagnosis stands here. A text that is a patient's name is hidden."
_PARTS = (
    ("Visits", "visits"),
    ("No-shows", "no_shows"),
    ("Late cancels", "late_cancels"),
    ("Cancelled in time", "cancelled_in_time"),
    ("Rescheduled", "rescheduled"),
    ("Without an outcome", "without_outcome"),
    ("Still ahead", "ahead"),
)


def about_sheet(book: Book, figures: Figures, made_at: datetime, version: str, differences: Sequence[str] = ()) -> None:
    """Definitions, filters, the data behind the figures, the sums, the program."""
    sheet = book.sheet("About", landscape=False)
    sheet.page.set_column(0, 0, 28)
    sheet.page.set_column(1, 1, 54)
    sheet.page.set_column(2, 4, 10)
    sheet.heading("About these figures", _WITHOUT)
    row = 3
    if differences:
        row = _section(sheet, row, "Since this workbook was first made")
        for words in differences:
            row = _line(sheet, row, "", words)
        row += 1
    row = _section(sheet, row, "What each figure counts")
    for name, meaning in DEFINITIONS:
        row = _line(sheet, row, name, meaning)
    sheet.page.set_h_pagebreaks([row + 1])
    row = _section(sheet, row + 1, "Published figures beside the clinic's own")
    for benchmark in BENCHMARKS:
        row = _line(
            sheet, row, benchmark.figure, f"{rate_text(benchmark.value)}: {benchmark.words}. {benchmark.source}."
        )
    row = _section(sheet, row + 1, "What they were made from")
    for name, value, form in _data(figures, made_at, version):
        sheet.text(row, 0, name, bold=True, bottom=1, bottom_color=LINE)
        looks = {"num_format": form} if form else {}
        sheet.value(row, 1, value, align="left", bottom=1, bottom_color=LINE, **looks)
        row += 1
    row = _section(sheet, row + 1, "Whether it adds up")
    row = _sums(sheet, row, figures)
    good = figures.adds_up
    words = (
        "All tables add up to what was counted apart from them."
        if good
        else "THE TABLES DO NOT ADD UP. Please tell whoever looks after this program."
    )
    sheet.text(row + 1, 0, words, bold=True, font_color=GREEN if good else VERMILLION)


def _sums(sheet: Sheet, row: int, figures: Figures) -> int:
    """Every appointment in one line, every episode in one line, and the sums beside what was counted apart."""
    attended, counted = figures.attended["all"], figures.counted
    first = row
    for title, name in _PARTS:
        row = _count(sheet, row, title, getattr(attended, name))
    appointments = f"B{first + 1}:B{row}"
    if counted.sold:
        row = _count(sheet, row, "Sales and paperwork, beside them", counted.sold)
    first = row
    row = _count(sheet, row, "New patients up to the last day shown", figures.total.tally.ever)
    row = _count(sheet, row, "New patients after it", counted.referrals_after)
    row = _count(sheet, row, "Already under care", counted.under_care)
    others = [
        ("Deleted bookings", counted.deleted),
        ("Screens alone", counted.screens),
        ("Sales and paperwork alone", counted.sales),
    ]
    for title, count in others:
        row = _count(sheet, row, title, count) if count else row
    episodes = f"B{first + 1}:B{row}"
    checks = [
        ("All appointments in the data", appointments, attended.appointments, counted.appointments),
        (
            "All episodes in the data",
            episodes,
            figures.total.tally.ever + counted.referrals_after + counted.under_care + sum(count for _, count in others),
            counted.episodes,
        ),
    ]
    if not figures.location:  # of one, nothing is told: an episode counts where it began
        row = _count(sheet, row, "Visits in episodes, and screens", counted.visits_summed_up)
        row = _count(sheet, row, "Patients with an episode", counted.patients_summed_up)
        patients = counted.patients_summed_up + counted.patients_left_out
        checks += [
            ("All visits in the data", f"B{row - 1}", counted.visits_summed_up, attended.visits),
            ("All patients with an appointment", f"B{row}", counted.patients_summed_up, patients),
        ]
    return sheet.checks(row + 1, checks, "Counted: the rows of the clinic's data, without any name and any period.")


def _count(sheet: Sheet, row: int, title: str, count: int) -> int:
    sheet.text(row, 0, title, bottom=1, bottom_color=LINE)
    sheet.value(row, 1, count, num_format=COUNT, align="left", bottom=1, bottom_color=LINE)
    return row + 1


def _line(sheet: Sheet, row: int, name: str, words: str) -> int:
    """A term and its meaning over the rest of the page; gives the next row."""
    sheet.text(row, 0, name, bold=True, valign="top", bottom=1, bottom_color=LINE, text_wrap=True)
    sheet.wide(row, 1, 4, words, text_wrap=True, valign="top", bottom=1, bottom_color=LINE)
    lines = max(ceil(len(words) / _LETTERS_A_LINE), ceil(len(name) / 28))
    sheet.page.set_row(row, 13 * lines + 4)
    return row + 1


def _section(sheet: Sheet, row: int, title: str) -> int:
    """A section's title; gives the row after it."""
    sheet.text(row, 0, title, bold=True, font_size=12, font_color=BLUE, bg_color=BAND)
    for column in range(1, 5):
        sheet.text(row, column, "", bg_color=BAND)
    sheet.page.set_row(row, 20)
    return row + 1


def _data(figures: Figures, made_at: datetime, version: str) -> list[tuple[str, Value, str]]:
    counted, periods, words = figures.counted, figures.periods, words_of(figures.periods)
    spans = {"Year to date": periods.year, "Same period last year": periods.last_year}
    if periods.kind == "year":
        spans = {words.previous: periods.previous}
    else:
        spans = ({"Month to date": periods.month} if periods.kind == "week" else {}) | {
            "Quarter to date": periods.quarter,
            **spans,
        }
    return [
        (words.shown, f"{periods.label}, {spoken_days(periods.shown)}", ""),
        *((title, spoken_days(span), "") for title, span in spans.items()),
        ("Filter: location", figures.location or "all", ""),
        ("Filter: appointments", "all types and all statuses that the sources have", ""),
        ("Outcomes as of", figures.today, DAY),
        ("Appointments in the data", counted.appointments, COUNT),
        ("First day of the data", _day(counted.first_day), DAY),
        ("Last day of the data", _day(counted.last_day), DAY),
        ("Made", f"{spoken(made_at.date())}, {made_at:%H:%M %Z}", ""),
        ("Program version", version or "not stated", ""),
    ]


def _day(day: str) -> date | None:
    return date.fromisoformat(day) if day else None
