"""What holds letters back: far too many at once, knowledge too old or too bad, the day's quota, the even spread."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.due_letters import Due
from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.problems import is_too_bad
from jobs.clinic.spreading import portion
from jobs.mail.limits import allowed_now, beyond_usual, brake
from jobs.runner.schedule import next_slot
from jobs.runner.tools import Tools
from jobs.sending.planning import calendar_of
from jobs.sending.refusals import why_nobody_decided
from jobs.store.letter_counts import left_since
from jobs.store.runs import recent_runs
from jobs.store.sources import freshness, refused_wholes

if TYPE_CHECKING:
    from jobs.mail.unanswered import Silence

THEY_WAIT = " The letters wait"
"""Begins what follows from a cause, in a sentence on all letters."""


def why_hold_back(tools: Tools, letters: Sequence[Due]) -> str:
    """A sentence where none of these letters may leave in this run, else ""."""
    return (why_all_wait(tools) or _too_many(tools, letters)) if letters else ""


def why_no_try(tools: Tools, letters: Sequence[Due], silence: "Silence | None") -> str:
    """A sentence while a mail server leaves letters unanswered and no other one is to be tried yet, or there is none,
    else ""."""
    return silence.why if silence and (not letters or silence.lasts(tools.now)) else ""


def why_all_wait(tools: Tools) -> str:
    """A sentence where no letter leaves as things stand, be they few or many, else ""."""
    return why_nobody_decided(tools) or _too_bad(tools) or _too_old(tools)  # of a bad file no pull ends well


def _too_many(tools: Tools, letters: Sequence[Due]) -> str:
    """The brake: this run would send far more than usual."""
    beyond = too_many_at_once(tools, len(letters))
    return brake(len(letters), beyond) if beyond else ""


def too_many_at_once(tools: Tools, count: int) -> str:
    """How far a run with so many letters is beyond the usual, so that the brake stops it; "" where it does not."""
    mail = tools.settings.mail
    if mail.mode == "preview" or count <= mail.brake_floor:
        return ""
    with tools.store.look() as memory:
        runs = recent_runs(memory, "send_follow_ups")
    usual = [sent for run in runs if (sent := run.counts.get("letters sent", 0))]
    return beyond_usual(count, usual or [0], mail.brake_multiple, mail.brake_floor)


def _too_old(tools: Tools) -> str:
    """What we know of the appointments is too old: no pull ended well of late, or no file of an export is new."""
    installation = tools.settings.installation
    files = [source.name for source in tools.settings.sources if "://" not in source.path]
    with tools.store.look() as memory:
        pulls = recent_runs(memory, "pull_appointments", 1)
        newest = max((source.data_at for source in freshness(memory, files).values()), default="")
    within = installation.pull_within
    if not pulls or not timedelta(days=-1) <= _age(pulls[0].started_at, tools.now) <= parse_duration(within):
        last = f"the last one began on {_in_words(tools, pulls[0].started_at)}" if pulls else "there was none"
        return f"No pull of the appointments ended well within {within} ({last}).{THEY_WAIT} for the next one."
    within = installation.export_within
    if within and newest and _age(newest, tools.now) > parse_duration(within):
        return (
            f"No new export of the appointments has come within {within} (the last one was of "
            f"{_in_words(tools, newest)}).{THEY_WAIT} for the next one. "
            "Does the practice system still write it? "
            "config/clinic.yaml says how old it may be (installation: export_within:)."
        )
    return ""


def _too_bad(tools: Tools) -> str:
    """So much of a source cannot be read or believed that what we know may be far from what is."""
    with tools.store.look() as memory:
        refused = refused_wholes(memory, tools.settings.source_names)
    held = ", ".join(f"{p.file} ({p.source})" for p in refused if not is_too_bad(p))
    if held:
        return f"{held} is held back; problems.xlsx says why.{THEY_WAIT} until it is settled."
    named = ", ".join(f"{p.file} ({p.source})" for p in refused)
    if not named:
        return ""
    return f"Too many rows of {named} cannot be read; problems.xlsx names them.{THEY_WAIT} until it is settled."


def _age(moment: str, now: datetime) -> timedelta:
    """How long ago a moment is; less than nothing for one that a wrong clock has noted."""
    return now - datetime.fromisoformat(moment)


def _in_words(tools: Tools, moment: str) -> str:
    """A moment of the store as the clinic's people read it."""
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%a %d %b %Y, %H:%M}"


class Ration(NamedTuple):
    """The letters that may leave in this run, and a sentence for those that may not."""

    letters: Sequence[Due]
    notes: tuple[str, ...] = ()


def ration(tools: Tools, letters: Sequence[Due]) -> Ration:
    """The letters that the day's quota and the even spread over the sending hours let go now."""
    mail = tools.settings.mail
    quota = _quota_left(tools) if letters else 0
    leaving, over = letters[:quota], len(letters) - quota
    notes = [f"{over} letters wait for tomorrow: the daily quota is reached."] if over > 0 else []
    if mail.spread and leaving:
        spread = portion(leaving, tools.settings.follow_ups, calendar_of(tools), tools.now, _next_run(tools))
        if len(spread) < len(leaving):
            notes.append(f"{len(leaving) - len(spread)} letters leave later today, spread over the sending hours.")
        leaving = spread
    return Ration(leaving, tuple(notes))


def _quota_left(tools: Tools) -> int:
    """How many more letters may leave today."""
    midnight = tools.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with tools.store.look() as memory:
        left_today = left_since(memory, utc_text(midnight))
    return allowed_now(left_today, tools.settings.mail.daily_quota)


def _next_run(tools: Tools) -> datetime | None:
    job = next((job for job in tools.settings.jobs if job.name == "send_follow_ups"), None)
    return next_slot(job, tools.now, tools.settings.clinic.tzinfo) if job else None
