"""A database that was copied back by hand is older than what was sent: no letter leaves until `restore` has seen to
it."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from backed_up_clinic import backup, call
from hand_written_clinic import Clinic, appointment

from jobs.store.lost_database import newest_backup
from jobs.store.marks import Mark, MarkUnusable, leave_mark
from jobs.store.memory import open_store

BESIDE = ("clinic.sqlite-wal", "clinic.sqlite-shm")
COMMANDS = (("due", "--quiet"), ("run", "all"), ("status",), ("forecast",), ("stop",))


@pytest.fixture
def clinic(sent_since: Clinic, tmp_path: Path) -> Clinic:
    return sent_since.copied(tmp_path / "clinic")


def mark(clinic: Clinic) -> Path:
    return clinic.home / "var" / "clinic-letters-left.txt"


def newest_sign(clinic: Clinic) -> str:
    (signs,) = clinic.ask("SELECT value FROM cursors WHERE name = 'signs'")
    return str(signs).partition(" ")[0]


def put(clinic: Clinic, file: Path, beside: bool = False) -> None:
    """What somebody does by hand: the file in the database's place, without or with what lies beside it."""
    for name in () if beside else BESIDE:
        (clinic.home / "var" / name).unlink(missing_ok=True)
    shutil.copyfile(file, clinic.database)


def everything_is_refused(clinic: Clinic, said: str, left: int = 3) -> None:
    for words in COMMANDS:
        told = call(clinic, *words)
        assert (told.exit_code, told.output) == (1, said), words
    told = call(clinic, "check")
    assert (told.exit_code, told.output) == (3, f"{said}1 fault. Nothing was sent or changed.\n")
    assert len(clinic.letters()) == left


def nothing_is_done(clinic: Clinic, said: str) -> None:
    """The same, by the two commands that tell the IT person."""
    told = call(clinic, "due", "--quiet")
    assert (told.exit_code, told.output) == (1, said)
    told = call(clinic, "check")
    assert (told.exit_code, told.output) == (3, f"{said}1 fault. Nothing was sent or changed.\n")


def all_goes_on_and_nothing_is_sent_again(clinic: Clinic) -> None:
    assert call(clinic, "check").exit_code == 0
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert call(clinic, "due", "--quiet", now=moment).output == ""
    assert len(clinic.letters()) == 3
    clinic.export(appointment("Nora", "2026-03-09 14:00", "booked", booked_at="2026-03-04 10:00"))
    clinic.pull("2026-03-05 08:45")
    clinic.send("2026-03-05 09:00")
    assert len(clinic.letters()) == 4
    assert call(clinic, "status", now="2026-03-05 09:10").exit_code == 0


@pytest.mark.parametrize("minute", [50, 51])
@pytest.mark.parametrize("beside", [False, True])
def test_a_backup_that_was_copied_over_the_database_sends_nothing_until_it_is_restored(
    clinic: Clinic, minute: int, beside: bool
) -> None:
    put(clinic, backup(clinic, minute), beside)
    everything_is_refused(
        clinic,
        f"The database {clinic.database} is a backup that was copied there: letters that left after it was made would "
        f"leave again. `run_jobs.py restore {backup(clinic)}` puts one in its place so that none does (docs/it.md).\n",
    )
    told = call(clinic, "restore", str(backup(clinic, minute)))
    assert told.exit_code == 0
    assert told.output.endswith("Who has said no since Wed 04 Mar 2026, 09:00 is not known; enter it again (`stop`).\n")
    all_goes_on_and_nothing_is_sent_again(clinic)


def to_judge_by(database: Path, more: str = "") -> str:
    """What the database that lies there knows, and the newest backup beyond that."""
    with closing(sqlite3.connect(database)) as there:
        ((until, letters),) = there.execute(
            "SELECT MAX(started_at), (SELECT COUNT(*) FROM letters WHERE state = 'sent') FROM runs"
        )
    return f" It knows all up to {until[:10]} {until[11:16]} UTC, and {letters} letters that left{more}.\n"


