"""What holds a whole run back: too many letters for one day, knowledge that is too old, an export that is too bad."""

from collections.abc import Sequence
from datetime import datetime

from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.last_look import Due
from jobs.mail.limits import allowed_now, brake
from jobs.runner.tools import Tools
from jobs.store.letters import left_since
from jobs.store.runs import recent_runs
from jobs.store.sources import too_bad_sources


def why_hold_back(tools: Tools, letters: Sequence[Due]) -> str:
    """A sentence where none of these letters may leave in this run, else ""."""
    return _too_many(tools, letters) or _too_old(tools, letters) or _too_bad(tools, letters)


def _too_many(tools: Tools, letters: Sequence[Due]) -> str:
    """The brake: this run would send far more than usual."""
    mail = tools.settings.mail
    if mail.mode == "preview" or len(letters) <= mail.brake_floor:
        return ""
    with tools.store.begin() as memory:
        runs = recent_runs(memory, "send_follow_ups")
    usual = [sent for run in runs if (sent := run.counts.get("letters sent", 0))]
    return brake(len(letters), usual or [0], mail.brake_multiple, mail.brake_floor) or ""


def _too_old(tools: Tools, letters: Sequence[Due]) -> str:
    """What we know of the appointments is too old."""
    within = tools.settings.installation.pull_within
    if not letters:
        return ""
    with tools.store.begin() as memory:
        pulls = recent_runs(memory, "pull_appointments", 1)
    if pulls and datetime.fromisoformat(pulls[0].started_at) >= tools.now - parse_duration(within):
        return ""
    last = f"the last one began at {pulls[0].started_at}" if pulls else "there was none"
    return f"No pull of the appointments ended well within {within} ({last}). The letters wait for the next one."


def _too_bad(tools: Tools, letters: Sequence[Due]) -> str:
    """So many rows of a source cannot be read that what we know may be far from what is."""
    if not letters:
        return ""
    with tools.store.begin() as memory:
        refused = too_bad_sources(memory, {source.name for source in tools.settings.sources})
    if not refused:
        return ""
    named = ", ".join(f"{file} ({source})" for source, file in refused)
    return f"Too many rows of {named} cannot be read; problems.xlsx names them. The letters wait until it is settled."


def quota_left(tools: Tools) -> int:
    """How many more letters may leave today."""
    midnight = tools.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with tools.store.begin() as memory:
        left_today = left_since(memory, utc_text(midnight))
    return allowed_now(left_today, tools.settings.mail.daily_quota)
