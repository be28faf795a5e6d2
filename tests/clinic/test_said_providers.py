"""Whom a letter says the patient will see. All names here are made up."""

import pytest

from jobs.clinic.said_providers import said_provider


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("REYES, DANA", "Dana Reyes"),
        ("Reyes, Dana PT", "Dana Reyes, PT"),
        ("REYES, DANA, PT, DPT", "Dana Reyes, PT, DPT"),
        ("Dana Reyes, PT, DPT, OCS", "Dana Reyes, PT, DPT, OCS"),
        ("Dana Reyes PT CMPT", "Dana Reyes, PT, CMPT"),
        ("dana reyes, pt", "Dana Reyes, PT"),
        ("Ann Lee, Ph.D.", "Ann Lee, Ph.D."),
        ("Reyes Jr., Dana", "Dana Reyes Jr."),
        ("LEE, DR. ANN", "Dr. Ann Lee"),
        ("MCMADE, KIM", "Kim McMade"),
        ("O'MADE, SHAWN", "Shawn O'Made"),
        ("de la Cruz, María PT", "María de la Cruz, PT"),
        ("KIM DO", "Kim Do"),
        ("Dana", "Dana"),
        ("李医生", "李医生"),
        ("Dana Reyes PT (do not overbook)", "Dana Reyes, PT"),
        ("Dana Reyes - covering", "Dana Reyes"),
        ("Dana Reyes PRN", "Dana Reyes"),
        ("Dana Reyes, Physical Therapist", "Dana Reyes"),
        ("Room 2 - Dana Reyes", "Dana Reyes"),
        ("Made, Sample and Sons", "Made, Sample and Sons"),
        ("Dana Reyes PT / Osei, Kim", "Dana Reyes, PT / Kim Osei"),
    ],
)
def test_a_provider_is_named_as_spoken_with_the_degree_and_without_notes(typed: str, said: str) -> None:
    assert said_provider(typed) == said
    assert said_provider(said) == said


@pytest.mark.parametrize(
    "typed",
    ["Unassigned", "TBD", "T.B.D.", "WAITLIST", "Wait list", "TBD - Dana", "First Available", "Any provider",
     "Front Desk", "Gym", "Room 2", "PT Aide", "PT", "12", "DR", "DMR", "Physical Therapist", "N/A", "-", "",
     "d.reyes@made.example"],
)  # fmt: skip
def test_who_is_no_person_is_left_out_of_the_letter(typed: str) -> None:
    assert said_provider(typed) == ""


@pytest.mark.parametrize("name", ["Lee Main", "Art Gym", "Holly Day", "Hall", "Will Call-Made", "Jo Ng"])
def test_a_person_with_a_name_like_a_place_is_named(name: str) -> None:
    assert said_provider(name) == name
