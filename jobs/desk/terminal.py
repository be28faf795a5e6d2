"""What a person sees at a terminal: one line for each job that ran, and tables that cut no name."""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from jobs.runner.discover import BEFORE_LETTERS, ORDER, job_function, with_what_is_ready
from jobs.runner.outcome import Outcome
from jobs.runner.run import FAILED, UNDER_WAY, run_if_due, run_job, worst
from jobs.runner.side_by_side import run_side_by_side
from jobs.runner.tools import Tools, open_database

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 200  # columns of a table that goes to a file or to another program


def run_named(names: Sequence[str], tools: Tools, asked: Mapping[str, str] | None = None) -> int:
    """Run jobs in the order given, print how each ended, give the worst exit code. `tools`: their database need not be
    opened yet; `asked`: see `Tools`.

    What follows the pull and the mailbox runs side by side, unless somebody watches: two bars of progress would
    overwrite each other. Then the database is opened by the first job, when the others have been forked: they begin
    only if it could be.
    """
    before = list(takewhile(BEFORE_LETTERS.__contains__, names))
    others = names[len(before) :]
    apart = others and ORDER[0] in before and len({*names}) == len(names) and not sys.stderr.isatty()
    if apart:
        with _loading():
            job_function(before[0])  # what the others use of it too is loaded once
        ended = run_side_by_side(before, others, partial(_get_ready, tools, before[0]))
    else:
        open_database(tools)
        asking = tools._replace(asked=asked or {})
        ended = ((name, run_job(name, asking)) for name in names)
    codes = []
    for name, (code, outcome) in ended:
        _show(name, code, outcome)
        codes.append(code)
    return worst(codes)


def _get_ready(tools: Tools, first: str, name: str, begin: Callable[[], None]) -> Callable[[], tuple[int, Outcome]]:
    if name == first:
        open_database(tools)
    with _loading():
        prepared = with_what_is_ready(name, tools)
    return lambda: run_job(name, prepared._replace(now=tools.clock(), let_others_begin=begin))


@contextmanager
def _loading() -> Iterator[None]:
    """While something is loaded: nothing of it is garbage, nor ever will be."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


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
        click.echo(f"{name}: {counts or ('done' if outcome.files else 'nothing to do')}")
    for line in (*outcome.notes, *outcome.files):
        click.echo(f"  {line}")


def open_console() -> "Console":
    """A console that shows every text as it is: a name in brackets is no colour, no file is narrow."""
    from rich.console import Console
    from rich.text import Text

    from jobs.clinic.masking import printable

    class Unmoved(Console):
        """No text of somebody else's takes the terminal over."""

        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(printable(text), **options)

    width = None if sys.stdout.isatty() else _WIDE
    return Unmoved(markup=False, highlight=False, emoji=False, width=width)
