"""Durations as people write them: "2 days", "3 hours", "1 day 12 hours", "6 years", "-2 days"."""

from datetime import timedelta
from functools import lru_cache

from jobs.clinic.patterns import pattern

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "year": 31_557_600}
_PART = pattern(r"(\d+)\s*(minute|hour|day|week|year)s?")
_WHOLE = pattern(rf"-?\s*{_PART.pattern}(?:\s*(?:,|and)?\s*{_PART.pattern})*")


@lru_cache(maxsize=256)
def parse_duration(text: str) -> timedelta:
    """The duration that a text means. Raises ValueError with a plain sentence."""
    words = text.strip().lower()
    if not _WHOLE.fullmatch(words):
        raise ValueError(f'"{text}" is not a duration; write it like "2 days", "3 hours" or "90 minutes"')
    seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(words))
    return timedelta(seconds=-seconds if words.startswith("-") else seconds)


def duration_words(duration: timedelta) -> str:
    """`2 days`, `1 day 12 hours`, `90 minutes`; what is shorter than a minute is left out."""
    minutes = int(duration.total_seconds()) // 60
    if 0 < minutes < 120 and minutes % 60:
        return _counted(minutes, "minute")
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = [_counted(number, unit) for number, unit in ((days, "day"), (hours, "hour"), (minutes, "minute")) if number]
    return " ".join(parts) or "no time"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" + ("" if number == 1 else "s")
