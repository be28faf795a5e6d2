"""Every figure of the workbook against `counted_by_hand`, which knows nothing of the queries."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import counted_by_hand as by_hand
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from jobs.clinic.figures import Figures
from jobs.clinic.periods import week_of
from jobs.clinic.source_names import NOT_RECORDED, NOT_YET_NAMED, ReferralNames, name_key
from jobs.clinic.tallies import SourceLine
from jobs.store.episodes import refresh_episodes, renew_episodes
from jobs.store.figures import count_figures, locations
from jobs.store.memory import Memory, Store, open_store
from jobs.store.tables import appointments, cursors, episodes, patients

NAMES = ReferralNames.of(
    [
        ("googled us", "Google search", "online"),
        ("google", "Google search", "online"),
        ("Dr. Sample", "Dr. Sample", "physician"),
        ("n/a", NOT_RECORDED, "unknown"),
    ]
)
SOURCES = ["Google", "googled us", "GOOGLE!", "Dr Sample", "dr. sample", "", "  ", "n/a", "my gym", "My  Gym", "=1+1"]
PROVIDERS = ["Dr. Sample", "Dr. Example", "dr example", "", "+Dr. Fictional"]
FIRST_DAY = date(2024, 12, 20)
Row = dict[str, Any]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@st.composite
def a_clinic(draw: st.DrawFn) -> tuple[list[Row], date, date]:
    """Some patients' appointments over fifteen months, a day, and the day of the pull before it."""
    today = FIRST_DAY + timedelta(days=draw(st.integers(60, 520)))
    rows: list[Row] = []
    for patient in range(1, draw(st.integers(1, 9)) + 1):
        day = FIRST_DAY + timedelta(days=draw(st.integers(0, 480)))
        for _ in range(draw(st.integers(1, 9))):
            rows.append(an_appointment(draw, len(rows) + 1, patient, day, today))
            day += timedelta(days=draw(st.sampled_from([0, 1, 2, 4, 7, 7, 20, 21, 22, 60, 90, 91, 200])))
    return rows, today, today - timedelta(days=draw(st.integers(0, 3)))


def an_appointment(draw: st.DrawFn, number: int, patient: int, day: date, today: date) -> Row:
    start = datetime(day.year, day.month, day.day, draw(st.integers(8, 18)), tzinfo=UTC)
    past = ["completed"] * 4 + ["arrived", "no_show", "cancelled", "rescheduled", "booked"]
    coming = ["booked", "booked", "cancelled", "rescheduled"]
    on_the_day = [*past, "arrived", "booked"]
    choice = past if day < today else on_the_day if day == today else coming
    status = draw(st.sampled_from(choice))
    booked = start - timedelta(hours=draw(st.sampled_from([-30, 0, 5, 48, 170, 400, 2000])))
    early = draw(st.sampled_from([0, 23, 24, 25, 90]))
    known = draw(st.booleans())
    gone = status == "rescheduled" and draw(st.booleans())  # its source does not have it any more
    off = status == "cancelled" or gone
    return {
        "id": number,
        "clinic_id": "lakeside",
        "key": str(number),
        "patient_id": patient,
        "starts_at": stamp(start),
        "starts_on": day.isoformat(),
        "booked_at": stamp(booked) if known else "",
        "booked_on": booked.date().isoformat() if known else "",
        "cancelled_at": stamp(start - timedelta(hours=early)) if off and draw(st.booleans()) else "",
        "row_hash": "" if gone else "x",
        "status": status,
        "step": draw(st.sampled_from(["evaluation", "visit", "visit", "visit", "discharge", "class", "other"])),
        "location": draw(st.sampled_from(["", "San Ramon", "Danville"])),
        "referral_source": draw(st.sampled_from(SOURCES)),
        "diagnosis": draw(st.sampled_from(["", "", "", "M54.50", "M25.561", "M54.50 M25.561"])),
        "provider": draw(st.sampled_from(["", "Dana Made", "Kim Up"])),
        "referring_provider": draw(st.sampled_from(PROVIDERS)),
        "billed": draw(st.sampled_from(["", "", "120.00", "95.5"])),
        "paid": draw(st.sampled_from(["", "", "60.10"])),
    }


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """One database for all, emptied before each use: to make one takes longer than to count."""
    path = tmp_path_factory.mktemp("figures") / "clinic.sqlite"
    store = open_store(f"sqlite:///{path}", "lakeside")
    yield store, path
    store.close()


