"""What the clinic's memory knows of the time: when the clock was last believed, and what has happened by then."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from jobs.store.memory import Memory
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, events

_NAME = "clock"
_LOOKED_AT = 500  # events
_DOUBTED = 2  # so many newest ones may be slips of the pen: a visit that somebody entered under a wrong year


class Trusted(NamedTuple):
    """The last moment at which the clock was believed, in UTC text.

    `boot` names the machine's start at that time, `counted` the seconds that it had counted since; `accepted` is the
    newest happening that a person has seen and called no contradiction, and `by` is that person. `named`: a person
    named the moment, to rehearse, which says nothing about the clock.
    """

    at: str = ""
    boot: str = ""
    counted: float = 0.0
    accepted: str = ""
    by: str = ""
    named: bool = False


def trusted(memory: Memory) -> Trusted:
    """When the clock was last believed; empty where it never was."""
    kept = cursor(memory, _NAME)
    return Trusted(**json.loads(kept)) if kept else Trusted()


def trust(memory: Memory, now: Trusted) -> None:
    """Believe the clock from here on."""
    set_cursor(memory, _NAME, json.dumps(now._asdict()))


def newest_happening(memory: Memory) -> datetime | None:
    """The newest thing that the appointments themselves say has happened; the two newest of all are not relied on.

    What was only seen at a pull is left out: that moment came from the very clock that is in question.
    """
    event = events.c
    query = select(event.happened_at).where(
        event.clinic_id == memory.clinic_id, event.what != "moved", event.happened_at != event.seen_at
    )
    newest = query.order_by(event.id.desc()).limit(_LOOKED_AT)
    happened = sorted((str(row[0]) for row in memory.connection.execute(newest)), reverse=True)
    return datetime.fromisoformat(happened[min(_DOUBTED, len(happened) - 1)]) if happened else None


def latest_appointment(memory: Memory) -> datetime | None:
    """The day of the newest appointment at all, as a moment."""
    query = select(func.max(appointments.c.starts_on)).where(appointments.c.clinic_id == memory.clinic_id)
    day = memory.connection.execute(query).scalar()
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
