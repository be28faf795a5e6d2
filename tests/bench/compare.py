"""Whole processes against the plain script: first run, and a second run with one row in a hundred changed.

    python tests/bench/compare.py [--rows 10000 100000] [--runs 5]

Before that, `--help` against a Python that does nothing.

Same workbook, same loopback sink, same number of mails; the two take turns, and medians are compared. The plain
script and the maker of the workbook are not part of this project: they lie in ../shared/peers beside the checkout.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mail_servers import HERE, free_port, running

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT.parent / "shared" / "peers"
TODAY = "2027-01-15"
CONFIG = {
    "clinic.yaml": """
clinic: {id: bench, name: Lakeside Family Clinic, zone: UTC, address: "12 Harbour Street, Springfield",
         phone: "+1-555-0100", website: "https://clinic.example", booking_url: "https://clinic.example/book"}
mail: {mode: live, sender: followup@clinic.example, daily_quota: 1000000, brake_floor: 1000000,
       smtp: {host: 127.0.0.1, port: PORT, security: none, greet_as: clinic.example}}
installation: {state_dir: STATE}
""",
    "sources.yaml": "sources: [{name: export, path: appointments.xlsx}]\n",
    "jobs.yaml": "jobs: []\n",
    "follow_ups.yaml": """
sending: {days: [mon, tue, wed, thu, fri, sat, sun], opens: "00:00", closes: "23:59"}
caps: {letters: 100000, days: 1}
rules:
  - {name: after_visit, when: visit, wait: 14 days, too_late_after: 5000 days, template: follow.md, articles: 3,
     start: "2000-01-01", capped: no}
""",
}
LETTER = """---
subject: "Your visit on {{ appointment.date }}"
preheader: "Some reading for the next weeks."
---
Dear {{ patient.first_name }},

Thank you for visiting {{ clinic.name }}. Here is a short summary of your visit with {{ appointment.provider }}, and
some reading that our clinicians think may help you in the next weeks.

**Date:** {{ appointment.date }}{% if appointment.time %} at {{ appointment.time }}{% endif %}
**Clinician:** {{ appointment.provider }}

{{ articles }}

[Book your next appointment]({{ clinic.booking_url }})

If your symptoms change, please call us at {{ clinic.phone }}. In an emergency call your local emergency number; this
mailbox is not read outside opening hours.

Kind regards,
{{ clinic.signature }}
"""


class Measured(NamedTuple):
    seconds: float
    megabytes: float  # the largest single process
    mails: int


def measured(command: list[str], folder: Path, counter: Path) -> Measured:
    """One whole process, by the operating system's own account."""
    before = int(counter.read_text() or 0) if counter.exists() else 0
    out = folder / "usage"
    script = (
        "import json,resource,subprocess,sys,time;t=time.perf_counter();"
        "c=subprocess.run(sys.argv[2:],stdout=subprocess.DEVNULL).returncode;s=time.perf_counter()-t;"
        "json.dump([s,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024,c],open(sys.argv[1],'w'))"
    )
    # Installed programs keep their compiled modules; a variable that forbids it would measure the compiler.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", script, str(out), *command], check=True, cwd=folder, env=environment)
    seconds, megabytes, code = json.loads(out.read_text())
    if code:
        sys.exit(f"{command} ended with {code}")
    return Measured(seconds, megabytes, (int(counter.read_text() or 0) if counter.exists() else 0) - before)


@contextmanager
def sink(folder: Path) -> Iterator[tuple[int, Path]]:
    """A sink on a free port of this machine, and the file in which it counts."""
    port, counter = free_port(), folder / "taken"
    with running([sys.executable, str(HERE / "sink.py"), str(port), str(counter)], port):
        yield port, counter


