"""Is the clock believed? And a person's word that it is right."""

import click

from jobs.runner.tools import Tools
from jobs.sending.time_of_day import believe, what_speaks_against


def show_clock(tools: Tools) -> bool:
    """Say what time it is and whether letters are sent by this clock; False where they are not."""
    click.echo(f"In the clinic it is {tools.now:%A, %B %d, %Y, %H:%M}, says this machine.")
    against = what_speaks_against(tools)
    click.echo(f"Not believed. {against}" if against else "Believed: letters are sent by it.")
    return not against


def call_clock_right(tools: Tools, by: str) -> None:
    """Note that a person called the clock right."""
    believe(tools, by)
    click.echo(f"The clock is right, says {by}. The next run sends the letters that wait.")
