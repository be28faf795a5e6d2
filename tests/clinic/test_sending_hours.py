"""Sending hours are one span a day in the clinic's zone, also where the clocks change within them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.clinic.sending_hours import SendingHours

PACIFIC = ZoneInfo("America/Los_Angeles")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
NIGHT = SendingHours(days=("sun",), opens="02:30", closes="04:00")
EARLY = SendingHours(days=("sun",), opens="01:30", closes="03:00")


def open_minutes(hours: SendingHours, day: date) -> list[str]:
    """The first and the last minute in which letters may leave on a day, and how many there are."""
    minute = datetime(day.year, day.month, day.day, tzinfo=PACIFIC).astimezone(UTC)
    minutes = [minute + timedelta(minutes=number) for number in range(25 * 60)]
    open_ones = [moment for moment in minutes if hours.is_open(moment, PACIFIC)]
    gaps = {later - earlier for earlier, later in zip(open_ones, open_ones[1:], strict=False)}
    assert gaps <= {timedelta(minutes=1)}, "the hours are not one span"
    first, last = (f"{moment.astimezone(PACIFIC):%H:%M %Z}" for moment in (open_ones[0], open_ones[-1]))
    return [first, last, str(len(open_ones))]


@pytest.mark.parametrize(
    ("hours", "day", "expected"),
    [
        (NIGHT, SPRING, ["03:30 PDT", "03:59 PDT", "30"]),  # 02:30 does not exist: an hour later
        (NIGHT, AUTUMN, ["02:30 PST", "03:59 PST", "90"]),
        (EARLY, SPRING, ["01:30 PST", "01:59 PST", "30"]),
        (EARLY, AUTUMN, ["01:30 PDT", "02:59 PST", "150"]),  # the first of the two half past one
        (SendingHours(("sun",), "02:10", "02:50"), SPRING, ["03:10 PDT", "03:49 PDT", "40"]),
        (SendingHours(("sun",), "00:30", "01:30"), AUTUMN, ["00:30 PDT", "01:29 PDT", "60"]),
        (SendingHours(("sun",)), SPRING, ["09:00 PDT", "17:59 PDT", "540"]),
    ],
)
def test_the_hours_of_a_day_on_which_the_clocks_change(hours: SendingHours, day: date, expected: list[str]) -> None:
    assert open_minutes(hours, day) == expected


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("hours", [NIGHT, EARLY])
def test_what_is_due_at_the_opening_may_leave_at_that_very_moment(hours: SendingHours, day: date) -> None:
    opening = hours.opening(day, PACIFIC)
    assert hours.is_open(opening, PACIFIC) and not hours.is_open(opening - timedelta(minutes=1), PACIFIC)
    midnight = datetime(day.year, day.month, day.day, tzinfo=PACIFIC)
    assert hours.next_open(midnight, PACIFIC) == opening
    after = hours.next_open(opening + timedelta(hours=4), PACIFIC)
    assert after.astimezone(PACIFIC).date() == day + timedelta(days=7)
