"""Every figure of the referral summary against loops that know nothing of the queries."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from jobs.clinic.figures import (
    ALREADY_UNDER_CARE,
    NOT_RECORDED,
    NOT_YET_NAMED,
    Attendance,
    ReferralNames,
    Week,
    name_key,
)
from jobs.store.figures import referral_figures
from jobs.store.tables import appointments, episodes, metadata, patients

TODAY = date(2026, 3, 23)
WEEK = Week.named("2026-W12")
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
OUTCOMES = ["completed"] * 3 + ["arrived", "no_show", "cancelled", "cancelled", "rescheduled", "booked"]
Row = dict[str, Any]


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def memory(connection: Connection, clinic_id: str = "clinic") -> Any:
    return SimpleNamespace(connection=connection, clinic_id=clinic_id)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def an_episode(number: int, **known: Any) -> Row:
    row = dict(id=number, clinic_id="clinic", patient_id=number, number=1, referral_source="", referring_provider="")
    days = dict(referred_on="2026-03-18", first_on="2026-03-20", evaluated_on="", last_visit_on="", visits=0)
    return row | days | known


def an_appointment(number: int, **known: Any) -> Row:
    row = dict(id=number, clinic_id="clinic", key=str(number), patient_id=1, episode=1, status="completed")
    return row | dict(starts_at="2026-03-18T17:00:00Z", starts_on="2026-03-18", cancelled_at="") | known


def save(connection: Connection, episode_rows: list[Row], appointment_rows: list[Row]) -> None:
    people = {(row["clinic_id"], row["patient_id"]) for row in episode_rows + appointment_rows}
    connection.execute(patients.insert(), [dict(id=key, clinic_id=clinic, key=str(key)) for clinic, key in people])
    for table, rows in ((episodes, episode_rows), (appointments, appointment_rows)):
        if rows:
            connection.execute(table.insert(), rows)


def a_random_clinic(seed: int) -> tuple[list[Row], list[Row]]:
    """About 150 patients around the turn of the year, another clinic's among them, some without an episode."""
    chance = random.Random(seed)
    episode_rows, appointment_rows = [], []
    for patient in range(1, 151):
        clinic = "other" if patient % 13 == 0 else "clinic"
        referred = TODAY - timedelta(days=chance.randrange(-9, 120))
        first = referred + timedelta(days=chance.randrange(0, 15))
        evaluated = str(first) if first < TODAY and chance.random() < 0.7 else ""
        under_care = patient % 17 == 0
        if not under_care:
            known = dict(clinic_id=clinic, referral_source=chance.choice(SOURCES), evaluated_on=evaluated)
            days = dict(referred_on=str(referred), first_on=str(first), visits=chance.randrange(9))
            known["referring_provider"] = chance.choice(PROVIDERS)
            episode_rows.append(an_episode(patient, **known, **days))
        for turn in range(chance.randrange(6)):
            starts = datetime(first.year, first.month, first.day, 17, tzinfo=UTC) + timedelta(days=4 * turn)
            hours = chance.choice([None, 2, 23, 24, 25, 70, -1])
            known = dict(clinic_id=clinic, patient_id=patient, episode=0 if under_care else 1)
            known |= dict(starts_at=stamp(starts), starts_on=str(starts.date()), status=chance.choice(OUTCOMES))
            if known["status"] == "cancelled" and hours is not None:
                known["cancelled_at"] = stamp(starts - timedelta(hours=hours))
            appointment_rows.append(an_appointment(len(appointment_rows) + 1, **known))
    return episode_rows, appointment_rows


def called(text: str | None) -> str:
    """The line of a source, by hand."""
    if text is None:
        return ALREADY_UNDER_CARE
    plain = "".join(letter for letter in text.casefold() if letter.isalnum())
    known = {"google": "Google search", "googledus": "Google search", "drsample": "Dr. Sample"}
    return known.get(plain) or (NOT_RECORDED if plain in ("", "na") else NOT_YET_NAMED)


