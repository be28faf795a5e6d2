"""What the workbook says of the program's own work, against what was put into the database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from jobs.clinic.overtaken import SUPERSEDED
from jobs.clinic.periods import week_of
from jobs.clinic.work import FreshLine, JobLine, ProblemLine, RuleLine, Work
from jobs.store.memory import Memory, Store
from jobs.store.tables import (
    appointments,
    events,
    letters,
    mailbox_messages,
    patients,
    problems,
    runs,
    source_files,
    stops,
)
from jobs.store.work import count_work

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 3, 23, 6, tzinfo=ZONE)
WEEK = week_of(date(2026, 3, 16))
RULES = {"reminder": True, "lapsed": True, "welcome": True, "old": False}


def moment(days_ago: float) -> str:
    return (NOW - timedelta(days=days_ago)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def put(memory: Memory, table: Any, *rows: dict[str, Any]) -> None:
    for row in rows:  # one by one: they differ in what they hold
        memory.connection.execute(insert(table), {"clinic_id": memory.clinic_id, **row})


def a_letter(number: int, patient: int, rule: str, state: str, days_ago: float, event: int = 1) -> dict[str, Any]:
    sent = moment(days_ago) if state == "sent" else ""
    return {
        "id": number, "patient_id": patient, "rule": rule, "event_id": event, "state": state,
        "due_at": moment(days_ago), "expires_at": moment(days_ago - 3), "sent_at": sent,
        "address_key": f"{patient}@patient.example",
    }  # fmt: skip


def a_booking(number: int, patient: int, booked_days_ago: float) -> dict[str, Any]:
    return {
        "id": number, "key": str(number), "patient_id": patient, "starts_at": moment(-9), "starts_on": "2026-04-01",
        "booked_at": moment(booked_days_ago), "status": "booked",
    }  # fmt: skip


def an_event(number: int, patient: int, days_ago: float) -> dict[str, Any]:
    return {
        "id": number, "appointment_id": number, "patient_id": patient, "what": "booked",
        "happened_at": moment(days_ago), "seen_at": moment(days_ago), "starts_at": moment(-9),
    }  # fmt: skip


@pytest.fixture
def work(store: Store) -> Iterator[Work]:
    with store.begin() as memory:
        put(memory, patients, *({"id": number, "key": str(number)} for number in range(1, 7)))
        put(memory, appointments, a_booking(1, 1, 25), a_booking(2, 2, 10), a_booking(3, 3, 45), a_booking(4, 4, 60))
        put(memory, events, an_event(1, 1, 80))
        put(
            memory,
            letters,
            a_letter(1, 1, "reminder", "sent", 30),  # patient 1 booked five days later
            a_letter(2, 2, "reminder", "sent", 30),  # patient 2 booked after twenty days: too late
            a_letter(3, 3, "reminder", "withdrawn", 50),  # patient 3 got none and booked five days after it was due
            a_letter(4, 4, "reminder", "failed", 50),  # patient 4 had booked before
            a_letter(5, 5, "reminder", "sent", 5),  # in the week shown; its 14 days are not over
            a_letter(6, 6, "lapsed", "unknown", 40),
            a_letter(7, 5, "lapsed", "withdrawn", 3),
            a_letter(8, 5, "welcome", "planned", -3),  # still to come
            a_letter(9, 4, "lapsed", "withdrawn", 3) | {"reason": SUPERSEDED},  # a later visit has its own
        )
        put(memory, mailbox_messages, *(
            {"mailbox": "INBOX", "uid": str(number), "read_at": moment(4), "kind": kind, "letter_id": 5}
            for number, kind in enumerate(("bounce", "delay"))
        ))  # fmt: skip
        put(memory, stops,
            {"at": moment(3), "address_key": "5@patient.example", "category": "all", "allowed": 0, "source": "bounce"},
            {"at": moment(29), "patient_id": 1, "category": "news", "allowed": 0, "source": "Fern"},
            {"at": moment(0.1), "patient_id": 2, "category": "all", "allowed": 0, "source": "after the week"},
            {"at": moment(2), "patient_id": 1, "category": "news", "allowed": 1, "source": "Fern"})  # fmt: skip
        for days_ago, outcome in ((1, "done"), (2, "failed"), (30, "died")):
            at = moment(days_ago)
            put(memory, runs, {"job": "pull_appointments", "started_at": at, "ended_at": at, "outcome": outcome})
        for source in ("export", "monthly"):
            for name, days_ago, rows, data_at in (("a.csv", 1, 40, moment(3)), ("b.csv", 8, 2, "")):
                read = {"source": source, "path": name, "read_at": moment(days_ago), "memory": b"", "rows": rows}
                put(memory, source_files, read | {"data_at": data_at})
        put(memory, problems,
            {"seen_at": moment(1), "source": "export", "column": "Start", "value": "Mira", "set_aside": 1},
            {"seen_at": moment(1), "source": "export", "column": "Start", "value": "Fern", "set_aside": 0})  # fmt: skip
        yield count_work(memory, WEEK, NOW, RULES, {"monthly"})


def test_a_rule_says_what_was_sent_what_came_back_and_who_booked_with_and_without_its_letter(work: Work) -> None:
    assert work.rules == (
        RuleLine("reminder", sent=1, sent_year=3, bounced=1, stopped=2, failed=1, withdrawn=1,
                 written_to=2, written_to_booked=1, without=2, without_booked=1),
        RuleLine("lapsed", failed=1, withdrawn=1),
    )  # fmt: skip
    assert [(line.rate, line.rate_without) for line in work.rules] == [(0.5, 0.5), (None, None)]
    assert dict(work.stops) == {"bounce": 1, "the staff": 1}


def test_runs_sources_and_problems_are_summed_up_without_what_stood_in_a_cell(work: Work) -> None:
    one_day_ago = NOW - timedelta(days=1)
    assert work.jobs == (JobLine("pull_appointments", 2, 1, 0, one_day_ago),)
    three_days_ago = NOW - timedelta(days=3)
    assert work.sources == (
        FreshLine("export", 1, 40, three_days_ago, one_day_ago),  # the newest file alone counts
        FreshLine("monthly", 2, 42, three_days_ago, one_day_ago),
    )
    assert work.problems == (ProblemLine("export", "Start", 2, 1),)
    assert "Mira" not in repr(work)


def test_a_rule_that_is_on_and_sent_nothing_is_named_with_what_became_of_its_letters(work: Work) -> None:
    assert work.silent_rules == (("lapsed", "1 withdrawn"), ("welcome", "no letter was due"))
    assert work.bookings_dated


def test_the_booking_that_called_for_a_letter_did_not_follow_from_its_absence(store: Store) -> None:
    with store.begin() as memory:
        put(memory, patients, {"id": 1, "key": "1"}, {"id": 2, "key": "2"})
        # Both booked on a Saturday for Monday, twice in the same minute: their reminders had been due on Friday.
        put(memory, appointments, a_booking(1, 1, 37), a_booking(2, 1, 37), a_booking(3, 2, 37), a_booking(4, 2, 37),
            a_booking(5, 2, 30))  # fmt: skip
        put(memory, events, an_event(1, 1, 36.9), an_event(3, 2, 36.9))
        for number, event in ((1, 1), (2, 3)):
            put(memory, letters, a_letter(number, number, "reminder", "withdrawn", 38, event))
        (line,) = count_work(memory, WEEK, NOW, RULES).rules
    assert (line.without, line.without_booked) == (2, 1)  # the other booked again a week later
