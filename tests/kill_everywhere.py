"""The run that sends is killed at every write: to the database, the journal, the log, the mail server.

    python tests/kill_everywhere.py                    every point, by SMTP and by Gmail (half an hour)
    python tests/kill_everywhere.py --by gmail --every 3    every third point
    python tests/kill_everywhere.py --by smtp --how ENOSPC    database and journal find the disk full from that write on
    python tests/kill_everywhere.py --by smtp --how EIO       they find it broken from that write on

A run of 40 letters is traced once, and its writing system calls are counted. Then for each of them a fresh copy of the
clinic is taken, `run_jobs.py run send_follow_ups` is started as cron would, and strace kills it with SIGKILL as it
enters that call. It is run again until nothing changes any more. At every point must hold:

- no letter arrived twice, and none is lost: each is on record as sent and arrived, or is listed as unclear
- through Gmail nothing is unclear after the second run
- the database is intact
- a run that was not killed but could not write said so in a sentence and failed, without a traceback
"""

import argparse
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

ROOT = Path(__file__).resolve().parents[1]
for place in (ROOT, *(ROOT / "tests" / room for room in ("mail", "google", "made_up"))):
    sys.path.append(str(place))

from hand_written_clinic import Clinic, appointment  # noqa: E402  found by the lines above
from loopback_gmail import LoopbackGmail  # noqa: E402
from loopback_google import service_key  # noqa: E402
from loopback_server import LoopbackServer  # noqa: E402

