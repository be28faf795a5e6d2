"""One appointment in two sources: which entries are one, and where the two sources tell it differently."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from jobs.clinic.identity import compare_names

_STANDS = ("booked", "arrived", "completed", "no_show")
FROM_CALENDARS_ON = 1000  # ranks of calendars; a spreadsheet's is its place in config/sources.yaml


class Entry(NamedTuple):
    """One appointment as one source has it. The lower rank counts where two differ: a spreadsheet before a calendar."""

    id: int
    source: str
    rank: int
    patient_id: int
    record_id: int  # the patient as this source names them; another than `patient_id` where the two are one person
    first_name: str
    last_name: str
    starts_at: str
    starts_on: str
    status: str
    provider: str
    same_as: int  # the entry of a source of lower rank that is the same appointment, 0: none

    @property
    def stands(self) -> bool:
        return self.status in _STANDS

    @property
    def in_calendar(self) -> bool:
        return self.rank >= FROM_CALENDARS_ON


Apart = Collection[frozenset[int]]


def pair_entries(entries: Sequence[Entry], apart: Apart = ()) -> dict[int, int]:
    """Say which entries are the same appointment as one of a source of lower rank: its id by theirs.

    `entries` are all of some days; `apart` are pairs of records that a person said are two patients. What was paired
    stays so when one of the two is moved, unless another fits at its very time.
    """
    found: dict[int, int] = {}
    by_rank = sorted(entries, key=lambda entry: (entry.rank, entry.id))
    ranks = list(dict.fromkeys(entry.rank for entry in by_rank))
    for rank in ranks[1:]:
        first = [entry for entry in by_rank if entry.rank < rank and entry.id not in found]
        found |= _pair_source(first, [entry for entry in by_rank if entry.rank == rank], apart)
    return found


def _pair_source(first: Sequence[Entry], second: Sequence[Entry], apart: Apart) -> dict[int, int]:
    """Pair the entries of one source with those that count before it, the surest first."""
    taken: dict[int, int] = {}
    by_start: defaultdict[str, list[Entry]] = defaultdict(list)
    by_day: defaultdict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in first:
        by_start[entry.starts_at].append(entry)
        by_day[entry.patient_id, entry.starts_on].append(entry)
    found: dict[int, int] = {}

    def take(entry: Entry, candidates: Iterable[Entry], only: bool = False) -> None:
        free = [other for other in candidates if other.id not in taken and _may(entry, other, apart)]
        if free and not (only and len(free) > 1):
            chosen = min(free, key=lambda other: (other.id != entry.same_as, not other.stands, other.id))
            taken[chosen.id], found[entry.id] = entry.id, chosen.id

    def left() -> Iterator[Entry]:
        return (entry for entry in second if entry.id not in found)

    for entry in left():
        take(entry, (other for other in by_start[entry.starts_at] if other.patient_id == entry.patient_id))
    for entry in left():
        take(entry, (other for other in by_start[entry.starts_at] if _names(entry, other) == "same"))
    for entry, other in _one_to_one(list(left()), by_start, taken):
        take(entry, [other])
    before = {other.id: other for other in first}
    for entry in left():
        take(entry, [before[entry.same_as]] if entry.same_as in before else [])
    several = _several(second, found)
    for entry in left():
        if entry.stands and (entry.patient_id, entry.starts_on) not in several:
            take(entry, filter(_stands, by_day[entry.patient_id, entry.starts_on]), only=True)
    return found


def _one_to_one(
    left: Sequence[Entry], by_start: Mapping[str, Sequence[Entry]], taken: Collection[int]
) -> Iterator[tuple[Entry, Entry]]:
    """Entries at one time whose names go together only in short form, where neither could mean another one."""
    fits = {
        entry.id: [
            other
            for other in by_start.get(entry.starts_at, ())
            if other.id not in taken and _names(entry, other) == "short" and _one_provider(entry, other)
        ]
        for entry in left
    }
    wanted = Counter(other.id for others in fits.values() for other in others)
    for entry in left:
        others = fits[entry.id]
        if len(others) == 1 and wanted[others[0].id] == 1:
            yield entry, others[0]


def _several(entries: Iterable[Entry], found: Collection[int]) -> set[tuple[int, str]]:
    """The patients and days of which one source has several entries that stand and are not paired yet."""
    seen: set[tuple[int, str]] = set()
    twice: set[tuple[int, str]] = set()
    for entry in entries:
        if entry.stands and entry.id not in found:
            place = entry.patient_id, entry.starts_on
            (twice if place in seen else seen).add(place)
    return twice


def _stands(entry: Entry) -> bool:
    return entry.stands


def _may(entry: Entry, other: Entry, apart: Apart) -> bool:
    return frozenset((entry.record_id, other.record_id)) not in apart


def _names(entry: Entry, other: Entry) -> str:
    return compare_names((entry.first_name, entry.last_name), (other.first_name, other.last_name))


def _one_provider(entry: Entry, other: Entry) -> bool:
    """Whether the same person may treat in both; often a calendar does not say who."""
    if not entry.provider or not other.provider:
        return True
    mine, yours = (set(name.casefold().replace(",", " ").split()) for name in (entry.provider, other.provider))
    return bool(mine & yours)


What = Literal["only in the calendar", "only in the spreadsheet", "at another time", "cancelled only in the calendar",
               "cancelled only in the spreadsheet"]  # fmt: skip


class Difference(NamedTuple):
    """One thing that two sources tell differently. Only the last four values name a patient, or lead to one."""

    what: What
    starts_on: str
    starts_at: str  # in the source that counts
    other_starts_at: str  # in the other one, where that is another time
    provider: str
    source: str
    other_source: str  # "" where the other source has nothing
    patient_id: int = 0
    first_name: str = ""
    last_name: str = ""
    status: str = ""

    def unnamed(self) -> "Difference":
        """The same without the patient, for a workbook that goes from hand to hand."""
        return self._replace(patient_id=0, first_name="", last_name="")


def differences(entries: Sequence[Entry]) -> list[Difference]:
    """What stands in the calendar and not in the spreadsheet, or otherwise, in order of the day.

    `entries` are all of some days, and those that they are the same as. A spreadsheet's appointment is missed in the
    calendar only on days that the calendar reaches, and only for providers who keep theirs there; a calendar's in the
    spreadsheet only where others of that calendar stand there: see `calendars_apart`.
    """
    known = {entry.id: entry for entry in entries}
    pairs = [(known[entry.same_as], entry) for entry in entries if entry.same_as in known]
    paired = {entry.id for pair in pairs for entry in pair}
    found = [difference for first, second in pairs if (difference := _of_pair(first, second))]
    calendar = [entry for entry in entries if entry.in_calendar]
    if calendar and len(calendar) < len(entries):
        days = min(entry.starts_on for entry in calendar), max(entry.starts_on for entry in calendar)
        kept_there = {first.provider for first, second in pairs if second.in_calendar}
        mirrored = {second.source for _, second in pairs}
        for entry in entries:
            if entry.id in paired or not entry.stands:
                continue
            if entry.in_calendar and entry.source in mirrored:
                found.append(_alone("only in the calendar", entry))
            elif not entry.in_calendar and entry.provider in kept_there and days[0] <= entry.starts_on <= days[1]:
                found.append(_alone("only in the spreadsheet", entry))
    return sorted(found, key=lambda difference: (difference.starts_at, difference.what, difference.patient_id))


def calendars_apart(entries: Sequence[Entry]) -> dict[str, int]:
    """Calendars none of whose entries stands in a spreadsheet, and how many they have: they are taken for appointments
    that are kept nowhere else, such as Pilates classes."""
    mirrored = {entry.source for entry in entries if entry.same_as}
    own = Counter(entry.source for entry in entries if entry.in_calendar and entry.source not in mirrored)
    return dict(own) if any(not entry.in_calendar for entry in entries) else {}


def _of_pair(first: Entry, second: Entry) -> Difference | None:
    what: What
    if first.stands and not second.stands:
        what = "cancelled only in the calendar"
    elif second.stands and not first.stands:
        what = "cancelled only in the spreadsheet"
    elif first.stands and first.starts_at != second.starts_at:
        what = "at another time"
    else:
        return None
    other = second.starts_at if second.starts_at != first.starts_at else ""
    return Difference(
        what, first.starts_on, first.starts_at, other, first.provider or second.provider, first.source, second.source,
        first.patient_id, first.first_name, first.last_name, first.status,
    )  # fmt: skip


def _alone(what: What, entry: Entry) -> Difference:
    return Difference(
        what, entry.starts_on, entry.starts_at, "", entry.provider, entry.source, "",
        entry.patient_id, entry.first_name, entry.last_name, entry.status,
    )  # fmt: skip
