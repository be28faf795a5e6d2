"""The sheet Calendar check: where calendar and spreadsheet tell an appointment differently. No patient stands in it."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from jobs.clinic.reconcile import Difference
from jobs.reports.sheets import DAY, GREEN, QUIET, TEXT, Book, Col, Value
from jobs.reports.source_sheets import TOP

MOST = 300  # more are not looked through in a week


def calendar_sheet(book: Book, found: Sequence[Difference], zone: tzinfo) -> None:
    """One row per difference, oldest first."""
    sheet = book.sheet("Calendar check", landscape=True)
    sheet.heading(
        "Calendar check",
        "Where two sources tell an appointment differently. The command run_jobs.py reconcile names the patients.",
    )
    if not found:
        sheet.text(TOP, 0, "The sources agree.", font_color=GREEN, bold=True)
        return
    if len(found) > MOST:
        sheet.text(2, 0, f"The first {MOST} of {len(found):,} are listed.", font_color=QUIET)
    columns = [
        Col("Day", 14, DAY),
        Col("Time", 9, "h:mm"),
        Col("Provider", 24, TEXT),
        Col("What differs", 34, TEXT),
        Col("Source", 18, TEXT),
        Col("Other source", 18, TEXT),
        Col("There", 20, "mmm d, yyyy h:mm"),
    ]
    sheet.table(TOP, "CalendarCheck", columns, [_row(each, zone) for each in found[:MOST]])


def _row(each: Difference, zone: tzinfo) -> list[Value]:
    start = _local(each.starts_at, zone)
    there = _local(each.other_starts_at, zone) if each.other_starts_at else None
    return [start.date(), start, each.provider, str(each.what), each.source, each.other_source, there]


def _local(moment: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(moment).astimezone(zone)
