"""What became of an appointment."""

import pytest

from jobs.clinic.cells import Doubt
from jobs.clinic.records import STATUSES
from jobs.clinic.statuses import SPELLINGS, settle_status, status_reader

READ = status_reader({"Out Sick": "cancelled"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("canceled", "cancelled"),
        ("Cancelled by patient", "cancelled"),
        ("late cancel", "cancelled"),
        ("CANCELLED - Late", "cancelled"),
        ("no-show", "no_show"),
        ("No Show", "no_show"),
        ("DNA", "no_show"),
        ("did not arrive", "no_show"),
        ("Checked In", "arrived"),
        ("Arrived", "arrived"),
        ("Completed", "completed"),
        ("Attended", "completed"),
        ("Seen", "completed"),
        ("Kept", "completed"),
        ("scheduled", "booked"),
        ("Confirmed", "booked"),
        ("booked", "booked"),
        ("", "booked"),
        ("Rescheduled", "rescheduled"),
        ("Moved", "rescheduled"),
        ("Never Booked", "rescheduled"),
        ("OUT-SICK", "cancelled"),
    ],
)
def test_spellings_of_practice_systems_are_known(text: str, expected: str) -> None:
    assert READ(text) == expected


def test_an_unknown_status_sets_the_row_aside_and_names_the_remedy() -> None:
    found = READ("Weird")
    assert isinstance(found, Doubt) and found.set_aside
    assert found.what == 'The status "Weird" is not known; the appointment is left out rather than guessed.'
    assert "statuses: of this source in config/sources.yaml" in found.remedy


def test_no_spelling_means_two_things() -> None:
    words = [word.strip() for words in SPELLINGS.values() for word in words.split(",")]
    assert len(words) == len(set(words))
    assert set(SPELLINGS) == set(STATUSES)


@pytest.mark.parametrize(
    ("status", "cancelled", "no_show", "arrived", "expected"),
    [
        ("booked", "yes", "", "", "cancelled"),
        ("booked", "no", "yes", "no", "no_show"),
        ("booked", "", "", "yes", "arrived"),
        ("arrived", "yes", "", "yes", "cancelled"),
        ("completed", "yes", "", "", "completed"),
        ("booked", "no", "no", "", "booked"),
        ("no_show", "", "", "yes", "no_show"),
    ],
)
def test_a_yes_wins_over_an_open_status_only(
    status: str, cancelled: str, no_show: str, arrived: str, expected: str
) -> None:
    assert settle_status(status, cancelled, no_show, arrived) == expected
