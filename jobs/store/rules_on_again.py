"""The rules about coming visits that are on again after a time, and the visits that they have planned no letter for."""

from datetime import date, timedelta

from sqlalchemy import func, select

from jobs.clinic.follow_ups import FollowUps, Rule
from jobs.clinic.planning import Happening
from jobs.store.memory import Memory
from jobs.store.planning import RULE_START, remembered
from jobs.store.runs import set_cursor
from jobs.store.tables import appointments, events, letters

_IS_ON = "is on: rule "


def rules_on_again(memory: Memory, follow_ups: FollowUps) -> list[Rule]:
    """The rules of `planned_visit` that were off, or not there, when letters were last planned, and are on now, unless
    they never ran before. Where nothing is remembered, as by an older version, one counts as on again while letters of
    its template wait for a rule that is gone: it was renamed. To be asked in the step that keeps their letters: from
    now on they count as on."""
    ours = {rule.name: rule for rule in follow_ups.rules if rule.when == "planned_visit"}
    on = {name for name, rule in ours.items() if rule.on}
    known = remembered(memory, _IS_ON)
    for name in on:
        if known.get(name) != "yes":
            set_cursor(memory, f"{_IS_ON}{name}", "yes")
    others = {rule.name for rule in follow_ups.rules} - ours.keys()
    ran = known.keys() | (remembered(memory, RULE_START).keys() - others)
    for name in ran - on:
        if known.get(name) != "no":
            set_cursor(memory, f"{_IS_ON}{name}", "no")
    waited_for = _templates_of_rules_gone(memory, follow_ups) if on and not known else set()
    again = {name for name in on if known.get(name) == "no" or ours[name].template in waited_for}
    return [rule for name, rule in ours.items() if name in again]


def _templates_of_rules_gone(memory: Memory, follow_ups: FollowUps) -> set[str]:
    """The templates of the letters that wait for a rule which stands in the file no more."""
    letter = letters.c
    query = select(letter.rule, letter.template).where(
        letter.clinic_id == memory.clinic_id, letter.state.in_(("planned", "ready", "deferred", "held"))
    )
    rows = memory.connection.execute(query.distinct())
    return {template for rule, template in rows if follow_ups.rule(rule) is None}


def visits_without_letter(memory: Memory, rule: str, now: str) -> list[Happening]:
    """That each visit which is booked and yet to come was booked, or moved, to the time at which it stands, where no
    letter of this rule is planned about it, has left or waits."""
    slot, event, letter, about = appointments.c, events.c, letters.c, events.alias("about")
    first_day = (date.fromisoformat(now[:10]) - timedelta(days=1)).isoformat()  # the clinic's may be behind that of UTC
    newest = (
        select(func.max(event.id))
        .where(
            event.clinic_id == memory.clinic_id, event.appointment_id == slot.id, event.patient_id == slot.patient_id,
            event.starts_at == slot.starts_at, event.what.in_(("booked", "moved")),
        )
        .correlate(appointments)
        .scalar_subquery()
    )  # fmt: skip
    has_letter = (
        select(letter.id)
        .join(about, about.c.id == letter.event_id)
        .where(
            letter.clinic_id == memory.clinic_id, letter.patient_id == slot.patient_id, letter.rule == rule,
            letter.state != "withdrawn", about.c.appointment_id == slot.id, about.c.starts_at == slot.starts_at,
        )
        .exists()
    )  # fmt: skip
    standing = select(newest).where(
        slot.clinic_id == memory.clinic_id, slot.starts_on >= first_day, slot.starts_at > now,
        slot.status == "booked", slot.same_as == 0, ~has_letter,
    )  # fmt: skip
    query = select(
        event.id, event.appointment_id, event.patient_id, event.what, event.happened_at, event.starts_at, event.seen_at
    ).where(event.id.in_(standing))
    found = memory.connection.execute(query.order_by(event.id))
    return [Happening._make((*happened, False, seen_at)) for *happened, seen_at in found]
