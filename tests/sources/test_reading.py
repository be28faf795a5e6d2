"""Every reading ends as data or as one sentence, and never harms the reading of another file."""

import gc
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from made_files import HEADER, TODAY, ZONE, appointment, csv_text, read, read_one, table, workbook

from jobs.clinic.normalize import normalize
from jobs.clinic.value_rules import ValueRules
from jobs.sources import child_process
from jobs.sources.reading import Reading, start_reading
from jobs.sources.source import Join, Limits, Source

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "appointments"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the sample exports are not beside this checkout")


def put(home: Path, name: str, data: bytes | str, moment: int = 1_700_000_000) -> None:
    (home / name).write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(home / name, (moment, moment))


def test_a_pattern_without_files_is_one_sentence(tmp_path: Path) -> None:
    found = read_one(tmp_path, Source("export", "exports/*.xlsx"))
    assert (found.path, found.outcome) == ("exports/*.xlsx", "refused")
    assert found.said() == (
        'No file matches path: "exports/*.xlsx": the folder exports is not there. '
        "See that it is there (is its drive or share connected?), or correct path: of this source in "
        "config/sources.yaml."
    )
    (tmp_path / "exports").mkdir()
    assert read_one(tmp_path, Source("export", "exports/*.xlsx")).said() == (
        'No file matches path: "exports/*.xlsx". '
        "Put the export there, or correct path: of this source in config/sources.yaml."
    )


def test_paths_are_told_from_the_clinics_folder(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    put(tmp_path, "exports/march.csv", csv_text(table(2)))
    assert read_one(tmp_path, Source("export", "exports/*.csv")).path == "exports/march.csv"
    elsewhere = tmp_path / "elsewhere"
    assert read_one(elsewhere, Source("export", str(tmp_path / "exports/*.csv"))).path == str(
        tmp_path / "exports/march.csv"
    )


def test_the_secret_in_an_address_is_never_told(tmp_path: Path) -> None:
    found = read_one(tmp_path, Source("calendar", "http://127.0.0.1:9/private-0123/basic.ics"))
    assert found.outcome == "refused"
    assert "private-0123" not in f"{found.path} {found.said()}"


def test_a_machine_that_stands_still_in_the_middle_of_a_file_costs_no_file(tmp_path: Path) -> None:
    """A suspended machine: the first wait is over with nothing, however long it was."""
    put(tmp_path, "export.csv", csv_text(table(2)))
    child = child_process.ChildProcess()
    real, suspended = child._poll, iter([True])

    class Suspended:
        def poll(self, milliseconds: float) -> list[tuple[int, int]]:
            return [] if next(suspended, False) else real.poll(milliseconds)

    child._poll = Suspended()  # type: ignore[assignment]
    source = Source("export", "export.csv")
    with start_reading(source, tmp_path, {}, TODAY, ZONE, spare=[child]) as reading:
        assert [(sum(map(len, file.tables)), file.outcome) for file in reading] == [(2, "read")]


def test_a_social_security_number_never_leaves_the_file(tmp_path: Path) -> None:
    put(tmp_path, "export.xlsx", workbook(table(30)))
    found = read_one(tmp_path, Source("export", "export.xlsx"))
    assert "000-00-0000" not in str(found.columns)
    assert b"000-00-0000" not in found.memory


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    put(tmp_path, "1.xlsx", workbook(table(3)), 1_700_000_001)
    put(tmp_path, "2.xlsx", b"PK but not a workbook", 1_700_000_002)
    put(tmp_path, "3.xlsx", b"", 1_700_000_003)
    put(tmp_path, "4.xlsx", workbook(table(5)), 1_700_000_004)
    found = read(tmp_path, Source("export", "*.xlsx", take="all"))
    assert [(file.path, file.outcome, len(file.rows)) for file in found] == [
        ("1.xlsx", "read", 3), ("2.xlsx", "refused", 0), ("3.xlsx", "refused", 0), ("4.xlsx", "read", 5),
    ]  # fmt: skip


def test_a_child_that_dies_takes_one_file_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "1.csv", csv_text(table(3)), 1_700_000_001)
    put(tmp_path, "2.csv", csv_text(table(4)), 1_700_000_002)
    started: list[dict[str, Any]] = []

    class FirstOneDies(child_process.ChildProcess):
        def ask(self, request: dict[str, Any], seconds: float) -> None:
            started.append(request)
            super().ask({} if len(started) == 1 else request, seconds)

    monkeypatch.setattr("jobs.sources.reading.ChildProcess", FirstOneDies)
    first, second = read(tmp_path, Source("export", "*.csv", take="all"))
    assert first.said() == (
        "Reading the file took too much memory or broke off, and was stopped. "
        "Export a shorter period; if the file is small, it is damaged: export it again."
    )
    assert (first.memory, second.outcome, len(second.rows)) == (b"", "read", 4)


