"""One patient in several sources: records that are the same person are joined, and can be taken apart again.

What a record has gathered (appointments, events, letters, articles sent or ruled out, stops) follows the patient that
it is. Each step is a line in `identities`, which is only added to; the newest line about two records counts, and a
person's counts before the rule's.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from jobs.clinic.addresses import MOST_AT_ONE
from jobs.clinic.identity import APART, AT_ONE_MINUTE, Match, Record, compare, is_numbered, person_key, without_number
from jobs.clinic.records import Problem
from jobs.store.identity_lines import Line, Pair, add_lines, lines_among, newest_lines, ordered
from jobs.store.joining import move_history, part_records
from jobs.store.memory import Memory
from jobs.store.patient_groups import PatientGroups, borrowed_places, of_several
from jobs.store.rows import in_parts, next_id
from jobs.store.sources import PATIENTS
from jobs.store.stops import stop_who_moved
from jobs.store.tables import ONE_OF_TWO, patients

_MOST_ASKED_FOR = 5_000  # of more new records, or of half of all, all that there are are read at once


class NotPossible(ValueError):
    """This cannot be decided; the text says so to a person."""


class Settled(NamedTuple):
    """What a look at new records came to. `patients` are those whose history changed; `one_now` those that became one:
    what they have is to be looked at, for they may have had one visit each (see `settle_twins`)."""

    joined: int
    doubtful: int
    patients: frozenset[int]
    one_now: frozenset[int] = frozenset()


def settle_identities(
    memory: Memory,
    records: Collection[int],
    together: Collection[Pair],
    at: str,
    two_sources: bool = False,
    renumbered: bool = False,
    perhaps: Collection[Pair] = (),
) -> Settled:
    """Join new or changed records with those that surely are the same person; list those that perhaps are.

    `together` are records that were given for one appointment, with `two_sources` each by another source; of `perhaps`
    a person is to say whether they are one, unless they are known as that. With
    `renumbered` the practice system has numbered its patients anew: the number of a record that is none of these says
    nothing any more. Which of a patient's records leads is another question; see `lead_anew`.
    """
    if not records and not together and not perhaps:
        return Settled(0, 0, frozenset())
    hinted = {ordered(*pair) for pair in together if pair[0] != pair[1]}
    listed = {ordered(*pair) for pair in perhaps if pair[0] != pair[1]} - hinted
    known = _with_alike(memory, {*records, *(each for pair in (*hinted, *listed) for each in pair)})
    asked = dict.fromkeys((*sorted(hinted), *sorted(listed), *_pairs(known.values(), set(records))))
    lines = newest_lines(memory, asked)
    open_pairs = [pair for pair in asked if not (line := lines.get(pair)) or not (line.who or line.what == "same")]
    matches = {
        pair: compare(known[pair[0]], known[pair[1]], pair in hinted, two_sources and pair in hinted)
        for pair in open_pairs
    }
    if renumbered:
        matches |= _of_other_numbers(matches, known, records, hinted)
    matches |= {pair: AT_ONE_MINUTE for pair in listed if matches.get(pair) == APART}
    joining = _Joining(memory, {each for pair, match in matches.items() if match.word == "same" for each in pair}, at)
    doubtful = 0
    for pair, match in matches.items():
        line = lines.get(pair)
        if match.word == "same":
            joining.join(pair, match.why)
        elif match.word == "doubtful" and not line:
            joining.note(pair, "doubtful", match.why)
            doubtful += 1
        elif match.word == "apart" and line and line.what == "doubtful" and not _told_at_one_minute(line, known, pair):
            joining.note(pair, "apart", "what is known of them now differs")
    joining.write()
    one_now = frozenset(joining.patients())
    return Settled(len(joining.joins), doubtful, one_now | _lend_again(memory, records), one_now)


def _told_at_one_minute(line: Line, known: Mapping[int, Record], pair: Pair) -> bool:
    """Whether they are in doubt for what they had at one minute, which the records alone do not tell."""
    one, other = (known[each].birth_date for each in pair)
    return line.why == AT_ONE_MINUTE.why and (not one or not other or one == other)


def _of_other_numbers(
    matches: Mapping[Pair, Match], known: Mapping[int, Record], records: Collection[int], hinted: Collection[Pair]
) -> dict[Pair, Match]:
    """Whom only two numbers kept apart, one of them of these records and the other not: they are one where each fits
    nobody else."""
    same = {pair for pair, match in matches.items() if match.word == "same"}
    found: dict[Pair, Match] = {}
    for pair, match in matches.items():
        old = [each for each in pair if each not in records]
        if match.word == "doubtful" and len(old) == 1:
            one, other = (without_number(known[each]) if each in old else known[each] for each in pair)
            again = compare(one, other, pair in hinted)
            if again.word == "same":
                found[pair] = again
    times = Counter(each for pair in {*same, *found} for each in pair)
    return {pair: match for pair, match in found.items() if times[pair[0]] == times[pair[1]] == 1}


def _with_alike(memory: Memory, wanted: Collection[int]) -> dict[int, Record]:
    """These records, and those that have an address or a name in common with one of them."""
    if len(wanted) > min(_MOST_ASKED_FOR, next_id(memory, patients) // 2):
        return {record.id: record for record in _records(memory)}
    known = records_of(memory, wanted)
    for name in ("address_key", "name_key"):
        column = patients.c[name]
        keys = select(column).where(patients.c.id.in_(list(wanted)))
        values = {str(row[0]) for row in memory.connection.execute(keys)} - {""}
        for part in in_parts(values):
            known |= {record.id: record for record in _records(memory, column.in_(part))}
    return known


def records_of(memory: Memory, ids: Iterable[int]) -> dict[int, Record]:
    """These records, as their own sources name them."""
    return {record.id: record for part in in_parts(ids) for record in _records(memory, patients.c.id.in_(part))}


def _records(memory: Memory, *which: ColumnElement[bool]) -> Iterator[Record]:
    """The records as their own sources name them: what a patient took from another record says nothing about it."""
    columns = [patients.c[name] for name in (*Record._fields, "borrowed")]
    query = select(*columns).where(patients.c.clinic_id == memory.clinic_id, *which)
    for *values, borrowed in memory.connection.execute(query).all():
        if borrowed:
            taken = borrowed_places(borrowed)
            values = ["" if name in taken else value for name, value in zip(Record._fields, values, strict=True)]
        yield Record._make(values)


def _pairs(known: Iterable[Record], new: Collection[int]) -> list[Pair]:
    """The pairs, one of them new, that share what a person is known by."""
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for record in known:
        for place in (("address", record.address_key), ("name", person_key(record.first_name, record.last_name))):
            if place[1]:
                groups[place].append(record.id)
    pairs = dict.fromkeys(
        ordered(*pair)
        for group in groups.values()
        if 1 < len(group) <= MOST_AT_ONE
        for pair in combinations(group, 2)
        if pair[0] in new or pair[1] in new
    )
    return sorted(pairs)


class _Joining:
    """Joins the patients of records one after the other, in memory; what follows from it is written at once."""

    def __init__(self, memory: Memory, records: Collection[int], at: str) -> None:
        self._memory, self._at = memory, at
        self._groups = PatientGroups(memory, records)
        self._lines = lines_among(memory, self._groups.ids()) if records else {}
        self._new: list[Line] = []
        self.joins: list[Pair] = []  # who stays and who is gone

    def patients(self) -> set[int]:
        """Whose history changes by it."""
        return {each for pair in self.joins for each in pair}

    def note(self, pair: Pair, what: str, why: str, who: str = "") -> None:
        """Put down what was decided of two records."""
        line = Line(0, self._at, *pair, what, who, why)
        self._lines[pair] = line
        self._new.append(line)

    def join(self, pair: Pair, why: str, who: str = "") -> None:
        """Join the patients of two records, unless another record of theirs speaks against it and no person said so."""
        one, other = map(self._groups.patient_of, pair)
        if one == other:
            return
        if not who and self._speaks_against(one, other):
            if pair not in self._lines:
                self.note(pair, "doubtful", f"{why}, but another record of theirs differs")
            return
        kept, gone = sorted((one, other), key=lambda each: (not is_numbered(self._groups.key(each)), each))
        self._groups.join(kept, gone)
        self.joins.append((kept, gone))
        self.note(pair, "same", why, who)

    def _speaks_against(self, one: int, other: int) -> bool:
        """Whether a person said of two of their records that they are two, or their birth dates differ."""
        mine, yours = self._groups.group(one), self._groups.group(other)
        lines = (self._lines.get(ordered(this, that)) for this in mine for that in yours)
        if any(line.what in ("apart", "undone") for line in lines if line):
            return True
        return len(self._groups.birth_dates([*mine, *yours])) > 1

    def write(self) -> None:
        """Write who is who now, and move what they have gathered."""
        self._groups.write()
        if self.joins:
            move_history(self._memory, self.joins, self._at)
            self._stop_who_moved()
        add_lines(self._memory, self._new)

    def _stop_who_moved(self) -> None:
        """A stop of the address alone that the record which is gone was reached at goes on to hold the patient."""
        known = self._groups
        now = ((known.patient_of(kept), gone) for kept, gone in self.joins)
        moved = {
            (kept, known.address_key(gone)) for kept, gone in now if known.address_key(kept) != known.address_key(gone)
        }
        if moved:
            stop_who_moved(self._memory, sorted(moved), self._at)


def patient_of(memory: Memory, record_id: int) -> int:
    """The patient that a record is. Raises NotPossible where there is none of this number."""
    query = select(patients.c.same_as).where(patients.c.clinic_id == memory.clinic_id, patients.c.id == record_id)
    found = memory.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotPossible(f"There is no patient no. {record_id}.")
    return int(found) or record_id


def _lend_again(memory: Memory, records: Collection[int]) -> set[int]:
    """Records that changed lend their patients anew what those lack. Give the patients that changed by it."""
    groups = PatientGroups(memory, of_several(memory, records))
    changed = {patient_id for patient_id in groups.patients() if groups.lend(patient_id)}
    groups.write()
    return changed


def decide_same(memory: Memory, one: int, other: int, who: str, why: str, at: str) -> set[int]:
    """A person says that two records are one patient. Give the patients whose history changed. Raises NotPossible,
    changing nothing."""
    if patient_of(memory, one) == patient_of(memory, other):
        raise NotPossible(f"No. {one} and no. {other} are one patient already.")
    joining = _Joining(memory, (one, other), at)
    joining.join(ordered(one, other), why, who)
    joining.write()
    return joining.patients() | _lend_again(memory, (one, other))


def decide_apart(memory: Memory, one: int, other: int, who: str, why: str, at: str) -> set[int]:
    """A person says that two records are two patients; joined ones are taken apart. Give the patients whose history
    changed. Raises NotPossible."""
    if one == other:
        raise NotPossible(f"No. {one} is one patient; name two.")
    pair = ordered(one, other)
    changed = _part(memory, pair, at)
    add_lines(memory, [Line(0, at, *pair, "apart", who, why)])
    return changed


def undo(memory: Memory, line_id: int, who: str, at: str) -> set[int]:
    """Take back the newest decision about two records; they stand listed as doubtful then. Give the patients whose
    history changed. Raises NotPossible."""
    lines = newest_lines(memory)
    line = next((line for line in lines.values() if line.id == line_id), None)
    if line is None or line.what not in ("same", "apart"):
        raise NotPossible(f"Line {line_id} is not the newest decision about two patients; see `run_jobs.py patients`.")
    changed = _part(memory, line.pair, at) if line.what == "same" else set()
    add_lines(memory, [Line(0, at, *line.pair, "undone", who, f"takes back line {line_id}")])
    return changed


def _part(memory: Memory, pair: Pair, at: str) -> set[int]:
    """Take the two records apart, if they are one patient: the one goes that is not that patient itself, and with it
    whoever belongs to it alone. Give who changed."""
    kept, other = (patient_of(memory, each) for each in pair)
    if kept != other:
        return set()
    gone = pair[1] if pair[0] == kept else pair[0]
    groups = PatientGroups(memory, [kept])
    group = groups.group(kept)
    staying = _connected(memory, kept, set(group) - {gone})
    leaving = sorted(set(group) - staying, key=lambda each: (not is_numbered(groups.key(each)), each))
    part_records(memory, groups, kept, leaving, at)
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
    known = records_of(memory, records)
    return {each: f"{record.first_name} {record.last_name}".strip() for each, record in known.items()}


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
