"""Saves a report whole or not at all: last week's file is never left half overwritten."""

from pathlib import Path

from jobs.machine.whole_files import write_whole


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
    try:
        if path.exists() and not path.stat().st_mode & 0o222:
            raise PermissionError(0, "it is write-protected")
        write_whole(path, content, like_before=like_before)
    except OSError as error:
        raise NotSaved(
            f"{path} could not be saved ({error.strerror or error}). What stood there before is unchanged. "
            "Close the file if it is open, see that the folder can be written to and the disk has room, then run again."
        ) from error
