"""Durations as people write them: "2 days", "3 hours", "1 day 12 hours", "6 years", "-2 days"."""

from datetime import timedelta
from functools import lru_cache

from jobs.clinic.patterns import pattern

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "year": 31_557_600}
_LONGEST = 100 * _UNITS["year"]
_PART = pattern(r"(\d+)\s*(minute|hour|day|week|year)s?")
_WHOLE = pattern(rf"-?\s*{_PART.pattern}(?:\s*(?:,|and)?\s*{_PART.pattern})*")


@lru_cache(maxsize=256)
def parse_duration(text: str) -> timedelta:
    """The duration that a text means. Raises ValueError with a plain sentence."""
    words = text.strip().lower()
    if not _WHOLE.fullmatch(words):
        raise ValueError(f'"{text}" is not a duration; write it like "2 days", "3 hours" or "90 minutes"')
    parts = _PART.findall(words)
    endless = any(len(number) > 9 for number, _ in parts)
    seconds = 0 if endless else sum(int(number) * _UNITS[unit] for number, unit in parts)
    if endless or seconds > _LONGEST:
        raise ValueError(f'"{text}" is more than a hundred years')
    return timedelta(seconds=-seconds if words.startswith("-") else seconds)


def check_length(name: str, text: str, or_none: bool = False) -> None:
    """Raise ValueError with a plain sentence where the setting of this name is no time that lasts; `or_none`: where it
    is less than none at all."""
    lasts = parse_duration(text)
    if lasts < timedelta(0) or not (lasts or or_none):
        raise ValueError(f'{name} is "{text}"; write a time such as "2 days"')


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
