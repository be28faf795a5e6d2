"""Moments and days of an export, read into UTC moments and the clinic's own calendar days."""

import re
from datetime import UTC, date, datetime, time, timedelta
from datetime import timezone as fixed_zone
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.cells import CORRECT, Doubt
from jobs.clinic.patterns import pattern
from jobs.clinic.stamps import SERIAL, Misfit, Stamp, calendar_day, misfit, read_stamp

FIRST_YEAR, LAST_YEAR = 1905, 2100  # spreadsheets put a time of day without its day into 1899, 1900 or 1904


class Moment(NamedTuple):
    """A moment in the forms of `records`. `timed` is False where the cell gave a day only, or midnight, at which
    nobody is treated: `at` is its midnight then."""

    at: str
    on: str
    timed: bool


NO_MOMENT = Moment("", "", False)
_moment = partial(tuple.__new__, Moment)  # in half the time: there are very many

_NO_YEAR = frozenset((1899, 1900, 1904))  # where spreadsheets put a time of day without its day
_ISO_HOUR = pattern(r"\d{4}-\d\d-\d\d[T ]\d\d")
_HOURS = tuple(f"{hour:02}" for hour in range(24))
_MINUTES = {f":{minute:02}{second}": f":{minute:02}:00Z" for minute in range(60) for second in ("", ":00")}
_ISO_BIRTH = pattern(r"(?:19|20)\d\d-\d\d-\d\d")


class MomentReader:
    """Reads moments of one source: knows the clinic's zone, the zone that times without an offset are written in,
    and the order of day and month."""

    def __init__(self, zone: str, order: str, written_in: str = "") -> None:
        self._clinic = ZoneInfo(zone)
        self._zone = ZoneInfo(written_in) if written_in else self._clinic
        self._order = order
        self._own = self._zone.key == self._clinic.key
        self._offsets: dict[date, timedelta | None] = {}
        self._hours: dict[str, tuple[str, str]] = {}  # 2026-03-04 09 -> 2026-03-04T14 in UTC, 2026-03-04

    def read(self, text: str) -> Moment | Doubt[Moment]:
        """The moment in one cell; NO_MOMENT for an empty one."""
        hour = self._hours.get(text[:13])
        if hour and (minutes := _MINUTES.get(text[13:])):  # so readers hand over typed cells: most of all cells
            return _moment((hour[0] + minutes, hour[1], True))
        found = self.read_cells((text,))
        if isinstance(found, Moment) and self._own and text[13:] in _MINUTES and _ISO_HOUR.fullmatch(text[:13]):
            self._remember_day(date.fromisoformat(text[:10]), text[10])
        return found

    def _remember_day(self, day: date, between: str) -> None:
        """Keep what each hour of the clinic's clock is in UTC, on a day of which all lie equally far from it."""
        offset = self._offset_all_day(day)
        if offset is not None and not offset.seconds % 3600:
            on, *beside = ((day + timedelta(days=days)).isoformat() for days in (0, 1, -1))
            behind = offset // timedelta(hours=1)
            for hour, written in enumerate(_HOURS[1:], start=1):  # at midnight, only the day is meant
                days, there = divmod(hour - behind, 24)
                self._hours[f"{on}{between}{written}"] = f"{(on, *beside)[days]}T{_HOURS[there]}", on

    def read_cells(self, texts: tuple[str, ...]) -> Moment | Doubt[Moment]:
        """The moment in several cells of a row, such as a date and a time, each of which may hold both."""
        try:
            stamps = [read_stamp(text, self._order) for text in texts if text and not text.isspace()]
        except Misfit:
            return Doubt(NO_MOMENT, *misfit(self._order))
        if not stamps:
            return NO_MOMENT
        day = next((stamp.day for stamp in stamps if stamp.day and stamp.day.year not in _NO_YEAR), None)
        timed = max(stamps, key=lambda stamp: (stamp.clock is not None, stamp.clock != time()))  # a day's 00:00 is weak
        if day is None:
            return Doubt(NO_MOMENT, "This is no date that can be read.", CORRECT)
        found = self._settle(datetime.combine(day, timed.clock or time()), timed.offset, timed.clock is not None)
        if timed.clock is None and isinstance(found, Moment) and Stamp() in stamps:
            return Doubt(found, "The time of day cannot be read; only the day is used.", CORRECT)
        return found

    def lacks_day(self, texts: tuple[str, ...]) -> bool:
        """Whether the cells of a row give a time of day without its day, as an end often does."""
        try:
            stamps = [read_stamp(text, self._order) for text in texts if text]
        except Misfit:
            return False
        days = [stamp.day for stamp in stamps if stamp.day and stamp.day.year not in _NO_YEAR]
        return not days and any(stamp.clock for stamp in stamps)

    def says_time(self, text: str) -> bool:
        """Whether a cell holds a day or a time of day at all."""
        try:
            return read_stamp(text, self._order) != Stamp()
        except Misfit:
            return True

    def local_day(self, moment: Moment) -> str:
        """The calendar day of a moment in the zone that this source writes its times in."""
        if self._own or not moment.at:
            return moment.on
        return datetime.fromisoformat(moment.at).astimezone(self._zone).date().isoformat()

    def gives_offset(self, texts: tuple[str, ...]) -> bool:
        """Whether the cells themselves say how far their time is from UTC, so that no zone is needed."""
        try:
            return any(read_stamp(text, self._order).offset is not None for text in texts if text)
        except Misfit:
            return False

    def _settle(self, local: datetime, offset: timedelta | None, timed: bool) -> Moment | Doubt[Moment]:
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            return Doubt(NO_MOMENT, f"The year is before {FIRST_YEAR} or after {LAST_YEAR}.", CORRECT)
        local = local.replace(tzinfo=None, microsecond=0)
        if offset is None and self._own:
            timed = timed and local.time() != time()
            offset = self._offset_all_day(local.date())
            if offset is not None:
                return Moment(f"{(local - offset).isoformat()}Z", local.date().isoformat(), timed)
        zone = self._zone if offset is None else fixed_zone(offset)
        utc = local.replace(tzinfo=zone).astimezone(UTC)
        here = utc.astimezone(self._clinic)
        at = f"{utc.replace(tzinfo=None).isoformat()}Z"
        moment = Moment(at, here.date().isoformat(), timed)
        if timed and offset is None and utc.astimezone(zone).replace(tzinfo=None) != local:
            return Doubt(
                moment,
                "This time does not exist: the clocks go forward over it. It is read one hour later.",
                CORRECT,
            )
        return moment

    def _offset_all_day(self, day: date) -> timedelta | None:
        """The zone's offset on a day on which the clocks do not change; None on the two days on which they do.

        On those, the clocks decide by RFC 5545, 3.3.5: a time that occurs twice is the first one, one that does not
        occur is read with the offset before the change. `fold=0` of Python means the same.
        """
        if day not in self._offsets:
            midnight = datetime.combine(day, time(), self._zone)
            tomorrow = datetime.combine(day + timedelta(days=1), time(), self._zone)
            same = midnight.utcoffset() == tomorrow.utcoffset()
            self._offsets[day] = midnight.utcoffset() if same else None
        return self._offsets[day]


