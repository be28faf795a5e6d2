"""One appointment in two sources: what belongs together, and where they differ."""

from typing import Any

import pytest

from jobs.clinic.old_numbers import without_old_numbers
from jobs.clinic.reconcile import FROM_CALENDARS_ON, Difference, Entry, calendars_apart, differences, pair_entries

NINE, TEN = "2026-03-04T17:00:00Z", "2026-03-04T18:00:00Z"


def entry(id: int, start: str = NINE, name: str = "Anna Testperson", patient: int = 0, **more: Any) -> Entry:
    """Of the export; ids from 100 on are of the calendar."""
    first, _, last = name.partition(" ")
    usual = {
        "id": id, "source": "calendar" if id >= 100 else "export", "rank": FROM_CALENDARS_ON if id >= 100 else 0,
        "patient_id": patient or id, "record_id": patient or id, "first_name": first, "last_name": last,
        "starts_at": start, "starts_on": start[:10], "status": "booked", "provider": "", "same_as": 0,
        "patient_key": "4711" if id < 100 else "n:",
    }  # fmt: skip
    return Entry(**(usual | more))


def test_one_patient_at_one_time_is_one_appointment_and_the_spreadsheet_counts() -> None:
    assert pair_entries([entry(1, patient=7), entry(100, patient=7), entry(101, TEN, patient=7)]) == {100: 1}


def test_one_name_at_one_time_is_one_appointment() -> None:
    assert pair_entries([entry(1), entry(2, name="Ben Other"), entry(100)]) == {100: 1}


def test_a_short_name_is_enough_where_it_can_mean_only_one() -> None:
    short = entry(100, name="ANNA T")
    assert pair_entries([entry(1), entry(2, name="Ben Other"), short]) == {100: 1}
    assert pair_entries([entry(1), entry(2, name="Anna Trial"), short]) == {}
    assert pair_entries([entry(1, provider="Pat Doe, PT"), short._replace(provider="Sam Roe")]) == {}


def test_what_a_person_said_are_two_is_never_paired() -> None:
    assert pair_entries([entry(1), entry(100)], apart=[frozenset((1, 100))]) == {}


HALF_PAST, QUARTER_PAST = NINE.replace(":00:00Z", ":30:00Z"), NINE.replace(":00:00Z", ":15:00Z")


def test_less_than_an_hour_apart_is_one_visit_where_it_can_mean_only_one() -> None:
    assert pair_entries([entry(1, patient=7), entry(100, HALF_PAST, patient=7)]) == {100: 1}
    several = entry(1, patient=7), entry(100, HALF_PAST, patient=7), entry(101, QUARTER_PAST, patient=7)
    assert pair_entries(several) == {}
    assert pair_entries([entry(1, patient=7, status="cancelled"), entry(100, HALF_PAST, patient=7)]) == {}


@pytest.mark.parametrize("hour", [15, 16, 18, 21])
def test_a_second_visit_an_hour_or_more_apart_is_another_appointment(hour: int) -> None:
    other = NINE.replace("T17", f"T{hour}")
    assert pair_entries([entry(1, patient=7), entry(100, other, patient=7)]) == {}


def test_pilates_beside_therapy_is_another_visit_and_an_evaluation_may_be_called_a_visit() -> None:
    evaluation = entry(1, patient=7, kind="PT Evaluation")
    assert pair_entries([evaluation, entry(100, HALF_PAST, patient=7, kind="Pilates")]) == {}
    assert pair_entries([evaluation, entry(100, HALF_PAST, patient=7, kind="Pilates", same_as=1)]) == {}
    assert pair_entries([evaluation, entry(100, HALF_PAST, patient=7, kind="PT")]) == {100: 1}
    pilates = entry(100, HALF_PAST, patient=7, kind="Pilates")
    assert pair_entries([evaluation, pilates, entry(101, QUARTER_PAST, patient=7, kind="PT")]) == {101: 1}


def test_a_pet_name_at_one_time_is_one_appointment_where_it_can_mean_only_one() -> None:
    william, robert = entry(1, name="William Testperson"), entry(2, name="Robert Testperson")
    assert pair_entries([william, entry(100, name="Bill Testperson")]) == {100: 1}
    assert pair_entries([william, robert, entry(100, name="Bob T"), entry(101, name="Billy T")]) == {100: 2, 101: 1}
    assert pair_entries([william, entry(100, name="Bob Testperson")]) == {}
    born = william._replace(birth_date="1950-01-02"), entry(100, name="Bill Testperson", birth_date="1980-01-02")
    assert pair_entries(born) == {}


