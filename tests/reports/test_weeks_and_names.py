"""Weeks, months and years as they stand beside each other, and what two spellings of a name have in common."""

from datetime import date

import pytest

from jobs.clinic.periods import Period, last_whole_week, period_named, week_of, year_of
from jobs.clinic.source_names import ReferralNames, name_key


@pytest.mark.parametrize(
    ("day", "label", "year_to_date"),
    [
        (date(2026, 1, 1), "2026-W01", (date(2026, 1, 1), date(2026, 1, 4))),
        (date(2026, 12, 31), "2026-W53", (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2027, 1, 3), "2026-W53", (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2027, 1, 4), "2027-W01", (date(2027, 1, 1), date(2027, 1, 10))),
    ],
)
def test_no_day_of_the_turn_of_the_year_counts_in_two_years(
    day: date, label: str, year_to_date: tuple[date, date]
) -> None:
    periods = week_of(day)
    assert (periods.label, (periods.year.first, periods.year.last)) == (label, year_to_date)
    assert period_named(label) == periods


def test_the_week_before_the_first_of_a_year_is_the_last_of_the_year_before() -> None:
    assert period_named("2026-W01").previous.label == "2025-W52"


def test_on_monday_the_week_that_just_ended_is_shown() -> None:
    assert last_whole_week(date(2026, 3, 23)).label == "2026-W12"


def test_a_month_stands_beside_the_three_before_and_the_same_one_of_last_year() -> None:
    march = period_named("2026-03")
    assert (march.shown.first, march.shown.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert [month.label for month in march.before] == ["2025-12", "2026-01", "2026-02"]
    assert (march.same_last_year.label, march.previous.label) == ("2025-03", "2026-02")
    assert (march.quarter.first, march.year.first, march.year.last) == (date(2026, 1, 1),) * 2 + (date(2026, 3, 31),)
    assert (march.trend[0].label, march.trend[-1].label) == ("2025-04", "2026-03")


def test_a_year_stands_beside_the_one_before_and_shows_its_months() -> None:
    assert year_of(date(2024, 2, 29)) == period_named("2024")
    assert period_named("2024").last_year == Period(date(2023, 1, 1), date(2023, 12, 31), "2023")
    assert [month.label for month in period_named("2024").trend] == [f"2024-{month:02d}" for month in range(1, 13)]


@pytest.mark.parametrize("label", ["", "2026-12-01", "2026-W54", "W12", "2026-W00", "2026-13", "0000"])
def test_a_label_that_is_no_period_says_how_to_write_one(label: str) -> None:
    with pytest.raises(ValueError) as raised:
        period_named(label)
    assert str(raised.value) == (
        f'"{label}" is no week, month or year. Write a week as 2026-W12, a month as 2026-03, a year as 2026.'
    )


@pytest.mark.parametrize("typed", ["Friend's  tip", "FRIENDS-TIP", " friend\u2019s tip. ", "fríends_tip"])
def test_case_accents_spaces_and_punctuation_do_not_make_another_name(typed: str) -> None:
    assert name_key(typed) == "friends tip"


def test_a_name_stands_for_itself_without_a_row_of_its_own() -> None:
    names = ReferralNames.of([("gym", "Example Gym", "practice")])
    assert (names.name_of("example gym"), names.name_of("Gym"), names.name_of("gyms")) == ("Example Gym",) * 2 + (None,)
