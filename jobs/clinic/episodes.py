"""Episodes of care: which appointments of a patient belong together, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.records import DELETED, NO_APPOINTMENT, SCREEN

if TYPE_CHECKING:  # loaded where a patient has two plans of care at once
    from jobs.clinic.plans import Signs, Told

KEPT = ("completed", "arrived")  # for a letter; a figure counts an arrival from the next day on, see `is_visit`
OPEN = ("booked", "arrived")  # what has no outcome yet, or is only just under way
GAP_DAYS = 90  # a new episode begins with the first appointment after so many days without any
LOST_AFTER_DAYS = 21  # without a visit, a plan or a discharge: dropped out
DELETED_AFTER_DAYS = 7  # without being in its source: it was deleted, and not only left out of a part of an export
FOR_GOOD = "9999-12-31"  # as of a day that every appointment lies before
_NO_CARE = (SCREEN, *NO_APPOINTMENT)

NOT_FOLLOWED = 2
"""Of `Slot.unread`: config/sources.yaml names its source no more."""


class Slot(NamedTuple):
    """One appointment as its patient's history holds it; the forms are those of `Appointment`."""

    appointment_id: int
    starts_at: str
    starts_on: str
    booked_on: str
    status: str
    step: str
    referral_source: str
    referring_provider: str
    episode: int = 0
    location: str = ""
    billed: str = ""
    paid: str = ""
    unread: int = 0  # 1: its newest row could not be read and is set aside, or NOT_FOLLOWED
    gone_on: str = ""  # the day since which its source does not have it any more


class Episode(NamedTuple):
    """One episode of one patient, summed up from its appointments. Days are text, "" where there is none.

    One whose appointments were all deleted has no day of referral: it counts for nothing. What was deleted of another
    one changes nothing of it. Nor has one of screens, sales or paperwork alone such a day; its opening says that it is
    one. Money is in cents, None where the export has none: an unknown amount is not zero.
    """

    number: int
    referral_source: str
    referring_provider: str
    referred_on: str
    evaluated_on: str
    last_visit_on: str
    discharged_on: str
    visits: int
    opening: str = ""  # the step of its first appointment
    opened_on: str = ""  # the day of its first appointment, whether that still stands or not
    planned_on: str = ""  # the last day for which it has an appointment without an outcome
    location: str = ""
    billed_cents: int | None = None
    paid_cents: int | None = None


def is_visit(slot: Slot, today: str) -> bool:
    """Whether an appointment counts as a visit on `today`: completed, or arrived on a day that is over. A screen is
    none: whoever came for it is not in care by that. Nor is a sale or paperwork."""
    if slot.step in _NO_CARE:
        return False
    return slot.status == "completed" or (slot.status == "arrived" and slot.starts_on < today)


def is_care(slot: Slot) -> bool:
    """Whether an appointment belongs to somebody's care, whatever became of it: it was no screen, nor deleted."""
    return slot.step not in _NO_CARE and slot.status != DELETED


class Cut(NamedTuple):
    """One patient's episodes, oldest first; `at_once`: an appointment could belong to more than one of them."""

    episodes: list[list[Slot]]
    at_once: bool


def cut_episodes(slots: Iterable[Slot], today: str = FOR_GOOD, told: "Mapping[int, Told] | None" = None) -> Cut:
    """Cut one patient's appointments into episodes as of `today`.

    An episode begins with an evaluation booked after a visit of the earlier one, or with the first appointment
    after GAP_DAYS without any. An evaluation that was moved or missed stays in its episode: no visit came before.
    Of a class that comes before any evaluation it is enough that it stands, as no calendar tells whether it was kept,
    and that the evaluation was booked on its day or later: who books both at once is one new patient.

    One that was not discharged when the next began can run on beside it. An appointment counts with that of the two
    that it shares its diagnosis, its provider and the like with: `told` says these of each, by their ids.

    A booking that was deleted begins none and ends none. It stands last in that which is nearest, where what was
    written about it counts, or in one of its own behind all others. So does a sale or paperwork, whose money counts
    there; where there is any episode, however long ago, it has none of its own.
    """
    ordered = sorted(slots, key=lambda slot: (slot.starts_at, slot.appointment_id))
    beside = [slot for slot in ordered if _is_beside(slot)]
    if not beside:
        return _cut_standing(ordered, today, told)
    cut = _cut_standing([slot for slot in ordered if not _is_beside(slot)], today, told)
    far = _put_with_nearest(beside, cut.episodes)
    return Cut([*cut.episodes, *_cut_standing(far, today).episodes], cut.at_once)


