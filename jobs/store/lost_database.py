"""Tells a database that is lost from one that never was: a new one would know of no letter that has left, and of nobody
who wants no more."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from jobs.machine.whole_files import write_whole

_MARK = "database-was-made.txt"
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


def traces(database: Path, state_dir: Path) -> list[Path]:
    """What shows that there was a database: the marks, backups, former databases, and that letters were sent."""
    found = [mark for mark in _marks(database, state_dir) if mark.exists()]
    if newest_backup(state_dir):
        found.append(state_dir / "backups")
    found += sorted(database.parent.glob(f"{database.stem}-before-*{database.suffix}"))
    journal = state_dir / "outbox.journal"
    return [*found, journal] if journal.exists() else found


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
    why = "file is not a database" if not can_be_opened(database) else ""
    try:
        if not why and left and not _has_tables(database):
            return lost_words(database, state_dir, left)
    except sqlite3.OperationalError:  # it is busy, or another user's: a run says so, if it lasts
        return ""
    except sqlite3.DatabaseError as error:
        why = str(error)
    return unusable_words(f"sqlite:///{database}", why) if why else ""


def unusable_words(url: str, why: str) -> str:
    """The sentence where the database says that it cannot be used."""
    return f"The database {url} cannot be used: {why}."


def _has_tables(database: Path) -> bool:
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    try:
        query = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'alembic_version'"
        return bool(connection.execute(query).fetchone()[0])
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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
