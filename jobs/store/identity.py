"""One patient in several sources: records that are the same person are joined, and can be taken apart again.

What a record has gathered (appointments, events, letters, articles sent or ruled out, stops) follows the patient that
it is. Each step is a line in `identities`, which is only added to; the newest line about two records counts, and a
person's counts before the rule's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import and_, insert, select

from jobs.clinic.identity import Match, Record, compare, person_key
from jobs.clinic.records import Problem
from jobs.store.joining import join_records, lend, part_records
from jobs.store.memory import Memory, in_parts
from jobs.store.sources import PATIENTS
from jobs.store.tables import ONE_OF_TWO, identities, patients

MOST_OF_ONE = 20
"""So many records may share an address, a phone or a name; of more, nothing can be concluded (the clinic's own address,
typed for everyone without one)."""

Pair = tuple[int, int]


class NotPossible(ValueError):
    """This cannot be decided; the text says so to a person."""


class Line(NamedTuple):
    """One line about two records; `at` is UTC text, `who` is "" where the rule decided."""

    id: int
    at: str
    one_id: int
    other_id: int
    what: str
    who: str
    why: str

    @property
    def pair(self) -> Pair:
        return self.one_id, self.other_id


class Settled(NamedTuple):
    """What a look at new records came to. `patients` are those whose history changed."""

    joined: int
    doubtful: int
    patients: frozenset[int]


def settle_identities(memory: Memory, records: Collection[int], together: Collection[Pair], at: str) -> Settled:
    """Join new or changed records with those that surely are the same person; list those that perhaps are.

    `together` are records that were given for one appointment.
    """
    if not records and not together:
        return Settled(0, 0, frozenset())
    hinted = {_ordered(*pair) for pair in together if pair[0] != pair[1]}
    known = _with_alike(memory, {*records, *(each for pair in hinted for each in pair)})
    asked = dict.fromkeys((*sorted(hinted), *_pairs(known.values(), set(records))))
    lines = newest_lines(memory, asked)
    joined, doubtful, touched = 0, 0, set[int]()
    for pair in asked:
        line = lines.get(pair)
        if line and (line.who or line.what == "same"):
            continue
        match = compare(known[pair[0]], known[pair[1]], pair in hinted)
        if match.word == "same":
            outcome = _join(memory, pair, match, "", at)
            joined, touched = joined + bool(outcome), touched | outcome
        elif match.word == "doubtful" and not line:
            add_line(memory, pair, "doubtful", "", match.why, at)
            doubtful += 1
        elif match.word == "apart" and line and line.what == "doubtful":
            add_line(memory, pair, "apart", "", "what is known of them now differs", at)
    return Settled(joined, doubtful, frozenset(touched | _lend_again(memory, records)))


def _with_alike(memory: Memory, wanted: Collection[int]) -> dict[int, Record]:
    """These records, and those that have an address or a name in common with one of them."""
    known = {record.id: record for part in in_parts(wanted) for record in _records(memory, patients.c.id.in_(part))}
    for name in ("address_key", "name_key"):
        column = patients.c[name]
        keys = select(column).where(patients.c.id.in_(list(wanted))) if len(wanted) <= 5000 else None
        values = (
            {str(row[0]) for row in memory.connection.execute(keys)} if keys is not None else _values(memory, name)
        ) - {""}
        for part in in_parts(values):
            known |= {record.id: record for record in _records(memory, column.in_(part))}
    return known


def _values(memory: Memory, name: str) -> set[str]:
    return {str(row[0]) for row in memory.connection.execute(select(patients.c[name]))}


def _records(memory: Memory, where: object) -> Iterator[Record]:
    columns = [patients.c[name] for name in Record._fields]
    query = select(*columns).where(patients.c.clinic_id == memory.clinic_id, where)  # type: ignore[arg-type]
    return map(Record._make, memory.connection.execute(query).all())


def _pairs(known: Iterable[Record], new: Collection[int]) -> list[Pair]:
    """The pairs, one of them new, that share what a person is known by."""
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for record in known:
        for place in (("address", record.address_key), ("name", person_key(record.first_name, record.last_name))):
            if place[1]:
                groups[place].append(record.id)
    pairs = dict.fromkeys(
        _ordered(*pair)
        for group in groups.values()
        if 1 < len(group) <= MOST_OF_ONE
        for pair in combinations(group, 2)
        if pair[0] in new or pair[1] in new
    )
    return sorted(pairs)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def newest_lines(memory: Memory, pairs: Iterable[Pair] | None = None) -> dict[Pair, Line]:
    """The line that counts for each of these pairs, or for all."""
    table = identities.c
    query = select(*(table[name] for name in Line._fields)).where(table.clinic_id == memory.clinic_id)
    wanted = None if pairs is None else set(pairs)
    found: dict[Pair, Line] = {}
    parts: Iterable[list[int] | None] = [None] if wanted is None else in_parts({one for one, _ in wanted})
    for part in parts:
        some = query if part is None else query.where(table.one_id.in_(part))
        for row in memory.connection.execute(some.order_by(table.id)):
            line = Line._make(row)
            if wanted is None or line.pair in wanted:
                found[line.pair] = line
    return found


def add_line(memory: Memory, pair: Pair, what: str, who: str, why: str, at: str) -> None:
    """Put down what was decided of two records."""
    one_id, other_id = _ordered(*pair)
    values = {"at": at, "one_id": one_id, "other_id": other_id, "what": what, "who": who, "why": why}
    memory.connection.execute(insert(identities).values(clinic_id=memory.clinic_id, **values))


def _join(memory: Memory, pair: Pair, match: Match, who: str, at: str) -> set[int]:
    """Join the patients of two records, unless another record of theirs speaks against it and no person said so. Give
    who changed."""
    one, other = (patient_of(memory, each) for each in pair)
    if one == other:
        return set()
    groups = [_group(memory, each) for each in (one, other)]
    if not who and _speaks_against(memory, *groups):
        if newest_lines(memory, [pair]).get(pair) is None:
            add_line(memory, pair, "doubtful", "", f"{match.why}, but another record of theirs differs", at)
        return set()
    kept, gone = sorted((one, other), key=lambda each: (not _is_numbered(groups, each), each))
    join_records(memory, kept, gone, at)
    add_line(memory, pair, "same", who, match.why, at)
    return {kept, gone}


def _is_numbered(groups: Iterable[list[Record]], patient_id: int) -> bool:
    return any(record.numbered for group in groups for record in group if record.id == patient_id)


def _speaks_against(memory: Memory, one: list[Record], other: list[Record]) -> bool:
    """Whether a person said of two of them that they are two, or their birth dates differ."""
    pairs = [_ordered(mine.id, yours.id) for mine in one for yours in other]
    if any(line.what in ("apart", "undone") for line in newest_lines(memory, pairs).values()):
        return True
    dates = {record.birth_date for record in (*one, *other) if record.birth_date}
    return len(dates) > 1


def _group(memory: Memory, patient_id: int) -> list[Record]:
    """All records of one patient."""
    mine = [*_records(memory, patients.c.id == patient_id)]
    return mine + [*_records(memory, and_(patients.c.same_as == patient_id, ONE_OF_TWO))]


def patient_of(memory: Memory, record_id: int) -> int:
    """The patient that a record is. Raises NotPossible where there is none of this number."""
    query = select(patients.c.same_as).where(patients.c.clinic_id == memory.clinic_id, patients.c.id == record_id)
    found = memory.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotPossible(f"There is no patient no. {record_id}.")
    return int(found) or record_id


def _lend_again(memory: Memory, records: Collection[int]) -> set[int]:
    """Records that changed lend their patients anew what those lack. Give the patients that changed by it."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    query = select(patients.c.same_as, patients.c.id).where(patients.c.clinic_id == memory.clinic_id)
    for patient_id, record_id in memory.connection.execute(query.where(ONE_OF_TWO).order_by(patients.c.id)):
        groups[patient_id].append(record_id)
    changed = set(records)
    return {
        patient_id
        for patient_id, members in groups.items()
        if not changed.isdisjoint((patient_id, *members)) and lend(memory, patient_id, members)
    }