def _is_beside(slot: Slot) -> bool:
    """Whether an appointment is none, so that no episode begins or goes on with it."""
    return slot.status == DELETED or slot.step in NO_APPOINTMENT


def _put_with_nearest(beside: Iterable[Slot], episodes: Sequence[list[Slot]]) -> list[Slot]:
    """Put each with the episode that it lies within or near to, of equals the later one; give those far from all."""
    spans = [(_ordinal(episode[0]), _ordinal(episode[-1])) for episode in episodes]
    far = []
    for slot in beside:
        day = _ordinal(slot)
        away = {number: max(first - day, day - last, 0) for number, (first, last) in enumerate(spans)}
        nearest = min(away, key=lambda number: (away[number], -number), default=-1)
        if nearest < 0 or (away[nearest] > GAP_DAYS and slot.step not in NO_APPOINTMENT):
            far.append(slot)
        else:
            episodes[nearest].append(slot)
    return far


def _ordinal(slot: Slot) -> int:
    return date.fromisoformat(slot.starts_on).toordinal()


def _cut_standing(ordered: Sequence[Slot], today: str, told: "Mapping[int, Told] | None" = None) -> Cut:
    """The same of appointments in order of their start."""
    episodes: list[_Running] = []
    running: list[_Running] = []  # those that an appointment can belong to, the last that began last
    at_once, before = False, 0
    if told:
        from jobs.clinic.plans import add_signs
    for place, slot in enumerate(ordered):
        day = _ordinal(slot)
        long_ago, before = day - before > GAP_DAYS, day
        if not running or long_ago or (slot.step == "evaluation" and running[-1].was_before(slot)):
            episodes.append(_Running(place))
            running = [*(one for one in running if not long_ago and not one.over), episodes[-1]]
            its = episodes[-1]
        elif len(running) == 1 or slot.step == "evaluation":
            its = running[-1]
        else:
            near = [one for one in running if day - one.last_day <= GAP_DAYS]
            at_once = at_once or len(near) > 1
            its = _its_episode(slot, near, ordered, told) if near else running[-1]
            its.beside = its.beside or its is not running[-1]
        its.add(slot, day, today)
        if told:
            add_signs(its.signs, told[slot.appointment_id])
        if len(running) > 1:
            running = [one for one in running if not one.over or one is running[-1]]
    return Cut([episode.slots for episode in episodes], at_once)


class _Running:
    """An episode that appointments can still be added to."""

    def __init__(self, place: int) -> None:
        self.place = place  # of its first among all appointments of the patient
        self.slots: list[Slot] = []
        self.signs: Signs = {}  # what is said of them
        self.last_day = 0  # of its last one
        self.visited = False  # a visit was kept
        self.class_on = ""  # the first day of a class that stands
        self.over = False  # a discharge was kept
        self.called_off = True  # all its evaluations were cancelled, moved or missed
        self.any_evaluation = False  # whatever became of it
        self.beside = False  # it ran on beside a later one

    def add(self, slot: Slot, day: int, today: str) -> None:
        self.slots.append(slot)
        self.last_day = day
        if is_visit(slot, today):
            self.visited, self.over = True, self.over or slot.step == "discharge"
        if slot.step == "evaluation":
            self.any_evaluation, self.called_off = True, self.called_off and not _stands(slot)
        elif is_class(slot):
            self.class_on = self.class_on or slot.starts_on

    def was_before(self, evaluation: Slot) -> bool:
        """Whether the patient was here before an evaluation that follows."""
        if self.visited or self.any_evaluation or not self.class_on:
            return self.visited
        return self.class_on < evaluation.starts_on and self.class_on <= (evaluation.booked_on or evaluation.starts_on)


def _its_episode(
    slot: Slot, near: Sequence[_Running], ordered: Sequence[Slot], told: "Mapping[int, Told] | None"
) -> _Running:
    """With which of the episodes that run at once an appointment counts. Where nothing tells, it is the last that
    began; but no visit comes before the evaluation, and after a discharge it is one that ran beside."""
    fit = _fitting(slot, near, ordered, told) if told and len(near) > 1 else near
    last = fit[-1]
    others = [one for one in fit[:-1] if last.called_off or (last.over and one.beside)]
    return others[-1] if others else last


