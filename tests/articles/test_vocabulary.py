"""The clinic's words: what a front desk types is understood, what only sounds so is not."""

import csv
import re

import pytest

from jobs.articles.mentions import mentions, one_slip
from jobs.articles.vocabulary import CONCEPTS, FILE, SIGNS, the_vocabulary
from jobs.articles.words import key_of
from jobs.clinic.diagnoses import read_diagnosis
from jobs.made_up.articles import _ARTICLES
from jobs.made_up.conditions import CONDITIONS, PILATES_WISHES

SAYS_NOTHING = {"", "see intake form"}


def rows() -> list[list[str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]


def concepts(text: str) -> list[str]:
    return list(dict.fromkeys(mention.concept for mention in mentions(text, the_vocabulary())))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("LBP", ["low back pain"]),
        ("c/o LBP x 3 wks", ["low back pain"]),
        ("dx: sciatica R", ["sciatica"]),
        ("R shoulder", ["shoulder"]),
        ("R shoulder pain", ["shoulder pain"]),
        ("pain in the L shoulder", ["shoulder pain"]),
        ("low-back pain", ["low back pain"]),
        ("lower backs hurt", ["low back pain"]),
        ("L-spine pain", ["low back pain"]),
        ("s/p TKR", ["knee replacement"]),
        ("S/P R TKA", ["knee replacement"]),
        ("knees hurt on stairs", ["knee pain"]),
        ("rotator cuff", ["rotator cuff problem"]),
        ("runners knee", ["runner's knee"]),
        ("runner’s knee", ["runner's knee"]),
        ("Runner's Knees", ["runner's knee"]),
        ("golfers elbow", ["golfer's elbow"]),
        ("tennis elbow", ["tennis elbow"]),
        ("post-op hip", ["after surgery", "hip"]),
        ("postop ACLR", ["after surgery", "ACL surgery"]),
        ("sciatca", ["sciatica"]),
        ("plantar faciitis", ["plantar fasciitis"]),
        ("shouder hurts", ["shoulder pain"]),
        ("achillies tendon", ["achilles tendon problem"]),
        ("leaking w/ running", ["incontinence", "running"]),
        ("C-section scar", ["cesarean"]),
        ("diastasis recti, 6 mo postpartum", ["diastasis", "postpartum"]),
        ("off-balance, fell twice", ["balance problem", "falls"]),
        ("h/o falls", ["falls"]),
        ("neck + headaches", ["neck", "headache"]),
        ("Pilates Reformer Class", ["Pilates"]),
    ],
)
def test_what_a_front_desk_types_is_understood(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("no back pain", []),
        ("no back pain, knee hurts", ["knee pain"]),
        ("no neck pain but shoulder pain", ["shoulder pain"]),
        ("denies back pain, neck pain, c/o hip pain", ["hip pain"]),
        ("denies falls, dizziness. Knee pain.", ["knee pain"]),
        ("w/o leg pain", []),
        ("r/o meniscus tear", []),
        ("ankle sprain resolved, now knee pain", ["knee pain"]),
        ("knee pain no longer able to run", ["knee pain", "running"]),
        ("unable to run", ["running"]),
        ("mother has sciatica", []),
        ("husband had knee replacement, she has hip pain", ["hip pain"]),
    ],
)
def test_what_is_denied_does_not_count(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "runs a bakery",
        "runs her own bakery",
        "running late",
        "walk-in",
        "no show",
        "balance due $40",
        "call back tomorrow",
        "front desk",
        "referred by Dr. Foote, Dr Knee",
        "wants to avoid surgery",
        "waking at night",
        "backlog",
        "chippy",
        "kneecapping",
        "",
    ],
)
def test_what_only_sounds_so_does_not_count(typed: str) -> None:
    assert concepts(typed) == []


def test_everything_that_the_made_up_patients_come_with_is_understood() -> None:
    typed = [text for condition in CONDITIONS for text in (*condition.complaints, *condition.activities)]
    assert {text for text in (*typed, *PILATES_WISHES) if not concepts(text)} == SAYS_NOTHING
    codes = {
        code for condition in CONDITIONS for text in condition.diagnoses for code in read_diagnosis(text).codes.split()
    }
    assert {code for code in codes if not the_vocabulary().of_code(code)} == set()


def test_every_topic_of_the_made_up_articles_but_the_one_switched_off_is_known() -> None:
    topics = {topic.strip() for line in _ARTICLES.strip().splitlines()[::2] for topic in line.split("|")[2].split(";")}
    assert {topic for topic in topics if not concepts(topic)} == {"events"}


def test_every_line_of_the_file_is_a_concept_or_a_sign_with_known_parents() -> None:
    vocabulary = the_vocabulary()
    assert {row[1] for row in rows()} == {*CONCEPTS, *SIGNS}
    assert {parent for row in rows() for parent in row[2].split(";") if parent} <= vocabulary.concepts.keys()
    assert len({row[0] for row in rows()}) == len(rows())


def test_no_spelling_and_no_code_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for name, kind, _, codes, spellings in rows():
        for spelling in filter(None, [*spellings.split(";"), *([name] if kind in CONCEPTS else [])]):
            meanings.setdefault(key_of(spelling), set()).add(name)
        for code in filter(None, codes.split(";")):
            meanings.setdefault(code, set()).add(name)
    assert {key: names for key, names in meanings.items() if len(names) > 1 or not key} == {}


def test_every_code_has_the_form_of_icd_10_cm() -> None:
    codes = [code for row in rows() for code in row[3].split(";") if code]
    assert [code for code in codes if not re.fullmatch(r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?", code)] == []


def test_nothing_belongs_to_itself() -> None:
    vocabulary = the_vocabulary()
    assert [name for name in vocabulary.concepts if name in vocabulary.ancestors(name)] == []


def test_what_belongs_to_what_is_known_over_several_steps() -> None:
    vocabulary = the_vocabulary()
    assert vocabulary.ancestors("low back pain") == {"back": 1, "spine": 2}
    assert vocabulary.ancestors("sciatica")["back"] == 2
    assert vocabulary.regions("sciatica") == {"back", "leg"}
    assert vocabulary.descendants["knee pain"]["runner's knee"] == 1


@pytest.mark.parametrize(
    ("code", "concept"),
    [
        ("M54.50", "low back pain"),
        ("m5450", "low back pain"),
        ("M54.16", "sciatica"),
        ("M77.01", "golfer's elbow"),
        ("M77.11", "tennis elbow"),
        ("S93.401A", "ankle sprain"),
        ("Z47.1", "joint replacement"),
        ("Z47.89", "after surgery"),
        ("J45.909", ""),
    ],
)
def test_the_longest_known_beginning_of_a_code_decides(code: str, concept: str) -> None:
    assert the_vocabulary().of_code(code) == concept


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("sciatca", "sciatica", True),
        ("sciiatica", "sciatica", True),
        ("sciatuca", "sciatica", True),
        ("scaitica", "sciatica", True),
        ("siatca", "sciatica", False),
        ("sciatica", "sciatica", False),
        ("ciasitac", "sciatica", False),
    ],
)
def test_one_slip_of_the_finger_is_mended_and_no_more(typed: str, meant: str, slip: bool) -> None:
    assert one_slip(typed, meant) is slip


def test_the_words_as_typed_are_kept_for_the_reason() -> None:
    assert [mention.phrase for mention in mentions("C/o R Knee pain; L SCIATCA", the_vocabulary())] == [
        "Knee pain",
        "SCIATCA",
    ]
