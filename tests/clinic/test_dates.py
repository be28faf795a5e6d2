"""Moments and days as exports write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.clinic.cells import Doubt
from jobs.clinic.dates import NO_MOMENT, MomentReader, later, read_birth_date
from jobs.clinic.zones import zone_named

BOSTON = MomentReader("America/New_York", "mdy")
LOCAL_TIMES = st.datetimes(datetime(1905, 1, 2), datetime(2100, 12, 30))  # noqa: DTZ001 - the zone comes later


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04 09:30:00",
        "2026-03-04T09:30",
        "2026-03-04T14:30:00Z",
        "2026-03-04T15:30:00.25+01:00",
        "2026-03-04 14:30:00 UTC",
        "2026-03-04 09:30:00 -0500",
        "03/04/2026 9:30 AM",
        "3/4/26 9:30am",
        "March 4, 2026 9:30 am",
        "4 Mar 2026 09:30",
        "Wed, Mar 4th, 2026 at 9:30 a.m.",
        "2026/03/04 09:30",
        "46085.39583",
        "2026-03-04 9:30 AM EST",
    ],
)
def test_one_moment_is_read_from_every_way_of_writing_it(text: str) -> None:
    assert BOSTON.read(text) == ("2026-03-04T14:30:00Z", "2026-03-04", True)


@pytest.mark.parametrize(
    "cells",
    [
        ("03/04/2026", "9:30 AM"),
        ("2026-03-04 00:00:00", "09:30:00"),
        ("2026-03-04", "1899-12-30 09:30:00"),
        ("2026-03-04", "0.395833"),
        ("2026-03-04", "0930"),
        ("2026-03-04", "9.30"),
        ("9:30 AM", "March 4, 2026"),
    ],
)
def test_a_day_and_a_time_of_day_may_stand_in_two_cells(cells: tuple[str, ...]) -> None:
    assert BOSTON.read_cells(cells) == ("2026-03-04T14:30:00Z", "2026-03-04", True)


def test_a_day_alone_is_its_midnight_and_says_that_it_has_no_time() -> None:
    assert BOSTON.read("03/04/2026") == ("2026-03-04T05:00:00Z", "2026-03-04", False)


def test_an_empty_cell_is_no_moment() -> None:
    assert BOSTON.read("") == BOSTON.read("  ") == NO_MOMENT


def test_the_order_of_day_and_month_is_the_one_of_the_source() -> None:
    assert BOSTON.read("03/04/2026 10:00")[1] == "2026-03-04"
    assert MomentReader("America/New_York", "dmy").read("03/04/2026 10:00")[1] == "2026-04-03"
    assert MomentReader("America/New_York", "ymd").read("26/03/04 10:00")[1] == "2026-03-04"


def test_a_date_that_contradicts_the_order_is_not_turned_round() -> None:
    found = BOSTON.read("13/04/2026 10:00")
    assert isinstance(found, Doubt) and found.value == NO_MOMENT
    assert found.what == "This date does not fit the order month/day/year that this source is read in."


@pytest.mark.parametrize(
    "text", ["1026-03-04 09:00:00", "1903-12-31 23:00", "2101-01-01", "01/01/2126 9:00 AM", "99999"]
)
def test_an_absurd_year_is_a_fault(text: str) -> None:
    found = BOSTON.read(text)
    assert isinstance(found, Doubt) and found.what == "The year is before 1905 or after 2100."


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026", "9:30 AM", "2026-02-30 10:00:00", "03/04/2026 25:00", "Total: 565"]
)
def test_what_is_no_date_is_a_fault(text: str) -> None:
    found = BOSTON.read(text)
    assert isinstance(found, Doubt) and found.what == "This is no date that can be read."


def test_a_time_that_the_clocks_skip_is_read_an_hour_later_with_a_note() -> None:
    found = BOSTON.read("2026-03-08 02:30:00")
    assert isinstance(found, Doubt)
    assert found.value == ("2026-03-08T07:30:00Z", "2026-03-08", True)  # 3:30 in summer time
    assert BOSTON.read("2026-03-08 03:30:00")[0] == "2026-03-08T07:30:00Z"


def test_a_time_that_occurs_twice_is_the_first_one() -> None:
    assert BOSTON.read("2026-11-01 01:30:00")[0] == "2026-11-01T05:30:00Z"


def test_a_day_in_the_clinics_calendar_is_not_the_day_in_utc() -> None:
    assert BOSTON.read("2026-03-05T03:00:00Z")[:2] == ("2026-03-05T03:00:00Z", "2026-03-04")


def test_times_of_another_zone_fall_on_the_clinics_days() -> None:
    reader = MomentReader("America/New_York", "mdy", "America/Los_Angeles")
    assert reader.read("2026-03-04 22:00:00")[:2] == ("2026-03-05T06:00:00Z", "2026-03-05")


@given(
    LOCAL_TIMES,
    st.sampled_from(
        ["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "UTC"]
    ),
)
@settings(max_examples=150, deadline=None)
def test_every_local_time_is_read_as_the_zone_database_has_it(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=0, fold=0)  # a text does not say which of two equal hours it means
    expected = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    reader = MomentReader(zone, "mdy")
    for _ in range(2):  # the second time from what the reader remembers
        found = reader.read(local.isoformat(" "))
        moment = found.value if isinstance(found, Doubt) else found
        assert moment.at == expected.strftime("%Y-%m-%dT%H:%M:%SZ")
    neighbour = local.replace(minute=(local.minute + 31) % 60, second=0)
    found = reader.read(neighbour.isoformat(" "))
    moment = found.value if isinstance(found, Doubt) else found
    assert moment.at == neighbour.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_at_all_stops_the_reader(text: str) -> None:
    BOSTON.read(text)
    read_birth_date(text, "dmy")


@given(LOCAL_TIMES, st.integers(1, 1440))
@settings(max_examples=100, deadline=None)
def test_an_end_is_so_many_minutes_after_the_start(start: datetime, minutes: int) -> None:
    start = start.replace(microsecond=0)
    assert later(f"{start.isoformat()}Z", minutes) == f"{(start + timedelta(minutes=minutes)).isoformat()}Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1984-08-02", "1984-08-02"),
        ("8/2/84", "1984-08-02"),
        ("8/2/12", "2012-08-02"),
        ("30000", "1982-02-18"),
        ("", ""),
        ("2 Aug 1958", "1958-08-02"),
        ("1984-08-02 00:00:00", "1984-08-02"),
        ("1915-01-02", "1915-01-02"),
    ],
)
def test_birth_dates(text: str, expected: str) -> None:
    assert read_birth_date(text, "mdy") == expected


@pytest.mark.parametrize("text", ["1958", "unknown", "1984-02-30", "2/8"])
def test_a_birth_date_that_is_none_is_left_out_with_a_note(text: str) -> None:
    found = read_birth_date(text, "mdy")
    assert isinstance(found, Doubt) and found.value == ""


def test_zones_are_known_by_their_usual_american_names() -> None:
    assert str(zone_named("Eastern Time (US & Canada)")) == "America/New_York"
    assert str(zone_named("(GMT-08:00) Pacific Time")) == "America/Los_Angeles"
    assert zone_named("Mars/Base") is None
    assert zone_named("../etc/passwd") is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [("10:00a", "18:00"), ("1:15p", "21:15"), ("1:15 P", "21:15"), ("10:00 a.m.", "18:00")],
)
def test_a_time_with_a_or_p_alone_is_read(text: str, clock: str) -> None:
    from jobs.clinic.dates import moment_reader

    found = moment_reader("America/Los_Angeles", "mdy").read_cells(("12/08/2026", text))
    assert found == (f"2026-12-08T{clock}:00Z", "2026-12-08", True)