def older_words(clinic: Clinic, instead: Path, there: Path | None = None, more: str = "") -> str:
    return (
        f"The database {there or clinic.database} does not know the last letters that left, or who wanted no more "
        "since: an older or another one was copied there, or what SQLite kept beside it was deleted. Letters would "
        f"leave again. `run_jobs.py restore {instead}` sees to it that none does (docs/it.md). If it is the right one "
        "all the same, say so: `run_jobs.py restore --is-right`." + to_judge_by(there or clinic.database, more)
    )


def unmarked_words(clinic: Clinic, instead: Path) -> str:
    return (
        f"{mark(clinic)} is gone, which tells the database that sent the last letters from an older one. If "
        f"{clinic.database} is an older one, letters would leave again: `run_jobs.py restore {instead}` sees to it "
        "that none does (docs/it.md). If no database was copied back, put the file back, or say so: "
        "`run_jobs.py restore --is-right`." + to_judge_by(clinic.database)
    )


def test_a_copy_that_no_backup_made_is_known_by_the_letters_that_left_since(clinic: Clinic, tmp_path: Path) -> None:
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    assert clinic.send("2026-03-04 09:12").counts["letters sent"] == 1
    put(clinic, older)
    everything_is_refused(clinic, older_words(clinic, clinic.database), left=4)
    assert call(clinic, "backup").exit_code == 1
    told = call(clinic, "restore", str(clinic.database))
    assert told.exit_code == 0, told.output
    assert told.output.endswith("Who has said no since Wed 04 Mar 2026, 09:01 is not known; enter it again (`stop`).\n")
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert call(clinic, "run", "all", now=moment).exit_code == 0
    assert len(clinic.letters()) == 4
    assert "may have left" in call(clinic, "outbox", now="2026-03-04 09:40").output


def test_a_newer_backup_is_named_where_there_is_one(clinic: Clinic) -> None:
    with closing(sqlite3.connect(backup(clinic, 50))) as one:  # as a program made it that knew of no such sign
        one.execute("PRAGMA application_id=0")
    put(clinic, backup(clinic, 50))
    more = f"the backup {backup(clinic)} knows of letters beyond that: 1, and of people who want no more: 0"
    everything_is_refused(clinic, older_words(clinic, backup(clinic), more=f"; {more}"))
    told = call(clinic, "restore", "--is-right")
    assert (told.exit_code, told.output) == (
        1,
        f"{clinic.database} is an older one. It knows all up to 2026-03-04 16:40 UTC; {more}. `run_jobs.py restore "
        f"{backup(clinic)}` sees to it that none leaves again (docs/it.md).\n",
    )
    assert call(clinic, "restore", str(backup(clinic))).exit_code == 0
    all_goes_on_and_nothing_is_sent_again(clinic)


def test_what_sqlite_kept_beside_the_database_and_somebody_deleted_is_missed(clinic: Clinic, tmp_path: Path) -> None:
    with closing(sqlite3.connect(clinic.database)) as looking:  # so that nothing is folded into the one file
        looking.execute("BEGIN")
        looking.execute("SELECT COUNT(*) FROM letters").fetchone()
        clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
        clinic.pull("2026-03-04 09:11")
        assert clinic.send("2026-03-04 09:12").counts["letters sent"] == 1
        shutil.copyfile(clinic.database, tmp_path / "without.sqlite")
    put(clinic, tmp_path / "without.sqlite")
    assert call(clinic, "due", "--quiet").output == older_words(clinic, clinic.database)
    told = call(clinic, "restore", str(clinic.database))
    assert told.exit_code == 0, told.output
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert call(clinic, "run", "all", now=moment).exit_code == 0
    assert len(clinic.letters()) == 4


def test_a_copy_from_before_a_run_in_which_nothing_left_is_the_right_one(clinic: Clinic, tmp_path: Path) -> None:
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    clinic.send("2026-03-04 09:12")
    put(clinic, older)
    assert call(clinic, "status").exit_code == 0


