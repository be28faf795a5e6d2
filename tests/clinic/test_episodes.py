"""Which appointments belong to one episode, and what it comes to."""

from datetime import date, timedelta

from jobs.clinic.episodes import Slot, split_episodes, sum_up


def slot(
    number: int, day: str, status: str = "completed", step: str = "visit", booked: str = "", source: str = ""
) -> Slot:
    return Slot(number, f"{day}T17:00:00Z", day, booked, status, step, source, "")


def days(slots: list[Slot]) -> list[list[str]]:
    return [[slot.starts_on for slot in episode] for episode in split_episodes(slots)]


def test_an_evaluation_after_a_visit_opens_a_new_episode():
    slots = [slot(1, "2026-01-05", step="evaluation"), slot(2, "2026-01-12"), slot(3, "2026-02-02", step="evaluation")]
    assert days(slots) == [["2026-01-05", "2026-01-12"], ["2026-02-02"]]


def test_a_moved_or_missed_evaluation_stays_in_its_episode():
    slots = [
        slot(1, "2026-01-05", "rescheduled", "evaluation"),
        slot(2, "2026-01-07", "no_show", "evaluation"),
        slot(3, "2026-01-12", "completed", "evaluation"),
    ]
    assert days(slots) == [["2026-01-05", "2026-01-07", "2026-01-12"]]


def test_ninety_days_without_an_appointment_end_an_episode_but_not_a_day_less():
    first = date(2026, 1, 5)
    for gap, episodes in ((90, 1), (91, 2)):
        later = (first + timedelta(days=gap)).isoformat()
        assert len(days([slot(1, first.isoformat()), slot(2, later)])) == episodes


def test_a_referral_counts_on_the_earliest_booking_up_to_the_first_kept_appointment():
    slots = [
        slot(1, "2026-01-05", "cancelled", "evaluation", booked="2025-12-20", source="Dr. Example"),
        slot(2, "2026-01-12", "completed", "evaluation", booked="2026-01-04"),
        slot(3, "2026-01-19", booked="2025-12-01"),
    ]
    episode = sum_up(1, slots)
    assert (episode.referred_on, episode.evaluated_on) == ("2025-12-20", "2026-01-12")
    assert (episode.referral_source, episode.visits, episode.last_visit_on) == ("Dr. Example", 2, "2026-01-19")


def test_without_any_evaluation_in_the_export_the_first_kept_visit_counts_as_one():
    assert sum_up(1, [slot(1, "2026-01-05", "no_show"), slot(2, "2026-01-07")]).evaluated_on == "2026-01-07"


def test_a_visit_before_the_missed_evaluation_does_not_count_as_evaluated():
    assert sum_up(1, [slot(1, "2026-01-05", "no_show", "evaluation"), slot(2, "2026-01-07")]).evaluated_on == ""
