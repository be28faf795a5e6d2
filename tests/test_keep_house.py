"""Every night a good backup; what need not be kept goes; a restored backup sends no letter twice."""

import gc
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from hand_written_clinic import Clinic, appointment

from jobs.runner.lock import only_run

Call = Callable[..., Result]


@pytest.fixture
def command(clinic: Clinic) -> Call:
    def call(*words: str, now: str = "2026-03-04 12:00") -> Result:
        gc.unfreeze()
        gc.collect()  # as where each command is a process of its own, none has the database open any more
        return clinic.command(*words, moment=now)

    return call


def backups(clinic: Clinic) -> list[Path]:
    return sorted((clinic.home / "var" / "backups").glob("*.sqlite"))


def coming(clinic: Clinic, *names: str) -> None:
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in names))


def test_a_backup_is_whole_private_and_complete(clinic: Clinic) -> None:
    coming(clinic, "Remy")
    clinic.pull("2026-03-04 08:45")
    ran = clinic.run("keep_house", "2026-03-04 03:30")
    (backup,) = backups(clinic)
    assert (ran.code, ran.counts["backups made"], backup.name) == (0, 1, "clinic-20260304T113000Z.sqlite")
    assert backup.stat().st_mode & 0o777 == 0o600 and backup.parent.stat().st_mode & 0o777 == 0o700
    assert not list(backup.parent.glob("*-wal")) and not list(backup.parent.glob("*.unfinished"))
    with sqlite3.connect(backup) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT first_name FROM patients").fetchall() == [("Remy",)]
    assert (backup.parent / "secret").read_bytes() == (clinic.home / "var" / "secret").read_bytes()


def test_versions_of_letters_that_no_rule_uses_are_kept_every_night(clinic: Clinic, command: Call) -> None:
    (clinic.home / "templates" / "spare.md").write_text("---\nsubject: Later\n---\nHello {{ patient.first_name }}\n")
    coming(clinic, "Remy")
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Remy", "reminder")}
    assert not (clinic.home / "var" / "versions" / "history.jsonl").read_text().count('"spare.md"')
    clinic.run("keep_house", "2026-03-05 03:30")
    assert command("templates", "history", "spare").output.count("passed") == 1


def test_the_newest_backups_are_kept(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "keep_backups: 14", "keep_backups: 2")
    for day in ("02", "03", "04"):
        clinic.run("keep_house", f"2026-03-{day} 03:30")
    assert [path.name[:15] for path in backups(clinic)] == ["clinic-20260303", "clinic-20260304"]


def test_by_a_clock_that_is_not_believed_a_backup_is_made_and_nothing_is_deleted(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "keep_backups: 14", "keep_backups: 2")
    coming(clinic, "Remy")
    clinic.pull("2026-03-04 08:45")
    assert clinic.run("send_follow_ups", "2026-03-04 09:00", named=False).code == 0
    for day in ("05", "06"):
        clinic.run("keep_house", f"2026-03-{day} 03:30")
    count = "SELECT (SELECT COUNT(*) FROM attempts), (SELECT COUNT(*) FROM runs)"
    ((attempts, runs),) = clinic.ask(count)
    ran = clinic.run("keep_house", "2033-03-04 03:30", named=False)
    assert (ran.code, ran.counts) == (0, {"backups made": 1})
    assert ran.outcome.notes[0].startswith("The clock of this machine says Fri Mar 04, 2033, 03:30, ")
    assert ran.outcome.notes[0].endswith(
        ". Nothing was deleted. Look at the date of this machine; if it is right, say so: "
        "`run_jobs.py clock --is-right`."
    )
    assert len(clinic.letters()) == 1 and len(backups(clinic)) == 3
    assert clinic.ask(count) == [(attempts, runs + 1)]


def test_a_backup_of_a_clock_that_was_ahead_is_not_taken_for_the_newest(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "keep_backups: 14", "keep_backups: 2")
    for moment in ("2027-03-02 03:30", "2026-03-03 03:30", "2026-03-04 03:30"):
        clinic.run("keep_house", moment)
    assert [path.name[:15] for path in backups(clinic)] == ["clinic-20260303", "clinic-20260304"]


