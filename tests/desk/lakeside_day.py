"""The moment of the desk's tests, and what the clinic's memory holds."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result

NOW = "2026-03-04 10:05"  # a Wednesday, in the made-up clinic's zone
MOMENT = datetime(2026, 3, 4, 18, 5, tzinfo=UTC)
Ask = Callable[..., Result]
"""Calls a command about the clinic at that moment."""


def rows(home: Path) -> dict[str, list[object]]:
    """Everything that the clinic's memory holds, table by table."""
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}  # noqa: S608