@contextmanager
def clinic_of(store: Store, rows: list[Row]) -> Iterator[Memory]:
    ids = sorted({row["patient_id"] for row in rows})
    with store.begin() as memory:
        for table in (episodes, appointments, patients, cursors):
            memory.connection.execute(delete(table))
        people = [{"id": number, "clinic_id": "lakeside", "key": str(number)} for number in ids]
        memory.connection.execute(insert(patients), people)
        memory.connection.execute(insert(appointments), rows)
        yield memory


def by_source(typed: str) -> str:
    return NAMES.name_of(typed) or NOT_YET_NAMED


def by_provider(typed: str) -> str:
    return NAMES.name_of(typed) or name_key(typed)


def said_of(line: SourceLine, last_day: date) -> dict[str, Any]:
    """A line of a table in the words of `counted_by_hand`."""
    tally = line.tally
    names = ("shown", "previous", "month", "quarter", "year", "last_year", "same_last_year", "evaluated", "ahead")
    return {
        **{name: getattr(tally, name) for name in (*names, "visits", "discharged", "dropped", "conversion")},
        "four_before": tally.before,
        "trend": list(tally.trend),
        "days_to_evaluation": line.days_to_evaluation,
        "billed": tally.billed_cents,
        "paid": tally.paid_cents,
        "first": date.fromisoformat(tally.first_day) if tally.first_day else None,
        "last": date.fromisoformat(tally.last_on) if tally.last_on else None,
        "new": line.is_new(),
        "returning": line.is_returning(),
        "quiet": line._replace(channel="").is_quiet(last_day),  # of a channel through which nobody refers, never
        "in_year_before": tally.year_before,
    }


def counted(
    group: list[by_hand.Course], monday: date, today: date, in_the_other_role: Iterable[by_hand.Course] = ()
) -> dict[str, Any]:
    found = by_hand.group_figures(group, monday, today, in_the_other_role)
    return found | {name: in_cents(found[name]) for name in ("billed", "paid")}


def in_cents(amount: Any) -> int | None:
    return None if amount is None else round(amount * 100)


def compare(figures: Figures, slots: list[by_hand.Slot], all_courses: list[by_hand.Course], today: date) -> None:
    """Every figure that the workbook has of referrals and appointments."""
    monday, sunday = figures.periods.shown.first, figures.periods.shown.last
    spans = by_hand.periods_of_week(monday)
    source_of, provider_of = (lambda course: course.source), (lambda course: course.provider)
    for lines, text_of, name_of, key_of, other_of in (
        (figures.sources, source_of, by_source, lambda line: line.name, provider_of),
        (
            figures.providers,
            provider_of,
            by_provider,
            lambda line: line.name if line.listed else name_key(line.name),
            source_of,
        ),
    ):
        groups = by_hand.by_name(all_courses, text_of, name_of)
        others = by_hand.by_name(all_courses, other_of, by_provider)
        others.pop(NOT_RECORDED, None)
        expected = {name: counted(group, monday, today, others.get(name, ())) for name, group in groups.items()}
        expected = {name: found for name, found in expected.items() if found["first"] is not None}
        assert {key_of(line): said_of(line, sunday) for line in lines} == expected
    assert said_of(figures.total, sunday) == counted(all_courses, monday, today)
    for name, span in {**spans, "before": spans["four_before"], "all": (date.min, date.max)}.items():
        if name == "four_before":
            continue
        attended = figures.attended[name]
        found = by_hand.attendance(slots, *span, today)
        assert {part: getattr(attended, part) for part in found} == found
        assert [attended.billed_cents, attended.paid_cents] == [in_cents(m) for m in by_hand.money(slots, *span)]
        if name != "all":
            assert figures.evaluations[name] == by_hand.evaluations_kept(all_courses, *span)
    trend = by_hand.trend_weeks(monday)
    assert [each.due for each in figures.attended_trend] == [by_hand.attendance(slots, *s, today)["due"] for s in trend]
    assert list(figures.evaluations_trend) == [by_hand.evaluations_kept(all_courses, *span) for span in trend]
    cohorts = ((trend[0][0], trend[-1][1]), spans["year"], spans["last_year"])
    for funnel, cohort in zip(figures.funnels, cohorts, strict=True):
        found = by_hand.funnel(all_courses, *cohort, today)
        assert {step: getattr(funnel, step) for step in found} == found
    assert figures.counted.appointments == len(slots)
    assert figures.counted.episodes == len(all_courses)
    assert figures.counted.under_care == sum(course.under_care for course in all_courses)
    assert figures.adds_up


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(a_clinic())
def test_every_figure_of_any_small_clinic_is_what_a_person_would_count(
    one_store: tuple[Store, Path], clinic: tuple[list[Row], date, date]
) -> None:
    rows, today, pulled_on = clinic
    with clinic_of(one_store[0], rows) as memory:
        refresh_episodes(memory, {row["patient_id"] for row in rows}, pulled_on)
        renew_episodes(memory, today)
        figures = count_figures(memory, week_of(today - timedelta(days=7)), NAMES, today)
    slots = by_hand.read_slots(one_store[1], "lakeside")
    all_courses = by_hand.courses(slots, today)
    compare(figures, slots, all_courses, today)
    unnamed = {name_key(each.text): (each.referrals, each.first_on, each.last_on) for each in figures.unnamed}
    assert unnamed == unnamed_by_hand(all_courses, figures.periods.shown.last)


