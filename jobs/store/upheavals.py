"""Changes that no clinic makes in a day, such as most visits moved by one file. A person decides."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import select

from jobs.clinic.addresses import address_key
from jobs.clinic.problems import ALL_AT_ONCE
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, patients, problems

FEW = 10
"""So many patients may be changed at once, whatever their share; of more, not more than half of all."""
_LOOK_BACK = timedelta(days=30)  # patients who were there lately may still get a letter
_WORD_HOLDS = timedelta(days=7)
_WORD_IS_TOLD = timedelta(days=30)  # so long is said that one does not count

Lost = Mapping[int, tuple[int, str]]
"""Coming visits that a file no longer has, though that is not believed: the patient, and when they are to begin."""


Person = tuple[str, str, str]
"""What a patient is known by: first name, last name, e-mail address."""


class Gone(NamedTuple):
    """What is no longer in its source. `kept` are too many to be believed: the file may hold a part of them only."""

    marked: int = 0
    kept: frozenset[int] = frozenset()  # their ids
    patients: frozenset[int] = frozenset()
    lost: Lost = {}  # where they are very many, all of them: each may have another time now, by a slip of the file
    open_marks: frozenset[int] | None = None  # of what is gone, all that a later file may tell of; None: all of it may

    def and_also(self, other: "Gone") -> "Gone":
        """Both together."""
        patients, lost = self.patients | other.patients, {**self.lost, **other.lost}
        open_marks = self.open_marks if other.open_marks is None else other.open_marks
        return Gone(self.marked + other.marked, self.kept | other.kept, patients, lost, open_marks)


class Found(NamedTuple):
    """What a file does to most patients, in words, and a print of each such change."""

    words: str
    prints: frozenset[str]
    numbers: bool = False  # they mean other visits than before, as those of another practice system

    def and_also(self, other: "Found | None") -> "Found":
        """Both together."""
        if other is None:
            return self
        told = other.numbers or self.words in other.words  # other addresses follow from numbers
        words = other.words if told else f"{other.words} and {self.words}"
        return Found(words, other.prints | self.prints, other.numbers or self.numbers)


@dataclass
class Upheaval:
    """What the rows of one file change of that what letters go by; noted while the rows are saved.

    Of a source that is held back, `held` are the prints of the changes that a person has not called right. It stays so
    as long as most of what is left to change are those, however few they are by now, and be their days over.
    """

    held: frozenset[str] = frozenset()
    moved: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    """Coming visits that have another time: the patient, when they were to begin, and when they are to begin now."""
    shifted: int = 0  # visits that have another time, those of the past too
    booked: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Coming visits that are new, or were gone: the patient, the time."""
    readdressed: dict[int, str] = field(default_factory=dict)  # the address in place of the one that was known
    renamed: dict[int, tuple[Person, Person]] = field(default_factory=dict)
    """Patients whose name is another one: what was known of them before the file, and what is known now."""
    swapped: set[int] = field(default_factory=set)  # first and last name have changed places
    handed_over: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Coming visits that are given for another record than before: the former one, the new one."""
    former: set[int] = field(default_factory=set)
    """The former records of all visits that are given for another, be they over."""
    led: dict[int, int] = field(default_factory=dict)  # by the record that a patient comes under now, the one before

    def note_person(self, patient_id: int, before: Sequence[str], now: Sequence[str]) -> None:
        """Hear what was known of a patient (see `Person`), and what is known now."""
        if before[2] and now[2] != before[2] and _box(before[2]) != _box(now[2]):
            self.readdressed[patient_id] = address_key(now[2])
        if before[0] != before[1] and tuple(now[:2]) == (before[1], before[0]):
            self.swapped.add(patient_id)
        elif now[:2] != before[:2]:
            first = self.renamed[patient_id][0] if patient_id in self.renamed else _person(before)
            self.renamed[patient_id] = first, _person(now)

    def was_held(self, slot: int, starts_at: str, patient_key: str) -> bool:
        """Whether a visit was held back with this time or this patient."""
        return bool(self.held) and not self.held.isdisjoint(_print((slot, now)) for now in (starts_at, patient_key))

    @property
    def _few(self) -> int:
        return 0 if self.held else FEW

    def found(self, memory: Memory, source: str, lost: Lost, rows: int, now: str, zone: tzinfo) -> Found | None:
        """What the file does to most visits or patients, None where it does so to few. `rows` is how many rows it has;
        `now` is UTC text."""
        found = self._found(memory, source, lost, rows, now, zone)
        prints = found.prints if found else frozenset[str]()
        if self.held and len(prints & self.held) * 2 <= len(prints):  # another file, to be judged by itself
            self.held = frozenset()
            return self._found(memory, source, lost, rows, now, zone)
        return found

    def _found(self, memory: Memory, source: str, lost: Lost, rows: int, now: str, zone: tzinfo) -> Found | None:
        since = date.fromisoformat(now[:10]) - _LOOK_BACK
        of_numbers = [*self._of_numbers(memory, source, rows, now), *self._of_charts(memory, source, since, rows)]
        said = [*self._of_visits(memory, source, lost, rows, now, zone), *self._of_people(memory, source, since, rows)]
        return _found([*of_numbers, *said], of_numbers)  # other times and addresses follow from numbers

    def found_of_people(self, memory: Memory, source: str, rows: int, now: str) -> Found | None:
        """The same of their names and addresses alone, once it is known who comes under another record."""
        return _found([*self._of_people(memory, source, date.fromisoformat(now[:10]) - _LOOK_BACK, rows)])

    def _of_charts(self, memory: Memory, source: str, since: date, rows: int) -> Iterator[tuple[str, Iterable[object]]]:
        """Patients' numbers that mean other people, as where another practice system counts its charts from one too."""
        if len(self.renamed) <= self._few:
            return
        from jobs.clinic.identity import compare_names

        others = {
            patient: now[:2]
            for patient, (before, now) in self.renamed.items()
            if (now[2] != before[2] or not now[2]) and compare_names(before[:2], now[:2]) == "other"
        }
        of = max(len(others), min(len(_seen_since(memory, source, since) | others.keys()), rows))
        if len(others) > self._few and len(others) * 2 > of:
            changes = [("number", *each) for each in others.items()]
            yield f"{len(others)} of {of} patients' numbers are other people's", changes

    def _of_numbers(self, memory: Memory, source: str, rows: int, now: str) -> Iterator[tuple[str, Iterable[object]]]:
        """Numbers that mean other people's visits, as where another practice system counts from one too.

        Who is reached at the same address is the same patient, whose name was read otherwise, or not at all, until now;
        but not where the name now was another one's.
        """
        if len({former for former, _ in self.handed_over.values()}) <= self._few:
            return
        from jobs.clinic.identity import compare_names
        from jobs.clinic.upheavals import handed_around
        from jobs.store.identity import records_of

        known = records_of(memory, self.former.union(*self.handed_over.values()))
        names = {each: (record.first_name, record.last_name) for each, record in known.items()}
        at = {each: record.address_key for each, record in known.items()}
        called = {slot: (names[former], names[new]) for slot, (former, new) in self.handed_over.items()}
        around = handed_around(called, [names[each] for each in self.former])
        others = {
            slot: known[new].key
            for slot, (former, new) in self.handed_over.items()
            if slot in around
            or (not (at[former] and at[former] == at[new]) and compare_names(*called[slot]) == "other")
        }
        of = max(len(others), min(len(_coming(memory, source, now)), rows))
        if len(others) > self._few and len(others) * 2 > of:
            yield f"{len(others)} of {of} coming visits are given for another patient", [*others.items()]

    def _of_visits(
        self, memory: Memory, source: str, lost: Lost, rows: int, now: str, zone: tzinfo
    ) -> Iterator[tuple[str, Iterable[object]]]:
        """Visits that move as no clinic moves them. Where they have no number they look gone and new."""
        unnumbered = _paired(lost, _by_those_who_were_there(memory, lost, [*self.booked.values()]))
        whose = {patient for patient, _, _ in (*self.moved.values(), *unnumbered)}
        if len(whose) <= self._few:
            return
        from jobs.clinic.upheavals import moved_together, slip_in  # of a day on which nothing is as usual

        coming = {slot: of for slot, of in _coming(memory, source, now).items() if slot not in lost}
        count = len(self.moved) + len(unnumbered)
        of = max(count, min(len(coming.keys() | self.moved.keys()), rows))
        most = count * 2 > of
        if not most and len(whose) * 2 <= max(len(whose), min(len({*coming.values()} | whose), rows)):
            return
        moves = [(before, after) for _, before, after in (*self.moved.values(), *unnumbered)]
        slip = slip_in(moves, zone)
        if not slip and not unnumbered and (not most or moved_together(moves, rows - self.shifted, zone)):
            return
        yield (
            f"{count} of {of} coming visits have another time{slip and f' ({slip})'}",
            [*((slot, after) for slot, (_, _, after) in self.moved.items()), *unnumbered],
        )

    def _of_people(self, memory: Memory, source: str, since: date, rows: int) -> Iterator[tuple[str, Iterable[object]]]:
        elsewhere = self.readdressed
        if len(self.handed_over) > self._few:
            elsewhere = _with_other_address(memory, {*self.handed_over.values()}) | elsewhere
        for whom, what in (
            (elsewhere, "have another e-mail address"),
            (dict.fromkeys(self.swapped, ""), "have first and last name the other way round"),
            (self._called_as_others(), "have the name of another one"),
        ):
            if len(whom) <= self._few:
                continue
            of = max(len(whom), min(len(_seen_since(memory, source, since) | whom.keys()), rows))
            if len(whom) * 2 > of:
                changes = [(what, self.led.get(whose, whose), address) for whose, address in whom.items()]
                yield f"{len(whom)} of {of} patients {what}", changes

    def _called_as_others(self) -> dict[int, str]:
        """Patients who have the name that was another one's until now, which it is."""
        if len(self.renamed) <= self._few:
            return {}
        from jobs.clinic.upheavals import handed_around

        called = {patient: (before[:2], now[:2]) for patient, (before, now) in self.renamed.items()}
        around = handed_around(called, [before for before, _ in called.values()])
        return {patient: " ".join(called[patient][1]) for patient in sorted(around)}


