"""Deaths that a file tells by the status of a visit: who came long after it mourned somebody.

That is known once all rows of the file are kept, whichever part of it they stand in.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from sqlalchemy import func, select, update

from jobs.clinic.deaths import mourned
from jobs.clinic.episodes import KEPT
from jobs.clinic.problems import DIED_BY_STATUS
from jobs.clinic.records import Appointment, Problem
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import appointments, patients


class ToldDeaths:
    """What the statuses of one file tell, until `settle`."""

    def __init__(self) -> None:
        self._days: dict[str, str] = {}  # of the last visit that tells it, by the keys of the patient's appointments
        self._lines: dict[Problem, str] = {}

    def take(self, batch: Sequence[Appointment], problems: Iterable[Problem]) -> list[Appointment]:
        """Note what a part of the file tells; its rows without that."""
        telling = [slot for slot in batch if slot.died not in ("", "yes")]
        self._days |= {slot.key: slot.died for slot in telling}
        told = {slot.row: slot.key for slot in telling if slot.row}
        lines = (line for line in problems if line.what == DIED_BY_STATUS and line.row in told)
        self._lines |= {line: told[line.row] for line in lines}
        return [slot._replace(died="") if slot.key in self._days else slot for slot in batch]

    def settle(self, memory: Memory) -> tuple[set[int], set[Problem]]:
        """Mark who has died. Gives the records that are marked now, and the lines that are wrong: of mourners."""
        whose = _whose(memory, self._days)
        last: dict[int, str] = {}
        for key, (patient_id, _) in whose.items():
            last[patient_id] = max(last.get(patient_id, ""), self._days[key])
        seen = _last_seen(memory, last)
        alive = {patient_id for patient_id, day in last.items() if mourned(day, seen.get(patient_id, ""))}
        dead = {record_id for patient_id, record_id in whose.values() if patient_id not in alive}
        return _mark(memory, dead), {
            line for line, key in self._lines.items() if key in whose and whose[key][0] in alive
        }


def _whose(memory: Memory, keys: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The patient of each of these appointments, and the record that it was given for."""
    slot = appointments.c
    query = select(slot.key, slot.patient_id, slot.named_id).where(slot.clinic_id == memory.clinic_id)
    found = (memory.connection.execute(query.where(slot.key.in_(part))).all() for part in in_parts(keys))
    return {key: (patient_id, named_id or patient_id) for key, patient_id, named_id in chain.from_iterable(found)}


def _last_seen(memory: Memory, patient_ids: Iterable[int]) -> dict[int, str]:
    """The day of each patient's last visit that was kept."""
    slot = appointments.c
    query = select(slot.patient_id, func.max(slot.starts_on)).where(slot.status.in_(KEPT)).group_by(slot.patient_id)
    found = (memory.connection.execute(query.where(slot.patient_id.in_(part))).all() for part in in_parts(patient_ids))
    return {patient_id: day for patient_id, day in chain.from_iterable(found)}


def _mark(memory: Memory, records: Iterable[int]) -> set[int]:
    """Those of these records that were not marked before, and are now."""
    marked: set[int] = set()
    for part in in_parts(sorted(records)):
        these = patients.c.id.in_(part), patients.c.died == ""
        marked.update(memory.connection.execute(select(patients.c.id).where(*these)).scalars())
        memory.connection.execute(update(patients).where(*these).values(died="yes"))
    return marked