def unnamed_by_hand(all_courses: list[by_hand.Course], until: date) -> dict[str, tuple[int, str, str]]:
    found: dict[str, tuple[int, str, str]] = {}
    for text_of in (lambda course: course.source, lambda course: course.provider):
        for text, (count, first, last) in by_hand.texts_of(all_courses, text_of, until).items():
            if NAMES.name_of(text) is None:
                known = found.get(name_key(text), (0, "9999", ""))
                days = min(known[1], first.isoformat()), max(known[2], last.isoformat())
                found[name_key(text)] = (known[0] + count, *days)
    return found


@pytest.mark.parametrize("day", [date(2026, 3, 23), date(2026, 1, 5), date(2025, 12, 29), date(2028, 3, 6)])
def test_the_periods_are_those_of_a_calendar(day: date) -> None:
    periods = week_of(day)
    expected = by_hand.periods_of_week(day)
    spans = {name: (period.first, period.last) for name, period in periods.named().items()}
    assert spans == {("before" if name == "four_before" else name): span for name, span in expected.items()}
    assert [(period.first, period.last) for period in periods.trend] == by_hand.trend_weeks(day)


def a_row(number: int, day: str, **more: Any) -> Row:
    usual = {"id": number, "clinic_id": "lakeside", "key": str(number), "patient_id": 1, "status": "completed"}
    days = {"starts_at": f"{day}T17:00:00Z", "starts_on": day, "step": "visit"}
    return usual | days | {"booked_on": "", "cancelled_at": "", "location": ""} | more


def test_each_location_has_its_own_figures_and_together_they_are_all(one_store: tuple[Store, Path]) -> None:
    rows = [
        a_row(1, "2026-03-17", step="evaluation", location="San Ramon"),
        a_row(2, "2026-03-18", step="evaluation", location="Danville", patient_id=2),
        a_row(3, "2026-03-19", location="Danville", patient_id=2),
    ]
    with clinic_of(one_store[0], rows) as memory:
        today = date(2026, 3, 23)
        refresh_episodes(memory, [1, 2], today)
        assert locations(memory) == ["Danville", "San Ramon"]
        week = week_of(date(2026, 3, 16))
        found = [count_figures(memory, week, NAMES, today, place) for place in ("", "Danville", "San Ramon")]
    assert [figures.total.tally.shown for figures in found] == [2, 1, 1]
    assert [figures.attended["shown"].visits for figures in found] == [3, 2, 1]


def test_money_that_the_export_does_not_have_is_unknown_and_not_zero(one_store: tuple[Store, Path]) -> None:
    with clinic_of(one_store[0], [a_row(1, "2026-03-17", step="evaluation", billed="", paid="0.00")]) as memory:
        today = date(2026, 3, 23)
        refresh_episodes(memory, [1], today)
        figures = count_figures(memory, week_of(date(2026, 3, 16)), NAMES, today)
    assert (figures.total.tally.billed_cents, figures.total.tally.paid_cents) == (None, 0)
    assert (figures.attended["shown"].billed_cents, figures.attended["shown"].paid_cents) == (None, 0)


def test_another_clinic_in_the_same_database_is_not_counted(one_store: tuple[Store, Path]) -> None:
    rows = [a_row(1, "2026-03-17", step="evaluation"), a_row(2, "2026-03-17", clinic_id="elsewhere", patient_id=2)]
    with clinic_of(one_store[0], rows) as memory:
        today = date(2026, 3, 23)
        refresh_episodes(memory, [1], today)
        figures = count_figures(memory, week_of(date(2026, 3, 16)), NAMES, today)
    assert (figures.counted.appointments, figures.total.tally.ever) == (1, 1)
