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
from jobs.store.sources import listed_problems, take_off
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
    with tools.store.begin() as memory:
        listed = [problem for _, problem in listed_problems(memory, tools.settings.source_names)]
        held = [problem for problem in listed if waits_for_a_word(problem)]
        found = _named(file, held)
        sources = sorted({problem.source for problem in found})
        for problem in found if len(sources) == 1 else ():
            call_right(memory, problem.source, problem.file, by, utc_text(tools.now))
            what = f"{problem.file} is right: {problem.what.removesuffix(ALL_AT_ONCE)}"
            note_word(memory, Said(utc_text(tools.now), problem.source, by, what))
    lacking = _named(file, filter(is_missing, listed))
    if not found and len({problem.source for problem in lacking}) == 1:
        return _let_go(tools, file, lacking, by)
    if len(sources or {problem.source for problem in lacking}) > 1:
        named = sources or sorted({problem.source for problem in lacking})
        click.echo(
            f'"{file}" stands for {len(named)} sources. Name the one that you mean: {", ".join(named)}.', err=True
        )
        return 1
    if not found:
        files = [problem.file for problem in held]
        shown = " ".join(each.source if files.count(each.file) > 1 else each.file for each in held)
        click.echo(f'No file "{file}" is held back. {f"Held back: {shown}" if shown else ""}'.rstrip(), err=True)
        return 1
    what = found[0].what.removesuffix(ALL_AT_ONCE)
    click.echo(f"{file} is right, says {by}: {what}. The next pull takes it over, unless the file says something else.")
    return 0


def call_source_gone(tools: Tools, name: str, by: str) -> int:
    """Note a person's word that a source which config/sources.yaml names no more is gone for good; give the exit
    code."""
    from jobs.pulling.summing_up import write_problem_list
    from jobs.store.episodes import refresh_episodes
    from jobs.store.sources import read_before
    from jobs.store.sources_named_no_more import let_go

    if name in tools.settings.source_names:
        click.echo(f'config/sources.yaml names "{name}" still. Take it out there first.', err=True)
        return 1
    with tools.store.begin() as memory:
        waiting = read_before(memory, tools.settings.source_names)
        if name in waiting:
            count, patients = let_go(memory, name, utc_text(tools.now))
            refresh_episodes(memory, patients, tools.today)
            what = f"gone for good; {_many(count)} that stood in it alone {_are(count)} booked no more"
            note_word(memory, Said(utc_text(tools.now), name, by, what))
            listed = listed_problems(memory, tools.settings.source_names)
    if name not in waiting:
        known = f"There is: {', '.join(sorted(waiting))}." if waiting else ""
        click.echo(f'There is no source "{name}" that is named no more. {known}'.rstrip(), err=True)
        return 1
    write_problem_list(tools, listed)
    click.echo(f'"{name}" is gone, says {by}: {_many(count)} that stood in it alone {_are(count)} booked no more.')
    return 0


def _many(count: int) -> str:
    return "1 coming appointment" if count == 1 else f"{count} coming appointments"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _named(file: str, problems: Iterable[Problem]) -> list[Problem]:
    """The problems of this source, else those of this file."""
    some = list(problems)
    return [problem for problem in some if problem.source == file] or [
        problem for problem in some if problem.file == file
    ]


def _let_go(tools: Tools, file: str, lacking: Sequence[Problem], by: str) -> int:
    """Count the appointments that are missing from a file as gone, with all that follows from it."""
    from jobs.pulling.summing_up import write_problem_list
    from jobs.store.episodes import refresh_episodes
    from jobs.store.gone import let_missing_go

    with tools.store.begin() as memory:
        gone = let_missing_go(memory, lacking[0].source, utc_text(tools.now))
        what = f"{lacking[0].file} is right; {_many(gone.marked)} that it lacks {_are(gone.marked)} booked no more"
        note_word(memory, Said(utc_text(tools.now), lacking[0].source, by, what))
        refresh_episodes(memory, gone.patients, tools.today)
        take_off(memory, lacking)
        problems = listed_problems(memory, tools.settings.source_names)
    write_problem_list(tools, problems)
    are = "appointments no longer count" if gone.marked != 1 else "appointment no longer counts"
    click.echo(f"{file} is right, says {by}: {gone.marked} coming {are} as booked, and nobody is reminded of them.")
    return 0


def _where(problem: Problem) -> str:
    """Source, file, sheet and cell."""
    place = problem.cell or (f"row {problem.row}" if problem.row else "")
    if rows_of(problem) > 1:
        place = f'column "{problem.column}"'
    return ", ".join(filter(None, (problem.source, problem.file, problem.sheet, place)))
