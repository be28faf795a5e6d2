"""Google Sheets and Drive: what they hold is laid into a file of this machine, and read like any other.

The file's time is made from its contents, so that a sheet that did not change is known without being opened. It is
deleted once it was read.
"""

import csv
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from fnmatch import fnmatch
from hashlib import blake2b
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jobs.clinic.problems import TRIED_AGAIN
from jobs.google.trouble import GoogleTrouble, Refused
from jobs.sources.header_row import Unreadable
from jobs.sources.read_results import FileRead, ReadValues
from jobs.sources.reading import start_reading
from jobs.sources.row_marks import FileMemory
from jobs.sources.source import Limits, Source

if TYPE_CHECKING:
    from jobs.clinic.value_rules import ValueRules
    from jobs.google.services import Service

SHEET, DRIVE = "Google Sheet", "Google Drive"
_MOST_PAGES = 50
_GOOGLE_SHEET = "application/vnd.google-apps.spreadsheet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = (
    _GOOGLE_SHEET,
    _XLSX,
    "application/vnd.ms-excel",
    "text/csv",
)
_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv")
_SHARE = "Check it in config/sources.yaml, and share it with the account that signs in."


class Fetched(NamedTuple):
    """A file that was fetched, by the name that it is shown by; `tags` tell the version of it."""

    name: str
    data: bytes
    tags: tuple[str, str] = ("", "")


def fetch_sheet(service: "Service", source: Source, wait: Callable[[float], object]) -> Fetched:
    """All cells of a Google sheet, unformatted, in one call. Dates come as numbers, as Excel keeps them.

    Raises Unreadable, or GoogleTrouble in words of its own.
    """
    cells = f"'{source.sheet.replace(chr(39), chr(39) * 2)}'" if source.sheet else "A:ZZ"
    values = service.api.spreadsheets().values()
    request = values.get(
        spreadsheetId=source.google_sheet_id, range=cells, valueRenderOption="UNFORMATTED_VALUE",
        dateTimeRenderOption="SERIAL_NUMBER", majorDimension="ROWS",
    )  # fmt: skip
    try:
        answer = service.read(request, wait)
    except Refused as refused:
        if refused.status == 404:
            raise GoogleTrouble(f"Google has no such sheet for us. {_SHARE}") from None
        if refused.status == 400 and source.sheet:
            raise Unreadable(
                f'The Google sheet has no page called "{source.sheet}".', "Correct sheet: of this source."
            ) from None
        raise
    rows = answer.get("values") or []
    if not rows:
        raise Unreadable("There is nothing in this Google sheet.", "Check that the export still goes there.")
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return Fetched(f"{SHEET}.csv", file.getvalue().encode())


