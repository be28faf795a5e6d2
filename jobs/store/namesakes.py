"""Patients of one name at one address who may be one: nothing tells that they are two, and no person has said so."""

from collections import defaultdict
from collections.abc import Callable, Collection

from sqlalchemy import select

from jobs.clinic.due_letters import Person
from jobs.store.identity_lines import lines_among, ordered
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import ONE_OF_TWO, patients


def add_namesakes(
    memory: Memory, found: dict[int, Person], ids: Collection[int], ask: Callable[[Collection[int]], dict[int, Person]]
) -> None:
    """Let each of these patients (`ids`) know of those who may be the same one; `ask` tells of who is not `found`."""
    groups = _groups(memory, ids)
    others = {each for group in groups for each in group}
    found |= ask(others - found.keys())
    parted = _parted(memory, others)
    for group in groups:
        for one in group:
            for other in group:
                born = {group[one], group[other]} - {""}
                if one != other and len(born) < 2 and ordered(one, other) not in parted:
                    found[one].may_be[other] = found[other]


def _groups(memory: Memory, ids: Collection[int]) -> list[dict[int, str]]:
    """All patients of each name and address that one of these has, with their birth dates."""
    own, other = patients.c, patients.alias()
    same = (
        other.c.clinic_id == own.clinic_id, other.c.name_key == own.name_key,
        other.c.address_key.concat("") == own.address_key, other.c.same_as == 0,
    )  # fmt: skip
    query = select(own.name_key, own.address_key, other.c.id, other.c.birth_date).join(other, same[0] & same[1])
    groups: defaultdict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for part in in_parts(ids):
        for *key, patient_id, born in memory.connection.execute(query.where(*same, own.id.in_(part))):
            groups[key[0], key[1]][patient_id] = born
    return [*groups.values()]


def _parted(memory: Memory, ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these patients of which a person said, of any of their records, that they are two."""
    query = select(patients.c.id, patients.c.same_as).where(ONE_OF_TWO)
    now = {patient_id: patient_id for patient_id in ids}
    for part in in_parts(ids):
        rows = memory.connection.execute(query.where(patients.c.same_as.in_(part)))
        now.update((record_id, patient_id) for record_id, patient_id in rows)
    lines = lines_among(memory, now).values()
    return {ordered(now[line.one_id], now[line.other_id]) for line in lines if line.what == "apart" and line.who}
