"""The list of problems, and what a pull says of itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path

from jobs.clinic.problems import is_of_file, why_not_read
from jobs.clinic.records import Problem
from jobs.machine.whole_files import keep_for_speed
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.sources import PATIENTS, listed_problems


def write_problem_list(tools: Tools, problems: Sequence[tuple[str, Problem]]) -> None:
    """Write problems.xlsx, newest first, and keep what stands in it."""
    from jobs.reports.problems_workbook import write_problems

    zone, path = tools.settings.clinic.tzinfo, _problem_list(tools)
    write_problems(((datetime.fromisoformat(at).astimezone(zone), problem) for at, problem in problems), path)
    keep_for_speed(_what_it_says(tools), _in_short(problems))


def sum_up(tools: Tools, counts: Counter[str]) -> Outcome:
    """Sum up; the list of problems is written afterwards, where it says something else."""
    path = _problem_list(tools)
    with tools.store.look() as memory:
        problems = listed_problems(memory, tools.settings.source_names)
    counts["problems listed"] = len(problems)
    wanted = not _is_written(tools, problems)
    said = (p for _, p in problems if p.row == 0 and not p.set_aside and p.source != PATIENTS)
    of_files = dict.fromkeys(f"{p.source}: {p.what}" for p in said)
    notes = tuple(of_files) or (() if tools.settings.sources else ("No source is configured in config/sources.yaml.",))
    failed = _in_words([p for _, p in problems if p.set_aside and is_of_file(p)])
    afterwards = partial(write_problem_list, tools, problems) if wanted else None
    files = (path,) if wanted or path.exists() else ()
    return Outcome(dict(counts), notes=notes, files=files, failed=failed, afterwards=afterwards)


def _problem_list(tools: Tools) -> Path:
    return tools.state_dir / "reports" / "problems.xlsx"


def _what_it_says(tools: Tools) -> Path:
    """Beside the list, not in the database: put back from a backup, that would tell of another list."""
    return tools.state_dir / "cache" / "problems.digest"


def _in_short(problems: Sequence[tuple[str, Problem]]) -> bytes:
    return blake2b(repr([(at, *problem) for at, problem in problems]).encode()).digest()


def _is_written(tools: Tools, problems: Sequence[tuple[str, Problem]]) -> bool:
    """Whether problems.xlsx says just this, whoever changed what is listed, and whatever kept a run from writing it. No
    list says that there is nothing to say."""
    if not _problem_list(tools).exists():
        return not problems
    try:
        return _what_it_says(tools).read_bytes() == _in_short(problems)
    except OSError:  # it is not there
        return False


def _in_words(refused: Sequence[Problem]) -> str:
    """What nothing was read from, and why; what has one reason together."""
    files: dict[str, list[str]] = {}
    for problem in refused:
        files.setdefault(why_not_read(problem), []).append(f"{problem.file} ({problem.source})")
    return " ".join(
        f"Nothing was read from {', '.join(names)}{f': {why}' if why else '; problems.xlsx says why.'}"
        for why, names in files.items()
    )
