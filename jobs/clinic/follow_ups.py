"""The follow-up rules: which event calls for which letter, and when it is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.durations import parse_duration
from jobs.clinic.episodes import KEPT, Slot
from jobs.clinic.sending_hours import SendingHours

Occasion = Literal["first_booking", "planned_visit", "visit", "evaluation", "no_show", "cancelled", "discharged"]
Unless = Literal["future_visit", "later_visit", "discharged"]
Fact = Literal["phone", "website", "booking_url", "review_url"]
_CALLED_BY: dict[str, tuple[str, ...]] = {
    "first_booking": ("booked", "moved"),
    "planned_visit": ("booked", "moved"),
    "visit": ("completed", "arrived"),
    "evaluation": ("completed", "arrived"),
    "no_show": ("no_show",),
    "cancelled": ("cancelled",),
    "discharged": ("discharged",),
}


_PURPOSES: dict[str, str] = {
    "first_booking": "welcome before the first visit",
    "planned_visit": "appointment reminder",
    "visit": "care after a visit",
    "evaluation": "care after the evaluation",
    "no_show": "care after a missed visit",
    "cancelled": "care after a cancelled visit",
    "discharged": "care after discharge",
}


@dataclass(frozen=True)
class Rule:
    """One entry of `rules:` in config/follow_ups.yaml; its comments there explain each field."""

    name: str
    when: Occasion
    template: str
    wait: str = "1 day"
    too_late_after: str = "3 days"
    visit_number: int = 0
    articles: int = 0
    category: Literal["care", "news"] = "care"
    purpose: str = ""  # what its letters are for, recorded with each; "": the words for its occasion
    approval: Literal["none", "first_time", "all"] = "none"
    once_per: str = "event"
    unless: tuple[Unless, ...] = ()
    needs: tuple[Fact, ...] = ()  # facts of config/clinic.yaml without which its letter would be pointless
    capped: bool = True
    priority: int = 50
    start: str = ""
    on: bool = True
    sending: SendingHours | None = None
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        parse_duration(self.wait)
        parse_duration(self.too_late_after)
        if self.once_per not in ("event", "ever"):
            parse_duration(self.once_per)
        if self.start:
            date.fromisoformat(self.start)
        if self.when != "planned_visit" and self.waiting < timedelta(0):
            raise ValueError(f'wait "{self.wait}" lies before the event; only planned_visit can be written to before')

    @cached_property
    def waiting(self) -> timedelta:
        return parse_duration(self.wait)

    @cached_property
    def lateness(self) -> timedelta:
        return parse_duration(self.too_late_after)


@dataclass(frozen=True)
class Caps:
    """At most `letters` in `days` days to one patient; news counts by address, so that a family shares its share."""

    letters: int = 2
    days: int = 7
    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class FollowUps:
    """Everything config/follow_ups.yaml says."""

    sending: SendingHours
    caps: Caps
    rules: tuple[Rule, ...]
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f'two rules are named "{twice[0]}"; a name is how a letter is known, so each needs its own'
            )

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    def rule(self, name: str) -> Rule | None:
        return self._by_name.get(name)

    def letters(self) -> frozenset[str]:
        """The letters that rules name which are switched on."""
        return frozenset(rule.template for rule in self.rules if rule.on)

    def events(self) -> frozenset[str]:
        """The kinds of events that any rule waits for."""
        return frozenset(what for rule in self.rules if rule.on for what in _CALLED_BY[rule.when])

    def hours(self, rule: Rule) -> SendingHours:
        return rule.sending or self.sending


TOO_LATE_TO_REMIND = "booked or moved too late: no sending day lies between that day and the day of the visit"
"""Why a letter before a visit never leaves, although its visit stands."""


class Happening(NamedTuple):
    """One event as the planner reads it. `repeated`: the same thing was seen of this appointment before; of a move,
    that it was booked before, which one from the waiting list was not. `seen_at` is when a pull first saw it; an export
    that does not say when a visit was booked has no other moment for it."""

    event_id: int
    appointment_id: int
    patient_id: int
    what: str
    happened_at: str
    starts_at: str
    repeated: bool
    seen_at: str = ""


class Planned(NamedTuple):
    """One letter that an event calls for; moments are UTC text. With a `reason` it will never leave."""

    patient_id: int
    rule: str
    event_id: int
    due_at: str
    expires_at: str
    template: str
    category: str
    priority: int
    purpose: str
    reason: str = ""


class Calendar(NamedTuple):
    """The clinic's zone and holidays, without which no moment has a meaning."""

    zone: ZoneInfo
    holidays: tuple[str, ...] = ()


def plan_letters(
    happenings: Iterable[Happening],
    histories: Mapping[int, Sequence[Slot]],
    follow_ups: FollowUps,
    starts: Mapping[str, str],
    calendar: Calendar,
) -> list[Planned]:
    """Say which letters the new events call for.

    `histories` holds each patient's appointments in order of their start; `starts` the day from which each rule
    counts (a rule without one writes to nobody), so that switching a rule on never writes to last year's patients.
    """
    by_event: dict[str, list[Rule]] = {}
    for rule in follow_ups.rules:
        if rule.on and rule.name in starts:
            for what in _CALLED_BY[rule.when]:
                by_event.setdefault(what, []).append(rule)
    planned = []
    for happening in happenings:
        for rule in by_event.get(happening.what, ()):
            if not _calls(rule, happening, histories.get(happening.patient_id, ()), starts[rule.name], calendar):
                continue
            due, expires, reason = _moments(happening, rule, follow_ups.hours(rule), calendar)
            planned.append(
                Planned(
                    happening.patient_id,
                    rule.name,
                    happening.event_id,
                    due,
                    expires,
                    rule.template,
                    rule.category,
                    rule.priority,
                    rule.purpose or _PURPOSES[rule.when],
                    reason,
                )
            )
    return planned