def _fitting(
    slot: Slot, near: Sequence[_Running], ordered: Sequence[Slot], told: "Mapping[int, Told]"
) -> list[_Running]:
    """Those of the episodes that fit what the export says of an appointment."""
    from jobs.clinic.plans import fitting

    def since() -> "Iterable[Told]":
        begins, *later = ordered[near[-1].place :]
        return (told[one.appointment_id] for one in chain([begins], filter(_stands, later)))

    return [near[place] for place in fitting(told[slot.appointment_id], [one.signs for one in near], since)]


def _stands(slot: Slot) -> bool:
    """Whether it was kept, is to come, or nobody has entered what became of it."""
    return slot.status in ("completed", *OPEN)


def is_class(slot: Slot) -> bool:
    """Whether an appointment is a class that stands. Whoever has one was here before, once its day is over."""
    return slot.step == "class" and _stands(slot)


def open_beside(history: Iterable[Slot], number: int) -> str:
    """The day of the last visit of an episode that ran beside this one and was not discharged; "" where none did."""
    of_episodes: dict[int, list[Slot]] = {}
    for slot in history:
        if is_care(slot):
            of_episodes.setdefault(slot.episode, []).append(slot)
    own, last = of_episodes.pop(number, []), ""
    for slots in of_episodes.values():
        kept = [slot for slot in slots if slot.status in KEPT]
        if kept and own and not any(slot.step == "discharge" for slot in kept):
            beside = own[0].starts_at < kept[-1].starts_at and slots[0].starts_at < own[-1].starts_at
            last = max(last, kept[-1].starts_on if beside else "")
    return last


def sum_up(number: int, slots: Sequence[Slot], today: str = FOR_GOOD) -> Episode:
    """The line that the store keeps of one episode; `slots` are in order of their start, at least one, and behind them
    what was deleted or sold.

    Evaluated is the first kept evaluation; where the export names no evaluation at all, the first kept visit.
    Referred is the earliest booking up to the first kept appointment: a moved evaluation keeps its first booking.
    Where the practice system has none of them any more, the booking was a mistake, and nobody was referred. Nor was
    who came only for a screen: what is booked after it for care is the referral, by whatever source the screen names.
    Nor who only bought something.
    """
    standing = [slot for slot in slots if slot.status != DELETED]
    care = [slot for slot in standing if slot.step not in _NO_CARE]
    opening = (standing or slots)[0]
    kept = [slot for slot in care if is_visit(slot, today)]
    evaluations = [slot for slot in care if slot.step == "evaluation"]
    evaluated = [slot for slot in kept if slot.step == "evaluation"] if evaluations else kept
    before = care[: care.index(kept[0]) + 1] if kept else care
    return Episode(
        number,
        next((slot.referral_source for slot in standing if slot.referral_source), ""),
        next((slot.referring_provider for slot in standing if slot.referring_provider), ""),
        "" if _were_deleted(care, today) else min(slot.booked_on or slot.starts_on for slot in before),
        evaluated[0].starts_on if evaluated else "",
        kept[-1].starts_on if kept else "",
        next((slot.starts_on for slot in reversed(kept) if slot.step == "discharge"), ""),
        len(kept),
        "" if opening.step in _NO_CARE and _were_deleted(standing, today) else opening.step,
        opening.starts_on,
        max((slot.starts_on for slot in care if slot.status in OPEN), default=""),
        next((slot.location for slot in standing if slot.location), ""),
        _cents([slot.billed for slot in standing]),
        _cents([slot.paid for slot in standing]),
    )


def _were_deleted(slots: Sequence[Slot], today: str) -> bool:
    """Whether none of these appointments has been in its source for DELETED_AFTER_DAYS, or there is none."""
    if not all(slot.gone_on for slot in slots):
        return False
    return max((slot.gone_on for slot in slots), default="") <= deleted_before(date.fromisoformat(today))


def deleted_before(today: date) -> str:
    """The last day on which an appointment can have gone that counts as deleted `today`."""
    return (today - timedelta(days=DELETED_AFTER_DAYS)).isoformat()


def _cents(amounts: Iterable[str]) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [amount for amount in amounts if amount]
    return sum(round(Decimal(amount) * 100) for amount in known) if known else None
