"""What happened: the events that a change of an appointment stands for."""

from collections.abc import Iterator
from typing import NamedTuple

from jobs.clinic.records import DELETED

_OF_STATUS = {
    "arrived": "arrived",
    "completed": "completed",
    "no_show": "no_show",
    "cancelled": "cancelled",
}

CALLED_OFF = ("rescheduled", DELETED, "deceased")
"""An appointment that does not count, and that nobody is held to have cancelled or missed."""
_BOOKED_ANEW = ("cancelled", DELETED)


class Known(NamedTuple):
    """What the store knew of an appointment before this pull."""

    starts_at: str
    status: str
    step: str


class Seen(NamedTuple):
    """What the pull sees of it now."""

    starts_at: str
    status: str
    step: str
    booked_at: str
    cancelled_at: str


def events_of(known: Known | None, seen: Seen, now: str) -> Iterator[tuple[str, str]]:
    """Yield (what, happened_at) for a new (`known` is None) or changed appointment.

    A thing that lies in the past did not happen only because the export is read today: a booking without its own
    date happened at the latest when the appointment began, and so did an old cancellation.
    """
    at_latest = min(now, seen.starts_at)
    if known is None and seen.status in CALLED_OFF:
        return  # nobody was told of it, and nothing came of it
    if known is None or (seen.status == "booked" and known.status in _BOOKED_ANEW):
        yield "booked", seen.booked_at or at_latest
    elif seen.status == "booked" and (known.starts_at != seen.starts_at or known.status in CALLED_OFF):
        yield "moved", now  # also back to where it was
    if known is None or known.status != seen.status or known.starts_at != seen.starts_at:
        what = _OF_STATUS.get(seen.status)
        if what == "cancelled":
            yield what, min(seen.cancelled_at, now) if seen.cancelled_at else at_latest
        elif what:
            yield what, seen.starts_at
    discharges = seen.step == "discharge" and seen.status in ("completed", "arrived")
    if discharges and (known is None or (known.step, known.status) != (seen.step, seen.status)):
        yield "discharged", seen.starts_at


def events_of_new_patient(seen: Seen, now: str, at_one_address: bool = False) -> Iterator[tuple[str, str]]:
    """The same for a patient to whom an appointment has passed from another one, as out of a wrong chart. All of it is
    new to this one, and was booked only now, unless both are reached at one address: it may be the same person."""
    return events_of(None, seen if at_one_address else seen._replace(booked_at=""), now)
