"""run_jobs.py: its page of help, its exit codes, and that no mistake of a person ends in a traceback."""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event
from sqlalchemy.pool import Pool

from jobs.desk.commands import cli
from jobs.runner.run import FAILED, FAULTY_SETTINGS, FINE, PROGRAM_CHANGED, UNDER_WAY, USAGE

ROOT = Path(__file__).resolve().parents[1]
CONTEXT = click.Context(cli)
COMMANDS = {name: command for name in cli.list_commands(CONTEXT) if (command := cli.get_command(CONTEXT, name))}
ANSWERS = ["Lakeside", "", "1 Main Street", "", "", "", "", "hello@lakeside.example", "exports/*.csv", ""]
EXPORT = """\
appointment_id,patient_id,first_name,last_name,email,start,status
1,7,Mira,Quill,mira@patient.example,2026-03-03 09:30,completed
"""
HEAVY = {
    "pandas",
    "sqlalchemy",
    "googleapiclient",
    "pydantic",
    "ruamel",
    "rich",
    "openpyxl",
    "jinja2",
    "click",
    "alembic",
}


@pytest.fixture(scope="module")
def new_clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clinics") / "lakeside"
    assert CliRunner().invoke(cli, ["-C", str(home), "init"], input="\n".join(ANSWERS)).exit_code == 0
    (home / "exports" / "week.csv").write_text(EXPORT, "utf-8")
    return home


@pytest.fixture
def home(new_clinic: Path, tmp_path: Path) -> Path:
    """A clinic as `init` leaves it, with one appointment to read."""
    return Path(shutil.copytree(new_clinic, tmp_path / "lakeside"))


def call(*words: str, python: tuple[str, ...] = (sys.executable,)) -> "subprocess.CompletedProcess[str]":
    """The front door as a person opens it, from another folder."""
    command = [*python, str(ROOT / "run_jobs.py"), *words]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)


def ask(home: Path, *words: str) -> Result:
    result = CliRunner().invoke(cli, ["-C", str(home), "--now", "2026-03-04 10:05", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.output
    return result


def edit(home: Path, old: str, new: str) -> None:
    file = home / "config" / "clinic.yaml"
    text, count = re.subn(old, new, file.read_text("utf-8"))
    assert count == 1
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_the_page_of_help_is_answered_alike(words: tuple[str, ...]) -> None:
    page = call(*words)
    assert (page.returncode, page.stderr) == (0, "")
    assert page.stdout.startswith("Scheduled jobs of a physical-therapy and Pilates clinic.")


def test_the_page_of_help_names_every_command_and_no_other() -> None:
    page = call("--help").stdout
    named = re.findall(r"^  ([a-z-]+)(?: [-A-Z.0-9a-z]+)*  +[a-z]", page.split("Exit codes")[0], re.MULTILINE)
    assert sorted(named) == sorted(COMMANDS)
    for name, command in COMMANDS.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"  {name} ")]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", line)) <= options, line
    assert max(map(len, page.splitlines())) <= 120


def test_the_page_of_help_tells_the_exit_codes_that_the_program_gives() -> None:
    told = re.findall(r"(?:^|  )(\d) (\w+)", call("--help").stdout.split("Exit codes")[1], re.MULTILINE)
    known = [FINE, FAILED, USAGE, FAULTY_SETTINGS, UNDER_WAY, PROGRAM_CHANGED]
    assert [int(code) for code, _ in told] == known == [0, 1, 2, 3, 4, 5]


def test_the_readme_s_table_names_every_command() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("## The commands")[1].split("```")[1]
    named = re.findall(r"(?:^|   )([a-z-]+)(?: [A-Z.]+)*(?=  +\S)", table, re.MULTILINE)
    assert sorted(named) == sorted(COMMANDS)


def test_help_imports_nothing_that_takes_time() -> None:
    imported = call("--help", python=(sys.executable, "-X", "importtime")).stderr
    modules = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in imported.splitlines() if "|" in line}
    assert "gc" in modules or "sys" in modules or len(modules) > 10
    assert modules & HEAVY == set()


def test_the_help_of_a_command_imports_neither_pandas_nor_the_database() -> None:
    imported = call("forecast", "--help", python=(sys.executable, "-X", "importtime")).stderr
    modules = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in imported.splitlines() if "|" in line}
    assert "click" in modules
    assert modules & (HEAVY - {"click"}) == set()


def test_a_look_with_known_settings_imports_no_more_than_it_needs(home: Path) -> None:
    call("-C", str(home), "--now", "2026-03-04 10:05", "due")
    again = call("-C", str(home), "--now", "2026-03-04 10:05", "due", python=(sys.executable, "-X", "importtime"))
    modules = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in again.stderr.splitlines() if "|" in line}
    assert again.returncode == 0 and "sqlalchemy" in modules
    assert (
        modules
        & {"pandas", "googleapiclient", "pydantic", "ruamel", "rich", "openpyxl", "alembic", "schedule", "asyncio"}
        == set()
    )


