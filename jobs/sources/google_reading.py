"""Reading a source that lies at Google; whatever Google says of itself ends as one sentence about that source."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.clinic.problems import TRIED_AGAIN
from jobs.clinic.records import Problem
from jobs.google.scopes import READ_CALENDARS, READ_DRIVE, READ_SHEETS
from jobs.google.settings import Google
from jobs.google.trouble import GoogleTrouble
from jobs.sources.header_row import Unreadable
from jobs.sources.read_results import FileRead
from jobs.sources.source import Limits, Source

if TYPE_CHECKING:
    from jobs.clinic.value_rules import ValueRules


def scopes_of(source: Source) -> list[str]:
    """What Google must allow for this source, and no more."""
    wanted = {
        READ_CALENDARS: source.google_calendar, READ_SHEETS: source.google_sheet, READ_DRIVE: source.google_drive_folder
    }  # fmt: skip
    return [scope for scope, where in wanted.items() if where]


class GoogleReading:
    """The file, sheet or calendar of one source; asked for once it is gone through. Never raises for Google."""

    def __init__(
        self,
        source: Source,
        google: Google,
        state_dir: Path,
        memories: Mapping[str, bytes],
        today: date,
        zone: str,
        rules: "ValueRules",
        limits: Limits | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._source, self._google, self._state_dir = source, google, state_dir
        self._memories, self._today, self._zone, self._rules = memories, today, zone, rules
        self._limits, self._wait = limits or Limits(), wait
        self.told: list[Problem] = []  # of files that do not count: of a folder at Google, none is told

    def __iter__(self) -> Iterator[FileRead]:
        try:
            yield from self._read()
        except Unreadable as error:
            yield self._refused(error.what, error.remedy)
        except GoogleTrouble as trouble:
            yield self._refused(str(trouble), TRIED_AGAIN)

    def close(self) -> None:
        """Nothing runs before it is gone through."""

    def _read(self) -> Iterator[FileRead]:
        from jobs.google.services import open_service  # loads the Google client, which only these sources need

        name, version = self._service()
        service = open_service(
            self._google, name, version, scopes_of(self._source), self._state_dir, self._google.act_for
        )
        try:
            if self._source.google_calendar:
                from jobs.sources.google_calendar import read_google_calendar

                yield read_google_calendar(
                    service, self._source, self._memories, self._today, self._zone, self._rules, self._wait
                )
            else:
                yield from self._read_file(service)
        finally:
            service.close()

    def _read_file(self, service: object) -> Iterator[FileRead]:
        from jobs.sources.google_files import fetch_newest, fetch_sheet, read_fetched

        if self._source.google_sheet:
            fetched = fetch_sheet(service, self._source, self._wait)  # type: ignore[arg-type]
        else:
            limit = self._limits.file_bytes
            found = fetch_newest(service, self._source, self._memories, limit, self._wait)  # type: ignore[arg-type]
            if found is None:
                yield from self._as_it_was()
                return
            fetched = found
        folder = self._state_dir / "cache" / "google" / re.sub(r"\W", "_", self._source.name)
        yield from read_fetched(
            fetched, self._source, folder, self._memories, self._today, self._zone, self._rules, self._limits
        )

    def _as_it_was(self) -> Iterator[FileRead]:
        """The file that was read last is still the newest."""
        from jobs.sources.row_marks import FileMemory

        known = {path: memory for path, data in self._memories.items() if (memory := FileMemory.load(data))}
        newest = max(known, key=lambda path: known[path].turn)
        rows = known[newest].marks.rows()
        yield FileRead(newest, "unchanged", memory=self._memories[newest], rows_total=rows, rows_skipped=rows)

    def _service(self) -> tuple[str, str]:
        if self._source.google_calendar:
            return "calendar", "v3"
        return ("sheets", "v4") if self._source.google_sheet else ("drive", "v3")

    def _refused(self, what: str, remedy: str) -> FileRead:
        path = self._source.google_name
        return FileRead(path, "refused", Problem(self._source.name, path, "", 0, "", "", what, remedy, True))
