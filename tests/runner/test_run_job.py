"""One run: alone, recorded with its counts, logged, watched, and told of once when it fails."""

import errno
import gc
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from loopback_server import serving
from small_clinic import WEDNESDAY, change, live
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from watchdogs import watchdog

from jobs.runner.lock import only_run
from jobs.runner.outcome import Outcome
from jobs.runner.run import FAILED, FINE, UNDER_WAY, run_if_due, run_job, worst
from jobs.runner.schedule import JobSettings
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, ToolsUnusable, open_tools, telling
from jobs.store.runs import Run, begin_run, last_runs

JobIs = Callable[[Callable[..., Outcome]], None]
HOURLY = JobSettings("pull_appointments", ("every 1 hour",))


def last(tools: Tools, name: str = "pull_appointments") -> Run:
    with tools.store.begin() as memory:
        return last_runs(memory)[name]


def log_of(tools: Tools) -> str:
    return (tools.state_dir / "logs" / "clinic.log").read_text("utf-8")


def fine(tools: Tools, today: date) -> Outcome:
    return Outcome({"appointments read": 3}, notes=("All is well.",))


def raising(error: Exception) -> Callable[[Tools, date], Outcome]:
    def job(tools: Tools, today: date) -> Outcome:
        raise error

    return job


def test_a_run_is_recorded_with_counts_and_duration(tools: Tools, job_is: JobIs) -> None:
    job_is(fine)
    assert run_job("pull_appointments", tools) == (FINE, Outcome({"appointments read": 3}, notes=("All is well.",)))
    run = last(tools)
    assert (run.outcome, run.counts, run.message) == ("done", {"appointments read": 3}, "All is well.")
    assert run.started_at == "2026-03-04T18:05:00Z" and run.seconds >= 0
    ended = json.loads(log_of(tools).splitlines()[-1])
    assert (ended["event"], ended["outcome"], ended["appointments read"]) == ("run ended", "done", 3)


def test_what_a_person_is_to_find_is_made_once_the_run_is_recorded_and_the_others_may_begin(
    tools: Tools, job_is: JobIs
) -> None:
    said: list[str] = []
    job_is(lambda tools, today: Outcome({"appointments read": 3}, afterwards=lambda: said.append(last(tools).outcome)))
    ended = run_job("pull_appointments", tools._replace(let_others_begin=lambda: said.append("others")))
    assert ended == (FINE, Outcome({"appointments read": 3}))
    assert said == ["others", "done"]


def test_where_that_cannot_be_made_the_run_failed(tools: Tools, job_is: JobIs) -> None:
    def on_a_full_disk() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    job_is(lambda tools, today: Outcome({"appointments read": 3}, files=(Path("list"),), afterwards=on_a_full_disk))
    code, outcome = run_job("pull_appointments", tools)
    assert (code, outcome.files, outcome.counts) == (FAILED, (), {"appointments read": 3})
    assert outcome.failed.startswith("The disk that was written to is full.")
    assert (last(tools).outcome, last(tools).message) == ("failed", outcome.failed)


def test_a_failure_that_the_job_tells_is_recorded_in_its_words(tools: Tools, job_is: JobIs) -> None:
    job_is(lambda tools, today: Outcome({"letters sent": 2}, failed="The mail server hung up."))
    assert run_job("send_follow_ups", tools)[0] == FAILED
    run = last(tools, "send_follow_ups")
    assert (run.outcome, run.counts, run.message) == ("failed", {"letters sent": 2}, "The mail server hung up.")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("row 7: Mira Quill, mira@patient.example"), "ValueError at tests"),
        (KeyError("mira@patient.example"), "KeyError"),
        (IntegrityError("INSERT", {"name": "Mira Quill"}, Exception("DETAIL: (Mira Quill)")), "IntegrityError"),
        (
            OSError(28, "No space left on device", "/exports/Mira Quill.xlsx"),
            "The disk that was written to is full. Make room",
        ),
        (OperationalError("SELECT", {"who": "Mira Quill"}, Exception("database is locked")), "database is locked."),
    ],
)
def test_what_an_exception_says_of_a_patient_reaches_no_log_no_record_and_nobody(
    tools: Tools, job_is: JobIs, capsys: pytest.CaptureFixture[str], error: Exception, said: str
) -> None:
    job_is(raising(error))
    code, outcome = run_job("pull_appointments", tools)
    everything = log_of(tools) + outcome.failed + last(tools).message + "".join(capsys.readouterr())
    assert code == FAILED
    assert said.split(" at ")[0] in outcome.failed
    assert "mira" not in everything.lower() and "quill" not in everything.lower()


