"""`why PATIENT`: the whole story of one patient, for the person who has them on the telephone."""

import re
from pathlib import Path

import pytest
from lakeside_day import Ask, rows
from sqlalchemy import text

from jobs.runner.tools import Tools


@pytest.fixture
def somebody(tools: Tools) -> tuple[int, str, str, str, str]:
    """A patient to whom a letter was sent, whose name and address nobody else has."""
    query = text(
        "SELECT p.id, p.first_name, p.last_name, p.email, l.rule FROM patients p JOIN letters l ON l.patient_id = p.id "
        "WHERE l.state = 'sent' AND p.email <> '' AND (SELECT count(*) FROM patients q WHERE "
        "lower(q.first_name || q.last_name) = lower(p.first_name || p.last_name)) = 1 AND "
        "(SELECT count(*) FROM patients q WHERE q.address_key = p.address_key) = 1 ORDER BY p.id LIMIT 1"
    )
    with tools.store.begin() as memory:
        number, first, last, email, rule = memory.connection.execute(query).one()
    return number, first, last, email, rule


def test_a_patient_is_found_by_number_name_and_address(ask: Ask, somebody: tuple[int, str, str, str, str]) -> None:
    number, first, last, email, rule = somebody
    for words in (str(number), f"{first} {last}", f"{first.upper()}  {last.lower()} ", email, email.upper()):
        shown = ask("why", words)
        assert shown.exit_code == 0, words
        assert f"No. {number}: {first} {last}" in shown.output, words
        assert rule in shown.output and "sent 2026-03-04 10:05" in shown.output


def test_a_letter_that_was_left_out_has_its_reason(ask: Ask, tools: Tools) -> None:
    with tools.store.begin() as memory:
        query = text("SELECT patient_id, reason FROM letters WHERE state = 'withdrawn' AND reason LIKE 'no e-mail%'")
        number, reason = memory.connection.execute(query).first() or (0, "")
    assert reason
    assert reason in ask("why", str(number)).output


@pytest.mark.parametrize("who", ["Nobody Known", "nobody@patient.example", "999999", "9" * 40, " ", "[/red]"])
def test_nobody_is_answered_with_how_to_ask(ask: Ask, who: str) -> None:
    shown = ask("why", who)
    assert shown.exit_code == 2
    assert shown.output == (
        f'Nobody is known as "{who.strip()}". Write the whole name ("Mira Quill"), the last name, the e-mail address, '
        "or the patient's number.\n"
    )


def test_a_name_that_many_have_is_answered_with_each_of_them(ask: Ask, tools: Tools) -> None:
    query = text("SELECT last_name, count(*) FROM patients GROUP BY last_name HAVING count(*) BETWEEN 2 AND 8 LIMIT 1")
    with tools.store.begin() as memory:
        last, count = memory.connection.execute(query).one()
    shown = ask("why", last).output
    assert shown.startswith(f'"{last}" means {count} patients; a number (no.) asks for one of them.')
    assert shown.count("No. ") == count


def test_more_than_ten_of_a_name_are_counted(ask: Ask, tools: Tools) -> None:
    with tools.store.begin() as memory:
        memory.connection.execute(text("UPDATE patients SET last_name = 'Quill' WHERE id <= 13"))
    shown = ask("why", "Quill").output
    assert shown.count("No. ") == 10 and "3 more are not shown." in shown


def test_brackets_in_a_name_are_shown_as_they_are(ask: Ask, tools: Tools) -> None:
    with tools.store.begin() as memory:
        memory.connection.execute(text("UPDATE patients SET first_name = '[/b] :smile:' WHERE id = 1"))
    shown = ask("why", "1")
    assert shown.exit_code == 0
    assert "No. 1: [/b] :smile:" in shown.output


def test_a_patient_without_letters_is_told_as_such(ask: Ask, tools: Tools) -> None:
    with tools.store.begin() as memory:
        memory.connection.execute(text("DELETE FROM sent_articles"))
        memory.connection.execute(text("DELETE FROM attempts"))
        memory.connection.execute(text("DELETE FROM letters"))
    assert "no event of this patient has called for a letter since the rules began" in ask("why", "1").output


def test_the_name_that_was_asked_for_is_not_logged(
    ask: Ask, home: Path, somebody: tuple[int, str, str, str, str]
) -> None:
    _, first, last, email, _ = somebody
    ask("why", f"{first} {last}")
    ask("why", email)
    log = (home / "var" / "logs" / "clinic.log").read_text("utf-8")
    assert last not in log and email not in log
    assert not [row for row in rows(home)["runs"] if last in str(row)]


def test_a_planned_letter_to_somebody_who_asked_for_none_waits_for_no_day(ask: Ask, tools: Tools) -> None:
    query = text("SELECT patient_id, p.email FROM letters l JOIN patients p ON p.id = patient_id WHERE l.state = "
                 "'planned' AND l.reason = '' AND p.email <> '' ORDER BY l.id LIMIT 1")  # fmt: skip
    with tools.store.begin() as memory:
        number, email = memory.connection.execute(query).one()
    assert "waits for its day" in ask("why", str(number)).output
    ask("stop", email, "--reason", "she called")
    shown = " ".join(ask("why", str(number)).output.split())
    assert "waits for its day" not in shown
    assert "will be withdrawn: letters to this patient or address are stopped" in shown


NO_ARTICLE = 'no article: "cannot urinate" (cannot pass urine) is a sign that wants a doctor first.'


@pytest.mark.parametrize(
    ("state", "told"),
    [("sent", " left without an article. By what the note says today it would get "), ("planned", ": ")],
)
def test_a_letter_without_articles_tells_of_the_sign_that_wants_a_doctor_first_by_the_note_of_today(
    ask: Ask, tools: Tools, state: str, told: str
) -> None:
    query = text(
        "SELECT l.patient_id, e.appointment_id, l.rule, l.id FROM letters l JOIN events e ON e.id = l.event_id WHERE "
        "l.state = 'sent' AND l.id NOT IN (SELECT letter_id FROM sent_articles) ORDER BY l.id LIMIT 1"
    )
    with tools.store.begin() as memory:
        number, appointment, rule, letter = memory.connection.execute(query).one()
        said = {"id": appointment, "complaint": "LBP, cannot urinate since last night"}
        memory.connection.execute(text("UPDATE appointments SET complaint = :complaint WHERE id = :id"), said)
        memory.connection.execute(text("UPDATE letters SET state = :to WHERE id = :id"), {"to": state, "id": letter})
    shown = " ".join(ask("why", str(number)).output.split())
    assert re.search(rf"{rule} \(visit of [-0-9 :]+\)({re.escape(told)}{re.escape(NO_ARTICLE)})", shown)
