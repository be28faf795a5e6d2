"""The made-up clinic's Pilates calendar: weekly slots with their exceptions, as a shared calendar publishes them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from jobs.made_up.lakeside import CLINIC
from jobs.made_up.slots import at

_FORM = "%Y%m%dT%H%M%S"
_ZONE = """\
BEGIN:VTIMEZONE
TZID:America/Los_Angeles
BEGIN:DAYLIGHT
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
TZNAME:PDT
DTSTART:19700308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
TZNAME:PST
DTSTART:19701101T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE"""


@dataclass(frozen=True)
class _Slot:
    """A weekly slot: its weekday (0 is Monday), hour and length, and in which weeks from now it is not as usual."""

    title: str
    weekday: int
    hour: int
    minutes: int = 55
    attendee: str = ""
    every: int = 1  # weeks
    left_out: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    cancelled: tuple[int, ...] = ()


_WEEKLY = (
    _Slot("Pilates - MIRA Q (back)", 0, 7, attendee="mira.q@mail.example", left_out=(-3, 2), moved=(-1,)),
    _Slot("Pilates - TEO W (core)", 1, 7, attendee="teo.w@mail.example", cancelled=(-2, 1)),
    _Slot("Pilates - Odessa Brightwater", 2, 12, attendee="odessa.brightwater@post.example", moved=(0, 2)),
    _Slot("Private - Ansel Fennel (hip)", 3, 7, attendee="ansel.fennel@inbox.example", every=2, left_out=(-2,)),
    _Slot("PT - LUMI R (knee)", 3, 12, 45, "lumi.r@mail.example", cancelled=(-1,)),
    _Slot("PT - Otis Greengage (neck)", 4, 7, 45, "otis.greengage@mail.example", left_out=(-1, 1)),
    _Slot("Pilates duet - NOOR S (balance)", 4, 18, attendee="noor.s@post.example"),
    _Slot("Pilates - BIRDIE L", 5, 8, attendee=""),
    *(_Slot("Lunch", weekday, 12, 60) for weekday in range(5)),
    _Slot("Staff meeting", 2, 8, 30, left_out=(0,)),
)


def calendar_bytes(today: date) -> bytes:
    """calendar.ics (RFC 5545): lines of at most 75 bytes that end in CRLF, the clinic's zone with its rules."""
    monday = today - timedelta(days=today.weekday())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lakeside Made-Up//Calendar//EN", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{CLINIC.name}", f"X-WR-TIMEZONE:{CLINIC.zone}", *_ZONE.splitlines()]
    for number, slot in enumerate(_WEEKLY, start=1):
        lines += _series(f"slot-{number}@lakeside.example", slot, monday)
    lines += _single(
        "closed-1@lakeside.example", "Closed for painting, all rooms", at(monday + timedelta(days=13), time(9)), 180
    )
    lines += _single(
        "trial-1@lakeside.example", "Eval - HANNO B (shoulder)", at(today + timedelta(days=4), time(16)), 60,
        "hanno.b@mail.example", booked=at(today - timedelta(days=1), time(11)),
    )  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line)).encode()


def _series(uid: str, slot: _Slot, monday: date) -> list[str]:
    """One weekly slot that began half a year ago, with the weeks that were left out, moved or cancelled."""
    first = monday + timedelta(days=slot.weekday, weeks=-24)
    booked = at(first - timedelta(days=10), time(10))
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={slot.every};COUNT={30 // slot.every}"
    usual = {week: at(first + timedelta(weeks=24 + week), time(slot.hour)) for week in range(-24, 7)}
    lines = [rule, *(f"EXDATE;{_local(usual[week])}" for week in slot.left_out)]
    entries = _event(uid, slot.title, usual[-24], slot.minutes, slot.attendee, booked, lines)
    for week in slot.moved:
        later = usual[week] + timedelta(days=1, hours=2)
        changed = [f"RECURRENCE-ID;{_local(usual[week])}", "SEQUENCE:1"]
        entries += _event(uid, slot.title, later, slot.minutes, slot.attendee, booked, changed)
    for week in slot.cancelled:
        changed = [f"RECURRENCE-ID;{_local(usual[week])}", "SEQUENCE:1", "STATUS:CANCELLED"]
        entries += _event(uid, slot.title, usual[week], slot.minutes, slot.attendee, booked, changed)
    return entries


def _single(
    uid: str, title: str, start: datetime, minutes: int, attendee: str = "", booked: datetime | None = None
) -> list[str]:
    return _event(uid, title, start, minutes, attendee, booked or start - timedelta(days=30), [])


def _event(
    uid: str, title: str, start: datetime, minutes: int, attendee: str, booked: datetime, more: list[str]
) -> list[str]:
    created = booked.astimezone(UTC).strftime(_FORM) + "Z"
    invited = ["ORGANIZER:mailto:studio@lakeside.example", f"ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:{attendee}"]
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{created}",
        f"CREATED:{created}",
        f"DTSTART;{_local(start)}",
        f"DTEND;{_local(start + timedelta(minutes=minutes))}",
        f"SUMMARY:{title.replace(',', chr(92) + ',')}",
        *(invited if attendee else []),
        *more,
        "END:VEVENT",
    ]


def _local(moment: datetime) -> str:
    """A moment of the clinic's clock with its zone's name: a weekly slot keeps its hour when the clocks change."""
    return f"TZID={CLINIC.zone}:{moment.strftime(_FORM)}"


def _fold(line: str) -> list[str]:
    """The line in parts of at most 75 bytes, each but the first with a blank before it; all text here is ASCII."""
    parts = [line[:75]]
    for start in range(75, len(line), 74):
        parts.append(" " + line[start : start + 74])
    return parts
