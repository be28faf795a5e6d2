"""A second chart of one patient: what would be wrong if the two were one waits until a person says whether they are."""

from unittest.mock import Mock

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.addresses import TOO_MANY_HAVE_IT
from jobs.runner.run import FINE
from jobs.store.namesakes import add_namesakes

INSTALLED, DAY, NEXT = "2026-03-02 10:00", "2026-03-03 10:00", "2026-03-04 10:00"


def nela(chart: str, day: str, status: str = "booked", **more: str) -> Row:
    born = {"birth_date": "1980-02-03"} if chart == "1" else {}
    usual = {"patient_id": chart, "booked_at": "2026-03-02 11:00", "appointment_id": f"A{chart}{day}"} | born
    return appointment("Nela", f"2026-{day} 10:00", status, **(usual | more))


def told(clinic: Clinic, moment: str, *rows: Row) -> list[tuple[str, str]]:
    """What left by then: the rule, and the day of the visit."""
    clinic.export(*rows)
    assert clinic.pull(moment).code == FINE
    assert clinic.send(moment).code == FINE
    query = """SELECT rule, substr(starts_at, 6, 5) FROM letters JOIN events ON events.id = event_id
        WHERE letters.state = 'sent' ORDER BY letters.id"""
    return clinic.ask(query)


def waiting(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT rule, reason FROM letters WHERE state IN ('planned', 'ready') AND reason <> ''")


WELCOMED = [("welcome", "03-10")]
DOUBT = "no. 1 may be the same patient: "


def test_one_name_at_one_address_is_welcomed_once_and_reminded_of_each_visit(clinic: Clinic) -> None:
    clinic.send(INSTALLED)
    rows = nela("1", "03-10"), nela("2", "03-12")
    assert told(clinic, DAY, *rows) == WELCOMED
    reason = f"{DOUBT}the patient has this letter in this course of care"
    assert waiting(clinic) == [("welcome", reason)]
    assert "but two numbers" in clinic.ask("SELECT what FROM problems")[0]
    assert told(clinic, "2026-03-09 10:00", *rows) == [*WELCOMED, ("reminder", "03-10")]
    assert clinic.fates("Nela", "welcome")[1] == (
        "withdrawn", f"too late: it was due 2026-03-02, and the rule allows 3 days; {reason}",
    )  # fmt: skip
    assert told(clinic, "2026-03-10 09:30", *rows)[2:] == [("reminder", "03-12")]


@pytest.mark.parametrize("word", ["same", "apart"])
def test_a_persons_word_on_the_two_charts_decides(clinic: Clinic, word: str) -> None:
    clinic.send(INSTALLED)
    rows = nela("1", "03-10"), nela("2", "03-12")
    assert told(clinic, DAY, *rows) == WELCOMED
    assert clinic.command("patients", word, "1", "2", "--who", "Dana", moment=DAY).exit_code == FINE
    both = [*WELCOMED, ("welcome", "03-12")]
    assert told(clinic, "2026-03-03 10:20", *rows) == (WELCOMED if word == "same" else both)


def test_a_word_on_a_record_that_was_joined_into_another_one_counts_for_that_one(clinic: Clinic) -> None:
    clinic.send(INSTALLED)
    rows = nela("1", "03-10"), nela("2", "03-12"), nela("3", "03-20")
    assert told(clinic, DAY, *rows) == WELCOMED
    for words in (("same", "2", "3"), ("apart", "1", "3")):
        assert clinic.command("patients", *words, "--who", "Dana", moment=DAY).exit_code == FINE
    assert told(clinic, "2026-03-03 10:20", *rows) == [*WELCOMED, ("welcome", "03-12")]


@pytest.mark.parametrize(
    "other", [{"birth_date": "2004-05-06"}, {"first_name": "Nora"}, {"email": "nela@elsewhere.example"}]
)
def test_who_is_another_person_or_is_reached_elsewhere_is_welcomed_too(clinic: Clinic, other: dict[str, str]) -> None:
    clinic.send(INSTALLED)
    assert len(told(clinic, DAY, nela("1", "03-10"), nela("2", "03-12", **other))) == 2


def test_who_was_here_under_another_chart_is_not_welcomed(clinic: Clinic) -> None:
    clinic.send(INSTALLED)
    came = nela("1", "02-10", "completed", booked_at="2026-02-01 10:00")
    assert told(clinic, DAY, came, nela("2", "03-12")) == []
    assert waiting(clinic) == [("welcome", f"{DOUBT}the patient has been here before")]


def test_who_cancelled_and_booked_again_under_another_chart_is_not_asked_to_book(clinic: Clinic) -> None:
    clinic.send(INSTALLED)
    assert told(clinic, DAY, nela("1", "03-10")) == WELCOMED
    off = nela("1", "03-10", "cancelled", cancelled_at="2026-03-04 08:00")
    rows = off, nela("2", "03-19", booked_at="2026-03-04 08:00")
    assert told(clinic, NEXT, *rows) == WELCOMED
    assert told(clinic, "2026-03-06 10:00", *rows) == WELCOMED
    assert ("cancelled", "no. 2 may be the same patient: a future visit is booked") in waiting(clinic)


def test_charts_of_one_stand_in_name_at_an_address_that_too_many_have_are_not_compared_with_each_other(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = Mock(side_effect=add_namesakes)
    monkeypatch.setattr("jobs.store.namesakes.add_namesakes", compared)
    clinic.send(INSTALLED)
    guests = [
        {**nela(f"G{number}", "03-10"), "first_name": "Guest", "email": "guest@x.example"} for number in range(21)
    ]
    assert told(clinic, DAY, *guests, nela("1", "03-10"), nela("2", "03-12")) == WELCOMED
    assert sum(TOO_MANY_HAVE_IT in reason for _, reason in waiting(clinic)) == 21
    assert {len(call.args[2]) for call in compared.call_args_list} == {2}  # of each look: the charts of Nela alone


def test_of_two_who_are_parted_and_both_held_to_have_died_a_person_is_asked(clinic: Clinic) -> None:
    clinic.export(nela("1", "03-10", "deceased"), nela("2", "03-12", "deceased"))
    clinic.pull(DAY)
    for word, asked in (("same", False), ("apart", True), ("apart", False)):
        said = clinic.command("patients", word, "1", "2", "--who", "Dana", moment=DAY)
        assert ("Both are held to have died: no letter goes to either." in said.output) == asked


def test_a_death_that_is_known_of_one_chart_holds_the_letters_of_the_other(clinic: Clinic) -> None:
    clinic.send(INSTALLED)
    assert told(clinic, DAY, nela("1", "03-10"), nela("2", "03-12", "deceased")) == []
    assert {reason for _, reason in waiting(clinic)} == {"no. 2 may be the same patient: the patient has died"}
