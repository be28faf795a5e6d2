"""Tells a database that is lost from one that never was, and one that was copied back from the one that sent the last
letters: another one would know of no letter that has left since, and of nobody who wants no more."""

import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from jobs.machine.whole_files import write_whole
from jobs.store.marks import (
    SIGNS,
    MarkUnusable,
    forget_numbered_mark,
    is_missed,
    leave_mark,
    mark_file,
    mark_places,
    what_marks_say,
)

IS_RIGHT = "`run_jobs.py restore --is-right`"
"""How a person gives the word that the database that lies there is the right one."""
BACKUP = 0x434C4242
"""What a backup says of itself where SQLite has room for it, its `application_id`: no run takes it for the database."""
_ID_AT = slice(68, 72)  # sqlite.org/fileformat.html, the database header
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
    return (
        f"The database {database} does not know the last letters that left, or who wanted no more since: an older or "
        "another one was copied there, or what SQLite kept beside it was deleted. Letters would leave again. "
        f"`run_jobs.py restore {_instead(database, state_dir, last)}` sees to it that none does (docs/it.md). If it is "
        f"the right one all the same, say so: {IS_RIGHT}.{_to_judge_by(database, state_dir, last)}"
    )


def unmarked_words(database: Path, state_dir: Path, last: str) -> str:
    """The sentence where letters have left and the mark of it is gone: nothing tells whether this is the database that
    sent the last ones."""
    return (
        f"{mark_file(state_dir)} is gone, which tells the database that sent the last letters from an older one. If "
        f"{database} is an older one, letters would leave again: `run_jobs.py restore "
        f"{_instead(database, state_dir, last)}` sees to it that none does (docs/it.md). If no database was copied "
        f"back, put the file back, or say so: {IS_RIGHT}.{_to_judge_by(database, state_dir, last)}"
    )


def newer_words(database: Path, state_dir: Path) -> str:
    """The sentence where a backup knows what a database does not: then nobody's word makes it the right one."""
    with suppress(sqlite3.Error):
        last = last_moment(database)
        if last and (more := _knows_more(database, state_dir, last)):
            return (
                f"{database} is an older one. It knows all up to {_utc(last)};{more}. `run_jobs.py restore "
                f"{_instead(database, state_dir, last)}` sees to it that none leaves again (docs/it.md)."
            )
    return ""


def last_moment(database: Path) -> str:
    """Up to when a database knows all (UTC text), "" where it cannot be read."""
    with suppress(sqlite3.Error):
        if can_be_opened(database):
            return str((_asked(database, "SELECT MAX(started_at) FROM runs") or ("",))[0] or "")
    return ""


def how_many_left(database: Path) -> int:
    """Of how many letters a database knows that they left, or may have left."""
    return sum((_asked(database, _BEYOND, "", "") or (0,))[:1])


def _to_judge_by(database: Path, state_dir: Path, last: str) -> str:
    """What tells a person who is asked for a word whether a database is the right one."""
    with suppress(sqlite3.Error):
        known = f" It knows all up to {_utc(last)}, and {how_many_left(database)} letters that left" if last else ""
        more = _knows_more(database, state_dir, last)
        return f"{known}{';' * bool(more)}{more}." if known else ""
    return ""


def _knows_more(database: Path, state_dir: Path, last: str) -> str:
    """How much the newest backup knows beyond what a database does, whose last run began at a moment; "" where it is
    nothing. A `stop` after the last run is in both, where the backup is this database's own."""
    backup = newest_backup(state_dir)
    if backup is None or not _is_newer(backup, last):
        return ""
    letters, noes = _asked(backup, _BEYOND, *(_asked(database, _NEWEST) or ("", ""))) or (0, 0)
    if not letters and not noes:
        return ""
    return f" the backup {backup} knows of letters beyond that: {letters}, and of people who want no more: {noes}"


_BEYOND = """SELECT
    (SELECT COUNT(*) FROM letters WHERE state IN ('sent', 'unknown', 'attempting') AND changed_at > ?),
    (SELECT COUNT(*) FROM stops WHERE allowed = 0 AND at > ?)"""
_NEWEST = """SELECT (SELECT COALESCE(MAX(changed_at), '') FROM letters), (SELECT COALESCE(MAX(at), '') FROM stops)"""


