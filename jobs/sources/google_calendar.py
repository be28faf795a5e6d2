"""A Google calendar: all of it once, then only what changed since, as Google's sync token tells.

The token goes into the store in the transaction that saves the rows, and only once the last page is there: whatever
breaks off before, the next pull asks for the same changes again, and every entry is known by its own number.
"""

import marshal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.normalize import in_short, read_columns
from jobs.clinic.problems import TRIED_AGAIN
from jobs.clinic.records import Appointment, Problem, TextTable
from jobs.google.trouble import GoogleTrouble, Refused
from jobs.sources.calendar import COLUMNS
from jobs.sources.guests import Booking, Guest, Invitations, name_of_guest
from jobs.sources.header_row import Unreadable
from jobs.sources.read_results import FileRead, ReadValues

if TYPE_CHECKING:
    from jobs.clinic.value_rules import ValueRules
    from jobs.google.services import Service
    from jobs.sources.source import Source

PATH = "Google Calendar"
MOST_PAGES = 400
MOST_ENTRIES = 100_000
WINDOW_MOVES_DAYS = 7  # so often all is asked for anew: entries that recur come into the window without a change
_FORMAT = 5  # counted up, too, where titles and guests are read in another way: all is asked for anew then
_ON_A_PAGE = 2500  # the most that Google gives
_FIELDS = (
    "nextPageToken,nextSyncToken,items(id,status,summary,description,location,start,end,created,eventType,"
    "attendees(email,displayName,responseStatus,self,organizer,resource))"
)
_NO_APPOINTMENTS = ("outOfOffice", "focusTime", "workingLocation", "birthday", "fromGmail")
Row = tuple[str, ...]  # in the order of COLUMNS


class _Memory(NamedTuple):
    """What is remembered of a calendar that was read to its end."""

    wish: str  # of all settings that decide what an entry becomes
    token: str
    until: str  # the last day of the window that was asked for
    marks: frozenset[int]  # of the entries that it has
    unsettled: dict[str, Row]  # entries with a problem: they are looked at again each time, so that it stays listed
    gone: tuple[int, ...] = ()  # marks of entries that it has no more, the oldest first: it may not be believed yet
    no_more: tuple[int, ...] = ()  # of those that were deleted or are no appointment any more, likewise
    classes: dict[str, tuple[str, ...]] = {}  # the numbers of entries that are not one appointment of their own one

    def dump(self) -> bytes:
        return marshal.dumps((_FORMAT, *self[:3], sorted(self.marks), *self[4:]))

    @classmethod
    def load(cls, data: bytes) -> "_Memory | None":
        try:
            version, wish, token, until, marks, *more = marshal.loads(data)
            return cls(wish, token, until, frozenset(marks), *more) if version <= _FORMAT else None
        except (ValueError, TypeError, EOFError):
            return None


class _Changes(NamedTuple):
    """What Google told: all entries of the window, or those that changed since a token."""

    items: list[Any]
    token: str
    whole: bool


def read_google_calendar(
    service: "Service",
    source: "Source",
    memories: Mapping[str, bytes],
    today: date,
    zone: str,
    rules: "ValueRules",
    wait: Callable[[float], object],
) -> FileRead:
    """Read what is new in the calendar. Raises Unreadable, or GoogleTrouble in words of its own."""
    known = _Memory.load(memories.get(PATH, b""))
    wish = _wish(source, rules)
    first, last = today - timedelta(days=source.window_days_back), today + timedelta(days=source.window_days_ahead)
    asked_before = known if known and known.wish == wish and _reaches(known.until, last) else None
    changes = _ask(service, source.google_calendar, asked_before and asked_before.token, (first, last), zone, wait)
    before = None if changes.whole else asked_before
    told = _sorted_out(changes.items, ZoneInfo(zone), Invitations(rules.own, source.title_pattern))
    former = _numbers(known.classes if known else {}, told.numbers)
    rows, deleted = told.rows, {each for entry in told.deleted for each in former[entry]}
    dropped = {each for entry in former.keys() - told.deleted for each in former[entry]}.difference(rows)
    marks = frozenset(map(mark_of, rows))
    no_longer = frozenset(map(mark_of, deleted | dropped))
    listed = marks if before is None else (before.marks - no_longer) | marks
    if before:
        rows = {each: row for each, row in before.unsettled.items() if each not in deleted | dropped} | rows
    until = before.until if before else last.isoformat()
    file = FileRead(PATH, "read", rows_total=len(listed), rows_skipped=len(listed) - len(marks))
    if before and not changes.items:
        file.outcome, file.rows_skipped = "unchanged", len(listed)
        file.memory = before._replace(token=changes.token).dump()
        return file
    values, unsettled = _values(source, rows, rules)
    appointments = {mark for mark in values.marks} | {mark_of(each) for each in unsettled}
    file.values = iter([values])
    file.cancelled = frozenset(map(mark_of, deleted))
    gone, no_more = tuple[int, ...](), tuple[int, ...]()
    if known:  # an appointment that became a break is none any more
        lost = known.marks - listed if changes.whole else frozenset[int]()
        gone = _newest(known.gone, lost, except_for=listed | file.cancelled)
        off = known.marks & (marks - appointments | no_longer)
        file.left = lost | known.marks.intersection(map(mark_of, dropped))  # the numbers of a class go by its guests
        no_more = _newest(known.no_more, off, except_for=appointments)
        file.gone, file.no_more = frozenset(gone), frozenset(no_more) - file.cancelled
    classes = (dict(before.classes) if before else {}) | told.numbers
    classes = {entry: numbers for entry, numbers in classes.items() if numbers not in ((), (entry,))}
    file.memory = _Memory(wish, changes.token, until, listed, unsettled, gone, no_more, classes).dump()
    return file


