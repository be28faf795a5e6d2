"""Tells a database that is lost from one that never was, and one that was copied back from the one that sent the last
letters: another one would know of no letter that has left since, and of nobody who wants no more."""

import re
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobs.machine.whole_files import write_whole

BACKUP = 0x434C4242
"""What a backup says of itself where SQLite has room for it, its `application_id`: no run takes it for the database."""
_ID_AT = slice(68, 72)  # sqlite.org/fileformat.html, the database header
_MARK = "database-was-made.txt"
_SENT_BY = """Letters left in run number {run} of this database. Where the database beside this file knows of no such
run, it is an older one, and no letter leaves; docs/it.md says what to do. This file holds no patient data.
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


def note_sending(database: Path, run: int) -> None:
    """Leave a mark beside the database that letters leave in this run, before the first of them does. A database that
    was copied back, or that has lost what SQLite kept beside it, does not know of the run."""
    with suppress(OSError):
        write_whole(_sent_by(database), _SENT_BY.format(run=run).encode(), durable=False)


def forget_sending(database: Path) -> None:
    """Another database takes its place, and knows what may have left."""
    _sent_by(database).unlink(missing_ok=True)


def sending_run(database: Path) -> int:
    """The last run in which letters left, as far as its mark tells; 0 where there is none."""
    try:
        found = re.search(r"run number (\d+)", _sent_by(database).read_text("utf-8", "replace"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


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
    backup = newest_backup(state_dir)
    newer = backup is not None and backup.stem.removeprefix("clinic-") > re.sub(r"[-:]", "", last)
    return (
        f"The database {database} is older than the last letters that left: it was copied there, or what SQLite kept "
        f"beside it was deleted. They would leave again. `run_jobs.py restore {backup if newer else database}` sees to "
        f"it that none does (docs/it.md). If it is the right one all the same, move away {_sent_by(database)}."
    )


def traces(database: Path, state_dir: Path) -> list[Path]:
    """What shows that there was a database: the marks, backups, former databases, and that letters were sent."""
    found = [mark for mark in (*_marks(database, state_dir), _sent_by(database)) if mark.exists()]
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
        if not why and (run := sending_run(database)):
            newest, last = _asked(database, "SELECT MAX(id), MAX(started_at) FROM runs") or (0, "")
            return older_words(database, state_dir, last or "") if (newest or 0) < run else ""
    except sqlite3.OperationalError:  # it is busy, or another user's: a run says so, if it lasts
        return ""
    except sqlite3.DatabaseError as error:
        why = str(error)
    return unusable_words(f"sqlite:///{database}", why) if why else ""


def unusable_words(url: str, why: str) -> str:
    """The sentence where the database says that it cannot be used."""
    return f"The database {url} cannot be used: {why}."


def _asked(database: Path, query: str) -> tuple[Any, ...] | None:
    """The first row of an answer; nothing is written."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
    try:
        row: tuple[Any, ...] | None = connection.execute(query).fetchone()
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


def _sent_by(database: Path) -> Path:
    return database.with_name(f"{database.name.removesuffix('.sqlite')}-letters-left.txt")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