@lru_cache(maxsize=16384)
def _later_that_day(clock: str, minutes: int) -> str:
    """`17:30:00Z` and 45 give `18:15:00Z`; "" where that is another day."""
    total = int(clock[:2]) * 60 + int(clock[3:5]) + minutes
    return f"{total // 60:02}:{total % 60:02}{clock[5:]}" if total < 1440 else ""


@lru_cache(maxsize=64)
def moment_reader(zone: str, order: str, written_in: str = "") -> MomentReader:
    """One reader per zone and order, kept between tables so that each day's offset is looked up once."""
    return MomentReader(zone, order, written_in)


@lru_cache(maxsize=32768)
def read_birth_date(text: str, order: str) -> str | Doubt[str]:
    """A birth date as `1984-08-02`, "" for an empty cell. Two-digit years are 1921 to 2020."""
    if not text or text.isspace():
        return ""
    if _ISO_BIRTH.fullmatch(text) and calendar_day(int(text[:4]), int(text[5:7]), int(text[8:])):
        return text
    try:
        day = read_stamp(text, order, century=1900).day
    except Misfit:
        return Doubt("", *misfit(order))
    if day and day.year <= 1920 and not re.search(r"(?<!\d)19[012]\d", text) and not SERIAL.fullmatch(text.strip()):
        day = calendar_day(day.year + 100, day.month, day.day)
    if day is None or not 1900 <= day.year <= LAST_YEAR:
        return Doubt("", "This is no birth date that can be read.", CORRECT)
    return day.isoformat()


def later(moment: str, minutes: int) -> str:
    """The UTC moment so many minutes later: `2026-03-04T17:30:00Z` and 45 give `2026-03-04T18:15:00Z`."""
    rest = _later_that_day(moment[11:], minutes)
    if rest:
        return moment[:11] + rest
    return f"{(datetime.fromisoformat(moment[:-1]) + timedelta(minutes=minutes)).isoformat()}Z"
