"""Runs one job: alone, recorded, logged, watched."""

import logging
import time
from datetime import UTC, datetime

from jobs.clinic.follow_ups import utc_text
from jobs.runner.discover import job_function
from jobs.runner.faltering import exception_words, places
from jobs.runner.health import ping, tell_it
from jobs.runner.lock import UnderWay, only_run
from jobs.runner.log import open_log, without_addresses
from jobs.runner.outcome import Outcome
from jobs.runner.schedule import JobSettings, due_slot, may_try_again
from jobs.runner.settings import last_change
from jobs.runner.told import note_told, told_today
from jobs.runner.tools import Tools
from jobs.store.runs import begin_run, end_run, mark_dead_runs, newest_answer

FINE, FAILED, USAGE, FAULTY_SETTINGS, UNDER_WAY, PROGRAM_CHANGED = 0, 1, 2, 3, 4, 5
"""The exit codes; click itself gives USAGE."""
_FROM_FINE_TO_BAD = (FINE, UNDER_WAY, FAILED)


def run_job(name: str, tools: Tools) -> tuple[int, Outcome]:
    """Run one job and give its exit code and outcome. An exception of the job is its failure, not the caller's."""
    log = open_log(tools.state_dir)
    try:
        with only_run(tools.state_dir, name, _started(tools)):
            return _run_alone(name, tools, "", log)
    except UnderWay as reason:
        log.info("another run is under way", extra={"facts": {"job": name}})
        return UNDER_WAY, Outcome(failed=str(reason))
    except Exception as error:
        return _not_begun(name, tools, error, log)


def run_if_due(job: JobSettings, tools: Tools) -> tuple[int, Outcome] | None:
    """Run a job if a scheduled moment of it has not been answered; None where it is not due.

    That is asked while the lock is held: of two calls at once one runs the job, and a run that was killed, whose
    moment is then open still, is run again.
    """
    log = open_log(tools.state_dir)
    try:
        with only_run(tools.state_dir, job.name, _started(tools)):
            _bury_the_dead(job.name, tools, log)
            slot = open_slot(job, tools)
            return _run_alone(job.name, tools, slot, log) if slot else None
    except UnderWay as reason:
        if not open_slot(job, tools):
            return None
        log.info("another run is under way", extra={"facts": {"job": job.name}})
        return UNDER_WAY, Outcome(failed=str(reason))
    except Exception as error:
        return _not_begun(job.name, tools, error, log)


def worst(codes: list[int]) -> int:
    """The exit code of several runs: a failure says more than another run under way."""
    return max(codes, key=_FROM_FINE_TO_BAD.index, default=FINE)


def open_slot(job: JobSettings, tools: Tools) -> str:
    """The scheduled moment that the job must answer now, "" where none is open.

    One whose runs failed is open again after a pause, some times over; where the last one was stopped by what a person
    must change, only after something in config/ or templates/ has changed.
    """
    now = tools.clock()
    with tools.store.look() as memory:
        answer = newest_answer(memory, job.name, utc_text(now))
    slot = due_slot(job, answer.slot, now, tools.settings.clinic.tzinfo)
    if slot or not job.on or answer.outcome not in ("failed", "stopped"):
        return slot
    ended_at = datetime.fromisoformat(answer.ended_at)
    worth_it = answer.outcome == "failed" or last_change(tools.home) > ended_at
    return answer.slot if worth_it and may_try_again(answer.tries, ended_at, now) else ""


