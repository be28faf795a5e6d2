"""On any day, the made-up clinic gives nearly every follow-up rule somebody to write to."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from jobs.clinic.due_letters import Due, Person
from jobs.clinic.duplicates import fold_duplicates
from jobs.clinic.episodes import Slot, cut_episodes
from jobs.clinic.events import Seen, events_of
from jobs.clinic.follow_ups import Calendar, FollowUps, utc_text
from jobs.clinic.last_look import look
from jobs.clinic.normalize import normalize
from jobs.clinic.planning import Happening, plan_letters
from jobs.clinic.records import Appointment, TextTable
from jobs.clinic.value_rules import ValueRules
from jobs.made_up import CLINIC
from jobs.made_up.export import HEADERS, Cell, export_rows
from jobs.made_up.make import make_history

CONFIG = Path(__file__).resolve().parents[2] / "config" / "follow_ups.yaml"
MEANINGS = (
    "appointment_id patient_id first_name last_name email phone birth_date email_consent start end booked status type "
    "provider location diagnosis complaint activity service referral_source referring_provider payer billed paid "
    "discharged language"
).split()
LONG_AGO = ("check_in_30", "check_in_180", "lapsed")
ALL_RULES = {
    "welcome", "reminder", "after_evaluation", "mid_plan", "missed_visit", "cancelled", "discharged", "check_in_30",
    "check_in_180", "lapsed", "review_request",
}  # fmt: skip


def appointments(today: date) -> list[Appointment]:
    rows = export_rows(make_history(today, 7))
    columns = {
        name: [as_text(cell) for cell in cells] for name, cells in zip(MEANINGS, zip(*rows, strict=True), strict=True)
    }
    table = TextTable("export", "appointments.xlsx", "", columns, list(range(2, len(rows) + 2)))
    return fold_duplicates(normalize(table, ValueRules(CLINIC.zone))[0])[0]


def as_text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def rules(today: date) -> tuple[FollowUps, dict[str, str]]:
    """The clinic's shipped rules, begun three days ago (those about last month and last year: always), at any hour."""
    shipped = TypeAdapter(FollowUps).validate_python(YAML(typ="safe").load(CONFIG.read_text("utf-8")))
    every_day = replace(
        shipped.sending, days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), opens="00:00", closes="23:59"
    )
    recent = (today - timedelta(days=3)).isoformat()
    starts = {rule.name: "2000-01-01" if rule.name in LONG_AGO else recent for rule in shipped.rules}
    return replace(shipped, sending=every_day), starts


def letters_sent(now: datetime) -> Counter[str]:
    """How many letters of each rule leave when everything runs for the first time at `now`."""
    follow_ups, starts = rules(now.date())
    calendar = Calendar(CLINIC.tzinfo)
    people: dict[int, Person] = {}
    happenings: list[Happening] = []
    by_patient: dict[str, list[tuple[int, Appointment]]] = defaultdict(list)
    for number, seen in enumerate(appointments(now.date()), start=1):
        by_patient[seen.patient_key].append((number, seen))
        told = Seen(seen.starts_at, seen.status, seen.step, seen.booked_at, seen.cancelled_at)
        for what, when in events_of(None, told, utc_text(now)):
            patient = list(by_patient).index(seen.patient_key)
            happenings.append(Happening(len(happenings), number, patient, what, when, seen.starts_at, False))
    for patient, known in enumerate(by_patient.values()):
        people[patient] = Person(known[-1][1].email, known[-1][1].email, known[-1][1].email_consent, history(known))
    planned = plan_letters(
        happenings, {number: person.history for number, person in people.items()}, follow_ups, starts, calendar
    )
    event = {happening.event_id: happening for happening in happenings}
    due = [
        Due(order, plan.patient_id, plan.rule, "planned", "", plan.due_at, plan.expires_at, plan.category,
            plan.priority, plan.event_id, event[plan.event_id].appointment_id, event[plan.event_id].what,
            event[plan.event_id].starts_at)
        for order, plan in enumerate(planned)
        if plan.due_at <= utc_text(now)
    ]  # fmt: skip
    verdicts = look(due, people, {}, follow_ups, now, calendar)
    return Counter(verdict.due.rule for verdict in verdicts if verdict.what == "send")


def history(known: list[tuple[int, Appointment]]) -> list[Slot]:
    slots = [
        Slot(number, one.starts_at, one.starts_on, one.booked_on, one.status, one.step, "", "") for number, one in known
    ]
    return [
        slot._replace(episode=order) for order, episode in enumerate(cut_episodes(slots).episodes) for slot in episode
    ]


@pytest.mark.parametrize("hour", [7, 21])
@pytest.mark.parametrize("days", range(0, 7))
def test_every_rule_has_somebody_to_write_to_on_any_weekday(days: int, hour: int) -> None:
    now = datetime.combine(date(2026, 3, 4) + timedelta(days=days), time(hour), tzinfo=CLINIC.tzinfo)
    assert set(letters_sent(now)) == ALL_RULES


def test_the_meanings_are_those_of_the_headers() -> None:
    assert len(MEANINGS) == len(HEADERS)