_Said = Sequence[tuple[str, Iterable[object]]]


def _found(said: _Said, of_numbers: _Said = ()) -> Found | None:
    prints = (_print(each) for _, changes in said for each in changes)
    words = " and ".join(words for words, _ in of_numbers or said)
    return Found(words, frozenset(prints), bool(of_numbers)) if said else None


def _person(known: Sequence[str]) -> Person:
    first, last, email = known
    return first, last, email


def _box(address: str) -> str:
    """What stands before the @: where a firm or a provider gets another domain, patients keep it."""
    return address_key(address).rpartition("@")[0]


def _print(change: object) -> str:
    """Tells one change from another, also in the next pull."""
    return blake2b(repr(change).encode(), digest_size=6).hexdigest()


def _paired(lost: Lost, booked: Iterable[tuple[int, str]]) -> list[tuple[int, str, str]]:
    """Of each patient the visits that are gone with those that are new, in the order of their times: the patient, the
    time before, the time now."""
    anew: dict[int, list[str]] = {}
    for patient, starts_at in sorted(booked, reverse=True):
        anew.setdefault(patient, []).append(starts_at)
    return [(patient, before, anew[patient].pop()) for patient, before in sorted(lost.values()) if anew.get(patient)]


def _by_those_who_were_there(
    memory: Memory, lost: Lost, booked: Sequence[tuple[int, str]]
) -> Sequence[tuple[int, str]]:
    """New visits by the patients who lose some and have the same address: a new system has numbers of its own."""
    if min(len(lost), len(booked)) <= FEW:
        return booked
    losing = {patient for patient, _ in lost.values()}
    known = _addresses(memory, losing | {patient for patient, _ in booked})
    at = {key: patient for patient in sorted(losing) if (key := known[patient])}
    return [(patient if patient in losing else at.get(known[patient], patient), start) for patient, start in booked]


