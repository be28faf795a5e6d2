"""Which appointments belong to one episode, and what it comes to."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

import pytest

import jobs.clinic.plans as plans_room
from jobs.clinic.episodes import Slot, cut_episodes, open_beside, sum_up
from jobs.clinic.plans import Told


def slot(
    number: int, day: str, status: str = "completed", step: str = "visit", booked: str = "", source: str = ""
) -> Slot:
    return Slot(number, f"{day}T17:00:00Z", day, booked, status, step, source, "")


def days(slots: list[Slot]) -> list[list[str]]:
    return [[slot.starts_on for slot in episode] for episode in cut_episodes(slots).episodes]


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


def test_an_evaluation_after_a_class_of_which_nobody_knows_who_came_opens_a_new_episode():
    first, second, evaluation = "2026-01-05", "2026-01-12", slot(3, "2026-01-14", step="evaluation")
    classes = [slot(1, first, "booked", "class"), slot(2, second, "booked", "class")]
    assert days([*classes, evaluation]) == [[first, second], ["2026-01-14"]]
    for booked, episodes in (("2026-01-04", 1), (first, 2), ("2026-01-13", 2)):
        assert len(days([*classes, evaluation._replace(booked_on=booked)])) == episodes
    assert len(days([*classes, evaluation._replace(starts_on=first)])) == 1  # on the day of the first class
    off = [one._replace(status=status) for one, status in zip(classes, ("cancelled", "no_show"), strict=True)]
    assert len(days([*off, evaluation])) == 1


def test_a_class_between_two_tries_of_an_evaluation_makes_no_two_episodes_of_them():
    classes = [slot(n, day, "booked", "class") for n, day in enumerate(("2026-01-05", "2026-01-12", "2026-01-19"))]
    missed, kept = slot(8, "2026-01-09", "no_show", "evaluation"), slot(9, "2026-01-16", step="evaluation")
    of_classes = [one.starts_on for one in classes]
    assert days([*classes[:2], missed, kept]) == [of_classes[:2], ["2026-01-09", "2026-01-16"]]
    open_still = missed._replace(status="booked")  # nobody has entered yet what became of it
    assert len(days([open_still, classes[1], kept])) == 1


def test_classes_go_on_beside_the_plan_that_a_class_member_begins():
    told = [
        ("2026-01-05", "class", {"kind": "Pilates Mat Class"}),
        ("2026-01-07", "evaluation", {"kind": "PT Evaluation"}),
        ("2026-01-12", "class", {"kind": "Pilates Mat Class"}),
        ("2026-01-14", "visit", {"kind": "PT Follow Up"}),
    ]
    status = {"on_05": "booked", "on_12": "booked"}
    assert plans(*told, **status) == [["2026-01-05", "2026-01-12"], ["2026-01-07", "2026-01-14"]]


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


@pytest.mark.parametrize(
    ("gone_on", "today", "referred_on"),
    [
        (("2026-03-01", "2026-03-02"), "2026-03-08", "2026-02-20"),  # the second one not for seven days
        (("2026-03-01", "2026-03-02"), "2026-03-09", ""),
        (("2026-03-01", ""), "2026-05-09", "2026-02-20"),  # one is there, were it cancelled
    ],
)
def test_who_has_only_appointments_that_were_deleted_was_not_referred(
    gone_on: tuple[str, str], today: str, referred_on: str
) -> None:
    slots = [
        slot(number, "2026-03-20", "rescheduled", "evaluation", "2026-02-20")._replace(gone_on=day)
        for number, day in enumerate(gone_on)
    ]
    assert sum_up(1, slots, today).referred_on == referred_on


def test_without_any_evaluation_in_the_export_the_first_kept_visit_counts_as_one():
    assert sum_up(1, [slot(1, "2026-01-05", "no_show"), slot(2, "2026-01-07")]).evaluated_on == "2026-01-07"


def test_a_visit_before_the_missed_evaluation_does_not_count_as_evaluated():
    assert sum_up(1, [slot(1, "2026-01-05", "no_show", "evaluation"), slot(2, "2026-01-07")]).evaluated_on == ""


# Two plans at once ---------------------------------------------------------------------------------------------------

BACK, KNEE = "2026-01-05", "2026-01-14"  # the days of the two evaluations
Said = dict[str, str]


def plans(*told: tuple[str, str, Said], **status: str) -> list[list[str]]:
    """The episodes of a patient of whose appointments all this is told: day, step and what the export says."""
    slots = [slot(n, day, status.get(f"on_{day[-2:]}", "completed"), step) for n, (day, step, _) in enumerate(told)]
    said = {number: Told(step=step, **more) for number, (_, step, more) in enumerate(told)}
    return [[one.starts_on for one in episode] for episode in cut_episodes(slots, told=said).episodes]


def back_and_knee(back: Said, knee: Said, **status: str) -> list[list[str]]:
    return plans(
        (BACK, "evaluation", back),
        ("2026-01-12", "visit", back),
        (KNEE, "evaluation", knee),
        ("2026-01-16", "visit", back),
        ("2026-01-19", "visit", knee),
        ("2026-01-26", "discharge", back),
        ("2026-02-02", "visit", knee),
        **status,
    )


def looked_at(visits: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many values are looked at, and held against others, to tell two plans of so many visits apart, where every
    note says something else in the same words."""
    count = 0

    class Compared(frozenset[str]):
        def __le__(self, other: AbstractSet[object]) -> bool:
            nonlocal count
            count += 1
            return super().__le__(other)

    def counted(name: str, text: str) -> frozenset[frozenset[str]]:
        nonlocal count
        count += 1
        return frozenset(map(Compared, signs(name, text)))

    signs = plans_room._signs
    with monkeypatch.context() as patched:
        patched.setattr(plans_room, "_signs", counted)
        days_of = [(date(2026, 1, 5) + timedelta(days=2 * number)).isoformat() for number in range(visits)]
        of_turn = [{"provider": "Dana Made PT"}, {"provider": "Kim Up DPT"}]
        said = [
            {"complaint": f"note {number} on visit {7 * number}", **of_turn[number % 2]} for number in range(visits)
        ]
        steps = ["evaluation" if number in (0, 11) else "visit" for number in range(visits)]
        assert len(plans(*zip(days_of, steps, said, strict=True))) == 2
    return count


