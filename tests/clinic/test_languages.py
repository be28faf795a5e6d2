"""In which language a patient is written to, as practice systems and front desks write it."""

import pytest

from jobs.clinic.cells import CORRECT, Doubt
from jobs.clinic.languages import read_language


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Spanish", "es"),
        ("ESPAÑOL", "es"),
        (" spa ", "es"),
        ("es-MX", "es"),
        ("Spanish; Castilian", "es"),
        ("Spanish (interpreter needed)", "es"),
        ("English", "en"),
        ("en_US", "en"),
        ("English, Spanish", "en"),
        ("zh-Hant-TW", "zh"),
        ("Mandarin", "zh"),
        ("", ""),
        ("Unknown", ""),
        ("Declined", ""),
        ("Prefer not to say", ""),
    ],
)
def test_a_language_is_known_by_its_name_or_its_code(typed: str, code: str) -> None:
    assert read_language(typed) == code


@pytest.mark.parametrize("typed", ["Elvish", "yes", "qq", "(", "/"])
def test_a_language_that_nobody_knows_is_a_doubt_and_not_a_guess(typed: str) -> None:
    doubt = Doubt("", "This language is not known; the patient's letters are in the clinic's own.", CORRECT)
    assert read_language(typed) == doubt
