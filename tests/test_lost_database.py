"""A database that is gone is not taken for a clinic that begins: its patients would get every letter again."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hand_written_clinic import Clinic, appointment

from jobs.desk.commands import cli

Call = Callable[..., Result]
MARK, LEFT = "database-was-made.txt", "clinic-letters-left.txt"
BESIDE = ("clinic.sqlite-wal", "clinic.sqlite-shm")


@pytest.fixture
def command(clinic: Clinic) -> Call:
    def call(*words: str, now: str = "2026-03-04 09:20", about: Path = clinic.home) -> Result:
        return CliRunner().invoke(cli, ["-C", str(about), "--now", now, *words])

    return call


@pytest.fixture
def reminded(clinic: Clinic) -> Clinic:
    """A clinic that has sent Remy's reminder."""
    clinic.export(appointment("Remy", "2026-03-06 14:00", "booked"))
    clinic.pull("2026-03-04 08:45")
    assert clinic.send("2026-03-04 09:00").counts["letters sent"] == 1
    return clinic


def lose(clinic: Clinic, how: str) -> None:
    var = clinic.home / "var"
    for name in BESIDE:
        (var / name).unlink(missing_ok=True)
    if how == "has no tables":
        (var / "clinic.sqlite").unlink()
        with sqlite3.connect(var / "clinic.sqlite") as database:
            database.execute("PRAGMA user_version = 1")
    elif how == "is empty":
        (var / "clinic.sqlite").write_bytes(b"")
    else:
        (var / "clinic.sqlite").unlink()


@pytest.mark.parametrize("how", ["is gone", "is empty", "has no tables"])
def test_nobody_gets_a_letter_again_where_the_database_is_lost(reminded: Clinic, command: Call, how: str) -> None:
    var = reminded.home / "var"
    lose(reminded, how)
    said = (
        f"The database {var / 'clinic.sqlite'} {how}, though there was one; a new one would send letters again that "
        "have left. Put a backup in its place: `run_jobs.py restore FILE` (docs/it.md). If this is really to be a new "
        f"beginning, move away what is left of it: {var / MARK}, {var / LEFT}, {var / 'outbox.journal'}.\n"
    )
    for words in (("due", "--quiet"), ("run", "all"), ("status",), ("stop",), ("forecast",)):
        told = command(*words)
        assert (told.exit_code, told.output) == (1, said), words
    told = command("check")
    assert (told.exit_code, told.output) == (3, f"{said}1 fault. Nothing was sent or changed.\n")
    assert (var / "clinic.sqlite").exists() == (how != "is gone")
    assert len(reminded.letters()) == 1


def test_check_tells_of_a_damaged_database_and_deletes_nothing_beside_it(reminded: Clinic, command: Call) -> None:
    var = reminded.home / "var"
    assert command("check").exit_code == 0
    (var / "clinic.sqlite").write_bytes(b"overwritten by something else" * 400)
    (var / "clinic.sqlite-wal").write_bytes(b"the letters of this morning")
    told = command("check")
    assert (told.exit_code, told.output) == (
        3,
        f"The database sqlite:///{var / 'clinic.sqlite'} cannot be used: file is not a database. The file is damaged. "
        "Put a backup in its place: `run_jobs.py restore FILE` (docs/it.md).\n1 fault. Nothing was sent or changed.\n",
    )
    assert (var / "clinic.sqlite-wal").read_bytes() == b"the letters of this morning"