def what_became(row: Row) -> str:
    """The outcome of an appointment, by hand."""
    over = row["starts_on"] < str(TODAY)
    if row["status"] == "completed" or (row["status"] == "arrived" and over):
        return "visits"
    if row["status"] == "cancelled":
        if not row["cancelled_at"]:
            return "cancelled_in_time"
        notice = datetime.fromisoformat(row["starts_at"]) - datetime.fromisoformat(row["cancelled_at"])
        return "late_cancels" if notice < timedelta(hours=24) else "cancelled_in_time"
    if row["status"] in ("no_show", "rescheduled"):
        return {"no_show": "no_shows"}.get(row["status"], row["status"])
    return "without_outcome" if over else "ahead"


def days_of(week: Week) -> set[str]:
    return {str(week.monday + timedelta(days=day)) for day in range(7)}


@pytest.mark.parametrize("seed", range(12))
def test_every_figure_of_a_source_equals_a_count_by_hand(connection: Connection, seed: int) -> None:
    all_episodes, all_appointments = a_random_clinic(seed)
    save(connection, all_episodes, all_appointments)
    figures = referral_figures(memory(connection), WEEK, NAMES, TODAY)
    mine = [row for row in all_episodes if row["clinic_id"] == "clinic"]
    source_of = {row["patient_id"]: row["referral_source"] for row in mine}
    kept = [row for row in all_appointments if row["clinic_id"] == "clinic"]
    assert {line.name for line in figures.sources} <= {called(text) for text in [*SOURCES, None]}
    for name in {called(text) for text in [*SOURCES, None]}:
        line = next((line for line in figures.sources if line.name == name), None)
        own = [row for row in mine if called(row["referral_source"]) == name]
        ahead = [row for row in own if not row["evaluated_on"] and row["first_on"] >= str(TODAY)]
        attended = [row for row in kept if called(source_of.get(row["patient_id"])) == name]
        before = set().union(*(days_of(WEEK.previous(ago)) for ago in (1, 2, 3, 4)))
        for period, days in ((0, days_of(WEEK)), (1, {day for day in _year() if day <= str(WEEK.sunday)})):
            referrals = [line.week, line.year][period] if line else None
            expected = [sum(row["referred_on"] in days for row in rows) for rows in (own, ahead)]
            evaluated = sum(row["referred_on"] in days and bool(row["evaluated_on"]) for row in own)
            assert (referrals.referred, referrals.ahead) == tuple(expected) if referrals else expected == [0, 0]
            if referrals:
                assert referrals.evaluated == evaluated
                decided = expected[0] - expected[1]
                assert referrals.conversion == (evaluated / decided if decided else None)
        if line is None:
            assert not attended or not any(row["starts_on"] in before | days_of(WEEK) for row in attended)
            continue
        counts = [sum(row["referred_on"] in days_of(week) for row in own) for week in WEEK.trend()]
        assert list(line.trend) == counts
        assert (line.previous, line.four_week_average) == (counts[-2], sum(counts[-5:-1]) / 4)
        of_year = [row for row in own if "2026-01-01" <= row["referred_on"] <= "2026-03-22"]
        assert line.year_visits == sum(row["visits"] for row in of_year)
        for found, days in ((line.attended, days_of(WEEK)), (line.attended_before, before)):
            outcomes = [what_became(row) for row in attended if row["starts_on"] in days]
            assert found == Attendance(**{each: outcomes.count(each) for each in set(outcomes)})


def _year() -> set[str]:
    return {str(date(2026, 1, 1) + timedelta(days=day)) for day in range(365)}


@pytest.mark.parametrize("seed", range(12))
def test_both_tables_add_up_to_what_is_counted_without_them(connection: Connection, seed: int) -> None:
    all_episodes, all_appointments = a_random_clinic(seed)
    save(connection, all_episodes, all_appointments)
    figures = referral_figures(memory(connection), WEEK, NAMES, TODAY)
    mine = [row for row in all_episodes if row["clinic_id"] == "clinic"]
    kept = [row for row in all_appointments if row["clinic_id"] == "clinic"]
    assert figures.adds_up
    assert figures.total.week.referred == sum(row["referred_on"] in days_of(WEEK) for row in mine)
    assert figures.counted.appointments == len(kept)
    assert figures.counted.first_day == min(row["starts_on"] for row in kept)
    assert figures.counted.last_day == max(row["starts_on"] for row in kept)
    previous = [what_became(row) for row in kept if row["starts_on"] in days_of(WEEK.previous())]
    assert figures.attended_previous == Attendance(**{each: previous.count(each) for each in set(previous)})
    assert figures.evaluations.week == sum(row["evaluated_on"] in days_of(WEEK) for row in mine)
    assert figures.evaluations.previous == sum(row["evaluated_on"] in days_of(WEEK.previous()) for row in mine)


