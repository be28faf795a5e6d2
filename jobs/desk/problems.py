"""What could not be used of the exports, at the terminal: as in problems.xlsx, but without patients' data."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import click
from rich.table import Table

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.masking import masked
from jobs.clinic.problems import ALL_AT_ONCE, is_missing, lets_letters_wait, rows_of, waits_for_a_word
from jobs.clinic.records import Problem
from jobs.desk.greeted import greeted_otherwise
from jobs.desk.source_words import said_in_words
from jobs.desk.terminal import open_console
from jobs.desk.unreachable import crowded_in_words
from jobs.runner.tools import Tools
from jobs.store.patient_story import coming_patients
from jobs.store.source_words import Said, note_word
from jobs.store.sources import listed_problems
from jobs.store.upheavals import call_right

NEWEST = 25
_QUOTED = re.compile(r'"([^"]*)"')


def show_problems(tools: Tools, everything: bool) -> None:
    """Print the newest problems, or all of them, and where they stand with the rows they are about."""
    with tools.store.look() as memory:
        listed = listed_problems(memory, tools.settings.source_names)
        said = greeted_otherwise(coming_patients(memory, tools.today.isoformat())) + crowded_in_words(memory)
        said += said_in_words(tools, memory, everything)
    console = open_console()
    for sentence in said:
        console.print(sentence, soft_wrap=True)
    if not listed:
        console.print("Nothing was wrong with the sources.")
        return
    shown = listed if everything else listed[:NEWEST]
    table = Table("Seen", "Where", "Value (masked)", "What is wrong", "What to do")
    table.columns[0].no_wrap = True
    for seen_at, problem in shown:
        seen = datetime.fromisoformat(seen_at).astimezone(tools.settings.clinic.tzinfo)
        what = problem.what if not problem.row else _QUOTED.sub(lambda found: f'"{masked(found[1])}"', problem.what)
        table.add_row(f"{seen:%b %d %H:%M}", _where(problem), masked(problem.value), what, problem.remedy)
    console.print(table)
    if len(shown) < len(listed):
        console.print(f"The newest {len(shown)} of {len(listed)}; `run_jobs.py problems --all` shows all.")
    if any(lets_letters_wait(problem) for _, problem in listed):
        told = (
            "Letters about an appointment whose row is left out wait until it is corrected, and so do letters that "
            "another visit of its patient would make wrong."
        )
        console.print(told, soft_wrap=True)
    console.print(f"With the rows: {tools.state_dir / 'reports' / 'problems.xlsx'}", soft_wrap=True)


def call_file_right(tools: Tools, file: str, by: str) -> int:
    """Note a person's word that a file is right though it changes most patients at once, or though very many
    appointments are missing from it; give the exit code."""
    with tools.store.look() as memory:
        listed = [problem for _, problem in listed_problems(memory, tools.settings.source_names)]
    held = [problem for problem in listed if waits_for_a_word(problem)]
    meant = _named(file, held) or _named(file, filter(is_missing, listed))
    sources = sorted({problem.source for problem in meant})
    if len(sources) > 1:
        told = f'"{file}" stands for {len(sources)} sources. Name the one that you mean: {", ".join(sources)}.'
        click.echo(told, err=True)
        return 1
    if not meant:
        files = [problem.file for problem in held]
        shown = " ".join(each.source if files.count(each.file) > 1 else each.file for each in held)
        click.echo(f'No file "{file}" is held back. {f"Held back: {shown}" if shown else ""}'.rstrip(), err=True)
        return 1
    said = _lets_go(tools, meant, by) if is_missing(meant[0]) else _is_believed(tools, meant, by)
    click.echo(f"{file} is right, says {by}: {said}")
    return 0


def _is_believed(tools: Tools, held: Sequence[Problem], by: str) -> str:
    with tools.store.begin() as memory:
        for problem in held:
            call_right(memory, problem.source, problem.file, by, utc_text(tools.now))
            what = f"{problem.file} is right: {problem.what.removesuffix(ALL_AT_ONCE)}"
            note_word(memory, Said(utc_text(tools.now), problem.source, by, what))
    what = held[0].what.removesuffix(ALL_AT_ONCE)
    return f"{what}. The next pull takes it over, unless the file says something else."


def _lets_go(tools: Tools, lacking: Sequence[Problem], by: str) -> str:
    from jobs.pulling.letting_go import let_lacking_go

    return f"{let_lacking_go(tools, lacking, by)}, and nobody is reminded of them."


def call_source_gone(tools: Tools, name: str, by: str) -> int:
    """Note a person's word that a source which config/sources.yaml names no more is gone for good; give the exit
    code."""
    from jobs.pulling.letting_go import let_source_go
    from jobs.store.sources import read_before

    if name in tools.settings.source_names:
        click.echo(f'config/sources.yaml names "{name}" still. Take it out there first.', err=True)
        return 1
    with tools.store.look() as memory:
        waiting = read_before(memory, tools.settings.source_names)
    if name not in waiting:
        known = f"There is: {', '.join(sorted(waiting))}." if waiting else ""
        click.echo(f'There is no source "{name}" that is named no more. {known}'.rstrip(), err=True)
        return 1
    click.echo(f'"{name}" is gone, says {by}: {let_source_go(tools, name, by)}.')
    return 0


def _named(file: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems of this source, else those of this file."""
    some = list(problems)
    return [problem for problem in some if problem.source == file] or [
        problem for problem in some if problem.file == file
    ]


def _where(problem: Problem) -> str:
    """Source, file, sheet and cell."""
    place = problem.cell or (f"row {problem.row}" if problem.row else "")
    if rows_of(problem) > 1:
        place = f'column "{problem.column}"'
    return ", ".join(filter(None, (problem.source, problem.file, problem.sheet, place)))
