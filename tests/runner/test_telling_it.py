"""The IT person hears of a failure by e-mail, over a real connection, and learns nothing of a patient."""

import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from loopback_server import LoopbackServer, serving
from small_clinic import WEDNESDAY, change, live
from sqlalchemy.exc import OperationalError
from watchdogs import watchdog

from jobs.clinic.clock import ClockKnown, why_distrust
from jobs.desk.commands import cli
from jobs.desk.serve import look
from jobs.runner.health import tell_it
from jobs.runner.log import open_log
from jobs.runner.outcome import Outcome
from jobs.runner.run import run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.told import note_told, told_today
from jobs.runner.tools import open_tools

ROOT = Path(__file__).resolve().parents[2]
JobIs = Callable[[Callable[..., Outcome]], None]
Try = Callable[[float], None]


def tell(home: Path, server: LoopbackServer, sentence: str, mode: str = "live") -> bool:
    settings = live(home, server.port, mode)
    return tell_it(settings, "send_follow_ups", sentence, WEDNESDAY, open_log(settings.state_dir))


def test_the_mail_names_the_job_the_reason_and_the_next_step(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "No space left on device.")
    ((recipient, data),) = server.taken
    message = message_from_bytes(data, policy=policy.default)
    assert recipient == "it@lakeside.example"
    assert message["Subject"] == "send_follow_ups failed"
    body = message.get_body(("plain",))
    assert body is not None
    assert "No space left on device." in body.get_content()
    assert "`python run_jobs.py run send_follow_ups` runs it again" in body.get_content()


def test_an_address_in_the_reason_does_not_leave_the_house(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "550 no such user: mira.quill@patient.example")
    assert b"quill" not in server.taken[0][1]
    assert b"550 no such user: <address>" in server.taken[0][1] or b"&lt;address>" in server.taken[0][1]


def test_in_preview_nothing_leaves_the_house(home: Path) -> None:
    with serving() as server:
        settings = live(home, server.port)
        change(home, "clinic.yaml", "mode: live", "mode: preview")
        settings = load_settings(home)
        assert not tell_it(settings, "send_follow_ups", "It failed.", WEDNESDAY, open_log(settings.state_dir))
    assert server.connections == 0


def test_redirected_mail_goes_to_the_one_address(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "It failed.", mode="redirect")
    assert server.recipients() == ["office@lakeside.example"]


def test_a_mail_server_that_refuses_is_no_second_failure(home: Path) -> None:
    with serving(lambda step, session: "550 not here" if step == "RCPT" else None) as server:
        assert not tell(home, server, "It failed.")


def test_a_mail_server_that_is_the_thing_that_failed_is_logged(home: Path) -> None:
    with serving() as server:
        settings = live(home, server.port)
    log = open_log(settings.state_dir)
    assert not tell_it(settings, "send_follow_ups", "No connection to the mail server.", WEDNESDAY, log)
    assert "the IT person could not be told" in (settings.state_dir / "logs" / "clinic.log").read_text("utf-8")


def test_without_an_address_nobody_is_told(home: Path) -> None:
    settings = load_settings(home)
    assert not tell_it(settings, "send_follow_ups", "It failed.", WEDNESDAY, open_log(settings.state_dir))


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serving() as server:
        yield server


@pytest.fixture
def run_after(home: Path, server: LoopbackServer) -> Try:
    """Runs the letters' job of a live clinic so many hours after Wednesday at five past ten."""
    settings = live(home, server.port)

    def run(hours: float) -> None:
        tools = open_tools(home, settings, WEDNESDAY + timedelta(hours=hours))
        try:
            run_job("send_follow_ups", tools)
        finally:
            tools.store.close()

    return run


def test_it_hears_once_a_day_of_a_failure_also_with_good_runs_in_between(
    server: LoopbackServer, run_after: Try, job_is: JobIs
) -> None:
    for hours in (0, 0.2, 0.4):
        job_is(lambda tools, today: Outcome(failed="The mail server hung up."))
        run_after(hours)
        job_is(lambda tools, today: Outcome())
        run_after(hours + 0.1)
    assert len(server.taken) == 1
    job_is(lambda tools, today: Outcome(failed="The sign-in is not believed."))
    run_after(1)
    assert len(server.taken) == 2
    job_is(lambda tools, today: Outcome(failed="The mail server hung up."))
    run_after(14)  # five past midnight
    run_after(15)
    assert len(server.taken) == 3


