"""One appointment in two sources: what belongs together, and where they differ."""

from typing import Any

from jobs.clinic.reconcile import FROM_CALENDARS_ON, Difference, Entry, calendars_apart, differences, pair_entries

NINE, TEN = "2026-03-04T17:00:00Z", "2026-03-04T18:00:00Z"


def entry(id: int, start: str = NINE, name: str = "Anna Testperson", patient: int = 0, **more: Any) -> Entry:
    """Of the export; ids from 100 on are of the calendar."""
    first, _, last = name.partition(" ")
    usual = {
        "id": id, "source": "calendar" if id >= 100 else "export", "rank": FROM_CALENDARS_ON if id >= 100 else 0,
        "patient_id": patient or id, "record_id": patient or id, "first_name": first, "last_name": last,
        "starts_at": start, "starts_on": start[:10], "status": "booked", "provider": "", "same_as": 0,
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


def test_the_same_day_at_another_time_is_one_appointment_where_there_is_one_only() -> None:
    assert pair_entries([entry(1, patient=7), entry(100, TEN, patient=7)]) == {100: 1}
    assert pair_entries([entry(1, patient=7), entry(100, TEN, patient=7), entry(101, TEN[:-3] + "5Z", patient=7)]) == {}
    assert pair_entries([entry(1, patient=7, status="cancelled"), entry(100, TEN, patient=7)]) == {}


def test_what_was_paired_stays_so_when_one_is_moved_unless_another_fits_better() -> None:
    moved = entry(100, "2026-03-09T17:00:00Z", patient=7, same_as=1)
    assert pair_entries([entry(1, patient=7), moved]) == {100: 1}
    assert pair_entries([entry(1, patient=7), entry(2, moved.starts_at, patient=7), moved]) == {100: 2}


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
