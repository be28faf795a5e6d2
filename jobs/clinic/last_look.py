"""The last look at a letter before it leaves: everything that decided it is checked again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.approval import NOBODY_ASKED, FrontDesk, grace_words, still_stoppable, why_hold
from jobs.clinic.episodes import KEPT, LOST_AFTER_DAYS, NOT_FOLLOWED, Slot, open_beside
from jobs.clinic.follow_ups import Calendar, FollowUps, Rule, local_day, utc_text, why_pointless
from jobs.clinic.letter_life import DIED, now_words
from jobs.clinic.planning import sent_once, too_late_words
from jobs.clinic.records import SCREEN

if TYPE_CHECKING:
    from jobs.clinic.unread_rows import OtherRow

UNREAD = "the newest row of its appointment cannot be read"
"""What is known of the appointment may be wrong by now: it may be moved, or called off."""
UNFOLLOWED = "config/sources.yaml names the source of its appointment no more"
TO_CORRECT = "; problems.xlsx says what to correct"
NO_LETTER_LEAVES = "no letter leaves: "
"""Begins what is noted of a letter that was to leave when none did; the cause follows."""
_BEGUN = "the appointment has begun"
NO_LETTER_LEFT, PUT_OFF_TOO_LONG = "no letter left: ", "the mail server put it off again and again"
"""Of what is said of a letter that came too late by no decision of anybody's."""
_HOURS = "outside the sending hours"
_BEFORE = f"{_HOURS}; before, {NO_LETTER_LEFT}"
NO_OUTCOME = "a later visit has begun, and what became of it is not known yet"
"""Commonly the front desk enters it that evening or on the next day."""


class Due(NamedTuple):
    """One letter whose moment has come, with the event that called for it."""

    letter_id: int
    patient_id: int
    rule: str
    state: str
    reason: str
    due_at: str
    expires_at: str
    category: str
    priority: int
    event_id: int
    appointment_id: int
    what: str
    event_starts_at: str
    released_at: str = ""
    leaves_at: str = ""
    address_key: str = ""  # of the patient
    happened_at: str = ""  # the event


class Sent(NamedTuple):
    """One letter that left or may have left, and the appointment it was about: when that was to start, and its id."""

    rule: str
    category: str
    sent_at: str
    capped: bool = True
    starts_at: str = ""
    appointment_id: int = 0


@dataclass
class Person:
    """What is known of one patient at the moment of sending."""

    address_key: str
    email: str
    email_consent: str
    history: Sequence[Slot]
    stopped: frozenset[str] = frozenset()  # of care, news, all
    sent: list[Sent] = field(default_factory=list)
    unread: list["OtherRow"] = field(default_factory=list)  # rows that are set aside and name this patient
    not_theirs: str = ""  # why the address cannot be this patient's own
    died: bool = False
    may_be: dict[int, "Person"] = field(default_factory=dict)  # of this name at this address, and perhaps the same one

    @property
    def unreachable(self) -> str:
        """Why no letter can be addressed to this patient, "" where one can."""
        return self.not_theirs if self.email else "no e-mail address is known"


class Verdict(NamedTuple):
    """What becomes of a due letter, with the reason in words ("" when it is sent).

    `hold`: a person must release it. `soon`: it leaves at `leaves_at`, and a person can stop it until then.
    """

    due: Due
    what: Literal["send", "soon", "wait", "hold", "withdraw"]
    reason: str = ""
    leaves_at: str = ""


