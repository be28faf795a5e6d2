"""The list of problems, and what a pull says of itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from jobs.clinic.problems import is_of_file, why_not_read
from jobs.clinic.records import Problem
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.sources import PATIENTS, listed_problems


def write_problem_list(tools: Tools, problems: Sequence[tuple[str, Problem]]) -> None:
    """Write problems.xlsx, newest first."""
    from jobs.reports.problems_workbook import write_problems

    zone, path = tools.settings.clinic.tzinfo, tools.state_dir / "reports" / "problems.xlsx"
    write_problems(((datetime.fromisoformat(at).astimezone(zone), problem) for at, problem in problems), path)


def sum_up(tools: Tools, counts: Counter[str]) -> Outcome:
    """Sum up; the list of problems is written afterwards, where it changed."""
    path = tools.state_dir / "reports" / "problems.xlsx"
    with tools.store.look() as memory:
        problems = listed_problems(memory, tools.settings.source_names)
    counts["problems listed"] = len(problems)
    wanted = counts.pop("problems changed", 0) or bool(problems) > path.exists() or _sources_changed_since(tools, path)
    said = (p for _, p in problems if p.row == 0 and not p.set_aside and p.source != PATIENTS)
    of_files = dict.fromkeys(f"{p.source}: {p.what}" for p in said)
    notes = tuple(of_files) or (() if tools.settings.sources else ("No source is configured in config/sources.yaml.",))
    failed = _in_words([p for _, p in problems if p.set_aside and is_of_file(p)])
    afterwards = partial(write_problem_list, tools, problems) if wanted else None
    files = (path,) if wanted or path.exists() else ()
    return Outcome(dict(counts), notes=notes, files=files, failed=failed, afterwards=afterwards)


def _sources_changed_since(tools: Tools, path: Path) -> bool:
    """Whether somebody has changed config/sources.yaml since the list was written: it may name other sources."""
    try:
        return (tools.home / "config" / "sources.yaml").stat().st_mtime > path.stat().st_mtime
    except OSError:  # one of them is not there
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
