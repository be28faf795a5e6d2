"""The made-up Pilates calendar, read by a library that knows RFC 5545."""

from datetime import UTC, date, datetime, timedelta

import pytest
import recurring_ical_events
from icalendar import Calendar

from jobs.clinic.titles import read_title
from jobs.made_up.calendar_file import calendar_bytes

WEDNESDAY = date(2026, 3, 4)  # four days before the clocks change


def starts(title: str, first: date, last: date) -> list[str]:
    """The starts of this title's occurrences that still stand, in the clinic's time."""
    calendar = Calendar.from_ical(calendar_bytes(WEDNESDAY))
    events = recurring_ical_events.of(calendar).between(first, last)
    standing = [event for event in events if event["SUMMARY"] == title and event.get("STATUS") != "CANCELLED"]
    return sorted(f"{event.decoded('DTSTART'):%a %m-%d %H:%M}" for event in standing)


def test_lines_are_short_and_end_as_the_standard_asks() -> None:
    content = calendar_bytes(WEDNESDAY)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_weekly_slot_keeps_its_hour_and_leaves_weeks_out() -> None:
    found = starts("Pilates - MIRA Q (back)", date(2026, 2, 2), date(2026, 3, 31))
    # left out three weeks ago (Feb 9) and in two weeks (Mar 16); last week's was held a day and two hours later
    assert found == ["Mon 02-02 07:00", "Mon 02-16 07:00", "Mon 03-02 07:00", "Mon 03-09 07:00", "Mon 03-23 07:00",
                     "Mon 03-30 07:00", "Tue 02-24 09:00"]  # fmt: skip


def test_cancelled_occurrences_do_not_stand() -> None:
    found = starts("Pilates - TEO W (core)", date(2026, 2, 16), date(2026, 3, 15))
    assert found == ["Tue 02-24 07:00", "Tue 03-03 07:00"]


def test_every_second_week_is_every_second_week() -> None:
    found = starts("Private - Ansel Fennel (hip)", date(2026, 2, 1), date(2026, 4, 4))
    assert found == ["Thu 02-05 07:00", "Thu 03-05 07:00", "Thu 03-19 07:00", "Thu 04-02 07:00"]


@pytest.mark.parametrize("days", range(7))
def test_titles_name_patients_or_breaks_on_any_weekday(days: int) -> None:
    today = WEDNESDAY + timedelta(days=days)
    calendar = Calendar.from_ical(calendar_bytes(today))
    read = {str(event["SUMMARY"]): read_title(str(event["SUMMARY"])) for event in calendar.walk("VEVENT")}
    assert (read["Pilates - MIRA Q (back)"].first_name, read["Pilates - MIRA Q (back)"].complaint) == ("MIRA", "back")
    assert read["Private - Ansel Fennel (hip)"].last_name == "Fennel"
    assert [title for title, said in read.items() if said.is_break] == [
        "Lunch",
        "Staff meeting",
        "Closed for painting, all rooms",
    ]
    assert all(said.first_name or said.is_break for said in read.values())
    created = [event.decoded("CREATED") for event in calendar.walk("VEVENT")]
    assert all(isinstance(moment, datetime) for moment in created)
    assert max(created) < datetime(today.year, today.month, today.day, 8, tzinfo=UTC)
