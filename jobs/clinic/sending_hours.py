"""When the clinic writes: its sending days and hours, in its own zone, across both clock changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTED_TO = 366


@dataclass(frozen=True, eq=False, repr=False)
class SendingHours:
    """Days (mon, tue, ...) and hours (24-hour clock, 9:00) in which letters may leave."""

    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: str = "09:00"
    closes: str = "18:00"
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        unknown = [day for day in self.days if day not in DAYS]
        if unknown or not self.days:
            raise ValueError(f"days must be of {', '.join(DAYS)}; {', '.join(unknown) or 'none'} is not")
        if clock_time(self.opens) >= clock_time(self.closes):
            raise ValueError(f"opens ({self.opens}) must be before closes ({self.closes})")

    def is_open(self, now: datetime, zone: ZoneInfo, holidays: Collection[str] = ()) -> bool:
        """Whether a letter may leave at `now` (any zone)."""
        day = now.astimezone(zone).date()
        if not self.works_on(day, holidays):
            return False
        opens, closes = self.span(day, zone)
        return opens <= now.astimezone(UTC) < closes

    def span(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The opening and the closing moment of a day, in UTC: one span, also where the clocks change within it.

        A time that the change skips comes an hour later, one that it repeats is the first of the two; as for jobs.
        """
        return _span(day, self.opens, self.closes, zone)

    def works_on(self, day: date, holidays: Collection[str] = ()) -> bool:
        return DAYS[day.weekday()] in self.days and day.isoformat() not in holidays

    def opening(self, day: date, zone: ZoneInfo, holidays: Collection[str] = (), backward: bool = False) -> datetime:
        """The opening moment of `day`, or of the next sending day after (`backward`: before) it."""
        step = timedelta(days=-1 if backward else 1)
        for _ in range(366):
            if self.works_on(day, holidays):
                break
            day += step
        return self.span(day, zone)[0].astimezone(zone)

    def next_open(self, moment: datetime, zone: ZoneInfo, holidays: Collection[str] = ()) -> datetime:
        """`moment` itself if a letter may leave then, else the next opening."""
        return moment if self.is_open(moment, zone, holidays) else self.opening_after(moment, zone, holidays)

    def opening_after(self, moment: datetime, zone: ZoneInfo, holidays: Collection[str] = ()) -> datetime:
        """The first opening that is still to come at `moment`."""
        local = moment.astimezone(zone)
        day = local.date()
        if not self.works_on(day, holidays) or moment >= self.span(day, zone)[0]:
            day += timedelta(days=1)
        return self.opening(day, zone, holidays)

    def until(self, moment: datetime, late: timedelta, zone: ZoneInfo, holidays: Collection[str] = ()) -> datetime:
        """The last moment for what may leave at `moment` at the earliest and this much late.

        Only the time in which letters leave counts. Days end with the closing of the last of them: two days after a
        Friday are over on Tuesday evening. Less than a day is counted within the hours, and over at the latest with
        the closing of the next sending day.
        """
        day = moment.astimezone(zone).date()
        last = self.last_closing(day, -(-late // timedelta(days=1)), zone, holidays)
        if late >= timedelta(days=1):
            return last
        this_day = max(timedelta(0), self.span(day, zone)[1] - moment)
        if late <= this_day:
            return moment + late
        return min(last, self.opening(day + timedelta(days=1), zone, holidays) + (late - this_day))

    def last_closing(self, day: date, days: int, zone: ZoneInfo, holidays: Collection[str] = ()) -> datetime:
        """The closing of the last of so many sending days after `day`.

        Where letters leave on few days of the week, no more than twice as many calendar days count, holidays apart:
        two days must not become two weeks. So with more than a year, of which nobody counts the days.
        """
        if days > _COUNTED_TO:
            day += timedelta(days=2 * days)
            days = 0
        sending = passed = 0
        while sending < days and passed < 2 * days:
            day += timedelta(days=1)
            passed += day.isoformat() not in holidays
            sending += self.works_on(day, holidays)
        return self.span(self.opening(day, zone, holidays).date(), zone)[1].astimezone(zone)


@lru_cache(maxsize=1024)
def _span(day: date, from_time: str, to_time: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    opens, closes = _moment(day, from_time, zone), _moment(day, to_time, zone)
    if closes <= opens:  # the change swallowed the beginning: the span keeps its length
        first, last = (datetime.combine(day, clock_time(text)) for text in (from_time, to_time))
        closes = opens + (last - first)
    return opens, closes


def _moment(day: date, text: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time(text), tzinfo=zone).astimezone(UTC)


def clock_time(text: str) -> time:
    """`9:00` as a time. Raises ValueError with a plain sentence."""
    try:
        hours, minutes = text.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise ValueError(f'"{text}" is not a time of day; write it like "9:00" or "17:30"') from None