def _coming(memory: Memory, source: str, now: str) -> dict[int, int]:
    """The patient of each visit of a source that is to come today or later."""
    table = appointments.c
    query = select(table.id, table.patient_id).where(
        table.clinic_id == memory.clinic_id, table.starts_on >= now[:10], table.source == source
    )
    return {slot: patient for slot, patient in memory.connection.execute(query.where(table.status == "booked"))}


def _seen_since(memory: Memory, source: str, first: date) -> set[int]:
    """The patients with a visit on this day or later."""
    table = appointments.c
    query = select(table.patient_id).where(
        table.clinic_id == memory.clinic_id, table.starts_on >= first.isoformat(), table.source == source
    )
    return set(memory.connection.execute(query.distinct()).scalars())


def _with_other_address(memory: Memory, records: Iterable[tuple[int, int]]) -> dict[int, str]:
    """The former patients of appointments whose new ones have another e-mail address, which is it."""
    pairs = list(records)
    known = _addresses(memory, {each for pair in pairs for each in pair})
    return {old: known[new] for old, new in pairs if known.get(old) and known.get(new) and known[old] != known[new]}


def _addresses(memory: Memory, ids: Iterable[int]) -> dict[int, str]:
    query = select(patients.c.id, patients.c.address_key)
    return {
        record: key
        for part in in_parts(ids)
        for record, key in memory.connection.execute(query.where(patients.c.id.in_(part)))
    }


