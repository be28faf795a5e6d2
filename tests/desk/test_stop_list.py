"""`stop` and `allow`: who gets no more letters, entered by a person in whatever spelling, and shown with its reason."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from lakeside_day import NOW, Ask

ADDRESS = "m.quill@gmail.com"


@pytest.fixture
def home(first_day: Path, tmp_path: Path) -> Path:
    """A copy of the clinic without its written letters and exports, which nobody here looks at."""
    leave = shutil.ignore_patterns("outbox", "reports", "exports")
    return Path(shutil.copytree(first_day, tmp_path / "clinic", ignore=leave))


@pytest.fixture
def quill(home: Path) -> int:
    """A patient to whom a letter is about to go, whose address nobody else has."""
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        (number,) = database.execute(
            "SELECT patient_id FROM letters WHERE state = 'sent' GROUP BY patient_id HAVING count(*) = 1 LIMIT 1"
        ).fetchone()
        database.execute("UPDATE letters SET state = 'planned' WHERE state = 'sent' AND patient_id = ?", (number,))
        database.execute(
            "UPDATE patients SET email = ?, address_key = 'mquill@gmail.com', email_consent = '' WHERE id = ?",
            (ADDRESS, number),
        )
    return int(number)


def planned(home: Path, patient: int) -> list[tuple[str, str]]:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        query = "SELECT state, reason FROM letters WHERE patient_id = ? AND (reason LIKE '%stopped%' OR state = 'sent')"
        return database.execute(query, (patient,)).fetchall()


@pytest.mark.parametrize(
    "spelling",
    ["m.quill@gmail.com", "M.Quill@GMAIL.com", "mquill+pt@gmail.com", "MQUILL@googlemail.com", "m.q.uill@gmail.com."],
)
def test_an_address_stopped_between_planning_and_sending_gets_nothing_in_whatever_spelling(
    ask: Ask, home: Path, quill: int, spelling: str
) -> None:
    assert ask("stop", spelling).output.startswith(f"{spelling} gets no letters from now on.\n1 letters that wait")
    ask("run", "send_follow_ups", now=NOW)
    assert planned(home, quill) == [("withdrawn", "letters to this patient or address are stopped")]


def test_without_a_stop_the_same_letter_leaves(ask: Ask, home: Path, quill: int) -> None:
    ask("run", "send_follow_ups", now=NOW)
    assert planned(home, quill) == [("sent", "")]


def test_a_user_without_a_name_as_in_a_container_can_stop_an_address(
    ask: Ask, quill: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert ask("stop", ADDRESS).output.startswith(f"{ADDRESS} gets no letters from now on.\n")
    assert "user 54321" in ask("stop").output


def test_the_list_says_who_is_stopped_for_what_since_when_why_and_by_whom(ask: Ask, quill: int) -> None:
    assert ask("stop").output == "Nobody is stopped.\n"
    ask("stop", "M.Quill+pt@gmail.com", "--category", "news", "--reason", "asked at the desk", "--who", "Ann")
    shown = ask("stop").output
    for words in ("mquill@gmail.com", f"no. {quill}", "no news", "2026-03-04 10:05", "asked at the desk", "Ann"):
        assert words in shown
    assert ask("stop", ADDRESS, "--category", "news").output.startswith(f"{ADDRESS} was stopped already.\n")
    assert ask("stop").output == shown


def test_an_address_is_allowed_again_by_a_person_with_a_reason_and_the_list_keeps_both(
    ask: Ask, home: Path, quill: int
) -> None:
    ask("stop", ADDRESS, "--reason", "asked at the desk", "--who", "Ann")
    assert ask("allow", ADDRESS).exit_code == 2  # no reason was given
    allowed = ask("allow", "MQuill@googlemail.com", "--reason", "asked for the reminders again", "--who", "Ann")
    assert (allowed.exit_code, allowed.output) == (
        0,
        "2026-03-04 10:05: no letters any more, because: asked at the desk (Ann).\n"
        "MQuill@googlemail.com gets letters again. What was withdrawn meanwhile is not sent any more.\n",
    )
    assert ask("stop").output == "Nobody is stopped.\n"
    ask("run", "send_follow_ups", now=NOW)
    assert planned(home, quill) == [("sent", "")]
    shown = ask("why", ADDRESS).output
    assert "2026-03-04 10:05: no letters any more, because: asked at the desk (Ann)." in shown
    assert shown.count("2026-03-04 10:05: letters again, because: asked for the reminders again (Ann).") == 1


def test_what_is_not_stopped_cannot_be_allowed_and_consent_in_the_practice_system_still_counts(
    ask: Ask, home: Path, quill: int
) -> None:
    told = ask("allow", ADDRESS, "--reason", "asked")
    assert (told.exit_code, told.output) == (2, f"{ADDRESS} is not stopped; nothing was changed.\n")
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute("UPDATE patients SET email_consent = 'no' WHERE id = ?", (quill,))
    ask("stop", ADDRESS)
    assert ask("allow", ADDRESS, "--reason", "asked").output.endswith(
        "But the practice system says: no e-mail. As long as it does, no letter goes there.\n"
    )
    assert "The practice system says: no e-mail." in ask("why", ADDRESS).output


def test_who_was_called_dead_by_mistake_is_allowed_letters_again(ask: Ask, home: Path, quill: int) -> None:
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute("UPDATE patients SET died = 'yes' WHERE id = ?", (quill,))
    why = ask("why", ADDRESS).output
    assert "A name or a status says that the patient has died: no letter goes to this patient." in why
    assert f"run_jobs.py allow {quill} --alive." in why
    assert ask("allow", ADDRESS, "--alive", "--reason", "a slip").output == (
        "The patient is alive; where a name or a status still says otherwise, correct it in the practice system.\n"
        f"No. {quill} gets letters again. What was withdrawn for that leaves with the next run where it is still right "
        "and not too late.\n"
    )
    ask("run", "send_follow_ups", now=NOW)
    assert planned(home, quill) == [("sent", "")]


@pytest.mark.parametrize(
    "typed", ["Mira Quill", "mira@", "@patient.example", "mira@patient", "a@b.example c@d.example"]
)
def test_what_is_no_address_is_answered_with_how_to_write_one(ask: Ask, typed: str) -> None:
    for words in (("stop", typed), ("allow", typed, "--reason", "x")):
        told = ask(*words)
        assert (told.exit_code, told.output) == (
            2,
            f'"{typed}" is no e-mail address. Write it whole, such as mira@patient.example.\n',
        )
    assert ask("stop").output == "Nobody is stopped.\n"


def test_an_address_that_nobody_has_yet_is_kept_for_the_day_when_somebody_has_it(ask: Ask) -> None:
    told = ask("stop", "not.yet@patient.example").output
    assert told == (
        "not.yet@patient.example gets no letters from now on.\n"
        "No patient has this address now. It stays on the list all the same.\n"
    )


def test_status_says_how_many_are_stopped_and_when_the_mailbox_was_read(ask: Ask, home: Path) -> None:
    shown = ask("status").output
    assert "Addresses that get no more letters: 0\n" in shown
    assert "The mailbox was last read: never; config/clinic.yaml names none (mail: mailbox:)\n" in shown
    ask("stop", "mira@patient.example")
    path = home / "config" / "clinic.yaml"
    before, mailbox, after = path.read_text("utf-8").partition("  mailbox:")
    mailbox += after.replace('by: ""', "by: imap", 1).replace('host: ""', "host: a.example", 1)
    path.write_text(before + mailbox.replace('user: ""', "user: hello", 1), "utf-8")
    shown = ask("status").output
    assert "Addresses that get no more letters: 1 (run_jobs.py stop lists them)\n" in shown
    assert "The mailbox was last read: never yet\n" in shown
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        database.execute(
            "INSERT INTO cursors (clinic_id, name, value) "
            "SELECT clinic_id, 'mailbox hello@a.example/INBOX: read at', '2026-03-04T17:50:00Z' FROM letters LIMIT 1"
        )
    assert "The mailbox was last read: Wed 04 Mar 09:50\n" in ask("status").output
