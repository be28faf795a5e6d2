"""The day's letters leave evenly over the sending hours."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.clinic.due_letters import Due
from jobs.clinic.follow_ups import Calendar, Caps, FollowUps, Rule
from jobs.clinic.sending_hours import SendingHours
from jobs.clinic.spreading import portion

PACIFIC = ZoneInfo("America/Los_Angeles")
OPENING = datetime(2026, 3, 4, 9, tzinfo=PACIFIC)
STEP = timedelta(minutes=10)
RULES = (Rule("care", "visit", "care.md"), Rule("at_night", "visit", "care.md", sending=SendingHours()))
FOLLOW_UPS = FollowUps(SendingHours(), Caps(), RULES)


def due(number: int, rule: str = "care", expires: str = "2026-03-09T00:00:00Z") -> Due:
    return Due(number, number, rule, "ready", "", "2026-03-04T17:00:00Z", expires, "care", 50, 9, 1, "completed", "")


def leave(letters: list[Due], now: datetime, next_run: datetime | None) -> list[Due]:
    return portion(letters, FOLLOW_UPS, Calendar(PACIFIC), now, next_run)


def test_over_the_day_every_run_sends_as_many_and_none_is_left() -> None:
    waiting, now, left = [due(number) for number in range(540)], OPENING, Counter[int]()
    while waiting and now < OPENING + timedelta(hours=9):
        leaving = leave(waiting, now, now + STEP)
        left[len(leaving)] += 1
        waiting, now = [letter for letter in waiting if letter not in leaving], now + STEP
    assert (left, waiting) == (Counter({10: 54}), [])


def test_the_most_important_leave_first_and_what_cannot_wait_leaves_now() -> None:
    hurried = due(99, expires="2026-03-04T17:10:00Z")
    own_hours = due(98, rule="at_night")
    letters = [*(due(number) for number in range(54)), own_hours, hurried]
    assert [letter.letter_id for letter in leave(letters, OPENING, OPENING + STEP)] == [0, 98, 99]


def test_the_last_run_before_the_closing_sends_what_is_left() -> None:
    letters = [due(number) for number in range(7)]
    for now, next_run in ((OPENING + timedelta(hours=8, minutes=50), OPENING + timedelta(hours=9)), (OPENING, None)):
        assert leave(letters, now, next_run) == letters


def test_in_the_night_in_which_the_clocks_go_back_letters_go_on_evenly() -> None:
    """At 2 in the morning it is 1 again: the next run comes ten minutes later, whatever the clocks show."""
    day_and_night = FollowUps(SendingHours(("sun",), "00:00", "23:50"), Caps(), RULES)
    now = datetime(2026, 11, 1, 8, 55, tzinfo=UTC).astimezone(PACIFIC)
    waiting = [due(number, expires="2026-11-09T00:00:00Z") for number in range(540)]
    leaving = portion(waiting, day_and_night, Calendar(PACIFIC), now, (now.astimezone(UTC) + STEP).astimezone(PACIFIC))
    assert len(leaving) == 4  # of 138 runs until 23:50
