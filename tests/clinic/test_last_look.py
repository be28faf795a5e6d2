"""Everything that decided a letter is checked again before it leaves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.clinic.approval import FrontDesk, Restored
from jobs.clinic.due_letters import Due, Person, Sent, start_said
from jobs.clinic.episodes import Slot
from jobs.clinic.follow_ups import Calendar, Caps, FollowUps, Rule
from jobs.clinic.last_look import CARE_LEAVES, NO_OUTCOME, look
from jobs.clinic.overtaken import SUPERSEDED
from jobs.clinic.sending_hours import SendingHours

PACIFIC = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 4, 12, tzinfo=PACIFIC)  # a Wednesday
VISIT = Slot(1, "2026-03-03T18:00:00Z", "2026-03-03", "", "completed", "visit", "", "", 1)
AHEAD = Slot(2, "2026-03-09T17:00:00Z", "2026-03-09", "", "booked", "visit", "", "", 1)
READING = Rule("mid_plan", "visit", "mid_plan.md")
NEWS = Rule("news", "visit", "news.md", category="news")
LAPSED = Rule("lapsed", "visit", "lapsed.md", unless=("future_visit", "later_visit", "discharged"))
THIRD = Rule("third", "visit", "mid_plan.md", visit_number=3)
REMINDER = Rule("reminder", "planned_visit", "reminder.md", "-2 days")


def due(
    rule: Rule, slot: Slot = VISIT, number: int = 1, patient: int = 7, expires: str = "2026-03-06T00:00:00Z"
) -> Due:
    return Due(number, patient, rule.name, "planned", "", "2026-03-04T17:00:00Z", expires, rule.category, rule.priority,
               9, slot.appointment_id, "completed", slot.starts_at)  # fmt: skip


def person(*slots: Slot, email: str = "mira@patient.example", **known: object) -> Person:
    return Person(email, email, str(known.pop("consent", "")), slots or (VISIT,), **known)  # type: ignore[arg-type]


def verdicts(
    letters: list[Due], people: dict[int, Person], now: datetime = NOON, sent: dict[str, list[Sent]] | None = None
):
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (READING, NEWS, LAPSED, REMINDER, GOODBYE, THIRD))
    return [(v.what, v.reason) for v in look(letters, people, sent or {}, follow_ups, now, Calendar(PACIFIC))]


def one(letter: Due, who: Person, now: datetime = NOON) -> tuple[str, str]:
    (verdict,) = verdicts([letter], {7: who}, now)
    return verdict


def test_a_letter_that_is_still_right_is_sent():
    assert one(due(READING), person()) == ("send", "")


@pytest.mark.parametrize(
    ("letter", "who", "reason"),
    [
        (due(READING, expires="2026-03-04T19:59:59Z"), person(email=""), "no e-mail address is known"),
        (due(READING), person(consent="no"), "the patient wants no e-mail"),
        (due(READING), person(died=True), "the patient has died"),
        (due(READING), person(stopped=frozenset({"all"})), "letters to this patient or address are stopped"),
        (due(READING), person(stopped=frozenset({"care"})), "letters to this patient or address are stopped"),
        (due(READING), person(VISIT._replace(status="no_show")), "the visit is now no-show"),
        (due(READING, expires="2026-03-04T19:59:59Z"), person(),
         "too late: it was due 2026-03-04, and the rule allows 3 days"),
        (due(READING, expires="2026-03-04T19:59:59Z")._replace(state="deferred"), person(),
         "too late: the mail server put it off again and again, and the rule allows 3 days"),
        (due(LAPSED), person(VISIT, AHEAD), "a future visit is booked"),
        (due(LAPSED), person(VISIT, AHEAD._replace(starts_at="2026-03-04T17:00:00Z", status="completed")),
         SUPERSEDED),
        (due(LAPSED), person(VISIT._replace(step="discharge")), "the patient is discharged"),
        (due(REMINDER, AHEAD), person(AHEAD._replace(status="cancelled")), "the appointment is now cancelled"),
        (due(REMINDER, AHEAD), person(AHEAD._replace(starts_at="2026-03-10T17:00:00Z")), "the appointment was moved"),
        (due(REMINDER, VISIT), person(VISIT._replace(status="booked")), "the appointment has begun"),
    ],
)  # fmt: skip
def test_what_has_become_wrong_is_withdrawn_with_the_reason(letter, who, reason):
    assert one(letter, who) == ("withdraw", reason)


GOODBYE = Rule("discharged", "discharged", "discharged.md", unless=("future_visit",))
ENDED = VISIT._replace(step="discharge")


def beside(*days: str) -> list[Slot]:
    """Visits of another plan of care that began before the first one ended."""
    return [
        Slot(number, f"{day}T20:00:00Z", day, "", "completed", "visit", "", "", 2)
        for number, day in enumerate(days, start=10)
    ]


def both(*days: str) -> Person:
    begun = VISIT._replace(appointment_id=5, starts_at="2026-01-05T18:00:00Z", starts_on="2026-01-05")
    return person(*sorted([begun, *beside(*days), ENDED], key=lambda slot: slot.starts_at))


def test_nobody_is_seen_off_while_another_plan_of_care_goes_on():
    assert one(due(GOODBYE), both("2026-02-02", "2026-02-25")) == ("withdraw", "another plan of care goes on")
    assert one(due(GOODBYE), both("2026-01-12", "2026-02-02")) == ("send", "")  # dropped out of it
    assert one(due(GOODBYE), person(*beside("2025-12-20"), ENDED)) == ("send", "")  # over before this one began


def test_who_left_one_plan_open_is_asked_back_though_another_one_ended():
    later = NOON + timedelta(days=1)
    assert one(due(LAPSED), both("2026-02-02", "2026-02-25"), later) == ("send", "")
    assert one(due(LAPSED), person(*beside("2025-12-20"), ENDED), later) == ("withdraw", "the patient is discharged")


def test_the_letter_after_the_third_visit_counts_in_its_course_also_when_that_visit_is_in_another_chart_by_now():
    last_year = [VISIT._replace(appointment_id=n, starts_at=f"2025-03-0{n}T18:00:00Z", episode=0) for n in (2, 3)]
    another_day = VISIT._replace(appointment_id=9, starts_at="2025-03-04T18:00:00Z", episode=0)
    about = Sent("third", "care", "2026-02-27T17:00:00Z", True, "2026-02-26T18:00:00Z", 9)
    before = VISIT._replace(appointment_id=4, starts_at="2026-02-23T18:00:00Z")
    told = ("withdraw", "the patient has this letter in this course of care")
    for history in ([*last_year, before, VISIT], [*last_year, another_day, before, VISIT]):
        assert one(due(THIRD), person(*history, sent=[about])) == told
    long_ago = about._replace(starts_at="2025-03-04T18:00:00Z")
    assert one(due(THIRD), person(*last_year, before, VISIT, sent=[long_ago])) == ("send", "")


def test_someone_who_stopped_the_news_still_gets_care():
    assert one(due(READING), person(stopped=frozenset({"news"})))[0] == "send"
    assert one(due(NEWS), person(stopped=frozenset({"news"})))[0] == "withdraw"


def test_outside_the_sending_hours_a_letter_waits():
    evening, sunday = NOON.replace(hour=18), NOON.replace(day=1)
    assert [one(due(READING), person(), now) for now in (evening, sunday)] == [
        ("wait", "outside the sending hours")
    ] * 2


def test_the_cap_lets_the_most_important_letter_through_and_counts_letters_of_this_run():
    sent = Sent("welcome", "care", "2026-03-02T18:00:00Z")
    letters = [due(READING, number=1), due(Rule("lapsed", "visit", "lapsed.md", priority=90), number=2)]
    assert verdicts(letters, {7: person(sent=[sent])}) == [
        ("send", ""),
        ("wait", "2 letters in 7 days are enough for one patient"),
    ]


def test_letters_that_do_not_count_for_the_cap_are_not_counted():
    reminders = [Sent("reminder", "care", "2026-03-03T18:00:00Z", capped=False)] * 5
    assert one(due(READING), person(sent=reminders)) == ("send", "")


def test_a_family_that_shares_an_address_gets_its_share_of_news_once_and_each_their_own_care():
    family = {7: person(), 8: person()}
    sent = {"mira@patient.example": [Sent("news", "news", "2026-03-02T18:00:00Z")]}
    news = [due(NEWS, number=1, patient=7), due(NEWS, number=2, patient=8)]
    assert [what for what, _ in verdicts(news, family, sent=sent)] == ["send", "wait"]
    care = [due(READING, number=1, patient=7), due(READING, number=2, patient=8)]
    assert [what for what, _ in verdicts(care, {7: person(), 8: person()}, sent=sent)] == ["send", "send"]


def test_news_waits_for_a_day_on_which_no_letter_about_care_leaves_as_long_as_there_is_one():
    both = [due(NEWS, number=1), due(READING, number=2)._replace(priority=90)]
    assert verdicts(both, {7: person()}) == [("send", ""), ("wait", CARE_LEAVES)]
    last_day = due(NEWS, number=1, expires="2026-03-05T02:00:00Z")  # six in the evening
    assert verdicts([last_day, both[1]], {7: person()}) == [("send", ""), ("send", "")]
    yesterday = Sent("mid_plan", "care", "2026-03-04T01:00:00Z", False)  # five in the afternoon
    assert one(due(NEWS), person(sent=[yesterday])) == ("send", "")
    assert one(due(NEWS), person(sent=[yesterday._replace(sent_at="2026-03-04T17:00:00Z")])) == ("wait", CARE_LEAVES)


def test_once_a_year_is_once_a_year():
    rule = Rule("review", "visit", "review_request.md", once_per="365 days")
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (rule,))
    for at, what in (("2025-03-05T18:00:00Z", "withdraw"), ("2025-03-03T18:00:00Z", "send")):
        who = person(sent=[Sent("review", "care", at)])
        (verdict,) = look([due(rule)], {7: who}, {}, follow_ups, NOON, Calendar(PACIFIC))
        assert verdict.what == what


def test_days_are_told_as_the_clinic_counts_them():
    """At half past five in the afternoon it is tomorrow in UTC."""
    rule = Rule("review", "visit", "review_request.md", once_per="365 days")
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (rule,))
    who = person(sent=[Sent("review", "care", "2025-11-05T01:30:00Z")])
    (verdict,) = look([due(rule)], {7: who}, {}, follow_ups, NOON, Calendar(PACIFIC))
    assert verdict.reason == "this letter was sent on 2025-11-04, and it is sent once per 365 days"
    late = due(READING, expires="2026-03-04T19:59:59Z")._replace(due_at="2026-03-02T01:30:00Z")
    assert one(late, person())[1] == "too late: it was due 2026-03-01, and the rule allows 3 days"
    desk = FrontDesk(restored=Restored("2026-03-03T06:30:00Z", "2026-03-05T01:30:00Z"))
    told = "it may have left before the memory was restored on 2026-03-04 from the backup of 2026-03-02"
    assert decided(due(READING), desk)[1] == told


BEGUN = AHEAD._replace(starts_at="2026-03-04T16:00:00Z", starts_on="2026-03-04")


@pytest.mark.parametrize("later", [BEGUN, BEGUN._replace(unread=1)], ids=["not entered yet", "cannot be read"])
def test_who_may_have_come_today_is_not_told_that_they_were_long_away(later: Slot):
    assert one(due(LAPSED), person(VISIT, later)) == ("wait", NO_OUTCOME)
    assert one(due(LAPSED), person(VISIT, later._replace(status="completed"))) == (
        "withdraw", SUPERSEDED,
    )  # fmt: skip
    assert one(due(LAPSED), person(VISIT, later._replace(status="no_show"))) == ("send", "")
    assert one(due(READING), person(VISIT, later)) == ("send", "")
    late = due(LAPSED, expires="2026-03-04T19:59:59Z")
    told = f"too late: it was due 2026-03-04, and the rule allows 3 days; {NO_OUTCOME}"
    assert one(late, person(VISIT, later)) == ("withdraw", told)


def test_two_evaluations_of_one_day_bring_one_letter_and_two_visits_each_a_reminder():
    evaluated = Rule("evaluated", "evaluation", "after_evaluation.md", capped=False)
    again = VISIT._replace(appointment_id=3, starts_at="2026-03-03T22:00:00Z")
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (evaluated, REMINDER))
    letters = [due(evaluated), due(evaluated, again, number=2)]
    looked = list(look(letters, {7: person(VISIT, again)}, {}, follow_ups, NOON, Calendar(PACIFIC)))
    told = "the patient has this letter about another appointment of that day"
    assert [(verdict.what, verdict.reason) for verdict in looked] == [("send", ""), ("withdraw", told)]
    soon = AHEAD._replace(appointment_id=4, starts_at="2026-03-09T20:00:00Z")
    reminder = Rule("reminder", "planned_visit", "reminder.md", "-2 days", capped=False)
    letters = [due(reminder, AHEAD), due(reminder, soon, number=2)]
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (reminder,))
    looked = list(look(letters, {7: person(AHEAD, soon)}, {}, follow_ups, NOON, Calendar(PACIFIC)))
    assert [verdict.what for verdict in looked] == ["send", "send"]


APPROVED = Rule("approved", "visit", "mid_plan.md", approval="all", capped=False)
FIRST = Rule("first", "visit", "mid_plan.md", approval="first_time", capped=False)
GRACE = FrontDesk(grace=timedelta(minutes=30))


def decided(letter: Due, desk: FrontDesk, who: Person | None = None, now: datetime = NOON) -> tuple[str, str, str]:
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (READING, APPROVED, FIRST, REMINDER))
    (verdict,) = look([letter], {7: who or person()}, {}, follow_ups, now, Calendar(PACIFIC), desk)
    return verdict.what, verdict.reason, verdict.leaves_at


def test_each_letter_of_a_rule_that_asks_for_approval_is_held_until_it_is_released():
    held = ("hold", "each letter of this rule waits for approval", "")
    assert decided(due(APPROVED), FrontDesk()) == held
    assert decided(due(APPROVED), FrontDesk(released_rules={"approved"})) == held
    assert decided(due(APPROVED)._replace(released_at="2026-03-04T19:00:00Z"), FrontDesk())[0] == "send"


def test_after_the_first_release_the_letters_of_the_rule_leave_by_themselves():
    reason = "no letter of this rule was released yet; the first waits for approval"
    assert decided(due(FIRST), FrontDesk()) == ("hold", reason, "")
    assert decided(due(FIRST), FrontDesk(released_rules={"first"}))[0] == "send"


def test_a_letter_that_is_held_stays_held_with_its_reason_and_is_withdrawn_when_it_is_wrong_or_too_late():
    held = due(READING)._replace(state="held", reason="held by Ann: she called")
    assert decided(held, FrontDesk()) == ("hold", "held by Ann: she called", "")
    assert decided(held, FrontDesk(), person(consent="no"))[:2] == ("withdraw", "the patient wants no e-mail")
    late = held._replace(expires_at="2026-03-04T19:00:00Z")
    reason = "too late: it was due 2026-03-04, and the rule allows 3 days; nobody released it"
    assert decided(late, FrontDesk())[:2] == ("withdraw", reason)


def test_in_its_grace_period_a_letter_waits_and_then_leaves():
    soon = ("soon", "leaves at 12:30 unless somebody holds or drops it", "2026-03-04T20:30:00Z")
    assert decided(due(READING), GRACE) == soon
    waiting = due(READING)._replace(state="ready", leaves_at="2026-03-04T20:30:00Z")
    assert decided(waiting, GRACE, now=NOON.replace(minute=29)) == soon
    assert decided(waiting, GRACE, now=NOON.replace(minute=30))[0] == "send"
    assert decided(due(READING)._replace(released_at="2026-03-04T19:00:00Z"), GRACE)[0] == "send"


def test_a_grace_period_is_as_long_in_the_night_in_which_the_clocks_go_back():
    night = SendingHours(("sun",), "00:00", "23:50")
    follow_ups = FollowUps(night, Caps(2, 7), (READING,))
    now = datetime(2026, 11, 1, 8, 45, tzinfo=UTC).astimezone(PACIFIC)
    letter = due(READING, expires="2026-11-03T00:00:00Z")
    (verdict,) = look([letter], {7: person()}, {}, follow_ups, now, Calendar(PACIFIC), GRACE)
    assert (verdict.what, verdict.leaves_at) == ("soon", "2026-11-01T09:15:00Z")


def test_after_a_restored_backup_what_was_due_in_between_waits_for_a_person():
    desk = FrontDesk(restored=Restored("2026-03-04T10:00:00Z", "2026-03-04T18:00:00Z"))
    reason = "it may have left before the memory was restored on 2026-03-04 from the backup of 2026-03-04"
    assert decided(due(READING), desk) == ("hold", reason, "")
    assert decided(due(READING)._replace(released_at="2026-03-04T19:00:00Z"), desk)[0] == "send"
    assert decided(due(READING)._replace(due_at="2026-03-04T18:00:01Z"), desk)[0] == "send"


def test_a_letter_waits_for_an_address_that_may_still_come():
    assert one(due(READING), person(email="")) == ("wait", "no e-mail address is known yet")


def test_nobody_has_a_letter_twice_about_one_visit():
    told = Sent("mid_plan", "care", "2026-03-03T17:00:00Z", True, VISIT.starts_at, VISIT.appointment_id)
    assert one(due(READING), person(sent=[told])) == ("withdraw", "the patient has this letter about this visit")
    assert one(due(READING), person(sent=[told._replace(starts_at=AHEAD.starts_at)])) == ("send", "")
    assert one(due(READING), person(sent=[told._replace(appointment_id=5)])) == ("send", "")


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([], "ten"),
        ([(5, "two")], "two"),
        ([(5, "ten")], "ten"),  # its row was missing for a time
        ([(5, "two"), (6, "ten")], ""),  # back at two by now, for all that is known
        ([(3, "two")], ""),
    ],
)
def test_which_hour_a_letter_said_is_told_by_the_moves_before_it_or_not_known(
    moves: list[tuple[int, str]], said: str
) -> None:
    assert start_said(4, "ten", moves) == said


@pytest.mark.parametrize(
    ("sent_at", "what"),
    [("2026-03-04T18:00:00Z", "withdraw"), ("2026-03-03T18:00:00Z", "withdraw"), ("2026-03-02T18:00:00Z", "send")],
)
def test_a_visit_that_the_welcome_named_today_or_yesterday_is_not_reminded_of(sent_at: str, what: str):
    welcome = Sent("welcome", "care", sent_at, False, AHEAD.starts_at, AHEAD.appointment_id, said=AHEAD.starts_at)
    assert one(due(REMINDER, AHEAD), person(AHEAD, sent=[welcome]))[0] == what
    for other in (
        welcome._replace(appointment_id=1),
        welcome._replace(said="x"),
        welcome._replace(said=""),
    ):
        assert one(due(REMINDER, AHEAD), person(AHEAD, sent=[other])) == ("send", "")


def test_nobody_is_reminded_twice_of_a_visit_at_the_same_time():
    told = Sent("reminder", "care", "2026-03-03T17:00:00Z", False, AHEAD.starts_at)
    reason = "the patient has this letter about a visit at the same time"
    assert decided(due(REMINDER, AHEAD), FrontDesk(), person(AHEAD, sent=[told]))[:2] == ("withdraw", reason)
    other = told._replace(starts_at="2026-03-10T17:00:00Z")
    assert decided(due(REMINDER, AHEAD), FrontDesk(), person(AHEAD, sent=[other]))[0] == "send"
    both = [due(REMINDER, AHEAD, number=1), due(REMINDER, AHEAD, number=2)]
    assert verdicts(both, {7: person(AHEAD)}) == [("send", ""), ("withdraw", reason)]
