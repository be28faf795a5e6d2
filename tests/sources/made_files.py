"""Small exports as a clinic's practice system writes them, and one call that reads them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

from jobs.clinic.records import Problem
from jobs.sources.reading import start_reading
from jobs.sources.source import Limits, Source

TODAY = date(2026, 3, 20)
ZONE = "America/New_York"
HEADER = ["Appointment ID", "Patient ID", "First Name", "Email", "Start", "Status", "Amount", "SSN"]


def appointment(number: int, status: str = "Completed") -> list[object]:
    start = datetime(2026, 3, 2 + number % 20, 9, 30)  # noqa: DTZ001  a workbook's cells have no zone
    email = f"ann{number}@clinic.example"
    return [f"A{number}", f"P{number}", f"Ann{number}", email, start, status, 120, "000-00-0000"]


def table(count: int) -> list[list[object]]:
    """A header and so many appointments, more than are looked at for the header."""
    return [list(HEADER), *(appointment(number) for number in range(count))]


def workbook(rows: Sequence[Sequence[object]], date_format: str = "yyyy-mm-dd hh:mm", sheet: str = "Export") -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": date_format, "in_memory": True})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts edited, as another program might save it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            edited = change(content) if part == name else content
            assert part != name or edited != content
            new.writestr(part, edited)
    return target.getvalue()


def csv_text(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows)


class Found(NamedTuple):
    """What came of one file."""

    path: str
    outcome: str
    problem: Problem | None
    columns: dict[str, list[str]]
    rows: list[int]
    memory: bytes
    total: int
    skipped: int
    gone: frozenset[int] = frozenset()

    def said(self) -> str:
        return f"{self.problem.what} {self.problem.remedy}".strip() if self.problem else ""


def read(
    home: Path, source: Source, memories: Mapping[str, bytes] | None = None, limits: Limits | None = None
) -> list[Found]:
    """Read a source to its end."""
    found = []
    for file in start_reading(source, home, memories or {}, TODAY, ZONE, limits or Limits()):
        columns: dict[str, list[str]] = {}
        rows: list[int] = []
        for part in file.tables:
            rows += part.rows
            for meaning, texts in part.columns.items():
                columns.setdefault(meaning, []).extend(texts)
        found.append(
            Found(
                file.path,
                file.outcome,
                file.problem,
                columns,
                rows,
                file.memory,
                file.rows_total,
                file.rows_skipped,
                file.gone,
            )
        )
    return found


def read_one(
    home: Path, source: Source, memories: Mapping[str, bytes] | None = None, limits: Limits | None = None
) -> Found:
    (found,) = read(home, source, memories, limits)
    return found