class Word(NamedTuple):
    """A person's word that what a file does to most patients is right, and a print of each change that it is about."""

    by: str
    at: str  # UTC text
    prints: frozenset[str]

    def holds(self, now: str) -> bool:
        """Whether it is not too long ago."""
        return datetime.fromisoformat(now) - datetime.fromisoformat(self.at) <= _WORD_HOLDS

    def covers(self, found: Found) -> bool:
        """Whether it is about these changes, but for a few: of another content of the file nobody has said anything."""
        return len(found.prints - self.prints) <= FEW


def note_held_back(memory: Memory, source: str, file: str, found: Found) -> None:
    """Keep what a file that is held back would do, so that a person's word is about just that."""
    name, value = f"held: {source}", json.dumps([file, sorted(found.prints)])
    if cursor(memory, name) != value:
        set_cursor(memory, name, value)


def held_before(memory: Memory, source: str) -> frozenset[str]:
    """A print of each change of the file of a source that is held back; none where no file is."""
    kept = cursor(memory, f"held: {source}")
    file, prints = json.loads(kept) if kept else ("", [])
    if not prints:
        return frozenset()
    told = problems.c
    query = select(told.id).where(told.clinic_id == memory.clinic_id, told.source == source, told.file == file)
    query = query.where(told.set_aside == 1, told.what.endswith(ALL_AT_ONCE)).limit(1)
    return frozenset(prints) if memory.connection.execute(query).first() else frozenset()


def call_right(memory: Memory, source: str, file: str, by: str, now: str) -> None:
    """Keep a person's word that what this file does to most patients is right. It holds for a week, and once."""
    kept = cursor(memory, f"held: {source}")
    held, prints = json.loads(kept) if kept else ("", [])
    at = datetime.fromisoformat(now).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    set_cursor(memory, f"right: {source}", json.dumps([by, at, prints if held == file else []]))


def word_given(memory: Memory, source: str, now: str) -> Word | None:
    """The newest word about a source that was not used up, also one that no longer holds."""
    kept = cursor(memory, f"right: {source}")
    match json.loads(kept) if kept else ():
        case by, at, prints if datetime.fromisoformat(now) - datetime.fromisoformat(at) <= _WORD_IS_TOLD:
            return Word(by, at, frozenset(prints))
    return None


def use_up(memory: Memory, source: str) -> None:
    """The word about this source has counted once; from now on it does not."""
    set_cursor(memory, f"right: {source}", "")