def test_a_reading_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "export.xlsx", workbook(table(3)))

    class Standing(child_process.ChildProcess):
        def ask(self, request: dict[str, Any], seconds: float) -> None:
            self._process.send_signal(signal.SIGSTOP)  # or it could be done before it is waited for
            super().ask(request, seconds)

    monkeypatch.setattr("jobs.sources.reading.ChildProcess", Standing)
    found = read_one(tmp_path, Source("export", "export.xlsx"), limits=Limits(seconds=0.001))
    assert found.outcome == "refused"
    assert found.said().startswith("Reading the file took longer than 0.001 seconds and was stopped.")


def test_a_reading_that_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    put(tmp_path, "export.csv", "Patient ID,Start,Notes\n" + "P1,2026-03-04,x\n" * 1_000_000)
    found = read_one(tmp_path, Source("export", "export.csv"), limits=Limits(memory_bytes=90 << 20))
    assert found.outcome == "refused"
    assert found.memory == b""


def test_the_time_that_the_job_needs_itself_is_not_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "export.csv", csv_text(table(12)))
    reading = start_reading(Source("export", "*.csv"), tmp_path, {}, TODAY, ZONE, Limits(seconds=30, chunk_rows=5))
    files = iter(reading)
    file = next(files)
    rows = len(next(file.tables))
    since = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: since() + 3600)  # an hour of saving between two tables
    assert rows + sum(map(len, file.tables)) == 12
    assert file.outcome == "read"


def test_tables_that_the_job_leaves_do_not_stand_in_the_way(tmp_path: Path) -> None:
    put(tmp_path, "1.csv", csv_text(table(12)), 1_700_000_001)
    put(tmp_path, "2.csv", csv_text(table(13)), 1_700_000_002)
    source = Source("export", "*.csv", take="all")
    files = list(start_reading(source, tmp_path, {}, TODAY, ZONE, Limits(chunk_rows=5)))
    assert [(file.outcome, file.rows_total) for file in files] == [("read", 12), ("read", 13)]


def test_a_reading_that_is_given_up_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "export.csv", csv_text(table(3)))
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with start_reading(Source("export", "*.csv"), tmp_path, {}, TODAY, ZONE) as reading:
        assert isinstance(reading, Reading)
    del reading
    gc.collect()
    assert [process.returncode is not None for process in started] == [True]


def test_the_child_learns_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC_SMTP_PASSWORD", "not for the child")
    put(tmp_path, "export.csv", csv_text(table(3)))
    seen: list[dict[str, str]] = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **o: (seen.append(o["env"]), popen(*a, **o))[1])
    read_one(tmp_path, Source("export", "*.csv"))
    assert "CLINIC_SMTP_PASSWORD" not in seen[0]


