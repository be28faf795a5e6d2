"""What one cell says about time: a day, a time of day, an offset, in any of the ways in which people write them."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from jobs.clinic.cells import tidy
from jobs.clinic.patterns import pattern
from jobs.clinic.value_rules import ORDERS

TWO_WAYS = "This date could be read in two ways: nobody has said whether the month or the day comes first."


class Stamp(NamedTuple):
    """What a cell says about time, before it is known in which zone: a day, a time of day, an offset, each or none."""

    day: date | None = None
    clock: time | None = None
    offset: timedelta | None = None


_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's serial numbers have no zone
SERIAL = pattern(r"\d{1,5}(?:\.\d+)?|\.\d+")
_ISO = pattern(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_CLOCK = pattern(
    r"(?<![\d:.])(\d{1,2})(?::(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?\s*(?:([ap])(?:\.?\s?(m)\b\.?|\b))?(?![\d:])",
    re.IGNORECASE,
)
_LONE_CLOCK = pattern(r"(\d{1,2})[.h:](\d\d)(?:\s*uhr)?|(\d\d)(\d\d)", re.IGNORECASE)
_OFFSET = pattern(r"\s*(?:(Z|UTC|GMT|[ECMP][SD]T)|(?:UTC|GMT)?([+-])(\d\d):?(\d\d)(?::?00)?)$", re.IGNORECASE)
_NAMED_OFFSETS = {
    name: timedelta(hours=-hours)
    for hours, names in {0: "Z UTC GMT", 4: "EDT", 5: "EST CDT", 6: "CST MDT", 7: "MST PDT", 8: "PST"}.items()
    for name in names.split()
}
_WEEKDAY = pattern(r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?|\bat\b", re.IGNORECASE)
_YEAR_FIRST = pattern(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = pattern(r"((?:19|20)\d\d)()(\d\d)(\d\d)")
_NUMBERS = pattern(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d\d)")
_MONTH_DAY = pattern(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_DAY_MONTH = pattern(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]{1,2}([a-z]{3,9})[ .,-]{1,2}(\d{4}|\d\d)", re.IGNORECASE)
_MONTHS = "january february march april may june july august september october november december".split()


class Misfit(ValueError):
    """A date that is no date in the order that the source is said to use, or that could be two where nobody said."""


def read_stamp(text: str, order: str, century: int = 2000) -> Stamp:
    """What the text says about time; an empty Stamp where it says nothing that can be read.

    `century` is that of two-digit years. Raises Misfit where the numbers do not fit `order`: to guess per cell
    would read half of a column one way and half the other. With the order "" only a date that can be read in one way
    alone is read.
    """
    text = tidy(text)
    if _ISO.fullmatch(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            pass  # such as 09:00:00 UTC, or 29 February of a common year: the long way decides
        else:
            return Stamp(found.date(), found.time() if len(text) > 10 else None, found.utcoffset())
    if SERIAL.fullmatch(text):
        return _serial(text)
    return _written(text, order, century)


def _serial(text: str) -> Stamp:
    """Excel's days since 30 December 1899; below 1 it is a time of day. Whole seconds, as Excel shows them."""
    days = float(text)
    found = _EXCEL_EPOCH + timedelta(seconds=round(days * 86400))
    clock = found.time() if days % 1 else None
    if 1 <= days < 10000:  # no day before 1927: 0930 and 9.30 are times of day, 2026 is a year
        lone = _LONE_CLOCK.fullmatch(text)
        return Stamp(None, _clock(int(lone[1] or lone[3]), int(lone[2] or lone[4]), 0) if lone else clock)
    return Stamp(found.date() if days >= 1 else None, clock if days >= 1 else found.time())


