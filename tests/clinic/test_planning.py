"""Which events call for which letter, and when it is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jobs.clinic.episodes import Slot
from jobs.clinic.follow_ups import Calendar, Caps, FollowUps, Rule
from jobs.clinic.planning import TOO_LATE_TO_REMIND, Happening, Planned, plan_letters
from jobs.clinic.sending_hours import SendingHours

PACIFIC = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(PACIFIC, ("2026-12-25",))


def rules(*rules: Rule) -> FollowUps:
    return FollowUps(SendingHours(opens="9:00", closes="18:00"), Caps(), rules)


def slot(number: int, starts_at: str, status: str = "completed", step: str = "visit", episode: int = 1) -> Slot:
    return Slot(number, starts_at, starts_at[:10], "", status, step, "", "", episode)


def happening(slot: Slot, what: str, at: str = "", repeated: bool = False) -> Happening:
    return Happening(
        100 + slot.appointment_id, slot.appointment_id, 7, what, at or slot.starts_at, slot.starts_at, repeated
    )


def plan(rule: Rule, event: Happening, history: list[Slot], start: str = "2026-01-01") -> list[Planned]:
    return plan_letters([event], {7: history}, rules(rule), {rule.name: start}, CALENDAR)


def due(rule: Rule, slot: Slot, what: str, at: str = "") -> str:
    (letter,) = plan(rule, happening(slot, what, at), [slot])
    return datetime.fromisoformat(letter.due_at).astimezone(PACIFIC).strftime("%a %Y-%m-%d %H:%M")


EVALUATION = Rule("after_evaluation", "evaluation", "after_evaluation.md", "1 day")
REMINDER = Rule("reminder", "planned_visit", "reminder.md", "-2 days")


def test_the_letter_after_an_evening_evaluation_is_due_at_the_next_mornings_opening():
    evening = slot(1, "2026-03-05T02:30:00Z", step="evaluation")  # Wednesday 18:30 in San Ramon
    assert due(EVALUATION, evening, "completed") == "Thu 2026-03-05 09:00"


def test_after_a_friday_evaluation_it_is_due_on_monday():
    friday = slot(1, "2026-03-06T18:00:00Z", step="evaluation")
    assert due(EVALUATION, friday, "completed") == "Mon 2026-03-09 09:00"


def test_a_reminder_for_monday_leaves_on_friday_and_not_after_the_visit():
    monday = slot(1, "2026-03-09T17:00:00Z", "booked")
    assert due(REMINDER, monday, "booked", "2026-02-20T18:00:00Z") == "Fri 2026-03-06 09:00"


def reminded(booked_at: str, visit: str, seen_at: str = "", what: str = "booked") -> tuple[str, str]:
    """When the reminder of a visit is due that was booked then, and why it never leaves; all in the clinic's time."""
    at, starts, seen = (f"{datetime.fromisoformat(one).replace(tzinfo=PACIFIC).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
                        if one else "" for one in (booked_at, visit, seen_at))  # fmt: skip
    planned = slot(1, starts, "booked")
    (letter,) = plan(REMINDER, happening(planned, what, at or seen)._replace(seen_at=seen), [planned])
    due_at, until = (datetime.fromisoformat(one).astimezone(PACIFIC) for one in (letter.due_at, letter.expires_at))
    on_an_eve = due_at < until and f"{until:%Y-%m-%d}" < visit[:10] and f"{until:%H:%M}" == "18:00"
    assert letter.reason or on_an_eve
    return due_at.strftime("%a %H:%M"), letter.reason


def test_a_reminder_leaves_on_the_next_sending_day_after_the_booking_at_the_earliest():
    """In March 2026 the 6th is a Friday."""
    assert reminded("2026-03-06 16:00", "2026-03-10 18:00") == ("Mon 09:00", "")
    assert reminded("2026-03-08 11:00", "2026-03-10 18:00") == ("Mon 09:00", "")  # a Sunday
    assert reminded("2026-03-05 16:00", "2026-03-10 18:00") == ("Fri 09:00", "")  # as ever: two days before
    assert reminded("2026-02-06 16:00", "2026-03-12 18:00") == ("Tue 09:00", "")
    assert reminded("2026-03-06 00:00", "2026-03-09 18:00") == ("Mon 09:00", TOO_LATE_TO_REMIND)  # the day alone known


def test_who_books_for_the_next_sending_day_gets_no_reminder_and_the_reason_is_kept():
    assert reminded("2026-03-10 08:00", "2026-03-11 18:00")[1] == TOO_LATE_TO_REMIND
    assert reminded("2026-03-06 16:00", "2026-03-09 18:00")[1] == TOO_LATE_TO_REMIND
    assert reminded("2026-03-06 08:00", "2026-03-06 17:00")[1] == TOO_LATE_TO_REMIND
    assert TOO_LATE_TO_REMIND == (
        "booked or moved too late: no sending day lies between that day and the day of the visit"
    )


