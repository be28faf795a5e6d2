"""Which of several files is the newest, and what is to be told of those that only look as if they were.

Where each has one date in its name, and a time perhaps, the names decide: a file that is opened and saved again keeps
its name. Else the files' own times decide, of which one that lies in the future counts for nothing. What is older than
what was read since never turns the data back.
"""

import os
import re
import time
from bisect import insort
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.problems import NOTHING_TAKEN
from jobs.sources.files import SAVE_UNDER_TODAYS_NAME, digest_of

_AHEAD = timedelta(days=1)  # so far may another computer's clock, or its zone, be ahead of this one's
# Compiled where several files lie there: a source of one file needs none of them.
_YEAR_FIRST = r"(?<!\d)((?:19|20)\d\d)([-_. ]?)(\d\d)\2(\d\d)"
_TO = r"[-_. –]*(?:to|thru|through|until|till)?[-_. –]*"  # between the first and the last day of a range
_CLOCK = r"[-_. Tt]{0,3}(?:at )?([01]\d|2[0-3])[-_.:h]?([0-5]\d)(?:[-_.:]?([0-5]\d))?(?!\d|\s?[aApP][mM])"
_NAMED = 3  # files that are named one by one
_AT_ONCE_NS = 600 * 10**9  # files that are saved within these minutes may have been copied together


class Named(NamedTuple):
    """The day in a file's name, and the time of day behind it, if there is one; or the last day of a range."""

    day: date
    clock: time_of_day | None
    until: date | None = None


class Aged(NamedTuple):
    """A file, the date in its name, and the nanosecond of its last change; 0 for one that lies in the future."""

    path: Path
    named: Named | None
    changed_ns: int


class Remembered(NamedTuple):
    """A file as it was when it was last read; the one that was read last has the highest turn."""

    path: str  # as it is shown
    named: Named | None
    turn: int
    size: int
    changed_ns: int
    digest: str


class ByAge(NamedTuple):
    """Files, the newest last; whether the dates in their names said so; those whose time lies in the future."""

    files: list[Aged]
    by_names: bool
    ahead: list[Path]
    latest_ns: int  # no file can have come to be after this

    def goes_by(self) -> str:
        """What the newest of them goes by, in words."""
        return "the dates in their names" if self.by_names else "the times of their last change"


class Told(NamedTuple):
    """What is to be told of files that do not count. `held`: the file that may be the newest all the same; letters wait
    until that is settled."""

    what: str
    remedy: str
    held: str = ""


class Choice(NamedTuple):
    """The newest file, and what is to be told. `is_past`: what was read is newer and gone, and nothing is to be taken
    from this one."""

    file: Path
    is_past: bool
    told: tuple[Told, ...]


def moment_in(name: str, order: str, changed_ns: int) -> Named | None:
    """The one date, or range of days, in a file's name; None where there is none, where there are several, or where
    `order` does not say what 03-04-2026 means. `changed_ns` tells the year where the name does not."""
    stem = name.rpartition(".")[0] or name
    dates = re.finditer(_YEAR_FIRST, stem)
    found = [(each.start(), each.end(), int(each[1]), int(each[3]), int(each[4])) for each in dates]
    if not found:
        from jobs.sources.dates_in_names import dates_in  # most names begin with the year, or have none

        found = dates_in(stem, order, datetime.fromtimestamp(changed_ns / 1e9, UTC).date())
    days = [_day(year, month, day) for _, _, year, month, day in found]
    if len(days) == 2 and re.fullmatch(_TO, stem[found[0][1] : found[1][0]]):
        first, last = days
        return Named(first, None, last) if first and last and first <= last else None
    if len(days) != 1 or (day := days[0]) is None:
        return None
    rest = stem[found[0][1] :]
    if clock := re.match(_CLOCK, rest):
        hour, minute, second = (int(part or 0) for part in clock.groups())
        return Named(day, time_of_day(hour, minute, second))
    return None if rest[:1].isdigit() else Named(day, None)  # a longer number only begins like a date


def _day(year: int, month: int, day: int) -> date | None:
    """None for a day that no calendar has."""
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def by_age(files: Iterable[Path], order: str, today: date) -> ByAge:
    """The files in the order in which they came to be; `order` is that of day and month. Raises OSError."""
    end_of_day = datetime.combine(today, time_of_day(), UTC) + timedelta(days=1)
    latest = int(max(time.time(), end_of_day.timestamp()) + _AHEAD.total_seconds()) * 10**9
    times = ((file, os.stat(file).st_mtime_ns) for file in files)
    found = [Aged(file, moment_in(file.name, order, min(changed, latest)), changed) for file, changed in times]
    ahead = [file.path for file in found if file.changed_ns > latest]
    believed = [file._replace(changed_ns=0) if file.changed_ns > latest else file for file in found]
    by_names = bool(found) and all(_has_come(file.named, latest) for file in found) and _in_one_order(found)
    return ByAge(sorted(believed, key=_age(believed, by_names)), by_names, sorted(ahead), latest)


