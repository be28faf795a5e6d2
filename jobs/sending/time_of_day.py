"""Whether it is the time that the clock says; without that, no letter is decided on and nothing deleted or mailed."""

import time
from datetime import datetime, timedelta

from jobs.clinic.clock import NO_LETTERS, ClockKnown, why_distrust
from jobs.clinic.follow_ups import utc_text
from jobs.mail.journal import UNNAMED_BOOT, this_boot
from jobs.runner.tools import Tools
from jobs.store.clock import Trusted, latest_appointment, newest_happening, trust, trusted

_NOTED_AGAIN = timedelta(hours=1)  # a clock that is believed is noted as seldom as this


def why_not_now(tools: Tools, so: str = NO_LETTERS) -> str:
    """A sentence where the clock cannot be believed, with what is left undone for it, else ""; then it is noted that
    it was believed."""
    before, known = _what_is_known(tools)
    why = why_distrust(tools.now, known, tools.settings.clinic.tzinfo, so)
    if not why and known.latest_at is not None and _is_old(before, tools):
        with tools.store.begin() as memory:
            trust(memory, _this_moment(tools, before.accepted, before.by))
    return why


def what_speaks_against(tools: Tools) -> str:
    """A sentence where the clock cannot be believed, else ""; nothing is noted."""
    return why_distrust(tools.now, _what_is_known(tools)[1], tools.settings.clinic.tzinfo)


def _what_is_known(tools: Tools) -> tuple[Trusted, ClockKnown]:
    with tools.store.look() as memory:
        before = trusted(memory)
        happened, latest = newest_happening(memory), latest_appointment(memory)
    at = None if before.named and not tools.named else _moment(before.at)
    passed, accepted = _passed(before, tools), _moment(before.accepted)
    return before, ClockKnown(at, passed, happened, latest, accepted, tools.named)


def believe(tools: Tools, by: str) -> None:
    """A person says that the clock is right."""
    with tools.store.begin() as memory:
        happened = newest_happening(memory)
        trust(memory, _this_moment(tools, utc_text(happened) if happened else "", by))


def _this_moment(tools: Tools, accepted: str, by: str) -> Trusted:
    return Trusted(utc_text(tools.now), _boot(tools), _counted(), accepted, by, tools.named)


def _passed(before: Trusted, tools: Tools) -> timedelta | None:
    """What the machine has counted since then; None where it has started anew, or was told the moment."""
    same_start = before.boot == _boot(tools) != UNNAMED_BOOT
    return timedelta(seconds=_counted() - before.counted) if same_start else None


def _boot(tools: Tools) -> str:
    return UNNAMED_BOOT if tools.named else this_boot()


def _counted() -> float:
    """Seconds since the machine's start, those of its sleep too, whatever its clock is set to."""
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(which)


def _is_old(before: Trusted, tools: Tools) -> bool:
    at = _moment(before.at)
    return at is None or before.named != tools.named or abs(tools.now - at) > _NOTED_AGAIN


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
