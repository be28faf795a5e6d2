"""Which of a patient's records says the name, the address and the language: the one that visits are given for now.

A patient whom a new practice system, a second chart or a calendar's new guest names anew has two records. Whoever comes
under the newer one is written to as that one says; the former record only fills what it lacks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
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

_STANDS = ("booked", "arrived", "completed", "no_show")


class Visit(NamedTuple):
    """An appointment of a patient, and the record that it is given for."""

    record: int
    source: str
    starts_at: str
    status: str


def lead_anew(
    memory: Memory, records: Collection[int], at: str, sources: Collection[str], noted: Upheaval | None = None
) -> set[int]:
    """Of the patients of these records, who or whose visits changed, let each one's record lead that is to lead now,
    with all that the patient has gathered. Give the records whose patient changed by it.

    `sources` are those that config/sources.yaml names: what others gave counts for nothing. `noted` hears of what is
    known otherwise now; where a person has said what leads to it, nobody needs to.
    """
    groups = PatientGroups(memory, of_several(memory, records))
    noted, leads, moved = noted or Upheaval(), list[tuple[int, int]](), list[tuple[int, str]]()
    for patient_id, visits in _visits(memory, groups.patients(), sources).items():
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

    It still does as long as a coming visit is given for it. Else that one does for which its source gives the newest
    visit: of two sources that both count, neither takes the lead from the other. Where none of its sources counts, any
    other one leads, rather one with a number of the practice system (`numbered`).
    """
    standing = [visit for visit in visits if visit.status in _STANDS]
    if any(visit.record == lead and visit.starts_at > now for visit in standing):
        return lead
    its_own = {visit.source for visit in visits if visit.record == lead}
    may = [visit for visit in standing if visit.source in its_own or not its_own]
    newest = max(
        may,
        key=lambda visit: (not its_own and visit.record in numbered, visit.starts_at, visit.record),
        default=None,
    )
    return newest.record if newest else lead


def _visits(memory: Memory, patient_ids: Iterable[int], sources: Collection[str]) -> dict[int, list[Visit]]:
    slot = appointments.c
    status = case((slot.row_hash == "", ""), else_=slot.status)  # "": it is gone, and so is its number
    query = select(slot.patient_id, slot.named_id, slot.source, slot.starts_at, status)
    query = query.where(slot.source.in_([*sources]))
    found: defaultdict[int, list[Visit]] = defaultdict(list)
    for part in in_parts(patient_ids):
        for patient_id, named_id, *rest in memory.connection.execute(query.where(slot.patient_id.in_(part))):
            found[patient_id].append(Visit(named_id or patient_id, *rest))
    return found
