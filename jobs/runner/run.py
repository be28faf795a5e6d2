"""Runs one job: alone, recorded, logged, watched."""

import time
from datetime import UTC, datetime

from jobs.clinic.follow_ups import utc_text
from jobs.runner.discover import job_function
from jobs.runner.health import ping, tell_it
from jobs.runner.lock import UnderWay, only_run
from jobs.runner.log import open_log
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.runs import begin_run, end_run, mark_dead_runs

FINE, FAILED, USAGE, FAULTY_SETTINGS, UNDER_WAY = 0, 1, 2, 3, 4
"""The exit codes; click itself gives USAGE."""


def run_job(name: str, tools: Tools, slot: str = "") -> tuple[int, Outcome]:
    """Run one job and give its exit code and outcome. An exception of the job is its failure, not the caller's."""
    log = open_log(tools.state_dir)
    try:
        with only_run(tools.state_dir, name, utc_text(datetime.now(UTC))):
            return _run_alone(name, tools, slot)
    except UnderWay as reason:
        log.info("another run is under way", extra={"facts": {"job": name}})
        return UNDER_WAY, Outcome(failed=str(reason))


def _run_alone(name: str, tools: Tools, slot: str) -> tuple[int, Outcome]:
    log = open_log(tools.state_dir)
    url = tools.settings.installation.healthcheck_url
    with tools.store.begin() as memory:
        mark_dead_runs(memory, name)
        run_id = begin_run(memory, name, slot, utc_text(tools.clock()))
    ping(url, "start", log)
    started = time.monotonic()
    try:
        outcome = job_function(name)(tools, tools.today)
    except Exception as error:
        outcome = Outcome(failed=_words(error))
        log.error("job raised", extra={"facts": {"job": name, "error": type(error).__name__, "at": _place(error)}})
    seconds = round(time.monotonic() - started, 3)
    message = outcome.failed or " ".join(outcome.notes)
    state = "failed" if outcome.failed else "done"
    with tools.store.begin() as memory:
        end_run(memory, run_id, utc_text(tools.clock()), state, seconds, outcome.counts, message)
    facts = {"job": name, "outcome": state, "seconds": seconds, **outcome.counts}
    log.log(40 if outcome.failed else 20, "run ended", extra={"facts": facts})
    ping(url, "fail" if outcome.failed else "success", log)
    if outcome.failed:
        tell_it(tools.settings, name, outcome.failed, tools.now, log)
    return (FAILED if outcome.failed else FINE), outcome


def _words(error: Exception) -> str:
    """What a person may read of an exception: our own sentences, and of others only the kind and the place.

    The text of a foreign exception can hold a row, hence patient data.
    """
    ours = type(error).__module__.startswith("jobs.")
    return str(error) if ours else f"{type(error).__name__} at {_place(error)}; the log of this run names the job."


def _place(error: Exception) -> str:
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/jobs/" in code.co_filename:
            place = f"jobs/{code.co_filename.rpartition('/jobs/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