def test_it_hears_once_a_day_of_a_clock_that_is_not_believed(
    server: LoopbackServer, run_after: Try, job_is: JobIs
) -> None:
    def distrust(tools: object, today: object) -> Outcome:
        now: datetime = tools.clock()  # type: ignore[attr-defined]
        known = ClockKnown(trusted_at=WEDNESDAY - timedelta(hours=47, minutes=30))
        return Outcome(failed=why_distrust(now, known, ZoneInfo("America/Los_Angeles")), until_changed=True)

    job_is(distrust)
    for hours in (0, 0.2, 1, 2):
        run_after(hours)
    assert len(server.taken) == 1


def test_it_hears_once_a_day_of_a_database_that_can_remember_nothing(
    server: LoopbackServer, run_after: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("jobs.runner.run.begin_run", full)
    for hours in (0, 0.2, 0.4):
        run_after(hours)
    assert len(server.taken) == 1


def begin(home: Path, moment: str, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(home), "--now", f"2026-03-{moment}", *words])


def lose(home: Path, how: str) -> str:
    """Make the database unusable; how the sentence about it begins."""
    database = home / "var" / "clinic.sqlite"
    for beside in ("clinic.sqlite-wal", "clinic.sqlite-shm"):
        (home / "var" / beside).unlink(missing_ok=True)
    if how == "lost":
        database.unlink()
        return f"The database {database} is gone, though there was one;"
    if how == "damaged":
        database.write_bytes(b"overwritten by something else" * 400)
        return f"The database sqlite:///{database} cannot be used: file is not a database. The file is damaged."
    shutil.rmtree(home / "var")
    (home / "var").write_text("a file where a folder belongs", "utf-8")
    return f"{home / 'var'}: a file stands where a folder belongs."


