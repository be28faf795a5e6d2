"""The sources and providers once more as a CSV file, for other programs."""

import csv
from io import StringIO
from pathlib import Path

from jobs.clinic.figures import Figures
from jobs.clinic.tallies import SourceLine
from jobs.reports.sheets import safe_text
from jobs.reports.whole_files import save_whole

_COLUMNS = (
    "kind", "name", "channel", "state", "in_period", "previous_period", "average_before", "month_to_date",
    "quarter_to_date", "year_to_date", "same_period_last_year", "evaluated", "still_ahead", "conversion",
    "days_to_evaluation", "visits", "discharged", "dropped_out", "billed", "paid", "first_on", "last_on", "screens",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def write_csv(figures: Figures, path: Path) -> None:
    """One row per source and per provider; an empty cell is unknown. Raises `whole_files.NotSaved`.

    A spreadsheet program takes text that begins with = + - @ for a formula: such text gets an apostrophe before it.
    """
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for kind, lines in (("source", figures.sources), ("referring provider", figures.providers)):
        writer.writerows(_row(figures, kind, line) for line in lines)
    save_whole(path, file.getvalue().encode("utf-8-sig"))


def _row(figures: Figures, kind: str, line: SourceLine) -> list[object]:
    tally = line.tally
    previous, before, last_year = (figures.reaches(name) for name in ("previous", "before", "last_year"))
    average = tally.before / len(figures.periods.before) if before else ""
    return [
        kind, _plain(line.name), _plain(line.channel), line.state(figures.last_day), tally.shown,
        tally.previous if previous else "", average, tally.month, tally.quarter, tally.year,
        tally.last_year if last_year else "", tally.evaluated, tally.ahead, _number(tally.conversion, 4),
        _number(line.days_to_evaluation, 1), tally.visits, tally.discharged, tally.dropped,
        _money(tally.billed_cents), _money(tally.paid_cents), tally.first_day, tally.last_on, tally.screens,
    ]  # fmt: skip


def _plain(text: str) -> str:
    words = safe_text(text)
    return f"'{words}" if words.startswith(_RISKY) else words


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _money(cents: int | None) -> str:
    return "" if cents is None else f"{cents / 100:.2f}"
