"""Episodes: kept up to date for the patients that a pull touched, so that reports need no history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from jobs.clinic.episodes import Episode, Slot, split_episodes, sum_up
from jobs.store.memory import Memory, in_parts, insert_rows
from jobs.store.tables import appointments, episodes


def histories(memory: Memory, patient_ids: Iterable[int]) -> dict[int, list[Slot]]:
    """Each patient's appointments in order of their start."""
    table = appointments.c
    query = select(
        table.patient_id,
        table.id,
        table.starts_at,
        table.starts_on,
        table.booked_on,
        table.status,
        table.step,
        table.referral_source,
        table.referring_provider,
        table.episode,
    ).order_by(table.patient_id, table.starts_at, table.id)
    found: dict[int, list[Slot]] = {}
    for part in in_parts(patient_ids):
        rows = memory.connection.execute(query.where(table.patient_id.in_(part))).all()
        for patient_id, of_patient in groupby(rows, key=itemgetter(0)):
            found[patient_id] = [Slot._make(row[1:]) for row in of_patient]
    return found


def refresh_episodes(memory: Memory, patient_ids: Collection[int]) -> None:
    """Sum up anew the episodes of these patients and number their appointments."""
    for part in in_parts(patient_ids):
        memory.connection.execute(delete(episodes).where(episodes.c.patient_id.in_(part)))
        _write_episodes(memory, histories(memory, part))


def _write_episodes(memory: Memory, of_patients: Mapping[int, Sequence[Slot]]) -> None:
    lines: list[tuple[Any, ...]] = []
    numbers: list[dict[str, int]] = []
    for patient_id, slots in of_patients.items():
        for number, of_episode in enumerate(split_episodes(slots), start=1):
            lines.append((memory.clinic_id, patient_id, *sum_up(number, of_episode)))
            numbers += [
                {"slot_id": slot.appointment_id, "number": number} for slot in of_episode if slot.episode != number
            ]
    insert_rows(memory, insert(episodes), ("clinic_id", "patient_id", *Episode._fields), lines)
    if numbers:
        memory.connection.execute(
            update(appointments).where(appointments.c.id == bindparam("slot_id")).values(episode=bindparam("number")),
            numbers,
        )