def decide_same(memory: Memory, one: int, other: int, who: str, why: str, at: str) -> set[int]:
    """A person says that two records are one patient. Give the patients whose history changed. Raises NotPossible,
    changing nothing."""
    if patient_of(memory, one) == patient_of(memory, other):
        raise NotPossible(f"No. {one} and no. {other} are one patient already.")
    return _join(memory, _ordered(one, other), Match("same", why), who, at)


def decide_apart(memory: Memory, one: int, other: int, who: str, why: str, at: str) -> set[int]:
    """A person says that two records are two patients; joined ones are taken apart. Give the patients whose history
    changed. Raises NotPossible."""
    if one == other:
        raise NotPossible(f"No. {one} is one patient; name two.")
    changed = _part(memory, _ordered(one, other), at)
    add_line(memory, (one, other), "apart", who, why, at)
    return changed


def undo(memory: Memory, line_id: int, who: str, at: str) -> set[int]:
    """Take back the newest decision about two records; they stand listed as doubtful then. Give the patients whose
    history changed. Raises NotPossible."""
    lines = newest_lines(memory)
    line = next((line for line in lines.values() if line.id == line_id), None)
    if line is None or line.what not in ("same", "apart"):
        raise NotPossible(f"Line {line_id} is not the newest decision about two patients; see `run_jobs.py patients`.")
    changed = _part(memory, line.pair, at) if line.what == "same" else set()
    add_line(memory, line.pair, "undone", who, f"takes back line {line_id}", at)
    return changed


