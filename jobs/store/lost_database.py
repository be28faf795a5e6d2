"""Tells a database that is lost from one that never was, and one that was copied back from the one that sent the last
letters: another one would know of no letter that has left since, and of nobody who wants no more."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from jobs.machine.whole_files import write_whole

BACKUP = 0x434C4242
"""What a backup says of itself where SQLite has room for it, its `application_id`: no run takes it for the database."""
_ID_AT = slice(68, 72)  # sqlite.org/fileformat.html, the database header
_MARK = "database-was-made.txt"
SIGNS = "signs"
"""The cursor of a clinic that holds the signs which the database has given itself, the newest first."""
_SIGN = """Sign {sign} was the newest of the clinic's database when letters last left, or somebody wanted no more. A
database that does not know this sign is another one or an older one, and no letter leaves; docs/it.md says what to do.
This file holds no patient data.
"""
_WORDS = """The clinic's database was made: {database}
While this file lies here, no new one is made in its place should it ever be gone or empty; a new one would send letters
again that have left. docs/it.md says how to put a backup back. This file holds no patient data.
"""


def note_that_it_is_there(database: Path, state_dir: Path) -> None:
    """Leave a mark that there is a database: in the state folder, and beside a database that lies elsewhere.

    What cannot be written now is written when the database is opened the next time.
    """
    for mark in _marks(database, state_dir):
        if not mark.exists():
            with suppress(OSError):
                write_whole(mark, _WORDS.format(database=database).encode())


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
        raise MarkUnusable(f"{_unusable(mark, 'written', trouble.strerror or '')} No letter leaves.") from None


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


def forget_marks(database: Path, state_dir: Path) -> None:
    """Another database takes its place, and knows what may have left."""
    for mark in _sent_by(database, state_dir):
        mark.unlink(missing_ok=True)


def forget_numbered_mark(database: Path, state_dir: Path) -> None:
    """What an earlier version of the program wrote beside a database elsewhere counts no more once there is a sign."""
    for mark in {*_sent_by(database, state_dir)} - {mark_file(state_dir)}:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def what_marks_say(database: Path, state_dir: Path) -> Mark:
    """Raises MarkUnusable where a mark cannot be read or says nothing: it may be the one that speaks against this
    database."""
    said = Mark()
    for mark in _sent_by(database, state_dir):
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


def _unusable(mark: Path, done: str, why: str) -> str:
    return (
        f"{mark} tells the database that sent the last letters from an older one, and cannot be {done} ({why}). Give "
        "it to the user that runs the jobs; if the database is the right one, it may also be moved away (docs/it.md)."
    )


def copied_words(database: Path, state_dir: Path) -> str:
    """The sentence where a backup lies in the place of the database, without its `restore`; else ""."""
    try:
        with database.open("rb") as file:
            header = file.read(_ID_AT.stop)
    except OSError:
        return ""
    if int.from_bytes(header[_ID_AT], "big") != BACKUP:
        return ""
    return (
        f"The database {database} is a backup that was copied there: letters that left after it was made would leave "
        f"again. `run_jobs.py restore {newest_backup(state_dir) or database}` puts one in its place so that none does "
        "(docs/it.md)."
    )


def older_words(database: Path, state_dir: Path, last: str) -> str:
    """The sentence where a database does not know of the last letters that left. `last` is the newest moment that it
    knows (UTC text)."""
    backup, right = newest_backup(state_dir), state_dir / "clinic.sqlite"
    newer = backup is not None and backup.stem.removeprefix("clinic-") > re.sub(r"[-:]", "", last)
    instead = right if _is_the_right_one(right, state_dir) else backup if newer else database
    marks = " and ".join(str(mark) for mark in _sent_by(database, state_dir) if mark.exists())
    return (
        f"The database {database} does not know the last letters that left, or who wanted no more since: an older or "
        "another one was copied there, or what SQLite kept beside it was deleted. Letters would leave again. "
        f"`run_jobs.py restore {instead}` sees to it that none does (docs/it.md). If it is the "
        f"right one all the same, move away {marks}."
    )


def _is_the_right_one(database: Path, state_dir: Path) -> bool:
    """Whether a database knows what the mark says: one that was moved elsewhere by an old copy still lies there."""
    if not can_be_opened(database):
        return False
    with suppress(sqlite3.Error, MarkUnusable):
        sign = what_marks_say(database, state_dir).sign
        return bool(sign and (_asked(database, _WHAT_IT_KNOWS, SIGNS, sign) or (0, "", 0))[2])
    return False


def traces(database: Path, state_dir: Path) -> list[Path]:
    """What shows that there was a database: the marks, backups, former databases, and that letters were sent."""
    found = [mark for mark in (*_marks(database, state_dir), *_sent_by(database, state_dir)) if mark.exists()]
    if newest_backup(state_dir):
        found.append(state_dir / "backups")
    found += former_databases(database)
    journal = state_dir / "outbox.journal"
    return [*found, journal] if journal.exists() else found


def former_databases(database: Path) -> list[Path]:
    """What `restore` has kept of those that it replaced, oldest first."""
    return sorted(database.parent.glob(f"{database.stem}-before-*{database.suffix}"))


def newest_backup(state_dir: Path) -> Path | None:
    """The newest of the nightly backups."""
    return max((state_dir / "backups").glob("clinic-*Z.sqlite"), default=None)


def log_left(database: Path) -> Path | None:
    """What SQLite had not yet written into the database. It would delete that beside an empty one."""
    log = database.with_name(f"{database.name}-wal")
    return log if _size(log) else None


def is_empty(database: Path) -> bool:
    """Whether the file is gone, or holds nothing."""
    return not _size(database)


def can_be_opened(database: Path) -> bool:
    """Whether a file begins as every database does. Of others SQLite would delete what lies beside them."""
    try:
        with database.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def why_unusable(database: Path, state_dir: Path) -> str:
    """What `open_store` would say of a database that is lost or damaged; "" where it is there, or never was. Nothing is
    opened for writing, and nothing is made."""
    left, log = traces(database, state_dir), log_left(database)
    if is_empty(database):
        return lost_words(database, state_dir, [*left, *([log] if log else [])]) if left or log else ""
    if copied := copied_words(database, state_dir):
        return copied
    why = "file is not a database" if not can_be_opened(database) else ""
    try:
        if not why and left and not _asked(database, "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
            return lost_words(database, state_dir, left)
        if not why and (said := what_marks_say(database, state_dir)) != Mark():
            newest, last, known = _asked(database, _WHAT_IT_KNOWS, SIGNS, said.sign) or (0, "", 0)
            is_older = (newest or 0) < said.run or (said.sign and not known)
            return older_words(database, state_dir, last or "") if is_older else ""
    except MarkUnusable as reason:
        return str(reason)
    except sqlite3.OperationalError:  # it is busy, or another user's: a run says so, if it lasts
        return ""
    except sqlite3.DatabaseError as error:
        why = str(error)
    return unusable_words(f"sqlite:///{database}", why) if why else ""


def unusable_words(url: str, why: str) -> str:
    """The sentence where the database says that it cannot be used."""
    return f"The database {url} cannot be used: {why}."


_WHAT_IT_KNOWS = """SELECT MAX(id), MAX(started_at),
    (SELECT COUNT(*) FROM cursors WHERE name = ? AND value LIKE '%' || ? || '%') FROM runs"""


def _asked(database: Path, query: str, *values: str) -> tuple[Any, ...] | None:
    """The first row of an answer; nothing is written."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    try:
        row: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
        return row
    finally:
        connection.close()


def lost_words(database: Path, state_dir: Path, left: list[Path]) -> str:
    """The sentence for the IT person."""
    state = "is gone" if not database.exists() else "is empty" if is_empty(database) else "has no tables"
    backup = newest_backup(state_dir) or "FILE"
    return (
        f"The database {database} {state}, though there was one; a new one would send letters again that have left. "
        f"Put a backup in its place: `run_jobs.py restore {backup}` (docs/it.md). "
        f"If this is really to be a new beginning, move away what is left of it: {', '.join(map(str, left))}."
    )


def _marks(database: Path, state_dir: Path) -> list[Path]:
    marks = [state_dir / _MARK]
    if database.resolve().parent != state_dir.resolve():
        marks.append(database.with_name(f"{database.name}-was-made.txt"))
    return marks


def _sent_by(database: Path, state_dir: Path) -> Iterator[Path]:
    """The mark, and where an earlier version of the program left one: beside the database."""
    yield mark_file(state_dir)
    beside = database.with_name(f"{database.name.removesuffix('.sqlite')}-letters-left.txt")
    if beside.resolve() != mark_file(state_dir).resolve():
        yield beside


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