@pytest.mark.parametrize("gone", [True, False])
def test_whoever_knows_better_says_so_and_no_copy_counts_as_that_database(
    clinic: Clinic, tmp_path: Path, gone: bool
) -> None:
    mark(clinic).unlink() if gone else mark(clinic).write_text("Sign 0123456789abcdef was the newest", "utf-8")
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    assert call(clinic, "status").exit_code == 1
    told = call(clinic, "restore", "--is-right", "--who", "IT")
    assert (told.exit_code, told.output) == (
        0,
        f"{clinic.database} counts as the right one from now on. It knows all up to Wed 04 Mar 2026, 09:01, and 3 "
        "letters that left; all others leave. If it is an older one after all, letters would leave again: `run_jobs.py "
        f"restore {clinic.database}` before the next run sees to it that none does.\n",
    )
    assert '"the database was called the right one", "by": "IT"' in (clinic.home / "var/logs/clinic.log").read_text()
    all_goes_on_and_nothing_is_sent_again(clinic)
    put(clinic, older)
    assert call(clinic, "status").output == older_words(clinic, newest_backup(clinic.home / "var") or Path())


def test_a_backup_that_was_made_after_a_no_since_the_last_run_says_nothing_against_its_own_database(
    clinic: Clinic,
) -> None:
    assert call(clinic, "backup", now="2026-03-04 09:20").exit_code == 0
    mark(clinic).unlink()
    assert call(clinic, "status").output == unmarked_words(
        clinic, backup(clinic, 0).with_stem("clinic-20260304T172000Z")
    )
    assert call(clinic, "restore", "--is-right").exit_code == 0
    assert call(clinic, "status").exit_code == 0


def test_a_word_for_what_is_no_database_of_the_clinic_is_not_taken(clinic: Clinic) -> None:
    put(clinic, backup(clinic))
    told = call(clinic, "restore", "--is-right")
    assert told.exit_code == 1 and "is a backup that was copied there" in told.output
    clinic.database.unlink()
    told = call(clinic, "restore", "--is-right")
    assert (told.exit_code, told.output) == (1, f"{clinic.database} is not there.\n")
    for words in ((), ("--is-right", str(backup(clinic)))):
        assert call(clinic, "restore", *words).exit_code == 2


@pytest.mark.parametrize("by", ["--is-right", "restore"])
def test_an_older_copy_sends_nothing_where_the_mark_was_deleted_too(clinic: Clinic, tmp_path: Path, by: str) -> None:
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    assert clinic.send("2026-03-04 09:12").counts["letters sent"] == 1
    newer = shutil.copyfile(clinic.database, tmp_path / "newer.sqlite")
    with closing(sqlite3.connect(newer)) as one:
        one.execute("PRAGMA journal_mode=DELETE")
    mark(clinic).unlink()
    put(clinic, older)
    everything_is_refused(clinic, unmarked_words(clinic, clinic.database), left=4)
    if by == "restore":
        assert call(clinic, "restore", str(clinic.database)).exit_code == 0
    else:
        put(clinic, newer)
        assert call(clinic, "restore", "--is-right").exit_code == 0
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert call(clinic, "run", "all", now=moment).exit_code == 0
    assert len(clinic.letters()) == 4


def as_an_earlier_version_left_it(clinic: Clinic) -> None:
    with closing(sqlite3.connect(clinic.database)) as one, one:
        one.execute("DELETE FROM cursors WHERE name = 'signs'")
    mark(clinic).unlink()


def test_after_an_update_the_first_command_leaves_the_mark_and_an_older_copy_is_refused(
    clinic: Clinic, tmp_path: Path
) -> None:
    as_an_earlier_version_left_it(clinic)
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    assert call(clinic, "check").exit_code == 0 and not mark(clinic).exists()
    assert call(clinic, "status").exit_code == 0
    assert newest_sign(clinic) in mark(clinic).read_text("utf-8")
    put(clinic, older)
    nothing_is_done(clinic, older_words(clinic, clinic.database))
    assert call(clinic, "restore", "--is-right").exit_code == 0
    all_goes_on_and_nothing_is_sent_again(clinic)


@pytest.mark.parametrize("killed_before", [1, 2])
def test_an_update_that_is_killed_between_sign_and_mark_goes_on_by_itself(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, killed_before: int
) -> None:
    as_an_earlier_version_left_it(clinic)
    left = iter([True] * (killed_before - 1))

    def leave(file: Path, sign: str) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        leave_mark(file, sign)

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("jobs.store.memory.leave_mark", leave)
        open_store(f"sqlite:///{clinic.database}", "lakeside", clinic.home / "var")
    assert mark(clinic).exists() == (killed_before == 2)
    all_goes_on_and_nothing_is_sent_again(clinic)
    assert newest_sign(clinic) in mark(clinic).read_text("utf-8")


