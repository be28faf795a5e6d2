"""What runs when, how the last runs went, and what waits for a person."""

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jobs.runner.discover import job_names, job_summary
from jobs.runner.schedule import next_slot
from jobs.runner.settings import SettingsFaulty, load_settings
from jobs.runner.tools import Tools
from jobs.store.letters import count_states
from jobs.store.runs import last_runs
from jobs.store.sources import listed_problems


def show_jobs(home: Path) -> None:
    """Print each job with the first line of its docstring and its schedule."""
    try:
        when = {job.name: ", ".join(job.when) if job.on else "off" for job in load_settings(home).jobs}
    except SettingsFaulty:
        when = {}
    table = Table("Job", "What it does", "When")
    for name in job_names():
        table.add_row(name, job_summary(name), when.get(name, "by hand"))
    Console().print(table)


def show_status(tools: Tools) -> None:
    """Print the last and the next run of each job, the letters by state, and what waits for a person."""
    console, zone = Console(), tools.settings.clinic.tzinfo
    with tools.store.begin() as memory:
        runs, states, problems = last_runs(memory), count_states(memory), len(listed_problems(memory))
    table = Table("Job", "Last run", "Ended", "Seconds", "Counts", "Next run")
    for job in tools.settings.jobs:
        last = runs.get(job.name)
        upcoming = next_slot(job, tools.now, zone)
        started = f"{datetime.fromisoformat(last.started_at).astimezone(zone):%a %d %b %H:%M}" if last else "never"
        counts = ", ".join(f"{words} {count}" for words, count in last.counts.items() if count) if last else ""
        table.add_row(
            job.name,
            started,
            last.outcome if last else "",
            f"{last.seconds:.1f}" if last else "",
            (last.message if last and last.outcome != "done" else counts),
            f"{upcoming:%a %d %b %H:%M}" if upcoming else "off",
        )
    console.print(table)
    console.print(
        "Letters: " + (", ".join(f"{state} {count}" for state, count in sorted(states.items())) or "none yet")
    )
    waits = {
        f"letters that may have left (unknown): {states.get('unknown', 0)}": states.get("unknown", 0),
        f"letters that the mail server refused (failed): {states.get('failed', 0)}": states.get("failed", 0),
        f"letters held for approval: {states.get('held', 0)}": states.get("held", 0),
        f"problems in the sources: {problems}, see {tools.state_dir / 'reports' / 'problems.xlsx'}": problems,
    }
    waiting = [words for words, count in waits.items() if count]
    console.print("Waits for a person: " + ("; ".join(waiting) or "nothing"))
