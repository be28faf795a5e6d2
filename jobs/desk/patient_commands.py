"""The commands about one patient in two sources: `reconcile` and `patients`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from jobs.desk.place import WHO, Place, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools

_NUMBER = click.IntRange(1, 2**31)
_WHY = click.option("--why", default="", help="The reason, for whoever looks later.")


@click.command()
@click.option("--back", default=7, show_default=True, type=click.IntRange(0, 366), help="Days before today.")
@click.option("--ahead", default=14, show_default=True, type=click.IntRange(0, 366), help="Days after today.")
@click.pass_obj
def reconcile(place: Place, back: int, ahead: int) -> None:
    """Show where calendar and spreadsheet differ: only in one, at another time, cancelled in only one."""

    def show(tools: "Tools") -> int:
        from jobs.desk.reconcile import show_reconcile

        show_reconcile(tools, back, ahead)
        return 0

    with_tools(place, show)


@click.group(invoke_without_command=True)
@click.pass_context
def patients(context: click.Context) -> None:
    """List patients who may be one; say whether they are (same, apart), or take that back (undo)."""

    def show(tools: "Tools") -> int:
        from jobs.desk.patients import show_patients

        show_patients(tools)
        return 0

    if context.invoked_subcommand is None:
        with_tools(context.obj, show)


def _of_two(command: Callable[..., None]) -> click.Command:
    """A command that says something of two numbers, with who says it and why."""
    one, other = (click.argument(name, type=_NUMBER) for name in ("one", "other"))
    return patients.command()(one(other(WHO(_WHY(click.pass_obj(command))))))


@_of_two
def same(place: Place, one: int, other: int, who: str, why: str) -> None:
    """Two numbers are one patient: letters, articles and stops belong together."""
    from jobs.desk.patients import say_same

    with_tools(place, lambda tools: say_same(tools, one, other, who, why))


@_of_two
def apart(place: Place, one: int, other: int, who: str, why: str) -> None:
    """Two numbers are two patients, whatever they have in common; the rule never joins them again."""
    from jobs.desk.patients import say_apart

    with_tools(place, lambda tools: say_apart(tools, one, other, who, why))


@patients.command()
@click.argument("line", type=_NUMBER)
@WHO
@click.pass_obj
def undo(place: Place, line: int, who: str) -> None:
    """Take back a decision, the rule's or a person's, by its line in the list."""

    def say(tools: "Tools") -> int:
        from jobs.desk.patients import take_back

        return take_back(tools, line, who)

    with_tools(place, say)
