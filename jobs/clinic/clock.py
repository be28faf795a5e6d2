"""Whether the machine's clock can be believed: a letter that leaves on a wrong day cannot be called back."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.durations import duration_words

DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_NO_CLINIC_RESTS = timedelta(days=400)  # so long after its newest appointment, a clinic does not send letters
NO_LETTERS = "No letter leaves and none is withdrawn."
_REMEDY = "Look at the date of this machine; if it is right, say so: `run_jobs.py clock --is-right`."


class ClockKnown(NamedTuple):
    """What speaks for and against the clock. Moments are aware; None where nothing is known.

    `passed` is what the machine counted since `trusted_at` without asking its clock; None if it has started anew since.
    `named`: a person named the moment, to rehearse.
    """

    trusted_at: datetime | None = None  # when the clock was last believed
    passed: timedelta | None = None
    happened_at: datetime | None = None  # the newest that the appointments say has happened
    latest_at: datetime | None = None  # the newest appointment at all, also one to come
    accepted_at: datetime | None = None  # `happened_at` when a person last said that the clock is right
    named: bool = False


def why_distrust(now: datetime, known: ClockKnown, zone: ZoneInfo, so: str = NO_LETTERS) -> str:
    """Say in words why the clock is not believed, what is left undone for it, and the remedy; or "" if it is believed.

    A machine that was only off is believed as soon as the appointments tell of something that happened within a day.
    """
    words = _ahead_of_it(now, known, zone) or _went_back(now, known, zone) or _jumped(now, known, zone)
    return f"The clock of this machine says {_said(now, zone)}, {words}. {so} {_REMEDY}" if words else ""


def _ahead_of_it(now: datetime, known: ClockKnown, zone: ZoneInfo) -> str:
    """The appointments know of things that have not happened yet."""
    happened, accepted = known.happened_at, known.accepted_at
    if happened is None or happened <= now + DAY or (accepted is not None and happened <= accepted):
        return ""
    return f"but the appointments know what happened on {_said(happened, zone)}"


def _went_back(now: datetime, known: ClockKnown, zone: ZoneInfo) -> str:
    trusted = known.trusted_at
    if trusted is None or now >= trusted - DAY:
        return ""
    return f"but it was {_said(trusted, zone)} when a run last believed it: it went back"


def _jumped(now: datetime, known: ClockKnown, zone: ZoneInfo) -> str:
    """More time has passed than anybody can vouch for."""
    trusted = known.trusted_at
    if trusted is not None and now - trusted <= DAY:
        return ""
    if known.latest_at is not None and now - known.latest_at > _NO_CLINIC_RESTS:
        return f"but the newest appointment that is known is of {_said(known.latest_at, zone)}"
    if trusted is None or known.named:
        return ""
    gap = now - trusted
    if known.passed is not None and abs(gap - known.passed) <= DAY:
        return ""
    if known.happened_at is not None and abs(now - known.happened_at) <= DAY:
        return ""
    since = f"{duration_words(gap)} after a run last believed it ({_said(trusted, zone)})"
    if known.passed is not None:
        counted = duration_words(known.passed) if known.passed >= _MINUTE else "less than a minute"
        return f"{since}, but by its own count {counted} passed since"
    return f"{since}: it was off, or its clock is wrong, and no newer appointment tells which"


def _said(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %b %d, %Y, %H:%M}"
