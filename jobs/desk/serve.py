"""Does what cron would do, on a machine that has none."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import schedule

from jobs.desk.place import HERE
from jobs.desk.terminal import run_due_jobs
from jobs.desk.unforeseen import explain
from jobs.machine.program_files import whole_program_print
from jobs.runner.run import FINE, PROGRAM_CHANGED
from jobs.runner.settings_loading import load_settings, telling_of_faults
from jobs.runner.tools import open_tools, telling

Asked = Callable[[float], bool]
"""Waits for so many seconds at most, and says whether somebody asked for the end."""
_PAUSE = 1.0  # seconds between two glances at the clock


class ProgramChanged(Exception):
    """The program's files are no longer those that this process has loaded a part of."""


def serve(home: Path, now: datetime | None = None) -> int:
    """Look every minute and run what is due, until Ctrl-C or SIGTERM, or until the program is another one.

    What is loaded later would not fit what is loaded already: the new program begins in a process of its own, which
    systemd starts (`Restart=always`).
    """
    begun_with = whole_program_print(HERE)
    with _hearing_signals() as asked:
        click.echo("Serving; Ctrl-C ends it.")
        try:
            keep_looking(lambda: look(home, now, asked, lambda: whole_program_print(HERE) != begun_with), asked)
        except ProgramChanged:
            click.echo("The program's files have changed. Ended; start it again, as systemd does.", err=True)
            return PROGRAM_CHANGED
    click.echo("Ended.")
    return FINE


def keep_looking(look_once: Callable[[], None], asked: Asked) -> None:
    """Look at once and then every minute, until asked to end.

    The library that keeps the minute forgets missed times and dies of an exception. Here neither matters: the moments
    that a job has answered stand in the store, and a look raises nothing but that the program has changed.
    """
    clock = schedule.Scheduler()
    clock.every(1).minutes.do(look_once)
    clock.run_all()
    while not asked(_PAUSE):
        clock.run_pending()


def look(home: Path, now: datetime | None, asked: Asked, changed: Callable[[], bool] = lambda: False) -> None:
    """Run what is due. The settings are read anew each time: a change needs no restart. Raises ProgramChanged where
    the program has `changed`, between two jobs too."""
    try:
        if not changed():
            _run_due(home, now, lambda: bool(asked(0)) or changed())
    except Exception as error:
        if not changed():
            explain(error)
            click.echo("The next look is in a minute.", err=True)
    if changed():
        raise ProgramChanged


def _run_due(home: Path, now: datetime | None, ended: Callable[[], bool]) -> None:
    with telling_of_faults(home, now):
        settings = load_settings(home)
    with telling(settings, now):
        tools = open_tools(home, settings, now)
    try:
        run_due_jobs(tools, ended=ended)
    finally:
        tools.store.close()


@contextmanager
def _hearing_signals() -> Iterator[Asked]:
    """SIGTERM and Ctrl-C ask for the end; the job that runs is not torn out of its work, the second time it is.

    A job that sends letters puts its own handlers in place of these, finishes the letter on its way and ends early:
    the pipe into which Python writes each signal tells of it all the same.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    heard = 0

    def hear(number: int, frame: object) -> None:
        nonlocal heard
        heard += 1
        if heard > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    pipe_before = signal.set_wakeup_fd(writing)
    try:
        yield lambda seconds: bool(select.select([reading], [], [], seconds)[0])
    finally:
        signal.set_wakeup_fd(pipe_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
