"""A text that names a patient is told from one that names a doctor or a place of that name."""

from collections.abc import Collection

import pytest

from jobs.clinic.named_patients import hidden_names, meant

PATIENTS = {"rufus tamarind", "greta gorsley", "marisol de la fennimore", "nuria o obrian", "grace hill", "ann smith"}


def known(names: Collection[str]) -> set[str]:
    return PATIENTS.intersection(names)


def shown(text: str, *others: str) -> str:
    return hidden_names([text], others, known).get(text, text)


@pytest.mark.parametrize(
    ("text", "as_shown"),
    [
        ("Rufus Tamarind", "R•••• T•••••••"),
        ("pt Rufus Tamarind", "pt R•••• T•••••••"),
        ("RUFUS J. TAMARIND (patient)", "R•••• J. T••••••• (patient)"),
        ("Tamarind, Rufus", "T•••••••, R••••"),
        ("Patient referral - Greta Gorsley", "Patient referral - G•••• G••••••"),
        ("my sister Marisol de la Fennimore", "my sister M•••••• d• l• F••••••••"),
        ("friend of Greta Gorsley's", "friend of G•••• G••••••'s"),
        ("mr. rufus tamarind", "mr. r•••• t•••••••"),
    ],
)
def test_a_patients_whole_name_among_what_people_write_around_it_is_hidden(text: str, as_shown: str) -> None:
    assert shown(text) == as_shown


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Ann Smith",
        "Ann Smith MD",
        "Ann Smith, PT",
        "Smith, Ann DO",
        "Ann Smith's office",
        "Ann Smith (physical therapist)",
        "Grace Hill Church",
        "Grace Hill Fitness",
        "Rufus",
        "Mrs. Tamarind",
        "Rufus T.",
        "Rufus Tamarindo",
        "friend of a patient",
        "Rufus Tamarind 925-555-0100",
        "",
    ],
)
def test_a_doctor_a_place_and_a_part_of_a_name_stay_what_they_are(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("other", ["Dr. Ann Smith", "Smith, Ann MD", "Dr Ann B. Smith", "ann smith"])
def test_a_name_that_is_somebody_elses_too_is_left_to_a_person(other: str) -> None:
    assert shown("Ann Smith", other) == "Ann Smith"


def test_a_name_is_left_to_a_person_where_a_place_has_it_too() -> None:
    assert hidden_names(["Grace Hill", "Grace Hill Church", "Greta Gorsley"], (), known) == {
        "Greta Gorsley": "G•••• G••••••"
    }


def test_nobody_is_asked_where_no_text_can_be_a_name() -> None:
    def nobody(names: Collection[str]) -> set[str]:
        raise AssertionError(names)

    assert hidden_names(["friend", "word of mouth", "Friend or family", "family/friend"], (), nobody) == {}


def test_what_is_shown_leads_back_to_the_text_and_to_both_where_two_look_alike() -> None:
    hidden = {
        "Rufus Tamarind": "R•••• T•••••••",
        "rufus tamarind": "r•••• t•••••••",
        "Rosie Tarragon": "R•••• T•••••••",
    }
    assert len(meant("R•••• T•••••••", hidden)) == 2
    assert meant("pt R•••• T•••••••", hidden) == []
    del hidden["Rosie Tarragon"]
    assert len(meant("R•••• T•••••••", hidden)) == 1
