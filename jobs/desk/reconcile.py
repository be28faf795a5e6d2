"""Where spreadsheet and calendar tell an appointment differently, for the person who keeps both."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.table import Table

from jobs.clinic.reconcile import Difference, calendars_apart, differences
from jobs.desk.terminal import open_console
from jobs.runner.tools import Tools
from jobs.sources.ranks import ranks_of
from jobs.store.identity import doubtful_pairs
from jobs.store.twins import entries_of_days


def show_reconcile(tools: Tools, back: int, ahead: int) -> None:
    """Print what differs between `back` days ago and `ahead` days from now, and how many patients may be one."""
    console = open_console()
    first, last = tools.today - timedelta(days=back), tools.today + timedelta(days=ahead)
    ranks = ranks_of(tools.settings.sources)
    with tools.store.look() as memory:
        entries = entries_of_days(memory, first.isoformat(), last.isoformat(), ranks)
        doubtful = len(doubtful_pairs(memory))
    found, days = differences(entries), f"from {first:%a %d %b} to {last:%a %d %b}"
    if len(ranks) < 2:
        console.print("There is only one source in config/sources.yaml: nothing to compare it with.")
    elif found:
        console.print(_table(tools, found, days))
    elif any(entry.same_as for entry in entries) or not calendars_apart(entries):
        console.print(f"The sources agree {days}.")
    for calendar, count in calendars_apart(entries).items():
        console.print(f"None of the {count} entries of {calendar} stands in a spreadsheet: not compared.")
    if doubtful:
        console.print(f"{doubtful} pairs of patients may be one patient each; `run_jobs.py patients` lists them.")


def _table(tools: Tools, found: Sequence[Difference], days: str) -> Table:
    table = Table("Day", "Time", "Provider", "Patient", "What differs", title=f"{len(found)} differences {days}")
    for difference in found:
        start = _local(tools, difference.starts_at)
        patient = f"No. {difference.patient_id}: {difference.first_name} {difference.last_name}".strip()
        table.add_row(f"{start:%a %d %b}", f"{start:%H:%M}", difference.provider, patient, _words(tools, difference))
    return table


def _words(tools: Tools, difference: Difference) -> str:
    words = f"{difference.what} ({difference.other_source or difference.source})"
    if not difference.other_starts_at:
        return words
    other, start = _local(tools, difference.other_starts_at), _local(tools, difference.starts_at)
    return f"{words}: {other:%H:%M}" if other.date() == start.date() else f"{words}: {other:%a %d %b %H:%M}"


def _local(tools: Tools, moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo)