def test_twice_as_many_visits_of_two_plans_are_told_apart_in_twice_the_time(monkeypatch: pytest.MonkeyPatch):
    assert looked_at(960, monkeypatch) < 2.5 * looked_at(480, monkeypatch)


TWO_PLANS = [[BACK, "2026-01-12", "2026-01-16", "2026-01-26"], [KNEE, "2026-01-19", "2026-02-02"]]
ONE_AFTER_THE_OTHER = [[BACK, "2026-01-12"], [KNEE, "2026-01-16", "2026-01-19", "2026-01-26", "2026-02-02"]]


@pytest.mark.parametrize(
    ("back", "knee"),
    [
        ({"diagnosis": "M54.50"}, {"diagnosis": "M25.561"}),
        ({"diagnosis": "M54.50"}, {"diagnosis": "M54.2"}),
        ({"complaint": "low back pain"}, {"complaint": "knee pain, right"}),
        ({"service": "Physical therapy"}, {"service": "Aquatic therapy"}),
        ({"referring_provider": "Dr. Sample"}, {"referring_provider": "Dr. Example"}),
        ({"referral_source": "Google"}, {"referral_source": "Yelp"}),
        ({"provider": "Dana Made PT"}, {"provider": "Kim Up DPT"}),
        ({"kind": "PT session"}, {"kind": "Pilates, private"}),
        ({"provider": "Dana Made", "diagnosis": "M54.50"}, {"provider": "Dana Made", "diagnosis": "M25.561"}),
        ({"referral_source": "Google", "complaint": "back"}, {"referral_source": "Google", "complaint": "knee"}),
    ],
)
def test_two_plans_at_once_are_told_apart_by_what_the_export_says(back: Said, knee: Said):
    assert back_and_knee(back, knee) == TWO_PLANS


@pytest.mark.parametrize(
    ("back", "knee"),
    [
        ({}, {}),
        ({"diagnosis": "M54.50"}, {}),
        ({"diagnosis": "M54.50", "provider": "Dana Made"}, {"diagnosis": "M54.50", "provider": "Dana Made"}),
        ({"complaint": "back"}, {"complaint": "back, knee"}),
    ],
)
def test_what_the_export_does_not_tell_counts_with_the_later_plan(back: Said, knee: Said):
    assert back_and_knee(back, knee) == ONE_AFTER_THE_OTHER


