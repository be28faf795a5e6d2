"""What an abbreviation of two meanings is told by."""

import csv

import pytest

from jobs.articles.mentions import mentions
from jobs.articles.two_meanings import FILE
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.words import key_of


def told(note: str) -> list[str]:
    return [mention.concept for mention in mentions(note, the_vocabulary()) if mention.sure]


@pytest.mark.parametrize(
    "note",
    [
        "RTC 2 wks",
        "RTC prn",
        "RTC 12/3",
        "progressing, ok to RTC Mon",
        "RTC after MD f/u",
        "MMT 4/5 throughout",
        "MMT hip abd 3+/5",
        "MMT WNL BLE",
        "sees LMT weekly",
        "RCT at dentist tomorrow",
        "pd in full",
        "referral src web",
        "ref by FM",
        "DF 4/5 PF 5/5",
        "low BP",
        "BP cuff",
        "busy atm, call back",
        "prefers Thr",
        "DH calling",
        "sis at 3",
        "PCS orders, moving in June",
        "FMS screen",
        "call back jic",
    ],
)
def test_a_next_visit_a_muscle_test_a_payment_and_a_thursday_are_no_complaint(note: str) -> None:
    assert not [concept for concept in told(note) if concept != "hip"]


@pytest.mark.parametrize(
    ("note", "condition"),
    [
        ("RTC 4+/5", "rotator cuff problem"),
        ("R RTC 6 mo", "rotator cuff problem"),
        ("RTC tear, RTC 2 wks", "rotator cuff problem"),
        ("RTC may be torn", "rotator cuff problem"),
        ("MMT on MRI", "torn meniscus"),
        ("L MMT, MMT quads 4/5", "torn meniscus"),
        ("LMT, locking", "torn meniscus"),
        ("PD H&Y 2", "parkinson's disease"),
        ("PD on levodopa", "parkinson's disease"),
        ("PF L heel", "plantar fasciitis"),
        ("SRC 8 days", "concussion"),
        ("pain from FM", "fibromyalgia or pain all over"),
        ("8 wk PP wants to run", "postpartum"),
        ("DN to UT", "dry needling"),
        ("dolor de ATM al masticar", "jaw pain"),
        ("s/p R THR 3 wks", "hip replacement"),
        ("+ DH L, spins in bed", "dizziness"),
        ("R SIS, painful arc", "shoulder impingement"),
        ("PCS 4 wk, HA c screens", "concussion"),
        ("voids JIC, freq", "overactive bladder"),
    ],
)
def test_beside_what_a_therapist_types_the_abbreviation_is_the_condition(note: str, condition: str) -> None:
    assert condition in told(note)


def test_each_abbreviation_of_two_meanings_is_one_word_that_means_something() -> None:
    known = the_vocabulary()
    with FILE.open(encoding="utf-8", newline="") as lines:
        names = [row[0] for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    assert [name for name in names if key_of(name) != name or name not in known.spellings | known.short] == []
