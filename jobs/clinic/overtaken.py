"""What has made a letter wrong since it was planned: another visit of its patient, or another letter."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.clinic.due_letters import Due, Person, Sent
from jobs.clinic.episodes import KEPT, LOST_AFTER_DAYS, Slot, open_beside
from jobs.clinic.follow_ups import Rule, local_day, utc_text
from jobs.clinic.letter_life import MOVED, now_words
from jobs.clinic.records import SCREEN

BEGUN = "the appointment has begun"
SOLD = "what it is about is a sale or paperwork, and no appointment"
SUPERSEDED = "the patient came again since, and the letter after that visit counts"
"""Of a letter that is planned after each visit, for who does not come again: the usual end of all but the newest."""


def overtaken(due: Due, rule: Rule, person: Person, moment: str, zone: ZoneInfo) -> str:
    """Whether what happened since has made the letter wrong."""
    slot = next((slot for slot in person.history if slot.appointment_id == due.appointment_id), None)
    if slot is None:
        return SOLD if due.appointment_id in person.sold else "the appointment is no longer known"
    if slot.step == SCREEN and rule.when in ("first_booking", "visit", "evaluation"):
        return "the appointment is a free screen"
    if rule.when in ("planned_visit", "first_booking"):
        if slot.status != "booked":
            return now_words("appointment", slot.status)
        if rule.when == "planned_visit" and slot.starts_at != due.event_starts_at:
            return MOVED
        if slot.starts_at <= moment:
            return BEGUN
    elif rule.when in ("visit", "evaluation", "discharged") and slot.status not in KEPT:
        return now_words("visit", slot.status)
    elif rule.when in ("no_show", "cancelled") and slot.status != rule.when:
        return now_words("appointment", slot.status)
    others = [other for other in person.history if other.appointment_id != slot.appointment_id]
    if superseded(rule, slot.starts_at, others):
        return SUPERSEDED
    if "future_visit" in rule.unless and any(o.status == "booked" and o.starts_at > moment for o in others):
        return "a future visit is booked"
    if rule.when in ("no_show", "cancelled") and (reason := _instead(rule, slot, others, due.happened_at, zone)):
        return reason
    later = [o for o in others if o.starts_at > slot.starts_at and o.status in KEPT]
    if "later_visit" in rule.unless and later:
        return "the patient came again since"
    return _discharged(rule, slot, later, person.history, moment)


def superseded(rule: Rule, starts_at: str, history: Iterable[Slot]) -> bool:
    """Whether a letter that a rule plans after each visit, in case it was the last, is that of an earlier one."""
    if rule.when != "visit" or rule.visit_number or "later_visit" not in rule.unless:
        return False
    return any(other.starts_at > starts_at and other.status in KEPT for other in history)


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


def told_already(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Whether the patient was written to about the same: a visit that was moved away and back, or booked anew; the
    first booking or the third visit, where another appointment has become that by now. A letter comes once a day, but
    for what a patient must get, such as reminders (`capped: no`): who cancels three visits at once is asked once. Two
    evaluations of one day bring one letter whatever the rule says: nothing in it tells which of the two it is about.
    Nor is anybody reminded of a visit whose day and hour the welcome said on the reminder's day or the day before."""
    if (welcome := welcome_of(due, rule, person)) and welcome.sent_at < utc_text(now):
        day_before = datetime.fromisoformat(due.due_at).astimezone(zone).date() - timedelta(days=1)
        if local_day(welcome.sent_at, zone) >= day_before.isoformat():
            return "the welcome said it"
    sent = [sent for sent in person.sent if sent.rule == rule.name]
    if rule.when == "planned_visit" and due.event_starts_at in {one.starts_at for one in sent}:
        return "the patient has this letter about a visit at the same time"
    if any((one.appointment_id, one.starts_at) == (due.appointment_id, due.event_starts_at) for one in sent):
        return "the patient has this letter about this visit"
    if sent and (rule.when == "first_booking" or rule.visit_number):
        about = ((one.appointment_id, one.starts_at) for one in sent)
        if is_of_their_course(due.appointment_id, about, person.history):
            return "the patient has this letter in this course of care"
    today = now.astimezone(zone).date().isoformat()
    if rule.capped and any(local_day(one.sent_at, zone) == today for one in sent):
        return "the patient has this letter today already, about another appointment"
    day = local_day(due.event_starts_at, zone)
    others = (one for one in sent if one.starts_at and one.appointment_id != due.appointment_id)
    if rule.when not in ("planned_visit", "visit") and any(local_day(one.starts_at, zone) == day for one in others):
        return "the patient has this letter about another appointment of that day"
    return ""


def welcome_of(due: Due, rule: Rule, person: Person) -> Sent | None:
    """The welcome that said day and hour of the visit that a letter is to remind of."""
    if rule.when != "planned_visit" or rule.waiting >= timedelta(0):
        return None
    about = due.appointment_id, due.event_starts_at
    said = (one for one in person.sent if (one.appointment_id, one.said) == about)
    return max(said, key=lambda one: one.sent_at, default=None)


def is_of_their_course(appointment_id: int, others: Iterable[tuple[int, str]], history: Sequence[Slot]) -> bool:
    """Whether an appointment is of the same course of care as one of these others, each known by its id and when it was
    to start. One that is another patient's by now, or has another day, still counts in the course of that time."""
    slots = {slot.appointment_id: slot for slot in history}
    course = slots[appointment_id].episode if appointment_id in slots else None
    for other, starts_at in others:
        slot = slots.get(other)
        if slot and slot.episode == course:
            return True
        if not slot or slot.starts_at != starts_at:
            before = [one for one in history if one.starts_at <= starts_at] or history[:1]
            if not before or before[-1].episode == course:
                return True
    return False
