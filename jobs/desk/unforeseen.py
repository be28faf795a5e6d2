"""The last net under every command: whatever happens, a sentence and an exit code, never a traceback.

A traceback says nothing to the office manager; cron would mail it about, and it can hold a patient's row.
"""

import errno
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

_FAILED, _FAULTY_SETTINGS = 1, 3  # as in jobs/runner/run.py, whose imports `--help` does not wait for


class CarefulGroup(click.Group):
    """The commands, none of which ends in a traceback. Those `elsewhere` are loaded only when they are asked for."""

    def __init__(self, *args: Any, elsewhere: Mapping[str, str], **kwargs: Any) -> None:
        """`elsewhere`: the name of a command, and in which module it is which function."""
        super().__init__(*args, **kwargs)
        self._elsewhere = elsewhere

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all."""
        return sorted({*super().list_commands(context), *self._elsewhere})

    def get_command(self, context: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        if cmd_name in self._elsewhere:
            module, _, name = self._elsewhere[cmd_name].rpartition(".")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(context, cmd_name)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was called; for a slip, which one may have been meant."""
        try:
            return super().resolve_command(context, args)
        except click.UsageError:
            for name in self.list_commands(context):
                self.get_command(context, name)
            return super().resolve_command(context, args)

    def invoke(self, context: click.Context) -> Any:
        """Run a command; turn what it raises into words."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # `| head` has seen enough; click knows
            sys.exit(explain(error))


def explain(error: Exception) -> int:
    """Say in words what an exception means, and give the exit code."""
    from jobs.runner.faltering import exception_words, file_words
    from jobs.runner.settings import SettingsFaulty
    from jobs.runner.tools import ToolsUnusable

    if isinstance(error, SettingsFaulty):
        print_faults(error.faults)
        return _FAULTY_SETTINGS
    if isinstance(error, ToolsUnusable):
        click.echo(f"{error}", err=True)
    elif isinstance(error, OSError) and error.filename:
        click.echo(file_words(error), err=True)
    else:
        click.echo(exception_words(error), err=True)
    return _FAILED


def print_faults(faults: Sequence[object]) -> None:
    """Every fault in the settings, and how many there are."""
    click.echo("\n".join(map(str, faults)), err=True)
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    click.echo(f"{count} in the settings. Nothing was done.", err=True)
