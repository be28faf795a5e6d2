"""Patients of one name at one address who may be one: nothing tells that they are two, and no person has said so.

So may a record without a name, of a calendar that knows an address alone, and each patient of that address.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

from sqlalchemy import select

from jobs.clinic.addresses import MOST_AT_ONE
from jobs.clinic.due_letters import Person
from jobs.store.identity_lines import lines_among, ordered
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import ONE_OF_TWO, nameless_key, patients


def add_namesakes(
    memory: Memory, found: dict[int, Person], ids: Collection[int], ask: Callable[[Collection[int]], dict[int, Person]]
) -> None:
    """Let each of these patients (`ids`) know of those who may be the same one; `ask` tells of who is not `found`."""
    groups = [*_groups(memory, ids), *_with_nameless(memory, ids)]
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


def _with_nameless(memory: Memory, ids: Collection[int]) -> Iterator[dict[int, str]]:
    """Each record without a name with one patient of its address, where one of the two is among these. Of an address
    that very many have nothing is told: no letter goes there."""
    nameless, named = patients.alias(), patients.alias()
    at_one = (
        nameless.c.clinic_id == named.c.clinic_id, nameless.c.address_key == named.c.address_key,
        nameless.c.key == nameless_key(named.c.address_key), nameless.c.same_as == 0, named.c.same_as == 0,
        named.c.address_key != "", named.c.id != nameless.c.id,
    )  # fmt: skip
    query = select(nameless.c.id, nameless.c.birth_date, named.c.id, named.c.birth_date).where(
        nameless.c.clinic_id == memory.clinic_id, *at_one
    )
    found: defaultdict[int, dict[int, dict[int, str]]] = defaultdict(dict)
    for part in in_parts(ids):
        for asked in (nameless.c.id.in_(part), named.c.id.in_(part)):
            for one, born, other, other_born in memory.connection.execute(query.where(asked)):
                found[one][other] = {one: born, other: other_born}
    return (pair for pairs in found.values() if len(pairs) <= MOST_AT_ONE for pair in pairs.values())


def _parted(memory: Memory, ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these patients of which a person said, of any of their records, that they are two."""
    query = select(patients.c.id, patients.c.same_as).where(ONE_OF_TWO)
    now = {patient_id: patient_id for patient_id in ids}
    for part in in_parts(ids):
        rows = memory.connection.execute(query.where(patients.c.same_as.in_(part)))
        now.update((record_id, patient_id) for record_id, patient_id in rows)
    lines = lines_among(memory, now).values()
    return {ordered(now[line.one_id], now[line.other_id]) for line in lines if line.what == "apart" and line.who}
