"""Which files a source means, and a look at one that does not disturb whoever is writing it."""

import os
import time
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.problems import STILL_BEING_WRITTEN
from jobs.sources.header_row import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

SAVE_UNDER_TODAYS_NAME = "If it is what counts now, save it under a name of its own, with today's date."
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".tab", ".txt")
CALENDARS = (".ics", ".ical", ".icalendar", ".ifb")
_JUST_NOW = 2.0  # seconds: a file that changed more recently may not be complete yet
_MINUTES = 120.0  # seconds: one whose last line has no end may go on within these
_CLOCKS_DIFFER = 86_400.0  # seconds that another computer's clock may be ahead


class Look(NamedTuple):
    """Size and time of a file, and whether it changed a moment ago, or within the last minutes."""

    size: int
    changed_ns: int
    fresh: bool
    lately: bool


def is_address(path: str) -> bool:
    """Whether a source's path is an address on the web and not a file."""
    return path.lower().startswith(("https://", "http://", "webcal://"))


def holds_password(path: str) -> bool:
    """Whether an address names a user or a password before its host."""
    return is_address(path) and "@" in path.split("/")[2]


def shown_address(path: str) -> str:
    """An address without what follows its host: a calendar's private address is a password."""
    from urllib.parse import urlsplit  # the parent's part; the child starts faster without it

    return f"https://{urlsplit(path).hostname}/…"


def matching_files(path: str, home: "Path") -> "list[Path]":
    """The files of a path, pattern or folder, in no order. Lock files are none; nor, beside exports, is what neither
    path nor pattern names by its ending and no export is, such as a `Thumbs.db` or a download that is under way."""
    import glob
    from pathlib import Path

    whole = pattern_of(path, home)
    if os.path.isfile(whole):
        return [] if _is_lock(whole) else [Path(whole)]
    files = [file for file in glob.glob(whole, recursive=True) if os.path.isfile(file) and not _is_lock(file)]
    ending = os.path.splitext(whole)[1]
    if not ending or glob.has_magic(ending):
        files = [file for file in files if _may_be_export(file)] or files
    return [*map(Path, files)]


def _is_lock(file: str) -> bool:
    return os.path.basename(file).startswith(("~$", "."))


def _may_be_export(file: str) -> bool:
    return os.path.splitext(file)[1].lower() in ("", *WORKBOOKS, *TEXTS, *CALENDARS)


def pattern_of(path: str, home: "Path") -> str:
    """The whole pattern that a source's path stands for: a folder means all that lies in it."""
    import glob

    whole = path if os.path.isabs(path) else str(home / path)
    return os.path.join(glob.escape(whole), "*") if os.path.isdir(whole) else whole


def folder_not_there(path: str, home: "Path") -> str:
    """The folder that a source's path names, where that is not there; else ""."""
    import glob

    folder = os.path.dirname(path)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder if folder and not os.path.isdir(os.path.join(home, folder)) else ""


def look_at(path: str) -> Look:
    """Raises Unreadable where the file is gone or may not be read."""
    try:
        seen = os.stat(path)
    except OSError as error:
        raise _out_of_reach(error) from None
    age = time.time() - seen.st_mtime
    return Look(seen.st_size, seen.st_mtime_ns, abs(age) < _JUST_NOW, -_CLOCKS_DIFFER < age < _MINUTES)


def read_whole(path: str, limit: int) -> tuple[bytes, Look]:
    """All bytes of a file, read at once so that Excel may hold or replace it meanwhile. Raises Unreadable."""
    look = look_at(path)
    if not look.size:
        raise Unreadable("The file is empty (0 bytes).", "Export it again; the export may have been interrupted.")
    if look.size > limit:
        raise Unreadable(
            f"The file has {look.size >> 20} MB; files over {limit >> 20} MB are not read.", "Export a shorter period."
        )
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise _out_of_reach(error) from None
    after = look_at(path)
    if (after.size, after.changed_ns) != (look.size, look.changed_ns) or len(data) != look.size:
        raise BEING_WRITTEN
    return data, look


BEING_WRITTEN = Unreadable(STILL_BEING_WRITTEN, "Nothing to do: it is read on the next run.")


def _out_of_reach(error: OSError) -> Unreadable:
    if isinstance(error, FileNotFoundError):
        return Unreadable(
            "The file is no longer there.", "Nothing to do if it was replaced: it is read on the next run."
        )
    if isinstance(error, PermissionError):
        return Unreadable("The file may not be read.", "Give the account that runs the jobs the right to read it.")
    return Unreadable(f"The file cannot be read: {error.strerror}.", "Check the disk or the network share it lies on.")


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()