def _newest(before: Iterable[int], now: Iterable[int], except_for: Collection[int]) -> tuple[int, ...]:
    """The marks of both but for some, the oldest first. What is missed is told again with each change that follows: the
    store believes it or not. As many are kept as a calendar can lose at once, be it another one by now: a mark does not
    tell which of them are to come."""
    marks = [mark for mark in dict.fromkeys((*before, *sorted(now))) if mark not in except_for]
    return tuple(marks[-MOST_ENTRIES:])


def mark_of(event_id: str) -> int:
    """What the store knows an entry by."""
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def _reaches(until: str, last: date) -> bool:
    return last - date.fromisoformat(until) < timedelta(days=WINDOW_MOVES_DAYS)


def _wish(source: "Source", rules: "ValueRules") -> str:
    said = (
        source.google_calendar,
        source.window_days_back,
        source.window_days_ahead,
        sorted(asdict(replace(rules, today="")).items()),
    )
    return blake2b(repr((_FORMAT, said)).encode(), digest_size=16).hexdigest()


def _ask(
    service: "Service",
    calendar: str,
    token: str | None,
    window: tuple[date, date],
    zone: str,
    wait: Callable[[float], object],
) -> _Changes:
    """The changes since the token; all of the window where there is none, or where Google no longer knows it (410)."""
    always = {"calendarId": calendar, "singleEvents": True, "showDeleted": True, "maxResults": _ON_A_PAGE}
    if token:
        try:
            items, new = _pages(service, {**always, "syncToken": token, "fields": _FIELDS}, wait)
            return _Changes(items, new, whole=False)
        except Refused as refused:
            if refused.status not in (400, 410):
                raise _in_words(refused) from None
    first, last = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (window[0], window[1] + timedelta(days=1)))
    bounds = {"timeMin": first.isoformat(), "timeMax": last.isoformat(), "fields": _FIELDS}
    try:
        items, new = _pages(service, {**always, **bounds}, wait)
    except Refused as refused:
        raise _in_words(refused) from None
    return _Changes(items, new, whole=True)


def _pages(service: "Service", words: dict[str, Any], wait: Callable[[float], object]) -> tuple[list[Any], str]:
    """The entries of all pages, and the token for the next time; an end that never comes is cut off."""
    items: list[Any] = []
    page, seen = "", set[str]()
    for _ in range(MOST_PAGES):
        answer = service.read(service.api.events().list(**words, **({"pageToken": page} if page else {})), wait)
        items += answer.get("items") or []
        page = answer.get("nextPageToken") or ""
        if len(items) > MOST_ENTRIES:
            raise Unreadable(
                f"The calendar has more than {MOST_ENTRIES:,} entries.",
                "Set window_days_back and window_days_ahead lower for this source in config/sources.yaml.",
            )
        if not page:
            token = answer.get("nextSyncToken") or ""
            if not token:
                raise Unreadable("Google ended its list without saying where to go on next time.", TRIED_AGAIN)
            return items, token
        if page in seen:
            break
        seen.add(page)
    raise Unreadable("Google gives one page after the other without an end.", TRIED_AGAIN)


def _in_words(refused: Refused) -> Exception:
    if refused.status == 404:
        return GoogleTrouble(
            "Google has no calendar of this name for us. Check google_calendar: in config/sources.yaml, and share the "
            "calendar with the account that signs in."
        )
    if refused.status == 403:
        return GoogleTrouble(f"{refused} Share the calendar, with all details, with the account that signs in.")
    return refused


