"""The list of what could not be used as it stands in the sources: for the office manager, newest first.

It quotes cells, so it may hold patient data: it stays in `state_dir` and is readable by its owner only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from jobs.clinic.problems import rows_left_out
from jobs.clinic.records import Problem
from jobs.reports.sheets import COUNT, GREEN, QUIET, TEXT, Book, Col, Value
from jobs.reports.whole_files import save_whole

TOP = 3
MOST_ROWS = 20_000  # newest ones; more than anyone reads, and Excel still opens it at once

_COLUMNS = (
    Col("Seen", 17, "mmm d, yyyy h:mm"),
    Col("Source", 16, TEXT),
    Col("File", 30, TEXT),
    Col("Sheet", 14, TEXT),
    Col("Row", 7, COUNT),
    Col("Cell", 7, TEXT),
    Col("Column", 18, TEXT),
    Col("Value", 24, TEXT),
    Col("What is wrong", 52, TEXT),
    Col("What to do", 52, TEXT),
    Col("Left out", 9, TEXT),
    Col("The whole row", 60, TEXT),
)


def write_problems(problems: Iterable[tuple[datetime, Problem]], path: Path) -> None:
    """Write the problems, each with the moment it was seen in the clinic's zone, whole or not at all.

    Raises `whole_files.NotSaved` with one plain sentence.
    """
    listed = sorted(problems, key=lambda seen: seen[0], reverse=True)
    left_out = rows_left_out(problem for _, problem in listed)
    book = Book("Problems in the sources", "")
    sheet = book.sheet("Problems", landscape=True)
    sheet.heading("Problems in the sources", _summary(len(listed), left_out))
    if listed:
        sheet.table(TOP, "Problems", _COLUMNS, [_row(*seen) for seen in listed[:MOST_ROWS]])
    else:
        sheet.text(TOP, 0, "Nothing was wrong with the sources.", bold=True, font_color=GREEN)
    if len(listed) > MOST_ROWS:
        sheet.text(2, 0, f"The newest {MOST_ROWS:,} are shown.", font_color=QUIET)
    save_whole(path, book.finished())


def _summary(count: int, left_out: int) -> str:
    rows = "one row" if left_out == 1 else f"{left_out:,} rows"
    problems = "One problem" if count == 1 else f"{count:,} problems"
    wait = " Letters that a row left out may make wrong wait until then." if left_out else ""
    return f"{problems}; {rows} left out. Correct them in the practice system: the next export brings them back.{wait}"


def _row(seen_at: datetime, problem: Problem) -> Sequence[Value]:
    return (
        seen_at,
        problem.source,
        problem.file,
        problem.sheet,
        problem.row or None,
        problem.cell,
        problem.column or ("(the whole file)" if problem.file and not problem.row else "(the whole row)"),
        problem.value,
        problem.what,
        problem.remedy,
        "yes" if problem.set_aside else "no",
        problem.contents,
    )
