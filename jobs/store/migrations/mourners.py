"""Patients who mourned somebody: a visit was called off for a death, and they came long after it.

The steps that mark the dead ask it, as the reading of a file does (`clinic/deaths.py`).
"""

from datetime import date, timedelta

from sqlalchemy import Connection, text

TOLD_APART = "mourners told apart"
"""Noted of a connection on which step 0019 has left them out: what is marked besides is so by the name."""
_LAST = text(
    "SELECT patient_id, max(CASE WHEN status = 'deceased' THEN starts_on END), "
    "max(CASE WHEN status IN ('completed', 'arrived') THEN starts_on END) FROM appointments WHERE same_as = 0 "
    "AND patient_id IN (SELECT patient_id FROM appointments WHERE status = 'deceased') GROUP BY patient_id"
)
_ALIVE_AFTER = timedelta(days=60)


def mourners(connection: Connection) -> list[int]:
    """The patients who came two months after the last visit that was called off for a death."""
    return [
        patient_id
        for patient_id, called_off, came in connection.execute(_LAST)
        if called_off and came and date.fromisoformat(called_off) + _ALIVE_AFTER <= date.fromisoformat(came)
    ]
