"""Read the clinic's spreadsheets and calendars; keep what is new or changed, list what cannot be read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.problems import fold_problems, is_of_file, rows_of, too_bad
from jobs.clinic.records import Problem
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sources.reading import FileRead, start_reading, value_rules
from jobs.sources.source import Source
from jobs.store.appointments import Gone, Saved, cancel, mark_gone, save_appointments
from jobs.store.episodes import refresh_episodes
from jobs.store.sources import (
    PATIENTS,
    add_problems,
    file_memories,
    forget_missing,
    listed_problems,
    remember_file,
    renew_problems,
    still_new,
)

if TYPE_CHECKING:
    from jobs.store.memory import Memory

LOOK_BACK_DAYS = 60  # of two appointments at one moment, only these are still of interest


def run(tools: Tools, today: date) -> Outcome:
    """Pull every source; a bad row never stops the others, a bad file never stops the other files."""
    with tools.store.look() as memory:
        known = {source.name: file_memories(memory, source.name) for source in tools.settings.sources}
    readings = [(source, _reading(tools, source, known[source.name], today)) for source in tools.settings.sources]
    counts: Counter[str] = Counter()
    for source, reading in readings:
        with tools.progress(f"Reading {source.name}") as advance:
            outcomes: dict[str, str] = {}
            for file in reading:
                counts += _save(tools, source, file, known[source.name].get(file.path, b""), today)
                outcomes[file.path] = file.outcome
                advance(1)
        with tools.store.begin() as memory:
            counts["problems changed"] += forget_missing(memory, source.name, outcomes)
            if "read" in outcomes.values():
                counts["problems changed"] += _list_near_duplicates(memory, source, today, tools)
    return _outcome(tools, counts)


def _reading(tools: Tools, source: Source, memories: dict[str, bytes], today: date) -> Iterable[FileRead]:
    """The reading of a source; the one that began early, unless another pull or midnight came between."""
    begun = (tools.early or {}).get(source.name)
    if begun and (begun.memories, begun.today) == (memories, today):
        return begun.reading
    zone = tools.settings.clinic.zone
    if source.google_name:
        from jobs.sources.google_reading import GoogleReading

        google, rules = tools.settings.google, value_rules(source, zone)
        return GoogleReading(source, google, tools.state_dir, memories, today, zone, rules)
    return start_reading(source, tools.home, memories, today, zone, rules=value_rules(source, zone))


def _save(tools: Tools, source: Source, file: FileRead, known: bytes, today: date) -> Counter[str]:
    """Keep one file whole or not at all; of one that is refused, only what was wrong with it.

    `known` is what this pull knew of it.
    """
    seen_at = utc_text(tools.now)
    try:
        with tools.store.begin() as memory:
            if file.outcome == "unchanged":
                return _still_known(memory, source, file, known, seen_at)
            return _save_file(memory, tools, source, file, seen_at)
    except TooBad as refusal:
        file.outcome = "refused"
        with tools.store.begin() as memory:
            changed = add_problems(memory, source.name, file.path, refusal.problems, seen_at)
        return Counter({"files refused": 1, "problems changed": changed})


def _still_known(memory: "Memory", source: Source, file: FileRead, known: bytes, seen_at: str) -> Counter[str]:
    if file.memory != known:
        remember_file(memory, source.name, file.path, file.memory, file.rows_total, seen_at, _data_at(file, seen_at))
    elif not file.changed_ns:
        still_new(memory, source.name, file.path, seen_at)
    return Counter({"files unchanged": 1})


def _data_at(file: FileRead, seen_at: str) -> str:
    """As of when the data of a file are: its own time, or now for what was asked just now."""
    if not file.changed_ns:
        return seen_at
    return min(seen_at, utc_text(datetime.fromtimestamp(file.changed_ns / 1e9, UTC)))


class TooBad(Exception):
    """So many rows of a file cannot be read that nothing of it is kept."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