@pytest.mark.parametrize("how", ["lost", "damaged", "no folder"])
def test_it_hears_once_a_day_that_no_job_can_begin_as_the_database_cannot_be_opened(
    home: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    monkeypatch.setattr("jobs.runner.told.tempfile.gettempdir", lambda: str(tmp_path))
    live(home, server.port)
    assert begin(home, "04 10:00", "status").exit_code == 0
    told = lose(home, how)
    begin(home, "04 10:02", "status")  # a person reads it: nobody else need be told
    assert server.taken == []
    for moment in ("04 10:05", "04 10:15", "04 23:55"):
        assert begin(home, moment, "due", "--quiet").output.startswith(told)
    ((recipient, data),) = server.taken
    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert (recipient, message["Subject"]) == ("it@lakeside.example", "No job could begin")
    text = " ".join(body.get_content().split())
    assert text.startswith(f"No job could begin on Wednesday, March 4, at 10:05. {told}")
    assert text.endswith(
        "`python run_jobs.py check` tells whether it can be used again; then the next run goes on where the last one "
        "ended. No letter is sent twice."
    )
    begin(home, "05 00:05", "due", "--quiet")
    assert len(server.taken) == 2


@pytest.mark.parametrize("what", ["logs/clinic.log", "logs/clinic.log.lock"])
def test_it_and_the_watchdog_hear_of_a_log_that_cannot_be_written(
    home: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    live(home, server.port)
    pings = list[str]()
    monkeypatch.setattr("jobs.runner.health.ping_failure", pings.append)
    log = home / "var" / what
    log.mkdir(parents=True)
    for minute in ("05", "15"):
        told = begin(home, f"04 10:{minute}", "due", "--quiet")
        assert (told.exit_code, told.output.startswith(f"{log}: Is a directory.")) == (1, True)
    assert begin(home, "04 10:20", "status").exit_code == 0  # what needs no log goes on
    assert (len(pings), len(server.taken)) == (2, 1)
    log.rmdir()
    begin(home, "04 10:25", "due", "--quiet")
    assert log.is_file()


def test_that_no_job_can_begin_is_told_once_by_jobs_that_begin_side_by_side(home: Path, server: LoopbackServer) -> None:
    live(home, server.port)
    begin(home, "04 10:00", "status")
    told = lose(home, "lost")
    words = [sys.executable, ROOT / "run_jobs.py", "-C", home, "--now", "2026-03-04 10:05", "run", "all"]
    ran = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.startswith(told)) == (1, True)
    assert len(server.taken) == 1


def test_that_no_job_can_begin_is_told_next_time_where_the_mail_server_did_not_take_it(
    home: Path, server: LoopbackServer
) -> None:
    live(home, server.port)
    begin(home, "04 10:00", "status")
    lose(home, "lost")
    server.script = lambda step, session: "451 later" if step == "MAIL" else None
    begin(home, "04 10:05", "due")
    server.script = lambda step, session: None
    begin(home, "04 10:15", "due")
    begin(home, "04 10:25", "due")
    assert len(server.taken) == 1


def test_in_preview_nobody_is_mailed_that_no_job_can_begin(home: Path, server: LoopbackServer) -> None:
    live(home, server.port)
    change(home, "clinic.yaml", "mode: live", "mode: preview")
    begin(home, "04 10:00", "status")
    lose(home, "lost")
    assert begin(home, "04 10:05", "due").exit_code == 1
    assert server.connections == 0


@pytest.mark.parametrize("how", ["due", "run", "serve"])
def test_it_and_the_watchdog_hear_of_settings_with_a_fault_by_the_last_good_ones(
    home: Path, server: LoopbackServer, capfd: pytest.CaptureFixture[str], how: str
) -> None:
    def again(moment: str) -> None:
        if how == "serve":
            look(home, datetime.fromisoformat(f"2026-03-{moment}"), lambda seconds: False)
        else:
            begin(home, moment, *{"due": ("due", "--quiet"), "run": ("run", "send_follow_ups")}[how])

    with watchdog() as (url, heard):
        change(home, "clinic.yaml", 'healthcheck_url: ""', f"healthcheck_url: {url}/clinic")
        live(home, server.port)
        begin(home, "04 10:00", "status")
        change(home, "follow_ups.yaml", "when: no_show", "when: never https://calendar.example/private-4711")
        change(home, "clinic.yaml", "it_email: it@", "it_email: and it@")
        begin(home, "04 10:02", "status")  # a person reads it: nobody else need be told
        assert (server.taken, heard) == ([], [])
        for moment in ("04 10:05", "04 10:06", "04 23:55"):
            again(moment)
        ((recipient, data),) = server.taken
        assert heard == ["/clinic/fail"] * 3
    message = message_from_bytes(data, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert (recipient, message["Subject"]) == ("it@lakeside.example", "No job could begin")
    text = " ".join(body.get_content().split())
    assert text.startswith(
        "No job could begin on Wednesday, March 4, at 10:05. The settings have faults, and nothing is done until they "
        'are mended. config/clinic.yaml, line 20: installation: it_email is "and <address>'
    )
    assert (
        'config/follow_ups.yaml, line 16: rules.missed_visit.when is "never https://calendar.example/...". Write'
        in text
    )
    assert text.endswith(
        "`python run_jobs.py check` names every fault. The next run reads the settings anew; no letter is sent twice. "
        "This mail left by the settings as they were before."
    )
    logged = (home / "var" / "logs" / "clinic.log").read_text("utf-8")
    places = '"where": ["config/clinic.yaml, line 20", "config/follow_ups.yaml, line 16"]'
    assert logged.count(f'"level": "error", "event": "the settings have faults", {places}') == 1
    again("05 00:05")
    assert len(server.taken) == 2


def test_in_preview_and_where_no_settings_were_ever_good_nobody_is_mailed_of_a_fault(
    home: Path, server: LoopbackServer
) -> None:
    live(home, server.port)
    change(home, "clinic.yaml", "mode: live", "mode: preview")
    begin(home, "04 10:00", "status")
    change(home, "clinic.yaml", "mode: preview", "mode: lively")
    assert begin(home, "04 10:05", "due").exit_code == 3
    shutil.rmtree(home / "var" / "cache")
    assert begin(home, "04 10:15", "due").exit_code == 3
    assert server.connections == 0


def test_a_copy_of_a_clinic_that_has_a_fault_tells_nobody_in_its_name(
    home: Path, server: LoopbackServer, tmp_path: Path
) -> None:
    live(home, server.port)
    begin(home, "04 10:00", "status")
    copy = Path(shutil.copytree(home, tmp_path / "copy"))
    change(copy, "clinic.yaml", "mode: live", "mode: lively")
    assert begin(copy, "04 10:05", "due").exit_code == 3
    assert server.connections == 0
    assert not (home / "var" / "logs").exists()


def test_settings_that_another_program_kept_in_its_own_form_hide_no_fault(home: Path, server: LoopbackServer) -> None:
    live(home, server.port)
    begin(home, "04 10:00", "status")
    (kept,) = (home / "var" / "cache").glob("settings-*")
    kept.write_bytes(pickle.dumps(load_settings(home)._replace(installation="as it once was")))  # type: ignore[arg-type]
    change(home, "clinic.yaml", "mode: live", "mode: lively")
    told = begin(home, "04 10:05", "due")
    assert (told.exit_code, "1 fault in the settings. Nothing was done.\n" in told.output) == (3, True)


def test_a_program_that_is_half_replaced_is_not_told_as_a_fault_of_config(
    home: Path, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def half(*_: object) -> None:
        raise ImportError("cannot import name 'rename_to'")

    live(home, server.port)
    begin(home, "04 10:00", "status")
    change(home, "clinic.yaml", "mode: live", "mode:  live")
    monkeypatch.setattr("jobs.runner.settings_check.check_settings", half)
    told = begin(home, "04 10:05", "due")
    assert re.fullmatch(
        r"The check of the settings broke off: ImportError at jobs/runner/settings_loading.py:\d+\.\n"
        r"Is the program whole\? Install it again, its packages too \(docs/it.md, Upgrading\)\.\n"
        r"1 fault in the settings. Nothing was done.\n",
        told.output,
    )
    assert "Traceback" not in capfd.readouterr().err
    assert len(server.taken) == 1


def test_a_failure_of_which_it_could_not_be_told_is_told_of_next_time(
    server: LoopbackServer, run_after: Try, job_is: JobIs
) -> None:
    job_is(lambda tools, today: Outcome(failed="The mail server hung up."))
    server.script = lambda step, session: "451 later" if step == "MAIL" else None
    run_after(0)
    server.script = lambda step, session: None
    run_after(0.2)
    run_after(0.4)
    assert len(server.taken) == 1


def test_a_failure_that_names_more_letters_by_now_is_the_same_one(tmp_path: Path) -> None:
    today = WEDNESDAY.date()
    note_told(tmp_path, "send_follow_ups", "3 letters may have left: 12 13 14.", today)
    assert told_today(tmp_path, "send_follow_ups", "4 letters may have left: 12 13 14 21.", today)
    assert not told_today(tmp_path, "send_follow_ups", "4 letters were refused: 12 13 14 21.", today)


def test_what_was_told_is_remembered_also_beside_a_state_folder_that_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.runner.told.tempfile.gettempdir", lambda: str(tmp_path))
    state_dir, today = tmp_path / "var", WEDNESDAY.date()
    state_dir.write_text("a file where a folder belongs", "utf-8")
    note_told(state_dir, "send_follow_ups", "It failed.", today)
    assert told_today(state_dir, "send_follow_ups", "It failed.", today)
    assert not told_today(state_dir, "pull_appointments", "It failed.", today)
    assert not told_today(tmp_path / "another", "send_follow_ups", "It failed.", today)
    (folder,) = tmp_path.glob("clinic-told-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    note_told(state_dir, "send_follow_ups", "It failed.", today + timedelta(days=1))
    assert [mark.name[:10] for mark in folder.iterdir()] == ["2026-03-05"]


def test_marks_that_another_user_made_keep_nothing_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.runner.told.tempfile.gettempdir", lambda: str(tmp_path))
    state_dir, today = tmp_path / "var", WEDNESDAY.date()
    state_dir.write_text("a file where a folder belongs", "utf-8")
    note_told(state_dir, "send_follow_ups", "It failed.", today)
    (folder,) = tmp_path.glob("clinic-told-*")
    folder.rename(tmp_path / "theirs")
    folder.symlink_to(tmp_path / "theirs")
    assert not told_today(state_dir, "send_follow_ups", "It failed.", today)
