"""Which events a new or changed appointment stands for."""

import pytest

from jobs.clinic.events import Known, Seen, events_of

NOW = "2026-03-04T20:00:00Z"
PAST, FUTURE = "2026-03-02T17:00:00Z", "2026-03-09T17:00:00Z"


def seen(
    starts: str = FUTURE, status: str = "booked", step: str = "visit", booked: str = "", cancelled: str = ""
) -> Seen:
    return Seen(starts, status, step, booked, cancelled)


def test_a_new_booking_happened_when_it_was_booked():
    assert list(events_of(None, seen(booked="2026-03-01T10:00:00Z"), NOW)) == [("booked", "2026-03-01T10:00:00Z")]


def test_an_old_visit_read_for_the_first_time_happened_then_and_not_today():
    assert list(events_of(None, seen(PAST, "completed"), NOW)) == [("booked", PAST), ("completed", PAST)]


def test_an_old_cancellation_without_a_date_does_not_happen_today():
    assert ("cancelled", PAST) in list(events_of(None, seen(PAST, "cancelled"), NOW))


def test_a_cancellation_of_a_future_visit_happens_when_it_is_seen():
    assert list(events_of(Known(FUTURE, "booked", "visit"), seen(status="cancelled"), NOW)) == [("cancelled", NOW)]


def test_a_moved_visit_is_one_event():
    assert list(events_of(Known(PAST, "booked", "visit"), seen(FUTURE), NOW)) == [("moved", NOW)]


def test_a_kept_discharge_visit_is_a_visit_and_a_discharge():
    known = Known(PAST, "booked", "discharge")
    assert list(events_of(known, seen(PAST, "completed", "discharge"), NOW)) == [
        ("completed", PAST),
        ("discharged", PAST),
    ]


@pytest.mark.parametrize("status", ["rescheduled", "deceased"])
def test_what_was_never_booked_is_no_event_until_it_is(status):
    assert list(events_of(None, seen(status=status), NOW)) == []
    assert list(events_of(Known(FUTURE, status, "visit"), seen(), NOW)) == [("moved", NOW)]


def test_a_booking_that_was_deleted_never_was_until_it_is_booked():
    assert list(events_of(None, seen(status="deleted"), NOW)) == []
    for status in ("booked", "cancelled", "no_show", "completed"):
        assert list(events_of(Known(PAST, status, "discharge"), seen(PAST, "deleted", "discharge"), NOW)) == []
    assert list(events_of(Known(FUTURE, "deleted", "visit"), seen(booked=PAST), NOW)) == [("booked", PAST)]
    assert list(events_of(Known(PAST, "deleted", "visit"), seen(PAST, "completed"), NOW)) == [("completed", PAST)]


@pytest.mark.parametrize("status", ["booked", "completed", "rescheduled"])
def test_a_change_of_nothing_that_matters_is_no_event(status):
    assert list(events_of(Known(PAST, status, "visit"), seen(PAST, status), NOW)) == []
