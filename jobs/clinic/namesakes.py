"""Letters to a patient who may be another one, of the same name at the same address: what would be wrong then waits.

Loaded only where there is such a patient.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from jobs.clinic.episodes import KEPT, cut_episodes

if TYPE_CHECKING:
    from jobs.clinic.due_letters import Person
    from jobs.clinic.follow_ups import Rule


def why_doubtful(rule: "Rule", person: "Person", wrong: Callable[["Person"], str]) -> str:
    """Say why a letter would be wrong if this patient were one that it may be, or "" where it would not. `wrong` says
    so of what is known of both together."""
    for number, other in person.may_be.items():
        slots = cut_episodes([*person.history, *other.history]).episodes
        history = [slot._replace(episode=place) for place, its in enumerate(slots, start=1) for slot in its]
        history.sort(key=lambda slot: (slot.starts_at, slot.appointment_id))
        one = replace(person, history=history, sent=[*person.sent, *other.sent], may_be={})
        if reason := other.refuses(rule.category) or wrong(one) or _known_here(rule, other):
            return f"no. {number} may be the same patient: {reason}"
    return ""


def _known_here(rule: "Rule", other: "Person") -> str:
    """Of the welcome: it goes to those who have never been here."""
    if rule.when != "first_booking":
        return ""
    if any(slot.status in KEPT for slot in other.history):
        return "the patient has been here before"
    return "the patient has this letter" if any(sent.rule == rule.name for sent in other.sent) else ""
