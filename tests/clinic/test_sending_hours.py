"""Sending hours are one span a day in the clinic's zone, also where the clocks change within them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.clinic.sending_hours import DAYS, SendingHours

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


WEEKDAYS, CHRISTMAS = SendingHours(), ("2026-12-24", "2026-12-25")


def too_late(moment: str, late: timedelta, hours: SendingHours = WEEKDAYS, holidays: tuple[str, ...] = ()) -> str:
    at = datetime.fromisoformat(moment).replace(tzinfo=PACIFIC)
    return f"{hours.until(at, late, PACIFIC, holidays).astimezone(PACIFIC):%a %d %H:%M}"


@pytest.mark.parametrize(
    ("moment", "days", "last"),
    [
        ("2026-03-02 12:00", 1, "Tue 03 18:00"),
        ("2026-03-06 09:00", 1, "Mon 09 18:00"),
        ("2026-03-06 12:00", 2, "Tue 10 18:00"),
        ("2026-12-23 12:00", 2, "Tue 29 18:00"),  # over Christmas
        ("2026-03-02 12:00", 0.75, "Tue 03 18:00"),
        ("2026-03-02 12:00", 0.125, "Mon 02 15:00"),
        ("2026-03-06 17:00", 0.125, "Mon 09 11:00"),  # three hours, of which one was left on Friday
        ("2026-03-02 12:00", 1.5, "Wed 04 18:00"),
    ],
)
def test_until_when_what_is_late_may_still_leave(moment: str, days: float, last: str) -> None:
    assert too_late(moment, timedelta(days=days), holidays=CHRISTMAS) == last


def test_where_letters_leave_once_a_week_two_days_late_are_no_two_weeks() -> None:
    assert too_late("2026-03-04 12:00", timedelta(days=2), SendingHours(("wed",))) == "Wed 11 18:00"
    assert too_late("2026-03-03 12:00", timedelta(days=2), SendingHours(("tue", "thu"))) == "Tue 10 18:00"


@given(
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 366 * 24 * 60),
    st.timedeltas(timedelta(0), timedelta(days=800)),
    st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_the_more_a_rule_allows_the_longer_a_letter_may_leave_and_it_ends_within_the_hours(
    days: set[str], minutes: int, late: timedelta, more: timedelta
) -> None:
    hours = SendingHours(tuple(sorted(days)))
    some_time = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = hours.next_open(some_time, PACIFIC, CHRISTMAS)
    last = hours.until(moment, late, PACIFIC, CHRISTMAS)
    assert moment <= last <= hours.until(moment, late + more, PACIFIC, CHRISTMAS)
    assert hours.is_open(last, PACIFIC, CHRISTMAS) or hours.is_open(last - timedelta(seconds=1), PACIFIC, CHRISTMAS)
