"""Who is told to be a man, and what he does not get."""

import pytest

from jobs.articles.choice import Need, choose
from jobs.articles.library import Article, Library
from jobs.articles.men import is_told_a_man

AFTER_BABY = Article(
    "after-baby",
    "After the baby",
    "https://a.example",
    "",
    ("postpartum", "diastasis"),
    ("M62.08",),
    "2026-01-05",
    "care",
    False,
    2,
)
ABDOMEN = AFTER_BABY._replace(slug="abdomen", title="The gap in the belly", topics=("diastasis",), line=3)


@pytest.mark.parametrize(
    "note",
    [
        "50M DRA 2 fb",
        "62 yo male, hernia repair 2024",
        "male, belly domes with sit ups",
        "he has a gap in his abs",
        "new dad, sore wrist",
        "R shoulder, pt is a 47M",
    ],
)
def test_age_and_sex_and_a_he_who_is_nobody_else_tell_of_a_man(note: str) -> None:
    assert is_told_a_man(note)


@pytest.mark.parametrize(
    "note",
    [
        "12m pp, DRA 2 fb",
        "male PT ok, 9 wk PP",
        "no male therapist pls",
        "8 wk PP, husband will drive, he works nights",
        "baby is 7 wks, he still wakes up, belly domes",
        "Dr. Lee says he wants her to wait",
        "8 wks postpartum, walks 50M then stops",
        "pregnant, swims 50M laps",
        "",
    ],
)
def test_who_is_only_beside_the_patient_makes_her_no_man(note: str) -> None:
    assert not is_told_a_man(note)


def test_a_man_with_a_gap_in_his_belly_gets_no_article_for_young_mothers() -> None:
    library = Library((AFTER_BABY, ABDOMEN))

    def sent(note: str) -> list[str]:
        return [one.article.slug for one in choose(library, Need("M62.08", note, "", "", "", "visit"), (), 3)]

    assert "after-baby" in sent("8 wk PP, belly domes")
    assert sent("50M, belly domes with sit ups") == ["abdomen"]