def test_two_first_names_of_one_household_at_one_time_are_one_appointment_where_each_source_has_one() -> None:
    more = {"address_key": "t@mail.example"}
    mei, amy = entry(1, name="Mei Testperson", **more), entry(100, name="Amy Testperson", patient_key="n:amy", **more)
    assert pair_entries([mei, amy]) == {100: 1}
    assert pair_entries([mei, amy._replace(last_name="Other")]) == {100: 1}
    for two in (
        amy._replace(kind="Pilates"),
        amy._replace(patient_key="4712"),
        amy._replace(address_key="other@mail.example"),
        amy._replace(status="cancelled"),
    ):
        assert pair_entries([mei._replace(kind="PT"), two]) == {}
    husband = entry(2, name="Jan Testperson", **more)
    assert pair_entries([mei, husband, amy]) == {}  # she may be any of the two, or neither


def test_a_nameless_entry_at_one_time_and_address_is_the_same_appointment_whoever_else_has_the_address() -> None:
    more = {"address_key": "t@mail.example"}
    anna, nameless = entry(1, **more), entry(100, name="", patient_key="m:t", **more)
    assert pair_entries([anna, nameless]) == {100: 1}
    assert pair_entries([anna._replace(first_name="", last_name=""), entry(100, **more)]) == {100: 1}
    ben = entry(2, name="Ben Testperson", **more)
    assert pair_entries([anna, ben, nameless]) == {100: 1}
    assert pair_entries([anna, ben, nameless, nameless._replace(id=101)]) == {100: 1, 101: 2}
    assert pair_entries([anna, ben, nameless._replace(same_as=2)]) == {100: 2}
    assert pair_entries([anna._replace(provider="Pat Doe"), ben, nameless._replace(provider="Sam Roe")]) == {100: 2}
    assert pair_entries([anna._replace(status="cancelled"), nameless]) == {100: 1}
    for other in (
        nameless._replace(address_key="other@mail.example"),
        nameless._replace(address_key=""),
        nameless._replace(starts_at=QUARTER_PAST),  # may be her child, who comes after her
    ):
        assert pair_entries([anna._replace(kind="PT"), other]) == {}


def test_what_a_nameless_entry_is_called_tells_only_which_of_two_visits_it_is() -> None:
    more = {"address_key": "t@mail.example"}
    treated, nameless = entry(1, kind="PT", **more), entry(100, name="", patient_key="m:t", kind="Pilates", **more)
    assert pair_entries([treated, nameless]) == {100: 1}
    pilates = entry(2, name="Ben Testperson", kind="Private Pilates", **more)
    assert pair_entries([treated, pilates, nameless]) == {100: 2}
    assert pair_entries([treated, pilates, nameless, nameless._replace(id=101, kind="PT")]) == {100: 2, 101: 1}


def test_what_was_paired_stays_so_when_one_is_moved_unless_another_fits_better() -> None:
    moved = entry(100, "2026-03-09T17:00:00Z", patient=7, same_as=1)
    assert pair_entries([entry(1, patient=7), moved]) == {100: 1}
    assert pair_entries([entry(1, patient=7), entry(2, moved.starts_at, patient=7), moved]) == {100: 2}


def test_what_was_paired_and_names_somebody_else_now_stays_so_only_where_both_may_be_one_patient() -> None:
    first = entry(1, patient=7, address_key="anna@mail.example")
    other = entry(100, patient=9, name="Ben Other", same_as=1, address_key="ben@mail.example")
    assert pair_entries([first, other]) == {100: 1}  # the export is another patient's by now, the calendar is behind
    assert pair_entries([first, other], renamed={100}) == {}
    for still in (
        other._replace(patient_id=7),
        other._replace(address_key=first.address_key, starts_at=TEN),
        other._replace(first_name="Anna", last_name="T", starts_at=TEN),
    ):
        assert pair_entries([first, still], renamed={100}) == {100: 1}


def test_of_three_sources_the_first_counts_for_both_others() -> None:
    second = entry(50, patient=7, rank=1, source="studio")
    assert pair_entries([entry(1, patient=7), second, entry(100, patient=7)]) == {50: 1, 100: 1}


def test_two_entries_of_one_source_are_two_appointments() -> None:
    assert pair_entries([entry(1, patient=7), entry(2, patient=7)]) == {}


def what(*entries: Entry) -> list[tuple[str, str]]:
    return [(difference.what, difference.starts_at) for difference in differences(entries)]


def test_what_agrees_is_no_difference() -> None:
    assert what(entry(1), entry(100, same_as=1)) == []
    assert what(entry(1, status="completed"), entry(100, same_as=1)) == []
    assert what(entry(1, status="cancelled"), entry(100, same_as=1, status="cancelled")) == []


