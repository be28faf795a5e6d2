"""What is an errand of the front desk, and what is a patient's complaint."""

import pytest

from jobs.articles.mentions import mentions
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.word_lists import listed


def is_doubted(note: str) -> bool:
    return not any(mention.sure for mention in mentions(note, the_vocabulary()))


@pytest.mark.parametrize(
    "note",
    [
        "sciatica poster for lobby",
        "TKA class handouts low",
        "concussion waiver form for club",
        "Rotary wants a speaker on back pain",
        "carpal tunnel pamphlet in Spanish",
        "the vertigo handout printer is out of toner",
        "Achilles heel of scheduling",
        "Pilates gift card",
        "folletos de fascitis plantar",
    ],
)
def test_what_only_says_which_thing_of_the_desk_is_meant_is_no_complaint(note: str) -> None:
    assert is_doubted(note)


@pytest.mark.parametrize(
    "note",
    [
        "carpal tunnel hotel reception",
        "plantar fasciitis mail carrier",
        "BPPV on movie set",
        "LBP after wedding",
        "tennis elbow, HVAC installer",
        "shoulder pain hanging banners",
        "sciatica, asked about price",
        "her hip replacement, invoice sent",
        "bladder is fine; would rather talk about vertigo",
        "last rep of a deadlift, LBP since",
        "nek hurts form lookng at computr",
    ],
)
def test_a_trade_a_place_an_occasion_or_a_word_to_the_desk_beside_it_takes_no_complaint_away(note: str) -> None:
    assert not is_doubted(note)


@pytest.mark.parametrize(
    ("note", "doubted"),
    [
        ("frozen shoulder wants receipts for FSA", False),
        ("plantar fasciitis copay $40", False),
        ("LBP moved from 2pm to 3pm", False),
        ("owes $40 from LBP visit", True),
        ("sciatica book $18", True),
        ("stenosis support group moved to Thurs", True),
        ("carpal tunnel braces out of stock", True),
        ("balance due $142", True),
    ],
)
def test_a_complaint_counts_where_it_stands_before_a_word_to_the_desk(note: str, doubted: bool) -> None:
    assert is_doubted(note) == doubted


@pytest.mark.parametrize(("note", "doubted"), [("because of my knee", False), ("because of my knee brace", True)])
def test_a_patient_s_own_knee_is_no_knee_where_it_only_names_a_thing(note: str, doubted: bool) -> None:
    assert is_doubted(f"{note}, xylophone") == doubted


def test_no_word_is_both_a_thing_of_the_desk_and_a_trade_a_place_or_an_occasion() -> None:
    errand, thing, circumstance = (listed(name).words for name in ("errand", "thing", "circumstance"))
    assert errand & circumstance == thing & circumstance == errand & thing == frozenset()
