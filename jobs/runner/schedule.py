"""When jobs are due: "every 10 minutes", "daily at 07:30", "monday at 06:00", in the clinic's zone."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_EVERY = re.compile(r"every (\d+) (minute|hour)s?")
_AT = re.compile(r"(daily|weekdays|monday|tuesday|wednesday|thursday|friday|saturday|sunday) at (\d{1,2}):(\d{2})")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_LOOK_BACK = 8  # days: a weekly job missed for longer has a newer slot by then


@dataclass(frozen=True, eq=False, repr=False)
class JobSettings:
    """One entry of config/jobs.yaml: a job's file name in jobs/ and when it runs."""

    name: str
    when: tuple[str, ...]
    on: bool = True
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for words in self.when:
            parse_when(words)


class When(NamedTuple):
    """A parsed schedule: `every` minutes, or on some weekdays (0 is Monday) at a time of day."""

    every: int = 0
    days: tuple[int, ...] = ()
    at: time = time()


def parse_when(words: str) -> When:
    """Read one schedule. Raises ValueError with a plain sentence."""
    text = " ".join(words.lower().split())
    if found := _EVERY.fullmatch(text):
        minutes = int(found[1]) * (60 if found[2] == "hour" else 1)
        if 1 <= minutes <= 1440:
            return When(every=minutes)
    if (found := _AT.fullmatch(text)) and int(found[2]) < 24 and int(found[3]) < 60:
        days = {"daily": tuple(range(7)), "weekdays": tuple(range(5))}.get(found[1])
        return When(days=days or (_DAYS.index(found[1]),), at=time(int(found[2]), int(found[3])))
    raise ValueError(f'"{words}" is no schedule; write "every 10 minutes", "daily at 07:30" or "monday at 06:00"')


def latest_slot(when: When, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The newest scheduled moment that is not after `now` (UTC), or None within the days looked back.

    A time of day that a change of clocks skips comes an hour later; one that it repeats counts once, the first time.
    """
    if when.every:
        midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)
        passed = int((now - midnight) / timedelta(minutes=when.every))
        return midnight + passed * timedelta(minutes=when.every)
    today = now.astimezone(zone).date()
    for back in range(_LONGEST_LOOK_BACK):
        day = today - timedelta(days=back)
        slot = datetime.combine(day, when.at, tzinfo=zone).astimezone(UTC)
        if day.weekday() in when.days and slot <= now:
            return slot
    return None


PAUSES = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 90, 270))
"""After a run that failed, the same moment is answered again so much later; then not any more."""


def may_try_again(tries: int, ended_at: datetime, now: datetime) -> bool:
    """Whether a scheduled moment whose `tries` runs all failed, the last at `ended_at`, is to be answered once more."""
    return 0 < tries <= len(PAUSES) and now - ended_at >= PAUSES[tries - 1]


def due_slot(job: JobSettings, answered: str, now: datetime, zone: ZoneInfo) -> str:
    """The slot that a job must answer now (UTC text), "" where none is open.

    `answered` is the newest slot that it has answered. What was missed is caught up once: only the newest counts.
    """
    slots = [slot for words in job.when if (slot := latest_slot(parse_when(words), now, zone))]
    newest = max(slots, default=None)
    if not job.on or newest is None:
        return ""
    text = newest.strftime("%Y-%m-%dT%H:%M:%SZ")
    return text if text > answered else ""


def next_slot(job: JobSettings, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next scheduled moment after `now`, in the clinic's zone; None for a job that is off or has none."""
    if not job.on:
        return None
    upcoming = []
    for words in job.when:
        when = parse_when(words)
        if when.every:
            last = latest_slot(when, now, zone) or now
            tomorrow = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
            upcoming += [last + timedelta(minutes=when.every), tomorrow.astimezone(UTC)]  # it counts from midnight
            continue
        today = now.astimezone(zone).date()
        for ahead in range(_LONGEST_LOOK_BACK):
            day = today + timedelta(days=ahead)
            slot = datetime.combine(day, when.at, tzinfo=zone).astimezone(UTC)
            if day.weekday() in when.days and slot > now:
                upcoming.append(slot)
                break
    return min(upcoming).astimezone(zone) if upcoming else None