def test_every_command_tells_what_it_does() -> None:
    for name, command in COMMANDS.items():
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0
        assert len((command.help or "").split()) >= 6, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_zero_when_all_is_well(home: Path) -> None:
    assert call("-C", str(home), "check").returncode == FINE
    assert ask(home, "run", "all").exit_code == FINE


def test_one_when_a_job_failed(home: Path) -> None:
    (home / "var").mkdir(exist_ok=True)
    (home / "var" / "reports").write_text("a file where a folder belongs", "utf-8")
    failed = call("-C", str(home), "run", "summarize_referrals")
    assert failed.returncode == FAILED
    assert failed.stderr.startswith("summarize_referrals failed: ") and "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stats",), "No such command 'stats'. Did you mean 'status'?"),
        (("stopp",), "No such command 'stopp'. (Did you mean one of: 'stop', 'stop-page'?)"),
        (("due", "--quite"), "Did you mean '--quiet'?"),
        (("run", "pull_apointments"), 'There is no job "pull_apointments". Did you mean "pull_appointments"?'),
        (("run", "xyz"), 'There is no job "xyz". There are pull_appointments, send_follow_ups,'),
        (("run", "all", "xyz"), 'There is no job "xyz".'),
        (("preview", "welcom"), 'There is no letter "welcom" in templates/. Did you mean "welcome"?'),
        (("why", "Nobody"), 'Nobody is known as "Nobody".'),
        (("forecast", "--days", "many"), "'many' is not a valid integer"),
    ],
)
def test_two_when_it_was_not_understood(home: Path, words: tuple[str, ...], said: str) -> None:
    result = ask(home, *words)
    assert result.exit_code == USAGE
    assert said in result.output


def test_a_moment_that_is_none_is_not_understood(home: Path) -> None:
    result = CliRunner().invoke(cli, ["-C", str(home), "--now", "yesterday", "status"])
    assert result.exit_code == USAGE
    assert "'yesterday' does not match the formats" in result.output


@pytest.mark.parametrize("command", [("status",), ("run", "all"), ("due",), ("forecast",), ("why", "1"), ("crontab",),
                                     ("preview", "--all"), ("check",)])  # fmt: skip
def test_three_when_the_settings_are_wrong(home: Path, command: tuple[str, ...]) -> None:
    edit(home, "mode: .*", "mode: lve")
    result = ask(home, *command)
    assert result.exit_code == FAULTY_SETTINGS
    assert 'mail.mode is "lve".\nWrite preview, redirect or live.' in result.output
    assert "1 fault" in result.output
    assert not (home / "var" / "clinic.sqlite").exists()


def test_three_when_there_is_no_config(tmp_path: Path) -> None:
    result = call("-C", str(tmp_path / "nowhere"), "status")
    assert result.returncode == FAULTY_SETTINGS
    assert "There is no config/ in this folder." in result.stderr and "Traceback" not in result.stderr


