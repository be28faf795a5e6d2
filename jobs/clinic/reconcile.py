"""One appointment in two sources: which entries are one, and where the two sources tell it differently."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from jobs.clinic.identity import compare_names, is_numbered
from jobs.clinic.steps import read_step

_STANDS = ("booked", "arrived", "completed", "no_show")
_ONE_VISIT = timedelta(hours=1)
"""Entries of a patient that begin less than this apart are one visit: nobody begins another one so soon."""
FROM_CALENDARS_ON = 1000  # ranks of calendars; a spreadsheet's is its place in config/sources.yaml
NAMED_NO_MORE = 1_000_000  # the rank of a source that it no longer has: whatever is left counts before


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
    kind: str = ""  # as typed
    patient_key: str = ""
    address_key: str = ""
    birth_date: str = ""
    gone: bool = False  # its source has its number no more

    @property
    def stands(self) -> bool:
        return self.status in _STANDS

    @property
    def named(self) -> bool:
        """Whether the source says more of the patient than an address."""
        return bool(self.first_name or self.last_name)

    @property
    def in_calendar(self) -> bool:
        return FROM_CALENDARS_ON <= self.rank < NAMED_NO_MORE


Apart = Collection[frozenset[int]]


def pair_entries(entries: Sequence[Entry], apart: Apart = (), renamed: Collection[int] = ()) -> dict[int, int]:
    """Say which entries are the same appointment as one of a source of lower rank: its id by theirs.

    `entries` are all of some days; `apart` are pairs of records that a person said are two patients. What was paired
    stays so when one of the two is moved, unless another fits at its very time, and when the first of them passes to
    another patient: a calendar is behind. One that is `renamed` (its id) stays so only where both may be one patient's.
    One whose number is gone is the same as the one that its own source has in its place, see `old_numbers`.
    """
    found: dict[int, int] = {}
    if any(entry.gone for entry in entries):
        from jobs.clinic.old_numbers import renumbered_later

        found = renumbered_later(entries, apart)
    left = (entry for entry in entries if entry.id not in found)
    by_rank = sorted(left, key=lambda entry: (entry.rank, entry.gone, entry.id))
    ranks = list(dict.fromkeys(entry.rank for entry in by_rank))
    for rank in ranks[1:]:
        first = [entry for entry in by_rank if entry.rank < rank and entry.id not in found]
        found |= _pair_source(first, [entry for entry in by_rank if entry.rank == rank], apart, renamed)
    return {each: _at_the_end(first, found) for each, first in found.items()}


def _at_the_end(entry_id: int, found: Mapping[int, int]) -> int:
    while entry_id in found:
        entry_id = found[entry_id]
    return entry_id


def _pair_source(
    first: Sequence[Entry], second: Sequence[Entry], apart: Apart, renamed: Collection[int]
) -> dict[int, int]:
    """Pair the entries of one source with those that count before it, the surest first."""
    taken: dict[int, int] = {}
    by_start: defaultdict[str, list[Entry]] = defaultdict(list)
    by_day: defaultdict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in first:
        by_start[entry.starts_at].append(entry)
        by_day[entry.patient_id, entry.starts_on].append(entry)
    found: dict[int, int] = {}

    def take(entry: Entry, candidates: Iterable[Entry]) -> None:
        free = [other for other in candidates if other.id not in taken and may_be_one(entry, other, apart)]
        if free:
            chosen = min(free, key=lambda other: (other.id != entry.same_as, not other.stands, other.id))
            taken[chosen.id], found[entry.id] = entry.id, chosen.id

    def left() -> Iterator[Entry]:
        return (entry for entry in second if entry.id not in found)

    def take_only(candidates: Callable[[Entry], Iterable[Entry]], fits: Callable[[Entry, Entry], bool]) -> None:
        """Where an entry fits one only, and that one no other entry."""
        for entry, other in list(_one_to_one(left(), candidates, fits, taken)):
            take(entry, [other])

    def at_its_time(entry: Entry) -> Sequence[Entry]:
        return by_start.get(entry.starts_at, ())

    for entry in left():
        take(entry, (other for other in at_its_time(entry) if other.patient_id == entry.patient_id))
    for entry in left():
        take(entry, (other for other in at_its_time(entry) if _names(entry, other) == "same"))
    take_only(at_its_time, _name_may_be_one)
    before = {other.id: other for other in first}
    for entry in left():
        held = [before[entry.same_as]] if entry.same_as in before else []
        take(entry, (other for other in held if entry.id not in renamed or _may_be_one_patient(entry, other)))
    for entry in left():
        alike = (other for other in at_its_time(entry) if one_kind(entry, other))
        take(entry, (other for other in alike if _one_is_nameless(entry, other)))
    for entry in left():  # calendars call a visit Pilates, or Pilates a session
        take(entry, (other for other in at_its_time(entry) if _one_is_nameless(entry, other)))
    take_only(lambda entry: at_its_time(entry) if entry.address_key and entry.stands else (), _of_one_address)
    take_only(lambda entry: by_day.get((entry.patient_id, entry.starts_on), ()), begin_together)
    return found


def _may_be_one_patient(entry: Entry, other: Entry) -> bool:
    return (
        entry.patient_id == other.patient_id
        or entry.address_key == other.address_key != ""
        or _names(entry, other) != "other"
        and _one_birth_date(entry, other)
    )


def _one_to_one(
    left: Iterable[Entry],
    candidates: Callable[[Entry], Iterable[Entry]],
    fits: Callable[[Entry, Entry], bool],
    taken: Collection[int],
) -> Iterator[tuple[Entry, Entry]]:
    """Entries that fit one candidate only, where that one fits no other of them."""
    fitting = [
        (entry, [other for other in candidates(entry) if other.id not in taken and fits(entry, other)])
        for entry in left
    ]
    wanted = Counter(other.id for _, others in fitting for other in others)
    for entry, others in fitting:
        if len(others) == 1 and wanted[others[0].id] == 1:
            yield entry, others[0]


def _name_may_be_one(entry: Entry, other: Entry) -> bool:
    """At one time: ANNA T and Anna Testperson, Bill Testperson and William Testperson."""
    return _names(entry, other) in ("short", "pet") and _one_birth_date(entry, other) and _one_provider(entry, other)


def _one_is_nameless(entry: Entry, other: Entry) -> bool:
    """At one time, under one e-mail address, and only one source says whose: a calendar has "PT" or "Appointment"."""
    return (
        entry.address_key != ""
        and entry.address_key == other.address_key
        and not (entry.named and other.named)
        and _one_provider(entry, other)
    )


def _of_one_address(entry: Entry, other: Entry) -> bool:
    """At one time, under one e-mail address, each missing in the other's source: Mei is Amy there, or goes by another
    last name. One reminder is enough for both; they are listed as perhaps one patient."""
    return (
        entry.address_key == other.address_key
        and other.stands
        and not (is_numbered(entry.patient_key) and is_numbered(other.patient_key))
        and _one_birth_date(entry, other)
        and one_kind(entry, other)
        and _one_provider(entry, other)
    )


def begin_together(entry: Entry, other: Entry) -> bool:
    """On one day of one patient: one visit, though the two sources have it at other times."""
    if not (entry.stands and other.stands and one_kind(entry, other)):
        return False
    return distance(entry, other) < _ONE_VISIT


def distance(entry: Entry, other: Entry) -> timedelta:
    return abs(datetime.fromisoformat(entry.starts_at) - datetime.fromisoformat(other.starts_at))


def one_kind(entry: Entry, other: Entry) -> bool:
    """Whether both may be classes, or both treatments; often a source does not say. Front desks call an evaluation a
    visit, but never Pilates therapy."""
    steps = {read_step(each.kind) for each in (entry, other) if each.kind} - {"other"}
    return len({step == "class" for step in steps}) < 2


def _one_birth_date(entry: Entry, other: Entry) -> bool:
    return not entry.birth_date or not other.birth_date or entry.birth_date == other.birth_date


def may_be_one(entry: Entry, other: Entry, apart: Apart) -> bool:
    """Whether nothing speaks against it: a person's word, or another kind at another time."""
    if frozenset((entry.record_id, other.record_id)) in apart:
        return False
    return entry.starts_at == other.starts_at or one_kind(entry, other)


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
