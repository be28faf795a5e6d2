"""Patients who are held to have died, and come."""

from sqlalchemy import and_, func, or_, select

from jobs.clinic.episodes import KEPT, OPEN
from jobs.clinic.problems import COMES_THOUGH_DEAD
from jobs.clinic.records import Problem
from jobs.store.memory import Memory
from jobs.store.tables import appointments, patients

_MOST = 500  # lines of a list that a person is to read


def who_comes_though_dead(memory: Memory, source: str, since: str) -> list[Problem]:
    """Each patient who has died by what a file says or once said, and who has come to an appointment of this source,
    from the day `since` on, or booked one, after the last that was called off for the death.

    No letter goes there, and the row that said so may have left the export: a person is to look.
    """
    slot, off, patient = appointments.c, appointments.alias("off").c, patients.c
    called_off = and_(off.patient_id == slot.patient_id, off.status == "deceased")
    last = select(func.max(off.starts_on)).where(called_off).correlate(appointments).scalar_subquery()
    came = and_(slot.status.in_(KEPT), slot.starts_on > last)
    booked = and_(slot.status.in_(OPEN), slot.booked_on > last)
    query = (
        select(patient.id, patient.first_name, patient.last_name, func.max(slot.starts_on))
        .select_from(appointments.join(patients, patient.id == slot.patient_id))
        .where(slot.clinic_id == memory.clinic_id, slot.starts_on >= since, slot.source == source, slot.same_as == 0)
        .where(patient.died != "", or_(came, booked))
        .group_by(patient.id, patient.first_name, patient.last_name)
        .order_by(patient.id)
        .limit(_MOST)
    )
    return [
        Problem(source, "", "", 0, "", f"no. {patient_id}, {first} {last}", *COMES_THOUGH_DEAD, False, contents=day)
        for patient_id, first, last, day in memory.connection.execute(query)
    ]
