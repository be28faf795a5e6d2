"""Calendar entries: recurring, moved and cancelled ones, odd zones, the change of clocks, and rules without end."""

from datetime import date
from pathlib import Path

import pytest
from made_files import Found, read_one

from jobs.sources.calendar import COLUMNS, MOST_OF_ONE, read_calendar
from jobs.sources.calendar_entries import count_entries
from jobs.sources.reading import start_reading
from jobs.sources.source import Source

FIRST, LAST = date(2026, 2, 1), date(2026, 4, 30)
ZONE = "America/Los_Angeles"  # its clocks change on March 8 and November 1
WEEKLY = ("UID:weekly", f"DTSTART;TZID={ZONE}:20260224T090000", f"DTEND;TZID={ZONE}:20260224T095500",
          "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Pilates - MIRA Q (back)")  # fmt: skip
TUESDAYS = ["2026-02-24T17:00:00Z", "2026-03-03T17:00:00Z", "2026-03-10T16:00:00Z", "2026-03-17T16:00:00Z"]


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def calendar(*events: str) -> bytes:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Lakeside Made-Up//EN\r\n"
    return (head + "".join(events) + "END:VCALENDAR\r\n").encode()


def read(*events: str) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of these entries between FIRST and LAST, and what was said of them."""
    columns, ordinals, sentences = read_calendar(calendar(*events), FIRST, LAST, ZONE)
    assert tuple(columns) == COLUMNS and {len(texts) for texts in columns.values()} == {len(ordinals)}
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns.values(), strict=True)], sentences


def starts(*events: str) -> list[str]:
    rows, sentences = read(*events)
    assert sentences == []
    return sorted(row["start"] for row in rows)


@pytest.mark.parametrize(
    ("shown", "name"),
    [('"Mira Quill"', "Mira Quill"), ("mira.q@mail.example", ""), ('"mira"', ""), ('"Mira 925-555-0101"', "")],
)
def test_the_name_that_an_invitation_shows_is_the_guests_where_it_is_one(shown: str, name: str) -> None:
    rows, _ = read(event("UID:one", "DTSTART:20260304T170000Z", f"ATTENDEE;CN={shown}:mailto:mira.q@mail.example"))
    assert [(row["attendee"], row["attendee_name"]) for row in rows] == [("mira.q@mail.example", name)]


def test_a_single_entry_is_one_row_with_all_that_it_says() -> None:
    rows, sentences = read(
        event("UID:one", "DTSTART:20260304T170000Z", "DTEND:20260304T174500Z", "CREATED:20260201T120000Z",
              "SUMMARY:Eval - MIRA Q\\, knee", "LOCATION:Room 2", "ORGANIZER:mailto:studio@lakeside.example",
              "ATTENDEE:mailto:studio@lakeside.example", "ATTENDEE:mailto:mira.q@mail.example")
    )  # fmt: skip
    assert sentences == []
    assert rows == [
        {"appointment_id": "one", "start": "2026-03-04T17:00:00Z", "end": "2026-03-04T17:45:00Z", "all_day": "",
         "booked": "2026-02-01T12:00:00Z", "status": "", "title": "Eval - MIRA Q, knee", "type": "",
         "description": "", "location": "Room 2", "attendee": "mira.q@mail.example", "attendee_name": ""}
    ]  # fmt: skip


def test_a_weekly_slot_keeps_its_hour_when_the_clocks_change() -> None:
    assert starts(event(*WEEKLY)) == TUESDAYS


def test_a_slot_in_universal_time_does_not() -> None:
    utc = event("UID:utc", "DTSTART:20260303T170000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:x")
    assert starts(utc) == ["2026-03-03T17:00:00Z", "2026-03-10T17:00:00Z"]


def test_an_hour_that_the_clocks_leave_out_or_repeat_is_read_once() -> None:
    night = event("UID:night", f"DTSTART;TZID={ZONE}:20260307T023000", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:x")
    assert starts(night) == ["2026-03-07T10:30:00Z", "2026-03-08T10:30:00Z", "2026-03-09T09:30:00Z"]


def test_an_excluded_date_is_no_appointment() -> None:
    assert starts(event(*WEEKLY, f"EXDATE;TZID={ZONE}:20260303T090000")) == [TUESDAYS[0], *TUESDAYS[2:]]


def test_excluded_dates_in_one_line_and_in_universal_time_count_too() -> None:
    excluded = event(*WEEKLY, "EXDATE:20260224T170000Z,20260317T160000Z")
    assert starts(excluded) == TUESDAYS[1:3]


def test_an_added_date_is_an_appointment() -> None:
    assert starts(event(*WEEKLY, f"RDATE;TZID={ZONE}:20260305T110000")) == sorted([*TUESDAYS, "2026-03-05T19:00:00Z"])


def moved(to: str, *more: str) -> str:
    return event("UID:weekly", f"RECURRENCE-ID;TZID={ZONE}:20260303T090000", f"DTSTART;TZID={ZONE}:{to}",
                 "SUMMARY:Pilates - MIRA Q (back)", *more)  # fmt: skip


def test_a_moved_occurrence_stands_at_its_new_time_and_stays_the_same_appointment() -> None:
    before, _ = read(event(*WEEKLY))
    after, sentences = read(event(*WEEKLY), moved("20260304T110000"))
    assert sentences == [] and len(after) == len(before) == 4
    by_id = {row["appointment_id"]: row["start"] for row in after}
    assert set(by_id) == {row["appointment_id"] for row in before}
    assert by_id["weekly/2026-03-03T17:00:00Z"] == "2026-03-04T19:00:00Z"
    assert sorted(by_id.values()) == [TUESDAYS[0], "2026-03-04T19:00:00Z", *TUESDAYS[2:]]


def test_a_moved_occurrence_with_an_end_and_a_duration_does_not_cost_the_series() -> None:
    lightning = moved("20260304T110000", f"DTEND;TZID={ZONE}:20260304T115500", "DURATION:PT0S")
    rows, sentences = read(event(*WEEKLY), lightning)
    assert sentences == [] and len(rows) == 4
    assert ("2026-03-04T19:00:00Z", "2026-03-04T19:55:00Z") in {(row["start"], row["end"]) for row in rows}


def test_a_broken_occurrence_is_left_out_with_a_sentence_and_the_series_stays() -> None:
    broken = event("UID:weekly", f"RECURRENCE-ID;TZID={ZONE}:20260303T090000", "DTSTART:soon", "SUMMARY:x")
    rows, sentences = read(event(*WEEKLY), broken)
    assert len(rows) == 4 and len(sentences) == 1
    assert sentences[0].startswith("Entry 2 ") and sentences[0].endswith("it is left out.")


def test_an_occurrence_that_moved_out_of_the_window_is_not_in_it() -> None:
    assert starts(event(*WEEKLY), moved("20260604T110000")) == [TUESDAYS[0], *TUESDAYS[2:]]


def test_an_occurrence_that_moved_into_the_window_is_in_it() -> None:
    old = event("UID:old", f"DTSTART;TZID={ZONE}:20251201T090000", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:x")
    late = event("UID:old", f"RECURRENCE-ID;TZID={ZONE}:20251208T090000", f"DTSTART;TZID={ZONE}:20260302T090000")
    assert starts(old, late) == ["2026-03-02T17:00:00Z"]


def test_a_cancelled_occurrence_is_a_cancelled_appointment() -> None:
    rows, sentences = read(event(*WEEKLY), moved("20260303T090000", "STATUS:CANCELLED"))
    assert sentences == []
    assert {row["start"]: row["status"] for row in rows} == dict.fromkeys(TUESDAYS, "") | {TUESDAYS[1]: "cancelled"}


def test_a_cancelled_series_is_cancelled_throughout() -> None:
    rows, _ = read(event(*WEEKLY, "STATUS:CANCELLED"))
    assert [row["status"] for row in rows] == ["cancelled"] * 4


def test_a_whole_day_is_marked_as_one() -> None:
    rows, sentences = read(event("UID:day", "DTSTART;VALUE=DATE:20260309", "DTEND;VALUE=DATE:20260310", "SUMMARY:x"))
    assert sentences == []
    assert [(row["start"], row["all_day"]) for row in rows] == [("2026-03-09T07:00:00Z", "yes")]


def test_a_time_without_a_zone_is_the_clinics() -> None:
    assert starts(event("UID:a", "DTSTART:20260304T090000", "SUMMARY:x")) == ["2026-03-04T17:00:00Z"]


def test_a_weekly_time_without_a_zone_keeps_the_clinics_hour() -> None:
    floating = event("UID:f", "DTSTART:20260303T090000", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:x")
    assert starts(floating) == ["2026-03-03T17:00:00Z", "2026-03-10T16:00:00Z"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("Pacific Standard Time", "2026-07-01T16:00:00Z"),  # as Outlook writes it, summer or winter
        ("Eastern Standard Time", "2026-07-01T13:00:00Z"),
        ("W. Europe Standard Time", "2026-07-01T07:00:00Z"),
        ('"America/New_York"', "2026-07-01T13:00:00Z"),
        ("/freeassociation.sourceforge.net/America/New_York", "2026-07-01T13:00:00Z"),
    ],
)
def test_zones_are_known_by_the_names_that_other_programs_give_them(name: str, start: str) -> None:
    entry = event("UID:z", f"DTSTART;TZID={name}:20260701T090000", "SUMMARY:x")
    columns, _, sentences = read_calendar(calendar(entry), date(2026, 6, 1), date(2026, 7, 31), ZONE)
    assert (columns["start"], sentences) == ([start], [])


def test_a_zone_that_nobody_knows_is_said_and_the_clinics_is_taken() -> None:
    rows, sentences = read(event("UID:z", "DTSTART;TZID=Middle/Earth:20260304T090000", "SUMMARY:x"))
    assert [row["start"] for row in rows] == ["2026-03-04T17:00:00Z"]
    assert sentences == ["Entry 1 names a time zone that is not known; it is read in the clinic's."]


def test_both_ends_of_the_window_are_days_of_the_clinic() -> None:
    last = event("UID:in", f"DTSTART;TZID={ZONE}:20260430T233000", "SUMMARY:x")
    after = event("UID:out", f"DTSTART;TZID={ZONE}:20260501T000000", "SUMMARY:x")
    first = event("UID:first", f"DTSTART;TZID={ZONE}:20260201T000000", "SUMMARY:x")
    before = event("UID:before", f"DTSTART;TZID={ZONE}:20260131T233000", "SUMMARY:x")
    assert starts(last, after, first, before) == ["2026-02-01T08:00:00Z", "2026-05-01T06:30:00Z"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("DTSTART:20260304T090000Z", "RRULE:FREQ=SECONDLY"), "recurs more often than daily"),
        (("DTSTART:20260304T090000Z", "RRULE:FREQ=HOURLY;INTERVAL=2"), "recurs more often than daily"),
        (("DTSTART:20260304T090000Z", "RRULE:FREQ=DAILY;INTERVAL=0"), "recurs with an interval of nothing"),
        (("DTSTART:20260304T090000Z", f"RRULE:FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}"), "too many times"),
        (("DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY"), "begins in the year 1"),
        (("DTSTART:20200101T000000Z", "DTEND:20300101T000000Z"), "lasts for years"),
        (("SUMMARY:nothing else",), "has no start"),
        (("DTSTART:sometime",), "cannot be read"),
    ],
)
def test_an_entry_that_makes_no_sense_is_left_out_with_a_sentence(lines: tuple[str, ...], said: str) -> None:
    rows, sentences = read(event("UID:odd", *lines), event(*WEEKLY))
    assert sorted(row["start"] for row in rows) == TUESDAYS
    assert len(sentences) == 1 and said in sentences[0]
    assert sentences[0].startswith("Entry 1 ") and sentences[0].endswith("it is left out.")


def test_a_rule_that_no_day_meets_ends() -> None:
    never = event("UID:never", "DTSTART:20260304T090000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:x")
    assert set(starts(never)) <= {"2026-03-04T09:00:00Z"}


def test_one_entry_gives_at_most_so_many_rows_and_says_so() -> None:
    hours = ",".join(map(str, range(24)))
    many = event("UID:many", "DTSTART:20200101T000000Z", f"RRULE:FREQ=DAILY;BYHOUR={hours}", "SUMMARY:x")
    columns, _, sentences = read_calendar(calendar(many), date(2025, 1, 1), date(2026, 12, 31), ZONE)
    assert len(columns["start"]) == MOST_OF_ONE == 2000
    assert sentences == ["Entry 1 recurs more than 2,000 times in the window; the rest is left out."]


def test_a_file_that_breaks_off_gives_the_entries_before_the_break() -> None:
    whole = calendar(event("UID:a", "DTSTART:20260304T170000Z", "SUMMARY:x"), event(*WEEKLY))
    columns, _, _ = read_calendar(whole[: whole.index(b"RRULE")], FIRST, LAST, ZONE)
    assert columns["appointment_id"] == ["a"]
    assert count_entries(whole) == 2


def put(home: Path, *events: str) -> Found:
    """The same by the whole way: a file, a bounded process, text columns."""
    (home / "slots.ics").write_bytes(calendar(*events))
    return read_one(home, Source("slots", "slots.ics", zone=ZONE))


def test_a_calendar_file_becomes_columns_of_text(tmp_path: Path) -> None:
    found = put(tmp_path, event(*WEEKLY))
    assert (found.outcome, found.problem, found.rows) == ("read", None, [1, 1, 1, 1])
    assert sorted(found.columns["start"]) == TUESDAYS
    assert set(found.columns["title"]) == {"Pilates - MIRA Q (back)"}


def test_an_endless_rule_in_a_file_is_one_sentence_that_names_the_entry(tmp_path: Path) -> None:
    found = put(tmp_path, event("UID:odd", "DTSTART:20260304T090000Z", "RRULE:FREQ=SECONDLY"), event(*WEEKLY))
    assert (found.path, found.outcome, len(found.rows)) == ("slots.ics", "read", 4)
    assert "Entry 1 recurs more often than daily" in found.said()


@pytest.mark.parametrize(
    "content", [b"BEGIN:VCALENDAR\r\n", b"\0\1\2" * 500, b"<html>sign in</html>\n", b"\xff\xfe" * 9]
)
def test_what_is_no_calendar_is_refused_with_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "slots.ics").write_bytes(content)
    found = read_one(tmp_path, Source("slots", "slots.ics"))
    assert (found.path, found.outcome, found.rows) == ("slots.ics", "refused", [])
    assert found.problem and found.problem.what.endswith(".") and found.problem.remedy


GOOD = event("UID:good", "DTSTART:20260304T170000Z", "DTEND:20260304T180000Z", "SUMMARY:PT - Mira Quill (hip)")
HOSTILE = {
    "every second": ("DTSTART:20260301T170000Z", "RRULE:FREQ=SECONDLY"),
    "every nothing": ("DTSTART:20260301T170000Z", "RRULE:FREQ=DAILY;INTERVAL=0"),
    "until the year 9999": ("DTSTART:20260301T170000Z", "DTEND:99991231T235959Z"),
    "for ten thousand years": ("DTSTART:20260301T170000Z", "DURATION:P3650000D"),
    "more hours than a day": (
        "DTSTART:20260301T170000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=" + ",".join(map(str, range(60)))),
}  # fmt: skip
SAID = {
    "every second": "Entry 1 recurs more often than daily, or in no way that is known; it is left out.",
    "every nothing": "Entry 1 recurs with an interval of nothing; it is left out.",
    "until the year 9999": "Entry 1 lasts for years; it is left out.",
    "for ten thousand years": "Entry 1 lasts for years; it is left out.",
    "more hours than a day": "Entry 1 recurs too many times a day; it is left out.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_entry_is_one_sentence_and_the_good_one_arrives(name: str) -> None:
    rows, sentences = read(event("UID:bad", *HOSTILE[name], "SUMMARY:Eval - ANNA T (back)"), GOOD)
    assert sentences == [SAID[name]]
    assert [row["title"] for row in rows] == ["PT - Mira Quill (hip)"]


def test_entries_inside_one_another_without_end_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "deep.ics").write_bytes(b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000)
    found = read_one(tmp_path, Source("calendar", "deep.ics"))
    assert found.outcome == "refused" and found.problem is not None
    assert found.problem.what == "The calendar's entries stand inside one another without end."


def test_a_folder_means_the_calendars_in_it(tmp_path: Path) -> None:
    (tmp_path / "calendars").mkdir()
    for name in ("one", "two"):
        (tmp_path / "calendars" / f"{name}.ics").write_bytes(calendar(GOOD.replace("good", name)))
    source = Source("calendar", "calendars", take="all")
    paths = [file.path for file in start_reading(source, tmp_path, {}, date(2026, 3, 1), ZONE)]
    assert paths == ["calendars/one.ics", "calendars/two.ics"]


def test_a_calendar_without_an_entry_in_its_days_says_so(tmp_path: Path) -> None:
    (tmp_path / "old.ics").write_bytes(calendar(GOOD.replace("2026", "2006")))
    found = read_one(tmp_path, Source("calendar", "old.ics"))
    assert found.problem is not None and found.problem.what == "It has no entry in the days that are read."
