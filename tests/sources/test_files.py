"""Which files a path means."""

from pathlib import Path

import pytest

from jobs.sources.files import matching_files

NO_EXPORTS = [
    "Thumbs.db", "desktop.ini", "scan.pdf", "appointments.csv.crdownload", "appointments.csv.part", "appointments.csv~",
    "appointments.xlsx~RF1a2.TMP", "appointments.bak", "~$appointments.xlsx", ".~lock.appointments.csv#", ".hidden",
]  # fmt: skip


def names(path: str, home: Path) -> set[str]:
    return {file.name for file in matching_files(path, home)}


def put(home: Path, *files: str) -> None:
    (home / "exports").mkdir()
    for name in files:
        (home / "exports" / name).write_text("Start,Patient\n")


@pytest.mark.parametrize("path", ["exports", "exports/", "exports/*", "exports/*a*", "**/*"])
def test_what_lies_beside_exports_and_is_none_is_passed_over(path: str, tmp_path: Path) -> None:
    exports = {"appointments.csv", "appointments 2.XLSX", "calendar.ics", "all appointments"}
    put(tmp_path, *exports, *NO_EXPORTS)
    assert names(path, tmp_path) == exports


@pytest.mark.parametrize("path", ["exports/*.dat", "exports/appointments.dat"])
def test_an_ending_that_the_clinic_names_is_one_of_its_exports(path: str, tmp_path: Path) -> None:
    put(tmp_path, "appointments.dat", "appointments.csv")
    assert names(path, tmp_path) == {"appointments.dat"}


def test_where_no_other_file_lies_one_of_an_unknown_ending_is_read_or_named(tmp_path: Path) -> None:
    put(tmp_path, "appointments.dat", "~$appointments.xlsx")
    assert names("exports", tmp_path) == {"appointments.dat"}