def test_another_time_and_a_cancellation_in_only_one_are_told() -> None:
    assert what(entry(1), entry(100, TEN, same_as=1)) == [("at another time", NINE)]
    assert what(entry(1), entry(100, same_as=1, status="cancelled")) == [("cancelled only in the calendar", NINE)]
    assert what(entry(1, status="cancelled"), entry(100, same_as=1)) == [("cancelled only in the spreadsheet", NINE)]


def test_what_only_one_of_them_has_is_told() -> None:
    pair = entry(1, provider="Pat"), entry(100, same_as=1)
    assert what(*pair, entry(101, TEN)) == [("only in the calendar", TEN)]
    assert what(*pair, entry(2, TEN, provider="Pat")) == [("only in the spreadsheet", TEN)]


def test_a_provider_without_a_calendar_and_a_day_beyond_it_are_not_missed() -> None:
    pair = entry(1, provider="Pat"), entry(100, same_as=1)
    assert what(*pair, entry(2, TEN, provider="Sam")) == []
    assert what(*pair, entry(2, "2026-03-20T17:00:00Z", provider="Pat")) == []
    assert what(entry(1), entry(2, TEN)) == []  # there is no calendar


def test_a_difference_can_be_told_without_the_patient() -> None:
    (told,) = differences([entry(1, provider="Pat"), entry(100, TEN, same_as=1)])
    assert told.unnamed() == Difference(
        "at another time", "2026-03-04", NINE, TEN, "Pat", "export", "calendar", status="booked"
    )
    assert "Anna" not in repr(told.unnamed())


def test_a_calendar_of_its_own_is_not_missed_in_the_spreadsheet_and_that_is_said() -> None:
    pilates = entry(200, TEN, "Mira Quill", source="pilates", rank=FROM_CALENDARS_ON + 1)
    entries = [entry(1), entry(100, same_as=1), pilates]
    assert what(*entries) == []
    assert calendars_apart(entries) == {"pilates": 1}
    assert calendars_apart([pilates]) == {}  # there is nothing to compare it with


def test_a_number_that_is_gone_is_the_visit_that_stands_in_its_place() -> None:
    old = entry(1, patient=7, record_id=1, gone=True)
    assert pair_entries([old, entry(2, patient=7)]) == {1: 2}
    assert pair_entries([old, entry(2, HALF_PAST, patient=7)]) == {1: 2}
    assert pair_entries([old, entry(2, TEN, patient=7)]) == {}
    assert pair_entries([old, entry(2, patient=8)]) == {}
    assert pair_entries([old._replace(gone=False), entry(2, patient=7)]) == {}
    pilates = entry(2, patient=7, kind="Pilates")
    assert pair_entries([old._replace(kind="PT"), pilates]) == {}
    called_off = old._replace(status="cancelled")
    assert pair_entries([called_off, entry(2, patient=7)]) == {}
    assert pair_entries([called_off, entry(2, patient=7, status="cancelled")]) == {1: 2}
    assert pair_entries([old._replace(status="rescheduled"), entry(2, patient=7)]) == {1: 2}


def test_of_several_numbers_that_are_gone_each_chart_has_one_for_a_visit() -> None:
    two = [entry(n, patient=7, record_id=1, gone=True) for n in (1, 2)]
    assert pair_entries([*two, entry(3, patient=7)]) == {1: 3}
    assert pair_entries([*two, entry(3, patient=7), entry(4, patient=7)]) == {1: 3, 2: 4}
    assert pair_entries([two[0], two[1]._replace(record_id=2), entry(3, patient=7)]) == {1: 3, 2: 3}


def test_what_is_known_as_one_stays_one_until_the_number_is_back() -> None:
    old, new = entry(1, patient=7, gone=True, same_as=2), entry(2, TEN, patient=7)
    assert pair_entries([old, new]) == {1: 2}
    assert pair_entries([old, new._replace(gone=True)]) == {1: 2}
    assert pair_entries([old._replace(gone=False), new]) == {}
    assert pair_entries([old._replace(gone=False), new._replace(starts_at=NINE, gone=True)]) == {2: 1}


def test_a_calendar_has_the_visit_whatever_its_number_was() -> None:
    old, new, copy = entry(1, patient=7, gone=True), entry(2, patient=7), entry(100, patient=7)
    assert pair_entries([old, new, copy]) == {1: 2, 100: 2}
    calendars = old._replace(id=101, source="calendar", rank=FROM_CALENDARS_ON)
    assert pair_entries([calendars, new, copy]) == {101: 2, 100: 2}
    told = [calendars._replace(same_as=2, starts_at=TEN), new, copy._replace(same_as=2)]
    assert (without_old_numbers(told), differences(without_old_numbers(told))) == ([*told[1:]], [])
    assert without_old_numbers([old._replace(same_as=2), new]) == [new]
