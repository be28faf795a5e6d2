"""One small export for each way in which a file goes wrong, with the sentence that is owed to the office manager.

Every file has good rows beside its fault, which must arrive: Ann, Bea and Cal unless a case says otherwise.
"""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
import xlsxwriter.worksheet

HEADER = ("Appointment ID", "Patient ID", "First Name", "Last Name", "Email", "Start", "Status")
GOOD = ("Ann", "Bea", "Cal")
Row = Sequence[object]


class Case(NamedTuple):
    """A fault: its name, the kind of file, what writes it, and who must arrive. `faults_said` has the sentences."""

    name: str
    kind: str  # the ending of its file
    write: Callable[[Path], object]
    arrive: tuple[str, ...] = GOOD
    settings: dict[str, object] = {}  # of its source, but for date_order: mdy
    starts: str = ""  # when all of them come, if not the good ones on days of their own


def person(name: str, day: int = 2, **other: object) -> list[object]:
    """One good row, with some cells replaced by the fields' names."""
    cells: dict[str, object] = {
        "id": f"A-{name}-{day}", "patient": f"P-{name}", "first": name, "last": "Sample",
        "email": f"{name.lower()}@patient.example", "start": f"2026-03-{day:02d} 09:30", "status": "Completed",
    }  # fmt: skip
    return list((cells | other).values())


def good() -> list[list[object]]:
    return [person(name, day) for day, name in enumerate(GOOD, 2)]


def with_row(**other: object) -> list[list[object]]:
    """The good rows and Dan's, in which something is wrong."""
    return [*good(), person("Dan", 5, **other)]


def csv_bytes(rows: Sequence[Row], header: Row = HEADER, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    lines = [delimiter.join(map(str, row)) for row in (header, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def a_csv(rows: Sequence[Row], header: Row = HEADER, **how: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(csv_bytes(rows, header, **how))


def a_workbook(
    rows: Sequence[Row], header: Row = HEADER, above: Sequence[Row] = (), below: Sequence[Row] = (), **how: object
) -> Callable[[Path], object]:
    """A workbook of one sheet; `how` are options of xlsxwriter's."""

    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", **how})
        fill(book.add_worksheet("Export"), (*above, header, *rows, *below))
        book.close()

    return write


def fill(page: xlsxwriter.worksheet.Worksheet, rows: Sequence[Row], first: int = 0) -> None:
    for number, row in enumerate(rows, first):
        page.write_row(number, 0, row)


def drawn(draw: Callable[[xlsxwriter.Workbook], object]) -> Callable[[Path], object]:
    """A workbook of several sheets or with special cells: `draw` puts them in."""

    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"})
        draw(book)
        book.close()

    return write


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode(encoding))


def with_part(write: Callable[[Path], object], part: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """A file in a zip of which one part was changed, or added."""

    def write_changed(path: Path) -> None:
        write(path)
        with zipfile.ZipFile(path) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        parts[part] = change(parts.get(part, b""))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in parts.items():
                new.writestr(name, content)

    return write_changed
