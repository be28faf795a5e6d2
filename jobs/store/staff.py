"""Addresses that were taken for a patient's, and are of somebody who works in the clinic: they are forgotten."""

from collections.abc import Collection

from sqlalchemy import func, select, update

from jobs.clinic.addresses import is_of_house
from jobs.store.identity import records_of
from jobs.store.identity_lines import Pair
from jobs.store.memory import Memory
from jobs.store.tables import appointments, patients


def forget_staff(memory: Memory, handed_over: Collection[Pair], own: Collection[str], now: str) -> set[int]:
    """Forget the address of each record that is of somebody of the clinic, and whose visits are given for a record
    without one: a calendar's entry invited who treats. Give these records. One that visits to come (`now` is UTC text)
    are given for keeps it.

    Otherwise the patient, who is the same, would go on being written to there.
    """
    known = records_of(memory, {each for pair in handed_over for each in pair})
    of_staff = {
        former
        for former, new in handed_over
        if is_of_house(known[former].address_key, own) and not known[new].address_key
    }
    if not of_staff:
        return of_staff
    table = appointments.c
    named = func.coalesce(func.nullif(table.named_id, 0), table.patient_id)
    whose = func.coalesce(func.nullif(patients.c.same_as, 0), patients.c.id)
    theirs = select(whose).where(patients.c.id.in_(of_staff))
    coming = select(named).where(table.patient_id.in_(theirs), table.starts_at > now, table.status == "booked")
    of_staff.difference_update(memory.connection.execute(coming).scalars())
    memory.connection.execute(update(patients).where(patients.c.id.in_(of_staff)).values(email="", address_key=""))
    return of_staff
