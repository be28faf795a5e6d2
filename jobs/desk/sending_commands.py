"""The commands about letters that leave or wait, one function each; added to the others in commands.py."""

from typing import TYPE_CHECKING

import click

from jobs.desk.place import Place, user_name, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools


@click.command()
@click.option("--is-right", is_flag=True, help="Say that this machine's clock is right: the letters go on.")
@click.option("--by", default="", help="Who says so; your user name if not said.")
@click.pass_obj
def clock(place: Place, is_right: bool, by: str) -> None:
    """Show whether letters are sent by this machine's clock, and why not.

    A clock that jumped by more than a day stops the letters. A machine that was only off looks the same, until
    an export tells of something that happened since, or a person says that the clock is right.
    """

    def show(tools: "Tools") -> int:
        from jobs.desk.clock import call_clock_right, show_clock

        if is_right:
            call_clock_right(tools, by or user_name())
            return 0
        return 0 if show_clock(tools) else 1

    with_tools(place, show)