def _cell(cell: Any) -> str:
    """A value of the JSON as the readers of files write it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell if cell is not None else "")


def fetch_newest(
    service: "Service", source: Source, known: Mapping[str, bytes], limit: int, wait: Callable[[float], object]
) -> Fetched | None:
    """The newest spreadsheet of a Drive folder whose name fits `path`; None where it is the one of last time."""
    newest = _newest(service, source, wait)
    tags = str(newest["id"]), f"{newest.get('modifiedTime', '')} {newest.get('md5Checksum', '')}"
    if any((memory := FileMemory.load(data)) and memory.tags == tags for data in known.values()):
        return None
    if int(newest.get("size") or 0) > limit:
        raise Unreadable(f"The file has more than {limit >> 20} MB.", "Export a shorter period.")
    files = service.api.files()
    sheet = newest.get("mimeType") == _GOOGLE_SHEET
    request = (
        files.export_media(fileId=newest["id"], mimeType=_XLSX)
        if sheet
        else files.get_media(fileId=newest["id"], supportsAllDrives=True)
    )
    try:
        data = service.read(request, wait)
    except Refused as refused:
        if refused.reason == "exportSizeLimitExceeded":
            raise Unreadable("The Google sheet is too large to be handed over.", "Use google_sheet: for it.") from None
        raise
    name = "".join(sign if sign.isalnum() or sign in " .-_()" else "_" for sign in str(newest.get("name") or "file"))
    return Fetched(name.lstrip(".~") + (".xlsx" if sheet else ""), data, tags)


def _newest(service: "Service", source: Source, wait: Callable[[float], object]) -> dict[str, Any]:
    folder = source.google_drive_folder_id.replace("\\", "").replace("'", "")
    words = {
        "q": f"'{folder}' in parents and trashed = false", "orderBy": "modifiedTime desc", "pageSize": 100,
        "fields": "nextPageToken,files(id,name,mimeType,modifiedTime,size,md5Checksum)",
        "supportsAllDrives": True, "includeItemsFromAllDrives": True,
    }  # fmt: skip
    page, seen = "", set[str]()
    for _ in range(_MOST_PAGES):
        try:
            answer = service.read(service.api.files().list(**words, **({"pageToken": page} if page else {})), wait)
        except Refused as refused:
            if refused.status == 404:
                raise GoogleTrouble(f"Google has no such folder for us. {_SHARE}") from None
            raise
        for file in answer.get("files") or ():  # newest first
            if _fits(file, source.path):
                return dict(file)
        page = answer.get("nextPageToken") or ""
        if not page:
            wanted = f'fits "{source.path}"' if source.path else "is a spreadsheet"
            raise Unreadable(f"No file in the Google Drive folder {wanted}.", _SHARE)
        if page in seen:
            break
        seen.add(page)
    raise Unreadable("Google gives one page after the other without an end.", TRIED_AGAIN)


def _fits(file: Any, pattern: str) -> bool:
    if not isinstance(file, dict) or not file.get("id"):
        return False
    name = str(file.get("name") or "")
    if file.get("mimeType") not in _KINDS and not name.lower().endswith(_ENDINGS):
        return False
    return not pattern or fnmatch(name.lower(), pattern.lower())


def read_fetched(
    fetched: Fetched,
    source: Source,
    folder: Path,
    memories: Mapping[str, bytes],
    today: date,
    zone: str,
    rules: "ValueRules",
    limits: Limits,
) -> Iterator[FileRead]:
    """Read a file that was fetched as one of this machine; `folder` is emptied afterwards."""
    with _laid_down(fetched, folder) as path:
        kind = DRIVE if source.google_drive_folder else SHEET
        here = {_bare(name, kind): data for name, data in memories.items()}
        local = replace(source, path=str(path), google_sheet="", google_drive_folder="", take="newest")
        local = replace(local, sheet="") if kind == SHEET else local
        for file in start_reading(local, folder, here, today, zone, limits, rules):
            yield _renamed(file, fetched, kind)


def _bare(name: str, kind: str) -> str:
    """The name of the file that was laid down, by what it is shown as."""
    return f"{SHEET}.csv" if kind == SHEET else name.removeprefix(f"{DRIVE}: ")


@contextmanager
def _laid_down(fetched: Fetched, folder: Path) -> Iterator[Path]:
    """The file in an empty folder of its own, which is gone afterwards. A killed run leaves it to the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    path = folder / fetched.name
    try:
        path.touch(mode=0o600)
        path.write_bytes(fetched.data)
        made_of = int.from_bytes(blake2b(fetched.data, digest_size=7).digest(), "big")
        moment = 10**18 + made_of  # nanoseconds: a day between 2001 and 2004, one for each contents
        os.utime(path, ns=(moment, moment))
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _renamed(file: FileRead, fetched: Fetched, kind: str) -> FileRead:
    """The same file under the name that a person knows it by."""
    name = SHEET if kind == SHEET else f"{DRIVE}: {fetched.name}"
    source = file.values
    file.path, file.changed_ns = name, 0
    file.problem = file.problem and file.problem._replace(file=name)

    def values() -> Iterator[ReadValues]:
        for part in source:
            yield part._replace(problems=[problem._replace(file=name) for problem in part.problems])
        _tag(file, fetched.tags, name)

    file.values = values()
    if file.outcome == "unchanged":
        _tag(file, fetched.tags, name)
    return file


def _tag(file: FileRead, tags: tuple[str, str], name: str) -> None:
    """Remember which version was read. What the reader says of the whole file is complete by now."""
    file.problem = file.problem and file.problem._replace(file=name)
    memory = FileMemory.load(file.memory) if file.memory else None
    if memory and memory.tags != tags:
        memory.tags = tags
        file.memory = memory.dump()
