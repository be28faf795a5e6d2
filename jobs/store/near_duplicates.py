"""Appointments that look like one: the same patient at the same moment, under two numbers."""

from datetime import datetime, tzinfo

from sqlalchemy import and_, select

from jobs.clinic.problems import SAME_MOMENT
from jobs.clinic.records import NO_APPOINTMENT, Problem
from jobs.store.memory import Memory
from jobs.store.tables import appointments, patients

_STANDS = ("booked", "arrived", "completed", "no_show")
_MOST = 500  # lines of a list that a person is to read


def near_duplicates(memory: Memory, source: str, since: str, zone: tzinfo) -> list[Problem]:
    """Each pair of appointments of one source, from the day `since` on, that one patient has at the same moment;
    what was sold is none.

    Neither is left out, since two treatments may stand under one time: a person is to look at them.
    """
    one, two, patient = appointments.alias("one"), appointments.alias("two"), patients.c
    same = and_(one.c.patient_id == two.c.patient_id, one.c.starts_at == two.c.starts_at, one.c.id < two.c.id)
    query = (
        select(one.c.key, two.c.key, one.c.starts_at, patient.first_name, patient.last_name)
        .add_columns(one.c.provider, two.c.provider)
        .select_from(one.join(two, same).join(patients, patient.id == one.c.patient_id))
        .where(one.c.clinic_id == memory.clinic_id, one.c.starts_on >= since, one.c.source == source)
        .where(two.c.source == source, one.c.same_as == 0, two.c.same_as == 0)
        .where(one.c.status.in_(_STANDS), two.c.status.in_(_STANDS))
        .where(one.c.step.not_in(NO_APPOINTMENT), two.c.step.not_in(NO_APPOINTMENT))
        .order_by(one.c.starts_at, one.c.id)
        .limit(_MOST)
    )
    return [_problem(source, zone, *row) for row in memory.connection.execute(query)]


def _problem(source: str, zone: tzinfo, first: str, second: str, starts_at: str, *words: str) -> Problem:
    numbers = " and ".join(key.removeprefix(f"{source}:") for key in (first, second))
    moment = f"{datetime.fromisoformat(starts_at).astimezone(zone):%Y-%m-%d %H:%M}"
    contents = " | ".join(dict.fromkeys(filter(None, (moment, *words))))
    return Problem(source, "", "", 0, "", numbers, *SAME_MOMENT, False, contents=contents)
