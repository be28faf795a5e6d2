"""Days and hours as a letter says them, in the language of the letter."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@lru_cache(maxsize=4096)
def day_in_words(day: str) -> str:
    """`2026-03-04` as `Wednesday, March 4`; "" stays "". The words do not depend on the machine's language."""
    if not day:
        return ""
    when = date.fromisoformat(day[:10])
    return f"{_DAYS[when.weekday()]}, {_MONTHS[when.month - 1]} {when.day}"


@lru_cache(maxsize=65536)
def moment_in_words(moment: str, zone: str, language: str = "en") -> tuple[str, str]:
    """Day and time of a UTC moment in the clinic's zone: `2026-03-04T17:30:00Z` in Los Angeles gives
    `("Wednesday, March 4", "9:30 AM")`, and in Spanish `("miércoles, 4 de marzo", "9:30 a. m.")`;
    "" gives two empty texts. Midnight stands for a day whose time nobody knows."""
    if not moment:
        return "", ""
    when = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone) if zone else UTC)
    half = "AM" if when.hour < 12 else "PM"
    day, time = day_in_words(when.date().isoformat()), f"{when.hour % 12 or 12}:{when.minute:02d} {half}"
    if language != "en":
        day, time = _in_other_words(when, language)
    return day, time if when.hour or when.minute else ""


def _in_other_words(when: datetime, language: str) -> tuple[str, str]:
    """Day and time as people who speak the language in the United States say them; babel knows some 200 languages."""
    from babel import Locale, UnknownLocaleError  # only where a letter in another language is written: it is slow
    from babel.dates import format_datetime, format_time, match_skeleton

    try:
        locale = Locale.parse(f"{language}_US")  # twelve hours where that is the custom here
    except UnknownLocaleError:
        locale = Locale.parse(language)
    known = locale.datetime_skeletons
    order = known[match_skeleton("MMMMEEEEd", known) or "MMMMd"].pattern
    day = format_datetime(when, re.sub(r"[Ec]+", "EEEE", re.sub(r"M{3,}|L{3,}", "MMMM", order)), locale=locale)
    return day, " ".join(format_time(when, "short", tzinfo=when.tzinfo, locale=locale).split())
