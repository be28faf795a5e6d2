"""What the memory knows of its own restoring: letters of the time between are a person's to decide."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from jobs.clinic.approval import Restored
from jobs.store.lost_database import can_be_opened
from jobs.store.memory import Memory
from jobs.store.runs import cursor, set_cursor
from jobs.store.stops import StopLine, add_line, stop_lines
from jobs.store.tables import patients

_NAME = "restored from a backup"


def restored(memory: Memory) -> Restored | None:
    """Which backup this memory was put back from, and when; None for one that never was."""
    kept = cursor(memory, _NAME).split()
    return Restored(*kept) if kept else None


def note_restored(memory: Memory, made_at: str, at: str) -> None:
    """Note that this memory knows nothing of what happened from `made_at` until `at` (UTC text)."""
    set_cursor(memory, _NAME, f"{made_at} {at}")


_FORMER_STOPS = """
    SELECT stops.at, stops.address_key, stops.patient_id, stops.category, stops.allowed, stops.reason, stops.source,
        COALESCE(patients.address_key, '')
    FROM stops LEFT JOIN patients ON patients.id = stops.patient_id AND patients.clinic_id = stops.clinic_id
    WHERE stops.clinic_id = ? ORDER BY stops.id
"""


def take_over_stops(memory: Memory, former: Path, made_at: str) -> int:
    """Add to the list of those who get no more letters what the former database knows and the backup, made at
    `made_at` (UTC text), does not; give how many lines. None where that database cannot be read any more.

    A patient is named only where number and address are the same in both: numbers are given out again.
    """
    if not can_be_opened(former):
        return 0
    try:
        with closing(sqlite3.connect(f"{former.absolute().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(_FORMER_STOPS, (memory.clinic_id,)).fetchall()
    except sqlite3.Error:
        return 0
    query = select(patients.c.id, patients.c.address_key).where(patients.c.clinic_id == memory.clinic_id)
    address_of = {patient: key for patient, key in memory.connection.execute(query)}
    known, taken = set(stop_lines(memory)), 0
    for *values, patients_address in rows:
        line = StopLine._make(values)._replace(allowed=bool(values[4]))
        key = line.address_key or patients_address
        if line in known or not key or (line.allowed and line.at < made_at):
            continue
        same = line.patient_id is not None and address_of.get(line.patient_id) == key
        add_line(memory, line._replace(address_key=key, patient_id=line.patient_id if same else None))
        taken += 1
    return taken
