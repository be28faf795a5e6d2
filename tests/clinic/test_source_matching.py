"""A typed text is given a source only where it can be no other one."""

from random import Random

import pytest

from jobs.clinic.slips import is_one_slip, slips_between
from jobs.clinic.source_matching import Match, SourceMatcher
from jobs.clinic.typed_names import TypedName, read_name
from jobs.clinic.typed_words import Spellings, Wording, is_mere_slip

ROWS = [
    ("dr thornberry", "Dr. Hazel Thornberry", "physician"),
    ("thornberry", "Dr. Hazel Thornberry", "physician"),
    ("google", "Google search", "online"),
    ("yelp", "Yelp", "online"),
    ("glenmuir orthopedics lakeside", "Glenmuir Orthopedics, Lakeside", "practice"),
    ("friend", "Friend or family", "patient or friend"),
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Thornberry, H. MD", "Dr. Hazel Thornberry"),
        ("Dr. Hugh Thornberry", None),
        ("Google, found on google", "Google search"),
        ("Glenmuir Ortho - Lakeside", "Glenmuir Orthopedics, Lakeside"),
        ("Glenmuir Orthopedics", None),
        ("Glenmuir Orthopedics, Lakesida", None),
        ("gogle", "Google search"),
        ("Thornbery", "Dr. Hazel Thornberry"),
        ("Thornborry", None),
        ("dr thornbury", None),
        ("doctor, my Thornberry", "Dr. Hazel Thornberry"),
        ("nurse, referred by Hazel Thornberry", "Dr. Hazel Thornberry"),
        ("friend of Hazel Thornberry", None),
        ("mother of Hazel Thornberry", None),
        ("coach of Hazel Thornberry", None),
        ("Dr Thornberry 12", None),
        ("glenmuir orthopedics lakesida", None),
        ("...", "Not recorded"),
        ("", "Not recorded"),
    ],
)
def test_a_text_gets_its_source_or_none(text: str, name: str | None) -> None:
    assert SourceMatcher(ROWS).match(text).name == name


def test_two_sources_in_one_cell_are_suggested_and_not_counted_for_one() -> None:
    known = SourceMatcher(ROWS)
    match = known.match("Yelp / my friend")
    assert match == Match(None, ("Yelp", "Friend or family"))
    assert known.suggestions("Yelp / my friend", match) == ("Yelp", "Friend or family")


def test_a_physician_of_the_same_surname_is_suggested_but_not_taken() -> None:
    known = SourceMatcher(ROWS)
    match = known.match("Dr. Hugh Thornberry")
    assert (match.name, known.suggestions("Dr. Hugh Thornberry", match)) == (None, ("Dr. Hazel Thornberry",))


def test_at_most_three_sources_are_suggested() -> None:
    many = [(f"thornberry {word}", f"Dr. {word} Thornberry", "physician") for word in ("Ada", "Bea", "Cal", "Dot")]
    known = SourceMatcher(many)
    assert len(known.suggestions("Dr. Thornberry", known.match("Dr. Thornberry"))) == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dr. Thornberry", TypedName(("thornberry",), "")),
        ("referred by Dr. Hazel Thornberry, MD", TypedName(("hazel", "thornberry"), "")),
        ("Thornberry, Hazel B.", TypedName(("hazel", "b"), "thornberry")),
        ("Saint Clover, Fennel, DO", TypedName(("fennel",), "stclover")),
        ("Thornberry E", TypedName(("thornberry", "e"), "")),
        ("husband of Hazel Thornberry MA", TypedName(("husband", "of", "hazel", "thornberry"), "")),
        ("wife of Hazel Thornberry", TypedName(("wife", "of", "hazel", "thornberry"), "")),
        ("Secretary of State Hazel Thornberry", TypedName(("hazel", "thornberry"), "")),
        ("Nurse Practitioner Hazel van Thornberry (PCP)", TypedName(("hazel", "van", "thornberry"), "")),
        ("Dr. Thornberry and Dr. Moss", None),
        ("Dr. Thornberry / Yelp", None),
        ("Dr. Thornberry 3", None),
        ("Dr.", None),
    ],
)
def test_the_name_in_a_text_is_read_in_whatever_shape_it_stands(text: str, name: TypedName | None) -> None:
    assert read_name(Wording.of(text)) == name


@pytest.mark.parametrize(
    ("typed", "meant", "mere"),
    [
        ("quilfeather", "quillfeather", True),
        ("goldenrodd", "goldenrod", True),
        ("nigthbloom", "nightbloom", True),
        ("fetherling", "featherling", True),
        ("hollylock", "hollyhock", False),
        ("pebberson", "pebbersen", False),
        ("quillfeathers", "quillfeather", False),
        ("featherlin", "featherling", False),
        ("featherling", "featherling", False),
    ],
)
def test_a_slip_is_told_from_another_name(typed: str, meant: str, mere: bool) -> None:
    assert is_mere_slip(typed, meant) is mere


def test_spellings_one_slip_away_are_found_and_others_are_not() -> None:
    known = Spellings(["google", "yelp", "facebook"])
    assert [known.near(word, 4) for word in ("goggle", "googel", "yepl", "oogle", "googlers", "google")] == [
        ["google"], ["google"], ["yelp"], [], [], [],
    ]  # fmt: skip


def test_one_slip_is_what_the_count_of_slips_calls_one() -> None:
    chance = Random(3)
    words = ["".join(chance.choices("ab", k=chance.randrange(1, 6))) for _ in range(60)]
    pairs = [(typed, meant) for typed in words for meant in words]
    assert [pair for pair in pairs if is_one_slip(*pair) != (slips_between(*pair, most=1) == 1)] == []
