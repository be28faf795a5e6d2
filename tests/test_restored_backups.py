"""A backup that is put back, whole or broken off at any moment, sends nobody a letter again and forgets no no."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from backed_up_clinic import NOW, PATIENTS, backup, call
from hand_written_clinic import ROOT, Clinic, appointment

from jobs.mail.message import address_mark
from jobs.store.late_wishes import Wish, keep_wish
from jobs.store.memory import open_store


@pytest.fixture
def clinic(sent_since: Clinic, tmp_path: Path) -> Clinic:
    return sent_since.copied(tmp_path / "clinic")


def databases(clinic: Clinic) -> list[str]:
    return sorted(path.name for path in (clinic.home / "var").iterdir() if "sqlite" in path.name)


def nothing_is_sent_again(clinic: Clinic) -> None:
    """Whatever the next runs find."""
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        call(clinic, "due", "--quiet", now=moment)
    assert len(clinic.letters()) == 3
    if "clinic.sqlite" in databases(clinic):
        assert clinic.ask("SELECT address_key FROM stops") == ["nell@patient.example"]
        assert clinic.ask("PRAGMA integrity_check") == ["ok"]


def restored_under(clinic: Clinic, *strace: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "run_jobs.py"), "-C", str(clinic.home), "--now", NOW]
    words = ["strace", "-o", "/dev/null", *strace, *command, "restore", str(backup(clinic))]
    return subprocess.run(words, cwd="/", capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("point", ["link 1", "rename 1", "unlink 2", "fdatasync 2", "pwrite64 30"])
def test_a_restore_that_is_killed_sends_nothing_again(clinic: Clinic, point: str) -> None:
    name, number = point.split()
    ended = restored_under(clinic, "-e", f"trace=?{name}", "-e", f"inject=?{name}:signal=SIGKILL:when={number}")
    assert ended.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), ended
    assert "clinic.sqlite" in databases(clinic)
    nothing_is_sent_again(clinic)
    told = call(clinic, "restore", str(backup(clinic)), now="2026-03-04 09:40")
    assert told.exit_code == 0, told.output
    nothing_is_sent_again(clinic)
    assert not [name for name in databases(clinic) if "unfinished" in name]


def test_what_a_killed_restore_left_is_gone_in_the_morning(clinic: Clinic) -> None:
    for end in ("", "-wal"):
        (clinic.home / "var" / f"clinic.sqlite.unfinished{end}").write_bytes(b"of patients")
    assert clinic.run("keep_house", "2026-03-05 03:30").code == 0
    assert not [name for name in databases(clinic) if "unfinished" in name]


def test_a_database_of_another_clinic_does_not_become_the_first_one_of_a_folder_that_has_none(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Clinic(tmp_path / "other")
    shutil.copytree(clinic.home, other.home, ignore=shutil.ignore_patterns("var"))
    monkeypatch.setattr("jobs.desk.sending_commands.HERE", other.home)  # as where nobody says -C
    for file in (backup(clinic), clinic.home / "var" / "clinic.sqlite"):
        told = call(other, "restore", str(file))
        assert (told.exit_code, (other.home / "var" / "clinic.sqlite").exists()) == (1, False)
        assert f"{file} lies in {clinic.home / 'var'}, which is of another clinic, and this one has no" in told.output
    monkeypatch.undo()
    assert call(other, "restore", str(backup(clinic))).exit_code == 0


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("writes", ["2", "30"])
def test_a_restore_on_a_full_disk_leaves_all_as_it_was_and_names_the_place(clinic: Clinic, writes: str) -> None:
    var = clinic.home / "var"
    before = databases(clinic)
    where = [word for end in ("", "-wal", "-journal") for word in ("-P", f"{var / 'clinic.sqlite.unfinished'}{end}")]
    full = ("-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=ENOSPC:when={writes}+")
    ended = restored_under(clinic, *where, *full)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        f"The disk of {var} is full. Make room there: a database that is put back needs its size twice. "
        "Nothing was changed.\n",
    )
    assert databases(clinic) == before
    nothing_is_sent_again(clinic)


def test_a_damaged_database_whose_log_still_lies_beside_it_is_moved_away_with_it(clinic: Clinic) -> None:
    var = clinic.home / "var"
    (var / "clinic.sqlite").write_bytes(b"damaged by a dying disk")
    (var / "clinic.sqlite-wal").write_bytes(b"its log")
    told = call(clinic, "restore", str(backup(clinic)))
    assert told.exit_code == 0, told.output
    aside = "clinic-before-20260304T171500Z.sqlite"
    assert databases(clinic) == [aside, f"{aside}-wal", "clinic.sqlite"]
    assert (var / f"{aside}-wal").read_bytes() == b"its log"
    call(clinic, "due", "--quiet", now="2026-03-04 09:20")
    assert len(clinic.letters()) == 3


def test_what_another_program_still_uses_is_not_replaced(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.store.backups._WAIT", 0.01)
    database = clinic.database
    with closing(sqlite3.connect(database)) as browser:
        browser.execute("SELECT COUNT(*) FROM letters").fetchall()
        browser.execute("BEGIN")
        browser.execute("SELECT COUNT(*) FROM letters").fetchall()
        told = call(clinic, "restore", str(backup(clinic)))
    assert (told.exit_code, told.output) == (
        1,
        f"{database} is in use by another program: a command, the stop page or a database browser. End it. "
        "Nothing was changed.\n",
    )
    nothing_is_sent_again(clinic)


def test_a_database_that_is_a_link_to_another_disk_is_put_back_there(clinic: Clinic, tmp_path: Path) -> None:
    disk, link = tmp_path / "disk", clinic.database
    disk.mkdir()
    link.rename(disk / "clinic.sqlite")
    link.symlink_to(disk / "clinic.sqlite")
    assert call(clinic, "restore", str(backup(clinic))).exit_code == 0
    assert link.is_symlink() and len(list(disk.iterdir())) == 2
    nothing_is_sent_again(clinic)


def test_a_former_database_is_kept_where_the_disk_knows_no_second_names(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert call(clinic, "restore", str(backup(clinic))).exit_code == 0
    assert databases(clinic) == ["clinic-before-20260304T171500Z.sqlite", "clinic.sqlite"]
    nothing_is_sent_again(clinic)


def test_what_the_former_database_had_sent_is_taken_over_with_its_articles_and_attempts(clinic: Clinic) -> None:
    queries = (
        "SELECT rule, state, sent_at, message_id, tries, address_key FROM letters WHERE state = 'sent' ORDER BY id",
        "SELECT at, outcome, transport, letters.rule FROM attempts JOIN letters ON letters.id = letter_id",
        "SELECT slug, sent_articles.patient_id FROM sent_articles",
    )
    database = clinic.database
    with closing(sqlite3.connect(database)) as former, former:
        former.execute("INSERT INTO sent_articles (clinic_id, patient_id, slug, letter_id) "
                       "SELECT clinic_id, patient_id, 'five-moves', id FROM letters "
                       "WHERE sent_at > '2026-03-04T17:00:00Z'")  # since the backup  # fmt: skip
        former.execute("UPDATE letters SET state = 'attempting' WHERE id = (SELECT MAX(id) FROM letters)")
    before = [clinic.ask(query) for query in queries]
    told = call(clinic, "restore", str(backup(clinic)))
    assert (
        "Letters that left, or may have left, of which the backup does not know it, taken over from the former "
        "database: 2.\n"
    ) in told.output
    assert [clinic.ask(query) for query in queries] == before
    others = "SELECT state, reason FROM letters WHERE state != 'sent'"
    assert clinic.ask(others) == [("attempting", "")]
    clinic.send("2026-03-04 09:18")
    unclear = "the run ended, and its marks are gone or incomplete: it may have left"
    assert clinic.ask(others) == [("unknown", unclear)]
    nothing_is_sent_again(clinic)
    again = call(clinic, "restore", str(backup(clinic)), now="2026-03-04 10:00")  # from what was taken over
    assert "database: 2.\n" in again.output, again.output


def stopped(clinic: Clinic) -> set[str]:
    """Whose list entry alone on the line says so, with the newest word counting."""
    listed = call(clinic, "stop", now="2026-03-04 12:00").output
    return {name for name in PATIENTS if f"{name.lower()}@patient.example" in listed}


def test_with_the_database_gone_an_older_backup_takes_over_who_said_no_from_newer_ones_and_former_databases(
    clinic: Clinic,
) -> None:
    """Nell said no before the newer backup; Remy before a restore; Zoe said no, and yes again before the newer one."""
    first, database = backup(clinic), clinic.database
    call(clinic, "stop", "zoe@patient.example", "--reason", "asked", now="2026-03-04 09:16")
    call(clinic, "allow", "zoe@patient.example", "--reason", "asked", now="2026-03-04 09:17")
    assert call(clinic, "backup", now="2026-03-04 09:20").exit_code == 0
    call(clinic, "stop", "remy@patient.example", "--reason", "asked", now="2026-03-04 09:21")
    assert call(clinic, "restore", str(first), now="2026-03-04 09:30").exit_code == 0
    assert stopped(clinic) == {"Nell", "Remy"}
    database.unlink()
    told = call(clinic, "restore", str(first), now="2026-03-04 09:40")
    assert told.exit_code == 0
    assert (
        "Lines of the list `stop` that the backup does not know, taken over from the former database and newer "
        "backups: 5.\n"
    ) in told.output
    assert stopped(clinic) == {"Nell", "Remy"}
    call(clinic, "allow", "remy@patient.example", "--reason", "asked", now="2026-03-04 09:45")
    assert call(clinic, "backup", now="2026-03-04 09:50").exit_code == 0
    (*_, newest) = sorted(first.parent.glob("*.sqlite"))
    again = call(clinic, "restore", str(newest), now="2026-03-04 10:00")
    assert (again.exit_code, "Lines of the list" in again.output) == (0, False)
    assert stopped(clinic) == {"Nell"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("former", ["there", "gone", "damaged"])
def test_what_root_puts_back_still_belongs_to_the_user_that_runs_the_jobs(clinic: Clinic, former: str) -> None:
    var, database = clinic.home / "var", clinic.database
    if former == "damaged":
        database.write_bytes(b"damaged by a dying disk")
    for path in (var, database):
        os.chown(path, 4711, 4712)
    if former == "gone":
        database.unlink()
    assert call(clinic, "restore", str(backup(clinic))).exit_code == 0
    status = database.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (4711, 4712, 0o600)


def test_a_newer_backup_that_cannot_be_read_is_named(clinic: Clinic) -> None:
    damaged = backup(clinic).with_name("clinic-20260304T170500Z.sqlite")
    damaged.write_bytes(b"damaged by a dying disk")
    clinic.database.unlink()
    told = call(clinic, "restore", str(backup(clinic)))
    assert told.exit_code == 0
    assert f"{damaged} cannot be read. Who said no, as far as this file alone knows it, must be entered" in told.output


def undated(patient: str, start: str, status: str = "booked") -> dict[str, str]:
    """As in an export that says neither when a visit was booked nor when it was cancelled."""
    return appointment(patient, start, status, booked_at="", cancelled_at="")


@pytest.mark.parametrize("former", ["as it was", "gone", "damaged"])
def test_what_an_export_without_dates_tells_anew_after_a_restore_is_not_sent_again(
    opened_clinic: Clinic, tmp_path: Path, former: str
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    clinic.export(undated("Remy", "2026-03-09 14:00"))
    clinic.pull("2026-03-02 08:45")
    clinic.run("keep_house", "2026-03-02 08:50")
    (made,) = (clinic.home / "var" / "backups").glob("*.sqlite")
    later = [undated("Remy", "2026-03-09 14:00", "cancelled"), undated("Nell", "2026-03-12 10:00")]
    clinic.export(*later)
    clinic.pull("2026-03-02 10:00")
    clinic.send("2026-03-02 12:00")
    clinic.pull("2026-03-04 09:00")
    clinic.send("2026-03-04 09:10")
    assert clinic.in_state("sent") >= {("Nell", "welcome"), ("Remy", "cancelled")}
    before = len(clinic.letters())
    database = clinic.database
    if former == "gone":
        database.unlink()
    elif former == "damaged":
        database.write_bytes(b"damaged by a dying disk")
    assert call(clinic, "restore", str(made), now="2026-03-04 12:00").exit_code == 0
    for day in ("04", "05", "06"):
        clinic.pull(f"2026-03-{day} 13:30")
        clinic.send(f"2026-03-{day} 15:00")
    assert len(clinic.letters()) == before
    reason = "it may have left before the memory was restored on 2026-03-04 from the backup of 2026-03-02"
    assert clinic.fates("Nell", "welcome") == [("held", reason)]
    assert clinic.fates("Remy", "cancelled") == [("sent", "") if former == "as it was" else ("held", reason)]
    assert clinic.fates("Nell", "reminder") == [("planned", "")]  # due on Tuesday: it cannot have left
    clinic.export(*later, undated("Zoe", "2026-03-13 10:00"))  # of whom nobody heard before the restoring
    clinic.pull("2026-03-06 15:10")
    clinic.send("2026-03-06 16:20")
    assert clinic.fates("Zoe", "welcome") == [("sent", "")]


@pytest.mark.parametrize("how", ["killed", "with a damaged secret"])
def test_a_wish_that_waits_for_its_patient_is_heard_though_the_pull_that_brings_her_ends_too_early(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    secret = clinic.home / "var" / "secret"
    seal = secret.read_bytes()
    wish = Wish(999, address_mark(seal, 999, "ina@patient.example"), "2026-03-03T10:00:00Z", "all", "asked", "mail")
    with closing(open_store(f"sqlite:///{clinic.database}", "lakeside", clinic.home / "var")) as store:
        with store.begin() as memory:
            keep_wish(memory, wish)
    clinic.export(appointment("Ina", "2026-03-16 15:00", "booked", "PT Evaluation", booked_at="2026-03-04 09:00"))
    if how == "killed":

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr("jobs.pull_appointments.settle_source", dies)
            clinic.pull("2026-03-04 10:00")
    else:
        secret.write_bytes(b"damaged")
        clinic.pull("2026-03-04 10:00")
        secret.write_bytes(seal)
    clinic.pull("2026-03-04 10:30")
    clinic.send("2026-03-04 11:00")
    assert clinic.fates("Ina", "welcome") == [("withdrawn", "letters to this patient or address are stopped")]
    assert clinic.ask("SELECT address_key FROM stops WHERE source = 'mail'") == ["ina@patient.example"]
