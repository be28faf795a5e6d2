"""Which of a patient's records says the name, the address and the language: the one that visits are given for now.

A patient whom a new practice system, a second chart or a calendar's new guest names anew has two records. Whoever comes
under the newer one is written to as that one says; the former record only fills what it lacks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import case, select

from jobs.clinic.identity import is_numbered
from jobs.store.joining import move_history
from jobs.store.memory import Memory
from jobs.store.patient_groups import PatientGroups, of_several
from jobs.store.rows import in_parts
from jobs.store.stops import stop_who_moved
from jobs.store.tables import appointments
from jobs.store.upheavals import Upheaval

_OF_LATE = timedelta(days=90)
_STANDS = ("booked", "arrived", "completed", "no_show")


class Visit(NamedTuple):
    """An appointment of a patient, and the record that it is given for."""

    record: int
    rank: int  # of its source: the lower counts more
    starts_at: str
    status: str


def lead_anew(
    memory: Memory, records: Collection[int], at: str, ranks: Mapping[str, int], noted: Upheaval | None = None
) -> set[int]:
    """Of the patients of these records, who or whose visits changed, let each one's record lead that is to lead now,
    with all that the patient has gathered. Give the records whose patient changed by it.

    `ranks` says of each source that config/sources.yaml names how much it counts; what others gave counts for nothing.
    `noted` hears of what is known otherwise now; where a person has said what leads to it, nobody needs to.
    """
    groups = PatientGroups(memory, of_several(memory, records))
    noted, leads, moved = noted or Upheaval(), list[tuple[int, int]](), list[tuple[int, str]]()
    for patient_id, visits in _visits(memory, groups.patients(), ranks).items():
        numbered = {each for each in groups.group(patient_id) if is_numbered(groups.key(each))}
        leader = leading(patient_id, visits, at, numbered)
        if leader != patient_id:
            before, address = groups.person(patient_id), groups.address_key(patient_id)
            groups.let_lead(leader)
            noted.note_person(leader, before, groups.person(leader))
            noted.led[leader] = patient_id
            leads.append((leader, patient_id))
            moved += [(leader, address)] if address != groups.address_key(leader) else []
    groups.write()
    if leads:
        move_history(memory, leads, at)
    if moved:
        stop_who_moved(memory, moved, at)
    return {each for pair in leads for each in pair}


def leading(lead: int, visits: Sequence[Visit], now: str, numbered: Collection[int] = ()) -> int:
    """Which record leads a patient whom `lead` has led so far, by the visits of the sources that count.

    One source says it: the first that gives the patient a number of the practice system (`numbered`), else the first
    that has a visit to come or of late. The record for which it has one to come goes on; where it has none for that,
    the one leads for which it gives the newest visit. What was known before does not matter beside that: a source that
    was missing for a day says it again.
    """
    since = (date.fromisoformat(now[:10]) - _OF_LATE).isoformat()

    def how_late_it_counts(visit: Visit) -> tuple[bool, bool, int]:
        by_name = visit.record not in numbered
        return by_name, by_name and not (visit.status in _STANDS and visit.starts_at > since), visit.rank

    first = min(visits, key=how_late_it_counts, default=None)
    standing = [visit for visit in visits if first and visit.rank == first.rank and visit.status in _STANDS]
    if any(visit.record == lead and visit.starts_at > now for visit in standing):
        return lead
    newest = max(standing, key=lambda visit: (visit.starts_at, visit.record), default=None)
    return newest.record if newest else lead


def _visits(memory: Memory, patient_ids: Iterable[int], ranks: Mapping[str, int]) -> dict[int, list[Visit]]:
    slot = appointments.c
    status = case((slot.row_hash == "", ""), else_=slot.status)  # "": it is gone, and so is its number
    query = select(slot.patient_id, slot.named_id, slot.source, slot.starts_at, status)
    query = query.where(slot.source.in_([*ranks]))
    found: defaultdict[int, list[Visit]] = defaultdict(list)
    for part in in_parts(patient_ids):
        for patient_id, named_id, source, *rest in memory.connection.execute(query.where(slot.patient_id.in_(part))):
            found[patient_id].append(Visit(named_id or patient_id, ranks[source], *rest))
    return found
