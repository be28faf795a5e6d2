"""What a person may still do before a letter leaves: approve it, or stop it while it waits for its moment."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.follow_ups import Calendar, Rule, local_day, utc_text
from jobs.clinic.planning import earliest_due
from jobs.clinic.sending_hours import SendingHours


class Restored(NamedTuple):
    """The memory was put back from a backup made at `made_at`: what left from then until `at` is unknown. UTC text."""

    made_at: str
    at: str


class FrontDesk(NamedTuple):
    """What the front desk has said: how long a letter waits for its veto, and the rules of which it released one."""

    grace: timedelta = timedelta(0)
    released_rules: Collection[str] = ()
    restored: Restored | None = None


NOBODY_ASKED = FrontDesk()
UNDATED = ("booked", "moved", "cancelled")
"""Events that happened when a pull saw them, where the export tells no other moment."""
_DOUBTFUL_FOR = timedelta(days=7)  # what is first read so long after a restoring is not held for it


def doubtful_until(restored: Restored, first_read: str) -> str:
    """Until when (UTC text) what a source newly tells may have happened before the restoring: up to its first reading
    after it (UTC text, "" where it was not read yet)."""
    at_most = utc_text(datetime.fromisoformat(restored.at) + _DOUBTFUL_FOR)
    return min(first_read or at_most, at_most)


def could_have_left(rule: Rule, starts_at: str, restored: Restored, hours: SendingHours, calendar: Calendar) -> bool:
    """Whether a letter about what happened to an appointment after the backup was made could leave before the
    restoring."""
    base = starts_at if rule.when == "planned_visit" else restored.made_at
    return earliest_due(base, rule, hours, calendar) <= restored.at


def restored_words(restored: Restored, zone: ZoneInfo) -> str:
    """Why a letter of the time that the memory does not know waits for a person."""
    return (
        f"it may have left before the memory was restored on {local_day(restored.at, zone)} "
        f"from the backup of {local_day(restored.made_at, zone)}"
    )


def why_hold(rule: Rule, due_at: str, released_at: str, desk: FrontDesk, zone: ZoneInfo) -> str:
    """Say in words why this letter needs a person's yes, or "" if it needs none."""
    if desk.restored and due_at <= desk.restored.at and released_at <= desk.restored.at:
        return restored_words(desk.restored, zone)
    if released_at:
        return ""
    if rule.approval == "all":
        return "each letter of this rule waits for approval"
    if rule.approval == "first_time" and rule.name not in desk.released_rules:
        return "no letter of this rule was released yet; the first waits for approval"
    return ""


def still_stoppable(leaves_at: str, released_at: str, desk: FrontDesk, now: datetime) -> str:
    """When a letter that may go really leaves (UTC text), so that it can be stopped until then; "" if at once."""
    if not desk.grace or released_at:
        return ""
    moment = leaves_at or utc_text(now.astimezone(UTC) + desk.grace)  # not by what the clinic's clocks show
    return moment if moment > utc_text(now) else ""


def grace_words(leaves_at: str, zone: ZoneInfo) -> str:
    """What the lists say of a letter in its grace period."""
    moment = datetime.fromisoformat(leaves_at).astimezone(zone)
    return f"leaves at {moment:%H:%M} unless somebody holds or drops it"
