"""What its source no longer has does not stand as booked; what may only be missing from one export does."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from jobs.clinic.records import Appointment
from jobs.store.appointments import save_appointments
from jobs.store.gone import MOST_GONE, Brought, mark_gone, note_missing
from jobs.store.memory import Store
from jobs.store.tables import appointments, events
from jobs.store.upheavals import Gone

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


def gone(store: Store, *marks: int, source: str = "export", brought: Brought = (), now: str = NOW) -> Gone:
    """What a file without these comes to; a person is told of those that are kept."""
    with store.begin() as memory:
        found = mark_gone(memory, source, marks, now, brought=brought)
        note_missing(memory, source, found.kept)
        return found


def statuses(store: Store) -> list[str]:
    with store.begin() as memory:
        return list(memory.connection.execute(select(appointments.c.status).order_by(appointments.c.id)).scalars())


def test_a_coming_appointment_that_is_gone_no_longer_counts_as_booked(store: Store) -> None:
    save(store, coming(1, 6), coming(2, 7), coming(3, 20))
    found = gone(store, 1)
    assert (found.marked, len(found.kept), len(found.patients)) == (1, 0, 1)
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
    assert (found.marked, len(found.kept)) == (marked, missing - marked)
    assert statuses(store).count("rescheduled") == marked


def test_one_that_comes_back_is_booked_again_and_an_event(store: Store) -> None:
    save(store, coming(1, 6), coming(3, 20))
    gone(store, 1)
    save(store, coming(1, 6))
    assert statuses(store) == ["booked", "booked"]
    with store.begin() as memory:
        what = select(events.c.what).where(events.c.appointment_id == 1).order_by(events.c.id)
        assert list(memory.connection.execute(what).scalars()) == ["booked", "moved"]


@pytest.mark.parametrize(
    ("to", "whose", "standing", "marked"),
    [
        ("2026-03-06T18:30", lambda patient: patient, 25, 15),  # a provider's new hours
        ("2026-03-12T17:00", lambda patient: patient, 25, 15),
        ("2026-03-14T17:00", lambda patient: patient, 25, 0),  # new ones of a series, at the end of the export
        ("2026-03-07T05:00", lambda patient: patient, 25, 0),  # AM and PM were lost
        ("2026-03-06T18:30", lambda patient: patient + 100, 25, 0),  # others have new visits
        ("2026-03-06T18:30", lambda patient: patient if patient < 4 else 100, 25, 0),  # half an export, and news
        ("2026-03-06T18:30", lambda patient: patient if patient < 10 else 100, 25, 15),  # and a few that are deleted
        ("2026-03-06T18:30", lambda patient: patient, 10, 0),  # most of the file moved: read in another zone
    ],
)
def test_of_very_many_that_are_gone_those_with_another_time_are_believed(
    store: Store, to: str, whose: Callable[[int], int], standing: int, marked: int
) -> None:
    save(store, *(coming(number, 6) for number in range(1, 16)), *(coming(50 + n, 20) for n in range(standing)))
    brought = [(whose(number), f"{to}:00Z") for number in range(1, 16)]
    save(store, *(coming(200 + n, 7)._replace(starts_at=at, starts_on=at[:10]) for n, (_, at) in enumerate(brought)))
    found = gone(store, *range(1, 16), brought=brought)
    assert (found.marked, len(found.kept), len(found.lost)) == (marked, 15 - marked, 15)


def test_of_what_is_missing_for_good_a_person_is_told_once_and_it_stays_booked_until_it_is_over(store: Store) -> None:
    save(store, *(coming(number, 5 + number) for number in range(1, 21)), *(coming(n, 28) for n in range(50, 60)))

    def told(kept: frozenset[int]) -> int:
        with store.begin() as memory:
            return note_missing(memory, "export", kept)

    first = gone(store, *range(1, 21))
    assert (first.marked, len(first.kept), told(first.kept)) == (0, 20, 20)
    later = "2026-03-18T20:00:00Z"
    second = gone(store, *range(1, 21), 50, 51, now=later)  # two of the others are deleted indeed
    assert (second.marked, len(second.kept), told(second.kept)) == (2, 7, 20)
    whole = gone(store, 18, 50, 51, now=later)  # the whole export came, without one of them
    assert (whole.marked, whole.kept) == (1, frozenset())
    assert gone(store, 18, 19, 50, 51, now=later).marked == 1