def _calls(rule: Rule, event: Happening, history: Sequence[Slot], start: str, calendar: Calendar) -> bool:
    """Whether this event is the occasion that the rule waits for."""
    counts_from = event.starts_at if rule.when == "planned_visit" else event.happened_at
    if counts_from[:10] <= start and local_day(counts_from, calendar.zone) < start:
        return False
    slot = next((slot for slot in history if slot.appointment_id == event.appointment_id), None)
    if slot is None or (event.repeated and rule.when != "planned_visit"):
        return False
    if rule.when == "planned_visit":
        return True
    if rule.when == "evaluation":
        return slot.step == "evaluation"
    same = [other for other in history if other.episode == slot.episode]
    if rule.when == "first_booking":  # of somebody who has never been here, in no earlier episode either
        return same[0] is slot and not any(other.status in KEPT for other in history)
    if rule.when == "visit" and rule.visit_number:
        kept = [other for other in same if other.status in KEPT]
        return len(kept) >= rule.visit_number and kept[rule.visit_number - 1] is slot
    return True


def _moments(event: Happening, rule: Rule, hours: SendingHours, calendar: Calendar) -> tuple[str, str, str]:
    """When the letter is due, when it is too late, and why it never leaves ("" where it may).

    Before a visit it leaves on the next sending day after the booking at the earliest, and only where that lies before
    the day of the visit (of a rule that waits hours: before the visit): who has just booked needs no reminder.
    """
    if rule.when != "planned_visit":
        return *_due(event.happened_at, rule, hours, calendar), ""
    due, expires = _due(event.starts_at, rule, hours, calendar)
    if rule.waiting >= timedelta(0):
        return due, expires, ""
    earliest = _opening_after_booking(event, hours, calendar)
    if utc_text(earliest) <= due:
        return due, expires, ""
    start = datetime.fromisoformat(event.starts_at).astimezone(calendar.zone)
    before = earliest < start if rule.waiting.seconds else earliest.date() < start.date()
    return utc_text(earliest), utc_text(earliest + rule.lateness), "" if before else TOO_LATE_TO_REMIND


def _opening_after_booking(event: Happening, hours: SendingHours, calendar: Calendar) -> datetime:
    """The opening of the next sending day after a visit was booked or moved.

    Where only the pull that first saw it has a moment, that can be long after: from then on it is the next opening,
    today's too, so that what an export of the night brings is not put off to the next day.
    """
    if event.seen_at and event.happened_at >= event.seen_at:
        return hours.opening_after(datetime.fromisoformat(event.seen_at), calendar.zone, calendar.holidays)
    booked_on = datetime.fromisoformat(event.happened_at).astimezone(calendar.zone).date()
    return _opening(booked_on + timedelta(days=1), hours, calendar)


@lru_cache(maxsize=4096)
def _opening(day: date, hours: SendingHours, calendar: Calendar) -> datetime:
    return hours.opening(day, calendar.zone, calendar.holidays)


def _due(base: str, rule: Rule, hours: SendingHours, calendar: Calendar) -> tuple[str, str]:
    """When the letter is due and when it is too late, UTC text.

    A wait of whole days counts calendar days and means the opening of that day: "1 day" after an evening visit is
    the next morning. What is due before a visit moves to an earlier sending day, everything else to a later one.
    """
    moment = datetime.fromisoformat(base)
    if rule.waiting.seconds == 0 and rule.waiting:
        day = moment.astimezone(calendar.zone).date() + rule.waiting
        return _due_on(day, rule.waiting < timedelta(0), rule.lateness, hours, calendar)
    due = hours.next_open(moment + rule.waiting, calendar.zone, calendar.holidays)
    return utc_text(due), utc_text(due + rule.lateness)


@lru_cache(maxsize=4096)
def _due_on(day: date, backward: bool, lateness: timedelta, hours: SendingHours, calendar: Calendar) -> tuple[str, str]:
    """The same of what is due at the opening of a day: very many letters share one."""
    due = hours.opening(day, calendar.zone, calendar.holidays, backward)
    return utc_text(due), utc_text(due + lateness)


def earliest_due(base: str, rule: Rule, hours: SendingHours, calendar: Calendar) -> str:
    """When a letter about what happened at `base`, or about a visit that begins then, is due at the earliest."""
    return _due(base, rule, hours, calendar)[0]


def pause_before(tries: int) -> timedelta:
    """How long a letter waits that could not be delivered for now: ten minutes, then ever longer, at most half a day.

    After RFC 5321, 4.5.4.1, which asks for growing pauses; the rule's `too_late_after` is the last day.
    """
    return min(timedelta(minutes=10 * 3 ** max(0, min(tries, 9) - 1)), timedelta(hours=12))


def utc_text(moment: datetime) -> str:
    """A moment with a zone in the store's form, `2026-03-04T17:30:00Z`."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def local_day(moment: str, zone: ZoneInfo) -> str:
    """The clinic's calendar day of a moment in the store's form."""
    return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()
