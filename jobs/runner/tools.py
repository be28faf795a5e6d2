"""What a job is handed: the settings, the clinic's memory, the time, and a way to show how far it is."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jobs.runner.settings import Settings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from jobs.machine.apart import Apart
    from jobs.sources.reading import BegunReading
    from jobs.store.memory import Store


class Early(NamedTuple):
    """What was begun before the database was there: the readings of sources by their names, and the process that writes
    the letters."""

    readings: "Mapping[str, BegunReading]"
    letters: "Apart | None" = None


class Tools(NamedTuple):
    """`now` is the moment the run began, in the clinic's zone; `clock` asks anew.

    `home` is the folder that holds config/ and templates/. `early` is what was begun before these tools were
    there. `ready` is what the job's own `get_ready` gave, where it was called in good time. `asked` is what
    somebody asked of the job beyond its usual work.
    `named` tells that a person named the moment, to rehearse. `run_id` is the run's number in the store, 0 where it is
    not recorded. `let_others_begin` tells the jobs that wait for this one that they may begin.
    """

    home: Path
    settings: Settings
    store: "Store"
    now: datetime
    clock: Callable[[], datetime]
    early: Early | None = None
    ready: Any = None
    asked: Mapping[str, str] = {}
    named: bool = False
    run_id: int = 0
    let_others_begin: Callable[[], object] = lambda: None

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def state_dir(self) -> Path:
        return self.settings.state_dir

    @contextmanager
    def progress(self, words: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
        """Show how far a step is, to a person at a terminal; under cron nothing is shown."""
        if not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            step = bar.add_task(words, total=total)
            yield lambda done: bar.advance(step, done)


def open_tools(home: Path, settings: Settings, now: datetime | None = None, early: Early | None = None) -> Tools:
    """The tools of one run. A `now` stops the clock there, to rehearse; without a zone it is the clinic's own time.

    Raises ToolsUnusable where the state folder or the database cannot be used.
    """
    tools = gather_tools(home, settings, now, early)
    open_database(tools)
    return tools


def gather_tools(home: Path, settings: Settings, now: datetime | None = None, early: Early | None = None) -> Tools:
    """The same before the database is opened: what is forked from this process may have them too."""
    zone = settings.clinic.tzinfo
    with _in_words(settings.state_dir):
        from jobs.store.memory import store_at

        store = store_at(settings.database_url, settings.clinic.id, settings.state_dir)
    fixed = now and in_zone(now, zone)

    def clock() -> datetime:
        return fixed or datetime.now(UTC).astimezone(zone)

    if not gc.isenabled():  # run_jobs.py loads without it; `serve` comes here each minute
        gc.freeze()  # else what was loaded would be gone through at once, and copied by each process that was forked
        gc.enable()
    return Tools(home, settings, store, clock(), clock, early, named=now is not None)


def open_database(tools: Tools) -> None:
    """Make the database where there never was one, or bring it up to date."""
    with _in_words(tools.state_dir):
        from jobs.store.memory import bring_up_to_date

        tools.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        bring_up_to_date(tools.store, tools.state_dir)


@contextmanager
def telling(settings: Settings, now: datetime | None = None) -> Iterator[None]:
    """For a run of jobs: where its tools or its log cannot be used, the watchdog hears that no job could begin, and the
    IT person why."""
    try:
        with _in_words(settings.state_dir):
            from jobs.runner.log import open_log

            settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            open_log(settings.state_dir)
        yield
    except ToolsUnusable as reason:
        from jobs.runner.health import ping_failure, tell_that_nothing_runs

        ping_failure(settings.installation.healthcheck_url)
        zone = settings.clinic.tzinfo
        tell_that_nothing_runs(settings, str(reason), in_zone(now, zone) if now else datetime.now(zone))
        raise


def in_zone(moment: datetime, zone: "ZoneInfo") -> datetime:
    """Without a zone it is the clinic's own time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)


class ToolsUnusable(Exception):
    """The state folder or the database cannot be used; the message is a sentence for the IT person."""


@contextmanager
def _in_words(state_dir: Path) -> Iterator[None]:
    """What is wrong with the state folder or the database as a sentence, with its remedy."""
    from sqlalchemy.exc import SQLAlchemyError

    from jobs.runner.faltering import database_remedy, file_words
    from jobs.store.memory import StoreUnusable

    try:
        yield
    except StoreUnusable as reason:
        raise ToolsUnusable(f"{reason}{database_remedy(str(reason), state_dir)}") from None
    except OSError as error:
        remedy = "config/clinic.yaml names the folder (installation: state_dir:)."
        raise ToolsUnusable(f"{file_words(error)}\n{remedy}") from None
    except (SQLAlchemyError, ImportError) as error:
        why = f"the package {error.name} is missing" if isinstance(error, ImportError) else type(error).__name__
        remedy = "config/clinic.yaml names it (installation: database:); leave it empty for SQLite in state_dir."
        raise ToolsUnusable(f"The database cannot be opened: {why}.\n{remedy}") from None
