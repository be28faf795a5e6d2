"""What a note takes back counts for nothing, and what it only seems to take back stands."""

import csv

import pytest

from jobs.articles.cues import FILE
from jobs.articles.need import Need, understand
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.words import key_of


def conditions(code: str, complaint: str, activity: str = "") -> frozenset[str]:
    """What the patient has, by a code and a note."""
    return understand(Need(code, complaint, activity, "", "", "visit"), the_vocabulary()).body


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("M77.11", "MD wrote lateral, she points to the inside of the elbow"),
        ("M77.11", "code is for the outside but he presses on the inside of the elbow"),
        ("M75.41", "shoulder was discharged in spring. Inner side of the elbow sore"),
        ("M54.50", "You can cross off the back, that cleared up. Inside of the elbow burns"),
        ("M54.2", "neck was last year and is all better, medial epicondylitis now"),
        ("M54.2", "the neck is my sister's. Golfer's elbow here"),
        ("M54.2", "neck? no. Golfer's elbow"),
        ("M54.2", "golfer's elbow"),
    ],
)
def test_a_code_that_the_note_takes_back_leaves_only_what_the_note_tells(code: str, note: str) -> None:
    assert conditions(code, note) == {"golfer's elbow"}


@pytest.mark.parametrize(
    ("code", "note", "stands"),
    [
        ("M77.11", "MD says tennis elbow but it hurts when typing", "tennis elbow"),
        ("M54.16", "doctor says sciatica, no numbness", "sciatica"),
        ("M54.50", "back is quiet now, may she start to jog again?", "low back pain"),
        ("M25.561", "knee is fine on the flat, hurts on stairs", "knee pain"),
        ("M54.2", "pain down the arm to the thumb", "neck pain"),
    ],
)
def test_a_code_stands_where_the_note_tells_of_nothing_else(code: str, note: str, stands: str) -> None:
    assert stands in conditions(code, note)


def test_an_operation_on_paper_that_was_not_done_is_none() -> None:
    note = "Paper says aftercare of a cuff repair. She backed out the night before, nobody has cut anything"
    assert conditions("Z47.89; M75.121", note) == {"rotator cuff problem"}


def test_the_general_code_of_an_operation_goes_with_the_code_that_says_which() -> None:
    assert conditions("Z47.1; Z96.642", "hip was done in 2019 and is perfect. Jaw clicks and hurts") == {"jaw pain"}


def test_a_sport_that_only_the_form_knows_is_none() -> None:
    need = Need(
        "M75.42", "form says swimmer, he laughed, not since school. Shoulder hurts", "swimming", "", "", "visit"
    )
    assert understand(need, the_vocabulary()).activities == frozenset()


def test_every_cue_stands_in_the_form_in_which_words_are_compared() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    words = [one for _, typed, then, _ in rows for one in (*typed.split(";"), *then.split(";")) if one]
    assert [one for one in words if key_of(one) != one and one not in ("’s", "nnnn", "nn")] == []
    assert {name for name, *_ in rows} == {"paper", "wrong", "otherwise", "over", "undone", "begins", "continues"}