def test_a_changed_second_file_makes_the_first_one_changed(tmp_path: Path) -> None:
    put(tmp_path, "visits.csv", "visit id,patient id,start\n1,7,2026-03-04 09:30\n2,8,2026-03-05 09:30\n")
    put(tmp_path, "patients.csv", "patient id,email\n7,ann@clinic.example\n8,bo@clinic.example\n")
    source = Source("export", "visits.csv", join=Join("patients.csv"))
    first = read_one(tmp_path, source)
    known = {first.path: first.memory}
    assert read_one(tmp_path, source, known).outcome == "unchanged"
    put(tmp_path, "patients.csv", "patient id,email\n7,ann@clinic.example\n8,new@clinic.example\n", 1_700_000_009)
    again = read_one(tmp_path, source, known)
    assert (again.columns["appointment_id"], again.columns["email"]) == (["2"], ["new@clinic.example"])


def test_a_second_file_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    put(tmp_path, "visits.csv", "visit id,patient id,start\n1,7,2026-03-04 09:30\n")
    found = read_one(tmp_path, Source("export", "visits.csv", join=Join("patients*.csv")))
    assert (found.path, found.outcome) == ("visits.csv", "refused")
    assert found.said() == (
        'No file matches join: path: "patients*.csv". '
        "Put the export there, or correct join: path: of this source in config/sources.yaml."
    )


def test_memories_of_files_that_are_gone_are_named(tmp_path: Path) -> None:
    put(tmp_path, "today.csv", csv_text(table(3)))
    source = Source("export", "*.csv")
    assert start_reading(source, tmp_path, {"old.csv": b"", "today.csv": b""}, TODAY, ZONE).outlived == ("old.csv",)


def test_of_all_files_a_later_one_counts_again_after_an_earlier_one_changed(tmp_path: Path) -> None:
    source = Source("export", "*.csv", take="all")
    later = table(30)
    later[3] = appointment(2, "Cancelled")
    put(tmp_path, "a.csv", csv_text(table(30)), 1_700_000_001)
    put(tmp_path, "b.csv", csv_text(later), 1_700_000_009)
    known = {file.path: file.memory for file in read(tmp_path, source)}
    earlier = table(30)
    earlier[3] = appointment(2, "Booked")
    put(tmp_path, "a.csv", csv_text(earlier), 1_700_000_002)
    first, second = read(tmp_path, source, known)
    assert first.columns["status"] == ["Booked"]
    assert "Cancelled" in second.columns["status"]


@needs_data
@pytest.mark.parametrize(
    ("first", "second", "rows", "fields"),
    [
        ("physio_clinic_appointments.csv", "physio_clinic_patients.csv", 565,
         {"appointment_id", "patient_id", "start", "end", "booked", "status", "provider", "billed",
          "first_name", "phone"}),
        ("synthetic_encounters.csv", "synthetic_patients.csv", 1573,
         {"appointment_id", "patient_id", "start_date", "type", "complaint", "provider", "location", "last_name"}),
    ],
)  # fmt: skip
def test_sample_exports_are_understood_as_they_are(first: str, second: str, rows: int, fields: set[str]) -> None:
    found = read_one(DATA, Source("sample", first, join=Join(second)))
    assert (found.outcome, found.problem, len(found.rows)) == ("read", None, rows)
    assert fields <= set(found.columns)


def test_with_rules_the_child_reads_the_values_as_normalize_does(tmp_path: Path) -> None:
    unreadable = [*appointment(9)]
    unreadable[HEADER.index("Start")] = "tomorrow"
    put(tmp_path, "export.csv", csv_text([*table(3), unreadable]))
    source = Source("export", "export.csv")
    rules = ValueRules(zone=ZONE, prefix="export")
    as_text = [part for file in start_reading(source, tmp_path, {}, TODAY, ZONE) for part in file.tables]
    found = [part for file in start_reading(source, tmp_path, {}, TODAY, ZONE, rules=rules) for part in file.values]
    assert [(part.appointments, part.problems) for part in found] == [normalize(part, rules) for part in as_text]
    assert found[0].problems and found[0].rows == [2, 3, 4, 5]
