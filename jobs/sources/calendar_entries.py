"""The entries (VEVENT) of a calendar file as they are parsed: all at once, or one by one where that cannot be done."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from icalendar import Event

_BLOCK = re.compile(rb"^BEGIN:VEVENT\r?\n.*?^END:VEVENT[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_ZONES = re.compile(rb"^BEGIN:VTIMEZONE\r?\n.*?^END:VTIMEZONE[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_ENTRY_LINE = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?$", re.MULTILINE)
_LEVEL = re.compile(rb"^(BEGIN|END):", re.MULTILINE | re.IGNORECASE)


class Entry(NamedTuple):
    """One VEVENT with its place in the file, counted from 1."""

    ordinal: int
    event: "Event"
    zones: tuple[Any, ...]


def parse_entries(data: bytes, sentences: list[str]) -> list[Entry]:
    """Every entry that can be parsed; a file that cannot be parsed whole is parsed entry by entry."""
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(data, multiple=True)
        found = [(event, calendar) for calendar in calendars for event in cast("list[Event]", calendar.walk("VEVENT"))]
    except Exception:
        return _one_by_one(data, sentences)
    begun = count_entries(data)
    if not calendars or (not found and begun):
        return _one_by_one(data, sentences)
    if len(found) < begun and data.rfind(b"END:VEVENT") < data.rfind(b"BEGIN:VEVENT"):
        sentences.append(f"The calendar breaks off in entry {begun}, which is left out.")
    return [
        Entry(number, event, tuple(calendar.walk("VTIMEZONE"))) for number, (event, calendar) in enumerate(found, 1)
    ]


def _one_by_one(data: bytes, sentences: list[str]) -> list[Entry]:
    from icalendar import Calendar

    zones = b"\r\n".join(_ZONES.findall(data))
    entries, number = [], 0
    for number, block in enumerate(_BLOCK.findall(data), 1):
        try:
            text = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//clinic//\r\n" + zones + b"\r\n" + block
            calendar = Calendar.from_ical(text.rstrip() + b"\r\nEND:VCALENDAR\r\n")
            entries.append(Entry(number, cast("Event", calendar.walk("VEVENT")[0]), tuple(calendar.walk("VTIMEZONE"))))
        except Exception as error:
            sentences.append(f"Entry {number} cannot be read ({type(error).__name__}); it is left out.")
    begun = count_entries(data)
    if begun > number and data.rfind(b"END:VEVENT") < data.rfind(b"BEGIN:VEVENT"):
        sentences.append(f"The calendar breaks off in entry {begun}, which is left out.")
    if not entries and not sentences:
        sentences.append("This is no calendar: it holds no entry.")
    return entries


def count_entries(data: bytes) -> int:
    """How many entries a calendar file holds, whether or not they can be read."""
    return len(_ENTRY_LINE.findall(data))


def breaks_off(data: bytes) -> bool:
    """Whether the calendar's end is missing (RFC 5545, section 3.4): only a part of it came."""
    whole = data.upper()
    return whole.rfind(b"END:VCALENDAR") < whole.rfind(b"\nBEGIN:")


def nesting(data: bytes) -> int:
    """How deep its parts stand inside one another; crafted files take a parser's time with it."""
    depth = deepest = 0
    for found in _LEVEL.finditer(data):
        depth = depth + 1 if found[1].upper() == b"BEGIN" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
