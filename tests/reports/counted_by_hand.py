"""Every figure of the weekly workbook once more, by plain loops over plain rows.

Written from the definitions alone and kept apart from the program: it imports nothing of it, opens the database with
the standard library, and knows no index, no roll-up and no clever query. Slow and obvious on purpose.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass
class Slot:
    """One row of the table of appointments."""

    patient: int
    starts_at: str
    starts_on: date
    booked_on: date | None
    booked_at: str
    cancelled_at: str
    status: str
    step: str
    location: str
    source: str
    provider: str
    billed: Decimal | None
    paid: Decimal | None
    id: int = 0
    said: dict[str, str] = field(default_factory=dict)  # what else tells of which plan it is
    gone_on: date | None = None  # since when its source does not have it


@dataclass
class Course:
    """One episode of care, with what became of it as of a day."""

    slots: list[Slot]
    number: int
    under_care: bool = False
    deleted: bool = False
    referred_on: date = date.min
    evaluated_on: date | None = None
    visits: list[Slot] = field(default_factory=list)
    ahead: bool = False
    discharged: bool = False
    planned: bool = False
    source: str = ""
    provider: str = ""
    location: str = ""
    billed: Decimal | None = None
    paid: Decimal | None = None
    dropped: bool = False

    @property
    def is_referral(self) -> bool:
        return not self.under_care and not self.deleted


def read_slots(database: Path, clinic_id: str) -> list[Slot]:
    connection = sqlite3.connect(database)
    rows = connection.execute(
        "SELECT patient_id, starts_at, starts_on, booked_on, booked_at, cancelled_at, status, step, location, "
        "referral_source, referring_provider, billed, paid, id, diagnosis, complaint, service, provider, kind, "
        "row_hash FROM appointments WHERE clinic_id = ?",
        [clinic_id],
    ).fetchall()
    connection.close()
    return [
        Slot(
            patient=row[0],
            starts_at=row[1],
            starts_on=date.fromisoformat(row[2]),
            booked_on=date.fromisoformat(row[3]) if row[3] else None,
            booked_at=row[4],
            cancelled_at=row[5],
            status=row[6],
            step=row[7],
            location=row[8],
            source=row[9],
            provider=row[10],
            billed=Decimal(row[11]) if row[11] else None,
            paid=Decimal(row[12]) if row[12] else None,
            id=row[13],
            said={
                "care": _care(row[7], row[18]),
                "diagnosis": row[14],
                "complaint": row[15],
                "service": row[16],
                "referring": row[10],
                "source": row[9],
                "provider": row[17],
            },
            gone_on=date.fromisoformat(row[5][:10] or row[2]) if row[6] == "rescheduled" and not row[19] else None,
        )
        for row in rows
    ]


# One appointment ---------------------------------------------------------------------------------------------------


def is_visit(slot: Slot, today: date) -> bool:
    return slot.status == "completed" or (slot.status == "arrived" and slot.starts_on < today)


def is_late_cancel(slot: Slot) -> bool:
    """Less than 24 hours before the start. One that was only named late is stored as cancelled at its start."""
    if slot.status != "cancelled" or not slot.cancelled_at:
        return False
    start = datetime.fromisoformat(slot.starts_at)
    return start - datetime.fromisoformat(slot.cancelled_at) < timedelta(hours=24)


def what_became(slot: Slot, today: date) -> str:
    """Each appointment counts in exactly one of these."""
    if is_visit(slot, today):
        return "visits"
    if slot.status == "no_show":
        return "no_shows"
    if slot.status == "cancelled":
        return "late_cancels" if is_late_cancel(slot) else "cancelled_in_time"
    if slot.status == "rescheduled":
        return "rescheduled"
    return "without_outcome" if slot.starts_on < today else "ahead"


def attendance(slots: Iterable[Slot], first: date, last: date, today: date) -> dict[str, int]:
    found = dict.fromkeys(
        ("visits", "no_shows", "late_cancels", "cancelled_in_time", "rescheduled", "without_outcome", "ahead"), 0
    )
    for slot in slots:
        if first <= slot.starts_on <= last:
            found[what_became(slot, today)] += 1
    found["appointments"] = sum(found.values())
    found["due"] = found["visits"] + found["no_shows"] + found["late_cancels"]
    return found


def money(slots: Iterable[Slot], first: date, last: date) -> tuple[Decimal | None, Decimal | None]:
    billed = [slot.billed for slot in slots if first <= slot.starts_on <= last and slot.billed is not None]
    paid = [slot.paid for slot in slots if first <= slot.starts_on <= last and slot.paid is not None]
    return (sum(billed) if billed else None, sum(paid) if paid else None)  # type: ignore[return-value]


def visits_with(amount: str, slots: Iterable[Slot], first: date, last: date, today: date) -> int:
    """How many visits of some days have an amount of this name."""
    return attendance((slot for slot in slots if getattr(slot, amount) is not None), first, last, today)["visits"]


# Episodes of care --------------------------------------------------------------------------------------------------


def courses(slots: list[Slot], today: date) -> list[Course]:
    """All episodes of the clinic as of `today`."""
    of_patient: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        of_patient[slot.patient].append(slot)
    begins = min((slot.starts_on for slot in slots), default=today)
    found = []
    for own in of_patient.values():
        own.sort(key=lambda slot: (slot.starts_at, slot.id))
        for number, part in enumerate(_cut(own, today), start=1):
            found.append(_course(part, number, begins, today))
    return found


def _cut(own: list[Slot], today: date) -> list[list[Slot]]:
    parts: list[list[Slot]] = []
    can_go_on: list[list[Slot]] = []  # the last part is always one of them
    for slot in own:
        earlier = own[: own.index(slot)]
        long_ago = bool(earlier) and (slot.starts_on - earlier[-1].starts_on).days > 90
        if not parts or long_ago:
            can_go_on = [[slot]]
        elif slot.step == "evaluation" and _was_before(slot, can_go_on[-1], today):
            can_go_on = [part for part in can_go_on if not _is_discharged(part, today)] + [[slot]]
        else:
            last = can_go_on[-1]
            part = last if slot.step == "evaluation" else _part_of(slot, can_go_on, own, today)
            part.append(slot)
            can_go_on = [one for one in can_go_on if one is last or not _is_discharged(one, today)]
            continue
        parts.append(can_go_on[-1])
    return parts


def _was_before(evaluation: Slot, part: list[Slot], today: date) -> bool:
    if any(is_visit(one, today) for one in part):
        return True
    until = min(evaluation.starts_on - DAY, evaluation.booked_on or evaluation.starts_on)
    classes = [one for one in part if one.step == "class" and not _is_called_off(one) and one.starts_on <= until]
    return bool(classes) and not any(one.step == "evaluation" for one in part)


def _is_discharged(part: list[Slot], today: date) -> bool:
    return any(one.step == "discharge" and is_visit(one, today) for one in part)


def _is_called_off(slot: Slot) -> bool:
    return slot.status in ("cancelled", "no_show", "rescheduled", "deceased")


def _part_of(slot: Slot, can_go_on: list[list[Slot]], own: list[Slot], today: date) -> list[Slot]:
    """To which of the parts that can go on an appointment belongs."""
    last = can_go_on[-1]
    possible = [part for part in can_go_on if (slot.starts_on - part[-1].starts_on).days <= 90] or [last]
    for what in ("care", "diagnosis", "complaint", "service", "referring", "source", "provider"):
        told = [{text for one in part for text in _comparable(what, one)} for part in possible]
        if len(possible) == 1 or not all(told):
            continue
        everywhere = set.intersection(*told)
        mine = _comparable(what, slot) - everywhere
        alike = [
            part for part, texts in zip(possible, told, strict=True)
            if any(set(a) <= set(b) or set(b) <= set(a) for a in mine for b in texts - everywhere)
        ]  # fmt: skip
        if what == "provider" and alike and alike[-1] is not possible[-1]:
            since = own[own.index(possible[-1][0]) :]
            if not _take_turns(alike[-1], [since[0]] + [one for one in since[1:] if not _is_called_off(one)]):
                continue
        possible = alike or possible
    newest, *before = reversed(possible)
    no_evaluation = all(_is_called_off(one) for one in newest if one.step == "evaluation")
    for part in before:
        went_on = any(
            own.index(one) > own.index(other[0]) for one in part for other in can_go_on if _after(other, part)
        )
        if no_evaluation or (_is_discharged(newest, today) and went_on):
            return part
    return newest


def _care(step: str, kind: str) -> str:
    if step == "class" or re.search("pilates|reformer", kind, re.I):
        return "pilates"
    return "therapy" if kind and step not in ("other", "") else ""


def _after(one: list[Slot], other: list[Slot]) -> bool:
    return (one[0].starts_at, one[0].id) > (other[0].starts_at, other[0].id)


def _comparable(what: str, slot: Slot) -> set[tuple[str, ...]]:
    text = slot.said.get(what, "").lower()
    if what == "diagnosis":
        codes = text.replace(".", "").split()
        return {(code[:length],) for code in codes for length in range(3, len(code) + 1)}
    words = sorted(set(re.findall("[a-z0-9]+", text)))
    return {tuple(words)} if words else set()


def _take_turns(part: list[Slot], since: list[Slot]) -> bool:
    first = _comparable("provider", since[0])
    others = {words for one in part for words in _comparable("provider", one)} - first
    seen_by = ""
    for one in since:
        own = _comparable("provider", one)
        for letter, names in (("L", first), ("E", others)):
            if any(set(a) <= set(b) or set(b) <= set(a) for a in own for b in names):
                seen_by += letter
                break
    return seen_by.count("E") >= 2 and "L" in seen_by.split("E", 1)[1]


def _course(slots: list[Slot], number: int, begins: date, today: date) -> Course:
    course = Course(slots, number)
    opening = slots[0]
    course.deleted = all(slot.gone_on and (today - slot.gone_on).days >= 7 for slot in slots)
    course.under_care = (
        not course.deleted and number == 1 and opening.step != "evaluation" and (opening.starts_on - begins).days <= 90
    )
    until_first_visit = []
    for slot in slots:
        until_first_visit.append(slot)
        if is_visit(slot, today):
            break
    course.referred_on = min(slot.booked_on or slot.starts_on for slot in until_first_visit)
    course.visits = [slot for slot in slots if is_visit(slot, today)]
    evaluations = [slot for slot in slots if slot.step == "evaluation"]
    counted = [slot for slot in (evaluations or slots) if is_visit(slot, today)]
    course.evaluated_on = counted[0].starts_on if counted else None
    still_to_come = [slot for slot in slots if slot.starts_on >= today and what_became(slot, today) == "ahead"]
    course.ahead = course.evaluated_on is None and not course.visits and bool(still_to_come)
    course.discharged = any(slot.step == "discharge" for slot in course.visits)
    course.planned = any(slot.status in ("booked", "arrived") and slot.starts_on >= today for slot in slots)
    course.dropped = bool(
        course.visits
        and not course.planned
        and not course.discharged
        and (today - course.visits[-1].starts_on).days >= 21
    )
    course.source = next((slot.source for slot in slots if slot.source), "")
    course.provider = next((slot.provider for slot in slots if slot.provider), "")
    course.location = next((slot.location for slot in slots if slot.location), "")
    billed = [slot.billed for slot in slots if slot.billed is not None]
    paid = [slot.paid for slot in slots if slot.paid is not None]
    course.billed = sum(billed) if billed else None  # type: ignore[assignment]
    course.paid = sum(paid) if paid else None  # type: ignore[assignment]
    return course


# Periods -----------------------------------------------------------------------------------------------------------


def week_of(day: date) -> tuple[date, date]:
    monday = day - DAY * (day.isoweekday() - 1)
    return monday, monday + 6 * DAY


def periods_of_week(monday: date) -> dict[str, tuple[date, date]]:
    """A week belongs to the month, quarter and year of its Thursday, and 'to date' ends with the week or with them."""
    sunday, thursday = monday + 6 * DAY, monday + 3 * DAY
    month_first = thursday.replace(day=1)
    quarter_first = date(thursday.year, 3 * ((thursday.month - 1) // 3) + 1, 1)
    year_first = date(thursday.year, 1, 1)

    def to_date(first: date, months: int) -> tuple[date, date]:
        after = first
        for _ in range(months):
            after = (after + 31 * DAY).replace(day=1)
        return first, min(sunday, after - DAY)

    year = to_date(year_first, 12)
    one_year_before = (year[0].replace(year=year[0].year - 1), _year_before(year[1]))
    return {
        "shown": (monday, sunday),
        "previous": (monday - 7 * DAY, sunday - 7 * DAY),
        "four_before": (monday - 28 * DAY, monday - DAY),
        "month": to_date(month_first, 1),
        "quarter": to_date(quarter_first, 3),
        "year": year,
        "last_year": one_year_before,
        "same_last_year": (monday - 364 * DAY, sunday - 364 * DAY),
    }


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # February 29
        return date(day.year - 1, 2, 28)


def trend_weeks(monday: date) -> list[tuple[date, date]]:
    return [(monday - 7 * DAY * back, monday - 7 * DAY * back + 6 * DAY) for back in reversed(range(12))]


def is_told_whole(first: date, last: date, begins: date) -> bool:
    """Whether the data tell all of some earlier days. Monday to Friday are worked on, January 1 is not; of more than
    four weeks one more day may be a holiday."""
    missed, day = 0, first
    while day < begins and day <= last:
        missed += day.weekday() < 5 and (day.month, day.day) != (1, 1)
        day += DAY
    return begins <= last and missed <= (1 if last - first >= 28 * DAY else 0)


# Groups of episodes ------------------------------------------------------------------------------------------------


def within(all_courses: Iterable[Course], first: date, last: date) -> list[Course]:
    """The referrals of some days: those under care from before the data are none."""
    return [course for course in all_courses if course.is_referral and first <= course.referred_on <= last]


def group_figures(
    group: list[Course], monday: date, today: date, in_the_other_role: Iterable[Course] = ()
) -> dict[str, object]:
    """What the sheets say of one source, one provider, or all together. Whoever refers as a source and as a provider
    is not new, not back and not quiet because of one of the two alone."""
    periods = periods_of_week(monday)
    sunday = monday + 6 * DAY
    of_year = within(group, *periods["year"])
    evaluated = [course for course in of_year if course.evaluated_on]
    ahead = [course for course in of_year if course.ahead]
    days = [max(0, (course.evaluated_on - course.referred_on).days) for course in evaluated if course.evaluated_on]
    billed = [course.billed for course in of_year if course.billed is not None]
    paid = [course.paid for course in of_year if course.paid is not None]
    until_now = sorted(course.referred_on for course in group if course.is_referral and course.referred_on <= sunday)
    in_year_before = [day for day in until_now if day > sunday - 365 * DAY]
    other = [course.referred_on for course in in_the_other_role if course.is_referral]
    either = sorted(until_now + [day for day in other if day <= sunday])
    this_week = [day for day in until_now if day >= monday]
    either_this_week = [day for day in either if day >= monday]
    before = [day for day in either if day < monday]
    silent = bool(until_now) and (sunday - either[-1]).days >= 60
    return {
        **{name: len(within(group, *span)) for name, span in periods.items()},
        "trend": [len(within(group, *span)) for span in trend_weeks(monday)],
        "evaluated": len(evaluated),
        "ahead": len(ahead),
        "conversion": len(evaluated) / (len(of_year) - len(ahead)) if len(of_year) > len(ahead) else None,
        "days_to_evaluation": median(days) if days else None,
        "visits": sum(len(course.visits) for course in of_year),
        "discharged": sum(course.discharged for course in of_year),
        "dropped": sum(course.dropped for course in of_year),
        "billed": sum(billed) if billed else None,
        "paid": sum(paid) if paid else None,
        "first": until_now[0] if until_now else None,
        "last": until_now[-1] if until_now else None,
        "new": bool(this_week) and not before,
        "returning": bool(this_week and before) and (either_this_week[0] - before[-1]).days >= 60,
        "quiet": silent and len(in_year_before) >= 3,
        "in_year_before": len(in_year_before),
    }


def by_name(all_courses: list[Course], text_of: Callable[[Course], str], name_of: Callable[[str], str]):
    """The episodes of each name; "" where nothing stands in the episode."""
    groups: dict[str, list[Course]] = defaultdict(list)
    for course in all_courses:
        groups[name_of(text_of(course))].append(course)
    return dict(groups)


def funnel(all_courses: list[Course], first: date, last: date, today: date) -> dict[str, int]:
    """What became of the referrals of some days."""
    cohort = within(all_courses, first, last)
    evaluated = [course for course in cohort if course.evaluated_on]
    return {
        "referred": len(cohort),
        "ahead": sum(course.ahead for course in cohort),
        "evaluated": len(evaluated),
        "not_evaluated": sum(not course.evaluated_on and not course.ahead for course in cohort),
        "second_visit": sum(len(course.visits) >= 2 for course in evaluated),
        "six_visits": sum(len(course.visits) >= 6 for course in evaluated),
        "discharged": sum(course.discharged for course in evaluated),
        "dropped": sum(course.dropped for course in evaluated),
        "in_care": sum(not course.discharged and not course.dropped for course in evaluated),
    }


def evaluations_kept(all_courses: list[Course], first: date, last: date) -> int:
    """Episodes whose evaluation was kept in these days, whenever they were referred."""
    return sum(
        bool(course.evaluated_on and first <= course.evaluated_on <= last)
        for course in all_courses
        if course.is_referral
    )


def texts_of(
    all_courses: list[Course], text_of: Callable[[Course], str], until: date
) -> dict[str, tuple[int, date, date]]:
    """Each typed text with the number of its referrals, the first and the last day."""
    days: dict[str, list[date]] = defaultdict(list)
    for course in all_courses:
        if text_of(course).strip() and course.is_referral and course.referred_on <= until:
            days[text_of(course)].append(course.referred_on)
    return {text: (len(found), min(found), max(found)) for text, found in days.items()}


# Letters -----------------------------------------------------------------------------------------------------------


def booked_after(slots: list[Slot], patient: int, moment: str) -> bool:
    start = datetime.fromisoformat(moment)
    return any(
        slot.patient == patient
        and slot.booked_at
        and start < datetime.fromisoformat(slot.booked_at) <= start + timedelta(days=14)
        for slot in slots
    )


def letters_of_rules(
    database: Path,
    clinic_id: str,
    slots: list[Slot],
    shown: tuple[date, date],
    trend: tuple[date, date],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, dict[str, int]]:
    """Per rule: letters sent in the period shown; of the trend's, where the 14 days are over: the patients who got
    one, from the first, and those of the same rule who got none, from the first that was due, or that was known to be
    wanted only after it was due; how many booked."""
    connection = sqlite3.connect(database)
    rows = connection.execute(
        "SELECT rule, state, sent_at, due_at, seen_at, letters.patient_id FROM letters "
        "JOIN events ON events.id = event_id WHERE letters.clinic_id = ?",
        [clinic_id],
    ).fetchall()
    connection.close()
    found: dict[str, dict[str, int]] = {}
    for rule in {row[0] for row in rows}:
        own = [(state, sent_at if state == "sent" else max(due_at, seen_at), patient)
               for r, state, sent_at, due_at, seen_at, patient in rows if r == rule]  # fmt: skip
        sent = [
            m for state, m, _ in own if state == "sent" and shown[0] <= day_of(m, zone) <= shown[1] and utc(m) <= now
        ]
        counts = {"sent": len(sent), "written_to": 0, "written_to_booked": 0, "without": 0, "without_booked": 0}
        for patient in {each[2] for each in own}:
            settled = [
                (state, moment) for state, moment, whose in own
                if whose == patient and state in ("sent", "withdrawn", "failed")
                and trend[0] <= day_of(moment, zone) <= trend[1] and utc(moment) + timedelta(days=14) <= now
            ]  # fmt: skip
            got = sorted(moment for state, moment in settled if state == "sent")
            none = sorted(moment for _, moment in settled)
            if none:
                group, moment = ("written_to", got[0]) if got else ("without", none[0])
                counts[group] += 1
                counts[f"{group}_booked"] += booked_after(slots, patient, moment)
        found[rule] = counts
    return found


def day_of(moment: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(moment).astimezone(zone).date()


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)
