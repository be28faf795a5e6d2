"""Signs that want a doctor first: then no article goes with any letter for that need, and the reason is told."""

import csv
import re

import pytest

from jobs.articles.choice import Need, choose, doctor_first
from jobs.articles.doctor_first import FILE
from jobs.articles.library import Article, Library
from jobs.articles.vocabulary import the_vocabulary

EMPTY = Need("", "", "", "", "", "")
TOPICS = (
    "low back pain; knee pain; calf strain; shin splints; ankle sprain; neck pain; headache; arthritis; incontinence"
)
LIBRARY = Library(
    tuple(
        Article(topic, topic, f"https://clinic.example/{number}", "", (topic,), (), "", "care", False, 2)
        for number, topic in enumerate(TOPICS.split("; "))
    )
)


def sign(complaint: str, diagnosis: str = "") -> str:
    return doctor_first(LIBRARY, EMPTY._replace(complaint=complaint, diagnosis=diagnosis))


@pytest.mark.parametrize(
    ("complaint", "name"),
    [
        ("LBP, numb in her saddle area", "numb saddle"),
        ("low back pain, saddle anesthesia since am", "numb saddle"),
        ("back pain & cant pee since last nite", "cannot pass urine"),
        ("back pain, now he can't feel when he wipes", "numb saddle"),
        ("LBP, hasn't been able to urinate since yesterday", "cannot pass urine"),
        ("fell off a ladder, wants to come here instead of the ER", "sent to emergency care"),
        ("hip pain at night, breast ca with mets to the pelvis", "a cancer that has spread"),
        ("LBP, lost control of his bladder Sunday", "new loss of bladder or bowel control"),
        ("sprained ankle, RN told her to go to the ER now", "sent to emergency care"),
        ("calf strain, sent to urgent care, r/o clot", "possible blood clot"),
        ("calf red and swollen since the flight", "possible blood clot"),
        ("knee pain, knee is hot and swollen, fever 102", "fever with a hot joint or a painful spine"),
        ("low back pain, lost 20 lbs without trying", "unexplained weight loss"),
        ("back pain and night sweats", "fever with a hot joint or a painful spine"),
        ("neck pain, slurred speech this am", "signs of a stroke"),
        ("neck pain, chest pressure on stairs", "chest pain"),
        ("low back pain, says she wants to die", "thoughts of suicide"),
        ("dolor de espalda, no puede orinar desde ayer", "cannot pass urine"),
        ("dolor de espalda, la mandaron a urgencias", "sent to emergency care"),
        ("dolor de cuello, dolor en el pecho", "chest pain"),
        ("dolor de espalda y fiebre", "fever with a hot joint or a painful spine"),
    ],
)
def test_a_sign_that_wants_a_doctor_first_brings_no_article_whatever_else_is_said(complaint: str, name: str) -> None:
    assert f"({name}) is a sign that wants a doctor first" in sign(complaint) or f"({name}) and " in sign(complaint)
    assert choose(LIBRARY, EMPTY._replace(complaint=complaint, diagnosis="M54.50"), (), 3) == []


@pytest.mark.parametrize(
    "complaint",
    [
        "LBP, no saddle numbness",
        "LBP, denies saddle anesthesia, fever, weight loss",
        "low back pain. no chest pain, no fever",
        "calf strain, DVT ruled out last year",
        "calf strain, doppler neg for DVT",
        "ankle sprain, went to urgent care Sat, xray neg",
        "knee pain, husband had chest pain last week",
        "LBP, hx of DVT",
        "dolor de espalda, sin fiebre, sin pérdida de peso",
        "incontinence, leaks when she coughs",
        "lost control of her bike, knee pain",
    ],
)
def test_what_is_denied_over_or_another_person_s_is_no_such_sign(complaint: str) -> None:
    assert sign(complaint) == ""
    assert choose(LIBRARY, EMPTY._replace(complaint=complaint), (), 3)


def test_what_counts_only_beside_a_painful_spine_needs_one() -> None:
    assert sign("knee pain, losing weight without trying") == ""
    assert sign("losing weight without trying", "M54.50") != ""


def test_every_line_of_the_file_can_be_met_and_names_a_part_of_the_body_that_is_known() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    for name, spellings, wanted, beside in rows:
        assert not beside or beside in the_vocabulary().concepts
        for spelling in spellings.split(";"):
            told = re.sub(r"\bnn\b", "101", spelling)
            said = f"{told}. {wanted.split(';')[0]}. {f'{beside} pain' if beside else ''}"
            assert name in sign(said), spelling
