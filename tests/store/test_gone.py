"""What its source no longer has does not stand as booked; what may only be missing from one export does."""

import pytest
from sqlalchemy import select

from jobs.clinic.records import Appointment
from jobs.store.appointments import MOST_GONE, Gone, mark_gone, save_appointments
from jobs.store.memory import Store
from jobs.store.tables import appointments, events

NOW = "2026-03-04T20:00:00Z"


def coming(number: int, day: int, status: str = "booked") -> Appointment:
    known = dict.fromkeys(Appointment._fields, "") | {
        "key": f"export:{number}",
        "patient_key": f"p{number}",
        "first_name": "Mira",
        "starts_at": f"2026-03-{day:02}T17:00:00Z",
        "starts_on": f"2026-03-{day:02}",
        "status": status,
        "row": number,
    }
    return Appointment(**known)  # type: ignore[arg-type]


def save(store: Store, *batch: Appointment, source: str = "export") -> None:
    with store.begin() as memory:
        save_appointments(memory, batch, source, NOW, [slot.row for slot in batch])  # type: ignore[misc]


def gone(store: Store, *marks: int, source: str = "export") -> Gone:
    with store.begin() as memory:
        return mark_gone(memory, source, marks, NOW)


def statuses(store: Store) -> list[str]:
    with store.begin() as memory:
        return list(memory.connection.execute(select(appointments.c.status).order_by(appointments.c.id)).scalars())


def test_a_coming_appointment_that_is_gone_no_longer_counts_as_booked(store: Store) -> None:
    save(store, coming(1, 6), coming(2, 7), coming(3, 20))
    found = gone(store, 1)
    assert (found.marked, found.kept, len(found.patients)) == (1, 0, 1)
    assert statuses(store) == ["rescheduled", "booked", "booked"]


def test_what_is_over_or_was_cancelled_stays_as_it_was(store: Store) -> None:
    save(store, coming(1, 3), coming(2, 7, "cancelled"), coming(3, 20))
    assert gone(store, 1, 2).marked == 0
    assert statuses(store) == ["booked", "cancelled", "booked"]


def test_a_later_day_than_the_source_has_may_simply_not_be_in_the_file(store: Store) -> None:
    save(store, coming(1, 6), coming(2, 7), coming(3, 20))
    assert gone(store, 3).marked == 0
    assert statuses(store) == ["booked"] * 3


def test_another_source_does_not_take_away_what_it_never_had(store: Store) -> None:
    save(store, coming(1, 6), coming(3, 20))
    assert gone(store, 1, source="calendar").marked == 0
    assert statuses(store) == ["booked"] * 2


@pytest.mark.parametrize(("missing", "marked"), [(MOST_GONE, MOST_GONE), (MOST_GONE + 1, 0)])
def test_where_very_many_are_gone_at_once_the_export_is_not_believed(store: Store, missing: int, marked: int) -> None:
    save(store, *(coming(number, 6 + number % 5) for number in range(1, 41)), coming(99, 20))
    found = gone(store, *range(1, missing + 1))
    assert (found.marked, found.kept) == (marked, missing - marked)
    assert statuses(store).count("rescheduled") == marked


def test_one_that_comes_back_is_booked_again_and_an_event(store: Store) -> None:
    save(store, coming(1, 6), coming(3, 20))
    gone(store, 1)
    save(store, coming(1, 6))
    assert statuses(store) == ["booked", "booked"]
    with store.begin() as memory:
        what = select(events.c.what).where(events.c.appointment_id == 1).order_by(events.c.id)
        assert list(memory.connection.execute(what).scalars()) == ["booked", "moved"]