def test_a_visit_moved_at_short_notice_is_reminded_of_on_the_next_sending_day():
    moved = "2026-03-09 15:00"
    assert reminded(moved, "2026-03-11 18:00", moved, "moved") == ("Tue 09:00", "")
    assert reminded(moved, "2026-03-10 18:00", moved, "moved")[1] == TOO_LATE_TO_REMIND


def test_an_export_without_booking_dates_that_comes_at_night_still_brings_its_reminders():
    assert reminded("", "2026-03-11 18:00", "2026-03-10 06:10") == ("Tue 09:00", "")
    assert reminded("", "2026-03-11 18:00", "2026-03-10 09:10")[1] == TOO_LATE_TO_REMIND
    assert reminded("2026-03-12 06:10", "2026-03-11 18:00", "2026-03-10 06:10") == (
        "Tue 09:00",
        "",
    )  # a slip of the year


def test_a_reminder_some_hours_before_the_visit_follows_the_booking_likewise():
    rule = Rule("reminder", "planned_visit", "reminder.md", "-3 hours")
    visit = slot(1, "2026-03-11T22:00:00Z", "booked")  # Wednesday 15:00
    for booked_at, reason in (("2026-03-10T17:00:00Z", ""), ("2026-03-11T17:00:00Z", TOO_LATE_TO_REMIND)):
        (letter,) = plan(rule, happening(visit, "booked", booked_at), [visit])
        assert letter.reason == reason
        assert bool(reason) or letter.due_at == "2026-03-11T19:00:00Z"


def test_the_opening_keeps_its_hour_across_the_change_of_clocks():
    saturday = slot(1, "2026-03-07T18:00:00Z", step="evaluation")  # clocks go forward on 2026-03-08
    assert due(EVALUATION, saturday, "completed") == "Mon 2026-03-09 09:00"


def test_a_holiday_is_no_sending_day():
    evaluation = slot(1, "2026-12-24T18:00:00Z", step="evaluation")
    assert due(EVALUATION, evaluation, "completed") == "Mon 2026-12-28 09:00"


def test_hours_after_a_missed_evening_visit_wait_for_the_morning():
    rule = Rule("missed_visit", "no_show", "missed_visit.md", "2 hours")
    assert due(rule, slot(1, "2026-03-05T00:30:00Z", "no_show"), "no_show") == "Thu 2026-03-05 09:00"


def life(rule: Rule, what: str, at: str, seen: str = "", visit: str = "") -> list[str]:
    """When the letter about what happened then is due and when it is too late; all in the clinic's time."""
    moments = [f"{datetime.fromisoformat(one).replace(tzinfo=PACIFIC).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
               for one in (at, seen or at, visit or at)]  # fmt: skip
    about = slot(1, moments[2], "booked" if visit else what)
    (letter,) = plan(rule, happening(about, what, moments[0])._replace(seen_at=moments[1]), [about])
    both = (datetime.fromisoformat(one).astimezone(PACIFIC) for one in (letter.due_at, letter.expires_at))
    return [f"{one:%a %d %H:%M}" for one in both]


MISSED = Rule("missed_visit", "no_show", "missed_visit.md", "2 hours", "2 days")
WELCOME = Rule("welcome", "first_booking", "welcome.md", "1 hour", "3 days")


def test_days_without_letters_do_not_make_a_letter_too_late():
    """In March 2026 the 6th is a Friday; on Christmas, a Friday in 2026, no letter leaves."""
    assert life(MISSED, "no_show", "2026-03-02 10:00") == ["Mon 02 12:00", "Wed 04 18:00"]
    assert life(MISSED, "no_show", "2026-03-06 10:00", "2026-03-07 06:30") == ["Fri 06 12:00", "Tue 10 18:00"]
    assert life(MISSED, "no_show", "2026-12-23 15:00", "2026-12-23 18:30") == ["Wed 23 17:00", "Mon 28 18:00"]


def test_what_is_true_for_some_days_is_too_late_from_then_on_however_late_it_became_known():
    told = life(MISSED, "no_show", "2026-03-02 10:00", "2026-03-02 18:30")
    assert life(MISSED, "no_show", "2026-03-02 10:00", "2026-03-09 08:00") == told


def test_the_welcome_before_a_visit_to_come_may_leave_so_long_after_the_booking_became_known():
    visit = "2026-03-20 10:00"
    assert life(WELCOME, "booked", "2026-03-02 10:00", "2026-03-02 10:30", visit) == ["Mon 02 11:00", "Thu 05 18:00"]
    assert life(WELCOME, "booked", "2026-03-02 10:00", "2026-03-06 18:30", visit) == ["Mon 02 11:00", "Thu 12 18:00"]
    assert life(WELCOME, "booked", "2026-03-02 10:00", "2026-03-12 11:01", visit) == ["Mon 02 11:00", "Thu 05 18:00"]


