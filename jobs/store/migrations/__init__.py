"""How the tables came to be: one file a step, taken by alembic in order."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

HEAD = "0021"
"""The newest step in versions/; a test compares it with what alembic finds there."""


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the tables of a database to HEAD, or to an earlier step, all or none."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect() as connection:
        _let_tables_be_replaced(connection, True)
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, to)
        finally:
            _let_tables_be_replaced(connection, False)


def _let_tables_be_replaced(connection: Connection, may_be: bool) -> None:
    """SQLite would delete, with a table that is replaced, what refers to its rows; it can be told only outside of a
    transaction."""
    if connection.dialect.name == "sqlite":
        database: Any = connection.connection.dbapi_connection
        database.execute(f"PRAGMA foreign_keys={'OFF' if may_be else 'ON'}")
