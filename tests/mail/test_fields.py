"""The words that fill a letter. All names here are made up."""

import pytest

from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import (
    FIELDS,
    ArticleValues,
    LetterValues,
    clinic_values,
    greeting_name,
    one_line,
    readable_article,
    spoken_values,
)
from jobs.mail.spoken_dates import day_in_words, moment_in_words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Pat", "Pat"),
        ("PAT", "Pat"),
        ("mary-ann", "Mary-Ann"),
        ("Mary Ann", "Mary Ann"),
        ("McMade", "McMade"),
        ("D'Arcy", "D'Arcy"),
        ("José", "José"),
        ("Łucja", "Łucja"),
        ("J.", "there"),
        ("李", "李"),
        ("Robert (Bob)", "Robert"),
        ('Anh "Annie"', "Anh"),
        ("Robert 'Bob' Lee", "Robert Lee"),
        ("(Bob)", "there"),
        ("Maximiliane-Alexandra Katharina-Elisabeth", "Maximiliane-Alexandra"),
        ("buy " * 21, "there"),
        ("J.R.", "there"),
        ("Bob - owes copay", "Bob"),
        ("Bob DNC", "Bob"),
        ("", "there"),
        ("  ", "there"),
        ("-", "there"),
        ("555-0100", "there"),
        ("pat@patient.example", "there"),
        ("evil.example", "there"),
        ("<b>Pat</b>", "there"),
        ("[Pat](x)", "there"),
        ("x" * 41, "there"),
        ("Pat\u202e\r\n", "Pat"),
    ],
)
def test_a_patient_is_greeted_by_name_or_kindly_without(typed: str, said: str) -> None:
    assert greeting_name(typed) == said


def test_a_day_is_said_in_words_on_any_machine() -> None:
    assert day_in_words("2026-03-04") == "Wednesday, March 4"
    assert day_in_words("") == ""


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        ("2026-03-04T17:30:00Z", "America/Los_Angeles", ("Wednesday, March 4", "9:30 AM")),
        ("2026-03-05T01:00:00Z", "America/Los_Angeles", ("Wednesday, March 4", "5:00 PM")),
        ("2026-07-04T19:05:00Z", "America/Los_Angeles", ("Saturday, July 4", "12:05 PM")),
        ("2026-03-04T05:00:00Z", "America/New_York", ("Wednesday, March 4", "")),
        ("", "America/New_York", ("", "")),
    ],
)
def test_a_moment_is_said_in_the_clinics_own_time_and_midnight_is_none(
    moment: str, zone: str, words: tuple[str, str]
) -> None:
    assert moment_in_words(moment, zone) == words


def test_the_provider_is_a_person_or_left_out() -> None:
    said = [spoken_values(LetterValues(provider=typed), "UTC") for typed in ("REYES, DANA PT", "Unassigned")]
    assert [values["appointment_provider"] for values in said] == ["Dana Reyes, PT", ""]


def test_a_long_text_is_cut_at_a_word() -> None:
    assert one_line("one two\nthree\tfour", 14) == "one two three…"
    assert one_line("x" * 200) == "x" * 119 + "…"
    assert one_line("short") == "short"


def test_an_article_needs_an_address_of_the_web() -> None:
    assert readable_article(ArticleValues("T\n", " https://a.example/x ")).url == "https://a.example/x"
    for url in ("javascript:alert(1)", "", "https://a.example/ b", 'https://a.example/"x', "https://"):
        with pytest.raises(ValueError, match="does not start with"):
            readable_article(ArticleValues("T", url))


def test_every_field_of_the_table_has_a_value_and_an_example() -> None:
    clinic = ClinicProfile("riverbend", "Riverbend", "UTC", "1 Main Street", greeting_from="")
    values = {name.replace(".", "_"): text for name, text in clinic_values(clinic).items()}
    known = values | dict(spoken_values(LetterValues(), "UTC"))
    assert {field.name.replace(".", "_") for field in FIELDS} == set(known) - {"letter_stop_url"}
    assert values["clinic_signature"] == "Riverbend"
    assert all(field.meaning and field.example for field in FIELDS)


def test_no_field_of_the_patient_may_stand_in_a_subject() -> None:
    assert not [field.name for field in FIELDS if field.in_subject and field.name.startswith(("patient", "article"))]


def test_one_click_is_preferred_to_a_mail_for_stopping() -> None:
    both = LetterValues(unsubscribe_mailto="mailto:stop@a.example", unsubscribe_url="https://a.example/s")
    assert spoken_values(both, "UTC")["letter_stop_url"] == "https://a.example/s"
    assert spoken_values(both._replace(unsubscribe_url=""), "UTC")["letter_stop_url"] == "mailto:stop@a.example"
