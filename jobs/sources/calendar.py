"""Calendar entries as columns of text: recurrences expanded inside a window, moved and cancelled ones in their place.

Runs in a child process with limits on memory and time, and bounds itself as well: the library that expands
recurrences runs without end on some rules.
"""

import warnings
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from jobs.sources.calendar_entries import Entry, breaks_off, count_entries, nesting, parse_entries
from jobs.sources.guests import Booking, Guest, Invitations, name_of_guest
from jobs.sources.header_row import Unreadable

if TYPE_CHECKING:
    from icalendar import Event

COLUMNS = (
    "appointment_id",
    "start",
    "end",
    "all_day",
    "booked",
    "status",
    "title",
    "type",
    "description",
    "location",
    "attendee",
    "attendee_name",
)
MOST_OF_ONE = 2_000  # times that one entry may recur
MOST_OF_ALL = 20_000  # times that all of them may recur; single entries are as many as the file holds
MOST_NESTED = 8  # an alarm in an entry in a calendar is 3
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_ANYBODY = Invitations()


def read_calendar(
    data: bytes, first_day: date, last_day: date, zone: str, invitations: Invitations = _ANYBODY
) -> tuple[dict[str, list[str]], list[int], list[str]]:
    """The entries between two days of the clinic's zone, both included.

    Returns columns by their meaning (COLUMNS, equally long; moments as `2026-03-04T17:30:00Z`), the ordinal of each
    row's entry, and a sentence for each thing that could not be read. An occurrence of a recurring entry is known by
    the entry's UID and its original start, so that it stays the same appointment when it is moved. A class is a row for
    each guest, see `guests`. Raises Unreadable.
    """
    warnings.simplefilter("ignore")  # the library's doubts about zone names; this process reads calendars only
    sentences: list[str] = []
    if nesting(data) > MOST_NESTED:
        raise Unreadable("The calendar's entries stand inside one another without end.", "Export it again.")
    rows: list[tuple[int, tuple[str, ...]]] = []
    recurring = 0
    window = _Window(first_day, last_day, ZoneInfo(zone))
    for group in _by_uid(parse_entries(data, sentences)):
        try:
            found = list(islice(_times(group, window, sentences, invitations), MOST_OF_ONE + 1))
            rows += [(ordinal, row) for ordinal, of_time in found[:MOST_OF_ONE] for row in of_time]
        except Exception as error:  # whatever the library makes of an odd entry, the others still count
            sentences.append(f"Entry {group[0].ordinal} cannot be read ({type(error).__name__}); it is left out.")
            continue
        if len(found) > MOST_OF_ONE:
            times = f"more than {MOST_OF_ONE:,} times in the window"
            sentences.append(f"Entry {group[0].ordinal} recurs {times}; the rest is left out.")
        recurring += len(found) if len(found) > len(group) else 0
        if recurring > MOST_OF_ALL:
            times = f"more than {MOST_OF_ALL:,} times in the window"
            sentences.append(f"The calendar's entries recur {times}; the rest is left out.")
            break
    if breaks_off(data) and not any(" breaks off in " in sentence for sentence in sentences):
        sentences.append(f"The calendar breaks off after entry {count_entries(data)}; what follows is not known.")
    columns = {name: [row[place] for _, row in rows] for place, name in enumerate(COLUMNS)}
    return columns, [ordinal for ordinal, _ in rows], sentences


class _Window(NamedTuple):
    first: date
    last: date
    zone: ZoneInfo

    def moment(self, value: date | datetime) -> datetime:
        """A start or end as a moment with a zone; times without one and whole days are the clinic's."""
        if not isinstance(value, datetime):
            return datetime.combine(value, time(), tzinfo=self.zone)
        return value if value.tzinfo else value.replace(tzinfo=self.zone)

    def holds(self, value: date | datetime) -> bool:
        return self.first <= self.moment(value).astimezone(self.zone).date() <= self.last