def test_what_another_user_owns_in_the_state_folder_is_named_with_its_remedy_and_no_other_path_is(
    tools: Tools, job_is: JobIs
) -> None:
    journal = tools.state_dir / "outbox.journal"
    job_is(raising(PermissionError(13, "Permission denied", journal)))
    assert run_job("send_follow_ups", tools)[1].failed == (
        f"{journal}: this user may not read or write it. Give it to the user that runs the jobs."
    )
    job_is(raising(PermissionError(13, "Permission denied", "/exports/Mira Quill.xlsx")))
    assert run_job("send_follow_ups", tools)[1].failed.startswith("Permission denied (PermissionError) at ")


def test_the_log_names_the_lines_of_the_program_that_raised(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **others: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("jobs.pulling.reading.start_reading", broken)
    code, outcome = run_job("pull_appointments", tools)
    raised = next(json.loads(line) for line in log_of(tools).splitlines() if "job raised" in line)
    assert code == FAILED
    assert any(place.startswith("jobs/pull_appointments.py:") for place in raised["where"])
    assert raised["at"].endswith("Z")
    assert outcome.failed.startswith("ZeroDivisionError at jobs/pulling/reading.py:")


def test_a_second_run_at_once_does_nothing_and_says_so(tools: Tools, job_is: JobIs) -> None:
    job_is(raising(AssertionError("two runs at once")))
    with only_run(tools.state_dir, "pull_appointments", "2026-03-04 10:00"):
        code, outcome = run_job("pull_appointments", tools)
        due = run_if_due(HOURLY, tools)
    assert code == UNDER_WAY
    assert "is under way in another process" in outcome.failed
    assert due is not None and due[0] == UNDER_WAY
    with tools.store.begin() as memory:
        assert last_runs(memory) == {}


def test_a_store_that_fails_is_the_failure_of_the_run_and_no_traceback(
    tools: Tools, job_is: JobIs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OperationalError("UPDATE runs", {}, Exception("database or disk is full"))

    job_is(fine)
    monkeypatch.setattr("jobs.runner.run.end_run", full)
    assert run_job("pull_appointments", tools) == (
        FAILED,
        Outcome(
            failed="The database cannot be used: database or disk is full. "
            "Make room on the disk; the next run goes on where this one ended."
        ),
    )


def test_a_database_that_is_damaged_while_a_job_runs_is_told_with_its_remedy(tools: Tools, job_is: JobIs) -> None:
    def damaged(*_: object) -> Outcome:
        raise DatabaseError("SELECT 1", {}, Exception("database disk image is malformed"))

    job_is(damaged)
    assert run_job("pull_appointments", tools)[1].failed == (
        "The database cannot be used: database disk image is malformed. "
        "The file is damaged. Put a backup in its place: `run_jobs.py restore FILE` (docs/it.md)."
    )


def test_a_due_job_runs_once_for_its_moment(tools: Tools, job_is: JobIs) -> None:
    job_is(fine)
    assert run_if_due(HOURLY, tools) is not None
    assert run_if_due(HOURLY, tools) is None
    assert last(tools).slot == "2026-03-04T18:00:00Z"


WEEKLY = JobSettings("summarize_referrals", ("monday at 06:00",))


def runs_of_a_day(tools: Tools, since: int = 0) -> list[int]:
    """In which minutes after the first look the weekly job runs, looked at every ten minutes for a day."""
    ran = []
    for minute in range(since, 1440, 10):
        now = WEDNESDAY + timedelta(minutes=minute)
        if run_if_due(WEEKLY, tools._replace(clock=lambda now=now: now)) is not None:
            ran.append(minute)
    return ran


def test_a_weekly_job_that_fails_is_tried_again_after_growing_pauses_and_then_not_any_more(
    tools: Tools, job_is: JobIs
) -> None:
    job_is(raising(ValueError()))
    assert runs_of_a_day(tools) == [0, 10, 40, 130, 400]
    assert last(tools, "summarize_referrals").slot == "2026-03-02T14:00:00Z"


def test_once_it_ended_well_also_by_hand_it_is_not_tried_again(tools: Tools, job_is: JobIs) -> None:
    job_is(raising(ValueError()))
    assert run_if_due(WEEKLY, tools) is not None
    job_is(fine)
    assert run_job("summarize_referrals", tools)[0] == FINE
    assert runs_of_a_day(tools) == []


def test_what_only_a_person_can_change_is_not_tried_again_before_something_was_changed(
    home: Path, tools: Tools, job_is: JobIs
) -> None:
    def changed_at(moment: datetime) -> None:
        for file in [*(home / "config").iterdir(), *(home / "templates").iterdir()]:
            os.utime(file, (moment.timestamp(), moment.timestamp()))

    changed_at(WEDNESDAY - timedelta(days=1))
    job_is(lambda tools, today: Outcome(failed="Far too many letters.", until_changed=True))
    assert runs_of_a_day(tools) == [0]
    assert last(tools, "summarize_referrals").outcome == "stopped"
    changed_at(WEDNESDAY + timedelta(hours=2))
    assert runs_of_a_day(tools, since=130) == [130]


def test_moments_that_a_wrong_clock_has_answered_do_not_count(tools: Tools, job_is: JobIs) -> None:
    job_is(fine)
    in_2099 = datetime(2099, 1, 1, tzinfo=UTC)
    assert run_if_due(HOURLY, tools._replace(clock=lambda: in_2099)) is not None
    assert run_if_due(HOURLY, tools) is not None
    assert run_if_due(HOURLY, tools) is None


def test_the_next_moment_comes_also_where_the_last_one_failed(tools: Tools, job_is: JobIs) -> None:
    job_is(raising(ValueError()))
    assert run_if_due(HOURLY, tools) is not None
    assert run_if_due(HOURLY, tools) is None
    later = tools._replace(clock=lambda: WEDNESDAY + timedelta(hours=1))
    assert run_if_due(HOURLY, later) is not None
    assert last(tools).slot == "2026-03-04T19:00:00Z"


def test_a_moment_whose_run_was_killed_is_answered_by_the_next_look(tools: Tools, job_is: JobIs) -> None:
    with tools.store.begin() as memory:
        begin_run(memory, "pull_appointments", "2026-03-04T18:00:00Z", "2026-03-04T18:00:00Z")
    job_is(fine)
    ran = run_if_due(HOURLY, tools)
    assert ran is not None and ran[0] == FINE
    assert "an earlier run died with its process" in log_of(tools)


def test_the_watchdog_hears_the_beginning_and_the_end(home: Path, job_is: JobIs) -> None:
    with watchdog() as (url, heard):
        watched = load_settings(home)
        settings = watched._replace(installation=replace(watched.installation, healthcheck_url=url))
        tools = open_tools(home, settings, WEDNESDAY)
        job_is(fine)
        run_job("pull_appointments", tools)
        job_is(raising(ValueError()))
        run_job("pull_appointments", tools)
    assert heard == ["/start", "/", "/start", "/fail"] or heard == ["/start", "", "/start", "/fail"]


def test_a_dead_watchdog_breaks_no_job(home: Path, job_is: JobIs) -> None:
    with watchdog() as (url, _):
        pass
    watched = load_settings(home)
    settings = watched._replace(installation=replace(watched.installation, healthcheck_url=url))
    tools = open_tools(home, settings, WEDNESDAY)
    job_is(fine)
    assert run_job("pull_appointments", tools)[0] == FINE
    assert last(tools).outcome == "done"


def test_the_watchdog_hears_that_no_job_could_begin(home: Path) -> None:
    with watchdog() as (url, heard):
        change(home, "clinic.yaml", 'healthcheck_url: ""', f"healthcheck_url: {url}/abc")
        settings = load_settings(home)
        (settings.state_dir / "clinic.sqlite").write_bytes(b"no database" * 100)
        with pytest.raises(ToolsUnusable, match="file is not a database"), telling(settings, WEDNESDAY):
            open_tools(home, settings, WEDNESDAY)
    assert heard == ["/abc/fail"]


def test_a_look_of_serve_leaves_nothing_behind_that_is_never_freed(home: Path) -> None:
    settings = load_settings(home)
    open_tools(home, settings, WEDNESDAY).store.close()
    kept = gc.get_freeze_count()
    open_tools(home, settings, WEDNESDAY).store.close()
    assert gc.get_freeze_count() == kept


def test_the_same_failure_is_mailed_once_a_day_and_a_new_one_at_once(home: Path, job_is: JobIs) -> None:
    with serving() as server:
        tools = open_tools(home, live(home, server.port), WEDNESDAY)
        for sentence in ("Disk full.", "Disk full.", "No mail server."):
            job_is(lambda tools, today, failed=sentence: Outcome(failed=failed))
            run_job("pull_appointments", tools)
        assert len(server.taken) == 2
        tomorrow = WEDNESDAY + timedelta(days=1)
        run_job("pull_appointments", tools._replace(now=tomorrow, clock=lambda: tomorrow))
    assert server.recipients() == ["it@lakeside.example"] * 3


def test_of_several_codes_a_failure_says_most() -> None:
    assert worst([]) == FINE
    assert worst([FINE, UNDER_WAY]) == UNDER_WAY
    assert worst([FAILED, UNDER_WAY, FINE]) == FAILED