def test_a_reminder_may_leave_until_the_last_sending_day_before_the_visit():
    booked = "2026-02-02 10:00"
    assert life(REMINDER, "booked", booked, visit="2026-03-10 10:00") == ["Fri 06 09:00", "Mon 09 18:00"]
    assert life(REMINDER, "booked", booked, visit="2026-03-09 10:00") == ["Fri 06 09:00", "Fri 06 18:00"]
    early = Rule("reminder", "planned_visit", "reminder.md", "-7 days", "2 days")  # beside one on the day before
    assert life(early, "booked", booked, visit="2026-03-10 10:00") == ["Tue 03 09:00", "Thu 05 18:00"]


def test_a_reminder_some_hours_before_may_leave_until_the_visit_begins():
    rule = Rule("reminder", "planned_visit", "reminder.md", "-3 hours")
    assert life(rule, "booked", "2026-02-02 10:00", visit="2026-03-10 15:00") == ["Tue 10 12:00", "Tue 10 15:00"]
    assert life(rule, "booked", "2026-02-02 10:00", visit="2026-03-10 08:00") == ["Tue 10 09:00", "Tue 10 09:00"]


def test_only_the_third_visit_of_the_episode_calls_for_the_mid_plan_letter():
    rule = Rule("mid_plan", "visit", "mid_plan.md", visit_number=3)
    history = [slot(n, f"2026-03-0{n}T18:00:00Z", episode=1 if n == 1 else 2) for n in range(1, 6)]
    called = [s.appointment_id for s in history if plan(rule, happening(s, "completed"), history)]
    assert called == [4]


def test_arrived_and_then_completed_is_one_visit():
    visit = slot(1, "2026-03-03T18:00:00Z")
    rule = Rule("lapsed", "visit", "lapsed.md", "45 days")
    assert len(plan(rule, happening(visit, "arrived"), [visit])) == 1
    assert plan(rule, happening(visit, "completed", repeated=True), [visit]) == []


def test_a_moved_visit_gets_its_own_reminder():
    visit = slot(1, "2026-03-12T18:00:00Z", "booked")
    assert len(plan(REMINDER, happening(visit, "moved", "2026-03-03T18:00:00Z", repeated=True), [visit])) == 1


def test_only_the_first_appointment_of_an_episode_is_welcomed():
    rule = Rule("welcome", "first_booking", "welcome.md", "1 hour")
    first, second = slot(1, "2026-03-12T18:00:00Z", "booked"), slot(2, "2026-03-14T18:00:00Z", "booked")
    booked = "2026-03-03T18:00:00Z"
    assert [len(plan(rule, happening(s, "booked", booked), [first, second])) for s in (first, second)] == [1, 0]


def test_who_has_been_here_before_is_not_welcomed_as_if_for_the_first_time():
    rule = Rule("welcome", "first_booking", "welcome.md", "1 hour")
    again = slot(2, "2026-10-08T18:00:00Z", "booked", "evaluation", episode=2)

    def welcomed(status: str) -> bool:
        june = slot(1, "2026-06-04T18:00:00Z", status, "evaluation", episode=1)
        return bool(plan(rule, happening(again, "booked", "2026-10-01T18:00:00Z"), [june, again]))

    assert not welcomed("completed") and not welcomed("arrived")
    assert welcomed("cancelled") and welcomed("no_show")  # who never came does not know the way


def test_a_class_member_who_begins_therapy_is_not_welcomed_as_if_for_the_first_time():
    rule = Rule("welcome", "first_booking", "welcome.md", "1 hour")
    evaluation = slot(2, "2026-03-12T18:00:00Z", "booked", "evaluation", episode=2)

    def welcomed(status: str, day: str = "2026-03-05") -> bool:
        in_a_class = slot(1, f"{day}T18:00:00Z", status, "class", episode=1)
        return bool(plan(rule, happening(evaluation, "booked", "2026-03-03T18:00:00Z"), [in_a_class, evaluation]))

    assert not welcomed("booked")
    assert welcomed("cancelled") and welcomed("booked", day="2026-03-13")


def test_switching_a_rule_on_never_writes_to_last_years_patients():
    evaluation = slot(1, "2026-03-05T02:30:00Z", step="evaluation")  # 4 March in the clinic
    assert plan(EVALUATION, happening(evaluation, "completed"), [evaluation], start="2026-03-05") == []
    assert len(plan(EVALUATION, happening(evaluation, "completed"), [evaluation], start="2026-03-04")) == 1
