"""Copies of the database: made while it is in use, checked before they count, put back when the worst has happened."""

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from jobs.machine.whole_files import reach_disk
from jobs.store.migrations import HEAD

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


def what_it_knows(path: Path, clinic_id: str = "") -> str:
    """Check that a file is a whole database of ours, and of this clinic; the last moment it knows, UTC text or "".

    Raises BackupFailed.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            damage = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if damage != "ok":
                raise BackupFailed(f"{path} is damaged ({damage}). Older backups lie beside it.")
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
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return _clinics_of(database)
    except sqlite3.Error:
        return set()


def _clinics_of(database: sqlite3.Connection) -> set[str]:
    return {row[0] for query in _CLINICS for row in database.execute(query)}


def put_back(backup: Path, database: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database; what stood there is kept under another name, which is given back.

    Nobody may be using the database.
    """
    aside = database.with_name(f"{database.stem}-before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.sqlite")
    copy = database.with_name(database.name + ".unfinished")
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    copyfile(backup, copy)
    reach_disk(copy)
    there = database.exists()
    for suffix in ("", "-wal", "-shm"):  # together they are one database
        part = database.with_name(database.name + suffix)
        if part.exists():
            os.replace(part, aside.with_name(aside.name + suffix))
    os.replace(copy, database)
    reach_disk(database.parent)
    return aside if there else None


def drop_old_backups(folder: Path, keep: int) -> int:
    """Delete all but the newest backups; say how many went."""
    old = sorted(folder.glob("clinic-*Z.sqlite"))[:-keep]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _reason(trouble: Exception) -> str:
    return (getattr(trouble, "strerror", "") or str(trouble)).rstrip(".")
