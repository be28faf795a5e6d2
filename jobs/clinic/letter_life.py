"""A letter's life: every state, what it means, and every step from one to the next. The one table of them; and what
brings a letter back that was withdrawn.

The store refuses every other step; docs/how-it-works.md shows the same table, and a test holds the two together.
"""

from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.episodes import KEPT
from jobs.clinic.records import STATUSES

if TYPE_CHECKING:
    from jobs.clinic.follow_ups import Rule

DIED = "the patient has died"
PASSED_ON = "the appointment is another patient's now"
"""It was given under a wrong chart, or its chart became another one."""
MOVED = "the appointment was moved"
OF_OTHER_CHART = "the patient's other chart has this letter about the same visit"
"""The visit had passed from the one chart to the other before somebody said that both are one patient."""


class State(NamedTuple):
    """`then` names the states that can follow; where there is none, `ending` says why."""

    name: str
    meaning: str
    then: tuple[str, ...]
    ending: str = ""


LIFE = (
    State("planned", "an event called for it; its day may be to come",
          ("ready", "held", "withdrawn", "deferred", "failed")),
    State("ready", "looked at, allowed to go",
          ("attempting", "held", "withdrawn", "deferred", "failed")),
    State("attempting", "on disk as about to leave",
          ("sent", "ready", "deferred", "failed", "unknown")),
    State("sent", "the mail server took it, or it was written to the folder",
          (), "nothing"),
    State("deferred", 'the mail server said "later"; the next run tries again until it is too late',
          ("ready", "held", "withdrawn", "failed")),
    State("withdrawn", "no longer right, with the reason; a new event plans a new letter, and it comes back itself "
          "only where its visit has the right status and time again",
          ("ready",)),
    State("failed", "the mail server refused it for good",
          ("ready", "held", "withdrawn")),
    State("unknown", "it may have left; never sent again blindly",
          ("sent", "ready", "failed", "withdrawn")),
    State("held", "waits for a person: by its rule's `approval:`, by hand, after a restored backup, or refused with "
          "too many others",
          ("ready", "withdrawn")),
)  # fmt: skip

STATES: tuple[str, ...] = tuple(state.name for state in LIFE)
_THEN = {state.name: state.then for state in LIFE}

OUTCOMES = _THEN["attempting"]
"""Every state that an attempt can lead to. `ready`: its bytes certainly never left."""


def can_become(new: str) -> tuple[str, ...]:
    """The states from which a letter can become `new`."""
    return tuple(state.name for state in LIFE if new in state.then)


def check_step(old: str, new: str) -> None:
    """Raise ValueError where a letter may not go from `old` to `new`, or where one of them is no state."""
    for state in (old, new):
        if state not in _THEN:
            raise ValueError(f'"{state}" is not a state of a letter. The states are: {", ".join(STATES)}.')
    if new not in _THEN[old]:
        allowed = ", ".join(_THEN[old]) or "none: its life ends there"
        raise ValueError(f"A letter that is {old} cannot become {new}. Allowed from {old}: {allowed}.")


def now_words(what: str, status: str) -> str:
    """Why a letter is withdrawn whose appointment, or visit, has another status by now."""
    return f"the {what} is now {status.replace('_', '-')}"


class WayBack(NamedTuple):
    """How a letter comes back that was withdrawn since an appointment had another status, or another time, for a
    while."""

    reasons: tuple[str, ...]  # it was withdrawn for one of these
    statuses: tuple[str, ...]  # and comes back when the appointment has one of these
    at_same_time: bool = True  # and the time that the letter is about
    called_by: str = ""  # of all events that call for the letter, this one alone


def ways_back(rule: "Rule") -> tuple[WayBack, ...]:
    """What brings a rule's withdrawn letters back: a visit that was cancelled and is booked again, an outcome that was
    marked by slip and corrected, a row that was missing from an export. Empty where nothing does: who cancels a second
    time is not written to about the first.

    The welcome is for a first visit, whenever that is. A visit that was moved, or was missing and is back, calls for a
    reminder of its own, but only once for each time: where it is there again, that reminder comes back.
    """
    if rule.when == "cancelled":
        return ()
    if rule.when == "first_booking":
        gone = tuple(now_words("appointment", status) for status in STATUSES if status != "booked")
        return (WayBack((DIED, PASSED_ON, *gone), ("booked",), at_same_time=False),)
    if rule.when == "planned_visit":
        gone = tuple(now_words("appointment", status) for status in STATUSES if status not in ("booked", "rescheduled"))
        moved = MOVED, now_words("appointment", "rescheduled")
        return WayBack((DIED, PASSED_ON, *gone), ("booked",)), WayBack(moved, ("booked",), called_by="moved")
    what, right = ("appointment", ("no_show",)) if rule.when == "no_show" else ("visit", KEPT)
    away = (now_words(what, status) for status in STATUSES if status not in right)
    return (WayBack((DIED, PASSED_ON, *away), right),)
