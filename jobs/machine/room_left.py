"""Whether a disk has room for what a run writes."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from jobs.machine.whole_files import whole_file

FULL = (errno.ENOSPC, errno.EDQUOT)
_A_RUN_NEEDS = 2**17  # bytes; SQLite asks for as much beside its database


def why_no_room(folder: Path) -> str:
    """A sentence where no file can be made in a folder for want of room, with the remedy; else "". It is tried, as only
    the disk itself knows: shares and quotas tell no number, and what is free may be the administrator's alone."""
    trial = folder / ".room-for-a-run"
    try:
        with whole_file(trial) as file:
            file.write(os.urandom(_A_RUN_NEEDS))
    except OSError as trouble:
        if trouble.errno not in FULL:
            return ""
        if _no_file_more(folder):
            return f"{folder}: the disk holds as many files as it can (it has no free inodes). Delete files there."
        return f"{folder}: the disk is full. Make room there."
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    return ""


def _no_file_more(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_files > 0 and found.f_favail == 0
