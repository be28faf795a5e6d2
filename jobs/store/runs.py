"""Every run of every job: when, how long, what came of it; and values that are remembered under a name."""

import json
import os
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from jobs.store.marks import SIGNS
from jobs.store.memory import Memory
from jobs.store.tables import cursors, runs


class Run(NamedTuple):
    """One run as the store keeps it; moments are UTC text."""

    id: int
    job: str
    slot: str
    started_at: str
    ended_at: str
    outcome: str
    seconds: float
    counts: Mapping[str, int]
    message: str


def begin_run(memory: Memory, job: str, slot: str, started_at: str) -> int:
    """Note that a job begins, `slot` being the scheduled moment it answers ("" by hand); give the run's id."""
    result = memory.connection.execute(
        insert(runs).values(clinic_id=memory.clinic_id, job=job, slot=slot, started_at=started_at, outcome="running")
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def end_run(
    memory: Memory, run_id: int, ended_at: str, outcome: str, seconds: float, counts: Mapping[str, int], message: str
) -> None:
    """Note how a run ended, with its counts and one sentence.

    `done`, `failed`, or `stopped`: failed, and it would again until somebody changes something.
    """
    memory.connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(ended_at=ended_at, outcome=outcome, seconds=seconds, counts=json.dumps(dict(counts)), message=message)
    )


def mark_dead_runs(memory: Memory, job: str) -> int:
    """Runs that never ended died with their process (the caller holds the job's lock); say how many."""
    where = (runs.c.clinic_id == memory.clinic_id, runs.c.job == job, runs.c.outcome == "running")
    dead = memory.connection.execute(
        update(runs).where(*where).values(outcome="died", message="the process ended before the job did")
    )
    return dead.rowcount


def last_runs(memory: Memory) -> dict[str, Run]:
    """The newest run of each job."""
    newest = select(func.max(runs.c.id)).where(runs.c.clinic_id == memory.clinic_id).group_by(runs.c.job)
    return {run.job: run for run in _runs(memory, runs.c.id.in_(newest))}


_RUNS_LOOKED_AT = 50


class Answer(NamedTuple):
    """How a job answered a scheduled moment, in UTC text: `tries` runs did; its last run, even by hand, ended so."""

    slot: str = ""
    tries: int = 0
    outcome: str = ""
    ended_at: str = ""


def newest_answer(memory: Memory, job: str, now: str) -> Answer:
    """How a job answered the newest scheduled moment that it has answered.

    A moment that is still to come was answered by a clock that was wrong, and does not count.
    """
    ours = (runs.c.clinic_id == memory.clinic_id, runs.c.job == job)
    answered = select(func.max(runs.c.slot)).where(
        *ours, runs.c.slot != "", runs.c.slot <= now, runs.c.outcome != "died"
    )
    slot = memory.connection.execute(answered).scalar()
    if not slot:
        return Answer()
    query = select(runs.c.id, runs.c.slot, runs.c.outcome, runs.c.ended_at).where(*ours, runs.c.outcome != "died")
    found = memory.connection.execute(query.order_by(runs.c.id.desc()).limit(_RUNS_LOOKED_AT)).all()
    return Answer(slot, sum(row.slot == slot for row in found), found[0].outcome, found[0].ended_at)


def recent_runs(memory: Memory, job: str, count: int = 20) -> list[Run]:
    """The newest runs of a job that ended well, newest first."""
    return _runs(memory, runs.c.job == job, runs.c.outcome == "done", most=count)


def _runs(memory: Memory, *where: object, most: int | None = None) -> list[Run]:
    columns = [runs.c[name] for name in Run._fields]
    query = select(*columns).where(runs.c.clinic_id == memory.clinic_id, *where).order_by(runs.c.id.desc()).limit(most)  # type: ignore[arg-type]
    found = memory.connection.execute(query)
    return [Run._make((*row[:7], json.loads(row[7] or "{}"), row[8])) for row in found]


def cursor(memory: Memory, name: str) -> str:
    """A remembered value, "" where there is none."""
    query = select(cursors.c.value).where(cursors.c.clinic_id == memory.clinic_id, cursors.c.name == name)
    return str(memory.connection.execute(query).scalar() or "")


def set_cursor(memory: Memory, name: str, value: str) -> None:
    """Remember a value under a name."""
    where = (cursors.c.clinic_id == memory.clinic_id, cursors.c.name == name)
    if memory.connection.execute(update(cursors).where(*where).values(value=value)).rowcount == 0:
        memory.connection.execute(insert(cursors).values(clinic_id=memory.clinic_id, name=name, value=value))


_SIGNS_KEPT = 20  # a mark may be some behind: after a kill, after a power cut, where several processes write it


def renew_sign(memory: Memory, *, letters_leave: bool = False) -> None:
    """Let the database give itself a new sign with this transaction, for what an older copy of it must not be without:
    that letters left, and that somebody wants no more. The store keeps the sign apart from the database."""
    info = memory.connection.info
    if SIGNS not in info:
        sign = os.urandom(8).hex()
        info[SIGNS] = sign, letters_leave
        set_cursor(memory, SIGNS, " ".join([sign, *cursor(memory, SIGNS).split()[: _SIGNS_KEPT - 1]]))
