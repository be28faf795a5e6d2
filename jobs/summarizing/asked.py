"""Which workbook is made: the last whole week's, or a past week's, month's or year's that somebody asked for."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from jobs.clinic.periods import Periods, last_whole_week, period_named
from jobs.runner.tools import Tools
from jobs.store.summaries import kept_summary

MADE_AT = time(6)  # when a past workbook is taken to have been made, where nobody knows


class Asked(NamedTuple):
    """`as_of`: the moment as of which everything is counted. `past`: it lies before today, so what came later is taken
    back. `mail_again`: the readers get it even if they had it already."""

    periods: Periods
    as_of: datetime
    past: bool
    usual: bool  # last week's, which nobody had to ask for
    mail_again: bool


class NotUnderstood(ValueError):
    """What was asked for cannot be made; the text says why and what to write."""


def read_asked(words: Mapping[str, str], tools: Tools, today: date) -> Asked:
    """What the options of `run summarize_referrals` ask for; raises NotUnderstood.

    A past period is made as of the moment at which it was first made; where it never was, as of the day after it.
    """
    label, day = words.get("period", ""), words.get("as_of", "")
    again = bool(words.get("mail_again"))
    try:
        as_of = date.fromisoformat(day) if day else None
        periods = period_named(label) if label else last_whole_week(as_of or today)
    except ValueError as fault:
        raise NotUnderstood(str(fault)) from None
    if (as_of or periods.shown.first) > today:
        raise NotUnderstood(f"{day or label} lies ahead; nothing is known of it yet.")
    if as_of and as_of < periods.shown.first:
        raise NotUnderstood(f"On {as_of}, {periods.label} had not begun. Name a later day.")
    moment = tools.now.astimezone(tools.settings.clinic.tzinfo)
    if as_of and as_of < today:
        moment = datetime.combine(as_of, MADE_AT, tools.settings.clinic.tzinfo)
    elif label and not as_of:
        moment = _first_made(tools, periods, today) or moment
    return Asked(periods, moment, moment.date() < today, not (label or day), again)


def _first_made(tools: Tools, periods: Periods, today: date) -> datetime | None:
    """The moment at which a period's workbook was first made, or should have been; None for today."""
    zone = tools.settings.clinic.tzinfo
    with tools.store.look() as memory:
        kept = kept_summary(memory, periods.label)
    if kept and kept.as_of > periods.shown.last.isoformat():  # the period was over
        made = datetime.fromisoformat(kept.made_at).astimezone(zone)
        return made if made.date() < today else None
    after = periods.shown.last + timedelta(days=1)
    return datetime.combine(after, MADE_AT, zone) if after < today else None