def look(
    letters: Iterable[Due],
    people: Mapping[int, Person],
    sent_to_address: Mapping[str, list[Sent]],
    follow_ups: FollowUps,
    now: datetime,
    calendar: Calendar,
    desk: FrontDesk = NOBODY_ASKED,
    unfilled: Collection[str] = (),
) -> Iterator[Verdict]:
    """Decide each due letter, the most important first; letters sent in this run count for the caps.

    `people` by patient id; `sent_to_address` by address key, what left for that address in the days of the cap;
    `unfilled` are the facts that the clinic has left empty.
    """
    to_address = {key: list(sent) for key, sent in sent_to_address.items()}
    run = _Run(follow_ups, now, calendar, desk, unfilled)
    for due in sorted(letters, key=importance):
        rule, person = follow_ups.rule(due.rule), people.get(due.patient_id)
        if rule is None or not rule.on:
            yield Verdict(due, "withdraw", "the rule is switched off")
        elif person is None:
            yield Verdict(due, "withdraw", "the patient is no longer known")
        else:
            same_address = to_address.setdefault(person.address_key, [])
            verdict = _verdict(due, rule, person, same_address, run)
            if verdict.what in ("send", "soon"):
                about = due.event_starts_at, due.appointment_id
                record = Sent(rule.name, rule.category, utc_text(now), rule.capped, *about)
                person.sent.append(record)
                same_address.append(record)
            yield verdict


class _Run(NamedTuple):
    """What holds for all letters of a run."""

    follow_ups: FollowUps
    now: datetime
    calendar: Calendar
    desk: FrontDesk
    unfilled: Collection[str]


def _verdict(due: Due, rule: Rule, person: Person, same_address: Sequence[Sent], run: _Run) -> Verdict:
    """What becomes of one letter; whether it must never leave is asked first, whether it may leave now last."""
    zone, now = run.calendar.zone, run.now
    pointless = why_pointless(rule, run.unfilled)
    too_late = pointless and utc_text(now) > due.expires_at
    if reason := pointless if too_late else why_not(due, rule, person, now, zone):
        return Verdict(due, "withdraw", reason)
    if reason := due.reason if due.state == "held" else why_hold(rule, due.due_at, due.released_at, run.desk, zone):
        return Verdict(due, "hold", reason)
    unread = _unread(due, rule, person, utc_text(now), zone)
    if (
        reason := (f"{unread}{TO_CORRECT}" if unread else _unsure(due, rule, person, now, zone))
        or pointless
        or why_wait(rule, person, same_address, run.follow_ups, now, run.calendar)
    ):
        held_up = what_held_up(due) if reason == _HOURS else ""
        return Verdict(due, "wait", f"{_BEFORE}{held_up}" if held_up else reason)
    if leaves_at := still_stoppable(due.leaves_at, due.released_at, run.desk, now):
        return Verdict(due, "soon", grace_words(leaves_at, zone), leaves_at)
    return Verdict(due, "send")


def importance(due: Due) -> tuple[int, str, int]:
    """The order of letters, the most important first; of equals the one that is due the longest."""
    return -due.priority, due.due_at, due.letter_id


