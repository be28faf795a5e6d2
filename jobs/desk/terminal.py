"""What a person sees at a terminal: one line for each job that ran, and tables that cut no name."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from jobs.runner.outcome import Outcome
from jobs.runner.run import FAILED, UNDER_WAY, run_if_due, run_job, worst
from jobs.runner.tools import Tools

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 200  # columns of a table that goes to a file or to another program


def run_and_show(name: str, tools: Tools) -> int:
    """Run a job, print its outcome, give its exit code."""
    code, outcome = run_job(name, tools)
    _show(name, code, outcome)
    return code


def run_due_jobs(tools: Tools, quiet: bool = False, ended: Callable[[], bool] = lambda: False) -> int:
    """Run what is due, in the order of config/jobs.yaml, until `ended`; give the worst exit code.

    Quietly, as cron wants it, only a failure is printed: what is printed there becomes a mail.
    """
    codes = []
    for job in tools.settings.jobs:
        if ended():
            break
        ran = run_if_due(job, tools)
        if ran is None:
            continue
        codes.append(ran[0])
        if ran[0] == FAILED or not quiet:
            _show(job.name, *ran)
    return worst(codes)


def _show(name: str, code: int, outcome: Outcome) -> None:
    if code == UNDER_WAY:
        click.echo(outcome.failed, err=True)
        return
    if outcome.failed:
        click.echo(f"{name} failed: {outcome.failed}", err=True)
    counts = ", ".join(f"{words} {count}" for words, count in outcome.counts.items() if count)
    if counts or not outcome.failed:
        click.echo(f"{name}: {counts or 'nothing to do'}")
    for line in (*outcome.notes, *outcome.files):
        click.echo(f"  {line}")


def open_console() -> "Console":
    """A console that shows every text as it is: a name in brackets is no colour, no file is narrow."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDE
    return Console(markup=False, highlight=False, emoji=False, width=width)
