"""Patients who may be one: the list, and a person's word on two of them."""

from collections.abc import Callable, Collection
from datetime import datetime

import click
from rich.table import Table

from jobs.clinic.follow_ups import utc_text
from jobs.desk.terminal import open_console
from jobs.pulling.summing_up import write_problem_list
from jobs.runner.tools import Tools
from jobs.sources.ranks import ranks_of
from jobs.store.episodes import refresh_episodes
from jobs.store.identity import (
    NotPossible,
    decide_apart,
    decide_same,
    doubtful_pairs,
    doubtful_problems,
    names_of,
    undo,
)
from jobs.store.identity_lines import Line, newest_lines
from jobs.store.leading import lead_anew
from jobs.store.memory import Memory
from jobs.store.patient_story import contact
from jobs.store.sources import PATIENTS, listed_problems, note_problems
from jobs.store.twins import settle_twins, slots_of

_MOST = 30  # of the last decisions
_BOTH_DEAD = (
    "Both are held to have died: no letter goes to either. If one of them lives, take that back for that address: "
    "run_jobs.py allow --help says how."
)


def show_patients(tools: Tools) -> None:
    """Print who may be one patient, and what was decided of others."""
    with tools.store.look() as memory:
        waiting = doubtful_pairs(memory)
        decided = [line for line in newest_lines(memory).values() if line.what in ("same", "apart")]
        decided = sorted(decided, key=lambda line: -line.id)[:_MOST]
        names = names_of(memory, {each for line in (*waiting, *decided) for each in line.pair})
    console = open_console()
    if waiting:
        console.print(_table("May be one patient", waiting, names, tools))
        console.print("`patients same NO NO` or `patients apart NO NO` settles it.")
    else:
        console.print("No two patients are in doubt.")
    if decided:
        console.print(_table("Decided last", decided, names, tools))
        console.print("`patients undo LINE` takes a decision back.")


def _table(title: str, lines: Collection[Line], names: dict[int, str], tools: Tools) -> Table:
    table = Table("Line", "When", "One", "Other", "What", "Why", "Who", title=title)
    for line in lines:
        at = datetime.fromisoformat(line.at).astimezone(tools.settings.clinic.tzinfo)
        one, other = (f"No. {each}: {names[each]}" for each in line.pair)
        table.add_row(str(line.id), f"{at:%Y-%m-%d}", one, other, line.what, line.why, line.who or "rule")
    return table


def say_same(tools: Tools, one: int, other: int, who: str, why: str) -> int:
    """Record that two records are one patient; the exit code."""
    told = f"No. {one} and no. {other} are one patient from now on."
    return _decide(tools, told, lambda memory, at: decide_same(memory, one, other, who, why, at))


def say_apart(tools: Tools, one: int, other: int, who: str, why: str) -> int:
    """Record that two records are two patients; the exit code."""
    told = f"No. {one} and no. {other} are two patients; what each had was given back."
    return _decide(tools, told, lambda memory, at: decide_apart(memory, one, other, who, why, at), parts=True)


def take_back(tools: Tools, line: int, who: str) -> int:
    """Take back a decision; the exit code."""
    told = f"Line {line} is taken back; the two are in doubt again."
    return _decide(tools, told, lambda memory, at: undo(memory, line, who, at), parts=True)


def _decide(tools: Tools, told: str, decision: Callable[[Memory, str], set[int]], *, parts: bool = False) -> int:
    """Carry out a decision with all that follows from it, or nothing. Of two who were parted and are both held to have
    died it is not known of whom that was said: a person is asked."""
    at = utc_text(tools.clock())
    try:
        with tools.store.begin() as memory:
            changed = decision(memory, at)
            dead = parts and bool(changed) and all(contact(memory, each).died for each in changed)
            ranks = ranks_of(tools.settings.sources)
            changed |= lead_anew(memory, changed, at, ranks)
            twins = settle_twins(memory, slots_of(memory, changed), ranks, at, changed)
            refresh_episodes(memory, changed | twins.patients, tools.today)
            note_problems(memory, PATIENTS, "", doubtful_problems(memory), at)
            problems = listed_problems(memory, tools.settings.source_names)
    except NotPossible as reason:
        click.echo(str(reason), err=True)
        return 2
    write_problem_list(tools, problems)
    click.echo(told)
    if dead:
        click.echo(_BOTH_DEAD)
    return 0
