"""The made-up clinic: the same every time, plainly fictional, and as untidy as a real practice."""

import csv
import os
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from jobs.clinic.source_names import name_key
from jobs.made_up import CLINIC, SOURCES_YAML, MadeUp, make_clinic
from jobs.made_up.export import HEADERS, export_rows
from jobs.made_up.make import make_history
from jobs.reports.referral_names import load_referral_names

WEDNESDAY = date(2026, 3, 4)
FILES = ("exports/appointments.xlsx", "exports/calendar.ics", "config/articles.csv", "config/referral_names.csv")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lakeside")
    make_clinic(folder, WEDNESDAY)
    return folder


@pytest.fixture(scope="module")
def rows(home: Path) -> list[dict[str, object]]:
    sheet = load_workbook(home / FILES[0], read_only=True).active
    assert sheet is not None
    header, *cells = sheet.iter_rows(values_only=True)
    assert header == HEADERS
    return [dict(zip(HEADERS, row, strict=True)) for row in cells]


def test_the_same_day_and_seed_give_the_same_bytes(home: Path, tmp_path: Path) -> None:
    make_clinic(tmp_path, WEDNESDAY)
    for file in FILES:
        assert (tmp_path / file).read_bytes() == (home / file).read_bytes(), file


def test_another_seed_or_day_gives_another_practice(home: Path, tmp_path: Path) -> None:
    before = (home / FILES[0]).read_bytes()
    make_clinic(tmp_path / "seed", WEDNESDAY, seed=8)
    make_clinic(tmp_path / "day", WEDNESDAY + timedelta(days=1))
    assert (tmp_path / "seed" / FILES[0]).read_bytes() != before
    assert (tmp_path / "day" / FILES[0]).read_bytes() != before


def test_a_file_that_would_not_change_is_not_touched(tmp_path: Path) -> None:
    make_clinic(tmp_path, WEDNESDAY)
    for file in FILES:
        os.utime(tmp_path / file, (1_000_000, 1_000_000))
    (tmp_path / FILES[2]).write_text("somebody's own", "utf-8")
    make_clinic(tmp_path, WEDNESDAY)
    times = [(tmp_path / file).stat().st_mtime for file in FILES]
    assert [time == 1_000_000 for time in times] == [True, True, False, True]
    assert sorted(file.name for file in (tmp_path / "exports").iterdir()) == ["appointments.xlsx", "calendar.ics"]


def test_it_says_what_it_made(home: Path, rows: list[dict[str, object]]) -> None:
    made = make_clinic(home, WEDNESDAY)
    assert made == MadeUp(home / FILES[0], home / FILES[1], made.patients, len(rows))
    assert len({row["Patient ID"] for row in rows} - {"LK-0000"}) == made.patients


@pytest.mark.parametrize("days", range(0, 364, 40))
def test_a_practice_of_about_1500_appointments_with_8_to_10_percent_missed(days: int) -> None:
    today = WEDNESDAY + timedelta(days=days)
    slots = make_history(today, 7)
    over = [slot for slot in slots if slot.starts_at.date() < today]
    statuses = Counter(slot.status for slot in over)
    assert 1400 <= len(slots) <= 1750
    assert 250 <= len({slot.patient.number for slot in slots}) <= 262
    assert 0.08 <= statuses["No Show"] / len(over) <= 0.10
    assert statuses["Scheduled"] == 0
    assert set(statuses) == {"Completed", "No Show", "Cancelled", "Late Cancel", "Rescheduled"}
    coming = {slot.status for slot in slots if slot.starts_at.date() >= today}
    assert {"Scheduled"} <= coming <= {"Scheduled", "Cancelled", "Rescheduled"}
    assert all(slot.booked_at < slot.starts_at and slot.booked_at.date() < today for slot in slots)


def test_no_therapist_has_two_patients_at_the_same_time() -> None:
    slots = [slot for slot in make_history(WEDNESDAY, 7) if not slot.kind.endswith("Class")]
    taken = Counter((slot.therapist, slot.starts_at) for slot in slots)
    assert [place for place, count in taken.items() if count > 1] == []


@pytest.mark.parametrize("today", [WEDNESDAY, date(2026, 11, 25)])
def test_no_patient_has_two_appointments_at_the_same_time(today: date) -> None:
    taken = Counter((slot.patient.number, slot.starts_at) for slot in make_history(today, 7))
    assert [place for place, count in taken.items() if count > 1] == []


