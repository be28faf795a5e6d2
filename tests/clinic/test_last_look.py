"""Everything that decided a letter is checked again before it leaves."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jobs.clinic.episodes import Slot
from jobs.clinic.follow_ups import Calendar, Caps, FollowUps, Rule
from jobs.clinic.last_look import Due, Person, Sent, look
from jobs.clinic.sending_hours import SendingHours

PACIFIC = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 4, 12, tzinfo=PACIFIC)  # a Wednesday
VISIT = Slot(1, "2026-03-03T18:00:00Z", "2026-03-03", "", "completed", "visit", "", "", 1)
AHEAD = Slot(2, "2026-03-09T17:00:00Z", "2026-03-09", "", "booked", "visit", "", "", 1)
READING = Rule("mid_plan", "visit", "mid_plan.md")
NEWS = Rule("news", "visit", "news.md", category="news")
LAPSED = Rule("lapsed", "visit", "lapsed.md", unless=("future_visit", "later_visit", "discharged"))
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
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (READING, NEWS, LAPSED, REMINDER))
    return [(v.what, v.reason) for v in look(letters, people, sent or {}, follow_ups, now, Calendar(PACIFIC))]


def one(letter: Due, who: Person, now: datetime = NOON) -> tuple[str, str]:
    (verdict,) = verdicts([letter], {7: who}, now)
    return verdict


def test_a_letter_that_is_still_right_is_sent():
    assert one(due(READING), person()) == ("send", "")


@pytest.mark.parametrize(
    ("letter", "who", "reason"),
    [
        (due(READING), person(email=""), "no e-mail address is known"),
        (due(READING), person(consent="no"), "the patient wants no e-mail"),
        (due(READING), person(stopped=frozenset({"all"})), "the patient stopped these letters"),
        (due(READING), person(stopped=frozenset({"care"})), "the patient stopped these letters"),
        (due(READING), person(VISIT._replace(status="no_show")), "the visit is now no-show"),
        (due(READING, expires="2026-03-04T19:59:59Z"), person(),
         "too late: it was due 2026-03-04, and the rule allows 3 days"),
        (due(LAPSED), person(VISIT, AHEAD), "a future visit is booked"),
        (due(LAPSED), person(VISIT, AHEAD._replace(starts_at="2026-03-04T17:00:00Z", status="completed")),
         "the patient came again since"),
        (due(LAPSED), person(VISIT._replace(step="discharge")), "the patient is discharged"),
        (due(REMINDER, AHEAD), person(AHEAD._replace(status="cancelled")), "the appointment is now cancelled"),
        (due(REMINDER, AHEAD), person(AHEAD._replace(starts_at="2026-03-10T17:00:00Z")), "the appointment was moved"),
        (due(REMINDER, VISIT), person(VISIT._replace(status="booked")), "the appointment has begun"),
    ],
)  # fmt: skip
def test_what_has_become_wrong_is_withdrawn_with_the_reason(letter, who, reason):
    assert one(letter, who) == ("withdraw", reason)


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


def test_once_a_year_is_once_a_year():
    rule = Rule("review", "visit", "review_request.md", once_per="365 days")
    follow_ups = FollowUps(SendingHours(), Caps(2, 7), (rule,))
    for at, what in (("2025-03-05T18:00:00Z", "withdraw"), ("2025-03-03T18:00:00Z", "send")):
        who = person(sent=[Sent("review", "care", at)])
        (verdict,) = look([due(rule)], {7: who}, {}, follow_ups, NOON, Calendar(PACIFIC))
        assert verdict.what == what
