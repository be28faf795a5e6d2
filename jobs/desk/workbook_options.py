"""The options of `run` that ask summarize_referrals for another workbook than last week's."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--week", metavar="2026-W12", help="summarize_referrals: the workbook of this week."),
    click.option("--month", metavar="2026-03", help="summarize_referrals: the workbook of this month."),
    click.option("--year", metavar="2026", help="summarize_referrals: the workbook of this year."),
    click.option("--as-of", metavar="DATE", help="summarize_referrals: with what was known on this day."),
    click.option("--mail-again", is_flag=True, help="summarize_referrals: to its readers even if they had it."),
)


def workbook_options(command: _F) -> _F:
    """Give a command these options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def what_is_asked(options: dict[str, Any], jobs: tuple[str, ...]) -> dict[str, str]:
    """What the options of `run` ask of summarize_referrals, in its words."""
    given = {name: str(value) for name, value in options.items() if value}
    if given and jobs != ("summarize_referrals",):
        option = next(iter(given)).replace("_", "-")
        raise click.UsageError(f"--{option} is for summarize_referrals alone. Run that job by itself.")
    periods = [name for name in ("week", "month", "year") if name in given]
    if len(periods) > 1:
        raise click.UsageError(f"--{periods[0]} and --{periods[1]} ask for two workbooks. Name one of them.")
    asked = {"period" if name in periods else name: value for name, value in given.items()}
    from jobs.clinic.periods import period_named

    try:
        kind = period_named(asked["period"]).kind if "period" in asked else ""
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    if kind and kind != periods[0]:
        raise click.UsageError(f'"{asked["period"]}" is a {kind}. Write --{kind} before it.')
    try:
        date.fromisoformat(asked.get("as_of", "2026-01-01"))
    except ValueError:
        raise click.UsageError(f'"{asked["as_of"]}" is no day. Write it as 2026-03-23.') from None
    return asked
