"""Which rows of an export or a calendar are no appointments and leave no trace: breaks, blank rows, totals."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from jobs.clinic.cells import read_yes_no, tidy
from jobs.clinic.columns import without_rows
from jobs.clinic.records import TextTable
from jobs.clinic.value_rules import ValueRules

if TYPE_CHECKING:
    from jobs.clinic.titles import Title

_TOTAL = re.compile(
    r"(?:grand |sub ?)?totals?\b|sum\b|count\b|number of (?:appointments|visits|records)\b", re.IGNORECASE
)


def without_breaks(table: TextTable, rules: ValueRules) -> TextTable:
    """The table without rows that are no appointments: all-day entries, breaks of a calendar, blank rows, the header
    where it is repeated on each page, and totals."""
    left_out: set[int] = set()
    if "all_day" in table.columns:
        left_out |= {place for place, text in enumerate(table.columns["all_day"]) if read_yes_no(text) == "yes"}
    if "title" in table.columns:
        names = [table.columns[name] for name in ("patient_name", "first_name", "last_name") if name in table.columns]
        titles = {title: title_reader()(title, rules.title_pattern) for title in set(table.columns["title"])}
        left_out |= {
            place
            for place, title in enumerate(table.columns["title"])
            if titles[title].is_break and not any(column[place] for column in names)
        }
    for start in ("start", "start_date"):
        header, texts = table.headers.get(start), table.columns.get(start, [])
        for place, text in enumerate(texts if header in texts or not all(texts) else ()):
            if text == header or (not text and _is_blank_or_total([c[place] for c in table.columns.values()])):
                left_out.add(place)
    return without_rows(table, left_out) if left_out else table


def _is_blank_or_total(cells: Iterable[str]) -> bool:
    """Whether the cells of a row without a start say nothing, or begin with a word for a sum."""
    first = next(filter(None, map(tidy, cells)), "")
    return not first or _TOTAL.match(first) is not None


@cache
def title_reader() -> "Callable[[str, str], Title]":
    from jobs.clinic.titles import read_title  # only calendars have titles

    return read_title