def _by_uid(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries of one UID belong together: the recurring one and its moved or cancelled occurrences."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_text(entry.event, "UID") or f"entry {entry.ordinal}", []).append(entry)
    return list(groups.values())


def _times(
    group: list[Entry], window: _Window, sentences: list[str], invitations: Invitations
) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Each time of an entry inside the window: the ordinal of what says it, and its rows."""
    usable = []
    for entry in group:
        try:
            _mend(entry.event)
            why = _why_not(entry.event)
        except Exception as error:  # one occurrence that is broken does not cost its series
            why = f"cannot be read ({type(error).__name__})"
        if why:
            sentences.append(f"Entry {entry.ordinal} {why}; it is left out.")
        else:
            usable.append(entry)
            _note_unknown_zone(entry, sentences)
    recurring = any(entry.event.get(name) for entry in usable for name in ("RRULE", "RDATE", "RECURRENCE-ID"))
    if not recurring:
        for entry in usable:
            if window.holds(entry.event.start):
                yield entry.ordinal, _rows(entry.event, window, _text(entry.event, "UID"), invitations)
        return
    ordinals = {_original(entry.event, window): entry.ordinal for entry in usable if entry.event.get("RECURRENCE-ID")}
    for event in _expand(usable, window):
        original = _original(event, window)
        ordinal = ordinals.get(original, usable[0].ordinal)
        yield ordinal, _rows(event, window, f"{_text(event, 'UID')}/{original}", invitations)


def _mend(event: "Event") -> None:
    """Take out what contradicts the start, which the library would refuse the whole series for.

    Mozilla Lightning leaves `DURATION:PT0S` beside the end of an occurrence that it moved; a merged calendar can give
    one start twice.
    """
    for name in ("DTSTART", "DTEND", "DURATION"):
        value: Any = event.get(name)
        if isinstance(value, list):
            event[name] = value[0]
    start, end = (getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND"))
    if end is not None and start is not None and isinstance(start, datetime) != isinstance(end, datetime):
        del event["DTEND"]
    elif end is not None:
        event.pop("DURATION", None)


def _why_not(event: "Event") -> str:
    """What keeps an entry from being handed on, "" if nothing does."""
    if event.get("DTSTART") is None:
        return "has no start"
    rules = event.get("RRULE") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        if not frequency or frequency in _TOO_OFTEN:
            return "recurs more often than daily, or in no way that is known"
        if any(int(step) < 1 for step in rule.get("INTERVAL") or ()):
            return "recurs with an interval of nothing"
        times = [len(rule.get(name) or [0]) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")]
        if times[0] * times[1] * times[2] > 24:
            return "recurs too many times a day"
    if event.start.year < 1900 or event.start.year > 2200:
        return f"begins in the year {event.start.year}"
    if _years(event) > 2:
        return "lasts for years"
    return ""


def _years(event: "Event") -> float:
    """How long one entry lasts, in years; an end that cannot be computed counts as none."""
    end, length = (getattr(event.get(name), "dt", None) for name in ("DTEND", "DURATION"))
    if end is not None:
        return float(end.year - event.start.year)
    return length.days / 365 if isinstance(length, timedelta) else 0.0


def _note_unknown_zone(entry: Entry, sentences: list[str]) -> None:
    start = entry.event.get("DTSTART")
    name = start.params.get("TZID") if hasattr(start, "params") else None
    if name and isinstance(start.dt, datetime) and start.dt.tzinfo is None:
        sentences.append(f"Entry {entry.ordinal} names a time zone that is not known; it is read in the clinic's.")


def _expand(entries: list[Entry], window: _Window) -> Iterator["Event"]:
    """The occurrences inside the window, bounded in number."""
    import recurring_ical_events
    from icalendar import Calendar

    calendar: Calendar = Calendar()
    for part in entries[0].zones:
        calendar.add_component(part)
    for entry in entries:
        calendar.add_component(entry.event)
    begin = datetime.combine(window.first, time(), tzinfo=window.zone)
    end = datetime.combine(window.last + timedelta(days=1), time(), tzinfo=window.zone)
    query = recurring_ical_events.of(calendar, keep_recurrence_attributes=False)
    yield from (event for event in query.between(begin, end) if window.holds(event.start))


def _original(event: "Event", window: _Window) -> str:
    """The start that an occurrence has by its rule, UTC text, however it was moved."""
    known = event.get("RECURRENCE-ID")
    value = known.dt if known is not None and hasattr(known, "dt") else event.start
    return _utc(window.moment(value))


def _rows(event: "Event", window: _Window, identity: str, invitations: Invitations) -> list[tuple[str, ...]]:
    """The row of an entry; of a class, one for each guest."""
    bookings = invitations.bookings(identity, _text(event, "SUMMARY"), _guests(event))
    return [_row(event, window, booking.number if identity else "", booking) for booking in bookings]


def _row(event: "Event", window: _Window, identity: str, booking: Booking) -> tuple[str, ...]:
    created = event.get("CREATED")
    booked = created.dt if created is not None and hasattr(created, "dt") else None
    try:
        end = _utc(window.moment(event.end))
    except Exception:  # an end that contradicts the start: the start is what counts
        end = ""
    return (
        identity,
        _utc(window.moment(event.start)),
        end,
        "" if isinstance(event.start, datetime) else "yes",
        _utc(window.moment(booked)) if isinstance(booked, date) else "",
        "cancelled" if _text(event, "STATUS").upper() == "CANCELLED" else "",
        booking.title,
        booking.kind,
        _text(event, "DESCRIPTION"),
        _text(event, "LOCATION"),
        booking.guest.address,
        booking.guest.name,
    )


def _guests(event: "Event") -> Iterator[Guest]:
    """The invited addresses that are not the organizer's; a room is no guest (RFC 5545, section 3.2.3)."""
    invited = event.get("ATTENDEE") or []
    organizer = _text(event, "ORGANIZER").lower()
    for address in invited if isinstance(invited, list) else [invited]:
        text, said = str(address), getattr(address, "params", {})
        is_room = str(said.get("CUTYPE") or "").upper() in ("ROOM", "RESOURCE")
        if text.lower().startswith("mailto:") and text.lower() != organizer and not is_room:
            declined = str(said.get("PARTSTAT") or "").upper() == "DECLINED"
            yield Guest(text[7:], name_of_guest(str(said.get("CN") or "")), declined)


def _text(event: "Event", name: str) -> str:
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(str(value).split()) if value is not None else ""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
