"""SQLite as the clinic's memory needs it: no reader waits for a writer, and what was committed outlives a power cut."""

from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, event

_SYNCHRONOUS, _COPIED_AT = "synchronous", "wal_autocheckpoint"
_PAGES = 8_000  # with so many in its log, SQLite copies them into the database while it commits
_PAGES_PUT_OFF = 40_000  # the same where that is put off; the first pull of a large clinic is copied at once
_MANY = 2_000  # rows written, for their pages to be copied before a commit has to
BUSY_MILLISECONDS = 30_000  # how long a step waits for another process that writes


def prepare(engine: Engine) -> None:
    """WAL, so that a reader never waits for a writer; FULL, so that a committed attempt outlives a power cut, and all
    that was committed before with it.

    Python's sqlite3 opens no transaction before a SELECT and none at once before a write: we say BEGIN, and where
    something may be written BEGIN IMMEDIATE, for one that begins with a SELECT could not write any more later.
    What a transaction is for, its connection's options say: `looking`, `repeatable`, `copied_later`; `memory.Store`
    sets them.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-4000",  # KiB: with half of it, a large pull reads the pages of its indexes over and over
            f"{_COPIED_AT}={_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("looking", False):
            connection.exec_driver_sql("BEGIN")
            return
        wanted = "NORMAL" if options.get("repeatable", False) else "FULL"  # NORMAL waits for the disk at no commit
        if connection.info.get(_SYNCHRONOUS, "FULL") != wanted:
            connection.exec_driver_sql(f"PRAGMA {_SYNCHRONOUS}={wanted}")
            connection.info[_SYNCHRONOUS] = wanted
        pages = _PAGES_PUT_OFF if options.get("copied_later", False) else _PAGES
        if connection.info.get(_COPIED_AT, _PAGES) != pages:
            connection.exec_driver_sql(f"PRAGMA {_COPIED_AT}={pages}")
            connection.info[_COPIED_AT] = pages
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def copy_log(engine: Engine) -> None:
    """Copy what was written from SQLite's log into the database, where it is much."""
    with closing(engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        if connection.total_changes > _MANY:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
