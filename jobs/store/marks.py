"""The newest sign of the database, kept apart from it: an older copy does not know it."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from jobs.machine.whole_files import write_whole

SIGNS = "signs"
"""The cursor of a clinic that holds the signs which the database has given itself, the newest first."""
_SIGN = """Sign {sign} was the newest of the clinic's database when letters last left, or somebody wanted no more. A
database that does not know this sign is another one or an older one, and no letter leaves; docs/it.md says what to do.
This file holds no patient data.
"""


class Mark(NamedTuple):
    """What the marks say that the right database knows: a sign, and the number of a run where an earlier version of the
    program wrote one; "" and 0 where there is none."""

    sign: str = ""
    run: int = 0


class MarkUnusable(Exception):
    """The mark cannot be read or written; the message is a sentence for the IT person."""


def mark_file(state_dir: Path) -> Path:
    """Where the newest sign of the database is kept, apart from it: whoever copies a database back leaves it alone."""
    return state_dir / "clinic-letters-left.txt"


def leave_mark(mark: Path, sign: str) -> None:
    """Keep the newest sign of the database. Raises MarkUnusable.

    It is written over the one before: then not even a power cut leaves half a mark, and nothing waits for the disk.
    """
    text = _SIGN.format(sign=sign).encode()
    try:
        if not _written_over(mark, text):
            write_whole(mark, text)
    except OSError as trouble:
        raise MarkUnusable(_not_written(mark, trouble)) from None


def _written_over(mark: Path, text: bytes) -> bool:
    """Whether there was one of the same size to write over."""
    try:
        number = os.open(mark, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.fstat(number).st_size == len(text) == os.pwrite(number, text, 0)
    finally:
        os.close(number)


def cannot_be_written(state_dir: Path) -> str:
    """The sentence where the mark could not be left now; nothing is written to tell."""
    mark = mark_file(state_dir)
    try:
        os.close(os.open(mark, os.O_WRONLY | os.O_CLOEXEC))
    except OSError as trouble:
        if trouble.errno not in (errno.ENOENT, errno.EACCES) or not os.access(state_dir, os.W_OK | os.X_OK):
            return _not_written(mark, trouble)
    return ""


def forget_numbered_mark(database: Path, state_dir: Path) -> None:
    """What an earlier version of the program wrote beside a database elsewhere counts no more once there is a sign."""
    for mark in {*mark_places(database, state_dir)} - {mark_file(state_dir)}:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def what_marks_say(database: Path, state_dir: Path) -> Mark:
    """Raises MarkUnusable where a mark cannot be read or says nothing: it may be the one that speaks against this
    database."""
    said = Mark()
    for mark in mark_places(database, state_dir):
        try:
            text = mark.read_text("utf-8", "replace")
        except FileNotFoundError:
            continue
        except OSError as trouble:
            raise MarkUnusable(_unusable(mark, "read", trouble.strerror or "")) from None
        sign, run = re.search(r"Sign ([0-9a-f]{16}) ", text), re.search(r"run number (\d+) ", text)
        if not sign and not run:
            raise MarkUnusable(_unusable(mark, "read", "it names no sign"))
        said = Mark(sign[1] if sign else said.sign, int(run[1]) if run else said.run)
    return said


def is_missed(said: Mark, signs: str) -> bool:
    """Whether a clinic's database that has given itself these signs must have left a mark, and there is none. With one
    sign alone it may have been killed before it could; two are given only when the mark of the first is there."""
    return said == Mark() and " " in signs


def _unusable(mark: Path, done: str, why: str) -> str:
    return (
        f"{mark} tells the database that sent the last letters from an older one, and cannot be {done} ({why}). Give "
        "it to the user that runs the jobs, or move it away and call `run_jobs.py restore --is-right`, if no database "
        "was copied back (docs/it.md)."
    )


def _not_written(mark: Path, trouble: OSError) -> str:
    return f"{_unusable(mark, 'written', trouble.strerror or '')} No letter leaves."


def mark_places(database: Path, state_dir: Path) -> Iterator[Path]:
    """The mark, and where an earlier version of the program left one: beside the database."""
    yield mark_file(state_dir)
    beside = database.with_name(f"{database.name.removesuffix('.sqlite')}-letters-left.txt")
    if beside.resolve() != mark_file(state_dir).resolve():
        yield beside
