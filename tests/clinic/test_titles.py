"""What a calendar title says."""

import pytest

from jobs.clinic.titles import Title, read_title


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Eval - ANNA T (back)", Title("Eval", "ANNA", "T", "back")),
        ("Follow up: Anna Testperson \u2013 knee", Title("Follow up", "Anna", "Testperson", "knee")),
        ("PT Anna T. / shoulder", Title("PT", "Anna", "T", "shoulder")),
        ("Pilates - MIRA Q (back)", Title("Pilates", "MIRA", "Q", "back")),
        ("Initial Evaluation: Mira O'Quill", Title("Initial Evaluation", "Mira", "O'Quill", "")),
        ("Pilates reformer - Mira", Title("Pilates reformer", "Mira", "", "")),
    ],
)
def test_kind_patient_and_complaint_are_read(title, read):
    assert read_title(title) == read


@pytest.mark.parametrize("title", ["Lunch", "Block", "BLOCKED - admin", "Staff meeting", "Holiday", "Out of office"])
def test_time_that_nobody_booked_is_no_appointment(title):
    assert read_title(title).is_break


@pytest.mark.parametrize("title", ["", "Mira's dog", "Eval - 12345", "Car inspection"])
def test_a_title_without_a_patient_names_nobody(title):
    read = read_title(title)
    assert (read.first_name, read.last_name, read.is_break) == ("", "", False)


def test_the_clinics_own_pattern_comes_first():
    pattern = r"(?P<patient>[^|]+)\|(?P<kind>[^|]+)\|(?P<complaint>.*)"
    assert read_title("Quill, Mira|IE|neck", pattern) == Title("IE", "Mira", "Quill", "neck")
    assert read_title("Lunch", pattern).is_break
