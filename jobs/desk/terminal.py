"""Runs jobs for somebody at a terminal, or for cron: says in one line each what came of them."""

import click

from jobs.runner.run import FINE, run_job
from jobs.runner.schedule import due_slot
from jobs.runner.tools import Tools
from jobs.store.runs import answered_slots


def run_and_show(name: str, tools: Tools, slot: str = "") -> int:
    """Run a job, print its outcome, give its exit code."""
    code, outcome = run_job(name, tools, slot)
    counts = ", ".join(f"{words} {count}" for words, count in outcome.counts.items() if count) or "nothing to do"
    if outcome.failed:
        click.echo(f"{name}: {outcome.failed}", err=True)
    else:
        click.echo(f"{name}: {counts}")
    for note in outcome.notes:
        click.echo(f"  {note}")
    for file in outcome.files:
        click.echo(f"  {file}")
    return code


def run_due_jobs(tools: Tools) -> int:
    """Run what is due, in the order of config/jobs.yaml; give the worst exit code. Silent where nothing is due."""
    with tools.store.begin() as memory:
        answered = answered_slots(memory)
    worst = FINE
    for job in tools.settings.jobs:
        slot = due_slot(job, answered.get(job.name, ""), tools.clock(), tools.settings.clinic.tzinfo)
        if slot:
            worst = max(worst, run_and_show(job.name, tools, slot))
    return worst
