"""Durations as people write them."""

from datetime import timedelta

import pytest

from jobs.clinic.durations import duration_words, parse_duration


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2 days", 48), ("1 day", 24), ("3 hours", 3), ("90 minutes", 1.5), ("1 week", 168), ("-2 days", -48),
     ("1 day 12 hours", 36), ("1 day and 12 hours", 36), (" 45 Days ", 1080), ("0 hours", 0)],
)  # fmt: skip
def test_a_duration_is_read(text, hours):
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "two days", "2", "2 fortnights", "days 2", "1.5 days"])
def test_what_is_no_duration_is_named_with_an_example(text):
    with pytest.raises(ValueError, match=f'^"{text}" is not a duration; write it like "2 days"'):
        parse_duration(text)


@pytest.mark.parametrize(
    ("hours", "words"), [(48, "2 days"), (36, "1 day 12 hours"), (1.5, "90 minutes"), (1, "1 hour"), (0, "no time")]
)
def test_a_duration_is_said_in_words(hours, words):
    assert duration_words(timedelta(hours=hours)) == words
