"""The ledger takes no other step than those of a letter's life, and keeps what is known of unknown letters."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import insert, select

from jobs.store.decisions import decide_letter, decisions_about
from jobs.store.letter_ledger import ChosenArticle, LetterLedger, record_evidence, unclear_letters
from jobs.store.letters import LetterFacts, change_letters
from jobs.store.memory import Store, open_store
from jobs.store.tables import appointments, attempts, events, letters, patients, sent_articles

AT = "2026-03-04T17:00:00Z"
NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
STATES = ("ready", "held", "withdrawn", "attempting", "sent", "deferred", "planned")


class ReadyLetter(NamedTuple):
    letter_id: int
    message_id: str = "<1@clinic.example>"


class Result(NamedTuple):
    letter_id: int
    state: str
    detail: str = ""
    draft_id: str | None = None
    transport: str = ""
    at_once: bool = False


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Letter 1 is ready, 2 held, 3 withdrawn, ..., in the order of STATES."""
    store = open_store(f"sqlite:///{tmp_path / 'clinic.sqlite'}", "lakeside")
    with store.begin() as memory:
        ours = {"clinic_id": "lakeside"}
        slot = ours | {"key": "1", "patient_id": 1, "starts_at": AT, "starts_on": AT[:10], "status": "booked"}
        event = ours | {"appointment_id": 1, "patient_id": 1, "what": "booked", "happened_at": AT, "seen_at": AT}
        memory.connection.execute(insert(patients).values(id=1, key="1", **ours))
        memory.connection.execute(insert(appointments).values(id=1, **slot))
        memory.connection.execute(insert(events).values(id=1, starts_at=AT, **event))
        planned = ours | {"patient_id": 1, "event_id": 1, "due_at": AT, "expires_at": AT, "message_id": "<m>"}
        rows = [planned | {"id": n, "rule": f"rule {n}", "state": state} for n, state in enumerate(STATES, 1)]
        memory.connection.execute(insert(letters), rows)
    yield store
    store.close()


def states(store: Store) -> list[str]:
    with store.begin() as memory:
        return [state for (state,) in memory.connection.execute(select(letters.c.state).order_by(letters.c.id))]


def draft_of(store: Store, letter_id: int) -> str:
    with store.begin() as memory:
        query = select(letters.c.draft_id).where(letters.c.id == letter_id)
        return str(memory.connection.execute(query).scalar_one())


def test_only_letters_that_are_ready_become_attempting_and_the_others_are_named(store: Store) -> None:
    ledger = LetterLedger(store.begin, "smtp")
    for letter_id in (1, 2):
        ledger.expect(
            LetterFacts(letter_id, 1, "rule", 1, "Pat", *[""] * (len(LetterFacts._fields) - 5)),
            [ChosenArticle(f"article-{letter_id}", "for the staff")],
        )
    going = ledger.attempting([ReadyLetter(letter_id) for letter_id in (1, 2, 3, 5)], NOW)
    assert going == {1}
    assert states(store) == ["attempting", *STATES[1:]]
    with store.begin() as memory:
        assert list(memory.connection.execute(select(sent_articles.c.slug))) == [("article-1",)]


def test_a_decision_of_the_run_never_undoes_what_happened_meanwhile(store: Store) -> None:
    with store.begin() as memory:
        change_letters(memory, [(letter_id, "ready", "looked at") for letter_id in range(1, 8)], AT)
    assert states(store) == ["ready", "held", "withdrawn", "attempting", "sent", "ready", "ready"]
    with store.begin() as memory:
        change_letters(memory, [(letter_id, "withdrawn", "too late") for letter_id in range(1, 8)], AT)
    assert states(store) == ["withdrawn", "withdrawn", "withdrawn", "attempting", "sent", "withdrawn", "withdrawn"]


def test_a_result_that_no_attempt_can_have_is_refused_and_nothing_is_kept(store: Store) -> None:
    with pytest.raises(ValueError, match="A letter that is attempting cannot become held"):
        LetterLedger(store.begin, "smtp").record([Result(4, "sent"), Result(4, "held")], NOW)
    assert states(store) == list(STATES)


def test_a_draft_is_kept_until_it_is_known_to_be_gone(store: Store) -> None:
    ledger = LetterLedger(store.begin, "gmail")
    ledger.record([Result(4, "deferred", draft_id="r-4")], NOW)
    assert draft_of(store, 4) == "r-4"
    with store.begin() as memory:
        change_letters(memory, [(4, "ready", "")], AT)
    ledger.attempting([ReadyLetter(4)], NOW)
    ledger.record([Result(4, "unknown", draft_id=None)], NOW)
    assert draft_of(store, 4) == "r-4"
    with store.begin() as memory:
        assert unclear_letters(memory, "gmail") == [(4, "<1@clinic.example>", "r-4")]


def test_a_letter_is_asked_about_only_at_the_transport_of_its_last_attempt(store: Store) -> None:
    LetterLedger(store.begin, "smtp").record([Result(4, "unknown", transport="folder")], NOW)
    with store.begin() as memory:
        assert [unclear_letters(memory, name) for name in ("smtp", "", "folder")] == [[], [], [(4, "<m>", "")]]


@pytest.mark.parametrize(("found", "state"), [("sent", "sent"), ("ready", "ready")])
def test_evidence_settles_an_unknown_letter_and_is_on_record(store: Store, found: str, state: str) -> None:
    LetterLedger(store.begin, "gmail").record([Result(4, "unknown", draft_id="r-4")], NOW)
    with store.begin() as memory:
        record_evidence(memory, [Result(4, found, "its draft says so")], "gmail", AT)
        (line,) = decisions_about(memory, [4])
    assert states(store)[3] == state
    assert (line.who, line.reason) == ("evidence (gmail)", "its draft says so")
    assert draft_of(store, 4) == "r-4"


def test_a_letter_that_a_person_settled_meanwhile_stays_as_she_said(store: Store) -> None:
    LetterLedger(store.begin, "gmail").record([Result(4, "unknown", draft_id="r-4")], NOW)
    with store.begin() as memory:
        decide_letter(memory, 4, "drop", "Robin", "she called", AT)
        record_evidence(memory, [Result(4, "ready", "its draft is there")], "gmail", AT)
    assert states(store)[3] == "withdrawn"


def test_every_attempt_names_its_way(store: Store) -> None:
    LetterLedger(store.begin, "smtp").record([Result(4, "ready"), Result(4, "ready", transport="folder")], NOW)
    with store.begin() as memory:
        assert [way for (way,) in memory.connection.execute(select(attempts.c.transport))] == ["smtp", "folder"]
