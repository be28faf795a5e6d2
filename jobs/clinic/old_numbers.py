"""Visits whose number is gone from their source, and that stand there under another one.

Most are known as that when the numbers change, see `renumbering`. These are not: their patient was then not known to be
the same person, or the new number has another time. Nobody comes twice at one time, whenever it is known who came.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from jobs.clinic.reconcile import Apart, Entry, begin_together, distance, may_be_one, one_kind


def renumbered_later(entries: Sequence[Entry], apart: Apart = ()) -> dict[int, int]:
    """Say which entries are the same visit as another one of their own source: its id by theirs.

    The number of such a one is gone, and its patient has one in the source that begins at the same minute, or on that
    day less than an hour from it. What is one stays one, as long as its number does not come back.
    """
    known, gone = {entry.id: entry for entry in entries}, [entry for entry in entries if entry.gone]
    there: defaultdict[tuple[str, int, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.gone:
            there[entry.source, entry.patient_id, entry.starts_on].append(entry)
    found: dict[int, int] = {}
    taken: set[tuple[int, int]] = set()  # a visit had one number in each chart of its patient

    def take(old: Entry, candidates: Iterable[Entry]) -> None:
        free = [new for new in candidates if (new.id, old.record_id) not in taken and may_be_one(old, new, apart)]
        if free and old.id not in found:
            chosen = min(free, key=lambda new: _unlike(old, new))
            found[old.id] = chosen.id
            taken.add((chosen.id, old.record_id))

    def before(old: Entry, is_gone: bool) -> list[Entry]:
        first = known.get(old.same_as)
        return [first] if first and first.gone == is_gone and first.source == old.source else []

    def on_its_day(old: Entry) -> Sequence[Entry]:
        return there.get((old.source, old.patient_id, old.starts_on), ())

    for old in gone:
        take(old, before(old, is_gone=False))
    for old in gone:
        take(old, (new for new in on_its_day(old) if new.starts_at == old.starts_at and _may_become(old, new)))
    for old in gone:
        take(old, (new for new in on_its_day(old) if begin_together(old, new)))
    for old in gone:
        take(old, before(old, is_gone=True))
    return found


def _may_become(old: Entry, new: Entry) -> bool:
    """Nothing that was called off is the visit that was booked in its place; what was gone had only its number lost."""
    return (old.stands or old.status in ("rescheduled", new.status)) and one_kind(old, new)


def _unlike(old: Entry, new: Entry) -> tuple[timedelta, bool, bool, bool, int]:
    unlike = old.status != new.status, old.kind != new.kind, old.provider != new.provider
    return distance(old, new), *unlike, new.id


def without_old_numbers(entries: Sequence[Entry]) -> list[Entry]:
    """These entries; of a visit that has another number in its source by now, that one alone."""
    known = {entry.id: entry for entry in entries}
    there = {(entry.same_as, entry.source) for entry in entries if entry.same_as and not entry.gone}
    there |= {(entry.id, entry.source) for entry in known.values()}
    return [entry for entry in entries if not entry.gone or (entry.same_as, entry.source) not in there]
