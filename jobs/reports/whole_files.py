"""Saves a report whole or not at all: last week's file is never left half overwritten."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


class NotSaved(OSError):
    """A report that could not be saved; its text says which one, why, and what to do."""


def lock_beside(path: Path) -> Path | None:
    """The file that Excel and LibreOffice lay beside one for as long as it is open there."""
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    return next((lock for lock in locks if lock.exists()), None)


def refuse_if_open(path: Path) -> None:
    """Raise NotSaved if somebody has the file open: what they write in it would be lost, or what is written now."""
    lock = lock_beside(path)
    if lock:
        raise NotSaved(
            f"{path} is open in another program, and stays as it is. Close it there, then run again. "
            f"If nobody has it open, delete {lock.name} beside it."
        )


def save_whole(path: Path, content: bytes, like_before: bool = False) -> None:
    """Write beside the file, wait until the disk has it, then put it in the file's place.

    The file is readable by its owner only; with `like_before` its owner and readers stay those of the file that it
    replaces. Raises NotSaved; a file of that name is then as it was before.
    """
    beside = ""
    try:
        if path.exists() and not path.stat().st_mode & 0o222:
            raise PermissionError(0, "it is write-protected")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with open(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if like_before and path.exists():
            _take_after(path, beside)
        os.replace(beside, path)
        beside = ""
        _sync_folder(path.parent)
    except OSError as error:
        raise NotSaved(
            f"{path} could not be saved ({error.strerror or error}). What stood there before is unchanged. "
            "Close the file if it is open, see that the folder can be written to and the disk has room, then run again."
        ) from error
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)


def _take_after(path: Path, beside: str) -> None:
    before = path.stat()
    os.chmod(beside, before.st_mode & 0o777)
    with suppress(PermissionError):  # to give a file away is for the administrator
        os.chown(beside, before.st_uid, before.st_gid)


def _sync_folder(folder: Path) -> None:
    """The new name reaches the disk too; Windows has no such call and needs none."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
