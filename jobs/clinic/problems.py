"""Problems of one table, gathered so that a person can read them: many equal ones are said once."""

from collections.abc import Iterable, Sequence

from jobs.clinic.patterns import pattern
from jobs.clinic.records import Problem

MANY = 50
"""From so many equal problems on, a table has one fault (a wrong column, a wrong order), not many."""

STILL_BEING_WRITTEN = "The file is still being written."
TRIED_AGAIN = "It is tried again next time."
"""The remedy where Google, or another server, gave nothing to read."""
LOOK_AT_ADDRESS = (
    "Check path: of this source in config/sources.yaml; calendars give their address under Settings, Share."
)
WITHOUT_PASSWORD = "Take the secret address that calendars give under Settings, Share; it has no name and password."
TEST_PATIENT = "This is a test patient."
DIED_BY_NAME = "The name says that the patient has died; no letter goes to this patient."
DIED_BY_STATUS = "The status says that the patient has died; no letter goes to this patient."
COMES_THOUGH_DEAD = (
    "The patient is held to have died, and has come or booked since; no letter goes to this patient.",
    "If the patient is alive, run: python run_jobs.py allow NO --alive --reason TEXT. If not, correct the later visits "
    "in the practice system.",
)
NO_ADDRESSES = "This export has no e-mail column"
OVERRULED = "A later row has the same appointment with other values; the later row counts."
BOOKED_AGAIN = "This visit was called off and booked again for the same time; the new booking counts."
HOUR_LOST = "This appointment was known with its time of day, which this row does not give or which cannot be read."
FEW = 5
"""So many rows of a file may be bad whatever its share."""

SAME_MOMENT = (
    "One patient has two appointments that begin at the same moment; both count.",
    "If they are one, delete one of the two in the practice system.",
)
_NEVER_BAD = (TEST_PATIENT, OVERRULED, BOOKED_AGAIN)  # rows that are left out and yet no sign of a bad export
_TOO_BAD = pattern(r"\d+ of \d+ rows cannot be read, which is more than \d+ %: nothing was taken from this file\.")
NOTHING_TAKEN = "nothing was taken from this file."
ALL_AT_ONCE = f", all at once: {NOTHING_TAKEN}"
MISSING = " coming appointments are no longer in this file. They still count as booked."
_FOLDED = pattern(r" \((\d+) rows, the first is row (\d+)\)$")


def rows_of(problem: Problem) -> int:
    """How many rows a problem speaks of: 1, or the number in a folded one; 0 where it speaks of the whole file."""
    found = _FOLDED.search(problem.what)
    return int(found[1]) if found else int(problem.row > 0)


def rows_left_out(problems: Iterable[Problem]) -> int:
    """How many rows are left out for these problems; a row with two faults is one row."""
    bad = [problem for problem in problems if problem.set_aside]
    return len({problem[:4] for problem in bad if problem.row}) + sum(rows_of(one) for one in bad if not one.row)


def lets_letters_wait(problem: Problem) -> bool:
    """Whether this says of rows that they are left out, and that what is known of their appointments may be wrong."""
    return problem.set_aside and rows_of(problem) > 0 and not problem.what.startswith(_NEVER_BAD)


def is_of_file(problem: Problem) -> bool:
    """Whether this says that a whole file could not be used."""
    if problem.row or rows_of(problem):
        return False
    return problem.set_aside or problem.what == STILL_BEING_WRITTEN


def why_not_read(problem: Problem) -> str:
    """Why a whole file could not be read, where a run may say it itself, in logs and mails: a server gave nothing, so
    that no patient's data can be in the words. Else ""."""
    told = problem.remedy in (TRIED_AGAIN, LOOK_AT_ADDRESS, WITHOUT_PASSWORD)
    return f"{problem.what} {problem.remedy}" if told else ""


def too_bad(problems: Sequence[Problem], rows: int, percent: int) -> tuple[str, str] | None:
    """What to say, and the remedy, where so many rows of a file are bad that it may be another export; else None.

    `problems` are all of the file, folded or not; `rows` is how many it has.
    """
    of_rows = [problem for problem in problems if problem.set_aside and not problem.what.startswith(_NEVER_BAD)]
    bad = min(rows, len({p.row for p in of_rows if p.row}) + sum(rows_of(p) for p in of_rows if not p.row))
    if bad <= FEW or bad * 100 <= rows * percent:
        return None
    return (
        f"{bad} of {rows} rows cannot be read, which is more than {percent} %: nothing was taken from this file.",
        "Correct what is said of its rows and columns; if it is to be read all the same, set bad_rows: of this source "
        "in config/sources.yaml higher. Letters wait until then.",
    )


def is_too_bad(problem: Problem) -> bool:
    """Whether this says that a file was refused for its share of bad rows."""
    return problem.set_aside and not problem.row and _TOO_BAD.fullmatch(problem.what) is not None


def is_held_back(problem: Problem) -> bool:
    """Whether this says that a file was refused for what all of it together would do; letters wait as well."""
    return problem.set_aside and not problem.row and problem.what.endswith(NOTHING_TAKEN) and not is_too_bad(problem)


def wrong_columns(problems: Sequence[Problem], rows: int) -> list[Problem]:
    """Those that say that a column is not what its source says, where most rows of the file show it."""
    return [
        column
        for column in problems
        if is_held_back(column) and 2 * sum(rows_of(p) for p in problems if p.column == column.column) > rows
    ]


def waits_for_a_word(problem: Problem) -> bool:
    """Whether this says that a file would change most patients at once, unless a person calls it right."""
    return problem.set_aside and not problem.row and problem.what.endswith(ALL_AT_ONCE)


def named_no_more_words(source: str, coming: int) -> tuple[str, str]:
    """What to say, and the remedy, where so many coming appointments stand in a source that is named no more."""
    booked = "1 coming appointment stands" if coming == 1 else f"{coming} coming appointments stand"
    return (
        f'{booked} in source "{source}" alone, which config/sources.yaml names no more.',
        "Letters about them wait. If that is a slip, name it again. If it is gone for good or has another name now and "
        f'that one was pulled, run: run_jobs.py problems --is-gone "{source}".',
    )


def is_missing(problem: Problem) -> bool:
    """Whether this says that so many appointments are missing from a file that nobody believes it."""
    return not problem.row and problem.what.endswith(MISSING)


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
    what = f"{what} ({sum(map(rows_of, group))} rows, the first is row {_first_row(first)})"
    return first._replace(row=0, cell="", contents="", what=what)


def _first_row(problem: Problem) -> int:
    found = _FOLDED.search(problem.what)
    return int(found[2]) if found else problem.row