def workbooks(rows: int, folder: Path) -> tuple[Path, Path]:
    """The workbook, and the same one a day later: one row in a hundred has another status."""
    sys.path.insert(0, str(PEERS))
    import make_workbook

    first, second = folder / f"{rows}.xlsx", folder / f"{rows}-later.xlsx"
    make_workbook.xlsx(rows, str(first))
    made = list(make_workbook.rows(rows))
    status = make_workbook.HEAD.index("status")
    chance = random.Random(5)
    for row in chance.sample(made, rows // 100):
        row[status] = chance.choice([other for other in make_workbook.STATUS if other != row[status]])
    make_workbook.rows = lambda n, seed=1: iter(made)
    make_workbook.xlsx(rows, str(second))
    sys.modules.pop("make_workbook")
    return first, second


def make_home(folder: Path, port: int) -> Path:
    """A clinic of ours whose one rule writes what the plain script writes."""
    home = folder / "home"
    shutil.copytree(ROOT / "templates", home / "templates")
    (home / "config").mkdir()
    for name, text in CONFIG.items():
        (home / "config" / name).write_text(text.replace("PORT", str(port)).replace("STATE", str(home / "var")))
    (home / "templates" / "follow.md").write_text(LETTER)
    shutil.copy(ROOT / "config" / "referral_names.csv", home / "config")
    with (home / "config" / "articles.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow("slug title url topics icd10 summary published purpose off".split())
        with (PEERS / "articles.csv").open(newline="") as theirs:
            for number, row in enumerate(csv.DictReader(theirs)):
                write.writerow(
                    [f"a{number}", row["title"], row["url"], row["type"], "", row["summary"], "", "care", ""]
                )
    return home


def compare(rows: int, runs: int, folder: Path) -> None:
    """Print the ratios for one size."""
    first, second = workbooks(rows, folder)
    found: dict[str, list[Measured]] = {}
    for turn in range(runs):
        for whose in ("ours", "plain"):
            with tempfile.TemporaryDirectory(dir=folder) as name, sink(Path(name)) as (port, counter):
                place = Path(name)
                for when, workbook in (("first", first), ("second", second)):
                    command = ours(place, port, workbook) if whose == "ours" else plain(place, port, workbook)
                    found.setdefault(f"{whose} {when}", []).append(measured(command, place, counter))
        print(
            f"  {turn + 1} of {runs}", {k: (round(v[-1].seconds, 3), v[-1].mails) for k, v in found.items()}, flush=True
        )
    for when in ("first", "second"):
        counted = {m.mails for whose in ("ours", "plain") for m in found[f"{whose} {when}"]}
        if len(counted) > 1:
            sys.exit(f"The {when} runs sent unlike numbers of mails ({sorted(counted)}): there is nothing to compare.")
        a, b = (found[f"{whose} {when}"] for whose in ("ours", "plain"))
        seconds = [statistics.median(m.seconds for m in who) for who in (a, b)]
        memory = [statistics.median(m.megabytes for m in who) for who in (a, b)]
        print(
            f"{rows:>7,} rows, {when} run: {seconds[0]:.2f} s against {seconds[1]:.2f} s, "
            f"{seconds[1] / seconds[0]:.1f} times as fast; "
            f"{memory[0]:.0f} MB against {memory[1]:.0f} MB, {memory[0] / memory[1]:.2f} of it; "
            f"{a[0].mails} mails against {b[0].mails}"
        )


def compare_help(runs: int) -> None:
    """Print how long `--help` takes, as a multiple of a Python that does nothing."""
    commands = {"help": [str(ROOT / "run_jobs.py"), "--help"], "nothing": ["-c", "pass"]}
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, words in commands.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
            found[name].append(time.perf_counter() - started)
    page, nothing = (statistics.median(found[name]) for name in commands)
    print(f"--help: {page * 1000:.0f} ms against {nothing * 1000:.0f} ms of a bare Python, {page / nothing:.1f} times")


def ours(place: Path, port: int, workbook: Path) -> list[str]:
    home = place / "home"
    if not home.exists():
        make_home(place, port)
    shutil.copy(workbook, home / "appointments.new")
    saved = datetime.fromisoformat(TODAY).replace(tzinfo=UTC).timestamp() - (3600 if "later" in workbook.name else 7200)
    os.utime(home / "appointments.new", (saved, saved))  # of the day on which both read it
    os.replace(home / "appointments.new", home / "appointments.xlsx")
    return [sys.executable, str(ROOT / "run_jobs.py"), "-C", str(home), "--now", f"{TODAY}T00:00:00", "run", "all"]


def plain(place: Path, port: int, workbook: Path) -> list[str]:
    options = ["--today", TODAY, "--smtp", f"127.0.0.1:{port}", "--log", "sent.csv", "--summary", "summary.xlsx"]
    return [sys.executable, "-W", "ignore", str(PEERS / "baseline.py"), str(workbook), *options]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    compare_help(4 * arguments.runs + 1)
    if not PEERS.exists():
        sys.exit(f"The plain script to compare with is not here: {PEERS} is missing.")
    with tempfile.TemporaryDirectory() as workplace:
        for size in arguments.rows:
            compare(size, arguments.runs, Path(workplace))