def test_a_damaged_page_is_told_by_check_and_by_the_nightly_backup_which_blames_no_copy(
    reminded: Clinic, command: Call
) -> None:
    assert command("backup").exit_code == 0
    (backup,) = (reminded.home / "var" / "backups").glob("*.sqlite")
    with closing(sqlite3.connect(reminded.database)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'attempts'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with reminded.database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"x" * size)
    with closing(sqlite3.connect(reminded.database)) as database:  # its words differ from version to version
        (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    damage = found.removeprefix("*** in database main ***\n")
    told = command("check")
    assert (told.exit_code, told.output) == (
        3,
        f"The database sqlite:///{reminded.database} cannot be used: it is malformed ({damage}). The file is damaged. "
        "Put a backup in its place: `run_jobs.py restore FILE` (docs/it.md).\n1 fault. Nothing was sent or changed.\n",
    )
    assert command("backup").output == (
        f"The database {reminded.database} is damaged ({damage}), so no good copy of it can be made. Put a backup in "
        f"its place: `run_jobs.py restore {backup}` (docs/it.md).\n"
    )
    assert [*(reminded.home / "var" / "backups").glob("clinic*")] == [backup]


def test_check_makes_no_database_and_misses_none_where_a_clinic_has_not_begun(new_clinic: Clinic) -> None:
    told = new_clinic.command("check")
    assert told.exit_code == 0 and "All is well" in told.output
    assert not (new_clinic.home / "var" / "clinic.sqlite").exists()


def test_the_newest_backup_is_named_and_put_back_by_the_command_that_is_told(reminded: Clinic, command: Call) -> None:
    reminded.run("keep_house", "2026-03-04 03:30")
    reminded.run("keep_house", "2026-03-04 09:10")
    lose(reminded, "is gone")
    backup = reminded.home / "var" / "backups" / "clinic-20260304T171000Z.sqlite"
    assert f"`run_jobs.py restore {backup}`" in command("due", "--quiet").output
    told = command("restore", str(backup))
    assert told.exit_code == 0, told.output
    reminded.pull("2026-03-04 09:30")
    reminded.send("2026-03-04 09:40")
    assert len(reminded.letters()) == 1


def test_backups_alone_show_that_there_was_a_database(reminded: Clinic, command: Call, tmp_path: Path) -> None:
    reminded.run("keep_house", "2026-03-04 09:10")
    moved = tmp_path / "another machine"  # docs/it.md: config/, templates/ and the backups are copied to it
    for name in ("config", "templates", "exports", "var/backups"):
        shutil.copytree(reminded.home / name, moved / name)
    told = command("due", "--quiet", about=moved)
    assert told.exit_code == 1 and "is gone, though there was one" in told.output


def test_a_clinic_that_began_before_there_was_a_mark_gets_it_with_the_next_run(reminded: Clinic, command: Call) -> None:
    mark = reminded.home / "var" / MARK
    for path in (mark, reminded.home / "var" / LEFT, reminded.home / "var" / "outbox.journal"):
        path.unlink()
    with sqlite3.connect(reminded.database) as database:
        database.execute("DELETE FROM cursors WHERE name = 'signs'")
    command("status")
    assert mark.stat().st_mode & 0o777 == 0o600
    assert mark.read_text().startswith(f"The clinic's database was made: {reminded.home / 'var' / 'clinic.sqlite'}\n")
    lose(reminded, "is empty")
    assert command("due", "--quiet").exit_code == 1


def test_a_database_that_another_clinic_shares_is_not_made_anew_by_a_third(
    reminded: Clinic, command: Call, tmp_path: Path
) -> None:
    shared = tmp_path / "shared" / "all.sqlite"
    third = reminded.copied(tmp_path / "third")
    reminded.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{shared}"')
    assert "is gone, though there was one" in command("status").output  # its letters are known in the former place only
    shared.parent.mkdir()
    shutil.copyfile(reminded.home / "var" / "clinic.sqlite", shared)
    assert command("status").exit_code == 0
    shared.unlink()
    shutil.rmtree(third.home / "var")
    third.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{shared}"')
    told = command("status", about=third.home)
    assert told.exit_code == 1 and f"move away what is left of it: {shared}-was-made.txt." in told.output


def test_a_state_folder_that_was_moved_away_is_a_new_beginning(reminded: Clinic, command: Call) -> None:
    (reminded.home / "var").rename(reminded.home / "var-trial")
    assert command("status").exit_code == 0
    assert reminded.ask("SELECT COUNT(*) FROM letters") == [0]


def test_where_only_logs_and_caches_lie_a_clinic_begins(reminded: Clinic, command: Call) -> None:
    var = reminded.home / "var"
    for path in var.iterdir():
        if path.name not in ("logs", "cache", "locks", "versions", "secret", "reports"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (var / "clinic.sqlite").write_bytes(b"")  # of a first run that was killed
    assert command("status").exit_code == 0
    assert reminded.ask("SELECT COUNT(*) FROM letters") == [0]


def test_what_sqlite_had_not_yet_written_into_a_lost_database_is_not_deleted(reminded: Clinic, command: Call) -> None:
    var = reminded.home / "var"
    lose(reminded, "is empty")
    for path in (var / MARK, var / LEFT, var / "outbox.journal"):
        path.unlink()
    (var / "clinic.sqlite-wal").write_bytes(b"the letters of this morning")
    told = command("run", "all")
    assert told.exit_code == 1 and f"what is left of it: {var / 'clinic.sqlite-wal'}." in told.output
    assert (var / "clinic.sqlite-wal").read_bytes() == b"the letters of this morning"