def _part(memory: Memory, pair: Pair, at: str) -> set[int]:
    """Take the two records apart, if they are one patient: the one goes that is not that patient itself, and with it
    whoever belongs to it alone. Give who changed."""
    kept, other = (patient_of(memory, each) for each in pair)
    if kept != other:
        return set()
    gone = pair[1] if pair[0] == kept else pair[0]
    group = {record.id: record for record in _group(memory, kept)}
    staying = _connected(memory, kept, set(group) - {gone})
    leaving = sorted(set(group) - staying, key=lambda each: (not group[each].numbered, each))
    part_records(memory, kept, leaving, at)
    return {kept, leaving[0]}


def _connected(memory: Memory, start: int, among: Collection[int]) -> set[int]:
    """The records that are the same as `start` by lines that lead over these records only."""
    pairs = [line.pair for line in newest_lines(memory).values() if line.what == "same"]
    found, edge = {start}, {start}
    while edge:
        edge = {
            each for pair in pairs if not edge.isdisjoint(pair) for each in pair if each in among and each not in found
        }
        found |= edge
    return found


def doubtful_pairs(memory: Memory) -> list[Line]:
    """What waits for a person's word, oldest first; pairs that were joined by another way no longer do."""
    waiting = [line for line in newest_lines(memory).values() if line.what in ("doubtful", "undone")]
    query = select(patients.c.id, patients.c.same_as).where(patients.c.clinic_id == memory.clinic_id)
    roots = {record_id: same_as for record_id, same_as in memory.connection.execute(query.where(ONE_OF_TWO))}
    return [line for line in waiting if roots.get(line.one_id, line.one_id) != roots.get(line.other_id, line.other_id)]


def names_of(memory: Memory, records: Collection[int]) -> dict[int, str]:
    """The name of each record, as its source has it."""
    return {
        record.id: f"{record.first_name} {record.last_name}".strip()
        for part in in_parts(records)
        for record in _records(memory, patients.c.id.in_(part))
    }


def doubtful_problems(memory: Memory) -> list[Problem]:
    """The same as lines of the list of problems."""
    waiting = doubtful_pairs(memory)
    known = names_of(memory, {each for line in waiting for each in line.pair})
    return [
        Problem(
            PATIENTS, "", "", 0, "", " / ".join(dict.fromkeys(known[each] for each in line.pair)),
            f"No. {line.one_id} and no. {line.other_id} may be one patient: {line.why}.",
            f"If they are, run: run_jobs.py patients same {line.one_id} {line.other_id}; if not: run_jobs.py patients "
            f"apart {line.one_id} {line.other_id}.",
            False,
        )
        for line in waiting
    ]  # fmt: skip


def apart_pairs(memory: Memory) -> set[frozenset[int]]:
    """The records that a person said are two patients."""
    return {frozenset(line.pair) for line in newest_lines(memory).values() if line.what in ("apart", "undone")}
