"""Reading and normalizing a workbook in whole processes, against pandas with openpyxl, which only reads it.

    python tests/bench/reading.py [--rows 100000] [--runs 3] [--large 500000]

Ours is the reading of a pull without the saving: the bounded child, every value read, every appointment in the parent.
The megabytes of ours are those of the parent and of its child together, each at its peak. Then the same file again,
unchanged; the same for a workbook in which hardly two appointments start at one time; and a large one, of ours alone.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

ROOT = Path(__file__).resolve().parents[2]
HEADER = (
    "Appointment ID", "Patient ID", "First Name", "Last Name", "Email", "Phone", "DOB", "Start", "Duration", "Status",
    "Appointment Type", "Provider", "Referral Source", "Billed",
)  # fmt: skip
OURS = """
import gc, json, resource, sys, time
from datetime import date
from pathlib import Path
gc.set_threshold(20_000, 20, 20)  # as run_jobs.py does
began = time.perf_counter()
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Source
path = Path(sys.argv[1])
memory = Path(sys.argv[2]).read_bytes() if Path(sys.argv[2]).exists() else b""
known = {path.name: memory} if memory else {}
rows = problems = 0
(file,) = start_reading(Source("export", path.name, date_order="mdy"), path.parent, known, date(2026, 3, 20), "UTC",
                        rules=ValueRules("UTC", "mdy")) if memory else [None]
if file is None:
    for file in start_reading(Source("export", path.name, date_order="mdy"), path.parent, {}, date(2026, 3, 20), "UTC",
                              rules=ValueRules("UTC", "mdy")):
        for part in file.values:
            rows += len(part.appointments)
            problems += len(part.problems)
Path(sys.argv[2]).write_bytes(file.memory)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([time.perf_counter() - began, sum(each.ru_utime + each.ru_stime for each in used),
                  sum(each.ru_maxrss for each in used) / 1024, rows, problems, file.outcome]))
"""
THEIRS = """
import json, resource, sys, time
began = time.perf_counter()
import pandas
frame = pandas.read_excel(sys.argv[1], engine="openpyxl")
used = resource.getrusage(resource.RUSAGE_SELF)
spent = used.ru_utime + used.ru_stime
print(json.dumps([time.perf_counter() - began, spent, used.ru_maxrss / 1024, len(frame), 0, "read"]))
"""


class Measured(NamedTuple):
    seconds: float
    processor: float  # seconds of it, all processes together
    megabytes: float
    rows: int
    problems: int
    outcome: str


def workbook(rows: int, path: Path, any_minute: bool = False) -> None:
    """An export of so many appointments of nine therapists, 14 columns each, in the order of time; one row in a hundred
    has an address that is none. `any_minute`: they start at any minute of day and night, so that hardly one start is
    that of another one."""
    chance = random.Random(7)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    page = book.add_worksheet("Appointments")
    page.write_row(0, 0, HEADER)
    first_day = datetime(2025, 1, 6, 8)  # noqa: DTZ001  a workbook's cells have no zone
    for number in range(1, rows + 1):
        patient = chance.randrange(rows // 8 + 1)
        email = f"patient{patient}@made.example" if number % 100 else "no address at all"
        born = datetime(1940 + patient % 65, 1 + patient % 12, 1 + patient % 28)  # noqa: DTZ001
        day, half_hours = divmod(number // 9, 20)  # nine therapists, from 8 to 6
        minute = chance.randrange(1440) if any_minute else 30 * half_hours
        start = first_day + timedelta(days=day, minutes=minute)
        page.write_row(number, 0, [
            f"A{number:07}", f"P{patient:06}", f"First{patient % 900}", f"Last{patient % 7000}", email,
            f"(925) 555-{patient % 10000:04}", born, start,
            chance.choice((30, 45, 60)), chance.choice(("Completed", "Completed", "No Show", "Cancelled", "Booked")),
            chance.choice(("PT Eval", "PT Follow Up", "Pilates Private")), f"Therapist {patient % 9}",
            chance.choice(("Google", "A friend", "Dr. Made Up", "")), chance.choice((95, 120, 150.5)),
        ])  # fmt: skip
    book.close()


def run(script: str, *words: str) -> Measured:
    done = subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return Measured(*json.loads(done.stdout))


def median(found: list[Measured]) -> Measured:
    return found[0]._replace(
        seconds=statistics.median(each.seconds for each in found),
        processor=statistics.median(each.processor for each in found),
        megabytes=statistics.median(each.megabytes for each in found),
    )


def compare(rows: int, runs: int, folder: Path, any_minute: bool = False) -> None:
    """Print the ratios for one size, and what the unchanged file costs."""
    path, memory = folder / f"{rows}.xlsx", folder / "memory"
    workbook(rows, path, any_minute)
    ours, theirs, again = list[Measured](), list[Measured](), list[Measured]()
    for _ in range(runs):
        memory.unlink(missing_ok=True)
        ours.append(run(OURS, str(path), str(memory)))
        again.append(run(OURS, str(path), str(memory)))
        theirs.append(run(THEIRS, str(path)))
    a, b, c = median(ours), median(theirs), median(again)
    if (a.rows, c.outcome) != (b.rows, "unchanged"):
        sys.exit(f"Ours came to {a.rows} rows and theirs to {b.rows}; the second reading was {c.outcome}.")
    kind = ", starts at any minute" if any_minute else ""
    print(
        f"{rows:,} rows{kind}: {a.seconds:.2f} s against {b.seconds:.2f} s, {b.seconds / a.seconds:.1f} times as fast; "
        f"processor {a.processor:.2f} s against {b.processor:.2f} s, {b.processor / a.processor:.1f} times; "
        f"{a.megabytes:.0f} MB (both processes) against {b.megabytes:.0f} MB; {a.problems} problems"
    )
    looking = run(LOOK, str(path), str(memory))
    print(
        f"unchanged: the look at the file takes {looking.seconds * 1000:.1f} ms, "
        f"{100 * looking.seconds / a.seconds:.2f} % of that (with loading the program {c.seconds:.2f} s)"
    )


LOOK = """
import json, sys, time
from datetime import date
from pathlib import Path
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Source
path, memory = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
rules, source = ValueRules("UTC", "mdy"), Source("export", path.name, date_order="mdy")
began = time.perf_counter()
(file,) = start_reading(source, path.parent, {path.name: memory}, date(2026, 3, 20), "UTC", rules=rules)
print(json.dumps([time.perf_counter() - began, 0, 0, 0, 0, file.outcome]))
"""


def large(rows: int, folder: Path) -> None:
    """Print what a large workbook takes."""
    path = folder / f"{rows}.xlsx"
    workbook(rows, path)
    found = run(OURS, str(path), str(folder / "large memory"))
    print(
        f"{rows:,} rows: {found.seconds:.1f} s, {found.megabytes:.0f} MB (both processes), {found.rows:,} appointments"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--large", type=int, default=500_000, help="0: none")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as workplace:
        for any_minute in (False, True):
            compare(arguments.rows, arguments.runs, Path(workplace), any_minute)
        if arguments.large:
            large(arguments.large, Path(workplace))
