"""The clinic's memory as it would have been on an earlier day, to make a past workbook again."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, insert, select

from jobs.clinic.events import CALLED_OFF
from jobs.store.episodes import refresh_episodes
from jobs.store.memory import Memory
from jobs.store.tables import appointments, episodes, patients


@contextmanager
def memory_as_of(memory: Memory, moment: datetime) -> Iterator[Memory]:
    """The appointments and episodes as they would have been known at a moment in the clinic's zone; nothing changes. Of
    the patients it tells only the numbers and names, and which charts are one patient.

    What had not happened yet is taken back: bookings made since are left out, later cancellations and outcomes of
    coming appointments are open again. Corrections made since stay: they are the differences to what was sent then.
    """
    day, at = moment.date(), moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = memory.connection.execute(select(appointments).where(appointments.c.clinic_id == memory.clinic_id))
    rows = found.mappings().all()
    known = [row for row in (_as_known(dict(row), day.isoformat(), at) for row in rows) if row]
    engine = create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.begin() as connection:
            for table in (patients, appointments, episodes):
                table.create(connection)
            past = Memory(connection, memory.clinic_id)
            if known:
                whose = sorted({row["patient_id"] for row in known})
                connection.execute(insert(patients), _people(memory, _records(rows) - _records(known)))
                connection.execute(insert(appointments), known)
                refresh_episodes(past, whose, day)
            yield past
    finally:
        engine.dispose()


def _records(rows: Iterable[Mapping[Any, Any]]) -> set[int]:
    """The charts that these appointments were given for, and those that lead them."""
    return {record for row in rows for record in (row["patient_id"], row["named_id"]) if record}


def _people(memory: Memory, later: Collection[int]) -> list[dict[str, Any]]:
    """All patients but those who came later, with the name on each of their charts: no such name is a source in a past
    workbook either."""
    table = patients.c
    query = select(table.id, table.clinic_id, table.name_key, table.same_as)
    found = memory.connection.execute(query.where(table.clinic_id == memory.clinic_id)).mappings()
    return [{**row, "key": f"{row['id']}"} for row in found if row["id"] not in later and row["same_as"] not in later]


def _as_known(row: dict[str, Any], day: str, at: str) -> dict[str, Any] | None:
    """One appointment as it stood then; None where it had not been booked yet. One that was entered after it took
    place counts as known: only the entry came late."""
    booked_later = row["booked_at"] > at if row["booked_at"] else row["booked_on"] > day
    if booked_later and row["booked_on"] <= row["starts_on"]:
        return None
    came_about = row["starts_at"] > at and row["status"] not in ("cancelled", *CALLED_OFF)
    if came_about or row["cancelled_at"] > at:
        row["cancelled_at"], row["status"] = "", "booked"
    return row
