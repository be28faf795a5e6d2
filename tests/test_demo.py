"""The demonstration as a new user runs it: a made-up week on the first call, nothing twice on the second."""

import re
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook

from jobs.desk import demo
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

NOW = "2026-03-04 10:05"  # a Wednesday
_OF_RUNS = {"runs", "read_workbooks", "alembic_version"}  # the workbook is written anew, and known by what it holds


class Run(NamedTuple):
    """One call of the demonstration and what stood in its folder afterwards."""

    code: int
    said: str
    shown: dict[str, str]  # the lines of its table
    rows: dict[str, int]
    content: dict[str, str]  # a digest of each table
    letters: list[str]
    steps: list[tuple[str, str, str]]  # job, outcome and counts of each run so far


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration") / "lakeside"


@pytest.fixture(scope="module")
def first(home: Path) -> Run:
    return demonstrate(home)


@pytest.fixture(scope="module")
def second(home: Path, first: Run) -> Run:
    return demonstrate(home)


def demonstrate(home: Path) -> Run:
    command = [sys.executable, str(ROOT / "run_jobs.py"), "--now", NOW, "demo", "--folder", str(home)]
    ended = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=120)
    shown = dict(re.findall(r"^│ (.+?) +│ (.+?) +│$", ended.stdout, re.MULTILINE))
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {
            name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr)  # noqa: S608  names of ours
            for name in names
            if name not in _OF_RUNS
        }
        steps = list(database.execute("SELECT job, outcome, counts FROM runs ORDER BY id"))
    tables["source_files"] = [(*row[1:4], *row[5:]) for row in tables["source_files"]]  # without when it was looked at
    letters = sorted(str(path.relative_to(home)) for path in home.rglob("*.eml"))
    content = {name: sha256(repr(rows).encode()).hexdigest() for name, rows in tables.items()}
    rows = {name: len(found) for name, found in tables.items()}
    return Run(ended.returncode, ended.stdout + ended.stderr, shown, rows, content, letters, steps)


@pytest.fixture(scope="module")
def letters(home: Path, first: Run) -> list[EmailMessage]:
    found = [message_from_bytes((home / name).read_bytes(), policy=policy.default) for name in first.letters]
    assert all(isinstance(letter, EmailMessage) for letter in found)
    return found  # type: ignore[return-value]


