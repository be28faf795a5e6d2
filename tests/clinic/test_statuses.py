"""What became of an appointment."""

import pytest

from jobs.clinic.cells import Doubt
from jobs.clinic.records import STATUSES
from jobs.clinic.statuses import SPELLINGS, is_late, settle_status, status_reader

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
        ("Inactive", "rescheduled"),
        ("Never Booked", "deleted"),
        ("Archived", "deleted"),
        ("entered-in-error", "deleted"),
        ("VOID", "deleted"),
        ("Deleted (double entry)", "deleted"),
        ("OUT-SICK", "cancelled"),
    ],
)
def test_spellings_of_practice_systems_are_known(text: str, expected: str) -> None:
    assert READ(text) == expected


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        ("cancelled", "Canceled (weather); CX - illness; Pt Cancelled <24h; Cancelled/insurance"),
        ("cancelled", "Cancelled - not feeling well; Cancelled - auth pending; cx per pt request"),
        (
            "cancelled",
            "Cancelled - put on waitlist; Cancelled - reschedule needed; cancelled_by_patient_sick",
        ),
        ("no_show", "cancelled no show; Cancelled / No-Show; No Show - called; NS (late)"),
        ("rescheduled", "Cancelled - moved; CX/RS; Cancelled - R/S to 12/22; Cancelled then rescheduled"),
        ("rescheduled", "Cancelled: mother passed away; Left without being seen; LWBS; On hold; Waitlist"),
        (
            "rescheduled",
            "Cancellation list; On cancellation list; R/S - pt sick; Wait list - AM",
        ),
        ("deleted", "Cancelled - entered in error; CX: duplicate; Cancelled (scheduling error); Deleted - duplicate"),
        ("deceased", "Deceased; Cancelled - Deceased; Cancelled: patient passed away; CX, pt died 12/1"),
        ("deceased", "Pt died per wife; passed away 11/30"),
        (
            "",
            "Cancel requested; Cancellation pending; Cancelled in error; Not cancelled; No show - seen; "
            "Deleted - no show",
        ),
        ("", "deceased wife; CXR; Uncancelled"),
    ],
)
def test_a_status_with_its_reason_is_read_and_what_contradicts_itself_is_not(status: str, texts: str) -> None:
    read = {text: READ(text) for text in texts.split("; ")}
    assert {text: "" if isinstance(found, Doubt) else found for text, found in read.items()} == dict.fromkeys(
        read, status
    )


@pytest.mark.parametrize(
    ("late", "texts"),
    [
        (True, "Late cancel; Late cancel - illness; Pt Cancelled <24h; Same-day cancel (sick); cancelled (late)"),
        (False, "Cancelled; Cancelled >24h; Cancelled - illness; Late cancel - no show; No show (late); Completed"),
    ],
)
def test_a_cancellation_came_too_late_where_its_text_says_so(late: bool, texts: str) -> None:
    assert {text: is_late(text) for text in texts.split("; ")} == dict.fromkeys(texts.split("; "), late)


@pytest.mark.parametrize("status", ["booked", "arrived", "completed", "no_show", "cancelled", "rescheduled"])
def test_a_row_that_was_deleted_is_deleted_whatever_else_it_says_but_for_a_death(status: str) -> None:
    assert settle_status(status, "yes", "yes", "yes", "yes") == "deleted"
    assert settle_status("deceased", "", "", "", "yes") == "deceased"


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
