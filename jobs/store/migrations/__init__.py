"""How the tables came to be: one file a step, taken by alembic in order."""

from pathlib import Path

from sqlalchemy import Engine

HEAD = "0016"
"""The newest step in versions/; a test compares it with what alembic finds there."""


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the tables of a database to HEAD, or to an earlier step; each in its own transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
