"""A small clinic on the rules and letters that the program ships with; its appointments are written by hand."""

import csv
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any, NamedTuple

from click.testing import CliRunner, Result

from jobs.desk.commands import cli
from jobs.desk.init import with_values
from jobs.runner.outcome import Outcome
from jobs.runner.run import run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
SAMPLES = DATA / "appointments"
HEADERS = (
    "appointment_id", "patient_id", "first_name", "last_name", "email", "start", "booked_at", "cancelled_at", "status",
    "type", "referral_source", "referring_provider", "language",
    "complaint", "provider", "birth_date",
)  # fmt: skip
INSTALLED = "2025-08-01 10:00"  # when the rules of `opened` begin to count
WEEKLY = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:weekly
CREATED:20260101T100000Z
DTSTART;TZID=America/Los_Angeles:20260227T090000
DTEND;TZID=America/Los_Angeles:20260227T095500
RRULE:FREQ=WEEKLY;COUNT=4
SUMMARY:PT - Mira Quill (back)
ATTENDEE:mailto:mira@patient.example
END:VEVENT
END:VCALENDAR
"""
"""A calendar file with a visit a week, from February 27 on."""
Row = dict[str, str]


def appointment(patient: str, start: str, status: str = "completed", kind: str = "PT Follow Up", **more: str) -> Row:
    """One row of the export; `patient` is a first name, from which all that is not said follows."""
    usual = {
        "appointment_id": f"{patient}-{start}",
        "patient_id": patient,
        "first_name": patient,
        "last_name": "Fictional",
        "email": f"{patient.lower()}@patient.example",
        "start": start,
        "booked_at": "2025-01-02 09:00",
        "status": status,
        "type": kind,
    }
    return usual | more


def export(rows: list[Row]) -> str:
    file = StringIO(newline="")
    writer = csv.DictWriter(file, HEADERS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


class Ran(NamedTuple):
    """How a job ended."""

    code: int
    outcome: Outcome

    @property
    def counts(self) -> dict[str, int]:
        """What was counted, without what was counted as nothing."""
        return {words: count for words, count in self.outcome.counts.items() if count}


@dataclass
class Clinic:
    """A folder with config/, templates/ and exports/, and the memory that the jobs make of it."""

    home: Path

    @classmethod
    def made(cls, home: Path) -> "Clinic":
        """The shipped settings with a fictional clinic's facts, reading exports/*.csv."""
        copytree(ROOT / "templates", home / "templates")
        (home / "config").mkdir()
        (home / "exports").mkdir()
        for name in ("follow_ups.yaml", "jobs.yaml", "articles.csv", "referral_names.csv"):
            copyfile(ROOT / "config" / name, home / "config" / name)
        facts = {"id": "lakeside", "name": "Lakeside Physical Therapy", "sender": "hello@lakeside.example"}
        facts |= {"phone": "555-0100", "address": "1 Made-Up Lane", "booking_url": "https://lakeside.example/book"}
        facts |= {"review_url": "https://lakeside.example/review"}
        shipped = (ROOT / "config" / "clinic.yaml").read_text("utf-8")
        (home / "config" / "clinic.yaml").write_text(with_values(shipped, facts), "utf-8")
        clinic = cls(home)
        clinic.read_from("{name: export, path: exports/*.csv}")
        return clinic

    @classmethod
    def opened(cls, home: Path) -> "Clinic":
        """A clinic whose jobs have run since INSTALLED."""
        clinic = cls.made(home)
        assert clinic.run("send_follow_ups", INSTALLED).code == 0
        return clinic

    @classmethod
    def of_physio(cls, home: Path) -> "Clinic":
        """One that reads the physiotherapy clinic's appointments among the SAMPLES, joined with its patients."""
        clinic = cls.made(home)
        file = f"{SAMPLES}/physio_clinic_{{}}.csv"
        joined = f"join: {{path: {file.format('patients')}}}"
        clinic.read_from(f"{{name: physio, path: {file.format('appointments')}, {joined}}}")
        return clinic

    def copied(self, home: Path) -> "Clinic":
        return Clinic(Path(copytree(self.home, home)))

    def read_from(self, *sources: str) -> None:
        """Say in config/sources.yaml where appointments come from."""
        text = "sources:\n" + "".join(f"  - {source}\n" for source in sources)
        (self.home / "config" / "sources.yaml").write_text(text, "utf-8")

    def export(self, *rows: Row, name: str = "appointments.csv") -> Path:
        """Put these rows, and no others, into a file of the export."""
        path = self.home / "exports" / name
        path.write_text(export(list(rows)), "utf-8")
        return path

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file as a person would."""
        path = self.home / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def mail_through(self, port: int, mode: str = "live", **more: object) -> None:
        """Let mail leave over a server on the loopback address."""
        changes = {"mode": mode, "host": "127.0.0.1", "security": "none"} | {n: str(v) for n, v in more.items()}
        path = self.home / "config" / "clinic.yaml"
        text = with_values(path.read_text("utf-8"), {n: v for n, v in changes.items() if not v.isdecimal()})
        for name, value in {"port": str(port), **{n: v for n, v in changes.items() if v.isdecimal()}}.items():
            text = with_values(text, {name: "0"}).replace(f'{name}: "0"', f"{name}: {value}")
        path.write_text(text, "utf-8")

    def run(self, job: str, moment: str, named: bool = True) -> Ran:
        """Run a job in this process as if it were `moment` in the clinic; not `named`, as if the machine said so."""
        now = datetime.strptime(moment, "%Y-%m-%d %H:%M")  # noqa: DTZ007  the clinic's own time
        tools = open_tools(self.home, load_settings(self.home), now)._replace(named=named)
        try:
            return Ran(*run_job(job, tools))
        finally:
            tools.store.close()

    def pull(self, moment: str) -> Ran:
        return self.run("pull_appointments", moment)

    def send(self, moment: str) -> Ran:
        return self.run("send_follow_ups", moment)

    def process(self, job: str, moment: str) -> "subprocess.Popen[str]":
        """The same as cron would start it: a process of its own."""
        command = [sys.executable, str(ROOT / "run_jobs.py"), "-C", str(self.home), "--now", moment, "run", job]
        return subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def command(self, *words: str, moment: str = "", typed: str | None = None) -> Result:
        """What somebody sees who gives a command, in this process, as if it were `moment` in the clinic."""
        now = ["--now", moment] if moment else []
        return CliRunner().invoke(cli, ["-C", str(self.home), *now, *words], input=typed)

    def letters(self) -> list[Path]:
        """The letters that were written into the folder."""
        return sorted((self.home / "var" / "outbox").rglob("*.eml"))

    @property
    def database(self) -> Path:
        return self.home / "var" / "clinic.sqlite"

    def ask(self, query: str, *values: object) -> list[Any]:
        """What the clinic's memory holds; rows of one column come without their tuple."""
        with sqlite3.connect(self.database) as database:
            rows = database.execute(query, values).fetchall()
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows

    def fates(self, patient: str, rule: str) -> list[tuple[str, str]]:
        """State and reason of each letter of a rule to a patient, known by the first name; oldest first."""
        where = "JOIN patients ON patients.id = patient_id WHERE first_name = ? AND rule = ? ORDER BY letters.id"
        return self.ask(f"SELECT state, reason FROM letters {where}", patient, rule)  # noqa: S608  no text from outside

    def list_written(self) -> int:
        """When problems.xlsx was last written."""
        return (self.home / "var" / "reports" / "problems.xlsx").stat().st_mtime_ns

    def in_state(self, state: str) -> set[tuple[str, str]]:
        """Patient and rule of the letters in one state."""
        query = "SELECT first_name, rule FROM letters JOIN patients ON patients.id = patient_id WHERE state = ?"
        return set(self.ask(query, state))
