"""The beginning of the program."""

from jobs.machine.put_off import put_off


def load_less() -> None:
    """Put off what SQLAlchemy names for what no job does, a sixth of its loading."""
    put_off("asyncio", "iscoroutine")
    put_off("importlib.metadata")
