"""Visits that move by one file: as a clinic moves them, or as a file does that is read as it is not meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.clinic.upheavals import moved_together, slip_in

ZONE = ZoneInfo("America/Los_Angeles")
DAYS = [datetime(2026, 3, 2, hour, tzinfo=ZONE) + timedelta(days=day) for day in range(5) for hour in range(9, 17)]
Moves = list[tuple[str, str]]


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def all_by(distance: timedelta) -> Moves:
    """Each visit of five whole days by the same, as the clock on the wall has it."""
    return [(text(visit), text(visit + distance)) for visit in DAYS]


@pytest.mark.parametrize("distance", [timedelta(minutes=30), timedelta(hours=1), timedelta(days=1), timedelta(weeks=2)])
def test_hours_days_and_weeks_across_a_clock_change_are_moved_together(distance: timedelta) -> None:
    moves = all_by(distance)
    assert (slip_in(moves, ZONE), moved_together(moves, 10, ZONE), moved_together(moves, 9, ZONE)) == ("", True, False)


def test_each_to_another_time_or_out_of_all_reach_is_not_moved_together() -> None:
    apart = [(text(visit), text(visit + timedelta(minutes=7 * n))) for n, visit in enumerate(DAYS, 1)]
    assert not moved_together(apart, 100, ZONE)
    assert not moved_together(all_by(timedelta(days=1462)), 100, ZONE)  # a workbook that counts its days from 1904


def test_a_slip_has_its_name() -> None:
    slipped = [(text(visit), text(after)) for visit, after in zip(DAYS, [*DAYS[1:], DAYS[0]], strict=True)]
    assert slip_in(slipped, ZONE) == "each to that of another one, as if a column had slipped"
    half = [(text(visit), text(visit - timedelta(hours=12))) for visit in DAYS]
    assert slip_in(half, ZONE) == "by twelve hours, as if AM and PM were lost"
    evenings = [visit.replace(day=visit.day + 3, hour=19) for visit in DAYS]  # the next day in UTC
    turned = [(text(visit), text(visit.replace(day=visit.month, month=visit.day))) for visit in evenings]
    assert slip_in(turned, ZONE) == "as if day and month had changed places"