def test_a_restore_that_breaks_off_before_the_last_step_leaves_the_former_database_the_right_one(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mark(clinic).read_text("utf-8")
    with monkeypatch.context() as killed:
        killed.setattr("jobs.store.backups._give_to_the_same", lambda *_: 1 / 0)
        assert "ZeroDivisionError" in call(clinic, "restore", str(backup(clinic))).output
    assert mark(clinic).read_text("utf-8") == before
    all_goes_on_and_nothing_is_sent_again(clinic)


def test_check_says_that_the_mark_cannot_be_written(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.open

    def refused(path: object, *rest: object, **more: object) -> int:
        if path == mark(clinic):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return really(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("jobs.store.marks.os.open", refused)
    told = call(clinic, "check")
    assert (told.exit_code, told.output) == (
        3,
        f"{mark(clinic)} tells the database that sent the last letters from an older one, and cannot be written "
        "(Operation not permitted). Give it to the user that runs the jobs, or move it away and call `run_jobs.py "
        "restore --is-right`, if no database was copied back (docs/it.md). No letter leaves.\n"
        "1 fault. Nothing was sent or changed.\n",
    )


def test_a_run_that_sends_nothing_writes_no_mark_and_one_that_sends_writes_it_before_the_first_letter(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mark(clinic).read_text("utf-8")
    assert mark(clinic).stat().st_mode & 0o777 == 0o600
    assert clinic.send("2026-03-04 09:20").code == 0
    assert mark(clinic).read_text("utf-8") == before
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:21")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("jobs.mail.transports.folder.FolderTransport._write", dies)
        clinic.send("2026-03-04 09:22")
    assert mark(clinic).read_text("utf-8") != before
    assert call(clinic, "due", "--quiet", now="2026-03-04 09:30").output == ""
    assert len(clinic.letters()) == 4


@pytest.mark.parametrize("damage", ["", "Letters left in run", "Sign of \x00", "a folder"])
def test_a_mark_that_cannot_be_read_or_says_nothing_stops_everything_and_check_says_so(
    clinic: Clinic, damage: str
) -> None:
    kept = mark(clinic).rename(clinic.home / "mark")
    mark(clinic).mkdir() if damage == "a folder" else mark(clinic).write_text(damage, "utf-8")
    why = "Is a directory" if damage == "a folder" else "it names no sign"
    refused = everything_is_refused if damage == "a folder" else nothing_is_done
    refused(
        clinic,
        f"{mark(clinic)} tells the database that sent the last letters from an older one, and cannot be read ({why}). "
        "Give it to the user that runs the jobs, or move it away and call `run_jobs.py restore --is-right`, if no "
        "database was copied back (docs/it.md).\n",
    )
    mark(clinic).rename(clinic.home / "away")
    if damage:
        kept.rename(mark(clinic))
    else:
        assert call(clinic, "restore", "--is-right").exit_code == 0
    all_goes_on_and_nothing_is_sent_again(clinic)


def cannot(mark: Path, _: str) -> None:
    raise MarkUnusable(f"{mark.name} cannot be written.")


def test_no_letter_leaves_while_the_mark_cannot_be_written_but_a_no_is_heard(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    with monkeypatch.context() as broken:
        broken.setattr("jobs.store.memory.leave_mark", cannot)
        assert clinic.send("2026-03-04 09:12").outcome.failed == "clinic-letters-left.txt cannot be written."
        assert len(clinic.letters()) == 3
        assert call(clinic, "stop", "zoe@patient.example", "--reason", "asked").exit_code == 0
    assert "zoe@patient.example" in call(clinic, "stop").output
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert clinic.send(moment).code == 0
    assert len(clinic.letters()) == 4


def test_a_sign_that_a_killed_run_did_not_leave_as_a_mark_is_left_by_the_next_command(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    with monkeypatch.context() as killed:
        killed.setattr("jobs.store.memory.leave_mark", lambda *_: None)
        assert call(clinic, "stop", "zoe@patient.example", "--reason", "asked").exit_code == 0
    assert newest_sign(clinic) not in mark(clinic).read_text("utf-8")
    assert call(clinic, "status").exit_code == 0
    assert newest_sign(clinic) in mark(clinic).read_text("utf-8")
    put(clinic, older)
    assert call(clinic, "status").output == older_words(clinic, clinic.database)


def test_the_former_database_that_is_copied_back_after_a_restore_sends_nothing(clinic: Clinic) -> None:
    for minute in range(10, 22):  # the former one counts more runs than the one that is put back will have
        clinic.send(f"2026-03-04 09:{minute}")
    assert call(clinic, "restore", str(backup(clinic, 50)), now="2026-03-04 09:30").exit_code == 0
    clinic.export(appointment("Nora", "2026-03-09 14:00", "booked", booked_at="2026-03-04 10:00"))
    clinic.pull("2026-03-05 08:41")
    clinic.send("2026-03-05 09:00")
    assert len(clinic.letters()) == 4
    (former,) = (clinic.home / "var").glob("clinic-before-*.sqlite")
    put(clinic, former)
    nothing_is_done(clinic, older_words(clinic, clinic.database))
    assert call(clinic, "restore", str(clinic.database), now="2026-03-05 09:10").exit_code == 0
    for moment in ("2026-03-05 09:20", "2026-03-05 09:30"):
        assert call(clinic, "run", "all", now=moment).exit_code == 0
    assert len(clinic.letters()) == 4


@pytest.mark.parametrize("said", [("stop", "zoe@patient.example"), ("outbox", "hold"), ("outbox", "drop")])
def test_a_copy_from_before_somebody_said_no_is_known_by_it(
    clinic: Clinic, tmp_path: Path, said: tuple[str, str]
) -> None:
    clinic.export(appointment("Una", "2026-03-09 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    clinic.send("2026-03-04 09:12")
    (planned,) = clinic.ask("SELECT id FROM letters WHERE state = 'planned' LIMIT 1")
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    about = () if said[0] == "stop" else (str(planned),)
    assert call(clinic, *said, *about, "--reason", "asked").exit_code == 0
    put(clinic, older)
    nothing_is_done(clinic, older_words(clinic, clinic.database))


def test_a_yes_leaves_no_mark(clinic: Clinic) -> None:
    before = mark(clinic).read_text("utf-8")
    assert call(clinic, "allow", "nell@patient.example", "--reason", "asked").exit_code == 0
    assert mark(clinic).read_text("utf-8") == before


def test_a_database_that_was_moved_elsewhere_by_an_old_copy_is_known_by_the_mark_in_the_state_folder(
    clinic: Clinic, tmp_path: Path
) -> None:
    moved = tmp_path / "data" / "clinic.sqlite"
    moved.parent.mkdir()
    shutil.copyfile(clinic.database, moved)
    clinic.export(appointment("Una", "2026-03-06 15:00", "booked"))
    clinic.pull("2026-03-04 09:11")
    assert clinic.send("2026-03-04 09:12").counts["letters sent"] == 1
    clinic.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{moved}"')
    nothing_is_done(clinic, older_words(clinic, clinic.database, moved))
    assert call(clinic, "restore", str(clinic.database)).exit_code == 0
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        assert call(clinic, "run", "all", now=moment).exit_code == 0
    assert len(clinic.letters()) == 4


def test_a_mark_of_an_earlier_version_is_believed_until_letters_leave(clinic: Clinic, tmp_path: Path) -> None:
    numbered = "Letters left in run number {} of this database."
    with closing(sqlite3.connect(clinic.database)) as one, one:
        one.execute("DELETE FROM cursors WHERE name = 'signs'")
    older = shutil.copyfile(clinic.database, tmp_path / "snapshot.sqlite")
    mark(clinic).write_text(numbered.format(99_999), "utf-8")
    assert call(clinic, "status").output == older_words(clinic, clinic.database)
    assert call(clinic, "check").exit_code == 3
    mark(clinic).write_text(numbered.format(1), "utf-8")
    assert call(clinic, "status").exit_code == 0
    assert newest_sign(clinic) in mark(clinic).read_text("utf-8")
    mark(clinic).write_text(numbered.format(1), "utf-8")  # by that version, put back for a day
    assert call(clinic, "status").exit_code == 0
    assert newest_sign(clinic) in mark(clinic).read_text("utf-8")
    put(clinic, older)
    assert call(clinic, "status").output == older_words(clinic, clinic.database)


def test_what_an_earlier_version_left_beside_a_database_elsewhere_counts_until_there_is_a_sign(
    clinic: Clinic, tmp_path: Path
) -> None:
    elsewhere, beside = tmp_path / "data" / "all.sqlite", tmp_path / "data" / "all-letters-left.txt"
    elsewhere.parent.mkdir()
    shutil.move(clinic.database, elsewhere)
    clinic.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{elsewhere}"')
    beside.write_text("Letters left in run number 99999 of this database.", "utf-8")
    assert call(clinic, "status").exit_code == 1
    beside.write_text("Letters left in run number 1 of this database.", "utf-8")
    assert call(clinic, "status").exit_code == 0
    assert call(clinic, "stop", "zoe@patient.example", "--reason", "asked").exit_code == 0
    assert not beside.exists() and mark(clinic).exists()


def test_a_new_beginning_as_the_sentence_tells_it_is_one(clinic: Clinic) -> None:
    for name in ("clinic.sqlite", *BESIDE):
        (clinic.home / "var" / name).unlink(missing_ok=True)
    told = call(clinic, "status").output
    named = told.partition("move away what is left of it: ")[2].rstrip(".\n").split(", ")
    assert str(mark(clinic)) in named
    for path in map(Path, named):
        path.rename(path.with_name(f"former-{path.name}"))
    assert call(clinic, "status").exit_code == 0
    assert clinic.send("2026-03-04 09:40").code == 0


def test_of_two_clinics_with_one_database_neither_is_refused_after_the_other_has_restored(
    clinic: Clinic, tmp_path: Path
) -> None:
    shared = tmp_path / "shared" / "all.sqlite"
    shared.parent.mkdir()
    shutil.copyfile(clinic.database, shared)
    clinic.database.unlink()
    clinic.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{shared}"')
    second = Clinic.made(tmp_path / "second")
    second.edit("config/clinic.yaml", "lakeside", "riverbend")
    second.edit("config/clinic.yaml", 'database: ""', f'database: "sqlite:///{shared}"')
    assert call(clinic, "backup", now="2026-03-04 09:14").exit_code == 0
    second.send("2025-08-01 10:00")
    second.export(appointment("Una", "2026-03-06 15:00", "booked"))
    second.pull("2026-03-04 09:11")
    assert second.send("2026-03-04 09:12").counts["letters sent"] == 1
    newest = max((clinic.home / "var" / "backups").glob("*.sqlite"))
    assert call(clinic, "restore", str(newest)).exit_code == 0
    for one in (clinic, second):
        assert call(one, "status", now="2026-03-04 09:30").exit_code == 0
        assert call(one, "run", "all", now="2026-03-04 09:40").exit_code == 0
    assert len(second.letters()) == 1
    shutil.copyfile(newest, shared)
    assert call(second, "status").exit_code == 1


def test_a_database_that_is_put_back_while_it_is_opened_is_not_taken_for_an_old_one(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark was read, then `restore` took it away and changed the database."""
    told = iter((Mark("0" * 16), Mark(newest_sign(clinic))))
    monkeypatch.setattr("jobs.store.memory.what_marks_say", lambda *_: next(told))
    open_store(f"sqlite:///{clinic.database}", "lakeside", clinic.home / "var").close()


def test_who_said_no_after_the_backup_that_is_restored_is_known_from_a_newer_one(clinic: Clinic) -> None:
    assert call(clinic, "backup", now="2026-03-04 09:16").exit_code == 0
    for name in ("clinic.sqlite", *BESIDE):
        (clinic.home / "var" / name).unlink(missing_ok=True)
    told = call(clinic, "restore", str(backup(clinic, 50)), now="2026-03-04 09:17")
    assert told.exit_code == 0
    by = "taken over from the former database and newer backups"
    assert f"Letters that left, or may have left, of which the backup does not know it, {by}: 1.\n" in told.output
    assert f"Lines of the list `stop` that the backup does not know, {by}: 1.\n" in told.output
    assert clinic.ask("SELECT address_key FROM stops") == ["nell@patient.example"]
    all_goes_on_and_nothing_is_sent_again(clinic)
