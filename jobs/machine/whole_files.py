"""Writes a file whole or not at all: a full disk or a killed run leaves what stood there before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, content: bytes, *, durable: bool = True, like_before: bool = False) -> None:
    """Put `content` at `path`, as `whole_file` does."""
    with whole_file(path, durable=durable, like_before=like_before) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path, *, durable: bool = True, like_before: bool = False) -> Iterator[BinaryIO]:
    """A file to write into, which lies beside `path` and takes its place when all went well. Raises OSError.

    Only its owner can read it, or look into a folder that was made for it; with `like_before` its owner and readers
    stay those of the file that it replaces.
    `durable` waits until the disk has it; what can be made again need not wait.
    """
    _make_private(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(_made_in(path.parent, beside), "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if like_before and path.exists():
            _take_after(path, beside)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    if durable:
        reach_disk(path.parent)


def _made_in(folder: Path, beside: Path) -> int:
    """A new file, opened to be written. Where none can be made, OSError names the folder: nobody knows this file."""
    try:
        beside.unlink(missing_ok=True)  # of a killed run that had the same number
        return os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as trouble:
        trouble.filename = str(folder)
        raise


def keep_for_speed(path: Path, content: bytes) -> bool:
    """Keep what only saves time: never fails, never waits. Whether it is kept."""
    try:
        write_whole(path, content, durable=False)
    except OSError:
        return False
    return True


def is_private(path: Path) -> bool:
    """Whether a file is this user's, and nobody else can read or write it. Raises OSError."""
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o077


def reach_disk(path: Path) -> None:
    """Wait until the disk has this file, or what a folder lists. Windows cannot be asked that of a folder."""
    if os.name != "posix":
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner only."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _take_after(path: Path, beside: Path) -> None:
    before = path.stat()
    os.chmod(beside, before.st_mode & 0o777)
    with suppress(PermissionError):  # to give a file away is for the administrator
        os.chown(beside, before.st_uid, before.st_gid)
