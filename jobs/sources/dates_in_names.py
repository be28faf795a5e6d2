"""Dates in files' names that do not begin with the year: 11-26-2026, 112626, Nov 26, 2026, 26Nov2026, 11-26."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

Found = tuple[int, int, int, int, int]
"""Where a date begins and ends in a name, its year, month and day; no calendar needs to have it."""

Places = tuple[int, int, int]
"""Of year, month and day among the groups of a pattern; 0 for a year that does not stand there."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_DAY, _GAP, _YEAR = r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?", r"[-_., ]{0,2}", r"(20\d\d|\d\d)(?!\d)"
_IN_WORDS = (
    (f"{_MONTH}{_GAP}{_DAY}[-_., ]{{1,2}}{_YEAR}", (3, 1, 2)),
    (f"{_DAY}{_GAP}{_MONTH}{_GAP}{_YEAR}", (3, 2, 1)),
    (rf"(?<!\d)(20\d\d){_GAP}{_MONTH}{_GAP}(\d{{1,2}})(?!\d)", (1, 2, 3)),
)
_IN_WORDS_WITHOUT_YEAR = ((rf"{_MONTH}{_GAP}{_DAY}(?!\d)", (0, 1, 2)), (f"{_DAY}{_GAP}{_MONTH}", (0, 2, 1)))
_YEAR_LAST = r"(?<!\d)(\d{1,2})([-_. ])(\d{1,2})\2(20\d\d|\d\d)(?!\d)"
_RUN_TOGETHER = r"(?<!\d)(\d\d)()(\d\d)(20\d\d)(?!\d)"
_SIX_DIGITS = r"(?<!\d)(\d\d)(\d\d)(\d\d)(?!\d)"
_TWO_NUMBERS = r"(?<![\dv])(?<!\d[-_.])(\d{1,2})([-_.])(\d{1,2})(?![-_.]?\d)"
_TWO_YEARS = timedelta(days=2 * 366)


def dates_in(stem: str, order: str, changed: date) -> list[Found]:
    """The dates in a name that has none which begins with the year. `order` is that of day and month; without one, only
    months in words are sure. `changed`, the day of its last change, tells the year where none stands there."""
    found = _all(_IN_WORDS, stem)
    if not found and order in ("mdy", "dmy"):
        places = (4, 1, 3) if order == "mdy" else (4, 3, 1)
        found = _all(((_YEAR_LAST, places), (_RUN_TOGETHER, places)), stem) or list(_six_digits(stem, order, changed))
    if found:
        return found
    found = _all(_IN_WORDS_WITHOUT_YEAR, stem)
    if not found and order in ("mdy", "dmy"):
        found = _all([(_TWO_NUMBERS, (0, 1, 3) if order == "mdy" else (0, 3, 1))], stem)
    return [
        (start, end, year, month, day) for start, end, _, month, day in found if (year := _year(month, day, changed))
    ]


def _all(patterns: Iterable[tuple[str, Places]], stem: str) -> list[Found]:
    return sorted(
        (match.start(), match.end(), _number(match, year), _number(match, month), _number(match, day))
        for pattern, (year, month, day) in patterns
        for match in re.finditer(pattern, stem, re.IGNORECASE)
    )


def _number(match: re.Match[str], place: int) -> int:
    """The number that stands there, also of a month's name; 0 where nothing does."""
    part = match[place] if place else "0"
    return int(part) if part.isdigit() else _MONTHS.index(part[:3].lower()) + 1


def _six_digits(stem: str, order: str, changed: date) -> Iterator[Found]:
    """Dates such as 112626 or 261126, where only one of the two can be meant: of the last two years."""
    for match in re.finditer(_SIX_DIGITS, stem):
        first, second, third = (int(part) for part in match.groups())
        ways = {(third, first, second) if order == "mdy" else (third, second, first), (first, second, third)}
        days = {day for year, month, day_ in ways if (day := _day(2000 + year, month, day_)) and _is_near(day, changed)}
        if len(days) == 1:
            day = days.pop()
            yield match.start(), match.end(), day.year, day.month, day.day


def _is_near(day: date, changed: date) -> bool:
    return changed - _TWO_YEARS < day <= changed + timedelta(days=1)


def _year(month: int, day: int, changed: date) -> int:
    """The year of a day without one: no file is saved before the day of which it is. 0 where the day that is nearest
    was still to come, so that it may be no day at all, such as the first of several parts."""
    near = [found for year in (-1, 0, 1) if (found := _day(changed.year + year, month, day))]
    nearest = min(near, key=lambda each: abs(each - changed), default=None)
    return nearest.year if nearest and nearest <= changed + timedelta(days=1) else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
