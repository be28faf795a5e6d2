"""Opens the clinic's memory, brings its tables up to date and hands out transactions."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from jobs.store import sqlite
from jobs.store.lost_database import (
    copied_words,
    is_empty,
    log_left,
    lost_words,
    note_that_it_is_there,
    older_words,
    traces,
    unmarked_words,
    unusable_words,
)
from jobs.store.marks import (
    SIGNS,
    Mark,
    MarkUnusable,
    forget_numbered_mark,
    is_missed,
    leave_mark,
    mark_file,
    what_marks_say,
)
from jobs.store.migrations import HEAD
from jobs.store.tables import metadata

_LOOKING = {"looking": True}


class Memory(NamedTuple):
    """One transaction of one clinic; every function of this room takes it first."""

    connection: Connection
    clinic_id: str


class StoreUnusable(Exception):
    """The database cannot be opened or is not ours; the message is a sentence for the IT person."""


class Store:
    """The database of one or many clinics, seen as one of them."""

    def __init__(self, engine: Engine, clinic_id: str, state_dir: Path | None = None) -> None:
        self.engine = engine
        self.clinic_id = clinic_id
        self._state_dir = state_dir

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Memory]:
        """A transaction that may write: all of it is kept, or nothing. Raises MarkUnusable where letters are about to
        leave and the mark of it cannot be written.

        A power cut may undo a `repeatable` one, never one that came after it: what the next run would read and write
        again just so need not wait for the disk. A sign is kept elsewhere too and must outlive a power cut: one that
        gives it is not `repeatable`, and nothing of it is kept.
        """
        engine = self.engine.execution_options(repeatable=True) if repeatable else self.engine
        with engine.begin() as connection:
            connection.info.pop(SIGNS, None)
            yield Memory(connection, self.clinic_id)
            sign, letters_leave = connection.info.pop(SIGNS, ("", False))
            if sign and repeatable:
                raise ValueError("what gives the database a sign must outlive a power cut")
        if sign:
            self._leave_mark(sign, letters_leave)

    def _leave_mark(self, sign: str, letters_leave: bool) -> None:
        """Keep the sign that the database has just given itself. A no that was heard counts also where that fails."""
        if not self._state_dir or not self.file:
            return
        try:
            leave_mark(mark_file(self._state_dir), sign)
        except MarkUnusable:
            if letters_leave:
                raise
        else:
            forget_numbered_mark(self.file, self._state_dir)

    @contextmanager
    def look(self) -> Iterator[Memory]:
        """A transaction that only reads: it sees one moment and waits for no writer."""
        with self.engine.connect() as connection:
            yield Memory(connection.execution_options(**_LOOKING), self.clinic_id)

    def put_off_copying(self) -> None:
        """From now on let no commit of this process wait until what was written is copied from SQLite's log into the
        database, for as long as the log is not very long: `copy_now` does it while nobody waits."""
        self.engine.update_execution_options(copied_later=True)

    def copy_now(self) -> None:
        """Copy what was put off, where it is much; others read and write meanwhile."""
        if not self.engine.get_execution_options().get("copied_later"):
            return
        self.engine.update_execution_options(copied_later=False)
        if self.file:
            sqlite.copy_log(self.engine)

    @property
    def file(self) -> Path | None:
        """The file that holds the database; None where it is no SQLite file."""
        name = self.engine.url.database
        return Path(name) if self.engine.dialect.name == "sqlite" and name and name != ":memory:" else None

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str, clinic_id: str, state_dir: Path | None = None) -> Store:
    """Open the database at `url`, make it where there never was one, and migrate it if this program is newer than its
    tables.

    Raises StoreUnusable where it cannot be opened, where a newer program has changed its tables, or where the state
    folder shows that the database is lost.
    """
    store = store_at(url, clinic_id, state_dir)
    bring_up_to_date(store, state_dir)
    return store


def store_at(url: str, clinic_id: str, state_dir: Path | None = None) -> Store:
    """The store at `url`, as it is. Nothing is opened yet: what is forked from this process may have it too."""
    engine = create_engine(url, hide_parameters=True)  # they are patients' data
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
    return Store(engine, clinic_id, state_dir)


def bring_up_to_date(store: Store, state_dir: Path | None = None) -> None:
    """Make or migrate the tables of a store. Raises what `open_store` does."""
    engine, url = store.engine, store.engine.url.render_as_string()
    database, left = store.file, list[Path]()
    if database and state_dir:
        left = _left_of_a_lost_one(database, state_dir)
        if copied := copied_words(database, state_dir):
            raise StoreUnusable(copied)
    if database:
        _make_private(database)
    try:
        found = _found(store, state_dir)
        revision = found.revision
        if not revision and database and state_dir and left:
            raise StoreUnusable(lost_words(database, state_dir, left))
        if database and state_dir and found.is_doubtful:
            words = unmarked_words if found.knows_the_mark else older_words
            raise StoreUnusable(words(database, state_dir, _last_moment(engine)))
        if not revision:
            _create(engine)
        elif revision > HEAD:
            raise StoreUnusable(
                f"A newer version of this program has changed the tables of {url} "
                f"(step {revision}; this version knows {HEAD}). Install that version again."
            )
        elif revision != HEAD:
            from jobs.store.migrations import migrate

            migrate(engine)
        if database and state_dir and " " not in found.signs:
            _give_first_signs(store)
    except DatabaseError as error:
        raise StoreUnusable(unusable_words(url, str(error.orig))) from None
    except MarkUnusable as reason:
        raise StoreUnusable(str(reason)) from None
    if database and state_dir:
        note_that_it_is_there(database, state_dir)
        newest, several, _ = found.signs.partition(" ")
        if several and newest != found.mark.sign:  # a run was killed before it could leave it
            with suppress(MarkUnusable):
                leave_mark(mark_file(state_dir), newest)


def _give_first_signs(store: Store) -> None:
    """Let a new database, or one from before there were signs, give itself two, with the mark of the first between
    them: where there are two and no mark, it was taken away. Raises MarkUnusable."""
    from jobs.store.runs import renew_sign  # which stands on this room

    for _ in range(2):
        with store.begin() as memory:
            renew_sign(memory, letters_leave=True)


def _left_of_a_lost_one(database: Path, state_dir: Path) -> list[Path]:
    """What shows that there was a database. Raises StoreUnusable where it is gone or empty, before SQLite would make a
    file there and delete what it had not yet written into the former one.

    Looked at in this order, what another process makes just now is never taken for lost: its marks come last.
    """
    left, log = traces(database, state_dir), log_left(database)
    if (left or log) and is_empty(database):
        raise StoreUnusable(lost_words(database, state_dir, [*left, *([log] if log else [])]))
    return left


def _make_private(database: Path) -> None:
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database.touch(mode=0o600)


class _Found(NamedTuple):
    """What a database says of itself: the revision of its tables, "" for an empty one, the newest run that it knows,
    its signs, the newest first, and whether it knows the sign of the mark; and what the marks say."""

    revision: str
    newest_run: int
    signs: str
    knows_sign: bool
    mark: Mark

    @property
    def knows_the_mark(self) -> bool:
        """Whether it is the one that sent the last letters; an empty one has no tables to tell it."""
        return not self.revision or (self.newest_run >= self.mark.run and (self.knows_sign or not self.mark.sign))

    @property
    def is_doubtful(self) -> bool:
        """Whether the marks speak against it, or one is missed that would speak for it."""
        return not self.knows_the_mark or is_missed(self.mark, self.signs)


def _found(store: Store, state_dir: Path | None) -> _Found:
    """The marks are read first: what they tell is in the database then. Where they speak against it, both are read once
    more, for `restore` may just have changed them. Raises MarkUnusable."""
    for _ in range(2):
        mark = what_marks_say(store.file, state_dir) if store.file and state_dir else Mark()
        found = _Found(*_asked_of_itself(store, mark.sign), mark)
        if not found.is_doubtful:
            break
    return found


def _asked_of_itself(store: Store, sign: str) -> tuple[str, int, str, bool]:
    """Asked in one query, and without alembic, which costs 0.3 s to import."""
    query = text(
        "SELECT version_num, (SELECT MAX(id) FROM runs), (SELECT value FROM cursors WHERE clinic_id = :clinic AND "
        "name = :signs), (SELECT COUNT(*) FROM cursors WHERE name = :signs AND value LIKE :sign) FROM alembic_version"
    ).bindparams(clinic=store.clinic_id, signs=SIGNS, sign=f"%{sign}%")
    engine = store.engine
    try:
        with engine.connect() as connection:
            row = connection.execute(query).one_or_none()
    except (OperationalError, ProgrammingError):  # commonly there is no such table
        with engine.connect() as connection:
            there = engine.dialect.has_table(connection, "alembic_version")  # another process may just have made it
            row = connection.execute(query).one_or_none() if there else None
    if not row:
        return "", 0, "", False
    return str(row[0] or ""), int(row[1] or 0), str(row[2] or ""), bool(row[3])


def _last_moment(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT MAX(started_at) FROM runs")).scalar() or "")


def _create(engine: Engine) -> None:
    """All tables at once in an empty database, marked as migrated; a test holds them against the migrations."""
    with engine.begin() as connection:
        if engine.dialect.has_table(connection, "alembic_version"):
            return  # another process was first
        metadata.create_all(connection, checkfirst=False)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def changes_by_others(memory: Memory) -> int | None:
    """A number that changes when another process has changed anything; None where the database tells no such number."""
    if memory.connection.dialect.name != "sqlite":
        return None
    return int(memory.connection.exec_driver_sql("PRAGMA data_version").scalar_one())