class _Told(NamedTuple):
    """The appointments of some entries by their number, and the entries that were deleted or cancelled."""

    rows: dict[str, Row]
    deleted: set[str]
    numbers: dict[str, tuple[str, ...]]  # of the appointments of each entry


def _numbers(classes: Mapping[str, tuple[str, ...]], entries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The numbers by which these entries were known."""
    return {entry: tuple(classes.get(entry, (entry,))) for entry in entries}


def _sorted_out(items: list[Any], zone: ZoneInfo, invitations: Invitations) -> _Told:
    """What is told of these entries. Of two words on one, the later counts."""
    newest: dict[str, dict[str, Any]] = {}
    for item in items:
        event_id = item.get("id") if isinstance(item, dict) else None
        if isinstance(event_id, str):
            newest.pop(event_id, None)
            newest[event_id] = item
    told = _Told({}, set(), dict.fromkeys(newest, ()))
    for event_id, item in newest.items():
        if item.get("status") == "cancelled":
            told.deleted.add(event_id)
        elif item.get("eventType") not in _NO_APPOINTMENTS:
            bookings = invitations.bookings(event_id, str(item.get("summary") or ""), _guests(item))
            told.numbers[event_id] = tuple(booking.number for booking in bookings)
            told.rows.update((booking.number, _row(item, booking, zone)) for booking in bookings)
    return told


def _row(item: dict[str, Any], booking: Booking, zone: ZoneInfo) -> Row:
    start, whole_day = _moment(item.get("start"), zone)
    end, _ = _moment(item.get("end"), zone)
    texts = {
        "appointment_id": booking.number,
        "start": start,
        "end": end,
        "all_day": "yes" if whole_day else "",
        "booked": _utc(str(item.get("created") or ""), zone),
        "title": booking.title,
        "type": booking.kind,
        "description": item.get("description"),
        "location": item.get("location"),
        "attendee": booking.guest.address,
        "attendee_name": booking.guest.name,
    }
    return tuple(" ".join(str(texts.get(name) or "").split()) for name in COLUMNS)


def _moment(told: Any, zone: ZoneInfo) -> tuple[str, bool]:
    """A start or end as UTC text, and whether it is a whole day."""
    told = told if isinstance(told, dict) else {}
    if told.get("date"):
        return _utc(f"{told['date']}T00:00:00", zone), True
    return _utc(str(told.get("dateTime") or ""), zone), False


def _utc(text: str, zone: ZoneInfo) -> str:
    """A moment as RFC 3339 writes it; as it came where it is none, so that it is listed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _guests(item: dict[str, Any]) -> Iterator[Guest]:
    for guest in item.get("attendees") or ():
        if isinstance(guest, dict) and not any(guest.get(name) for name in ("self", "organizer", "resource")):
            shown, declined = str(guest.get("displayName") or ""), guest.get("responseStatus") == "declined"
            yield Guest(str(guest.get("email") or ""), name_of_guest(shown), declined)


def _values(source: "Source", rows: dict[str, Row], rules: "ValueRules") -> tuple[ReadValues, dict[str, Row]]:
    """What the entries come to, and those of them that have a problem."""
    ids = list(rows)
    columns = {name: [row[place] for row in rows.values()] for place, name in enumerate(COLUMNS)}
    numbers = list(range(1, len(ids) + 1))
    table = TextTable(source.name, PATH, "", columns, numbers)
    read, each_problem, unread, _, aside, _ = read_columns(table, rules)
    found, problems = list(map(Appointment._make, zip(*read, strict=True))), in_short(each_problem, table)
    marks = [mark_of(ids[slot.row - 1]) for slot in found]
    of_rows = {ids[problem.row - 1] for problem in problems if problem.row}
    told = [_with_day(problem, rows, ids) for problem in problems]
    values = ReadValues(numbers, found, marks, told, unread, aside=[row._replace(row=0) for row in aside])
    return values, {each: rows[each] for each in ids if each in of_rows}


def _with_day(problem: Problem, rows: dict[str, Row], ids: list[str]) -> Problem:
    """A problem with the entry's day for its row, as in 20260304: an entry of a calendar has no other number."""
    if not problem.row:
        return problem
    day = rows[ids[problem.row - 1]][COLUMNS.index("start")][:10].replace("-", "")
    return problem._replace(row=int(day) if day.isdecimal() else 1, cell="")
