"""Problems of one table, gathered so that a person can read them: many equal ones are said once."""

import re
from collections.abc import Iterable

from jobs.clinic.records import Problem

MANY = 50
"""From so many equal problems on, a table has one fault (a wrong column, a wrong order), not many."""

_FOLDED = re.compile(r" \((\d+) rows, the first is row (\d+)\)$")


def rows_of(problem: Problem) -> int:
    """How many rows a problem speaks of: 1, or the number in a folded one; 0 where it speaks of the whole file."""
    found = _FOLDED.search(problem.what)
    return int(found[1]) if found else int(problem.row > 0)


def fold_problems(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems in the same order, but one for the column where more than MANY rows have the same fault.

    That one has row 0, the first row's value as an example, and says how many rows it stands for. A big file comes
    in several tables: folding their problems once more joins what belongs together.
    """
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        what = _FOLDED.sub("", problem.what)
        groups.setdefault((*problem[:3], problem.column, what, problem.remedy, problem.set_aside), []).append(problem)
    folded: list[Problem] = []
    for group in groups.values():
        folded += [_one(group)] if sum(map(rows_of, group)) > MANY else dict.fromkeys(group)
    return sorted(folded, key=lambda problem: (problem[:3], problem.row))


def _one(group: list[Problem]) -> Problem:
    first = min(group, key=_first_row)
    what = _FOLDED.sub("", first.what)
    return first._replace(row=0, what=f"{what} ({sum(map(rows_of, group))} rows, the first is row {_first_row(first)})")


def _first_row(problem: Problem) -> int:
    found = _FOLDED.search(problem.what)
    return int(found[2]) if found else problem.row
