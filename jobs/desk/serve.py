"""Does what cron would do, on a machine that has none."""

import time
from pathlib import Path

import click
import schedule

from jobs.desk.terminal import run_due_jobs
from jobs.runner.settings import SettingsFaulty, load_settings
from jobs.runner.tools import open_tools


def serve(home: Path, rounds: int = 0, wait_seconds: float = 1.0) -> int:
    """Look every minute and run what is due, until Ctrl-C (or for `rounds` looks; 0: without end).

    The library that keeps the minute forgets missed times and dies of an exception; both are caught here: the slots
    that a job has answered stand in the store, and nothing that a look raises ends the serving.
    """
    clock = schedule.Scheduler()
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        try:
            tools = open_tools(home, load_settings(home))
            try:
                run_due_jobs(tools)
            finally:
                tools.store.close()
        except SettingsFaulty as faulty:
            click.echo(f"{faulty}\nThe settings are wrong; the next look is in a minute.", err=True)
        except Exception as error:
            click.echo(f"This look failed ({type(error).__name__}); the next one is in a minute.", err=True)

    clock.every(1).minutes.do(look)
    click.echo("Serving; Ctrl-C ends it.")
    try:
        clock.run_all()
        while not rounds or looks < rounds:
            clock.run_pending()
            time.sleep(wait_seconds)
    except KeyboardInterrupt:
        click.echo("Ended.")
    return 0