def ask(home: Path, query: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        return database.execute(query).fetchall()


def test_the_first_run_reads_appointments_writes_letters_and_lists_problems(first: Run) -> None:
    assert (first.code, "Traceback" in first.said) == (0, False)
    assert 1_400 <= int(first.shown["Appointments read"]) <= 2_000
    assert int(first.shown["New or changed"]) == first.rows["appointments"]
    assert int(first.shown["Letters written"]) == len(first.letters) > 20
    assert int(first.shown["Problems listed"]) == first.rows["problems"] > 0
    assert int(first.shown["Rows set aside"]) > 0
    assert [step[:2] for step in first.steps] == [
        (job, "done") for job in ("pull_appointments", "send_follow_ups", "summarize_referrals")
    ]


def test_it_can_be_rehearsed_on_any_day(first: Run) -> None:
    assert "Lakeside Physical Therapy & Pilates, Wednesday, March 04, 2026" in first.said
    assert {name.split("/")[2] for name in first.letters} == {"2026-03-04"}
    assert first.shown["The weekly workbook"].endswith("referrals-2026-W09.xlsx")


def test_every_kind_of_letter_is_among_them(home: Path, first: Run) -> None:
    sent = Counter(rule for (rule,) in ask(home, "SELECT rule FROM letters WHERE state = 'sent'"))
    named = re.findall(r"^  - name: (\w+)", (home / "config" / "follow_ups.yaml").read_text("utf-8"), re.MULTILINE)
    assert len(named) == 11 and sorted(sent) == sorted(named)


def test_what_exists_in_spanish_is_shown_in_spanish_too(home: Path, letters: list[EmailMessage]) -> None:
    pages = [(str(letter["Subject"]), letter.get_body(("html",))) for letter in letters]
    subjects = [subject for subject, page in pages if page is not None and '<html lang="es"' in page.get_content()]
    spanish = [file.read_text("utf-8") for file in (home / "templates").glob("*.es.md")]
    begins = {re.findall(r'^subject: "([^"{]+)', text, re.MULTILINE)[0] for text in spanish}
    assert len(begins) == 3
    assert {begin for begin in begins for subject in subjects if subject.startswith(begin)} == begins


def test_the_workbooks_open(home: Path, first: Run) -> None:
    summary = load_workbook(first.shown["The weekly workbook"])
    assert summary.sheetnames[0] == "This week" and len(summary["This week"]._charts) == 2
    sheet = load_workbook(first.shown["The problems"])["Problems"]
    lines = list(sheet.iter_rows(min_row=5, values_only=True))
    assert len(lines) == int(first.shown["Problems listed"])
    assert all(line[8] and line[9] for line in lines)  # what is wrong, what to do


def test_the_gallery_shows_every_letter(first: Run, letters: list[EmailMessage]) -> None:
    page = Path(first.shown["The letters"]).read_text("utf-8")
    assert page.count("<iframe") == 2 * len(letters)  # on a desktop and on a phone
    assert "<script" not in page
    shown = Counter(re.findall(r'<span class="facts">to (\S+) ', page))
    assert shown == Counter(str(letter["To"]) for letter in letters)


def test_the_second_run_sends_nothing_writes_no_row_and_says_so(first: Run, second: Run) -> None:
    assert second.code == 0
    assert (second.shown["Letters written"], second.shown["New or changed"]) == ("0", "0")
    assert "Nothing was sent again: every letter leaves once." in second.said
    assert second.letters == first.letters
    assert second.rows == first.rows
    assert {name for name in first.content if first.content[name] != second.content[name]} == set()
    assert [step[:2] for step in second.steps[3:]] == [step[:2] for step in first.steps]


def test_the_second_run_leaves_the_reports_readable(second: Run) -> None:
    assert load_workbook(second.shown["The weekly workbook"]).sheetnames[0] == "This week"
    assert load_workbook(second.shown["The problems"]).sheetnames == ["Problems"]


def test_each_letter_goes_to_one_bare_made_up_address(letters: list[EmailMessage]) -> None:
    for letter in letters:
        assert re.fullmatch(r"[^\s<>,;\"@]+@[a-z0-9.-]+\.example", str(letter["To"])), letter["To"]
        assert [letter.get_all(name) for name in ("Cc", "Bcc", "Resent-To")] == [None] * 3
        assert len(letter.get_all("To") or ()) == 1


def test_no_subject_names_a_patient_a_diagnosis_or_a_part_of_the_body(home: Path, letters: list[EmailMessage]) -> None:
    names = {name.lower() for row in ask(home, "SELECT first_name, last_name FROM patients") for name in row if name}
    codes = {
        code.lower() for (text,) in ask(home, "SELECT DISTINCT diagnosis FROM appointments") for code in text.split()
    }
    body = set("back neck shoulder knee hip ankle elbow foot feet heel spine pelvic floor muscle joint pain injury "
               "surgery sciatica arthritis sprain tendon leg arm wrist hand head".split())  # fmt: skip
    for subject in {str(letter["Subject"]) for letter in letters}:
        words = set(re.findall(r"[\w.'-]+", subject.lower())) - {"back"} | set(
            re.findall(r"your back\b", subject.lower())
        )
        assert not words & (names | codes | body), subject


def test_each_letter_has_what_a_mail_program_needs(letters: list[EmailMessage]) -> None:
    ids = [str(letter["Message-ID"]) for letter in letters]
    assert len(set(ids)) == len(ids)
    for letter in letters:
        assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
        assert letter["Auto-Submitted"] == "auto-generated" and letter["List-Unsubscribe"] and letter["Date"]
        assert len(bytes(letter)) < 100_000
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "{{" not in text and "{%" not in text and "None" not in text


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work", "utf-8")
    command = [sys.executable, str(ROOT / "run_jobs.py"), "demo", "--folder", str(tmp_path)]
    ended = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == f"{tmp_path} holds something that no demonstration made. Name another folder.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_each_job_begins_at_its_own_moment_so_that_the_workbook_knows_of_the_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = (datetime(2026, 3, 4, 10, minute, tzinfo=UTC) for minute in range(60))
    begun: list[datetime] = []

    def run(name: str, tools: Tools) -> tuple[int, Outcome]:
        begun.append(tools.now)
        return 0, Outcome()

    settings: Any = SimpleNamespace(clinic=SimpleNamespace(name="Lakeside"))
    store: Any = SimpleNamespace(close=lambda: None)
    tools = Tools(tmp_path, settings, store, next(moments), lambda: next(moments))
    for name, instead in (
        ("_set_up", lambda *_: None),
        ("load_settings", lambda *_: settings),
        ("open_tools", lambda *_: tools),
        ("run_job", run),
        ("write_outbox_gallery", lambda *_: tmp_path),
    ):
        monkeypatch.setattr(demo, name, instead)
    assert demo.run_demo(tmp_path / "lakeside") == 0
    assert begun == sorted(set(begun))
    assert len(begun) == 3
