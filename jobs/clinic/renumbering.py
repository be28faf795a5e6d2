"""One visit under another number: a practice system was changed, or the visit was deleted and booked anew.

While a number stands in a file, it is what tells one visit from another. Once it is gone from a whole file and another
one has come for the same patient at the same minute, the two are one visit: nobody comes twice at one time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from jobs.clinic.identity import Record, compare, without_number

_STANDS = ("booked", "arrived", "completed", "no_show")
_FEW = 5
_SEVERAL = 2  # visits at the very minutes of one name's: two people of one name do not come together again and again
"""So many patients may have other numbers by chance; of more, where most have, the system has numbered them anew."""


class Visit(NamedTuple):
    """An appointment whose number came or went, and the record of the patient that it was given for."""

    id: int
    patient_id: int
    record: Record
    starts_at: str
    status: str
    provider: str
    kind: str
    number: str = ""


class Renumbered(NamedTuple):
    """Which new visits are known ones (the id of the known one by the new one's), whether the patients have been
    numbered anew as a whole, so that two numbers no longer speak for two people, and the records of whom nothing but
    their name and the minute says that they may be one."""

    visits: dict[int, int]
    all_patients: bool
    perhaps: frozenset[tuple[int, int]] = frozenset()


def renumbered(gone: Iterable[Visit], new: Collection[Visit], apart: Collection[frozenset[int]] = ()) -> Renumbered:
    """Say which of the new visits are one of those that are gone. `apart` are records of which a person said that they
    are two patients."""
    by_start: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in gone:
        by_start[visit.starts_at].append(visit)
    found: dict[int, tuple[Visit, Visit]] = {}

    def take(is_one: Callable[[Visit, Visit], bool]) -> None:
        for visit in new:
            free = [old for old in by_start.get(visit.starts_at, ()) if _may_become(old, visit) and is_one(old, visit)]
            if free and visit.id not in found:
                chosen = min(free, key=lambda old: _unlike(old, visit))
                by_start[visit.starts_at].remove(chosen)
                found[visit.id] = chosen, visit

    take(lambda old, visit: _is_one(old, visit, apart))
    all_patients = _all_have_other_numbers(found.values())
    if all_patients:
        take(lambda old, visit: _is_one(_without_number(old), visit, apart))
    named = list(_of_one_name(by_start, [visit for visit in new if visit.id not in found], found.values(), apart))
    if all_patients:
        times = Counter((old.record.id, visit.record.id) for old, visit in named)
        several = {pair for pair, count in times.items() if count >= _SEVERAL}
        take(lambda old, visit: (old.record.id, visit.record.id) in several)
    perhaps = {(old.record.id, visit.record.id) for old, visit in named if visit.id not in found}
    return Renumbered({new_id: old.id for new_id, (old, _) in found.items()}, all_patients, frozenset(perhaps))


def _of_one_name(
    by_start: Mapping[str, Collection[Visit]],
    new: Iterable[Visit],
    found: Collection[tuple[Visit, Visit]],
    apart: Collection[frozenset[int]],
) -> Iterator[tuple[Visit, Visit]]:
    """Visits at one minute under one name that is reached in another way now. It may be the same person, whose chart is
    written anew, or mother and daughter; who is known as somebody already is nobody else."""
    known = {(old.record.id, visit.record.id) for old, visit in found}
    taken = {old for old, _ in known}, {visit for _, visit in known}
    for visit in new:
        for old in by_start.get(visit.starts_at, ()):
            pair = old.record.id, visit.record.id
            if pair not in known and (pair[0] in taken[0] or pair[1] in taken[1]):
                continue
            if _may_become(old, visit) and frozenset(pair) not in apart and _named_alike(old, visit):
                yield old, visit


def _named_alike(old: Visit, new: Visit) -> bool:
    return compare(old.record, new.record, same_appointment=True).word == "same"


def _may_become(old: Visit, new: Visit) -> bool:
    """A visit that was called off is not the one that was booked in its place."""
    return old.status in _STANDS or old.status == new.status


def _unlike(old: Visit, new: Visit) -> tuple[bool, bool, bool, int]:
    return old.status != new.status, old.kind != new.kind, old.provider != new.provider, old.id


def _is_one(old: Visit, new: Visit, apart: Collection[frozenset[int]]) -> bool:
    if frozenset((old.record.id, new.record.id)) in apart:
        return False
    if old.patient_id == new.patient_id or has_passed(old, new):
        return True
    return _named_alike(old, new) and not _reached_elsewhere(old.record, new.record)


def has_passed(old: Visit, new: Visit) -> bool:
    """Whether a visit is another patient's now, at the same address: where the address alone was known it has a name,
    or the entry of a calendar has become a class of guests, and was known by the name of who teaches. That makes the
    two records no one patient: others may use the address."""
    known, named = old.record, new.record
    if not known.address_key or named.address_key != known.address_key:
        return False
    address_alone = not (known.numbered or known.first_name or known.last_name)
    return _of_one_entry(old.number, new.number) or (address_alone and bool(named.first_name or named.last_name))


def _of_one_entry(old: str, new: str) -> bool:
    """Whether one number is an entry's and the other that of a guest of it; see `sources.guests`."""
    return old.startswith(f"{new}/") or new.startswith(f"{old}/")


def _reached_elsewhere(old: Record, new: Record) -> bool:
    """Whether two of one name are reached in two ways: mother and daughter, of whom one gave her place to the other."""
    for mine, yours in (
        (old.birth_date, new.birth_date), (old.address_key, new.address_key), (old.phone, new.phone),
    ):  # fmt: skip
        if mine and yours:
            return mine != yours
    return False


def _without_number(old: Visit) -> Visit:
    return old._replace(record=without_number(old.record))


def _all_have_other_numbers(pairs: Iterable[tuple[Visit, Visit]]) -> bool:
    other, same = set[int](), set[int]()
    for old, new in pairs:
        if old.record.id == new.record.id:
            same.add(old.record.id)
        elif old.record.numbered and new.record.numbered:
            other.add(old.record.id)
    return len(other) > max(_FEW, len(same))
