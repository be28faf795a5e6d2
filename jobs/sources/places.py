"""Where the files of a source lie, and what is remembered of them."""

from collections.abc import Mapping
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from jobs.sources.files import is_address, matching_files, pattern_of, shown_address
from jobs.sources.row_marks import FileMemory
from jobs.sources.source import Source

if TYPE_CHECKING:
    from jobs.sources.newest import Remembered, Told

PLACES = ("path", "google_calendar", "google_sheet", "google_drive_folder")
"""The settings of a source that say where it lies."""


class Place(NamedTuple):
    """A file or address, the name it is shown by, and what is remembered of it and of the file that was read last."""

    path: str
    shown: str
    own: bytes
    base: bytes
    former: bytes = b""  # of this very file, though another one may have been read since
    is_newest_again: bool = False  # another one was read since, and is still there


class Places(NamedTuple):
    """The files of a source that are to be read, oldest first; the turn of this reading; what is told of others.

    `is_past`: what was read since is newer than the file that is there, and gone: nothing is to be taken from it.
    """

    places: list[Place]
    turn: int = 1
    told: "tuple[Told, ...]" = ()
    is_past: bool = False


def find_places(source: Source, home: Path, memories: Mapping[str, bytes], today: date, zone: str) -> Places:
    """Where this source is read; no places where nothing lies there. `memories` are by path, `zone` is the clinic's."""
    if is_address(source.path):
        shown = shown_address(source.path)
        own = memories.get(shown, b"")
        return Places([Place(source.path, shown, own, own)])
    try:
        return _find_files(source, home, memories, today, ZoneInfo(zone))
    except OSError:  # a file went away between being listed and being looked at: next time
        return Places([])


def _find_files(source: Source, home: Path, memories: Mapping[str, bytes], today: date, zone: ZoneInfo) -> Places:
    files = matching_files(source.path, home)
    if len(files) == 1 and memories.keys() <= {shown := shown_path(files[0], home)}:  # nothing to choose among
        own = memories.get(shown, b"")
        known = FileMemory.load(own) if own else None
        return Places([Place(str(files[0]), shown, own, own, own)], known.turn + 1 if known else 1)

    from jobs.sources.newest import Newest, by_age  # only where there is a choice

    def day(changed_ns: int) -> str:
        return f"{datetime.fromtimestamp(changed_ns / 1e9, zone):%a %d %b %Y}"

    ages = by_age(files, source.date_order, today)
    loaded = {path: known for path, data in memories.items() if (known := FileMemory.load(data))}
    newest = Newest(ages, _meant(source, home, loaded), memories.keys(), lambda file: shown_path(file, home), day)
    if source.take == "all":
        owns = [(str(file.path), shown_path(file.path, home)) for file in ages.files]
        places = [Place(path, shown, own := memories.get(shown, b""), own, own) for path, shown in owns]
        return Places(places, _last_turn(loaded) + 1, tuple(newest.of_the_future()))
    if not ages.files:
        return Places([])
    choice = newest.choose()
    # A dated export repeats most rows of the one that was read last.
    last = max(loaded, key=lambda path: loaded[path].turn, default="")
    base, shown = memories.get(last, b""), shown_path(choice.file, home)
    # A file that is the newest again, though another was read after it, must be read again: own is not its own.
    is_again = shown != last and any(shown_path(file.path, home) == last for file in ages.files)
    own = base if shown == last else b""
    place = Place(str(choice.file), shown, own, base, memories.get(shown, b""), is_again)
    return Places([place], _last_turn(loaded) + 1, choice.told, choice.is_past)


def _last_turn(loaded: Mapping[str, FileMemory]) -> int:
    return max((known.turn for known in loaded.values()), default=0)


def _meant(source: Source, home: Path, loaded: Mapping[str, FileMemory]) -> "list[Remembered]":
    """What is remembered of the files that the source still means, whether they are still there or not."""
    from jobs.sources.newest import Remembered, moment_in

    pattern = pattern_of(source.path, home)
    return [
        Remembered(path, moment_in(path.rpartition("/")[2], source.date_order, known.changed_ns), *known.version())
        for path, known in loaded.items()
        if fnmatch(str(home / path), pattern)
    ]


def shown_path(file: Path, home: Path) -> str:
    """A file as it is shown and remembered: by its way from the folder that holds config/."""
    return file.relative_to(home).as_posix() if file.is_relative_to(home) else str(file)


def second_path(source: Source, home: Path, today: date) -> str:
    """The file to join: the newest that matches; "" where there is none."""
    if source.join is None:
        return ""
    try:
        files = matching_files(source.join.path, home)
        if len(files) > 1:
            from jobs.sources.newest import by_age

            files = [file.path for file in by_age(files, source.date_order, today).files]
    except OSError:
        files = []
    return str(files[-1]) if files else ""


def newest_in_words(source: Source, home: Path, today: date) -> str:
    """Which of several files counts as the newest and by what; "" where the source is no choice among files."""
    if source.take == "all" or not source.path or is_address(source.path) or source.google_name:
        return ""
    from jobs.sources.newest import by_age

    try:
        ages = by_age(matching_files(source.path, home), source.date_order, today)
    except OSError:
        return ""
    if len(ages.files) < 2:
        return ""
    newest = shown_path(ages.files[-1].path, home)
    return f"{newest} is the newest of {len(ages.files)} files by {ages.goes_by()}"
