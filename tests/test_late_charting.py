"""Letters after a certain visit, the third or the sixth, where visits are charted late or corrected back and forth: one
comes in each course of care, in time or not at all, and never to a patient of before the rule began."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import pytest
from hand_written_clinic import Clinic, Row, appointment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from jobs.clinic.follow_ups import Rule, local_day, utc_text
from jobs.clinic.records import Appointment
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools
from jobs.sending.deciding import decide
from jobs.sending.planning import plan
from jobs.store.appointments import save_appointments
from jobs.store.episodes import refresh_episodes
from jobs.store.tables import appointments, cursors, episodes, events, letters, patients

VISITS = ("2026-03-09", "2026-03-11", "2026-03-13", "2026-03-20")  # the third is on a Friday
SENT = [("sent", "")]


def charted(patient: str, pulled_on: str, **charted_on: str) -> list[Row]:
    """What an export says on a day: each visit is charted on its own day, but for those named, such as second."""
    rows = []
    for place, day in zip(("first", "second", "third", "fourth"), VISITS, strict=True):
        status = "completed" if charted_on.get(place, day) <= pulled_on else "booked"
        kind = "PT Initial Evaluation" if place == "first" else "PT Follow Up"
        rows.append(appointment(patient, f"{day} 10:00", status, kind))
    return rows


def test_a_visit_that_is_charted_late_costs_no_letter_of_a_later_one(clinic: Clinic) -> None:
    for day in ("2026-03-09", "2026-03-11", "2026-03-13", "2026-03-14", "2026-03-16", "2026-03-20", "2026-03-23"):
        clinic.export(
            *charted("Anna", day),
            *charted("Bert", day, second="2026-03-14"),
            *charted("Cleo", day, first="2026-03-14"),
            *charted("Dora", day, first="2026-03-14", second="2026-03-16"),
        )
        clinic.pull(f"{day} 18:30")
        clinic.send(f"{day} 18:35")
        if day == "2026-03-14":
            clinic.send("2026-03-16 09:05")
            assert [clinic.fates(name, "mid_plan") for name in ("Anna", "Bert", "Cleo")] == [SENT] * 3
        elif day == "2026-03-16":
            clinic.send("2026-03-17 09:05")
            assert clinic.fates("Dora", "mid_plan") == SENT
    clinic.send("2026-03-24 09:05")
    assert clinic.ask("SELECT state FROM letters WHERE rule = 'mid_plan'") == ["sent"] * 4


def test_a_letter_that_a_person_dropped_does_not_come_as_that_of_an_earlier_visit(clinic: Clinic) -> None:
    clinic.export(*charted("Anna", "2026-03-13"))
    clinic.pull("2026-03-13 18:30")
    clinic.send("2026-03-13 18:35")
    [letter] = clinic.ask("SELECT id FROM letters WHERE rule = 'mid_plan'")
    clinic.command("outbox", "drop", str(letter), "--who", "Ann", "--reason", "told her", moment="2026-03-13 18:40")
    clinic.export(*charted("Anna", "2026-03-13"), appointment("Anna", "2026-03-12 10:00"))
    clinic.pull("2026-03-16 08:00")
    clinic.send("2026-03-16 09:05")
    assert clinic.fates("Anna", "mid_plan") == [("withdrawn", "dropped by Ann: told her")]


THE_THIRD = Rule("mid_plan", "visit", "mid_plan.md", "1 day", "3 days", visit_number=3)
FIRST_DAY = date(2026, 3, 5)  # a Thursday
BEGAN = date(2026, 3, 9)
OUTCOMES = ("completed", "completed", "completed", "arrived", "no_show", "cancelled", "booked", "deleted")


class Visit(NamedTuple):
    """One visit, and what was entered about it: so many days after it, or after the first day, and what."""

    day: date
    entered: list[tuple[int, str]]

    def status(self, today: date) -> str:
        begins = max(self.day, FIRST_DAY)
        return next((what for late, what in reversed(self.entered) if begins + timedelta(late) <= today), "booked")


def course(first: date, days: int) -> st.SearchStrategy[list[Visit]]:
    """Visits of three or more of these days, each charted on its day or later, and perhaps corrected."""
    on = st.lists(st.integers(0, days), min_size=3, max_size=6, unique=True).map(sorted)
    late = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(OUTCOMES)), min_size=1, max_size=4)
    late = late.map(lambda entered: sorted(entered, key=lambda each: each[0]))
    visits = st.lists(late, min_size=6, max_size=6)
    return st.tuples(on, visits).map(
        lambda both: [Visit(first + timedelta(day), entered) for day, entered in zip(*both, strict=False)]
    )


PATIENT = st.tuples(course(date(2025, 3, 3), 15), course(FIRST_DAY - timedelta(2), 14))


def at(day: date, hour: int, tools: Tools) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=tools.settings.clinic.tzinfo)


def read(tools: Tools, courses: list[list[list[Visit]]], today: date) -> None:
    """Keep what an export says on a day."""
    rows = [
        Appointment(
            **dict.fromkeys(Appointment._fields, "")
            | {
                "key": f"{patient}-{visit.day}", "patient_key": f"{patient}", "first_name": f"Anna{patient}",
                "email": f"anna{patient}@patient.example", "starts_on": visit.day.isoformat(),
                "starts_at": utc_text(at(visit.day, 10, tools)), "status": visit.status(today), "step": "visit",
                "row": 2,
            }
        )
        for patient, courses_of_one in enumerate(courses)
        for course_of_one in courses_of_one
        for visit in course_of_one
    ]  # fmt: skip
    with tools.store.begin() as memory:
        saved = save_appointments(memory, rows, "export", utc_text(tools.now))
        refresh_episodes(memory, saved.patients, today)


def send(tools: Tools) -> list[tuple[str, str]]:
    """Plan, decide, and let leave what may; the letters by patient and day of the visit."""
    plan(tools, tools.today)
    going = [verdict.due for verdict in decide(tools) if verdict.what == "send"]
    with tools.store.begin() as memory:
        now = utc_text(tools.now)
        gone = update(letters).where(letters.c.id.in_([due.letter_id for due in going]))
        memory.connection.execute(gone.values(state="sent", sent_at=now, changed_at=now))
        names = dict(memory.connection.execute(text("SELECT id, key FROM patients")).all())
    return [(names[due.patient_id], local_day(due.event_starts_at, tools.now.tzinfo)) for due in going]


def weekday(day: date, later: int = 0) -> date:
    """The first weekday from a day on, and so many weekdays later."""
    while day.weekday() > 4 or later:
        later -= day.weekday() < 5
        day += timedelta(1)
    return day


def in_time(visit: Visit, began: date, today: date) -> bool:
    due = weekday(visit.day + timedelta(1))
    return visit.day >= began and due <= today <= weekday(due, 3) and today.weekday() < 5


@pytest.fixture
def memory_of_one_rule(clinic: Clinic) -> Iterator[Tools]:
    read_settings = load_settings(clinic.home)
    follow_ups = replace(read_settings.follow_ups, rules=(THE_THIRD,))
    tools = open_tools(clinic.home, read_settings._replace(follow_ups=follow_ups), datetime(2026, 3, 1, 9))  # noqa: DTZ001
    yield tools
    tools.store.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patients_of=st.lists(PATIENT, min_size=5, max_size=5), began=st.sampled_from([BEGAN, date(2024, 1, 1)]))
def test_however_visits_are_charted_and_corrected_one_letter_comes_after_the_third_of_a_course(
    memory_of_one_rule: Tools, patients_of: list[tuple[list[Visit], list[Visit]]], began: date
) -> None:
    """Held against a plain count: who has a third visit on a day on which its letter may leave has one letter by then;
    none is about another visit than one that was the third, nor out of its time."""
    tools = memory_of_one_rule
    with tools.store.begin() as memory:
        for table in (letters, events, episodes, appointments, patients, cursors):
            memory.connection.execute(delete(table))
    rule = replace(THE_THIRD, start=began.isoformat())
    follow_ups = replace(tools.settings.follow_ups, rules=(rule,))
    tools = tools._replace(settings=tools.settings._replace(follow_ups=follow_ups))
    written, thirds = dict[tuple[int, int], str](), set[tuple[int, str]]()
    for today in (FIRST_DAY + timedelta(days) for days in range(32)):
        tools = tools._replace(now=at(today, 9, tools))
        read(tools, [list(courses) for courses in patients_of], today)
        sent = [(int(key), day) for key, day in send(tools)]
        for patient, courses in enumerate(patients_of):
            for number, visits in enumerate(courses):
                kept = [visit for visit in visits if visit.status(today) in ("completed", "arrived")]
                thirds |= {(patient, visit.day.isoformat()) for visit in kept[2:3]}
                for visit in visits:
                    if (patient, visit.day.isoformat()) in sent:
                        assert visit in kept and in_time(visit, began, today)
                        assert (patient, visit.day.isoformat()) in thirds
                        assert (patient, number) not in written
                        written[patient, number] = visit.day.isoformat()
                assert (patient, number) in written or not any(in_time(visit, began, today) for visit in kept[2:3])
    assert not any(number == 0 for _, number in written)  # of last year
