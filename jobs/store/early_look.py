"""A look at what was remembered of the clinic's files, without the database library: that takes longer to load than
an ordinary pull takes to read."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_SQLITE = "sqlite:///"
_QUERY = "SELECT source, path, memory FROM source_files WHERE clinic_id = ?"

COMING = "clinic_id = :clinic AND starts_on >= :first_day AND starts_at > :now AND status = 'booked' AND same_as = 0"
"""Which appointments are booked and yet to come: a condition in the words of the database."""
_BOOKED_ALONE = f"""
    SELECT source, count(*) FROM appointments AS slot
    WHERE {COMING} AND NOT EXISTS (SELECT 1 FROM appointments WHERE same_as <> 0 AND same_as = slot.id)
    GROUP BY source ORDER BY source
"""  # noqa: S608  no text from outside


_PLANNED = """
    SELECT rule, max(template), count(*) FROM letters
    WHERE clinic_id = :clinic AND state IN ('planned', 'ready', 'deferred', 'held') AND NOT EXISTS (
        SELECT 1 FROM letters AS same
        WHERE same.clinic_id = letters.clinic_id AND same.patient_id = letters.patient_id
            AND same.rule <> letters.rule AND same.event_id = letters.event_id AND same.template = letters.template
    )
    GROUP BY rule ORDER BY rule
"""


def early_memories(database_url: str, clinic_id: str) -> dict[str, dict[str, bytes]] | None:
    """By source and path what `file_memories` will tell once the database is open; None where that cannot be known.

    What is read here may be overtaken: whoever uses it compares it with `file_memories` first.
    """
    path = _file_of(database_url)
    if path is None:
        return None
    if not path.exists() or not path.stat().st_size:  # SQLite is not to look into an empty one
        return {}
    found: dict[str, dict[str, bytes]] = {}
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        try:
            for source, file, memory in connection.execute(_QUERY, (clinic_id,)):
                found.setdefault(source, {})[file] = memory
        finally:
            connection.close()
    except sqlite3.Error:  # a database that cannot be used is named when it is opened
        return None
    return found


def early_bookings(database_url: str, clinic_id: str, now: str) -> list[tuple[str, int]]:
    """How many appointments after `now` (UTC text) stand as booked in one source alone; none where that cannot be
    known."""
    return _asked(database_url, _BOOKED_ALONE, coming_after(clinic_id, now))


def early_letters(database_url: str, clinic_id: str) -> list[tuple[str, str, int]]:
    """Of each rule that has letters which may leave yet: its name, their template, how many, without those that a rule
    of another name has planned as well; none where that cannot be known."""
    return _asked(database_url, _PLANNED, {"clinic": clinic_id})


def _asked(database_url: str, query: str, values: dict[str, str]) -> list[Any]:
    """What the database answers; nothing where there is none yet, or it cannot be used."""
    path = _file_of(database_url)
    if path is None or not path.exists() or not path.stat().st_size:
        return []
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error:
        return []


def coming_after(clinic_id: str, now: str) -> dict[str, str]:
    """What COMING asks for. The clinic's day may be behind that of UTC."""
    first_day = date.fromisoformat(now[:10]) - timedelta(days=1)
    return {"clinic": clinic_id, "first_day": first_day.isoformat(), "now": now}


def _file_of(database_url: str) -> Path | None:
    return Path(database_url.removeprefix(_SQLITE)) if database_url.startswith(_SQLITE) else None