def test_where_no_good_backup_can_be_made_nothing_is_deleted(clinic: Clinic) -> None:
    folder = clinic.home / "var" / "backups"
    folder.write_text("a file where a folder belongs")
    letters = clinic.home / "var" / "outbox" / "2020-01-01"
    letters.mkdir(parents=True)
    (letters / "1-abc.eml").write_text("old")
    ran = clinic.run("keep_house", "2026-03-04 03:30")
    assert ran.outcome.failed == (
        f"The database could not be backed up into {folder}: File exists. Nothing was deleted."
    )
    assert (letters / "1-abc.eml").exists()


def test_what_is_too_old_goes_and_a_no_counts_for_ever(clinic: Clinic) -> None:
    coming(clinic, "Remy")
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    outbox, logs = clinic.home / "var" / "outbox", clinic.home / "var" / "logs"
    (outbox / "index.html").write_text("what patients saw")
    (logs / "clinic.log.1").write_text("{}\n")
    long_ago = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    for file in (outbox / "index.html", logs / "clinic.log.1"):
        os.utime(file, (long_ago, long_ago))
    with sqlite3.connect(clinic.database) as database:
        for at in ("2020-03-01T00:00:00Z", "2020-03-20T00:00:00Z"):
            database.execute("INSERT INTO attempts (clinic_id, letter_id, at, outcome) "
                             "SELECT clinic_id, MIN(id), ?, 'sent' FROM letters", (at,))  # fmt: skip
            database.execute("INSERT INTO decisions (clinic_id, letter_id, at, what, who) "
                             "SELECT clinic_id, MIN(id), ?, 'hold', 'Ann' FROM letters", (at,))  # fmt: skip
        database.execute("INSERT INTO stops (clinic_id, at, address_key, category, allowed) "
                         "VALUES ('lakeside', '2019-01-01T00:00:00Z', 'no@patient.example', 'all', 0)")  # fmt: skip
    assert (outbox / "2026-03-04").exists()
    ran = clinic.run("keep_house", "2026-03-10 03:30")
    assert ran.counts["records deleted"] == 2 and ran.counts["logs deleted"] == 1
    assert clinic.ask("SELECT at FROM attempts ORDER BY at")[0] == "2020-03-20T00:00:00Z"
    assert clinic.ask("SELECT at FROM decisions") == ["2020-03-20T00:00:00Z"]
    assert clinic.ask("SELECT address_key FROM stops") == ["no@patient.example"]
    assert (outbox / "2026-03-04").exists() and not (outbox / "index.html").exists()
    later = clinic.run("keep_house", "2026-06-10 03:30")  # more than ninety days after the letter
    assert later.counts["letters deleted from the folder"] == 1 and not (outbox / "2026-03-04").exists()
    assert clinic.in_state("sent") == {("Remy", "reminder")}  # that it was sent is still known


def test_a_file_that_is_mostly_empty_is_written_anew(clinic: Clinic) -> None:
    path = clinic.database
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE ballast (words TEXT)")
        database.executemany("INSERT INTO ballast VALUES (?)", [("x" * 4000,)] * 3000)
        database.execute("DROP TABLE ballast")
    before = path.stat().st_size
    assert clinic.run("keep_house", "2026-03-04 03:30").counts["bytes won"] > 8_000_000
    assert path.stat().st_size < before / 4
    assert "bytes won" not in clinic.run("keep_house", "2026-03-05 03:30").counts


def test_a_restored_backup_goes_on_and_sends_nothing_twice(clinic: Clinic, command: Call) -> None:
    coming(clinic, "Remy")
    clinic.pull("2026-03-03 08:45")
    clinic.send("2026-03-03 09:00")
    clinic.run("keep_house", "2026-03-04 03:30")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Remy", "reminder")}
    clinic.database.write_bytes(b"damaged by a dying disk")
    for beside in ("clinic.sqlite-wal", "clinic.sqlite-shm"):
        (clinic.home / "var" / beside).unlink(missing_ok=True)
    (backup,) = backups(clinic)
    told = command("restore", str(backup))
    assert told.exit_code == 0, told.output
    place = clinic.home / "var" / "clinic.sqlite"
    assert told.output.startswith(f"{backup} is in place, as {place}; it knows all up to Wed 04 Mar 2026, 03:30.\n")
    aside = clinic.home / "var" / "clinic-before-20260304T200000Z.sqlite"
    assert aside.read_bytes() == b"damaged by a dying disk"
    coming(clinic, "Remy", "Nell")  # booked in time, but not known before: it may have been
    clinic.pull("2026-03-04 12:05")
    clinic.send("2026-03-04 12:10")
    assert clinic.in_state("sent") == set()
    reason = "it may have left before the memory was restored on 2026-03-04 from the backup of 2026-03-04"
    assert clinic.fates("Remy", "reminder") == [("held", reason)]
    coming(clinic, "Remy", "Nell")
    clinic.export(appointment("Zoe", "2026-03-09 14:00", "booked"))  # due on Thursday, after the restoring
    clinic.pull("2026-03-05 12:05")
    clinic.send("2026-03-06 09:00")
    assert ("Zoe", "reminder") in clinic.in_state("sent")


