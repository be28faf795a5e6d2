"""A letter's life has exactly the steps that the clinic agreed on."""

from itertools import product

import pytest

from jobs.mail.states import OUTCOMES, STATES, TRANSITIONS, check_transition

AGREED = {
    "planned": "ready held withdrawn deferred failed",
    "ready": "attempting held withdrawn deferred failed",
    "attempting": "sent ready deferred failed unknown",
    "sent": "",
    "held": "ready withdrawn",
    "withdrawn": "",
    "deferred": "ready held withdrawn failed",
    "failed": "ready withdrawn",
    "unknown": "sent ready failed withdrawn",
}


@pytest.mark.parametrize(("old", "new"), list(product(AGREED, AGREED)))
def test_every_pair_of_states_is_allowed_or_refused_as_agreed(old: str, new: str) -> None:
    if new in AGREED[old].split():
        check_transition(old, new)
    else:
        with pytest.raises(ValueError, match=f"^A letter that is {old} cannot become {new}. Allowed from {old}: "):
            check_transition(old, new)


def test_the_table_knows_the_nine_states_of_the_design_and_no_other() -> None:
    assert set(TRANSITIONS) == set(AGREED)
    assert set().union(*TRANSITIONS.values()) == set(AGREED) - {"planned"}


def test_a_letter_leaves_only_after_it_was_on_disk_as_attempting() -> None:
    assert [old for old in STATES if "attempting" in TRANSITIONS[old]] == ["ready"]
    assert [old for old in STATES if "sent" in TRANSITIONS[old]] == ["attempting", "unknown"]


def test_nothing_follows_a_sent_letter() -> None:
    assert not TRANSITIONS["sent"]


def test_an_attempt_ends_in_one_of_five_states() -> None:
    assert {"sent", "ready", "deferred", "failed", "unknown"} == OUTCOMES


def test_a_word_that_is_no_state_is_named_with_the_states() -> None:
    with pytest.raises(ValueError, match='^"sennt" is not a state of a letter. The states are: planned, ready, '):
        check_transition("planned", "sennt")
