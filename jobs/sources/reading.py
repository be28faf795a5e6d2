"""Reading one source: which of its files changed, a bounded child for those, and what each of them held."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jobs.clinic.records import Problem, TextTable
from jobs.sources.child_process import ChildProcess
from jobs.sources.files import CALENDARS, folder_not_there, is_address, look_at
from jobs.sources.header_row import Unreadable
from jobs.sources.places import PLACES, Place, find_places, second_path
from jobs.sources.read_results import FileRead, values_of_frame
from jobs.sources.row_marks import FORMAT, FileMemory
from jobs.sources.source import Limits, Source

if TYPE_CHECKING:
    from jobs.clinic.value_rules import ValueRules

_MEANING = 7
"""Of what cells mean, such as a status, and of who comes to a calendar's entry. Whoever changes that for values that
clinics have counts it up: after the upgrade each file is read whole once, so that old rows mean what new ones do."""


def start_reading(
    source: Source,
    home: Path,
    memories: Mapping[str, bytes],
    today: date,
    zone: str,
    limits: Limits | None = None,
    rules: "ValueRules | None" = None,
    spare: list[ChildProcess] | None = None,
) -> "Reading":
    """Look at the files of a source and start the child that reads them, if any changed. Never raises for a file.

    `memories` holds, by path, what `FileRead.memory` was when a file was last saved; `zone` is the clinic's. With
    `rules` the child reads the values too, else the tables come as text. A `spare` child is taken out of its list.
    """
    return Reading(source, home, memories, today, zone, limits or Limits(), rules, spare or [])


class Reading:
    """The files of one source, oldest first. `outlived` names the paths whose memory is of no more use; `told` is of
    files that do not count though they may look as if they should."""

    def __init__(
        self,
        source: Source,
        home: Path,
        memories: Mapping[str, bytes],
        today: date,
        zone: str,
        limits: Limits,
        rules: "ValueRules | None",
        spare: list[ChildProcess],
    ) -> None:
        self._source, self._home, self._limits, self._rules, self._spare = source, home, limits, rules, spare
        self._window = (
            str(today - timedelta(days=source.window_days_back)), str(today + timedelta(days=source.window_days_ahead)),
        )  # fmt: skip
        self._join_path = second_path(source, home, today)
        self._wish, self._zone = _wish(source, zone, rules.own if rules else ()), source.zone or zone
        found = find_places(source, home, memories, today, zone)
        self._places, self._turn, self._is_past = found.places, found.turn, found.is_past
        self.told = [
            self._problem(said.held or source.path, said.what, said.remedy, bool(said.held)) for said in found.told
        ]
        shown = {place.shown for place in self._places}
        self.outlived = tuple(path for path in memories if shown and path not in shown)
        self._known = [self._unchanged(place) for place in self._places]
        self._no_second = bool(source.join) and not self._join_path
        nothing_to_read = self._no_second or all(self._known)
        self._child = None if nothing_to_read else self._start(self._places)

    def __iter__(self) -> Iterator[FileRead]:
        try:
            if not self._places:
                yield self._refused(self._source.path, self._source.path, "path:")
            elif self._no_second and self._source.join:
                yield from (self._refused(place.shown, self._source.join.path, "join: path:") for place in self._places)
            elif self._child is None:
                yield from (file for file in self._known if file)
            else:
                yield from self._read_all()
        finally:
            self.close()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if it still runs."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _unchanged(self, place: Place) -> FileRead | None:
        """Size and time of a file, and of the one joined to it, are those of last time: no child is needed."""
        if self._is_past:
            return FileRead(place.shown, "unchanged", memory=place.former, changed_ns=1)
        known = FileMemory.load(place.own) if place.own and not is_address(place.path) else None
        if known is None or known.wish != self._wish or (self._source.join and not self._join_path):
            return None
        window = " ".join(self._window) if place.path.lower().endswith(CALENDARS) else ""
        try:
            look = look_at(place.path)
            second = look_at(self._join_path) if self._join_path else None
        except Unreadable:
            return None
        if (known.size, known.changed_ns, known.window) != (look.size, look.changed_ns, window):
            return None
        if second and known.second[:3] != (self._join_path, second.size, second.changed_ns):
            return None
        rows = known.marks.rows()
        memory, changed_ns = place.own, look.changed_ns
        return FileRead(
            place.shown, "unchanged", memory=memory, rows_total=rows, rows_skipped=rows, changed_ns=changed_ns
        )

    def _start(self, places: list[Place]) -> ChildProcess:
        source, join = self._source, self._source.join
        task = {
            "wish": self._wish, "preset": source.preset, "columns": source.columns, "sheet": source.sheet,
            "join_path": self._join_path, "join_keys": join.keys() if join else ("", ""),
            "join_columns": join.columns if join else {}, "window": self._window, "zone": self._zone,
            "turn": self._turn, "own": self._rules.own if self._rules else (), "title_pattern": source.title_pattern,
            "several": len(self._places) > 1, "limits": self._limits._asdict(),
        }  # fmt: skip
        files = [(place.path, place.shown, place.own, place.base) for place in places]
        rules = asdict(self._rules) if self._rules else None
        request = {"task": task, "source": source.name, "rules": rules, "files": files}
        child = self._spare.pop() if self._spare else ChildProcess()
        child.ask(request, self._limits.seconds)
        return child

    def _read_all(self) -> Iterator[FileRead]:
        """Each file as the child comes to it. A child that dies takes one file with it; another one reads the rest."""
        for number, place in enumerate(self._places):
            if self._child is None:  # what its predecessor changed is not known: the rest is read whole
                self._child = self._start([other._replace(own=b"", base=b"") for other in self._places[number:]])
            self._child.expect_next_file()
            file = FileRead(place.shown, "read", changed_ns=_changed_ns(place.path))
            file.since = (place.former, place.base) if place.former and place.is_newest_again else None
            parts = self._parts(file)
            first = next(parts, None)
            parts = parts if first is None else chain([first], parts)
            file.tables, file.values = (iter(()), parts) if self._rules else (parts, iter(()))
            yield file
            for _ in parts:  # what the job did not take must leave the pipe
                pass

    def _parts(self, file: FileRead) -> Iterator[Any]:
        """The tables or values of one file; what else the child says of it is noted in `file`."""
        assert self._child is not None
        try:
            while (frame := self._child.frame())[0] != "next":
                if frame[0] == "table":
                    _, sheet, rows, columns, headers, _keys, places = frame
                    yield TextTable(self._source.name, file.path, sheet, columns, rows, headers, places)
                elif frame[0] == "values":
                    yield values_of_frame(*frame[1:])
                else:
                    self._note(file, frame)
        except Unreadable as error:
            self.close()
            self._note(file, ("refused", error.what, error.remedy))

    def _note(self, file: FileRead, frame: tuple[Any, ...]) -> None:
        match frame:
            case ("unchanged", memory, rows):
                file.outcome, file.memory, file.rows_total, file.rows_skipped = "unchanged", memory, rows, rows
            case ("no appointments", marks):
                file.no_more |= frozenset(marks)
            case ("again",):
                file.begun_again = True
            case ("read", notes) if notes:
                file.problem = self._problem(file.path, notes, "")
            case ("done", memory, total, skipped, left, are_gone):
                file.memory, file.rows_total, file.rows_skipped, file.left = memory, total, skipped, frozenset(left)
                file.gone = file.left if are_gone else frozenset()
            case ("waiting", what, remedy):
                file.outcome, file.problem, file.memory = "waiting", self._problem(file.path, what, remedy), b""
            case ("refused", what, remedy):
                file.outcome, file.problem, file.memory = "refused", self._problem(file.path, what, remedy, True), b""

    def _problem(self, path: str, what: str, remedy: str, set_aside: bool = False) -> Problem:
        return Problem(self._source.name, path, "", 0, "", "", what, remedy, set_aside)

    def _refused(self, path: str, wanted: str, setting: str) -> FileRead:
        """Nothing lies where this setting says."""
        gone = folder_not_there(wanted, self._home)
        what = f'No file matches {setting} "{wanted}"' + (f": the folder {gone} is not there." if gone else ".")
        put = "See that it is there (is its drive or share connected?)" if gone else "Put the export there"
        remedy = f"{put}, or correct {setting} of this source in config/sources.yaml."
        return FileRead(path, "refused", self._problem(path, what, remedy, True))


class BegunReading(NamedTuple):
    """A reading that began early, with what it took for remembered and for today: it counts only if that was right."""

    memories: Mapping[str, bytes]
    today: date
    reading: Reading


def value_rules(source: Source, zone: str, today: date, own: tuple[str, ...] = ()) -> "ValueRules":
    """How the values of a source are meant; `zone` is the clinic's, and so are the addresses that are its `own`."""
    from jobs.clinic.value_rules import ValueRules

    return ValueRules(
        zone=zone,
        source_zone=source.zone,
        date_order=source.date_order,
        statuses=dict(source.statuses),
        kinds=dict(source.kinds),
        title_pattern=source.title_pattern,
        prefix=source.name,
        today=today.isoformat(),
        own=own,
    )


def _changed_ns(path: str) -> int:
    """The file's own time; 0 for an address, and for a file that is gone."""
    try:
        return 0 if is_address(path) else look_at(path).changed_ns
    except Unreadable:
        return 0


def _wish(source: Source, zone: str, own: tuple[str, ...]) -> str:
    """All that decides what a row of this source becomes: with other settings, every row is read again."""
    settings = asdict(source)
    for name in (*PLACES, "name", "take", "bad_rows", "window_days_back", "window_days_ahead"):
        del settings[name]
    said = FORMAT, _MEANING, zone, own, sorted(settings.items())
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()