def test_who_said_no_after_the_backup_gets_nothing_as_long_as_the_former_database_can_be_read(
    clinic: Clinic, command: Call
) -> None:
    coming(clinic, "Remy", "Nell")
    clinic.pull("2026-03-03 08:45")
    command("stop", "early@patient.example", "--reason", "asked", now="2026-03-03 09:00")
    clinic.run("keep_house", "2026-03-04 03:30")
    command("stop", "remy@patient.example", "--reason", "asked")
    command("allow", "early@patient.example", "--reason", "asked again")
    before = clinic.ask("SELECT address_key, patient_id, allowed, reason FROM stops ORDER BY id")
    (backup,) = backups(clinic)
    told = command("restore", str(backup))
    new = "Lines of the list `stop` that the backup does not know, taken over from the former database: 2.\n"
    assert told.exit_code == 0 and new in told.output, told.output
    assert clinic.ask("SELECT address_key, patient_id, allowed, reason FROM stops ORDER BY id") == before


def test_a_clinic_in_the_same_database_sends_nothing_twice_either(
    clinic: Clinic, command: Call, tmp_path: Path
) -> None:
    shared = f'database: "sqlite:///{tmp_path / "shared.sqlite"}"'
    clinic.edit("config/clinic.yaml", 'database: ""', shared)
    clinic.database.rename(tmp_path / "shared.sqlite")
    other = clinic.copied(tmp_path / "seaside")
    other.edit("config/clinic.yaml", "id: ", "id: seaside  # ")
    coming(clinic, "Nell")
    clinic.pull("2026-03-03 08:40")
    coming(other, "Remy")
    other.pull("2026-03-03 08:45")
    other.send("2026-03-03 09:00")
    assert "copied and checked" in command("backup", "--to", str(tmp_path)).output
    assert other.send("2026-03-04 09:00").counts["letters sent"] == 1
    (copy,) = tmp_path.glob("clinic-*.sqlite")
    told = command("restore", str(copy))
    assert "The database also holds seaside: their letters are held likewise; run their pulls next, too." in told.output
    other.pull("2026-03-04 12:05")
    assert other.send("2026-03-04 12:10").counts.get("letters sent", 0) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database", " is no database of this program: file is not a database. Nothing was changed.\n"),
        (b"", " is no database of this program: no such table: alembic_version. Nothing was changed.\n"),
    ],
)
def test_what_is_no_backup_is_not_put_back(
    clinic: Clinic, command: Call, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "odd.sqlite"
    file.write_bytes(content)
    before = clinic.ask("SELECT COUNT(*) FROM runs")
    told = command("restore", str(file))
    assert (told.exit_code, told.output) == (1, f"{file}{said}")
    assert clinic.ask("SELECT COUNT(*) FROM runs") == before


def test_a_backup_of_another_clinic_or_a_newer_program_is_refused(
    clinic: Clinic, command: Call, tmp_path: Path
) -> None:
    coming(clinic, "Remy")
    clinic.pull("2026-03-04 08:45")
    assert "copied and checked" in command("backup", "--to", str(tmp_path)).output
    (copy,) = tmp_path.glob("clinic-*.sqlite")
    with sqlite3.connect(copy) as database:
        for table in ("patients", "appointments", "letters"):
            database.execute(f"UPDATE {table} SET clinic_id = 'seaside'")  # noqa: S608
    assert (
        f"{copy} is of another clinic (seaside); this one is lakeside. Nothing was"
        in command("restore", str(copy)).output
    )
    with sqlite3.connect(copy) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert f"{copy} was made by a newer version of this program." in command("restore", str(copy)).output


def test_while_a_run_is_under_way_nothing_is_restored(clinic: Clinic, command: Call) -> None:
    clinic.run("keep_house", "2026-03-04 03:30")
    with only_run(clinic.home / "var", "send_follow_ups", "now"):
        told = command("restore", str(backups(clinic)[0]))
    assert told.exit_code == 1 and "send_follow_ups is under way in another process" in told.output
