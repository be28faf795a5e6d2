"""Which letters the events of a day call for, and when each is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.durations import parse_duration
from jobs.clinic.episodes import KEPT, Slot, is_care, is_class
from jobs.clinic.follow_ups import Calendar, FollowUps, Rule, local_day, utc_text
from jobs.clinic.records import NO_APPOINTMENT, SCREEN
from jobs.clinic.sending_hours import SendingHours

TOO_LATE_TO_REMIND = "booked or moved too late: no sending day lies between that day and the day of the visit"
"""Why a letter before a visit never leaves, although its visit stands."""
DUE_WHILE_OFF = "it was due while its rule was switched off"
_BOOKED_NOT_LONG_AGO = timedelta(days=10)  # when it became known: a week that was closed, with the days around it


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
    by_event, planned = follow_ups.by_event(starts), []
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
                    rule.purpose_in_words,
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
    if slot is None or slot.step in NO_APPOINTMENT or (event.repeated and rule.when != "planned_visit"):
        return False
    if rule.when == "planned_visit":
        return True
    if rule.when == "evaluation":
        return slot.step == "evaluation"
    if slot.step == SCREEN and rule.when in ("first_booking", "visit"):
        return False  # who comes for a screen is no patient yet; the first booking for care is still to come
    same = [one for one in history if one.episode == slot.episode and (one is slot or is_care(one))]
    if rule.when == "first_booking":  # of somebody who has never been here, in no earlier episode either
        # What was booked twice for one time brings two, of which one leaves: the other booking may be deleted yet.
        return same[0].starts_at == slot.starts_at and not any(
            other.status in KEPT or (is_class(other) and other.starts_at < slot.starts_at)
            for other in filter(is_care, history)
        )
    if rule.when == "visit" and rule.visit_number:
        kept = [other for other in same if other.status in KEPT]
        return len(kept) >= rule.visit_number and kept[rule.visit_number - 1] is slot
    return True


def _moments(event: Happening, rule: Rule, hours: SendingHours, calendar: Calendar) -> tuple[str, str, str]:
    """When the letter is due, when it is too late, and why it never leaves ("" where it may).

    It is late from the moment on at which it could leave. What is true only for some days after an event counts from
    there, however late the event became known; the welcome before a first visit stays true.
    """
    if rule.when == "planned_visit":
        return _before_visit(event, rule, hours, calendar)
    due, expires = _due(event.happened_at, rule, hours, calendar)
    if rule.when == "first_booking" and due < event.seen_at:
        seen = datetime.fromisoformat(event.seen_at)
        if seen - datetime.fromisoformat(event.happened_at) <= _BOOKED_NOT_LONG_AGO:
            expires = _until(hours.next_open(seen, calendar.zone, calendar.holidays), rule, hours, calendar)
    return due, expires, ""


def _before_visit(event: Happening, rule: Rule, hours: SendingHours, calendar: Calendar) -> tuple[str, str, str]:
    """The same before a visit: it leaves on the next sending day after the booking at the earliest, and before the day
    of the visit (of a rule that waits hours: before the visit). Who has just booked needs no reminder."""
    due, expires = _due(event.starts_at, rule, hours, calendar)
    if rule.waiting >= timedelta(0):
        return due, expires, ""
    start = datetime.fromisoformat(event.starts_at).astimezone(calendar.zone)
    last = event.starts_at if rule.waiting.seconds else _eve(start.date(), hours, calendar)
    earliest = _opening_after_booking(event, hours, calendar)
    if utc_text(earliest) <= due:
        return due, max(due, min(expires, last)), ""
    before = earliest < start if rule.waiting.seconds else earliest.date() < start.date()
    due, expires = utc_text(earliest), _until(earliest, rule, hours, calendar)
    return due, max(due, min(expires, last)), "" if before else TOO_LATE_TO_REMIND


def sent_once(rule: Rule, last_sent_at: str, now: datetime, zone: ZoneInfo) -> str:
    """Whether a letter of this rule left so lately that none may again, in words; "" where one may."""
    if not last_sent_at or rule.once_per == "event":
        return ""
    day = local_day(last_sent_at, zone)
    if rule.once_per == "ever":
        return f"this letter was sent on {day}, and it is sent only once"
    if last_sent_at > utc_text(now - parse_duration(rule.once_per)):
        return f"this letter was sent on {day}, and it is sent once per {rule.once_per}"
    return ""


def too_late_words(due_at: str, rule: Rule, zone: ZoneInfo) -> str:
    """Why a letter does not leave any more whose time is over."""
    words = f"too late: it was due {local_day(due_at, zone)}, and the rule allows {rule.too_late_after}"
    if rule.when != "planned_visit" or rule.waiting >= timedelta(0):
        return words
    return f"{words}, until {'the visit' if rule.waiting.seconds else 'the day before the visit'} at most"


def timing(follow_ups: FollowUps, calendar: Calendar) -> str:
    """All that says when letters leave, in one text: with another one, letters that are planned get a new day."""
    rules = (
        (rule.name, rule.wait, rule.too_late_after, follow_ups.hours(rule)) for rule in follow_ups.rules if rule.on
    )
    each = ((name, wait, late, *hours.days, hours.opens, hours.closes) for name, wait, late, hours in rules)
    return sha256(repr((str(calendar.zone), *calendar.holidays, *each)).encode()).hexdigest()


def planned_anew(
    event: Happening, due: str, expires: str, rule: Rule, hours: SendingHours, calendar: Calendar, now: str
) -> tuple[str, str]:
    """When a letter that is planned for later is due, and too late, as its rule stands now. One whose new moment has
    passed keeps its old one, unless no letters leave then any more: nobody is left out because a rule came to write
    earlier, and not all leave at once."""
    new_due, new_expires, never = _moments(event, rule, hours, calendar)
    closed = not hours.is_open(datetime.fromisoformat(due), calendar.zone, calendar.holidays)
    takes_it = new_due > now or (closed and new_expires > now)
    return (new_due, new_expires) if takes_it and not never else (due, expires)


@lru_cache(maxsize=4096)
def _eve(day: date, hours: SendingHours, calendar: Calendar) -> str:
    """The closing of the last sending day before a day."""
    before = hours.opening(day - timedelta(days=1), calendar.zone, calendar.holidays, backward=True)
    return utc_text(hours.span(before.date(), calendar.zone)[1])


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
    return utc_text(due), _until(due, rule, hours, calendar)


@lru_cache(maxsize=4096)
def _due_on(day: date, backward: bool, lateness: timedelta, hours: SendingHours, calendar: Calendar) -> tuple[str, str]:
    """The same of what is due at the opening of a day: very many letters share one."""
    due = hours.opening(day, calendar.zone, calendar.holidays, backward)
    return utc_text(due), utc_text(hours.until(due, lateness, calendar.zone, calendar.holidays))


def _until(moment: datetime, rule: Rule, hours: SendingHours, calendar: Calendar) -> str:
    """When a letter is too late that could leave at this moment at the earliest."""
    if rule.lateness < timedelta(days=1):
        return utc_text(hours.until(moment, rule.lateness, calendar.zone, calendar.holidays))
    return _until_closing(moment.astimezone(calendar.zone).date(), rule.lateness, hours, calendar)


@lru_cache(maxsize=4096)
def _until_closing(day: date, lateness: timedelta, hours: SendingHours, calendar: Calendar) -> str:
    """The same where days count: very many letters share one."""
    noon = datetime.combine(day, time(12), tzinfo=calendar.zone)
    return utc_text(hours.until(noon, lateness, calendar.zone, calendar.holidays))


def earliest_due(base: str, rule: Rule, hours: SendingHours, calendar: Calendar) -> str:
    """When a letter about what happened at `base`, or about a visit that begins then, is due at the earliest."""
    return _due(base, rule, hours, calendar)[0]
