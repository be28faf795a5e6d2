"""Copies of the database: made while it is in use, checked before they count, put back when the worst has happened."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from shutil import disk_usage

from sqlalchemy.exc import SQLAlchemyError

from jobs.machine.whole_files import reach_disk
from jobs.store.lost_database import BACKUP, can_be_opened, damage_in, hand_over_mark
from jobs.store.marks import MarkUnusable, leave_mark, mark_file
from jobs.store.memory import StoreUnusable
from jobs.store.migrations import HEAD

_WAIT = 5.0  # seconds, for another program to let the database go
_NO_ROOM = 2**17  # bytes
_NAME = "clinic-%Y%m%dT%H%M%SZ.sqlite"
_CLINICS = tuple(f"SELECT DISTINCT clinic_id FROM {table}" for table in ("patients", "letters", "stops"))  # noqa: S608


class BackupFailed(Exception):
    """No good copy could be made, or one cannot be used; the message is a sentence for the IT person."""


def back_up(database: Path, folder: Path, now: datetime) -> Path:
    """Copy the database, which may be in use, into a file of its own and check the copy. Raises BackupFailed.

    The copy appears whole or not at all; only its owner can read it. SQLite's own online copy is used: a file that is
    copied while it is written to is no backup.
    """
    path = folder / now.astimezone(UTC).strftime(_NAME)
    unfinished = path.with_suffix(".unfinished")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            target.execute(f"PRAGMA application_id={BACKUP}")
        if damage := damage_of(unfinished):
            raise BackupFailed(_whose_damage(database, folder, damage))
        what_it_knows(unfinished)
        reach_disk(unfinished)
        os.replace(unfinished, path)
        reach_disk(folder)
    except (OSError, sqlite3.Error) as trouble:
        raise BackupFailed(f"The database could not be backed up into {folder}: {_reason(trouble)}.") from None
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return path


def damage_of(path: Path) -> str:
    """What is damaged in a database, in SQLite's words; "" where it is whole, or cannot be looked at just now."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return damage_in(database, "integrity_check")
    except sqlite3.OperationalError:
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)


def _whose_damage(database: Path, folder: Path, damage: str) -> str:
    """The sentence for a copy that is damaged: it has that from the database, or from the disk that it lies on."""
    if damage_of(database):
        backup = max(folder.glob("clinic-*Z.sqlite"), default="FILE")
        return (
            f"The database {database} is damaged ({damage}), so no good copy of it can be made. Put a backup in its "
            f"place: `run_jobs.py restore {backup}` (docs/it.md)."
        )
    return f"The copy in {folder} is damaged ({damage}), the database is not. Look at the disk of that folder."