def _save_file(memory: "Memory", tools: Tools, source: Source, file: FileRead, seen_at: str) -> Counter[str]:
    """Keep the rows of a file, its problems and what the next pull must know of it. Raises TooBad."""
    counts: Counter[str] = Counter()
    found: list[Problem] = []
    batches: list[Saved] = []
    for part in file.values:
        if file.begun_again:
            file.begun_again = False
            found.clear()
        saved = save_appointments(memory, part.appointments, source.name, seen_at, part.marks)
        batches.append(saved)
        found += part.problems
        counts += Counter({"appointments new": saved.new, "appointments changed": saved.changed})
        counts["appointments read"] += len(part.rows)
    found = fold_problems(dict.fromkeys(found))
    if why := None if file.is_calendar else too_bad(found, file.rows_total, source.bad_rows):
        raise TooBad([*found, Problem(source.name, file.path, "", 0, "", "", *why, True)])
    counts["rows set aside"] = sum(rows_of(problem) for problem in found if problem.set_aside)
    gone = mark_gone(memory, source.name, file.gone, seen_at) if file.gone else Gone(0, 0, frozenset())
    off = cancel(memory, source.name, file.cancelled, seen_at) if file.cancelled else Gone(0, 0, frozenset())
    gone = Gone(gone.marked + off.marked, gone.kept + off.kept, gone.patients | off.patients)
    known_anew = _settle(memory, tools, batches, seen_at, counts)
    refresh_episodes(memory, gone.patients.union(known_anew, *(saved.patients for saved in batches)), tools.today)
    found += filter(None, (file.problem, _too_many_gone(source, file, gone)))
    keep = renew_problems if file.memory else add_problems
    counts["problems changed"] += keep(memory, source.name, file.path, found, seen_at)
    if file.memory:
        remember_file(memory, source.name, file.path, file.memory, file.rows_total, seen_at, _data_at(file, seen_at))
    counts += Counter({f"files {file.outcome}": 1, "appointments gone": gone.marked})
    counts["appointments unchanged"] = file.rows_skipped
    return counts


def _settle(memory: "Memory", tools: Tools, batches: list[Saved], seen_at: str, counts: Counter[str]) -> frozenset[int]:
    """Find out who and what of a file stands in another source too. Give the patients whose history changed by it."""
    records = frozenset[int]().union(*(saved.records for saved in batches))
    slots = frozenset[int]().union(*(saved.slots for saved in batches))
    handed_over = frozenset[tuple[int, int]]().union(*(saved.handed_over for saved in batches))
    if not slots and not records:
        return frozenset()
    from jobs.sources.ranks import ranks_of  # nothing new, nothing to load
    from jobs.store.identity import doubtful_problems, settle_identities
    from jobs.store.twins import settle_twins

    people = settle_identities(memory, records, handed_over, seen_at)
    twins = settle_twins(memory, slots, ranks_of(tools.settings.sources), seen_at)
    counts["patients in two sources"] += people.joined + twins.joined
    counts["appointments in two sources"] += twins.new
    if people.doubtful or people.joined or twins.joined:
        counts["problems changed"] += renew_problems(memory, PATIENTS, "", doubtful_problems(memory), seen_at)
    return people.patients | twins.patients


def _list_near_duplicates(memory: "Memory", source: Source, today: date, tools: Tools) -> int:
    from jobs.store.near_duplicates import near_duplicates

    since = (today - timedelta(days=LOOK_BACK_DAYS)).isoformat()
    found = near_duplicates(memory, source.name, since, tools.settings.clinic.tzinfo)
    return renew_problems(memory, source.name, "", found, utc_text(tools.now))


def _too_many_gone(source: Source, file: FileRead, gone: Gone) -> Problem | None:
    if not gone.kept:
        return None
    what = f"{gone.kept} coming appointments are no longer in this file. They still count as booked."
    remedy = "If the export was filtered, export everything again; if they were deleted, cancel them instead."
    return Problem(source.name, file.path, "", 0, "", "", what, remedy, False)


def write_problem_list(tools: Tools, problems: Sequence[tuple[str, Problem]]) -> None:
    """Write problems.xlsx, newest first."""
    from jobs.reports.problems_workbook import write_problems

    zone, path = tools.settings.clinic.tzinfo, tools.state_dir / "reports" / "problems.xlsx"
    write_problems(((datetime.fromisoformat(at).astimezone(zone), problem) for at, problem in problems), path)


def _outcome(tools: Tools, counts: Counter[str]) -> Outcome:
    """Write the list of problems where it changed, and sum up."""
    path = tools.state_dir / "reports" / "problems.xlsx"
    with tools.store.look() as memory:
        problems = listed_problems(memory)
    counts["problems listed"] = len(problems)
    if counts.pop("problems changed") or bool(problems) > path.exists():
        write_problem_list(tools, problems)
    said = (p for _, p in problems if p.row == 0 and not p.set_aside and p.source != PATIENTS)
    of_files = dict.fromkeys(f"{p.source}: {p.what}" for p in said)
    notes = tuple(of_files) or (() if tools.settings.sources else ("No source is configured in config/sources.yaml.",))
    refused = ", ".join(f"{p.file} ({p.source})" for _, p in problems if p.set_aside and is_of_file(p))
    failed = f"Nothing was read from {refused}; problems.xlsx says why." if refused else ""
    return Outcome(dict(counts), notes=notes, files=(path,) if path.exists() else (), failed=failed)
