"""Whom each row names, and how the patient is reached. All people here are made up."""

from dataclasses import replace

from small_tables import RULES, one, usual

from jobs.clinic.normalize import normalize
from jobs.clinic.value_rules import ValueRules


def test_names_in_one_column() -> None:
    source = usual(2, patient_name=["Fictional, Pat", "Dr. Kim Sample"])
    del source.columns["first_name"], source.columns["last_name"]
    appointments, _ = normalize(source, RULES)
    assert [found[2:4] for found in appointments] == [("Pat", "Fictional"), ("Kim", "Sample")]


def test_test_patients_and_nameless_rows_are_set_aside() -> None:
    source = usual(3, first_name=["TEST", "", "Pat"], last_name=["Patient", "", "Fictional"], patient_id=["7", "", ""],
                   email=["a@made.example", "", ""])  # fmt: skip
    appointments, problems = normalize(source, RULES)
    assert [found.patient_key for found in appointments] == ["n:pat fictional"]
    assert [(problem.row, problem.what) for problem in problems] == [
        (2, "This is a test patient."),
        (3, "The row names no patient."),
    ]


def test_a_malformed_address_leaves_the_row_without_one() -> None:
    appointments, problems = normalize(usual(2, email=["pat@made", "none"]), RULES)
    assert [found.email for found in appointments] == ["", ""]
    assert [(problem.row, problem.value, problem.set_aside) for problem in problems] == [(2, "pat@made", False)]


def test_an_export_without_addresses_says_so_once() -> None:
    source = usual(200)
    del source.columns["email"]
    appointments, problems = normalize(source, RULES)
    assert len(appointments) == 200
    assert [problem.what for problem in problems] == [
        "This export has no e-mail column: no letter is possible for patients whom no other source knows."
    ]


def test_the_same_patient_has_one_key_in_two_sources() -> None:
    keys = set()
    for prefix in ("first", "second"):
        source = usual(patient_id="", email="Pat+x@MADE.example" if prefix == "first" else "pat@made.example")
        keys.add(one(source, ValueRules("America/New_York", prefix=prefix)).patient_key)
    assert keys == {"m:pat@made.example pat"}


def test_who_treats_is_not_the_patient_whom_an_entry_names() -> None:
    """An entry of a calendar, or a row of a calendar's export, which shows addresses alone."""
    entries = usual(5, title=["PT - Ben Made", "PT - Ben Made", "PT session", "PT - Ivy Made", "PT - Ivy"],
                    attendee=["ben@made.example", *["ivy@clinic.example"] * 4],
                    attendee_name=["", "", "", "Ivy Made", "Ivy Made"])  # fmt: skip
    for name in ("first_name", "last_name", "email", "patient_id"):
        entries.columns.pop(name, None)
    found, problems = normalize(entries, replace(RULES, own=("clinic.example",)))
    assert [(each.first_name, each.email) for each in found] == [
        ("Ben", "ben@made.example"),
        ("Ben", ""),
        ("", "ivy@clinic.example"),
        ("Ivy", "ivy@clinic.example"),
        ("Ivy", ""),
    ]
    assert problems == []
