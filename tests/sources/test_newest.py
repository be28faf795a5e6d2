"""Which of several files is the newest: by the dates in their names where each has one, else by their times."""

import os
from datetime import date, time
from pathlib import Path

import pytest

from jobs.sources.newest import Named, by_age, moment_in

MARCH_5, APRIL_5 = date(2026, 3, 5), date(2026, 4, 5)
NOON = 1_772_712_000  # March 5, 2026, 12:00 UTC


@pytest.mark.parametrize(
    ("name", "order", "found"),
    [
        ("appointments-2026-03-05.xlsx", "", Named(MARCH_5, None)),
        ("appointments_20260305.csv", "", Named(MARCH_5, None)),
        ("2026.03.05 appointments (1).xlsx", "mdy", Named(MARCH_5, None)),
        ("appointments-2026-03-05-1400.xlsx", "", Named(MARCH_5, time(14))),
        ("appointments 2026-03-05T08-30-15.xlsx", "", Named(MARCH_5, time(8, 30, 15))),
        ("export20260305083000.csv", "", Named(MARCH_5, time(8, 30))),
        ("Appointments 3-5-26.xlsx", "mdy", Named(MARCH_5, None)),
        ("Appointments 05.03.2026.xlsx", "dmy", Named(MARCH_5, None)),
        ("Appointments 03052026.xlsx", "mdy", Named(MARCH_5, None)),
        ("Appointments 03-05-2026.xlsx", "", None),  # nobody said in what order
        ("Appointments 14-05-2026.xlsx", "mdy", None),  # not in this one
        ("appointments-2026-03-05_2026-04-05.xlsx", "", Named(MARCH_5, None, APRIL_5)),
        ("Schedule 03-05-2026 to 4-5-2026.xlsx", "mdy", Named(MARCH_5, None, APRIL_5)),
        ("Schedule 04-05-2026 to 03-05-2026.xlsx", "mdy", None),
        ("appointments-2026-03-05 of 2026-04-05.xlsx", "mdy", None),  # which of the two?
        ("Appointments Mar 5, 2026.xlsx", "", Named(MARCH_5, None)),
        ("March 5th 2026 appointments.xlsx", "", Named(MARCH_5, None)),
        ("appts_05Mar2026.xlsx", "", Named(MARCH_5, None)),
        ("appts 5-Mar-26 0830.xlsx", "", Named(MARCH_5, time(8, 30))),
        ("2026Mar05.xlsx", "", Named(MARCH_5, None)),
        ("Appointments Mar 5.xlsx", "", Named(MARCH_5, None)),
        ("Appointments 3-5.xlsx", "mdy", Named(MARCH_5, None)),
        ("Appointments 5.3.xlsx", "dmy", Named(MARCH_5, None)),
        ("Appointments 12-31.xlsx", "mdy", Named(date(2025, 12, 31), None)),
        ("Appointments 3-26.xlsx", "mdy", None),  # still to come: it may be the whole month
        ("Appointments Mar 26.xlsx", "", None),
        ("Appointments 030526.xlsx", "mdy", Named(MARCH_5, None)),
        ("Appointments 050326.xlsx", "dmy", Named(MARCH_5, None)),
        ("Appointments 260305.xlsx", "mdy", Named(MARCH_5, None)),
        ("Appointments 100234.xlsx", "mdy", None),  # a number
        ("Appointments 010226.xlsx", "", None),
        ("Appointments March 2026.xlsx", "mdy", None),
        ("Appointments v1-2.xlsx", "mdy", None),
        ("Mark 5-3-1.xlsx", "mdy", None),
        ("appointments-2026-03.xlsx", "mdy", None),
        ("appointments-2026-13-05.xlsx", "mdy", None),
        ("clinic 202603051234567.xlsx", "mdy", None),
        ("appointments.xlsx", "mdy", None),
    ],
)
def test_the_date_in_a_name_is_read_where_it_is_sure(name: str, order: str, found: Named | None) -> None:
    assert moment_in(name, order, NOON * 10**9) == found


def ordered(folder: Path, files: dict[str, int]) -> tuple[list[str], bool, list[str]]:
    """The names of files that were changed so many hours after noon, by age; what that goes by; those of the future."""
    for name, hours in files.items():
        (folder / name).touch()
        os.utime(folder / name, (NOON + 3600 * hours,) * 2)
    ages = by_age(folder.iterdir(), "mdy", MARCH_5)
    return [file.path.name for file in ages.files], ages.by_names, [path.name for path in ages.ahead]


def test_names_that_all_have_a_date_decide_and_times_only_where_days_are_equal(tmp_path: Path) -> None:
    files = {"a-2026-03-02.csv": 9, "a-2026-03-05.csv": 1, "a-2026-03-05 (1).csv": 2, "a-2026-03-04.csv": 3}
    assert ordered(tmp_path, files) == (
        ["a-2026-03-02.csv", "a-2026-03-04.csv", "a-2026-03-05.csv", "a-2026-03-05 (1).csv"], True, [],
    )  # fmt: skip


def test_times_of_day_in_names_count_only_where_each_file_has_one(tmp_path: Path) -> None:
    assert ordered(tmp_path, {"a-2026-03-05-0800.csv": 2, "a-2026-03-05-1400.csv": 1})[0][-1] == "a-2026-03-05-1400.csv"
    assert ordered(tmp_path, {"a-2026-03-05.csv": 3})[0][-1] == "a-2026-03-05.csv"


@pytest.mark.parametrize("stray", ["today.csv", "a-2626-03-05.csv"])
def test_one_file_without_a_date_or_with_one_to_come_lets_the_times_decide(tmp_path: Path, stray: str) -> None:
    assert ordered(tmp_path, {"a-2026-03-05.csv": 1, stray: 2, "a-2026-03-02.csv": 3}) == (
        ["a-2026-03-05.csv", stray, "a-2026-03-02.csv"], False, [],
    )  # fmt: skip


def test_a_time_in_the_future_counts_for_nothing(tmp_path: Path) -> None:
    far = 24 * 365 * 400
    assert ordered(tmp_path, {"one.csv": 1, "two.csv": far, "three.csv": 0}) == (
        ["two.csv", "three.csv", "one.csv"], False, ["two.csv"],
    )  # fmt: skip


def test_ranges_decide_only_where_the_later_one_begins_and_ends_later(tmp_path: Path) -> None:
    first, second = "a 02-01-2026 to 03-31-2026.csv", "a 03-01-2026 to 04-30-2026.csv"
    assert ordered(tmp_path, {first: 3, second: 1}) == ([first, second], True, [])
    within = "a 03-02-2026 to 03-08-2026.csv"
    assert ordered(tmp_path, {within: 4}) == ([second, first, within], False, [])
    (tmp_path / within).unlink()
    assert ordered(tmp_path, {"a 03-04-2026.csv": 4})[1] is False  # a day beside ranges
