"""The sheets about the program's own work: Follow-ups (letters and what followed) and Health (whether to trust it)."""

from collections.abc import Sequence
from math import ceil

from jobs.clinic.figures import BOOKED_WITHIN_DAYS, Figures
from jobs.clinic.work import Work
from jobs.reports.period_words import words_of
from jobs.reports.sheets import BLUE, COUNT, GREEN, INK, LINE, MOMENT, QUIET, RATE, TEXT, Book, Col, Sheet, Value
from jobs.reports.source_sheets import TOP

NO_LETTERS = "No letter was planned this year."
OF_ALL = " Of all locations together."
ARTICLE_LINE = 95  # letters of a sentence that a line of the sheet Health holds


def follow_ups_sheet(book: Book, figures: Figures, work: Work) -> None:
    """Per rule: what was sent and what came back; who booked after a letter, beside those who got none."""
    sheet = book.sheet("Follow-ups", landscape=True)
    kind, shown = figures.periods.kind, words_of(figures.periods).shown
    span = "Twelve weeks" if kind == "week" else "Twelve months"
    within = f"within {BOOKED_WITHIN_DAYS} days, of the letters of {span.lower()} whose days are over"
    note = f"Letters by rule. Booked: {within}."
    sheet.heading("Follow-ups", note + (OF_ALL if figures.location else ""))
    if not work.rules:
        sheet.text(TOP, 0, NO_LETTERS)
        return
    rows: list[list[Value]] = []
    for line in work.rules:
        after: list[Value] = [line.written_to, line.written_to_booked, line.rate]
        after += [line.without, line.without_booked, line.rate_without]
        if not work.bookings_dated:
            after = [line.written_to, None, None, line.without, None, None]
        letters: list[Value] = [line.sent, line.sent_year, line.bounced, line.stopped, line.failed, line.withdrawn]
        rows.append([line.rule, *letters, *after])
    year = "This year"
    after_words, none_words = f"{span}: got the letter", f"{span}: got none"
    columns = [
        Col("Rule", 26, TEXT, "All rules"),
        _summed(f"Sent {shown.lower()}", 10, rows, 1),
        _summed("Sent", 9, rows, 2, year),
        _summed("Bounced", 9.5, rows, 3, year),
        _summed("Stopped", 9.5, rows, 4, year),
        _summed("Failed", 9, rows, 5, year),
        _summed("Withdrawn", 11, rows, 6, year),
        _summed("Patients", 10, rows, 7, after_words),
        Col("Booked", 9, band=after_words),
        Col("Share", 9, RATE, band=after_words),
        _summed("Patients without", 10, rows, 10, none_words),
        Col("Booked without", 10, band=none_words),
        Col("Share without", 10, RATE, band=none_words),
    ]
    if kind == "year":  # what was sent would stand there twice
        columns, rows = [columns[0], *columns[2:]], [[row[0], *row[2:]] for row in rows]
    sheet.table(TOP, "FollowUps", columns, rows)
    row = TOP + len(rows) + 3
    notes = [
        "Stopped: patients who asked for no more letters; counted for the rule of the last letter before it.",
        "The two groups differ in more than the letter: many letters are withdrawn because the patient had booked.",
    ]
    if not work.bookings_dated:
        notes.append("The exports do not say when an appointment was booked; nobody can tell what followed a letter.")
    notes += [f"Stop requests this year by {source}: {count:,}." for source, count in work.stops]
    for place, words in enumerate(notes, row):
        sheet.text(place, 0, words, font_color=QUIET)


def _summed(header: str, width: float, rows: Sequence[Sequence[Value]], place: int, band: str = "") -> Col:
    total = sum(value for row in rows if isinstance(value := row[place], int))
    return Col(header, width, COUNT, "sum", total, band=band)


def health_sheet(book: Book, work: Work, location: str = "") -> None:
    """Whether the jobs ran, how new the sources are, and what could not be used."""
    sheet = book.sheet("Health", landscape=False)
    note = "Whether the jobs ran, how new the sources are, and what could not be used."
    sheet.heading("Health", note + (OF_ALL if location else ""))
    row = _part(sheet, 3, "Jobs, last seven days", "Jobs",
                [Col("Job", 30, TEXT), Col("Runs", 18), Col("Failed", 12), Col("Last good run", 20, MOMENT),
                 Col("Broke off", 12)],
                [[line.job, line.runs, line.failed, line.last_good_at, line.died] for line in work.jobs],
                "No job has run yet.")  # fmt: skip
    row = _part(sheet, row, "Sources", "Freshness",
                [Col("Source", 30, TEXT), Col("Data as of", 18, MOMENT), Col("Rows", 12), Col("Changed", 20, MOMENT),
                 Col("Files", 12)],
                [[line.source, line.data_at, line.rows, line.read_at, line.files] for line in work.sources],
                "No source has been read yet.")  # fmt: skip
    row = _part(sheet, row, "Problems in the sources (problems.xlsx lists them)", "ProblemsOf",
                [Col("Source", 30, TEXT), Col("Column", 18, TEXT), Col("Problems", 12), Col("Left out", 12)],
                [[line.source, line.column or "(the whole row)", line.rows, line.left_out] for line in work.problems],
                "Nothing was wrong with the sources.")  # fmt: skip
    row = _part(sheet, row, "Rules that are on and sent nothing in four weeks", "SilentRules",
                [Col("Rule", 30, TEXT), Col("Their letters", 18, TEXT)],
                [[rule, why] for rule, why in work.silent_rules if work.rules],
                "Every rule that is on has sent letters in the four weeks before this workbook was made."
                if work.rules else NO_LETTERS,
                GREEN if work.rules else INK)  # fmt: skip
    row = _sentences(sheet, row, "Mistakes in the clinic's lists", work.list_faults)
    _sentences(sheet, row, "Articles whose page is gone, moved or silent", work.article_faults)
    sheet.page.set_column(0, 0, 34)
    sheet.page.set_column(1, 1, 28)
    sheet.page.set_column(2, 2, 11)
    sheet.page.set_column(3, 3, 21)
    sheet.page.set_column(4, 4, 11)


def _sentences(sheet: Sheet, row: int, title: str, faults: Sequence[str]) -> int:
    """A title and what is wrong, in sentences, where anything is; gives the row after it."""
    if not faults:
        return row
    _titled(sheet, row, title)
    for place, words in enumerate(faults, row + 1):
        sheet.wide(place, 0, 4, words, text_wrap=True, valign="top", bottom=1, bottom_color=LINE)
        sheet.page.set_row(place, 14 * ceil(len(words) / ARTICLE_LINE) + 4)
    return row + len(faults) + 2


def _titled(sheet: Sheet, row: int, title: str) -> None:
    sheet.text(row, 0, title, bold=True, font_size=12, font_color=BLUE)
    sheet.page.set_row(row, 20)


def _part(
    sheet: Sheet,
    row: int,
    title: str,
    name: str,
    columns: Sequence[Col],
    rows: Sequence[Sequence[Value]],
    nothing: str,
    colour: str = GREEN,
) -> int:
    """A title and its table, or the sentence that there is nothing; gives the row after it."""
    _titled(sheet, row, title)
    if not rows:
        sheet.text(row + 1, 0, nothing, font_color=colour)
        return row + 3
    sheet.table(row + 1, name, columns, rows, frozen=False)
    return row + len(rows) + 3
