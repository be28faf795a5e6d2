"""A letter's life: every state and every step from one to the next."""

TRANSITIONS: dict[str, frozenset[str]] = {
    # Due or to come. It is written and checked, waits for a person, or turns out to be wrong.
    "planned": frozenset({"ready", "held", "withdrawn", "deferred", "failed"}),
    # Written and allowed to go. The last check may still hold it, put it off, or take it back.
    "ready": frozenset({"attempting", "held", "withdrawn", "deferred", "failed"}),
    # On disk as about to leave. `ready` again only when its bytes certainly never left.
    "attempting": frozenset({"sent", "ready", "deferred", "failed", "unknown"}),
    # The mail server took it. Nothing follows.
    "sent": frozenset(),
    # Waits for a person, who releases or drops it.
    "held": frozenset({"ready", "withdrawn"}),
    # No longer right: cancelled, opted out, too late. Nothing follows; a new event plans a new letter.
    "withdrawn": frozenset(),
    # To be tried again later, until it is too late.
    "deferred": frozenset({"ready", "held", "withdrawn", "failed"}),
    # The mail server refused it for good, or it could not be written. A person may put the cause right, or drop it.
    "failed": frozenset({"ready", "withdrawn"}),
    # It may have gone out. Only evidence or a person moves it: it did go, it did not, or send it again.
    "unknown": frozenset({"sent", "ready", "failed", "withdrawn"}),
}

STATES: tuple[str, ...] = tuple(TRANSITIONS)

OUTCOMES: frozenset[str] = TRANSITIONS["attempting"]
"""Every state that an attempt can lead to."""


def check_transition(old: str, new: str) -> None:
    """Raise ValueError where a letter may not go from `old` to `new`, or where one of them is no state."""
    for state in (old, new):
        if state not in TRANSITIONS:
            raise ValueError(f'"{state}" is not a state of a letter. The states are: {", ".join(STATES)}.')
    if new not in TRANSITIONS[old]:
        allowed = ", ".join(state for state in STATES if state in TRANSITIONS[old]) or "none: its life ends there"
        raise ValueError(f"A letter that is {old} cannot become {new}. Allowed from {old}: {allowed}.")