def _has_come(named: Named | None, latest_ns: int) -> bool:
    """Whether a name has a date that may be the day of the export: one that is still to come is not. A range of days
    may be of the future."""
    if named is None or named.until:
        return named is not None
    return named.day <= datetime.fromtimestamp(latest_ns // 10**9, UTC).date()


def _in_one_order(files: Iterable[Aged]) -> bool:
    """Whether all have one day, or all have a range and the later ones begin and end later."""
    spans = sorted((file.named.day, file.named.until or date.min) for file in files if file.named)
    ends = [until for _, until in spans]
    return ends == sorted(ends) and (ends[0] > date.min or ends[-1] == date.min)


def _age(files: list[Aged], by_names: bool) -> Callable[[Aged], tuple[date, date, time_of_day, int, str]]:
    """What to sort files by. Times in names count only where each file has one."""
    timed = by_names and all(file.named and file.named.clock for file in files)

    def age(file: Aged) -> tuple[date, date, time_of_day, int, str]:
        day, clock, until = file.named if file.named and by_names else (date.min, None, None)
        return day, until or day, clock if clock and timed else time_of_day(), file.changed_ns, str(file.path)

    return age


class Newest:
    """Chooses the newest of some files, one at least. `known` are files as they were when they were read, `ever` the
    names of all that ever were; `shown` and `day` say a file and a moment in words."""

    def __init__(
        self,
        ages: ByAge,
        known: Sequence[Remembered],
        ever: Container[str],
        shown: Callable[[Path], str],
        day: Callable[[int], str],
    ) -> None:
        self._ages, self._ever, self._shown, self._day = ages, ever, shown, day
        self._known = {file.path: file for file in known}
        self._last = max(known, key=lambda file: file.turn, default=None)

    def choose(self) -> Choice:
        """The newest file, and what is to be told. Raises OSError."""
        files, touched = self._settled()
        newest = files[-1]
        is_past = self._is_past(newest)
        past = (self._of_past(newest),) if is_past else ()
        told = (*self.of_the_future(), *map(self._of_touched, touched), *self._of_names(files), *past)
        return Choice(newest.path, is_past, told)

    def _settled(self) -> tuple[list[Aged], list[Aged]]:
        """The files by age, and those among them that were only touched: they are as old as when they were read."""
        files, touched = list(self._ages.files), list[Aged]()
        while not self._ages.by_names and self._is_touched(files[-1]):
            file = files.pop()
            touched.append(file)
            insort(files, file._replace(changed_ns=self._known[self._shown(file.path)].changed_ns), key=_changed)
        return files, touched

    def _is_touched(self, file: Aged) -> bool:
        before, last = self._known.get(self._shown(file.path)), self._last
        if before is None or last is None or before.path == last.path or not 0 < before.changed_ns < file.changed_ns:
            return False
        return os.stat(file.path).st_size == before.size and digest_of(file.path.read_bytes()) == before.digest

    def _is_past(self, file: Aged) -> bool:
        """Whether the file that was read last is newer than the newest that is there, and gone."""
        last, latest = self._last, self._ages.latest_ns
        if last is None or any(self._shown(each.path) == last.path for each in self._ages.files):
            return False
        if self._ages.by_names and file.named and last.named and _has_come(last.named, latest):
            if _in_one_order([file, file._replace(named=last.named)]):
                return (file.named.day, file.named.until or date.min) < (last.named.day, last.named.until or date.min)
        return 0 < file.changed_ns < last.changed_ns <= latest

    def of_the_future(self) -> Iterator[Told]:
        """What is to be told of files whose own time lies in the future, where times decide."""
        if self._ages.by_names or len(self._ages.files) < 2:
            return
        for file in self._ages.ahead[:_NAMED]:
            day = self._day(os.stat(file).st_mtime_ns)
            yield Told(
                f"By its time {self._shown(file)} was changed on {day}, which is still to come; it does not count as "
                "the newest file.",
                "Set the clock of the computer that wrote it; if it is the newest, save it again.",
            )

    def _of_touched(self, file: Aged) -> Told:
        return Told(
            f"{self._shown(file.path)} holds what it held before {self._last_path()} was read and only its time is "
            "newer; it does not count as the newest file.",
            SAVE_UNDER_TODAYS_NAME,
        )

    def _of_names(self, files: list[Aged]) -> Iterator[Told]:
        """Files that were saved after the newest one; of one that was never read nobody knows whether it is older."""
        if not self._ages.by_names:
            return
        newest, later = files[-1], sorted(files, key=_changed, reverse=True)
        unread = [file for file in later if file.changed_ns > newest.changed_ns + _AT_ONCE_NS and self._is_unread(file)]
        for file in unread[:_NAMED]:
            yield self._of_unread(file, self._shown(newest.path))
        if later[0].changed_ns > newest.changed_ns and later[0] not in unread:
            yield Told(
                f"{self._shown(later[0].path)} was saved after {self._shown(newest.path)}, on "
                f"{self._day(later[0].changed_ns)}; by the dates in their names the latter is the newest, and it "
                "counts.",
                SAVE_UNDER_TODAYS_NAME,
            )

    def _is_unread(self, file: Aged) -> bool:
        """Whether others of these files were read and this one never was."""
        return self._last is not None and self._shown(file.path) not in self._ever

    def _of_unread(self, file: Aged, newest: str) -> Told:
        shown = self._shown(file.path)
        return Told(
            f"{shown} was saved after {newest}, on {self._day(file.changed_ns)}, and was never read, for by the dates "
            f"in their names the latter is newer: {NOTHING_TAKEN}",
            "If it is the newest, correct the date in its name; if it is an old one, take it out of the folder. "
            "Letters wait until then.",
            shown,
        )

    def _of_past(self, file: Aged) -> Told:
        last = self._last
        if last and file.changed_ns > last.changed_ns + _AT_ONCE_NS and self._is_unread(file):
            return self._of_unread(file, last.path)
        return Told(
            f"{self._shown(file.path)} is older than {self._last_path()}, which was read and is no longer there; "
            "nothing was taken from it.",
            f"Export again. {SAVE_UNDER_TODAYS_NAME}",
        )

    def _last_path(self) -> str:
        return self._last.path if self._last else ""


def _changed(file: Aged) -> int:
    return file.changed_ns