def test_four_when_another_run_is_under_way(home: Path) -> None:
    ask(home, "run", "send_follow_ups")
    with open(home / "var" / "locks" / "send_follow_ups.lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = call("-C", str(home), "run", "send_follow_ups")
        everything = ask(home, "run", "all")
    assert result.returncode == UNDER_WAY
    assert result.stderr.startswith("send_follow_ups is under way in another process (process ")
    assert everything.exit_code == UNDER_WAY and "summarize_referrals: " in everything.output


def test_a_state_folder_that_is_a_file_is_told(home: Path) -> None:
    shutil.rmtree(home / "var", ignore_errors=True)
    (home / "var").write_text("a file", "utf-8")
    for command in (("status",), ("run", "all"), ("due",), ("forecast",), ("why", "1")):
        result = ask(home, *command)
        assert result.exit_code == FAILED
        assert result.output == (
            f"{home / 'var'}: a file stands where a folder belongs. Move it away.\n"
            "config/clinic.yaml names the folder (installation: state_dir:).\n"
        )


@pytest.mark.skipif(os.getuid() == 0, reason="the superuser may read everything")
def test_a_state_folder_that_this_user_may_not_read_is_told(home: Path) -> None:
    (home / "var").mkdir(exist_ok=True)
    (home / "var").chmod(0)
    try:
        assert "this user may not read or write it" in ask(home, "status").output
    finally:
        (home / "var").chmod(0o700)


def test_a_folder_that_this_user_may_not_read_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied", str(home / "var"))

    monkeypatch.setattr("jobs.store.memory.bring_up_to_date", refuse)
    result = ask(home, "status")
    assert result.exit_code == FAILED
    assert "this user may not read or write it. Give it to the user that runs the jobs." in result.output


def test_commands_to_copy_hold_in_a_folder_with_a_space_in_its_name(tmp_path: Path) -> None:
    home = tmp_path / "Klinik Süd"
    home.mkdir()
    assert f"`python run_jobs.py -C '{home}' init` writes one;" in ask(home, "check").output
    made = CliRunner().invoke(cli, ["-C", str(home), "init"], input="\n".join(ANSWERS))
    assert f"\n  python run_jobs.py -C '{home}' check\n  python run_jobs.py -C '{home}' preview --all" in made.output


@pytest.mark.parametrize("place", ["logs", "locks"])
def test_a_file_in_the_place_of_a_folder_of_ours_is_told(home: Path, place: str) -> None:
    (home / "var").mkdir(exist_ok=True)
    (home / "var" / place).write_text("a file", "utf-8")
    result = ask(home, "run", "pull_appointments")
    assert result.exit_code == FAILED
    assert "File exists" in result.output or "a file stands where a folder belongs" in result.output


@pytest.mark.parametrize("content", [b"this is no database " * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_database_is_told(home: Path, content: bytes) -> None:
    (home / "var").mkdir(exist_ok=True)
    (home / "var" / "clinic.sqlite").write_bytes(content)
    for command in (("status",), ("due",), ("forecast",)):
        result = ask(home, *command)
        assert result.exit_code == FAILED
        assert "clinic.sqlite cannot be used: " in result.output
        assert "The file is damaged. Put a backup in its place: `run_jobs.py restore FILE`" in result.output


@pytest.fixture
def impatient() -> Iterator[None]:
    """SQLite waits half a minute for another's lock; these tests do not."""

    def hurry(connection: sqlite3.Connection, *others: object) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    event.listen(Pool, "checkout", hurry)
    yield
    event.remove(Pool, "checkout", hurry)


@pytest.mark.usefixtures("impatient")
def test_a_database_that_another_holds_is_told(home: Path) -> None:
    ask(home, "status")
    with sqlite3.connect(home / "var" / "clinic.sqlite", isolation_level=None) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        for command in (("status",), ("run", "all"), ("due",), ("forecast",), ("why", "1")):
            result = ask(home, *command)
            assert result.exit_code == FAILED, command
            assert "database is locked" in result.output, command


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysqlx://clinic@127.0.0.1/clinic", "The database cannot be opened: NoSuchModuleError."),
        ("sqlite:////dev/null/clinic.sqlite", "a file stands where a folder belongs"),
    ],
)
def test_a_database_that_is_none_is_told(home: Path, address: str, said: str) -> None:
    edit(home, 'database: "[^"]*"', f'database: "{address}"')
    result = ask(home, "status")
    assert result.exit_code == FAILED
    assert said in result.output


def test_a_damaged_copy_of_the_settings_is_made_anew(home: Path) -> None:
    ask(home, "crontab")
    (kept,) = (home / "var" / "cache").glob("settings-*")
    kept.write_bytes(b"damaged")
    assert ask(home, "crontab").exit_code == FINE
    assert kept.read_bytes() != b"damaged"


def test_what_nobody_foresaw_is_told_without_its_text(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ValueError("Mira Quill, mira@patient.example")

    monkeypatch.setattr("jobs.desk.status.last_runs", broken)
    result = ask(home, "status")
    assert result.exit_code == FAILED
    assert result.output.startswith("ValueError at jobs/desk/status.py:")
    assert "mira" not in result.output.lower()


def test_a_reader_that_has_seen_enough_is_no_failure(home: Path) -> None:
    shell = f"{sys.executable} {ROOT / 'run_jobs.py'} -C {home} list | head -1"
    result = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=False)
    assert result.stderr == "" and result.stdout.count("\n") == 1


def test_a_python_without_the_packages_is_told_what_to_do() -> None:
    result = call("status", python=(sys.executable, "-S"))
    assert result.returncode == 1
    assert "lacks a package of the program (click)." in result.stderr and "Traceback" not in result.stderr
    assert "`make demo` sets everything up once" in result.stderr


def test_what_is_written_is_for_its_user_alone(home: Path) -> None:
    assert call("-C", str(home), "run", "all").returncode == FINE
    open_to_others = [path for path in (home / "var").rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
    assert (home / "var").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_virtual_environment_may_be_a_link_to_another_folder(tmp_path: Path) -> None:
    """`python -m venv` refuses to make anew what is a link."""
    clone, shared = tmp_path / "clone", tmp_path / "shared"
    (shared / "bin").mkdir(parents=True)
    clone.mkdir()
    (clone / ".venv").symlink_to(shared)
    (clone / "requirements.txt").touch()
    shutil.copy(ROOT / "Makefile", clone)
    asked, pip, python = clone / "asked", shared / "bin" / "python", clone / "python"
    pip.write_text("#!/bin/sh\n")
    python.write_text(f'#!/bin/sh\ncase $1 in -m) echo "$3" >> asked;; *) exec {sys.executable} "$@";; esac\n')
    for program in (pip, python):
        program.chmod(0o755)
    subprocess.run(["make", "-s", ".venv/made", f"PYTHON={python}"], cwd=clone, check=True)
    assert asked.read_text() == f"{shared}\n" and (shared / "made").exists()
