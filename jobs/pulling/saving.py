"""Keeps what was read of a file: all of it or nothing, and with it what the next pull must know."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.problems import (
    ALL_AT_ONCE,
    MISSING,
    fold_problems,
    is_held_back,
    rows_left_out,
    too_bad,
    wrong_columns,
)
from jobs.clinic.records import Problem
from jobs.pulling.settling import Touched, all_numbers_gone, settle, take_over
from jobs.runner.tools import Tools
from jobs.sources.files import SAVE_UNDER_TODAYS_NAME
from jobs.sources.read_results import FileRead
from jobs.sources.source import Source
from jobs.store.appointments import save_appointments, set_aside
from jobs.store.episodes import refresh_episodes
from jobs.store.memory import Memory
from jobs.store.patient_records import Heard
from jobs.store.sources import note_problems, note_unsettled, remember_file, still_new
from jobs.store.upheavals import Found, Gone, Upheaval, Word, held_before, note_held_back, use_up, word_given

if TYPE_CHECKING:
    from jobs.store.deaths import ToldDeaths

_A_PERSON_DECIDES = (
    "Look whether columns were shifted, or dates are read in another order (date_order: in config/sources.yaml), and "
    "export again. If it is right, also where it mends a slip of the file before it, say so: "
    'run_jobs.py problems --is-right "{file}". Letters wait until then.'
)
_FILTERED_OR_DELETED = (
    "If the export was filtered, export everything again. If it is right, say so: run_jobs.py problems --is-right "
    '"{file}". Then nobody is reminded of them.'
)
_OTHER_NUMBERS = (
    "If the practice system is another one by now, whose numbers mean other visits, give the source another name in "
    "config/sources.yaml: its visits are then known by patient and time. If not, look whether a column has slipped "
    "and export again. Only if it is right all the same, as where it mends a slip of the file before it: "
    'run_jobs.py problems --is-right "{file}". '
    "Letters wait until then."
)


def save(tools: Tools, source: Source, file: FileRead, known: bytes) -> Counter[str]:
    """Keep one file whole or not at all; of one that is refused, only what was wrong with it.

    `known` is what this pull knew of it.
    """
    seen_at = utc_text(tools.now)
    try:
        with tools.store.begin(repeatable=True) as memory:
            if file.outcome == "unchanged":
                return _still_known(memory, source, file, known, seen_at)
            return _save_file(memory, tools, source, file, seen_at)
    except TooBad as refusal:
        file.outcome = "refused"
        with tools.store.begin() as memory:
            note_problems(memory, source.name, file.path, refusal.problems, seen_at, read_whole=False)
            if refusal.upheaval:
                note_held_back(memory, source.name, file.path, refusal.upheaval)
        return Counter({"files refused": 1})
    except TurnsBack:
        file.outcome = "waiting"
        what = f"{file.path} was saved again and holds what it held before a later file was read; it does not count."
        told = Problem(source.name, file.path, "", 0, "", "", what, SAVE_UNDER_TODAYS_NAME, False)
        with tools.store.begin() as memory:
            note_problems(memory, source.name, file.path, [told], seen_at, read_whole=False)
        return Counter({"files waiting": 1})


def _still_known(memory: Memory, source: Source, file: FileRead, known: bytes, seen_at: str) -> Counter[str]:
    if not file.changed_ns and known:
        still_new(memory, source.name, file.path, seen_at, b"" if file.memory == known else file.memory)
    elif file.memory and file.memory != known:
        remember_file(memory, source.name, file.path, file.memory, file.rows_total, seen_at, _data_at(file, seen_at))
    return Counter({"files unchanged": 1})


def _data_at(file: FileRead, seen_at: str) -> str:
    """As of when the data of a file are: its own time, or now for what was asked just now."""
    if not file.changed_ns:
        return seen_at
    return min(seen_at, utc_text(datetime.fromtimestamp(file.changed_ns / 1e9, UTC)))


class TurnsBack(Exception):
    """A file holds an earlier state of what was read since."""


class TooBad(Exception):
    """So much of a file cannot be read, or not be believed, that nothing of it is kept."""

    def __init__(self, problems: list[Problem], upheaval: Found | None = None) -> None:
        super().__init__()
        self.problems, self.upheaval = problems, upheaval


def _save_file(memory: Memory, tools: Tools, source: Source, file: FileRead, seen_at: str) -> Counter[str]:
    """Keep the rows of a file, its problems and what the next pull must know of it. Raises TooBad, TurnsBack."""
    counts: Counter[str] = Counter()
    noted = Upheaval(held_before(memory, source.name))
    touched, found, unread = _save_rows(memory, tools, source, file, seen_at, counts, noted)
    if file.turns_back():
        raise TurnsBack
    renumbered = take_over(memory, source.name, file.left, touched, noted, seen_at, counts)
    if renumbered:
        file.gone = file.left
    gone = _take_away(memory, source, file, seen_at, noted, renumbered=renumbered)
    zone = tools.settings.clinic.tzinfo
    addresses = len(noted.readdressed)
    if upheaval := noted.found(memory, source.name, gone.lost, file.rows_total, seen_at, zone):
        all_numbers_gone(memory, source.name, file.left, touched)
        rest = _take_away(memory, source, file, seen_at, noted, is_right=True)
        gone = gone.and_also(rest)._replace(kept=rest.kept)
    known_anew = settle(memory, tools, touched, gone.patients, noted, seen_at, counts)
    if len(noted.readdressed) > addresses:  # by records that patients come under now
        also = noted.found_of_people(memory, source.name, file.rows_total, seen_at)
        upheaval = also.and_also(upheaval) if also else upheaval
    if upheaval:  # only now is all of it known: a person is asked once
        _believe(memory, tools, source, file, found, upheaval, seen_at)
    refresh_episodes(memory, gone.patients | known_anew | touched.patients, tools.today)
    found += filter(None, (file.problem, _too_many_gone(memory, source, file, gone)))
    note_problems(memory, source.name, file.path, found, seen_at, unread, read_whole=bool(file.memory))
    if file.outcome == "read":
        note_unsettled(memory, source.name)
    if file.memory:
        what = file.memory if gone.open_marks is None else file.without_settled(gone.open_marks)
        about = file.rows_total, seen_at, _data_at(file, seen_at)
        changed = bool(counts["appointments new"] or counts["appointments changed"] or gone.marked)
        remember_file(memory, source.name, file.path, what, *about, changed=changed)
    counts += Counter({f"files {file.outcome}": 1, "appointments gone": gone.marked})
    counts["appointments unchanged"] = file.rows_skipped
    return counts


def _believe(
    memory: Memory,
    tools: Tools,
    source: Source,
    file: FileRead,
    found: list[Problem],
    upheaval: Found,
    seen_at: str,
) -> None:
    """Take what a file does to most patients for right by a person's word, which counts once. Raises TooBad where there
    is none."""
    word = word_given(memory, source.name, seen_at)
    if not (word and word.holds(seen_at) and word.covers(upheaval)):
        raise TooBad([*found, _held_back(tools, source, file, upheaval, word)], upheaval)
    use_up(memory, source.name)


def _held_back(tools: Tools, source: Source, file: FileRead, upheaval: Found, word: Word | None) -> Problem:
    """What a file would do to most patients, and why a word that was given does not count."""
    remedy = (_OTHER_NUMBERS if upheaval.numbers else _A_PERSON_DECIDES).format(
        file=file.path if file.changed_ns else source.name
    )  # of a host there are several
    if word:
        at = datetime.fromisoformat(word.at).astimezone(tools.settings.clinic.tzinfo)
        why = "this is something else" if word.holds(utc_text(tools.now)) else "it holds for seven days"
        remedy += f" What {word.by or 'somebody'} said on {at:%a %d %b %Y, %H:%M} does not count: {why}."
    return Problem(source.name, file.path, "", 0, "", "", f"{upheaval.words}{ALL_AT_ONCE}", remedy, True)


def _save_rows(
    memory: Memory, tools: Tools, source: Source, file: FileRead, seen_at: str, counts: Counter[str], noted: Upheaval
) -> tuple[Touched, list[Problem], list[tuple[Any, ...]]]:
    """Keep the rows as they come; what they changed, all problems in short, and the rows that are set aside and name a
    patient. Raises TooBad."""
    touched, heard, found = Touched(), Heard(), list[Problem]()
    unread: list[tuple[Any, ...]] = []
    deaths: ToldDeaths | None = None
    for part in file.values:
        if file.begun_again:
            file.begun_again = False
            found.clear()
            unread.clear()
            deaths = None
        about = part.marks, heard, noted, part.untimed, tools.settings.clinic.tzinfo
        rows = part.appointments
        if not {slot.died for slot in rows} <= {"", "yes"}:
            deaths = deaths or _told_deaths()
            rows = deaths.take(rows, part.problems)
        saved = save_appointments(memory, rows, source.name, seen_at, *about)
        touched.add(saved)
        if part.unread:
            set_aside(memory, part.unread)
            unread += part.aside
        lost = {problem.row: problem for key, problem in part.untimed.items() if problem and key in saved.held}
        found += [problem for problem in part.problems if problem.row not in lost] if lost else part.problems
        found += lost.values()
        counts += Counter({"appointments new": saved.new, "appointments changed": saved.changed})
        counts["appointments read"] += len(part.rows)
    if deaths:
        marked, wrong = deaths.settle(memory)
        touched.records |= marked
        found = [problem for problem in found if problem not in wrong]
    found = fold_problems(dict.fromkeys(found))
    if why := None if file.is_calendar else too_bad(found, file.rows_total, source.bad_rows):
        raise TooBad([*found, Problem(source.name, file.path, "", 0, "", "", *why, True)])
    if wrong_columns(found, file.rows_total):
        raise TooBad(found)
    found = [problem for problem in found if not is_held_back(problem)]
    counts["rows set aside"] = rows_left_out(found)
    return touched, found, unread


def _told_deaths() -> "ToldDeaths":
    from jobs.store.deaths import ToldDeaths  # few files tell one

    return ToldDeaths()


def _take_away(
    memory: Memory,
    source: Source,
    file: FileRead,
    seen_at: str,
    noted: Upheaval,
    is_right: bool = False,
    renumbered: Collection[int] = frozenset(),
) -> Gone:
    """Appointments that the file no longer has or that became something else, and those that it says are cancelled.
    Where a person said that the file is right, or the patients have new numbers, they may be many."""
    gone = Gone()
    if not file.takes_away:
        return gone
    from jobs.store.gone import cancel, mark_gone  # of most files that changed nothing is gone

    if file.gone or file.no_more:
        brought = [*noted.booked.values()]
        gone = mark_gone(memory, source.name, file.gone, seen_at, file.no_more, brought, is_right, renumbered)
    off = cancel(memory, source.name, file.cancelled, seen_at) if file.cancelled else Gone()
    return gone.and_also(off)


def _too_many_gone(memory: Memory, source: Source, file: FileRead, gone: Gone) -> Problem | None:
    """Of the same missing appointments a person is told once: in the same words, until they are over."""
    if not file.takes_away:
        return None
    from jobs.store.gone import note_missing

    if not (count := note_missing(memory, source.name, gone.kept)):
        return None
    remedy = _FILTERED_OR_DELETED.format(file=file.path if file.changed_ns else source.name)
    return Problem(source.name, file.path, "", 0, "", "", f"{count}{MISSING}", remedy, False)