def test_some_patients_come_again_and_families_share_an_address(rows: list[dict[str, object]]) -> None:
    attended = [
        row for row in rows if row["Appointment Type"] == "PT Initial Evaluation" and row["Status"] == "Completed"
    ]
    evaluations = Counter(row["Patient ID"] for row in attended)
    assert sum(count > 1 for count in evaluations.values()) >= 10
    people = {(str(row["Email"]).lower(), row["Patient ID"]) for row in rows if row["Email"]}
    addresses = Counter(address for address, _ in people)
    assert sum(count > 1 for count in addresses.values()) >= 8
    without = {row["Patient ID"] for row in rows if not row["Email"]}
    opted_out = {row["Patient ID"] for row in rows if row["Email Consent"] == "No"}
    assert len(without) >= 5
    assert len(opted_out) >= 5


def test_a_few_patients_are_written_to_in_spanish(rows: list[dict[str, object]]) -> None:
    speak = Counter(language for _, language in {(row["Patient ID"], row["Preferred Language"]) for row in rows})
    assert set(speak) == {"English", "Spanish"} and 8 <= speak["Spanish"] <= 16


def test_every_address_is_fictional(home: Path, rows: list[dict[str, object]]) -> None:
    faults = {"pippa at lakeside"}
    assert {str(row["Email"]) for row in rows if row["Email"]} >= faults
    files = [(home / file).read_text("utf-8") for file in FILES[1:]]
    text = " ".join([*(str(row["Email"]) for row in rows), *files])
    domains = re.findall(r"@([\w.-]+)|https?://([\w.-]+)", text.lower())
    assert domains
    assert {(mail or web).rsplit(".", 1)[-1] for mail, web in domains} == {"example"}
    assert {str(row["Phone"])[:12] for row in rows} == {"(619) 555-01"}


def test_the_faults_of_a_front_desk_are_there(rows: list[dict[str, object]]) -> None:
    assert [row["Start Time"] for row in rows if isinstance(row["Start Time"], str)] == ["next tuesday-ish"]
    assert {"See note", "C/O per Clover"} <= {row["Status"] for row in rows}
    assert sum(row["First Name"] == "TEST" for row in rows) == 1
    repeated = [number for number, count in Counter(row["Appointment ID"] for row in rows).items() if count > 1]
    assert len(repeated) == 1


def test_dates_are_real_dates_of_the_sheet(rows: list[dict[str, object]]) -> None:
    kinds = {name: Counter(type(row[name]).__name__ for row in rows) for name in HEADERS}
    assert kinds["Start Time"]["datetime"] == len(rows) - 1
    assert kinds["Booked On"] == kinds["Date of Birth"] == {"datetime": len(rows)}
    assert set(kinds["Discharge Date"]) == {"datetime", "NoneType"}


def test_some_referral_texts_are_known_and_some_wait_for_a_person(home: Path, rows: list[dict[str, object]]) -> None:
    names, faults = load_referral_names(home / FILES[3])
    assert faults == []
    typed = {name_key(str(row["How did you hear about us"] or "")) for row in rows}
    assert len(typed & set(names.names)) >= 15
    assert len(typed - set(names.names)) >= 5


def test_the_articles_cover_what_patients_come_with(home: Path) -> None:
    with (home / FILES[2]).open(encoding="utf-8", newline="") as file:
        articles = list(csv.DictReader(file))
    assert list(articles[0]) == "slug title url topics icd10 summary published purpose off".split()
    assert len({article["slug"] for article in articles}) == len(articles) >= 20
    topics = {topic.strip() for article in articles for topic in article["topics"].split(";")}
    assert topics >= {"low back pain", "neck pain", "shoulder pain", "knee pain", "hip pain", "ankle pain", "running",
                      "tennis", "golf", "pelvic floor", "Pilates", "desk work", "balance", "after surgery"}  # fmt: skip
    assert all(article["published"] <= WEDNESDAY.isoformat() for article in articles)
    assert [article["slug"] for article in articles if article["off"]] == ["open-day-last-spring"]


def test_the_sources_name_the_files_that_are_written(home: Path) -> None:
    paths = re.findall(r"path: (\S+)", SOURCES_YAML)
    assert paths == list(FILES[:2])
    assert all((home / path).exists() for path in paths)
    assert (CLINIC.id, CLINIC.zone) == ("lakeside", "America/Los_Angeles")


def test_the_rows_are_in_order_and_as_many_as_the_headers_say() -> None:
    made = export_rows(make_history(WEDNESDAY, 7))
    assert {len(row) for row in made} == {len(HEADERS)}
