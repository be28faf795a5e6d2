"""What the office manager may write as a rule."""

import pytest

from jobs.clinic.follow_ups import Caps, FollowUps, Rule
from jobs.clinic.sending_hours import SendingHours


def test_a_wait_before_the_event_is_refused_where_nothing_is_planned() -> None:
    with pytest.raises(ValueError, match='wait "-2 days" lies before the event; only planned_visit can be written to'):
        Rule("odd", "no_show", "missed_visit.md", "-2 days")


def test_two_rules_of_one_name_are_refused() -> None:
    reminder = Rule("reminder", "planned_visit", "reminder.md", "-2 days")
    with pytest.raises(ValueError, match='two rules are named "reminder"'):
        FollowUps(SendingHours(opens="9:00", closes="18:00"), Caps(), (reminder, reminder))