def _written(text: str, order: str, century: int) -> Stamp:
    offset = None
    zone = _OFFSET.search(text)
    if zone and ":" in text[: zone.start()]:
        offset = _offset(zone)
        text = text[: zone.start()]
    clock = next((found for found in _CLOCK.finditer(text) if found[2] or found[5]), None)
    if clock:
        hour = _hour(int(clock[1]), clock[4])
        at = _clock(hour, int(clock[2] or 0), int(clock[3] or 0))
        rest = (text[: clock.start()] + " " + text[clock.end() :]).strip(" ,-").removesuffix("T")
        if at is None:
            return Stamp()
        day = _day(rest, order, century)
        return Stamp(day, at, offset) if day or not rest else Stamp()
    lone = _LONE_CLOCK.fullmatch(text)
    if lone:
        return Stamp(None, _clock(int(lone[1] or lone[3]), int(lone[2] or lone[4]), 0), offset)
    return Stamp(_day(text, order, century))


def _offset(zone: re.Match[str]) -> timedelta:
    if zone[1]:
        return _NAMED_OFFSETS[zone[1].upper()]
    size = timedelta(hours=int(zone[3]), minutes=int(zone[4]))
    return -size if zone[2] == "-" else size


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24: 12 am is 0, 12 pm is 12; 13 pm is left as typed."""
    if half is None or hour > 12:
        return hour
    return hour % 12 + (12 if half in "pP" else 0)


def _clock(hour: int, minute: int, second: int) -> time | None:
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _day(text: str, order: str, century: int) -> date | None:
    text = " ".join(_WEEKDAY.sub(" ", text).split()).strip(" ,")
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return calendar_day(int(found[1]), int(found[3]), int(found[4]))
    if found := _NUMBERS.fullmatch(text):
        order = order or _only_order(found)
        numbers = dict(zip(order, (found[1], found[3], found[4]), strict=True))
        day = calendar_day(_year(numbers["y"], century), int(numbers["m"]), int(numbers["d"]))
        if day is None and not (_fits(found, "mdy") or _fits(found, "dmy")):
            return None  # such as 30 February, in whatever order
        if day is None or len(numbers["m"] + numbers["d"]) > 4:
            raise Misfit
        return day
    if found := _MONTH_DAY.fullmatch(text):
        return calendar_day(int(found[3]), _month(found[1]), int(found[2]))
    if found := _DAY_MONTH.fullmatch(text):
        return calendar_day(_year(found[3], century), _month(found[2]), int(found[1]))
    return None


def _only_order(found: re.Match[str]) -> str:
    """The order in which alone these numbers are a date, or in which they mean what they mean in the other one."""
    orders = [order for order in ("mdy", "dmy") if _fits(found, order)]
    if len(orders) > 1 and int(found[1]) != int(found[3]):
        raise Misfit
    return orders[0] if orders else "mdy"


def _fits(found: re.Match[str], order: str) -> bool:
    month, day = (found[1], found[3]) if order == "mdy" else (found[3], found[1])
    return calendar_day(_year(found[4], 2000), int(month), int(day)) is not None


def order_shown_by(texts: Iterable[str]) -> str:
    """The order that dates such as 25/03/2026 prove, where none proves the other; "" where nothing does."""
    shown = {"mdy": False, "dmy": False}
    for text in texts:
        found = _NUMBERS.match(text.strip())
        if found:
            fits = [order for order in shown if _fits(found, order)]
            if len(fits) == 1:
                shown[fits[0]] = True
    proven = [order for order, proves in shown.items() if proves]
    return proven[0] if len(proven) == 1 else ""


def _year(text: str, century: int) -> int:
    return int(text) + (century if len(text) == 2 else 0)


def _month(word: str) -> int:
    """1 to 12 for a month's English name or its beginning; 0 for any other word."""
    return next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())), 0)


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def misfit(order: str) -> tuple[str, str]:
    """What to say about a date that contradicts the order of its source, or that has none, and the remedy."""
    if not order:
        return TWO_WAYS, "Set date_order (mdy, dmy or ymd) for this source in config/sources.yaml."
    return (
        f"This date does not fit the order {ORDERS[order]} that this source is read in.",
        "Set date_order (mdy, dmy or ymd) for this source in config/sources.yaml; other dates may have been misread.",
    )
