"""What a person may still do before a letter leaves: approve it, or stop it while it waits for its moment."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.follow_ups import Rule, local_day, utc_text


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


def why_hold(rule: Rule, due_at: str, released_at: str, desk: FrontDesk, zone: ZoneInfo) -> str:
    """Say in words why this letter needs a person's yes, or "" if it needs none."""
    if desk.restored and due_at <= desk.restored.at and released_at <= desk.restored.at:
        return (
            f"it may have left before the memory was restored on {local_day(desk.restored.at, zone)} "
            f"from the backup of {local_day(desk.restored.made_at, zone)}"
        )
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
