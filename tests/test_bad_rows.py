"""What is wrong with an export stays said as long as it holds, and a source with too much of it is refused."""

import os
from datetime import date
from pathlib import Path

import pytest
from hand_written_clinic import Clinic, Row, appointment
from openpyxl import load_workbook

from jobs.runner.run import FAILED, FINE
from jobs.sources.reading import start_reading
from jobs.sources.source import Limits, Source

MOMENT, LATER, STILL_LATER = "2026-03-04 09:00", "2026-03-04 10:00", "2026-03-04 11:00"


def listed(clinic: Clinic) -> list[tuple[object, ...]]:
    """File, cell, what is wrong and the whole row of each line of problems.xlsx."""
    sheet = load_workbook(clinic.home / "var" / "reports" / "problems.xlsx")["Problems"]
    header, *lines = sheet.iter_rows(min_row=4, values_only=True)
    wanted = [header.index(name) for name in ("File", "Cell", "What is wrong", "The whole row")]
    return [tuple(line[place] for place in wanted) for line in lines]


def files_and_ids(clinic: Clinic) -> list[tuple[object, str]]:
    return [(file, str(row)[:2]) for file, _, _, row in listed(clinic)]


def rows(bad: int, good: int) -> list[Row]:
    spoiled = [appointment(f"Bad{n}", "soon", appointment_id=f"B{n}") for n in range(bad)]
    return [appointment(f"Ann{n}", "2026-03-05 09:00", "booked", appointment_id=f"A{n}") for n in range(good)] + spoiled


def test_a_problem_names_its_cell_and_shows_its_row(clinic: Clinic) -> None:
    clinic.export(*rows(1, 3))
    clinic.pull(MOMENT)
    ((file, cell, what, row),) = listed(clinic)
    assert (file, cell, what) == ("exports/appointments.csv", "F5", "This is no date that can be read.")
    assert row == (
        "B0 | Bad0 | Bad0 | Fictional | bad0@patient.example | soon | 2025-01-02 09:00 | completed | PT Follow Up"
    )


def test_what_is_corrected_in_the_next_dated_export_leaves_the_list_and_the_rest_stays(clinic: Clinic) -> None:
    first = rows(2, 40)
    os.utime(clinic.export(*first, name="march-04.csv"), (1_700_000_000,) * 2)
    clinic.pull(MOMENT)
    seen = clinic.ask("SELECT DISTINCT seen_at FROM problems")
    assert files_and_ids(clinic) == [("exports/march-04.csv", "B0"), ("exports/march-04.csv", "B1")]
    first[-2]["start"] = "2026-03-06 09:00"
    os.utime(clinic.export(*first, name="march-05.csv"), (1_700_000_001,) * 2)
    clinic.pull(LATER)
    assert files_and_ids(clinic) == [("exports/march-05.csv", "B1")]
    assert clinic.ask("SELECT DISTINCT seen_at FROM problems") == seen


def test_a_note_about_a_whole_export_stays_when_only_some_rows_are_read_again(clinic: Clinic) -> None:
    header = "appointment_id,first_name,last_name,start"
    lines = [header, *(f"A{n},Ann{n},Fictional,2026-03-05 09:00" for n in range(40))]
    for number, text in enumerate((lines, lines[:-1])):
        path = clinic.home / "exports" / "appointments.csv"
        path.write_text("\n".join(text) + "\n", "utf-8")
        os.utime(path, (1_700_000_000 + number,) * 2)
        clinic.pull(MOMENT)
        assert [what for _, _, what, _ in listed(clinic)] == [
            "This export has no e-mail column: no letter is possible for patients whom no other source knows."
        ]


def test_a_source_of_which_too_many_rows_are_bad_is_refused_and_the_letters_wait(clinic: Clinic) -> None:
    clinic.export(*rows(0, 20))
    assert clinic.pull(MOMENT).code == FINE
    spoiled = [row | {"status": "cancelled"} for row in rows(0, 20)] + rows(6, 0)
    clinic.export(*spoiled)
    ran = clinic.pull(LATER)
    assert (ran.code, clinic.ask("SELECT DISTINCT status FROM appointments")) == (FAILED, ["booked"])
    what = "6 of 26 rows cannot be read, which is more than 20 %: nothing was taken from this file."
    assert (len(listed(clinic)), [said for _, cell, said, _ in listed(clinic) if not cell]) == (7, [what])
    sent = clinic.send(LATER)
    assert sent.outcome.failed == (
        "Too many rows of exports/appointments.csv (export) cannot be read; problems.xlsx names them. "
        "The letters wait until it is settled."
    )
    clinic.read_from("{name: export, path: exports/*.csv, bad_rows: 30}")
    assert clinic.pull(STILL_LATER).code == FINE
    assert clinic.send(STILL_LATER).code == FINE
    assert clinic.ask("SELECT DISTINCT status FROM appointments") == ["cancelled"]


