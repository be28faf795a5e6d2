"""The last look at a letter before it leaves: everything that decided it is checked again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.approval import NOBODY_ASKED, FrontDesk, grace_words, still_stoppable, why_hold
from jobs.clinic.due_letters import Due, Person, Sent
from jobs.clinic.episodes import NOT_FOLLOWED, Slot
from jobs.clinic.follow_ups import Calendar, FollowUps, Rule, local_day, utc_text, why_pointless
from jobs.clinic.overtaken import BEGUN, overtaken, told_already, welcome_of
from jobs.clinic.planning import sent_once, too_late_words

UNREAD = "the newest row of its appointment cannot be read"
"""What is known of the appointment may be wrong by now: it may be moved, or called off."""
UNFOLLOWED = "config/sources.yaml names the source of its appointment no more"
TO_CORRECT = "; problems.xlsx says what to correct"
RULE_GONE = "no rule of this name stands in config/follow_ups.yaml"
"""It was renamed, or taken out: its letters wait in their time, so that the name can be written again."""
NO_LETTER_LEAVES = "no letter leaves: "
"""Begins what is noted of a letter that was to leave when none did; the cause follows."""
NO_LETTER_LEFT, PUT_OFF_TOO_LONG = "no letter left: ", "the mail server put it off again and again"
"""Of what is said of a letter that came too late by no decision of anybody's."""
OUTSIDE_HOURS = "outside the sending hours"
_BEFORE = f"{OUTSIDE_HOURS}; before, {NO_LETTER_LEFT}"
WELCOME_LEAVES = "the welcome about the same visit leaves first"
"""Of a reminder: once the welcome has left, it is withdrawn; where that stays, as one that could not be written in the
run before and in this one, it leaves."""
CHECK_NAMES_THEM = "; `run_jobs.py check` names them"
"""Ends what is noted of a letter that was to leave and could not be written: faults, of its template or of a list."""
CARE_LEAVES = "a letter about their care leaves today; news waits for another day"
NO_OUTCOME = "a later visit has begun, and what became of it is not known yet"
"""Commonly the front desk enters it that evening or on the next day."""


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
        if rule is None:
            yield _without_rule(due, now, calendar.zone)
        elif not rule.on:
            yield Verdict(due, "withdraw", "the rule is switched off")
        elif person is None:
            yield Verdict(due, "withdraw", "the patient is no longer known")
        else:
            same_address = to_address.setdefault(person.address_key, [])
            verdict = _verdict(due, rule, person, same_address, run)
            if verdict.what in ("send", "soon"):
                about = due.event_starts_at, due.appointment_id
                record = Sent(
                    rule.name, rule.category, utc_text(now), rule.capped, *about, _will_say(due, rule, person)
                )
                person.sent.append(record)
                same_address.append(record)
            yield verdict


def _will_say(due: Due, rule: Rule, person: Person) -> str:
    """The start of the visit that a letter says which is to leave, if it is the welcome; see `Sent`."""
    if rule.when != "first_booking" or could_not_be_written(due):
        return ""
    return next((slot.starts_at for slot in person.history if slot.appointment_id == due.appointment_id), "")


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
        or _another_day(due, rule, person, now, zone)
    ):
        held_up = what_held_up(due) if reason == OUTSIDE_HOURS else ""
        return Verdict(due, "wait", f"{_BEFORE}{held_up}" if held_up else reason)
    if leaves_at := still_stoppable(due.leaves_at, due.released_at, run.desk, now):
        return Verdict(due, "soon", grace_words(leaves_at, zone), leaves_at)
    return Verdict(due, "send")


def _without_rule(due: Due, now: datetime, zone: ZoneInfo) -> Verdict:
    """What becomes of a letter whose rule is not there any more."""
    if utc_text(now) > due.expires_at:
        too_late = f"too late: it was due {local_day(due.due_at, zone)}; {NO_LETTER_LEFT}{RULE_GONE}"
        return Verdict(due, "withdraw", too_late)
    return Verdict(due, "hold", due.reason) if due.state == "held" else Verdict(due, "wait", RULE_GONE)


def importance(due: Due) -> tuple[int, str, int]:
    """The order of letters, the most important first; of equals the one that is due the longest."""
    return -due.priority, due.due_at, due.letter_id


def why_not(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Say in words why this letter must never be sent, or "" if it may."""
    moment = utc_text(now)
    if person.unreachable and moment > due.expires_at:
        return person.unreachable
    if refused := person.refuses(rule.category):
        return refused
    if moment > due.expires_at:
        if due.state == "deferred":  # its moment is by now the one at which it was to be tried again
            return f"too late: {PUT_OFF_TOO_LONG}, and the rule allows {rule.too_late_after}"
        return f"{too_late_words(due.due_at, rule, zone)}{_kept_by(due, rule, person, now, zone)}"
    wrong = _wrong(due, rule, person, now, zone)
    return f"{BEGUN}{_kept_by(due, rule, person, now, zone)}" if wrong == BEGUN else wrong


def _wrong(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Whether what happened, or what was sent, since has made the letter wrong."""
    earlier = (sent.sent_at for sent in person.sent if sent.rule == rule.name)
    return (
        overtaken(due, rule, person, utc_text(now), zone)
        or told_already(due, rule, person, now, zone)
        or sent_once(rule, max(earlier, default=""), now, zone)
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
        return overtaken(due, rule, replace(person, history=[*person.history, slot]), moment, zone)

    return why_unsure(person.unread, unread.values(), moment, wrong_with)


def _unsure(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """What is not known yet, or not decided, and could make the letter wrong."""
    if (welcome := welcome_of(due, rule, person)) and welcome.sent_at == utc_text(now):
        return WELCOME_LEAVES
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


def _another_day(due: Due, rule: Rule, person: Person, now: datetime, zone: ZoneInfo) -> str:
    """Of news: whether a letter about the patient's own care left today, and there is a later day for this one."""
    if rule.category != "news":
        return ""
    today = now.astimezone(zone).date().isoformat()
    care = any(sent.category == "care" and local_day(sent.sent_at, zone) == today for sent in person.sent)
    return CARE_LEAVES if care and local_day(due.expires_at, zone) > today else ""


def what_held_up(due: Due) -> str:
    """Why no letter left when this one was to, as was noted then; "" where nothing was."""
    noted = (due.reason.removeprefix(start) for start in (NO_LETTER_LEAVES, _BEFORE) if due.reason.startswith(start))
    return next(noted, "") if due.state == "ready" else ""


def could_not_be_written(due: Due) -> bool:
    """Whether this letter was to leave when it was last its turn, and could not be written."""
    return due.state == "ready" and due.reason.endswith(CHECK_NAMES_THEM)


def why_wait(
    rule: Rule, person: Person, same_address: Sequence[Sent], follow_ups: FollowUps, now: datetime, calendar: Calendar
) -> str:
    """Say in words why this letter must wait, or "" if it may leave now."""
    if person.unreachable:
        return f"{person.unreachable}{'' if person.email else ' yet'}"
    if not follow_ups.hours(rule).is_open(now, calendar.zone, calendar.holidays):
        return OUTSIDE_HOURS
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
