"""A letter's life has exactly the steps that the clinic agreed on."""

from itertools import product
from pathlib import Path

import pytest

from jobs.clinic.letter_life import LIFE, OUTCOMES, STATES, can_become, check_step
from jobs.store.decisions import STEPS

AGREED = {
    "planned": "ready held withdrawn deferred failed",
    "ready": "attempting held withdrawn deferred failed",
    "attempting": "sent ready deferred failed unknown",
    "sent": "",
    "held": "ready withdrawn",
    "withdrawn": "ready",
    "deferred": "ready held withdrawn failed",
    "failed": "ready held withdrawn",
    "unknown": "sent ready failed withdrawn",
}


@pytest.mark.parametrize(("old", "new"), list(product(AGREED, AGREED)))
def test_every_pair_of_states_is_allowed_or_refused_as_agreed(old: str, new: str) -> None:
    assert (old in can_become(new)) == (new in AGREED[old].split())
    if new in AGREED[old].split():
        check_step(old, new)
    else:
        with pytest.raises(ValueError, match=f"^A letter that is {old} cannot become {new}. Allowed from {old}: "):
            check_step(old, new)


def test_the_table_knows_the_nine_states_of_the_design_and_no_other() -> None:
    assert set(STATES) == set(AGREED)
    assert len(STATES) == len(LIFE)


def test_a_letter_leaves_only_after_it_was_on_disk_as_attempting() -> None:
    assert can_become("attempting") == ("ready",)
    assert can_become("sent") == ("attempting", "unknown")


def test_an_attempt_ends_in_one_of_five_states() -> None:
    assert set(OUTCOMES) == {"sent", "ready", "deferred", "failed", "unknown"}


def test_what_a_person_can_decide_is_a_step_of_the_table() -> None:
    for step in STEPS.values():
        for old in step.of:
            check_step(old, step.becomes)


def test_a_word_that_is_no_state_is_named_with_the_states() -> None:
    with pytest.raises(ValueError, match='^"sennt" is not a state of a letter. The states are: planned, ready, '):
        check_step("planned", "sennt")


def test_the_documents_show_the_same_table() -> None:
    shown = (Path(__file__).resolve().parents[2] / "docs" / "how-it-works.md").read_text("utf-8")
    table = [f"| {state.name} | {state.meaning} | {', '.join(state.then) or state.ending} |" for state in LIFE]
    assert "\n".join(["| state | meaning | what can follow |", "|---|---|---|", *table]) in shown