@pytest.mark.parametrize("seed", range(6))
def test_each_referring_provider_equals_a_count_by_hand(connection: Connection, seed: int) -> None:
    all_episodes, all_appointments = a_random_clinic(seed)
    save(connection, all_episodes, all_appointments)
    figures = referral_figures(memory(connection), WEEK, NAMES, TODAY)
    mine = [row for row in all_episodes if row["clinic_id"] == "clinic" and row["referred_on"] <= str(WEEK.sunday)]
    for line in figures.providers:
        key = "" if line.name == NOT_RECORDED else name_key(line.name)
        own = [row for row in mine if name_key(row["referring_provider"]) == key]
        assert line.year.referred == sum(row["referred_on"] >= "2026-01-01" for row in own)
        assert line.week.referred == sum(row["referred_on"] in days_of(WEEK) for row in own)
        assert line.previous == sum(row["referred_on"] in days_of(WEEK.previous()) for row in own)
        assert line.last_referred_on == max(row["referred_on"] for row in own)
        assert line.listed == (line.name in ("Dr. Sample", NOT_RECORDED))


def test_a_text_that_no_name_fits_is_listed_under_its_own_words_and_not_guessed(connection: Connection) -> None:
    typed = ["googled us", "google ads maybe", "My Gym", "my gym", "My Gym"]
    days = ["2026-03-18", "2026-03-17", "2026-01-02", "2026-03-19", "2026-01-05"]
    rows = [an_episode(n, referral_source=text, referred_on=days[n - 1]) for n, text in enumerate(typed, 1)]
    save(connection, rows, [])
    figures = referral_figures(memory(connection), WEEK, NAMES, TODAY)
    listed = [(each.text, each.referrals, each.first_on, each.last_on) for each in figures.unnamed]
    assert listed == [("My Gym", 3, "2026-01-02", "2026-03-19"), ("google ads maybe", 1, "2026-03-17", "2026-03-17")]
    assert {line.name: line.week.referred for line in figures.sources} == {"Google search": 1, NOT_YET_NAMED: 2}


def test_patients_already_under_care_bring_visits_but_no_referral(connection: Connection) -> None:
    save(connection, [], [an_appointment(1, episode=0)])
    (line,) = referral_figures(memory(connection), WEEK, NAMES, TODAY).sources
    assert (line.name, line.attended.visits, line.year.referred) == (ALREADY_UNDER_CARE, 1, 0)


@pytest.mark.parametrize(
    ("cancelled_at", "late"),
    [("2026-03-17T17:00:00Z", 0), ("2026-03-17T17:00:01Z", 1), ("2026-03-18T18:00:00Z", 1), ("", 0)],
)
def test_a_cancel_is_late_from_less_than_24_hours_before_the_start(
    connection: Connection, cancelled_at: str, late: int
) -> None:
    save(connection, [an_episode(1)], [an_appointment(1, status="cancelled", cancelled_at=cancelled_at)])
    attended = referral_figures(memory(connection), WEEK, NAMES, TODAY).total.attended
    assert (attended.late_cancels, attended.cancelled_in_time) == (late, 1 - late)


def test_a_clinic_without_data_has_empty_figures(connection: Connection) -> None:
    figures = referral_figures(memory(connection), WEEK, NAMES, TODAY)
    assert (figures.sources, figures.providers, figures.unnamed, figures.counted.first_day) == ((), (), (), "")
    assert figures.adds_up
    assert figures.total.week.conversion is None and figures.total.attended.no_show_rate is None
