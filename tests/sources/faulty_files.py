"""One small export for each way in which a file goes wrong, with the sentence that is owed to the office manager.

Every file has good rows beside its fault, which must arrive: Ann, Bea and Cal unless a case says otherwise.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

HEADER = ("Appointment ID", "Patient ID", "First Name", "Last Name", "Email", "Start", "Status")
GOOD = ("Ann", "Bea", "Cal")
Row = Sequence[object]


class Case(NamedTuple):
    """A fault: its name, the file's name, what writes it, the whole sentence(s) owed, and who must arrive."""

    name: str
    file: str
    write: Callable[[Path], object]
    said: tuple[str, ...]
    arrive: tuple[str, ...] = GOOD
    settings: dict[str, object] = {}


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


def a_workbook(rows: Sequence[Row], header: Row = HEADER, above: Sequence[Row] = ()) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"})
        page = book.add_worksheet("Export")
        for number, row in enumerate((*above, header, *rows)):
            page.write_row(number, 0, row)
        book.close()

    return write
