"""Read the clinic's spreadsheets and calendars; keep what is new or changed, list what cannot be read."""

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.problems import fold_problems, rows_of
from jobs.clinic.records import Problem
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sources.reading import FileRead, Reading, start_reading, value_rules
from jobs.sources.source import Source
from jobs.store.appointments import Gone, mark_gone, save_appointments
from jobs.store.episodes import refresh_episodes
from jobs.store.sources import (
    file_memories,
    forget_missing,
    listed_problems,
    remember_file,
    renew_problems,
)

if TYPE_CHECKING:
    from jobs.store.memory import Memory


def run(tools: Tools, today: date) -> Outcome:
    """Pull every source; a bad row never stops the others, a bad file never stops the other files."""
    with tools.store.look() as memory:
        known = {source.name: file_memories(memory, source.name) for source in tools.settings.sources}
    readings = [(source, _reading(tools, source, known[source.name], today)) for source in tools.settings.sources]
    counts: Counter[str] = Counter()
    for source, reading in readings:
        with tools.progress(f"Reading {source.name}") as advance:
            seen = set()
            for file in reading:
                with tools.store.begin() as memory:
                    counts += _save_file(
                        memory, source, file, known[source.name].get(file.path, b""), utc_text(tools.now)
                    )
                seen.add(file.path)
                advance(1)
        with tools.store.begin() as memory:
            counts["problems changed"] += forget_missing(memory, source.name, seen)
    return _outcome(tools, counts)


def _reading(tools: Tools, source: Source, memories: dict[str, bytes], today: date) -> Reading:
    """The reading of a source; the one that began early, unless another pull or midnight came between."""
    begun = (tools.early or {}).get(source.name)
    if begun and (begun.memories, begun.today) == (memories, today):
        return begun.reading
    zone = tools.settings.clinic.zone
    return start_reading(source, tools.home, memories, today, zone, rules=value_rules(source, zone))


def _save_file(memory: "Memory", source: Source, file: FileRead, known: bytes, seen_at: str) -> Counter[str]:
    """Keep one file whole or not at all: its rows, its problems and what the next pull must know of it.

    `known` is what this one knew of it.
    """
    if file.outcome == "unchanged":
        if file.memory != known:
            remember_file(memory, source.name, file.path, file.memory, file.rows_total, seen_at)
        return Counter({"files unchanged": 1})
    counts: Counter[str] = Counter({f"files {file.outcome}": 1})
    found: list[Problem] = []
    rows: list[int] = []
    touched: set[int] = set()
    for part in file.values:
        saved = save_appointments(memory, part.appointments, source.name, seen_at, part.marks)
        touched |= saved.patients
        found += part.problems
        rows += part.rows
        counts += Counter({"appointments new": saved.new, "appointments changed": saved.changed})
        counts["appointments read"] += len(part.rows)
        counts["rows set aside"] += sum(rows_of(problem) for problem in part.problems if problem.set_aside)
    gone = mark_gone(memory, source.name, file.gone, seen_at) if file.gone else Gone(0, 0, frozenset())
    counts["appointments gone"] = gone.marked
    refresh_episodes(memory, touched | gone.patients)
    found += filter(None, (file.problem, _too_many_gone(source, file, gone)))
    read = rows if file.rows_skipped else None
    counts["problems changed"] = renew_problems(memory, source.name, file.path, fold_problems(found), seen_at, read)
    if file.memory:
        remember_file(memory, source.name, file.path, file.memory, file.rows_total, seen_at)
    counts["appointments unchanged"] = file.rows_skipped
    return counts


def _too_many_gone(source: Source, file: FileRead, gone: Gone) -> Problem | None:
    if not gone.kept:
        return None
    what = f"{gone.kept} coming appointments are no longer in this file. They still count as booked."
    remedy = "If the export was filtered, export everything again; if they were deleted, cancel them instead."
    return Problem(source.name, file.path, "", 0, "", "", what, remedy, False)


def _outcome(tools: Tools, counts: Counter[str]) -> Outcome:
    """Write the list of problems where it changed, and sum up."""
    path = tools.state_dir / "reports" / "problems.xlsx"
    with tools.store.look() as memory:
        problems = listed_problems(memory)
    counts["problems listed"] = len(problems)
    if counts.pop("problems changed") or bool(problems) > path.exists():
        from jobs.reports.problems_workbook import write_problems

        zone = tools.settings.clinic.tzinfo
        write_problems(((datetime.fromisoformat(at).astimezone(zone), problem) for at, problem in problems), path)
    of_files = dict.fromkeys(f"{p.source}: {p.what}" for _, p in problems if p.row == 0 and not p.set_aside)
    notes = tuple(of_files) or (() if tools.settings.sources else ("No source is configured in config/sources.yaml.",))
    refused = ", ".join(f"{p.file} ({p.source})" for _, p in problems if p.set_aside and not p.row and not rows_of(p))
    failed = f"Nothing was read from {refused}; problems.xlsx says why." if refused else ""
    return Outcome(dict(counts), notes=notes, files=(path,) if path.exists() else (), failed=failed)
