"""Names and keys of patients. All names here are made up."""

import pytest

from jobs.clinic.cells import Doubt
from jobs.clinic.people import check_name, may_be_stand_in, person_key, read_name, read_part, read_surname
from jobs.clinic.problems import DIED_BY_NAME
from jobs.clinic.said_names import said_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fictional, Pat", ("Pat", "Fictional")),
        ("Pat Fictional", ("Pat", "Fictional")),
        ("  FICTIONAL ,  PAT ", ("PAT", "FICTIONAL")),
        ("Dr. Pat Q. Fictional", ("Pat", "Fictional")),
        ("Pat Fictional, PT, DPT", ("Pat", "Fictional")),
        ("Fictional, Pat, Jr.", ("Pat", "Fictional Jr.")),
        ("Pat Fictional, Jr.", ("Pat", "Fictional Jr.")),
        ("Pat van der Made", ("Pat", "van der Made")),
        ("Fictional, Pat (Patty)", ("Pat", "Fictional")),
        ("Fictional, Jr., Pat", ("Pat", "Fictional Jr.")),
        ("Fictional, J.R.", ("J.R.", "Fictional")),
        ("Fictional, Jr.", ("", "Fictional Jr.")),
        ("Fictional, Pat - VIP", ("Pat - VIP", "Fictional")),
        ("Do, Kim", ("Kim", "Do")),
        ("Pat", ("Pat", "")),
        ("", ("", "")),
    ],
)
def test_a_name_in_one_cell_is_split(text: str, expected: tuple[str, str]) -> None:
    assert read_name(text) == expected


def test_titles_and_degrees_are_no_part_of_a_name() -> None:
    assert read_part("Mr. Pat") == "Pat"
    assert read_part("Fictional, MD") == "Fictional"
    assert read_part("Do") == "Do"


@pytest.mark.parametrize(
    "name", [("Test", "Patient"), ("Pat", "TEST"), ("DO NOT", "USE"), ("Zzz", "Made"), ("zztest", "")]
)
def test_a_test_patient_is_told_from_a_real_one(name: tuple[str, str]) -> None:
    assert may_be_stand_in(name)
    found = check_name(name)
    assert isinstance(found, Doubt) and found.set_aside


@pytest.mark.parametrize("name", [("Pat", "Testa"), ("Ann", "Knott"), ("Contessa", "Made"), ("Liz", "Azzopardi")])
def test_a_name_that_only_looks_like_test_stays(name: tuple[str, str]) -> None:
    assert check_name(name) == ""


def test_a_patient_without_number_has_one_key_in_every_source() -> None:
    assert person_key("Jo+x@made.example", "Jo", "Made", "", "") == person_key("jo@MADE.example", "JO", "", "", "555")
    assert person_key("", "Jo", "Made", "1984-08-02", "1") == "b:jo made 1984-08-02"
    assert person_key("", "Jo", "Made", "", "+15550100") == person_key("", "jo", "MADE", "", "15550100")
    assert person_key("", "Jo", "Made", "", "") == "n:jo made"
    assert person_key("", "", "", "1984-08-02", "1") == ""


def test_two_of_a_family_with_one_address_are_two_patients() -> None:
    assert person_key("m@made.example", "Jo", "Made", "", "") != person_key("m@made.example", "Ann", "Made", "", "")


@pytest.mark.parametrize(
    "text",
    "Kent, Ed (Deceased)|Kent, Ed - DECEASED|DECEASED Kent, Ed|Kent, Ed (dec'd 11/20)|Kent, Ed [RIP]|Kent, Ed RIP|"
    "Kent, Ed deceased 11/2026|*Deceased* Kent, Ed|Estate of Ed Kent|Kent, Estate of Ed|Kent (Deceased), Ed|"
    "Kent, Ed - pt passed away 11/02/2026|R.I.P. Ed Kent|Kent, Ed \u2020|Ed Kent (estate)".split("|"),
)
def test_a_death_noted_beside_a_name_is_told_and_is_no_part_of_the_name(text: str) -> None:
    found = read_name(text)
    assert isinstance(found, Doubt)
    assert (found.what, found.value, found.set_aside) == (DIED_BY_NAME, ("Ed", "Kent"), False)


@pytest.mark.parametrize("text", ["Son (Deceased)", "Son - RIP", "Son RIP"])
def test_a_death_is_noted_in_the_cell_of_one_name_too(text: str) -> None:
    found = read_part(text)
    assert isinstance(found, Doubt) and (found.what, found.value) == (DIED_BY_NAME, "Son")


@pytest.mark.parametrize(
    "text",
    "Rip, Ed|Kent, Rip|KENT, RIP|Kent, Robert (Rip)|Deceasedo, Ann|Desmond, Al|Estates, Ann|Ripley, Ann|"
    "Kent, Ed (wife deceased)|Kent, Ed - husband died 2020|Kent, Ann - not deceased|Kent, Ed (auth expired)".split("|"),
)
def test_who_is_called_so_or_mourns_somebody_has_not_died(text: str) -> None:
    assert not isinstance(read_name(text), Doubt)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Todd/Made, Rae", "Rae", "Todd/Made"),
        ("Made, Quinn c/o Mary Made", "Quinn c/o Mary Made", "Made"),
        ("Made c/o Mother, Tim", "Tim", "Made c/o Mother"),
        ("Made, Ann DOB 3/4", "Ann DOB 3/4", "Made"),
        ("Made, Ed 11/2026", "Ed 11/2026", "Made"),
        ("Made, Al s/p TKA", "Al s/p TKA", "Made"),
    ],
)
def test_a_double_surname_a_contact_and_a_date_are_no_second_person(text: str, first: str, last: str) -> None:
    assert read_name(text) == (first, last)
    assert said_name(first).name == first.split()[0]


def test_two_first_names_are_two_people_and_two_surnames_are_one() -> None:
    for text in ("Made, Rita/Marg", "Rita/Tom Made", "Rita Made / Tom Made", "Made, Bo & Jo", "Made & Hall, Rita"):
        assert isinstance(read_name(text), Doubt)
    assert isinstance(read_part("Rita/Marg"), Doubt)
    assert read_surname(" Todd/Made ") == "Todd/Made"
    assert isinstance(read_surname("Todd / Made"), Doubt)
