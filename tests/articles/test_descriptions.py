"""What patients describe without naming it, and what a note takes back of its chart."""

import csv

import pytest

from jobs.articles.descriptions import FILE, YOUNG, descriptions
from jobs.articles.mentions import mentions
from jobs.articles.need import Need, understand
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.words import key_of


def rows() -> list[list[str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if row[0][0] != "#"]


def concepts(typed: str) -> list[str]:
    return [one.concept for one in mentions(typed, the_vocabulary())]


def test_every_description_is_of_a_known_concept_in_words_as_they_are_compared() -> None:
    lines = [row for row in rows() if row[0][0] != "@"]
    assert {row[0] for row in lines} <= the_vocabulary().concepts.keys()
    assert {row[1] for row in lines} == {"place", "felt", "named", "not"}
    words = [word for row in rows() for cell in row[1 if row[0][0] == "@" else 2 :] for word in cell.split(";") if word]
    assert [word for word in words if word[0] != "@" and key_of(word) != word] == []
    names = {row[0] for row in rows() if row[0][0] == "@"}
    assert {word for word in words if word[0] == "@"} <= {*names, YOUNG}
    assert len(descriptions().meanings) == len(lines)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("everything spins for a few seconds when i roll over in bed", "dizziness"),
        ("legs get heavy after a block, better when I lean on the cart", "spinal stenosis"),
        ("fingers go dead around 3 am and I shake them awake", "carpal tunnel syndrome"),
        ("the heel kills me when I get out of bed", "plantar fasciitis"),
        ("cannot make it to the toilet in time when the urge hits", "overactive bladder"),
        ("holds on to the furniture to get across the room", "balance problem"),
        ("it feels like a golf ball between my legs by evening", "pelvic organ prolapse"),
        ("the inner side of the elbow aches", "golfer's elbow"),
        ("todo me da vueltas cuando me acuesto", "dizziness"),
    ],
)
def test_what_is_described_is_understood(typed: str, meant: str) -> None:
    assert meant in concepts(typed)


@pytest.mark.parametrize(
    ("typed", "never"),
    [
        ("her sister says the room spins whenever she rolls over", "dizziness"),
        ("pinky goes dead at night", "carpal tunnel syndrome"),
        ("fingers were dead at night years ago", "carpal tunnel syndrome"),
        ("12 yo pitcher, inside of the elbow sore", "golfer's elbow"),
        ("eczema inside the elbows", "golfer's elbow"),
        ("essential tremor", "parkinson's disease"),
        ("running late, accident on the freeway", "stress incontinence"),
        ("PREGNANT: N, low back pain walking", "pelvic girdle pain"),
    ],
)
def test_what_only_sounds_like_a_description_is_none(typed: str, never: str) -> None:
    assert never not in concepts(typed)


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("M54.50", "Back is all better. New script is for the shoulder, hurts to reach the cupboard"),
        ("M25.561", "not my knee anymore, the heel kills me getting out of bed"),
        ("M77.11", "it is the inside of the elbow, never was the outer part"),
        ("M75.01", "turned out not frozen, the MRI shows a tear in the cuff"),
        ("Z96.642", "The hip they put in two years ago is perfect, now neck pain at the computer"),
        ("S93.401D", "Ankle? Healed ages ago. Low back pain"),
    ],
)
def test_a_code_that_the_note_takes_back_does_not_count(code: str, typed: str) -> None:
    known = understand(Need(code, typed, "", "", "", "visit"), the_vocabulary())
    assert [one.phrases for one in known.evidence if one.is_code] == []
    assert any(one.field == "complaint" and one.sure for one in known.evidence)


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("M25.561", "knee x-ray ok"),
        ("Z96.651", "s/p TKA 3 wks, doing great"),
        ("M54.50", "back is fine sitting, hurts low in the back when walking"),
        ("M17.11", "knee scope 2015"),
    ],
)
def test_a_code_counts_where_the_note_only_seems_to_take_it_back(code: str, typed: str) -> None:
    known = understand(Need(code, typed, "", "", "", "visit"), the_vocabulary())
    assert [one.phrases for one in known.evidence if one.is_code] == [(code,)]


@pytest.mark.parametrize(
    "typed",
    [
        "daughter called, patient passed away on Sunday, cancel the visits for the knee",
        "therapist was rude, I want to speak with a manager about my neck",
        "can I get a gift card for the reformer",
    ],
)
def test_a_note_of_loss_or_grievance_or_an_errand_brings_nothing_whatever_the_chart_has(typed: str) -> None:
    need = Need("M54.2", typed, "", "Pilates", "", "visit")
    assert understand(need, the_vocabulary()).evidence == ()
