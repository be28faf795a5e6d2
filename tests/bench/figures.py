"""The weekly workbook of a million appointments: seconds and megabytes, beside one pandas groupby of the same rows.

    .venv/bin/python tests/bench/figures.py [--appointments 1000000] [--folder FOLDER]

It makes up a clinic with 5,000 distinct texts that stand for 500 sources, sums its episodes up as pulls would have done
(not counted: a pull does that for the patients it touches), and then, each in a process of its own:

- counts all figures and writes the workbook, as `summarize_referrals` does;
- groups the same rows, already in a frame, by source, provider, day and status with pandas: one groupby, whose result
  the figures would still have to be taken from. The rows are loaded before its clock starts.

The figures may take three times as long as the groupby and one gigabyte of memory.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
TODAY = date(2026, 3, 23)
TEXTS, SOURCES, VISITS = 5_000, 500, 9


def made_up(path: Path, count: int) -> None:
    """A database with `count` appointments over five years."""
    from sqlalchemy import insert

    from jobs.store.episodes import refresh_episodes
    from jobs.store.memory import open_store
    from jobs.store.tables import appointments, patients

    random = Random(7)
    store = open_store(f"sqlite:///{path}", "bench")
    texts = [f"{'dr ' * (n % 2)}referrer {n % SOURCES:03d}{'.' * (n // SOURCES)}" for n in range(TEXTS)]
    with store.begin() as memory:
        people = [{"id": n, "clinic_id": "bench", "key": str(n)} for n in range(1, count // VISITS + 2)]
        memory.connection.execute(insert(patients), people)
        for start in range(0, count, 100_000):
            rows = [_row(random, number, texts) for number in range(start, min(start + 100_000, count))]
            memory.connection.execute(insert(appointments), rows)
    began = time.process_time()
    with store.begin() as memory:
        refresh_episodes(memory, range(1, count // VISITS + 2), TODAY)
    print(f"episodes summed up in {time.process_time() - began:.1f} s of CPU (not counted)", flush=True)
    store.close()


def _row(random: Random, number: int, texts: list[str]) -> dict[str, object]:
    patient, visit = number // VISITS + 1, number % VISITS
    if visit == 0:
        random.seed(patient)
    first = TODAY - timedelta(days=patient * 7919 % 1826)
    day = first + timedelta(days=4 * visit)
    start = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    status = random.choice(["completed"] * 7 + ["no_show", "cancelled", "rescheduled"]) if day < TODAY else "booked"
    booked = start - timedelta(days=random.randrange(1, 20))
    return {
        "id": number + 1, "clinic_id": "bench", "key": str(number), "patient_id": patient,
        "starts_at": f"{start:%Y-%m-%dT%H:%M:%SZ}", "starts_on": day.isoformat(),
        "booked_at": f"{booked:%Y-%m-%dT%H:%M:%SZ}", "booked_on": booked.date().isoformat(),
        "cancelled_at": f"{booked:%Y-%m-%dT%H:%M:%SZ}" if status == "cancelled" else "",
        "status": status, "step": "evaluation" if visit == 0 else "visit",
        "referral_source": texts[patient * 31 % TEXTS], "referring_provider": texts[patient * 17 % TEXTS],
        "billed": "120.00", "paid": "80.00", "location": "",
    }  # fmt: skip


def count_ours(path: Path) -> None:
    """All figures, then the workbook; prints seconds of CPU and the largest size of the process."""
    from zoneinfo import ZoneInfo

    from jobs.clinic.periods import last_whole_week
    from jobs.clinic.source_names import ReferralNames
    from jobs.reports.referral_workbook import Context, write_referral_workbook
    from jobs.store.figures import count_figures
    from jobs.store.memory import open_store

    listed = [(f"referrer {number:03d}", f"Referrer {number:03d}", "practice") for number in range(SOURCES)]
    names = ReferralNames.of(listed + [(f"dr {typed}", name, channel) for typed, name, channel in listed])
    store = open_store(f"sqlite:///{path}", "bench")
    began = time.process_time()
    with store.look() as memory:
        figures = count_figures(memory, last_whole_week(TODAY), names, TODAY)
    counted = time.process_time()
    made_at = datetime(2026, 3, 23, 6, tzinfo=ZoneInfo("America/Los_Angeles"))
    write_referral_workbook(figures, path.with_suffix(".xlsx"), Context("Bench", made_at))
    written = time.process_time()
    assert figures.adds_up and len(figures.sources) == SOURCES
    print(f"{counted - began:.2f} {written - counted:.2f} {_megabytes():.0f}")


def count_with_pandas(path: Path) -> None:
    """One groupby of the same rows; prints its seconds of CPU."""
    import sqlite3

    import pandas

    columns = "referral_source, referring_provider, starts_on, status"
    with sqlite3.connect(path) as database:
        frame = pandas.read_sql(f"SELECT {columns} FROM appointments", database)  # noqa: S608  our own words
    began = time.process_time()
    groups = frame.groupby(columns.split(", "), observed=True).size()
    took = time.process_time() - began
    assert groups.sum() == len(frame)
    print(f"{took:.2f} {_megabytes():.0f}")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(what: str, path: Path) -> list[float]:
    command = [sys.executable, str(Path(__file__)), "--only", what, "--folder", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--appointments", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--only", choices=["ours", "pandas"], help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.only:
        (count_ours if asked.only == "ours" else count_with_pandas)(asked.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = (asked.folder or Path(folder)) / "bench.sqlite"
        if not path.exists():
            made_up(path, asked.appointments)
        ours = min(_apart("ours", path) for _ in range(3))
        theirs = min(_apart("pandas", path) for _ in range(3))
        print(f"figures {ours[0]:.2f} s, workbook {ours[1]:.2f} s, {ours[2]:.0f} MB; one groupby {theirs[0]:.2f} s")
        print(f"the figures take {ours[0] / theirs[0]:.2f} times as long as one groupby (at most 3)")


if __name__ == "__main__":
    main()
