"""From the clinic's files to what it knows: each file whole or not at all, each change once, nothing dropped unsaid."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from csv import DictReader
from pathlib import Path

import pytest
from hand_written_clinic import ROOT, SAMPLES, Clinic, Row, appointment, export
from openpyxl import load_workbook

from jobs.runner.run import FAILED, FINE
from jobs.sources.row_marks import FileMemory

needs_data = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="../shared/data, with exports that nobody here wrote, is not on this machine"
)
MOMENT, LATER = "2026-03-04 07:00", "2026-03-04 08:00"
OF_THE_FILE = ("read_at", "memory", "rows", "data_at")
_OF_THE_RUN = {"runs", "cursors", "alembic_version"}


def content(clinic: Clinic, *apart: str) -> dict[str, list[tuple[object, ...]]]:
    """All that the clinic's memory holds but its runs; `apart` are columns that do not count."""
    with sqlite3.connect(clinic.database) as database:
        database.row_factory = sqlite3.Row
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted((tuple(row[name] for name in row.keys() if name not in apart) for row in rows), key=repr)
            for table in tables
            if table not in _OF_THE_RUN
            and (rows := database.execute(f'SELECT * FROM "{table}"').fetchall()) is not None  # noqa: S608
        }


def problems(clinic: Clinic) -> list[dict[str, object]]:
    """The lines of problems.xlsx, as the office manager reads them."""
    sheet = load_workbook(clinic.home / "var" / "reports" / "problems.xlsx")["Problems"]
    header, *lines = sheet.iter_rows(min_row=4, values_only=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture(scope="module")
def physio(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic that has read the physiotherapy clinic's appointments, joined with its patients."""
    return Clinic.of_physio(tmp_path_factory.mktemp("physio") / "clinic")


@needs_data
def test_the_physiotherapy_clinic_is_read_whole_and_says_why_it_gets_no_letters(physio: Clinic) -> None:
    ran = physio.pull("2025-09-20 07:00")
    statuses = Counter(physio.ask("SELECT status FROM appointments"))
    assert statuses == {"completed": 421, "cancelled": 86, "no_show": 58} and statuses.total() == 565
    assert (ran.code, ran.counts["appointments new"], ran.counts.get("rows set aside", 0)) == (FINE, 565, 0)
    assert len(physio.ask("SELECT id FROM patients WHERE first_name <> '' AND phone <> ''")) == len(
        physio.ask("SELECT DISTINCT patient_id FROM appointments")
    )
    *twice, line = sorted(problems(physio), key=lambda line: str(line["File"] or ""))
    assert [each["Value"] for each in twice] == ["43 and 61", "64 and 67", "387 and 389"]
    assert line["What is wrong"] == (
        "This export has no e-mail column: no letter is possible for patients whom no other source knows."
    )
    assert line["What to do"] == (
        "Add the patients' e-mail addresses to the export, or join a file that has them in config/sources.yaml."
    )
    sent = physio.send("2025-09-20 10:00")
    assert (sent.code, physio.in_state("sent")) == (FINE, set())
    assert set(ran.outcome.notes) == {
        "physio: This export has no e-mail column: no letter is possible for patients whom no other source knows.",
        "physio: One patient has two appointments that begin at the same moment; both count.",
    }


@needs_data
def test_what_nobody_needs_of_an_export_never_reaches_the_store(new_clinic: Clinic) -> None:
    file = f"{SAMPLES}/synthetic_{{}}.csv"
    new_clinic.read_from(
        f"{{name: synthetic, path: {file.format('encounters')}, join: {{path: {file.format('patients')}}}}}"
    )
    assert new_clinic.pull("2026-03-04 07:00").code == FINE
    with open(file.format("patients"), encoding="utf-8", newline="") as lines:
        people = list(DictReader(lines))
    known = new_clinic.ask("SELECT COUNT(*) FROM patients WHERE last_name <> ''")
    assert known[0] > 150 and len(people) == 200
    kept = b"".join(path.read_bytes() for path in (new_clinic.home / "var").rglob("*") if path.is_file())
    assert people[0]["last_name"].encode() in kept
    assert [person["ssn"] for person in people if person["ssn"].encode() in kept] == []
    cells = {str(cell) for rows in content(new_clinic, "id", "patient_id").values() for row in rows for cell in row}
    assert cells & {person["income"] for person in people if len(person["income"]) > 4} == set()


def test_one_bad_row_never_stops_the_others_and_is_listed_with_its_remedy(clinic: Clinic) -> None:
    clinic.export(
        appointment("Ann", "2026-03-02 09:00"),
        appointment("Bea", "next tuesday-ish"),
        appointment("Cleo", "2026-03-02 10:00", "gone fishing"),
        appointment("", "2026-03-02 11:00", email="", last_name=""),
        appointment("Dan", "2026-03-02 12:00", email="dan at home"),
        appointment("Eve", "2026-03-02 13:00"),
    )
    ran = clinic.pull(MOMENT)
    assert ran.code == FINE
    assert (ran.counts["appointments read"], ran.counts["rows set aside"]) == (6, 3)
    assert clinic.ask("SELECT first_name FROM patients ORDER BY 1") == ["Ann", "Dan", "Eve"]
    listed = {line["Row"]: line for line in problems(clinic)}
    assert {row: line["Left out"] for row, line in listed.items()} == {3: "yes", 4: "yes", 5: "yes", 6: "no"}
    assert {(line["Source"], line["File"]) for line in listed.values()} == {("export", "exports/appointments.csv")}
    assert (listed[3]["Column"], listed[3]["Value"]) == ("start", "next tuesday-ish")
    assert listed[4]["What is wrong"].startswith('The status "gone fishing" is not known')
    assert all(line["What is wrong"] and line["What to do"] for line in listed.values())


def test_a_row_that_was_corrected_leaves_the_list_of_problems(clinic: Clinic) -> None:
    good = [appointment(f"Ann{letter}", "2026-03-02 09:00") for letter in "abc"]
    clinic.export(*good, appointment("Bea", "next tuesday-ish"))
    clinic.pull(MOMENT)
    assert len(problems(clinic)) == 1
    clinic.export(*good, appointment("Bea", "2026-03-10 09:00"))
    clinic.pull(LATER)
    assert clinic.ask("SELECT COUNT(*) FROM problems") == [0]
    assert "Bea" in clinic.ask("SELECT first_name FROM patients")


BAD_FILES = {
    "empty.csv": b"",
    "not_a_workbook.xlsx": b"PK\x03\x04 this is no workbook",
    "a_picture.csv": bytes(range(256)) * 40,
    "half.csv": b"appointment_id,patient_id\n1,2\n",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_one_bad_file_never_stops_the_other_files(clinic: Clinic, name: str) -> None:
    clinic.read_from("{name: export, path: exports/*, take: all}", "{name: second, path: 'more/*.csv'}")
    clinic.export(appointment("Ann", "2026-03-02 09:00"), name="a.csv")
    (clinic.home / "exports" / name).write_bytes(BAD_FILES[name])
    clinic.export(appointment("Zoe", "2026-03-02 10:00"), name="z.csv")
    (clinic.home / "more").mkdir()
    (clinic.home / "more" / "m.csv").write_text(export([appointment("Mia", "2026-03-02 11:00")]), "utf-8")
    for path in (clinic.home / "exports").iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))  # nobody is writing it
    ran = clinic.pull(MOMENT)
    assert sorted(clinic.ask("SELECT first_name FROM patients")) == ["Ann", "Mia", "Zoe"]
    (line,) = problems(clinic)
    assert line["File"] == f"exports/{name}"
    assert line["What is wrong"] and line["What to do"]
    assert "Error" not in line["What is wrong"] and "Traceback" not in line["What is wrong"]
    assert ran.code == FAILED
    assert ran.outcome.failed == f"Nothing was read from exports/{name} (export); problems.xlsx says why."


def test_a_source_whose_file_is_missing_is_said_until_it_is_there(clinic: Clinic) -> None:
    ran = clinic.pull(MOMENT)
    (line,) = problems(clinic)
    assert (ran.code, line["What is wrong"]) == (FAILED, 'No file matches path: "exports/*.csv".')
    clinic.export(appointment("Ann", "2026-03-02 09:00"))
    assert clinic.pull(LATER).code == FINE
    assert clinic.ask("SELECT COUNT(*) FROM problems") == [0]


def week(changed: dict[int, Row] | None = None) -> list[Row]:
    """Two hundred appointments, some of them changed."""
    rows = [
        appointment(f"P{n}", f"2026-03-{2 + n % 20:02} 09:{n % 60:02}", "booked" if n % 20 > 3 else "completed",
                    appointment_id=f"A{n}", last_name=f"Fictional{n}") for n in range(200)
    ]  # fmt: skip
    for number, values in (changed or {}).items():
        rows[number] |= values
    return rows


@pytest.fixture(scope="module")
def known_week(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic that has read these appointments. For copying only."""
    clinic = opened_clinic.copied(tmp_path_factory.mktemp("week") / "clinic")
    clinic.export(*week())
    assert clinic.pull(MOMENT).counts["appointments new"] == 200
    return clinic


@pytest.fixture
def watched(known_week: Clinic, tmp_path: Path) -> Iterator[Clinic]:
    """A copy whose database notes each row that is written."""
    clinic = known_week.copied(tmp_path / "clinic")
    os.utime(clinic.home / "exports" / "appointments.csv", (1_700_000_000, 1_700_000_000))
    clinic.pull(MOMENT)
    with sqlite3.connect(clinic.database) as database:
        database.execute("CREATE TABLE written (what TEXT)")
        for table in ("appointments", "patients", "episodes", "events"):
            for change in ("INSERT", "UPDATE", "DELETE"):
                noting = f"BEGIN INSERT INTO written VALUES ('{change} {table}'); END"  # noqa: S608  names of ours
                database.execute(f"CREATE TRIGGER {table}_{change} AFTER {change} ON {table} {noting}")
    yield clinic


def written(clinic: Clinic) -> Counter[str]:
    return Counter(clinic.ask("SELECT what FROM written"))


def test_what_was_wrong_with_a_source_that_is_named_no_more_fails_no_pull(clinic: Clinic) -> None:
    rows = [appointment("Remy", "2026-03-06 14:00", "booked")]
    clinic.export(*rows)
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: old, path: exports/*.xlsx}")
    assert clinic.pull("2026-03-04 08:00").code == FAILED
    listed = clinic.home / "var" / "reports" / "problems.xlsx"
    os.utime(listed, (1, 1))  # long ago, as people take their time to change the settings
    clinic.read_from("{name: export, path: exports/*.csv}")
    ran = clinic.pull("2026-03-04 09:00")
    assert (ran.code, ran.outcome.failed, listed.stat().st_mtime > 1) == (FINE, "", True)
    told = clinic.command("problems", moment="2026-03-04 10:00")
    assert "exports/*.xlsx" not in told.output
    written = clinic.list_written()
    assert (clinic.pull("2026-03-04 11:00").code, clinic.list_written()) == (FINE, written)


def test_a_list_that_a_full_disk_or_a_kill_kept_from_being_written_is_written_by_the_next_pull(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.export(appointment("Ben", "2026-03-12 xx", "booked"))
    assert clinic.pull("2026-03-03 09:00").code == FINE
    clinic.export(appointment("Ben", "2026-03-12 xx", "booked"), appointment("Cora", "2026-03-13 yy", "booked"))
    with monkeypatch.context() as patched:
        full = OSError(28, "No space left on device")
        patched.setattr("jobs.reports.problems_workbook.write_problems", lambda *_: (_ for _ in ()).throw(full))
        assert clinic.pull("2026-03-04 09:00").code == FAILED
    assert [line["Value"] for line in problems(clinic)] == ["2026-03-12 xx"]
    assert clinic.pull("2026-03-04 10:00").code == FINE  # of a file that has not changed
    assert {line["Value"] for line in problems(clinic)} == {"2026-03-12 xx", "2026-03-13 yy"}
    written = clinic.list_written()
    assert (clinic.pull("2026-03-04 11:00").code, clinic.list_written()) == (FINE, written)


def test_a_list_that_says_something_else_than_the_database_is_written_anew(clinic: Clinic) -> None:
    clinic.export(appointment("Ben", "2026-03-12 xx", "booked"), appointment("Cora", "2026-03-13 yy", "booked"))
    assert clinic.pull("2026-03-03 09:00").code == FINE
    with sqlite3.connect(clinic.database) as database:  # as a backup that is put back changes it
        database.execute("DELETE FROM problems WHERE value = '2026-03-12 xx'")
    assert clinic.pull("2026-03-03 10:00").code == FINE
    assert [line["Value"] for line in problems(clinic)] == ["2026-03-13 yy"]


def test_a_file_that_nobody_touched_is_not_opened_again(watched: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(watched, *OF_THE_FILE)
    monkeypatch.setattr("jobs.sources.reading.ChildProcess", None)  # what would read it
    ran = watched.pull(LATER)
    assert (ran.code, ran.counts) == (FINE, {"files unchanged": 1})
    assert (content(watched, *OF_THE_FILE), written(watched)) == (before, {})


def test_a_file_saved_anew_with_the_same_bytes_writes_nothing(watched: Clinic) -> None:
    before = content(watched, *OF_THE_FILE)
    watched.export(*week())
    assert watched.pull(LATER).counts == {"files unchanged": 1}
    assert watched.ask("SELECT rows FROM source_files") == [200]
    assert (content(watched, *OF_THE_FILE), written(watched)) == (before, {})


def test_only_the_rows_that_changed_are_written(watched: Clinic) -> None:
    watched.export(*week({7: {"status": "cancelled"}, 150: {"start": "2026-03-30 09:00"}}))
    ran = watched.pull(LATER)
    assert (ran.counts["appointments changed"], ran.counts.get("appointments new", 0)) == (2, 0)
    done = written(watched)
    assert (done["UPDATE appointments"], done["INSERT events"]) == (2, 2)
    assert done["UPDATE episodes"] <= 2
    assert set(done) <= {"UPDATE appointments", "INSERT events", "UPDATE episodes"}


def test_the_same_rows_in_another_order_write_nothing(watched: Clinic) -> None:
    before = content(watched, *OF_THE_FILE)
    watched.export(*reversed(week()))
    assert watched.pull(LATER).code == FINE
    assert (content(watched, *OF_THE_FILE), written(watched)) == (before, {})


def test_a_changed_address_writes_one_patient_and_no_event(watched: Clinic) -> None:
    watched.export(*week({9: {"email": "new.address@patient.example"}}))
    watched.pull(LATER)
    assert written(watched) == {"UPDATE patients": 1}
    assert watched.ask("SELECT email FROM patients WHERE first_name = 'P9'") == ["new.address@patient.example"]


@pytest.mark.parametrize(
    ("number", "values", "what"),
    [
        (7, {"status": "completed"}, "completed"),
        (7, {"status": "arrived"}, "arrived"),
        (7, {"status": "no show"}, "no_show"),
        (7, {"status": "cancelled"}, "cancelled"),
        (7, {"start": "2026-03-30 09:00"}, "moved"),
    ],
)
def test_a_changed_row_makes_exactly_one_event(watched: Clinic, number: int, values: Row, what: str) -> None:
    watched.export(*week({number: values}))
    for moment in (LATER, "2026-03-04 09:00"):
        watched.pull(moment)
        watched.export(*reversed(week({number: values})))
    known = "SELECT what, seen_at FROM events JOIN appointments a ON a.id = appointment_id WHERE a.key = ?"
    booked, *since = watched.ask(f"{known} ORDER BY events.id", f"export:A{number}")
    assert (booked[0], since) == ("booked", [(what, "2026-03-04T16:00:00Z")])
    assert written(watched)["INSERT events"] == 1


def test_a_dated_export_that_repeats_the_rows_of_yesterday_writes_the_new_ones_only(watched: Clinic) -> None:
    os.utime(watched.home / "exports" / "appointments.csv", (1_700_000_000, 1_700_000_000))
    watched.export(*week(), appointment("Nell", "2026-03-20 09:00", "booked"), name="appointments-2026-03-04.csv")
    ran = watched.pull(LATER)
    assert (ran.counts["appointments new"], ran.counts.get("appointments changed", 0)) == (1, 0)
    assert written(watched)["INSERT appointments"] == 1 and "UPDATE appointments" not in written(watched)


def test_a_clinic_without_a_source_yet_is_told_so(clinic: Clinic) -> None:
    (clinic.home / "config" / "sources.yaml").write_text("sources: []\n", "utf-8")
    ran = clinic.pull(MOMENT)
    assert (ran.code, ran.outcome.failed) == (FINE, "")
    assert ran.outcome.notes == ("No source is configured in config/sources.yaml.",)


FILES = {name: [appointment(f"{name}{letter}", f"2026-03-{day:02} 09:00") for letter in "xyz" for day in (2, 3)]
         for name in ("Ada", "Bob", "Cy")}  # fmt: skip
KILLED = """
import os, signal, sys
import jobs.pulling.saving as job
from jobs.desk.commands import cli
step, left = sys.argv[1], int(sys.argv[2])
real = getattr(job, step)
def killing(*words, **more):
    global left
    left -= 1
    done = real(*words, **more)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(job, step, killing)
cli(sys.argv[3:])
"""


def killed_pull(clinic: Clinic, step: str, left: int) -> int:
    """A pull in a process of its own, killed when it has done a step so many times; its exit code."""
    words = ["-C", str(clinic.home), "--now", MOMENT, "run", "pull_appointments"]
    command = [sys.executable, "-c", KILLED, step, str(left), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode


def three_files(clinic: Clinic) -> Clinic:
    clinic.read_from("{name: export, path: exports/*.csv, take: all}")
    for age, (name, rows) in enumerate(FILES.items()):
        os.utime(clinic.export(*rows, name=f"{name}.csv"), (1_700_000_000 + age,) * 2)
    return clinic


@pytest.fixture(scope="module")
def never_killed(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = three_files(opened_clinic.copied(tmp_path_factory.mktemp("three") / "clinic"))
    assert clinic.pull(MOMENT).code == FINE
    return clinic


@pytest.mark.parametrize("step", ["save_appointments", "refresh_episodes", "note_problems", "remember_file"])
def test_a_killed_pull_leaves_each_file_whole_or_not_at_all_and_the_next_one_completes_it(
    clinic: Clinic, never_killed: Clinic, step: str
) -> None:
    three_files(clinic)
    assert killed_pull(clinic, step, 2) == -signal.SIGKILL
    kept = Counter(re.sub("[xyz]$", "", name) for name in clinic.ask(
        "SELECT first_name FROM appointments JOIN patients ON patients.id = patient_id"
    ))  # fmt: skip
    assert kept == {"Ada": 6}  # the first file whole, of the second nothing
    assert clinic.ask("SELECT path FROM source_files") == ["exports/Ada.csv"]
    ran = clinic.pull(LATER)
    assert (ran.code, ran.counts["files read"]) == (FINE, 2)
    assert content(clinic, "id", "memory", "read_at", "seen_at") == content(
        never_killed, "id", "memory", "read_at", "seen_at"
    )
    assert clinic.ask("SELECT outcome FROM runs WHERE job = 'pull_appointments' ORDER BY id") == ["died", "done"]
    assert clinic.ask("SELECT COUNT(*) FROM events") == [36]  # booked and completed, once each


def test_of_what_a_rolling_export_drops_only_coming_visits_are_remembered(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the one that is later than all that the export still has; of a file that is not whole, everything is."""
    monkeypatch.setattr("jobs.sources.read_results._MANY_SETTLED", 5)
    past = [appointment(f"P{n}", f"2026-02-{n + 1:02} 09:00") for n in range(20)]
    coming = [appointment(f"C{n}", f"2026-03-{n + 10} 09:00", "booked") for n in range(15)]
    far, later = (appointment(name, f"2026-0{month}-20 09:00", "booked") for name, month in (("Far", 4), ("Late", 5)))

    def missed(moment: str, *rows: Row) -> int:
        clinic.export(*rows)
        assert clinic.pull(f"2026-03-0{moment}").code == FINE
        (memory,) = clinic.ask("SELECT memory FROM source_files")
        known = FileMemory.load(memory)
        assert known is not None
        return len(known.missed) // 8

    def gone() -> list[str]:
        return clinic.ask(
            "SELECT first_name FROM appointments JOIN patients ON patients.id = patient_id WHERE status = 'rescheduled'"
        )

    assert missed("2 09:00", *past, *coming, far) == 0
    assert (missed("3 09:00", *past[15:], *coming), gone()) == (1, [])
    assert (missed("4 09:00", *past[15:], *coming, later), gone()) == (1, ["Far"])
    assert (missed("5 09:00", later), gone()) == (21, ["Far"])  # a part of an export
    assert (missed("6 09:00", *coming[1:], later), gone()) == (1, ["C0", "Far"])