def test_six_test_patients_refuse_nothing(clinic: Clinic) -> None:
    clinic.export(*rows(0, 6), *(appointment("Test", f"2026-03-05 {hour}:00") for hour in range(10, 17)))
    assert clinic.pull(MOMENT).code == FINE


def test_a_file_that_could_not_be_reached_once_is_no_longer_listed_when_it_can(clinic: Clinic) -> None:
    clinic.export(*rows(1, 3))
    clinic.pull(MOMENT)
    path = clinic.home / "exports" / "appointments.csv"
    away = path.rename(path.with_suffix(".away"))
    assert (clinic.pull(LATER).code, len(listed(clinic))) == (FAILED, 2)
    away.rename(path)
    assert (clinic.pull(STILL_LATER).code, len(listed(clinic))) == (FINE, 1)


WRITTEN = 1_772_640_000


def reader_reads_at(seconds: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of the process that reads say so many seconds after the files were written, one look at it after
    the other, and in the end always the last ones: it may itself be as slow as the machine is."""
    folder.mkdir()
    clock = f"import time\nleft = [{seconds}]\ntime.time = lambda: {WRITTEN} + (left.pop(0) if left[1:] else left[0])\n"
    (folder / "sitecustomize.py").write_text(clock, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_a_file_that_is_still_being_written_is_no_failure_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half.csv").write_text("appointment_id,first_name,start\nA1,Ann,2026-03-0", "utf-8")
    os.utime(tmp_path / "half.csv", (WRITTEN,) * 2)
    reader_reads_at("1.9", tmp_path / "clock", monkeypatch)
    source = Source("export", "half.csv")
    (file,) = start_reading(source, tmp_path, {}, date(2026, 3, 4), "UTC", Limits(patience_seconds=0))
    assert (file.outcome, file.memory) == ("waiting", b"")
    assert file.problem and not file.problem.set_aside
    assert f"{file.problem.what} {file.problem.remedy}" == (
        "The file is still being written. Nothing to do: it is read on the next run."
    )


def test_a_file_that_is_complete_in_a_moment_is_read_in_the_same_run_but_for_a_line_without_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "all.csv").write_text("appointment_id,first_name,start\nA1,Ann,2026-03-05\nA2,Bo,2026-03-0", "utf-8")
    os.utime(tmp_path / "all.csv", (WRITTEN,) * 2)
    reader_reads_at("1.8, 1.9, 2.1", tmp_path / "clock", monkeypatch)
    limits = Limits(patience_seconds=600)
    (file,) = start_reading(Source("export", "all.csv"), tmp_path, {}, date(2026, 3, 4), "UTC", limits)
    assert (file.outcome, file.rows_total) == ("read", 1)


def test_two_numbers_for_one_slot_are_listed_until_one_of_them_is_gone(clinic: Clinic) -> None:
    twice = [appointment("Ann", "2026-03-05 09:00", "booked", appointment_id=number) for number in ("A1", "A2")]
    others = [appointment(f"Bea{n}", "2026-03-05 09:00", "booked") for n in range(12)]
    clinic.export(*twice[:1], *others)
    clinic.pull(MOMENT)
    clinic.export(*twice, *others)
    ran = clinic.pull(LATER)
    what = "One patient has two appointments that begin at the same moment; both count."
    assert [(said, row) for _, _, said, row in listed(clinic)] == [(what, "2026-03-05 09:00 | Ann | Fictional")]
    assert (ran.code, ran.outcome.notes, clinic.ask("SELECT COUNT(*) FROM appointments")) == (
        FINE, (f"export: {what}",), [14],
    )  # fmt: skip
    sheet = load_workbook(clinic.home / "var" / "reports" / "problems.xlsx").active
    assert sheet is not None and (sheet["G5"].value, sheet["H5"].value) == ("(the whole row)", "A1 and A2")
    clinic.export(twice[0], twice[1] | {"status": "cancelled"}, *others)
    clinic.pull(STILL_LATER)
    assert clinic.ask("SELECT COUNT(*) FROM problems") == [0]