def what_it_knows(path: Path, clinic_id: str = "") -> str:
    """Check that a file is a whole database of ours, and of this clinic; the last moment it knows, UTC text or "".

    Raises BackupFailed.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            if damage := damage_in(database, "integrity_check"):
                raise BackupFailed(f"{path} is damaged ({damage}). Take an older backup.")
            (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            clinics = _clinics_of(database)
            last = database.execute("SELECT MAX(started_at) FROM runs").fetchone()[0]
    except (sqlite3.Error, TypeError) as trouble:
        raise BackupFailed(f"{path} is no database of this program: {_reason(trouble)}.") from None
    if revision > HEAD:
        raise BackupFailed(f"{path} was made by a newer version of this program. Install that version again.")
    if clinic_id and clinics and clinic_id not in clinics:
        raise BackupFailed(f"{path} is of another clinic ({', '.join(sorted(clinics))}); this one is {clinic_id}.")
    return str(last or "")


def clinics_in(path: Path) -> set[str]:
    """The clinics whose data a database holds; none where it cannot be read."""
    if not can_be_opened(path):
        return set()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return _clinics_of(database)
    except sqlite3.Error:
        return set()


def _clinics_of(database: sqlite3.Connection) -> set[str]:
    return {row[0] for query in _CLINICS for row in database.execute(query)}


def close_up(database: Path) -> str:
    """Let SQLite write all that it knows of a database into its one file; give what tells whether it changes later.

    Raises BackupFailed where another program uses it. One that is gone or damaged stays as it is.
    """
    if can_be_opened(database):
        _fold_log_in(database)
    try:
        status = database.stat()
    except FileNotFoundError:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _fold_log_in(database: Path) -> None:
    try:
        uri = f"{database.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, timeout=_WAIT, uri=True)) as one:
            one.execute("PRAGMA journal_mode=DELETE")  # only where nobody else has it open
    except sqlite3.Error as trouble:
        code = getattr(trouble, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise BackupFailed(cannot_write(database.parent, trouble)) from None
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupFailed(
                f"{database} is in use by another program: a command, the stop page or a database browser. End it."
            ) from None


@contextmanager
def copy_to_put_back(backup: Path, database: Path) -> Iterator[Path]:
    """A copy of a backup beside the database, to write into what the backup cannot know. Raises BackupFailed.

    What is left of one that broke off goes first; nothing is left of one that did not take the database's place.
    """
    copy = _unfinished(database)
    try:
        _delete(copy)
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        backup_uri = f"{backup.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(backup_uri, uri=True)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA application_id=0")
        yield copy
    except MarkUnusable as reason:
        raise BackupFailed(str(reason)) from None
    except (OSError, sqlite3.Error, SQLAlchemyError, StoreUnusable) as trouble:
        raise BackupFailed(cannot_write(database.parent, trouble)) from None
    finally:
        with suppress(OSError):
            _delete(copy)


def put_back(copy: Path, database: Path, known: str, now: datetime, state_dir: Path, sign: str) -> Path | None:
    """Let a finished copy take the place of the database, in one step; what stood there is kept under another name,
    which is given back. Raises BackupFailed, OSError and sqlite3.Error, changing nothing.

    `known` is what `close_up` gave, and `sign` the newest sign of the copy. Where the former database cannot be closed
    up, it is moved away before: if this breaks off there, none is there, and every command says so.
    """
    with closing(sqlite3.connect(copy)) as one:
        one.execute("PRAGMA journal_mode=DELETE")
    reach_disk(copy)
    if close_up(database) != known:
        raise BackupFailed(f"{database} was written to meanwhile. Stop the runs and the stop page, and try again.")
    aside = _free_name(database.with_name(f"{database.stem}-before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite"))
    there = database.exists()
    beside = [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]
    left = [part for part in beside if part.exists()]
    if there and (left or not _linked(database, aside)):
        os.replace(database, aside)
    for part in left:  # together with the former database they are one
        os.replace(part, aside.with_name(f"{aside.name}{part.name.removeprefix(database.name)}"))
    hand_over_mark(copy, database, state_dir, sign)
    _give_to_the_same(copy, aside if there else database.parent)
    os.replace(copy, database)
    with suppress(MarkUnusable):  # the next command that opens it leaves it
        leave_mark(mark_file(state_dir), sign)
    with suppress(OSError):  # after a power cut the former one may be back: whole, too
        reach_disk(database.parent)
    return aside if there else None


def _give_to_the_same(copy: Path, before: Path) -> None:
    """What root puts back belongs to whom the former database belonged, else its folder: the jobs run as that user."""
    if os.geteuid() == 0:
        owner = before.stat()
        os.chown(copy, owner.st_uid, owner.st_gid)


def cannot_write(folder: Path, trouble: Exception) -> str:
    """Why a database or a lock could not be written into a folder, for the IT person."""
    reason = _reason(trouble)
    if _is_full(trouble) or "disk is full" in reason or _has_no_room(folder):
        return f"The disk of {folder} is full. Make room there: a database that is put back needs its size twice."
    return f"The database could not be put back into {folder}: {reason}."


def _is_full(trouble: Exception) -> bool:
    return isinstance(trouble, OSError) and trouble.errno in (errno.ENOSPC, errno.EDQUOT)


def _has_no_room(folder: Path) -> bool:
    """Whether a disk is as good as full: where SQLite cannot enlarge what it shares in memory, it says "I/O error"."""
    try:
        return disk_usage(folder).free < _NO_ROOM
    except OSError:
        return False


def _linked(database: Path, aside: Path) -> bool:
    """Whether the database has got a second name, so that its own can be given to another at once. Raises OSError where
    the disk is full."""
    try:
        os.link(database, aside)
    except OSError as trouble:
        if _is_full(trouble):
            raise
        return False  # not every file system can
    return True


def _free_name(path: Path) -> Path:
    """This name, or one with a number where it is taken."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(name for name in chain([path], numbered) if not name.exists())


def drop_unfinished(database: Path) -> None:
    """Delete what a `restore` left that was killed. To be called while none can be under way."""
    _delete(_unfinished(database))


def _unfinished(database: Path) -> Path:
    return database.with_name(f"{database.name}.unfinished")


def _delete(copy: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def drop_old_backups(folder: Path, keep: int, now: datetime) -> int:
    """Delete all but the newest backups; say how many went. One from after `now` was made by a clock that was ahead:
    nobody knows how old it is, so it goes before the others."""
    newest = now.astimezone(UTC).strftime(_NAME)
    old = sorted(folder.glob("clinic-*Z.sqlite"), key=lambda path: (path.name <= newest, path.name))[:-keep]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _reason(trouble: Exception) -> str:
    cause = getattr(trouble, "orig", None) or trouble  # what the database library wraps
    return (getattr(cause, "strerror", "") or str(cause)).rstrip(".")
