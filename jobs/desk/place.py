"""Which clinic a command is about, and the tools to work on it."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from jobs.runner.settings import Settings
    from jobs.runner.tools import Tools

NO_JOB_RUNS = "Until that is mended no job runs: nothing is read, no letter leaves, no workbook is made."
HERE = Path(__file__).resolve().parents[2]


class Place(NamedTuple):
    """Which clinic a command is about, and when: `now` is set only to rehearse."""

    home: Path
    now: datetime | None


def with_tools(place: Place, work: "Callable[[Tools], int]", watched: bool = False) -> None:
    """Do `work` with the tools of a place and exit with the code that it gives.

    If it is `watched`, watchdog and IT hear of settings and tools that cannot be used: jobs would have run.
    """
    from jobs.runner.settings_loading import load_settings, telling_of_faults
    from jobs.runner.tools import telling

    with telling_of_faults(place.home, place.now) if watched else nullcontext():
        settings = load_settings(place.home)
    sys.exit(_do(place, settings, work, telling(settings, place.now) if watched else nullcontext()))


def with_tools_despite_faults(place: Place, work: "Callable[[Tools], int]") -> None:
    """The same for a command that changes nothing: where the settings have faults it names them, and then works by
    those that were right last. The exit code is that of the faults."""
    from jobs.desk.unforeseen import explain
    from jobs.runner.settings import SettingsFaulty
    from jobs.runner.settings_loading import last_good

    try:
        with_tools(place, work)
    except SettingsFaulty as faulty:
        good = None
        with suppress(Exception):  # an earlier program may have kept them in another form
            good = last_good(place.home)
        if good is None:
            raise
        code = explain(faulty)
        click.echo(f"{NO_JOB_RUNS} What follows is by the settings as they last were right.\n", err=True)
        _do(place, good, work, nullcontext())
        sys.exit(code)


def _do(
    place: Place, settings: "Settings", work: "Callable[[Tools], int]", telling: AbstractContextManager[None]
) -> int:
    from jobs.runner.tools import open_tools

    with telling:
        tools = open_tools(place.home, settings, place.now)
    try:
        return work(tools)
    finally:
        tools.store.close()


def leave_nothing_to_root(home: Path) -> None:
    """At the end of a command that root called: what it made in a state folder of another user becomes that user's."""
    owners = {path.stat().st_uid for path in (home, home / "var") if path.exists()}
    if "jobs.runner.settings_loading" in sys.modules and not owners <= {0}:
        from jobs.desk.belongings import give_back

        give_back(home)


def user_name() -> str:
    """Who sits at this computer, as the system says it."""
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return f"user {os.getuid()}"


class _Day(click.ParamType[date]):
    """A day as it is written in all files of the clinic."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is no day. Write it so: 2026-03-01.', param, ctx)


DAY = _Day()
WHO = click.option("--who", default=user_name, help="Who decides; your login name if not said.")


def nearest(word: str, known: list[str]) -> str:
    """Which of the known words was meant, or all of them."""
    from jobs.clinic.faults import did_you_mean

    return did_you_mean(word, known) or f"There are {', '.join(known)}."
