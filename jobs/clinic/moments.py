"""When an appointment starts and ends, read from whichever columns an export spreads it over."""

from datetime import UTC, datetime, timedelta
from functools import cache
from operator import itemgetter
from zoneinfo import ZoneInfo

from jobs.clinic.cells import CORRECT, Doubt, read_minutes, read_yes_no
from jobs.clinic.columns import Columns
from jobs.clinic.dates import NO_MOMENT, Moment, MomentReader, later, moment_reader
from jobs.clinic.problems import HOUR_LOST
from jobs.clinic.records import Problem
from jobs.clinic.zones import zone_named

Cells = tuple[str, ...]  # the name of a zone or "", then the cells that together give one moment

_NO_START = Doubt(NO_MOMENT, "The appointment has no start.", CORRECT, set_aside=True)
_NO_ZONE = Doubt(
    NO_MOMENT,
    "The time zone is not known, so that the time is not either.",
    "Use a name such as America/New_York, or leave the zone empty: the clinic's own then counts.",
)
_NO_TIME = Doubt("", "The row has no time of day; only the day is used.", CORRECT)
_HOUR_LOST = Doubt("", HOUR_LOST, CORRECT)
_NONE_AT_ALL = 50  # so many rows without a time of day, and none with one, are an export that has none
_BACKWARDS = Doubt("", "The appointment ends before it starts; its end is left out.", CORRECT)


class Clock:
    """Reads the moments of one source: `zone` is the clinic's, `written_in` that of times without an offset."""

    def __init__(self, zone: str, order: str, written_in: str = "") -> None:
        self._zone, self._order = zone, order
        self.own = moment_reader(zone, order, written_in)
        self.night = _hours_of_night(zone)

    def read(self, cells: Cells) -> Moment | Doubt[Moment]:
        """The moment that the cells of one row give together; NO_MOMENT where all are empty."""
        reader = self.in_zone(cells[0])
        if reader is not None:
            return reader.read_cells(cells[1:])
        return self.own.read_cells(cells[1:]) if self.own.gives_offset(cells[1:]) else _NO_ZONE

    def read_start(self, text: str) -> Moment | Doubt[Moment]:
        """The moment in one cell, which must hold one."""
        found = self.own.read(text)
        return found if found.__class__ is Moment and found[0] else _needed(found)

    def here(self, moment: Moment) -> datetime:
        """A moment by the clinic's clock."""
        return datetime.fromisoformat(moment.at).astimezone(ZoneInfo(self._zone))

    def in_zone(self, name: str) -> MomentReader | None:
        """The reader for times of a row that names its own zone; None where nobody knows that zone."""
        zone = zone_named(name) if name else None
        if zone is None:
            return None if name else self.own
        return moment_reader(self._zone, self._order, zone.key)

    def read_mark(self, text: str) -> tuple[str, str] | Doubt[tuple[str, str]]:
        """A cell such as `cancelled`: yes or no, and the moment where it holds one, which means yes."""
        answer = read_yes_no(text)
        if answer is not None:
            return answer, ""
        if text.startswith("0000-00-00"):  # how some databases write that it never happened
            return "no", ""
        if self.own.says_time(text):
            found = self.own.read(text)
            moment = found.value if isinstance(found, Doubt) else found
            return "yes", moment.at
        return Doubt(("", ""), "This is neither yes or no nor a date, so that the status is in doubt.", CORRECT, True)

    def read_discharge(self, text: str) -> str | Doubt[str]:
        """`yes`, or the day of discharge in the clinic's zone, or "" for no discharge yet."""
        answer = read_yes_no(text)
        if answer is not None:
            return answer if answer == "yes" else ""
        found = self.own.read(text)
        if isinstance(found, Doubt):
            return Doubt(found.value.on, found.what, found.remedy)
        return found.on


def read_starts(columns: Columns, clock: Clock) -> list[Moment]:
    """The start of every row; a row without a readable one, or with one of the night, is set aside."""
    field, known = ("start" if columns.has("start") else "start_date"), len(columns.problems)
    if columns.has("start") and not columns.has("start_date", "start_time", "time_zone"):
        starts = columns.read("start", clock.read_start)
    else:
        starts = columns.read_each(field, _cells(columns, "start"), lambda cells: _needed(clock.read(cells)))
    perhaps = [place for place, start in enumerate(starts) if start[0][11:13] in clock.night]
    if perhaps and len(columns.problems) > known:
        told = {problem.row for problem in columns.problems[known:]}
        perhaps = [place for place in perhaps if columns.table.rows[place] not in told]
    if perhaps:
        from jobs.clinic.night_hours import doubt_the_night

        doubt_the_night(columns, clock, field, _cells(columns, "start"), starts, perhaps)
    return starts


