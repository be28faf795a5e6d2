"""The clinic's memory as it would have been on an earlier day, to make a past workbook again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, insert, select

from jobs.store.episodes import refresh_episodes
from jobs.store.memory import Memory
from jobs.store.tables import appointments, episodes

_COLUMNS = [column for column in appointments.c if column.name != "row_hash"]


@contextmanager
def memory_as_of(memory: Memory, day: date, zone: ZoneInfo) -> Iterator[Memory]:
    """The appointments and episodes as they would have been known in the morning of `day`; nothing is changed.

    What had not happened yet is taken back: bookings made since are left out, later cancellations and outcomes of
    coming appointments are open again. Corrections made since stay: they are the differences to what was sent then.
    """
    morning = datetime.combine(day, time(), zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = memory.connection.execute(select(*_COLUMNS).where(appointments.c.clinic_id == memory.clinic_id)).mappings()
    known = [row for row in (_as_known(dict(row), day.isoformat(), morning) for row in rows) if row]
    engine = create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.begin() as connection:
            for table in (appointments, episodes):
                table.create(connection)
            past = Memory(connection, memory.clinic_id)
            if known:
                connection.execute(insert(appointments), known)
                refresh_episodes(past, sorted({row["patient_id"] for row in known}), day)
            yield past
    finally:
        engine.dispose()


def _as_known(row: dict[str, Any], day: str, morning: str) -> dict[str, Any] | None:
    """One appointment as it stood that morning; None where it had not been booked yet."""
    if row["booked_on"] >= day and row["booked_on"] <= row["starts_on"]:
        return None
    came_about = row["starts_on"] >= day and row["status"] not in ("cancelled", "rescheduled")
    if came_about or row["cancelled_at"] >= morning:
        row["cancelled_at"], row["status"] = "", "booked"
    return row


def day_after(last: date) -> date:
    """The day on which a workbook is made that ends with `last`."""
    return last + timedelta(days=1)