def why_not(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Say in words why this letter must never be sent, or "" if it may."""
    moment = utc_text(now)
    if person.unreachable and moment > due.expires_at:
        return person.unreachable
    if person.died:
        return DIED
    if person.email_consent == "no":
        return "the patient wants no e-mail"
    if "all" in person.stopped or rule.category in person.stopped:
        return "letters to this patient or address are stopped"
    if moment > due.expires_at:
        if due.state == "deferred":  # its moment is by now the one at which it was to be tried again
            return f"too late: {PUT_OFF_TOO_LONG}, and the rule allows {rule.too_late_after}"
        return f"{too_late_words(due.due_at, rule, zone)}{_kept_by(due, rule, person, now, zone)}"
    wrong = _wrong(due, rule, person, now, zone)
    return f"{_BEGUN}{_kept_by(due, rule, person, now, zone)}" if wrong == _BEGUN else wrong


def _wrong(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Whether what happened, or what was sent, since has made the letter wrong."""
    overtaken = _overtaken(due, rule, person, utc_text(now), zone)
    earlier = (sent.sent_at for sent in person.sent if sent.rule == rule.name)
    return (
        overtaken or _told_already(due, rule, person, now, zone) or sent_once(rule, max(earlier, default=""), now, zone)
    )


def _kept_by(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """What kept a letter from leaving in time, as the end of the sentence that says so; "" where nothing is known."""
    unreleased = "; nobody released it" if due.state == "held" else ""
    unsure = _unread(due, rule, person, utc_text(now), zone) or _unsure(due, rule, person, now, zone)
    if not unsure and (held_up := what_held_up(due)):
        unsure = f"{NO_LETTER_LEFT}{held_up}"
    elif not unsure and due.state == "deferred":
        unsure = PUT_OFF_TOO_LONG
    return f"{unreleased}{unsure and f'; {unsure}'}"


def _unread(due: Due, rule: Rule, person: Person, moment: str, zone: ZoneInfo) -> str:
    """Which row cannot be read that could make the letter wrong: of its own appointment any, of another one what may be
    a visit that the rule names under `unless`."""
    unread = {slot.appointment_id: slot for slot in person.history if slot.unread}
    if own := unread.pop(due.appointment_id, None):
        return UNFOLLOWED if own.unread == NOT_FOLLOWED else UNREAD
    if not rule.unless or not (unread or person.unread):
        return ""
    from jobs.clinic.unread_rows import why_unsure  # on few days is there any such row

    def wrong_with(slot: Slot) -> str:
        return _overtaken(due, rule, replace(person, history=[*person.history, slot]), moment, zone)

    return why_unsure(person.unread, unread.values(), moment, wrong_with)


def _unsure(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """What is not known yet, or not decided, and could make the letter wrong."""
    if (reason := _no_outcome(due, rule, person, utc_text(now))) or not person.may_be:
        return reason
    from jobs.clinic.namesakes import why_doubtful  # few share a name and an address

    return why_doubtful(rule, person, lambda one: _wrong(due, rule, one, now, zone))


def _no_outcome(due: Due, rule: Rule, person: Person, moment: str) -> str:
    """Of a letter to somebody who does not come: whether they may have come since, or be on the table just now."""
    if rule.unless and any(
        slot.status == "booked" and due.event_starts_at < slot.starts_at <= moment
        for slot in person.history
        if slot.appointment_id != due.appointment_id
    ):
        return NO_OUTCOME
    return ""


def _overtaken(due: Due, rule: Rule, person: Person, moment: str, zone: ZoneInfo) -> str:
    """Whether what happened since has made the letter wrong."""
    slot = next((slot for slot in person.history if slot.appointment_id == due.appointment_id), None)
    if slot is None:
        return "the appointment is no longer known"
    if slot.step == SCREEN and rule.when in ("first_booking", "visit", "evaluation"):
        return "the appointment is a free screen"
    if rule.when in ("planned_visit", "first_booking"):
        if slot.status != "booked":
            return now_words("appointment", slot.status)
        if rule.when == "planned_visit" and slot.starts_at != due.event_starts_at:
            return "the appointment was moved"
        if slot.starts_at <= moment:
            return _BEGUN
    elif rule.when in ("visit", "evaluation", "discharged") and slot.status not in KEPT:
        return now_words("visit", slot.status)
    elif rule.when in ("no_show", "cancelled") and slot.status != rule.when:
        return now_words("appointment", slot.status)
    others = [other for other in person.history if other.appointment_id != slot.appointment_id]
    if "future_visit" in rule.unless and any(o.status == "booked" and o.starts_at > moment for o in others):
        return "a future visit is booked"
    if rule.when in ("no_show", "cancelled") and (reason := _instead(rule, slot, others, due.happened_at, zone)):
        return reason
    later = [o for o in others if o.starts_at > slot.starts_at and o.status in KEPT]
    if "later_visit" in rule.unless and later:
        return "the patient came again since"
    return _discharged(rule, slot, later, person.history, moment)


def _discharged(rule: Rule, slot: Slot, later: Sequence[Slot], history: Sequence[Slot], moment: str) -> str:
    """Whether the patient was discharged, or is still treated by another plan than the one that ended."""
    ends = [one for one in (*later, slot) if one.step == "discharge" and one.status in KEPT]
    if rule.when == "discharged" and "future_visit" in rule.unless:
        since = (datetime.fromisoformat(moment) - timedelta(days=LOST_AFTER_DAYS)).date().isoformat()
        if open_beside(history, slot.episode) > since:
            return "another plan of care goes on"
    if "discharged" in rule.unless and any(not open_beside(history, end.episode) for end in ends):
        return "the patient is discharged"
    return ""


def _instead(rule: Rule, slot: Slot, others: Iterable[Slot], known_at: str, zone: ZoneInfo) -> str:
    """Whether another visit took the place of one that was cancelled or missed: on the same day, or booked or begun
    from then on. One without an outcome counts too: an export is behind, and a calendar tells none."""
    since = min(known_at or slot.starts_at, slot.starts_at)
    day = local_day(since, zone)
    instead = [
        other for other in others
        if other.starts_on == slot.starts_on or other.starts_at >= since or other.booked_on >= day
    ]  # fmt: skip
    for other in instead:
        that_day = other.starts_on == slot.starts_on
        if other.status in KEPT and "later_visit" in rule.unless:
            return "the patient came that day" if that_day else "the patient came again since"
        if other.status == "booked" and "future_visit" in rule.unless:
            return "another visit of that day stands" if that_day else "another visit was booked since"
    return ""


def what_held_up(due: Due) -> str:
    """Why no letter left when this one was to, as was noted then; "" where nothing was."""
    noted = (due.reason.removeprefix(start) for start in (NO_LETTER_LEAVES, _BEFORE) if due.reason.startswith(start))
    return next(noted, "") if due.state == "ready" else ""


def _told_already(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Whether the patient was written to about the same: a visit that was moved away and back, or booked anew; the
    first booking or the third visit, where another appointment has become that by now. A letter comes once a day, but
    for what a patient must get, such as reminders (`capped: no`): who cancels three visits at once is asked once. Two
    evaluations of one day bring one letter whatever the rule says: nothing in it tells which of the two it is about."""
    sent = [sent for sent in person.sent if sent.rule == rule.name]
    if rule.when == "planned_visit" and due.event_starts_at in {one.starts_at for one in sent}:
        return "the patient has this letter about a visit at the same time"
    if any((one.appointment_id, one.starts_at) == (due.appointment_id, due.event_starts_at) for one in sent):
        return "the patient has this letter about this visit"
    if sent and (rule.when == "first_booking" or rule.visit_number):
        episodes = {slot.appointment_id: slot.episode for slot in person.history}
        if episodes.get(due.appointment_id) in {episodes.get(one.appointment_id) for one in sent}:
            return "the patient has this letter in this course of care"
    today = now.astimezone(zone).date().isoformat()
    if rule.capped and any(local_day(one.sent_at, zone) == today for one in sent):
        return "the patient has this letter today already, about another appointment"
    day = local_day(due.event_starts_at, zone)
    others = (one for one in sent if one.starts_at and one.appointment_id != due.appointment_id)
    if rule.when not in ("planned_visit", "visit") and any(local_day(one.starts_at, zone) == day for one in others):
        return "the patient has this letter about another appointment of that day"
    return ""


def why_wait(
    rule: Rule, person: Person, same_address: Sequence[Sent], follow_ups: FollowUps, now: datetime, calendar: Calendar
) -> str:
    """Say in words why this letter must wait, or "" if it may leave now."""
    if person.unreachable:
        return f"{person.unreachable}{'' if person.email else ' yet'}"
    if not follow_ups.hours(rule).is_open(now, calendar.zone, calendar.holidays):
        return _HOURS
    if not rule.capped:
        return ""
    caps = follow_ups.caps
    since = utc_text(now - timedelta(days=caps.days))
    recent = [sent for sent in person.sent if sent.capped and sent.sent_at > since]
    if len(recent) >= caps.letters:
        return f"{len(recent)} letters in {caps.days} days are enough for one patient"
    if rule.category == "news":
        news = [sent for sent in same_address if sent.category == "news" and sent.sent_at > since]
        if len(news) >= caps.letters:
            return f"{len(news)} news letters in {caps.days} days are enough for one address"
    return ""