@cache
def _hours_of_night(zone: str) -> frozenset[str]:
    """What 1:00 to 5:00 of a clinic's clock may be in UTC, in winter and in summer: a look before the exact one."""
    here = ZoneInfo(zone)
    days = [datetime(2026, month, 1, 1, tzinfo=here).astimezone(UTC) for month in (1, 7)]
    return frozenset(f"{day + timedelta(minutes=15 * step):%H}" for day in days for step in range(16))


def without_time(starts: list[Moment]) -> list[int]:
    """The places of rows that give a day without a time of day, or midnight; none where an export has no times at all.

    Of a few rows alone nobody can say whether it has: then they are given.
    """
    if all(map(itemgetter(2), starts)):
        return []
    places = [place for place, start in enumerate(starts) if start.at and not start.timed]
    return places if len(places) < len(starts) or len(places) <= _NONE_AT_ALL else []


def hours_lost(
    columns: Columns, keys: list[str], statuses: list[str], days: list[str], today: str
) -> list[tuple[str, Problem | None]]:
    """The keys of the rows without a time of day; of visits still to come, with what is to be told if one is known.

    A cell of its own for the time is missed in any row; a midnight only of visits still to come, where others have a
    time: of one that is over or was called off, nobody needs it. `days` and `today` are ISO days.
    """
    field = _time_field(columns)
    places = [place for place in columns.untimed if place not in columns.aside]
    coming = {place for place in places if statuses[place] == "booked" and days[place] >= today}
    own_cell, alone = field == "start_time", len(columns.untimed) == len(columns.table)
    if own_cell or not alone:
        told = {problem.row for problem in columns.problems}
        for place in places if own_cell else sorted(coming):
            if columns.table.rows[place] not in told:
                columns.note(place, field, columns.texts(field)[place], _NO_TIME)
    return [(keys[place], columns.problem(place, field, _HOUR_LOST) if place in coming else None) for place in places]


def _time_field(columns: Columns) -> str:
    return next((name for name in ("start_time", "start") if columns.has(name)), "start_date")


def _needed(found: Moment | Doubt[Moment]) -> Moment | Doubt[Moment]:
    if isinstance(found, Doubt):
        return found if found.value.at else found._replace(set_aside=True)
    return found if found.at else _NO_START


def read_ends(columns: Columns, clock: Clock, starts: list[Moment]) -> list[str]:
    """The UTC end of every row: from its own cells, else from the start and the minutes it lasts, else ""."""
    ends = [""] * len(starts)
    if columns.has("end", "end_date", "end_time"):
        field = next(name for name in ("end", "end_time", "end_date") if columns.has(name))
        cells = _completed(_cells(columns, "end"), clock, starts)
        found = columns.read_each(field, cells, clock.read)
        ends = [end.at if end.timed else "" for end in found]
        for place, end in enumerate(ends):
            if end and end < starts[place].at:
                columns.note(place, field, columns.texts(field)[place], _BACKWARDS)
                ends[place] = ""
    if columns.has("duration_minutes"):
        minutes = columns.read("duration_minutes", read_minutes)
        ends = [
            end or (later(at, length) if length and at else "")
            for end, (at, _, _), length in zip(ends, starts, minutes, strict=True)
        ]
    return ends


def _completed(cells: list[Cells], clock: Clock, starts: list[Moment]) -> list[Cells]:
    """The cells of the ends, those that give a time of day only completed with the day of their start."""
    lacking = {cell for cell in set(cells) if clock.own.lacks_day(cell[1:])}
    if not lacking:
        return cells
    return [
        (cell[0], (clock.in_zone(cell[0]) or clock.own).local_day(start), *cell[1:]) if cell in lacking else cell
        for cell, start in zip(cells, starts, strict=True)
    ]


def _cells(columns: Columns, name: str) -> list[Cells]:
    """Zone, whole cell, day and time of `start` or `end`, for each row."""
    fields = ("time_zone", name, f"{name}_date", f"{name}_time")
    return list(zip(*(columns.tidy(field) for field in fields), strict=True))