def _run_alone(name: str, tools: Tools, slot: str, log: logging.Logger) -> tuple[int, Outcome]:
    """Run the job and record it; the caller holds its lock."""
    started = time.monotonic()
    try:
        with tools.store.begin() as memory:
            dead = mark_dead_runs(memory, name)
            run_id = begin_run(memory, name, slot, utc_text(tools.clock()))
        _tell_of_the_dead(name, dead, log)
        ping(tools.settings.installation.healthcheck_url, "start", log)
        tools = tools._replace(run_id=run_id)
        outcome = _work(name, tools, log)
        _record(tools, outcome, time.monotonic() - started)
        tools.let_others_begin()
        tools.store.copy_now()
        if outcome.afterwards:
            outcome = _afterwards(name, tools, outcome, log)
            if outcome.failed:
                _record(tools, outcome, time.monotonic() - started)
    except Exception as error:  # the store itself
        outcome = Outcome(failed=_failure(error, name, tools, log))
    _tell(name, tools, outcome, round(time.monotonic() - started, 3), log)
    return (FAILED if outcome.failed else FINE), outcome


def _not_begun(name: str, tools: Tools, error: Exception, log: logging.Logger) -> tuple[int, Outcome]:
    """The lock or the store cannot be used: the job fails before it begins."""
    outcome = Outcome(failed=_failure(error, name, tools, log))
    _tell(name, tools, outcome, 0.0, log)
    return FAILED, outcome


def _work(name: str, tools: Tools, log: logging.Logger) -> Outcome:
    try:
        outcome = job_function(name)(tools, tools.today)
    except Exception as error:
        return Outcome(failed=_failure(error, name, tools, log))
    return outcome._replace(failed=without_addresses(outcome.failed))


def _afterwards(name: str, tools: Tools, outcome: Outcome, log: logging.Logger) -> Outcome:
    """Do what was left for when the run was recorded."""
    assert outcome.afterwards
    try:
        outcome.afterwards()
    except Exception as error:
        failed = " ".join(filter(None, (outcome.failed, _failure(error, name, tools, log))))
        return outcome._replace(failed=failed, files=(), afterwards=None)
    return outcome._replace(afterwards=None)


def _record(tools: Tools, outcome: Outcome, seconds: float) -> None:
    bad = "stopped" if outcome.until_changed else "failed"
    state, message = (bad, outcome.failed) if outcome.failed else ("done", " ".join(outcome.notes))
    with tools.store.begin() as memory:
        end_run(memory, tools.run_id, utc_text(tools.clock()), state, round(seconds, 3), outcome.counts, message)


def _failure(error: Exception, name: str, tools: Tools, log: logging.Logger) -> str:
    """Log where an exception came from, and put it into words."""
    log.error("job raised", extra={"facts": {"job": name, "error": type(error).__name__, "where": places(error)}})
    return without_addresses(exception_words(error, tools.state_dir))


def _tell(name: str, tools: Tools, outcome: Outcome, seconds: float, log: logging.Logger) -> None:
    """Log how the run ended, ping the watchdog, and tell the IT person of a failure, of the same one once a day."""
    ended = "failed" if outcome.failed else "done"
    facts = {"job": name, "outcome": ended, "seconds": seconds, **outcome.counts}
    log.log(logging.ERROR if outcome.failed else logging.INFO, "run ended", extra={"facts": facts})
    ping(tools.settings.installation.healthcheck_url, "fail" if outcome.failed else "success", log)
    if not outcome.failed or told_today(tools.state_dir, name, outcome.failed, tools.today):
        return
    if tell_it(tools.settings, name, outcome.failed, tools.now, log):
        note_told(tools.state_dir, name, outcome.failed, tools.today)


def _bury_the_dead(name: str, tools: Tools, log: logging.Logger) -> None:
    """Runs that never ended died with their process: nobody else can be running, for the lock is ours."""
    with tools.store.begin() as memory:
        dead = mark_dead_runs(memory, name)
    _tell_of_the_dead(name, dead, log)


def _tell_of_the_dead(name: str, dead: int, log: logging.Logger) -> None:
    if dead:
        log.warning("an earlier run died with its process", extra={"facts": {"job": name, "runs": dead}})


def _started(tools: Tools) -> str:
    return f"{datetime.now(UTC).astimezone(tools.settings.clinic.tzinfo):%Y-%m-%d %H:%M}"
