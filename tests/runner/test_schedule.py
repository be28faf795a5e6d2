"""When jobs are due, in the clinic's zone, across both changes of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.runner.schedule import JobSettings, due_slot, next_slot, parse_when

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # whose clocks changed at midnight, until 2019


def job(*when: str, on: bool = True) -> JobSettings:
    return JobSettings("pull_appointments", when, on)


def local(text: str, zone: ZoneInfo = LOS_ANGELES, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def slot(*when: str, now: str, answered: str = "", fold: int = 0, zone: ZoneInfo = LOS_ANGELES) -> str:
    found = due_slot(job(*when), answered, local(now, zone, fold), zone)
    return found and f"{datetime.fromisoformat(found).astimezone(zone):%a %m-%d %H:%M}"


def following(*when: str, now: str) -> str:
    found = next_slot(job(*when), local(now), LOS_ANGELES)
    assert found is not None
    return f"{found:%a %m-%d %H:%M}"


@pytest.mark.parametrize(
    ("when", "now", "expected"),
    [
        ("every 10 minutes", "2026-03-04 10:09:59", "Wed 03-04 10:00"),
        ("every 10 minutes", "2026-03-04 10:10", "Wed 03-04 10:10"),
        ("every 2 hours", "2026-03-04 11:59", "Wed 03-04 10:00"),
        ("every 7 minutes", "2026-03-04 00:03", "Wed 03-04 00:00"),
        ("daily at 07:30", "2026-03-04 07:30", "Wed 03-04 07:30"),
        ("daily at 07:30", "2026-03-04 07:29", "Tue 03-03 07:30"),
        ("Weekdays at 8:00", "2026-03-08 12:00", "Fri 03-06 08:00"),
        ("monday at 06:00", "2026-03-09 05:59", "Mon 03-02 06:00"),
        ("monday  at 06:00", "2026-03-09 06:00", "Mon 03-09 06:00"),
    ],
)
def test_a_job_is_due_for_the_newest_moment_that_has_come(when: str, now: str, expected: str) -> None:
    assert slot(when, now=now) == expected


def test_a_moment_that_was_answered_is_not_due_again() -> None:
    assert slot("daily at 07:30", now="2026-03-04 10:00", answered="2026-03-04T15:30:00Z") == ""


def test_ten_missed_days_are_caught_up_once() -> None:
    first = slot("daily at 07:30", now="2026-03-04 10:00", answered="2026-02-22T15:30:00Z")
    assert first == "Wed 03-04 07:30"
    assert slot("daily at 07:30", now="2026-03-04 10:00", answered="2026-03-04T15:30:00Z") == ""


def test_of_several_schedules_the_newest_moment_counts() -> None:
    both = ("monday at 06:00", "daily at 12:00")
    assert slot(*both, now="2026-03-09 07:00") == "Mon 03-09 06:00"
    assert slot(*both, now="2026-03-09 12:01", answered="2026-03-09T13:00:00Z") == "Mon 03-09 12:00"
    assert following(*both, now="2026-03-09 05:00") == "Mon 03-09 06:00"
    assert following(*both, now="2026-03-09 07:00") == "Mon 03-09 12:00"


def test_a_job_that_is_off_is_never_due() -> None:
    off = job("every 10 minutes", on=False)
    assert due_slot(off, "", local("2026-03-04 10:00"), LOS_ANGELES) == ""
    assert next_slot(off, local("2026-03-04 10:00"), LOS_ANGELES) is None


def test_a_job_without_a_schedule_runs_by_hand_only() -> None:
    assert due_slot(job(), "", local("2026-03-04 10:00"), LOS_ANGELES) == ""
    assert next_slot(job(), local("2026-03-04 10:00"), LOS_ANGELES) is None


def test_a_time_that_the_clocks_skip_comes_an_hour_later() -> None:
    assert slot("daily at 02:30", now="2026-03-08 03:29") == "Sat 03-07 02:30"
    assert slot("daily at 02:30", now="2026-03-08 03:30") == "Sun 03-08 03:30"
    assert following("daily at 02:30", now="2026-03-08 01:00") == "Sun 03-08 03:30"


def test_a_time_that_the_clocks_repeat_comes_once() -> None:
    first = due_slot(job("daily at 01:30"), "", local("2026-11-01 01:45"), LOS_ANGELES)
    assert first == "2026-11-01T08:30:00Z"
    assert due_slot(job("daily at 01:30"), first, local("2026-11-01 01:45", fold=1), LOS_ANGELES) == ""


def test_every_ten_minutes_goes_on_through_both_hours_that_are_called_one() -> None:
    before, after = local("2026-11-01 01:55"), local("2026-11-01 01:05", fold=1)
    slots = [due_slot(job("every 10 minutes"), "", now, LOS_ANGELES) for now in (before, after)]
    assert slots == ["2026-11-01T08:50:00Z", "2026-11-01T09:00:00Z"]


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_no_moment_of_a_day_is_lost_when_the_clocks_change(day: str) -> None:
    """A whole day of looks, one a minute: every 30 minutes comes 46 or 50 times."""
    now = local(day).astimezone(UTC)
    end = (local(day) + timedelta(days=1)).astimezone(UTC)
    seen = set()
    while now < end:
        seen.add(due_slot(job("every 30 minutes"), "", now, LOS_ANGELES))
        now += timedelta(minutes=1)
    assert len(seen) == {"2026-03-08": 46, "2026-11-01": 50}[day]


def test_a_day_that_begins_at_one_has_its_moments_too() -> None:
    assert slot("daily at 00:00", now="2018-11-04 01:10", zone=SAO_PAULO) == "Sun 11-04 01:00"
    assert slot("every 10 minutes", now="2018-11-04 01:15", zone=SAO_PAULO) == "Sun 11-04 01:10"


@pytest.mark.parametrize(
    ("when", "now", "expected"),
    [
        ("every 10 minutes", "2026-03-04 10:09", "Wed 03-04 10:10"),
        ("every 7 minutes", "2026-03-04 23:58", "Thu 03-05 00:00"),
        ("daily at 07:30", "2026-03-04 07:30", "Thu 03-05 07:30"),
        ("weekdays at 08:00", "2026-03-06 09:00", "Mon 03-09 08:00"),
        ("monday at 06:00", "2026-03-09 06:00", "Mon 03-16 06:00"),
    ],
)
def test_the_next_moment_is_told(when: str, now: str, expected: str) -> None:
    assert following(when, now=now) == expected


@pytest.mark.parametrize(
    "words", ["", "hourly", "every 0 minutes", "every 2 days", "daily at 24:00", "daily at 7.30", "on monday at 06:00"]
)
def test_what_is_no_schedule_is_refused_in_words(words: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_when(words)
    assert str(refused.value) == (
        f'"{words}" is no schedule; write "every 10 minutes", "daily at 07:30" or "monday at 06:00"'
    )
