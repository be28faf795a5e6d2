"""ISO weeks at the turn of the year, and what two spellings of a name have in common."""

from datetime import date

import pytest

from jobs.clinic.figures import ReferralNames, Week, name_key


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
    week = Week.containing(day)
    assert (week.label, week.year_to_date) == (label, year_to_date)
    assert Week.named(label) == week


def test_the_week_before_the_first_of_a_year_is_the_last_of_the_year_before() -> None:
    assert Week.named("2026-W01").previous().label == "2025-W52"


@pytest.mark.parametrize("label", ["", "2026-12", "2026-W54", "W12", "2026-W00"])
def test_a_label_that_is_no_week_says_how_to_write_one(label: str) -> None:
    with pytest.raises(ValueError) as raised:
        Week.named(label)
    assert str(raised.value) == f'"{label}" is no week. Write the year and the ISO week, such as 2026-W12.'


@pytest.mark.parametrize("typed", ["Friend's  tip", "FRIENDS-TIP", " friend\u2019s tip. ", "fríends_tip"])
def test_case_accents_spaces_and_punctuation_do_not_make_another_name(typed: str) -> None:
    assert name_key(typed) == "friends tip"


def test_a_name_stands_for_itself_without_a_row_of_its_own() -> None:
    names = ReferralNames.of([("gym", "Example Gym", "practice")])
    assert (names.name_of("example gym"), names.name_of("Gym"), names.name_of("gyms")) == ("Example Gym",) * 2 + (None,)