LETTERS = 40
WRITES = ("write", "pwrite64", "pwritev", "sendto", "sendmsg", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
DISK = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate")
ON_DISK = ("clinic.sqlite", "clinic.sqlite-wal", "clinic.sqlite-shm", "outbox.journal")
AFTER = ("recvfrom",)  # the first of them after a socket's write: the bytes have left, no answer has been read
FIRST, LATER = "2026-03-04T10:00", ("2026-03-04 10:10", "2026-03-04 10:20", "2026-03-04 10:30", "2026-03-04 10:40")


class Point(NamedTuple):
    """The n-th call of a kind."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


class Server(Protocol):
    def recipients(self) -> list[str]: ...
    def forget(self) -> None: ...


class Found(NamedTuple):
    """What became of the letters at one point."""

    point: Point
    duplicates: int
    lost: int
    unclear: int
    unclear_after_second: int
    runs: int
    ended: str  # killed, failed (with a sentence), done (the call was not reached, or was the last one) or badly
    intact: bool

    @property
    def fine(self) -> bool:
        return not (self.duplicates or self.lost) and self.ended != "badly" and self.intact


def prepared(folder: Path) -> Clinic:
    """A clinic with so many patients to be reminded of a visit, and nothing sent yet."""
    clinic = Clinic.opened(folder / "prepared")
    names = [f"P{number}" for number in range(LETTERS)]
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") for name in names))
    clinic.pull("2026-03-04 08:45")
    return clinic


@contextmanager
def serving(by: str, clinic: Clinic) -> Iterator[Server]:
    """A server that outlives every run, and a clinic whose letters leave by it."""
    if by == "smtp":
        smtp = LoopbackServer()
        clinic.mail_through(smtp.port)
        try:
            yield smtp
        finally:
            smtp.close()
        return
    gmail = LoopbackGmail()
    service_key(clinic.home, gmail)
    google = f'{{"service_account_file": "key.json", "endpoint": "{gmail.endpoint}"}}'
    clinic.edit("config/clinic.yaml", "  mode: preview\n", "  mode: live\n")
    clinic.edit("config/clinic.yaml", "  transport: smtp", "  transport: gmail")
    clinic.edit("config/clinic.yaml", "\ninstallation:\n", f"\ngoogle: {google}\n\ninstallation:\n")
    try:
        yield gmail
    finally:
        gmail.close()


def traced(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """One run as cron would start it, under strace."""
    command = [sys.executable, str(ROOT / "run_jobs.py"), "-C", str(home), "--now", FIRST, "run", "send_follow_ups"]
    return subprocess.run(
        ["strace", *words, *command], cwd="/", capture_output=True, text=True, timeout=120, check=False
    )


def _where(home: Path, how: str) -> list[str]:
    """A disk that fails does so under the files of the state folder, not under the terminal."""
    return [] if how == "SIGKILL" else [word for name in ON_DISK for word in ("-P", str(home / "var" / name))]


def points_of(clinic: Clinic, server: Server, folder: Path, how: str = "SIGKILL") -> list[Point]:
    """Every writing call of an undisturbed run, as strace counts them."""
    calls = WRITES + AFTER if how == "SIGKILL" else DISK
    copy = clinic.copied(folder / "clinic")
    log = folder / "calls"
    # A call that a kernel or machine does not have is no fault: the question mark says so to strace.
    trace = "trace=" + ",".join(f"?{call}" for call in calls)
    traced(copy.home, "-o", str(log), *_where(copy.home, how), "-e", trace)
    assert sorted(server.recipients()) == sorted(set(server.recipients()))
    assert len(server.recipients()) == LETTERS, f"{len(server.recipients())} letters left in the undisturbed run"
    shutil.rmtree(copy.home)
    counted = Counter(re.findall(r"^(\w+)\(", log.read_text("utf-8", "replace"), re.MULTILINE))
    return [Point(call, number) for call in calls for number in range(1, counted[call] + 1)]


def kill_at(point: Point, clinic: Clinic, server: Server, folder: Path, how: str = "SIGKILL") -> Found:
    """Kill a run there, or let its disk fail from there on; run again until nothing changes, and look at what became
    of the letters."""
    server.forget()
    copy = clinic.copied(folder / "clinic")
    what = f"signal=SIGKILL:when={point.number}" if how == "SIGKILL" else f"error={how}:when={point.number}+"
    words = (*_where(copy.home, how), "-e", f"trace={point.call}", "-e", f"inject={point.call}:{what}")
    first = traced(copy.home, "-o", "/dev/null", *words)
    runs, after_second, before = 1, 0, Counter[str]()
    for moment in LATER:
        copy.send(moment)
        runs += 1
        states = Counter(state for (state,) in _rows(copy.home, "SELECT state FROM letters"))
        after_second = states["unknown"] if runs == 2 else after_second
        if states == before:
            break
        before = states
    found = judge(point, copy.home, server, after_second, runs, _ended(first, how))
    shutil.rmtree(copy.home)
    return found


def _ended(first: "subprocess.CompletedProcess[str]", how: str) -> str:
    if first.returncode == 0:
        return "done"
    if how == "SIGKILL":
        return "killed" if first.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL) else "badly"
    told = first.stderr.strip()
    sentence = "cannot be " in told and told.endswith(".") and "Traceback" not in told and "not foreseen" not in told
    return "failed" if first.returncode == 1 and sentence else "badly"


def judge(point: Point, home: Path, server: Server, after_second: int, runs: int, ended: str) -> Found:
    arrived = Counter(server.recipients())
    letters = _rows(home, "SELECT email, state, reason FROM letters JOIN patients ON patients.id = patient_id")
    unclear = {email for email, state, reason in letters if state == "unknown" and reason}
    sent = {email for email, state, _ in letters if state == "sent"}
    lost = LETTERS - len(sent & set(arrived)) - len(unclear)
    ((intact,),) = _rows(home, "PRAGMA integrity_check")
    return Found(
        point, sum(arrived.values()) - len(arrived), lost, len(unclear), after_second, runs, ended, intact == "ok"
    )


def _rows(home: Path, query: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        return database.execute(query).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", choices=("smtp", "gmail"), action="append")
    parser.add_argument("--how", choices=("SIGKILL", "ENOSPC", "EIO"), default="SIGKILL")
    parser.add_argument("--every", type=int, default=1, help="take every n-th point only")
    chosen = parser.parse_args()
    if not shutil.which("strace"):
        sys.exit("This needs strace.")
    fine = True
    for by in chosen.by or ("smtp", "gmail"):
        with tempfile.TemporaryDirectory() as name:
            fine = _all_points(by, Path(name), chosen.how, chosen.every) and fine
    sys.exit(not fine)


def _all_points(by: str, folder: Path, how: str, every: int) -> bool:
    clinic = prepared(folder)
    with serving(by, clinic) as server:
        points = points_of(clinic, server, folder, how)
        print(
            f"{by}, {how}: {len(points)} points in a run of {LETTERS} letters: {dict(Counter(p.call for p in points))}"
        )
        results = list[Found]()
        for point in points[::every]:
            results.append(kill_at(point, clinic, server, folder, how))
            if not results[-1].fine or (by == "gmail" and results[-1].unclear_after_second):
                print(f"  NOT FINE: {results[-1]}", flush=True)
            elif len(results) % 50 == 0:
                print(f"  {len(results)} of {len(points[::every])}", flush=True)
    totals = {
        "points": len(results),
        **{f"runs {ended}": count for ended, count in Counter(each.ended for each in results).items()},
        "duplicates": sum(each.duplicates for each in results),
        "lost": sum(each.lost for each in results),
        "unclear, each listed": sum(each.unclear for each in results),
        "most unclear at one point": max(each.unclear for each in results),
        "unclear after the second run": sum(each.unclear_after_second for each in results),
        "databases damaged": sum(not each.intact for each in results),
    }
    print(f"{by}, {how}: " + ", ".join(f"{name}: {value}" for name, value in totals.items()))
    return all(each.fine for each in results) and not (by == "gmail" and totals["unclear after the second run"])


if __name__ == "__main__":
    main()