def test_what_is_told_at_the_evaluations_only_tells_nothing_of_the_visits():
    assert plans(
        (BACK, "evaluation", {"referral_source": "Google"}),
        ("2026-01-12", "visit", {}),
        (KNEE, "evaluation", {"referral_source": "Yelp"}),
        ("2026-01-16", "visit", {}),
    ) == [[BACK, "2026-01-12"], [KNEE, "2026-01-16"]]


def test_nothing_splits_a_plan_that_has_one_evaluation():
    told = [
        (BACK, "evaluation", {"diagnosis": "M54.50", "provider": "Dana Made", "referral_source": "Google"}),
        ("2026-01-12", "visit", {"diagnosis": "M54.5", "provider": "Kim Up"}),
        ("2026-01-16", "visit", {"diagnosis": "S83.511A", "provider": "Dana Made", "kind": "Pilates"}),
        ("2026-01-19", "visit", {"complaint": "knee", "provider": "Kim Up", "referral_source": "Yelp"}),
    ]
    assert plans(*told) == [[day for day, _, _ in told]]


def test_a_substitute_provider_does_not_take_a_visit_into_an_earlier_plan():
    dana, kim = {"provider": "Dana Made"}, {"provider": "Kim Up"}
    visits = [("2026-01-16", "visit", kim), ("2026-01-19", "visit", dana), ("2026-01-26", "visit", kim)]
    assert len(plans((BACK, "evaluation", dana), (KNEE, "evaluation", kim), *visits)[0]) == 1
    handed_over = [(day, step, dana) for day, step, _ in visits]
    assert len(plans((BACK, "evaluation", dana), (KNEE, "evaluation", kim), *handed_over)[0]) == 1


def test_a_provider_who_treats_what_another_one_evaluated_stays_in_that_plan():
    back, knee = {"diagnosis": "M54.50"}, {"diagnosis": "M25.561"}
    dana, kim = {"provider": "Dana Made"}, {"provider": "Kim Up"}
    assert plans(
        (BACK, "evaluation", back | dana),
        (KNEE, "evaluation", knee | kim),
        ("2026-01-16", "visit", knee | dana),
        ("2026-01-19", "visit", knee | kim),
        ("2026-01-26", "visit", knee | dana),
    ) == [[BACK], [KNEE, "2026-01-16", "2026-01-19", "2026-01-26"]]


def test_a_plan_that_was_discharged_before_the_next_began_does_not_go_on():
    back, knee = {"diagnosis": "M54.50"}, {"diagnosis": "M25.561"}
    assert plans((BACK, "evaluation", back), ("2026-01-12", "discharge", back), (KNEE, "evaluation", knee),
                 ("2026-01-16", "visit", back)) == [[BACK, "2026-01-12"], [KNEE, "2026-01-16"]]  # fmt: skip


def test_visits_go_on_in_the_first_plan_when_the_second_evaluation_was_called_off():
    for status in ("cancelled", "no_show", "rescheduled"):
        slots = [slot(1, BACK, step="evaluation"), slot(2, KNEE, status, "evaluation"), slot(3, "2026-01-16")]
        assert days(slots) == [[BACK, "2026-01-16"], [KNEE]]
        assert days([*slots, slot(4, "2026-01-20", step="evaluation")])[1] == [KNEE, "2026-01-20"]


def test_a_plan_ran_beside_another_only_where_each_had_a_visit_after_the_other_began():
    def numbered(*days_of: tuple[str, int, str]) -> list[Slot]:
        return [slot(n, day, step=step)._replace(episode=number) for n, (day, number, step) in enumerate(days_of)]

    after = numbered((BACK, 1, "evaluation"), (KNEE, 2, "evaluation"), ("2026-01-26", 2, "discharge"))
    beside = numbered((BACK, 1, "evaluation"), (KNEE, 2, "evaluation"), ("2026-01-20", 1, "visit"),
                      ("2026-01-26", 2, "discharge"))  # fmt: skip
    assert (open_beside(after, 2), open_beside(beside, 2), open_beside(beside, 1)) == ("", "2026-01-20", "")
