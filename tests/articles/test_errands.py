"""What is an errand of the front desk, and what is a patient's complaint."""

import pytest

from jobs.articles.mentions import mentions
from jobs.articles.need import Need, understand
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
        "TKA class Tues 10",
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
        "LBP since reformer class",
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


@pytest.mark.parametrize(
    ("note", "doubted"),
    [
        ("R shoulder electrician", False),
        ("low back nurse", False),
        ("knee rep", True),
        ("R knee rep", True),
        ("low back needs new bolster", False),
        ("class back on Tues", True),
        ("LBP, hospice nurse", False),
        ("LBP, per hospice nurse", True),
        ("knee OA, brace broke", False),
        ("running form needs signing", True),
        ("running form needs work", False),
    ],
)
def test_a_trade_behind_a_part_that_is_hers_and_a_thing_that_is_not_called_by_it_leave_it_a_complaint(
    note: str, doubted: bool
) -> None:
    assert is_doubted(note) == doubted


@pytest.mark.parametrize(
    ("note", "runs"), [("LBP, track coach", False), ("LBP, running coach", False), ("LBP, per my running coach", True)]
)
def test_what_a_coach_teaches_is_not_her_own_sport(note: str, runs: bool) -> None:
    assert ("running" in [mention.concept for mention in mentions(note, the_vocabulary())]) == runs


def coded_by(note: str) -> list[str]:
    """What the code of low back pain says beside a note."""
    known = understand(Need("M54.50", note, "", "", "", ""), the_vocabulary())
    return [one.concept for one in known.evidence if one.is_code]


@pytest.mark.parametrize(
    "note",
    [
        "wants morning slot",
        "recheck, auth 6 of 12",
        "f/u, copay due",
        "Blue Shield PPO",
        "new pt packet sent",
        "resched from Mon",
        "can we move Thurs reformer to Fri 4pm",
        "running 10 min late",
    ],
)
def test_a_word_to_the_desk_about_a_visit_that_goes_on_takes_no_code_away(note: str) -> None:
    assert coded_by(note) == ["low back pain"]


@pytest.mark.parametrize("note", ["wants records sent to chiropractor", "upset about copay, wants refund"])
def test_a_code_counts_for_nothing_beside_a_note_that_is_about_no_treatment(note: str) -> None:
    assert coded_by(note) == []


@pytest.mark.parametrize(
    ("note", "doubted"),
    [
        ("R shoulder, wants morning slot", False),
        ("knee, copay due", False),
        ("move Thurs to Fri, same therapist who does her knee", True),
        ("running 10 min late", True),
        ("neck stiff p long Zoom days", False),
        ("neck hurts zoom all day", False),
        ("stiff neck zoom link", True),
    ],
)
def test_a_part_of_the_body_before_a_wish_for_an_hour_is_a_complaint(note: str, doubted: bool) -> None:
    assert is_doubted(note) == doubted


@pytest.mark.parametrize(("note", "doubted"), [("because of my knee", False), ("because of my knee brace", True)])
def test_a_patient_s_own_knee_is_no_knee_where_it_only_names_a_thing(note: str, doubted: bool) -> None:
    assert is_doubted(f"{note}, xylophone") == doubted


def test_no_word_is_both_a_thing_of_the_desk_and_a_trade_a_place_or_an_occasion() -> None:
    errand, thing, circumstance = (listed(name).words for name in ("errand", "thing", "circumstance"))
    assert errand & circumstance == thing & circumstance == errand & thing == frozenset()
