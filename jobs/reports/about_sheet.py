"""The sheet About: what each figure means, in the owner's words, from when to when, and whether all adds up."""

from datetime import date, datetime

from jobs.clinic.figures import ReferralFigures
from jobs.reports.sheets import BAND, BLUE, COUNT, DAY, GREEN, LINE, VERMILLION, Book, Sheet, Value

DEFINITIONS = (
    ("New patient", "An episode of care, counted once, in the week in which its first appointment was booked. "
     "A patient who comes back with a new complaint counts again."),
    ("Source", "How the patient heard of the clinic, as typed and then named by config/referral_names.csv."),
    ("Not yet named", "What was typed is not in that list. It is counted here and listed on Needs a name; nothing is "
     "guessed into another source's row."),
    ("Not recorded", "Nobody wrote down how the patient heard of the clinic."),
    ("Already under care", "Appointments of patients who came before the data begins: visits, but no new patients."),
    ("Referring provider", "Who prescribed the therapy. This is a second figure beside the source."),
    ("Four-week average", "New patients of the four whole weeks before the one shown, divided by four."),
    ("Year to date", "From January 1 to the Sunday of the week shown."),
    ("Weeks ago", "Whole weeks from the last referral to the Sunday of the week shown; 0 is this week."),
    ("Evaluated", "The first evaluation or visit was kept."),
    ("Still ahead", "Not evaluated yet, and the first appointment is today or later."),
    ("Conversion", "Evaluated, out of the new patients whose first appointment is not still ahead. This week's is low "
     "by nature; the year's is the one to steer by."),
    ("First visits kept", "First evaluations or visits kept in the week, whenever these patients booked."),
    ("Visits so far", "All visits up to now of the patients who were new this year: what a source is worth."),
    ("Visit", "An appointment that was completed, or whose patient arrived on a day that is over."),
    ("Late cancel", "Cancelled less than 24 hours before the start. Without a time of cancelling: in time."),
    ("Due", "Visits, no-shows and late cancels together: the time that was kept free."),
    ("No-show rate", "No-shows out of the appointments due."),
    ("Cancel rate", "Cancelled late or in time, out of these, the visits and the no-shows."),
    ("All appointments", "Due, cancelled in time, rescheduled, those without an outcome yet and those still ahead."),
    ("Week", "Monday to Sunday in the clinic's time zone, numbered as ISO 8601 does."),
)  # fmt: skip


def about_sheet(book: Book, figures: ReferralFigures, made_at: datetime, version: str) -> None:
    """Definitions, the data behind the figures, the program."""
    sheet = book.sheet("About", landscape=False)
    sheet.page.set_column(0, 0, 24)
    sheet.page.set_column(1, 1, 78)
    sheet.heading("About these figures", "No patient's name, address, birth date or diagnosis stands in this workbook.")
    row = _section(sheet, 3, "What each figure counts")
    for name, meaning in DEFINITIONS:
        sheet.text(row, 0, name, bold=True, valign="top", bottom=1, bottom_color=LINE)
        sheet.text(row, 1, meaning, text_wrap=True, valign="top", bottom=1, bottom_color=LINE)
        sheet.page.set_row(row, 15 * (1 + len(meaning) // 104) + 3)
        row += 1
    row = _section(sheet, row + 1, "What they were made from")
    for name, value, form in _data(figures, made_at, version):
        sheet.text(row, 0, name, bold=True)
        looks = {"num_format": form} if form else {}
        sheet.value(row, 1, value, align="left", **looks)
        row += 1
    good = figures.adds_up
    sheet.text(row, 0, "Check", bold=True)
    words = (
        "Both tables add up to what was counted apart from them."
        if good
        else "THE TABLES DO NOT ADD UP. Please tell whoever looks after this program."
    )
    sheet.text(row, 1, words, bold=True, font_color=GREEN if good else VERMILLION)


def _section(sheet: Sheet, row: int, title: str) -> int:
    """A section's title; gives the row after it."""
    sheet.text(row, 0, title, bold=True, font_size=12, font_color=BLUE, bg_color=BAND)
    sheet.text(row, 1, "", bg_color=BAND)
    sheet.page.set_row(row, 20)
    return row + 1


def _data(figures: ReferralFigures, made_at: datetime, version: str) -> list[tuple[str, Value, str]]:
    counted = figures.counted
    year_first, year_last = figures.week.year_to_date
    return [
        ("Week", f"{figures.week.label}, {_day(figures.week.monday)} to {_day(figures.week.sunday)}", ""),
        ("Year to date", f"{_day(year_first)} to {_day(year_last)}", ""),
        ("Outcomes as of", figures.today, DAY),
        ("Appointments in the data", counted.appointments, COUNT),
        ("Their first day", date.fromisoformat(counted.first_day) if counted.first_day else None, DAY),
        ("Their last day", date.fromisoformat(counted.last_day) if counted.last_day else None, DAY),
        ("Appointments this week", counted.appointments_in_week, COUNT),
        ("New patients this week", counted.referrals_in_week, COUNT),
        ("New patients this year", counted.referrals_in_year, COUNT),
        ("Made", f"{_day(made_at.date())}, {made_at:%H:%M %Z}", ""),
        ("Program version", version or "not stated", ""),
    ]


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
