"""What of a cell of a first name a letter says. All names here are made up."""

import csv
from pathlib import Path

import pytest

from jobs.clinic.said_names import said_name

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("typed", "left_out"),
    [
        ("Bob - VIP", "VIP"),
        ("Bob VIP", "VIP"),
        ("VIP Bob", "VIP"),
        ("VIP - Bob", "VIP"),
        ("Bob-VIP", "VIP"),
        ("BOB-WC", "WC"),
        ("Bob *WC*", "WC"),
        ("*WC* Bob", "WC"),
        ("Bob #2", "#2"),
        ("Bob 2nd", "2nd"),
        ("Bob 925-555-0101", "925-555-0101"),
        ("Bob DNC", "DNC"),
        ("BOB MVA", "MVA"),
        ("Bob QZX", "QZX"),  # no word of any list: capitals beside a name
        ("Bob grumpy", "grumpy"),  # small letters beside a name
        ("Bob DO NOT CALL", "DO NOT CALL"),
        ("BOB DO NOT CALL", "DO NOT CALL"),
        ("bob do not call", "do not call"),
        ("Bob Do Not Call", "Do Not Call"),
        ("Bob - owes copay", "owes copay"),
        ("Bob owes $40", "owes $40"),
        ("Bob, call first", "call first"),
        ("Bob: late", "late"),
        ("Bob/Interpreter", "Interpreter"),
        ("Bob NEW PT", "NEW PT"),
        ("Bob Medicare", "Medicare"),
        ("Bob Workers' Comp", "Workers' Comp"),
        ("BOB AGGRESSIVE", "AGGRESSIVE"),
        ("Bob MD VIP", "MD VIP"),
        ("Bob (owes copay) VIP", "VIP"),
    ],
)
def test_a_note_beside_a_first_name_is_never_said_and_told(typed: str, left_out: str) -> None:
    assert said_name(typed) == ("Bob", left_out)


@pytest.mark.parametrize(
    "typed",
    ["Bob Jr.", "BOB JR", "bob iii", "Bob Sr", "Bob Esq.", "Bob MD", "Mr. Bob", "Bob A.", "J. Bob", "Bob (WC)",
     "Bob (WC", 'Bob "Bobby"', "Bob.", "Bob -", "*Bob", "Bob `"],
)  # fmt: skip
def test_suffixes_titles_initials_and_nicknames_are_left_out_without_a_word(typed: str) -> None:
    assert said_name(typed) == ("Bob", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("MARY ANN", "Mary Ann"),
        ("mary ann", "Mary Ann"),
        ("mARY aNN", "Mary Ann"),
        ("mary Ann", "Mary Ann"),
        ("Mary K. Ann", "Mary Ann"),
        ("JEAN-LUC", "Jean-Luc"),
        ("Jean Luc", "Jean Luc"),
        ("O'NEIL", "O'Neil"),
        ("d'angelo", "D'Angelo"),
        ("DE'ANDRE", "De'Andre"),
        ("Na'im", "Na'im"),
        ("MCKENNA", "McKenna"),
        ("de la Cruz", "de la Cruz"),
        ("María de los Ángeles", "María de los Ángeles"),
        ("MARÍA DE LOS ÁNGELES", "María de los Ángeles"),
        ("juan de dios", "Juan de Dios"),
        ("Ma. Elena", "Ma. Elena"),
        ("Nguyen Thi", "Nguyen Thi"),
        ("THI MINH ANH", "Thi Minh Anh"),
        ("Van", "Van"),
        ("Do Quyen", "Do Quyen"),
        ("Ng", "Ng"),
        ("TJ", "TJ"),
        ("aj", "AJ"),
        ("İBRAHİM", "İbrahim"),
        ("王小明", "王小明"),
        ("ОЛЬГА", "Ольга"),
        ("आराध्या", "आराध्या"),
        ("Ji-hye", "Ji-hye"),
    ],
)
def test_a_name_is_said_as_it_is_written(typed: str, said: str) -> None:
    assert said_name(typed) == (said, "")


@pytest.mark.parametrize(
    "name", ["Cash", "Hope", "Lien", "May", "Early", "Kaiser", "Per", "Will", "New", "Blue", "Gold", "Rev"]
)
def test_a_rare_name_that_is_also_a_word_is_a_name(name: str) -> None:
    assert [said_name(each).name for each in (name, name.upper(), name.lower())] == [name] * 3


@pytest.mark.parametrize(
    "typed",
    ["J.R.", "T. J.", "J", "Jr", "JR", "III", "Mr", "Dr.", "Rev.", "DNC", "VIP", "Unknown", "TBD", "N/A", "Patient",
     "New Patient", "Baby", "Baby Girl", "Do not use", "DO NOT CALL Bob", "No show", "Bob's mom", "Bob & Ann",
     "Bob and Ann", "Bob/Ann", "Bob + Ann", "Ana y Luis", "BCBS", "555-0100", "Bob pat@made.example",
     "evil.example", "x" * 41, "buy " * 21],
)  # fmt: skip
def test_what_is_no_name_of_one_person_is_not_said(typed: str) -> None:
    assert said_name(typed) == ("", "")


def test_no_first_name_of_a_real_list_is_lost_however_it_is_written() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared inputs are not here")
    with (SHARED / "appointments" / "synthetic_patients.csv").open(newline="") as file:
        names = sorted({row["first_name"] for row in csv.DictReader(file)})
    assert len(names) > 100
    for name in names:
        assert [said_name(each).name for each in (name, name.upper(), name.lower())] == [name] * 3
        assert said_name(f"Mary {name}".upper()) == (f"Mary {name}", "")