def _utc(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"


def _is_newer(backup: Path, last: str) -> bool:
    return backup.stem.removeprefix("clinic-") > re.sub(r"[-:]", "", last)


def _instead(database: Path, state_dir: Path, last: str) -> Path:
    """What to restore where a database is not believed that knows all up to a moment: the one that knows most."""
    backup, right = newest_backup(state_dir), state_dir / "clinic.sqlite"
    if _is_the_right_one(right, state_dir):
        return right
    return backup if backup and _is_newer(backup, last) else database


def _is_the_right_one(database: Path, state_dir: Path) -> bool:
    """Whether a database knows what the mark says: one that was moved elsewhere by an old copy still lies there."""
    if not can_be_opened(database):
        return False
    with suppress(sqlite3.Error, MarkUnusable):
        sign = what_marks_say(database, state_dir).sign
        return bool(sign and (_asked(database, _WHAT_IT_KNOWS, SIGNS, sign, SIGNS, "") or (0, "", 0))[2])
    return False


def hand_over_mark(copy: Path, database: Path, state_dir: Path, sign: str) -> None:
    """Let the marks know of a copy that is about to take the place of the database. Raises MarkUnusable.

    One whose sign the copy knows stays until it is there: the former database is right as long as it is in its place.
    """
    with suppress(MarkUnusable):  # it says nothing, for any database
        said = what_marks_say(database, state_dir)
        if said.sign and not said.run and (_asked(copy, _WHAT_IT_KNOWS, SIGNS, said.sign, SIGNS, "") or (0, "", 0))[2]:
            return
    leave_mark(mark_file(state_dir), sign)
    forget_numbered_mark(database, state_dir)


def traces(database: Path, state_dir: Path) -> list[Path]:
    """What shows that there was a database: the marks, backups, former databases, and that letters were sent."""
    found = [mark for mark in (*_marks(database, state_dir), *mark_places(database, state_dir)) if mark.exists()]
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


def why_unusable(database: Path, state_dir: Path, clinic_id: str) -> str:
    """What `open_store` would say of a database that is lost or damaged, and what it would not see of the damage, which
    costs a reading of the whole; "" where it is well, or never was. Nothing is opened for writing, and nothing made."""
    left, log = traces(database, state_dir), log_left(database)
    if is_empty(database):
        return lost_words(database, state_dir, [*left, *([log] if log else [])]) if left or log else ""
    if copied := copied_words(database, state_dir):
        return copied
    why = "file is not a database" if not can_be_opened(database) else ""
    try:
        if not why and left and not _asked(database, "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
            return lost_words(database, state_dir, left)
        if not why and left:
            if not_believed := _why_not_believed(database, state_dir, clinic_id):
                return not_believed
            with closing(_read_only(database)) as whole:
                damage = damage_in(whole, "quick_check")
            why = f"it is malformed ({damage})" if damage else ""
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


def _why_not_believed(database: Path, state_dir: Path, clinic_id: str) -> str:
    said = what_marks_say(database, state_dir)
    newest, last, known, signs = _asked(database, _WHAT_IT_KNOWS, SIGNS, said.sign, SIGNS, clinic_id) or (0, "", 0, "")
    if (newest or 0) < said.run or (said.sign and not known):
        return older_words(database, state_dir, last or "")
    return unmarked_words(database, state_dir, last or "") if is_missed(said, signs or "") else ""


_WHAT_IT_KNOWS = """SELECT MAX(id), MAX(started_at),
    (SELECT COUNT(*) FROM cursors WHERE name = ? AND value LIKE '%' || ? || '%'),
    (SELECT value FROM cursors WHERE name = ? AND clinic_id = ?) FROM runs"""


def damage_in(database: sqlite3.Connection, by: str) -> str:
    """What SQLite's `quick_check` or `integrity_check` finds first, in its words; "" where all is whole."""
    found = str(database.execute(f"PRAGMA {by}(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.removeprefix("*** in database main ***").split())


def _read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=0)


def _asked(database: Path, query: str, *values: str) -> tuple[Any, ...] | None:
    """The first row of an answer; nothing is written."""
    with closing(_read_only(database)) as connection:
        row: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
        return row


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
