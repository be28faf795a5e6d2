"""Who got which letter since a day: counted, the newest shown, all of them as a CSV file."""

import csv
import os
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import click
from rich.table import Table

from jobs.articles.library import load_library
from jobs.clinic.faults import did_you_mean
from jobs.clinic.follow_ups import utc_text
from jobs.desk.terminal import open_console
from jobs.runner.tools import Tools
from jobs.store.memory import Memory
from jobs.store.who_got import Got, Wanted, count_letters, who_got

_SHOWN = 40
_COLUMNS = ("letter", "left_at", "state", "patient", "rule", "template", "category", "purpose", "articles")
_NAMES = ("first_name", "last_name", "email")


class Asked(NamedTuple):
    """What somebody wants to know; `until` is a last day, "" asks for all of a kind."""

    since: date
    until: date | None
    rule: str
    template: str
    article: str


def show_who_got(tools: Tools, asked: Asked, names: bool, file: Path | None) -> int:
    """Print how many letters left since a day, of which rules, and the newest of them; or write all into a file.

    Gives the exit code: a rule, letter or article that nobody knows is a slip, not an answer of none.
    """
    template = asked.template and asked.template.removesuffix(".md") + ".md"
    end = _midnight(tools, asked.until + timedelta(days=1)) if asked.until else ""
    wanted = Wanted(_midnight(tools, asked.since), end, asked.rule, template, asked.article)
    with tools.store.look() as memory:
        counted = count_letters(memory, wanted)
        slip = "" if counted.by_rule else _slip(tools, memory, wanted)
        if slip:
            click.echo(slip, err=True)
            return 2
        found = who_got(memory, wanted, None if file else _SHOWN)
    total = sum(counted.by_rule.values())
    click.echo(f"{total} letters to {counted.patients} patients since {asked.since:%Y-%m-%d}.")
    for name, count in counted.by_rule.items():
        click.echo(f"  {name}: {count}")
    if counted.unclear:
        click.echo(f"{counted.unclear} of them may have left; `outbox` lists them.")
    if file:
        _write_csv(tools, found, names, file)
        click.echo(f"All of them: {file} (patient data; readable by you alone)")
    elif found:
        _show(tools, found, names)
        if total > len(found):
            click.echo(f"The newest {len(found)} are shown; --csv FILE writes all.")
    return 0


def _slip(tools: Tools, memory: Memory, wanted: Wanted) -> str:
    """A sentence about what was asked for and neither is there nor ever left; "" where there is no such thing."""
    library, _ = load_library(tools.home / "config" / "articles.csv")
    known = {
        "rule": [rule.name for rule in tools.settings.follow_ups.rules],
        "template": [file.name for file in (tools.home / "templates").glob("*.md")],
        "article": [article.slug for article in library.articles],
    }
    for kind, names in known.items():
        asked: str = getattr(wanted, kind)
        if asked and asked not in names and not count_letters(memory, Wanted("", **{kind: asked})).by_rule:
            what = {"template": "letter"}.get(kind, kind)
            return f'There is no {what} "{asked}", and none ever left. {did_you_mean(asked, names)}'.rstrip()
    return ""


def _show(tools: Tools, found: Sequence[Got], names: bool) -> None:
    table = Table("Left", "Letter", "Patient", *(("Name",) if names else ()), "Rule", "Category", "Purpose", "Articles")
    for got in found:
        who = (f"{got.first_name} {got.last_name}".strip(),) if names else ()
        left = f"{_local(tools, got.at):%Y-%m-%d %H:%M}" + ("" if got.state == "sent" else " (may have)")
        table.add_row(
            left, str(got.letter_id), str(got.patient_id), *who, got.rule, got.category, got.purpose, got.articles
        )
    open_console().print(table)


def _write_csv(tools: Tools, found: Sequence[Got], names: bool, file: Path) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.chmod(file, 0o600)  # also where it was there before
    with open(descriptor, "w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow((*_COLUMNS, *(_NAMES if names else ())))
        for got in found:
            left = _local(tools, got.at).isoformat(sep=" ", timespec="minutes")
            about = got.rule, got.template, got.category, got.purpose, got.articles
            who = [_as_text(getattr(got, name)) for name in _NAMES] if names else []
            writer.writerow((got.letter_id, left, got.state, got.patient_id, *about, *who))


def _as_text(value: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") and value else value


def _midnight(tools: Tools, day: date) -> str:
    return utc_text(datetime.combine(day, time(), tzinfo=tools.settings.clinic.tzinfo))


def _local(tools: Tools, moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo)
