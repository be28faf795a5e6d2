"""The made-up practice's history: episodes of care and Pilates, from six months ago to three weeks ahead."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from random import Random

from jobs.made_up.conditions import PILATES_WISHES
from jobs.made_up.lakeside import INSTRUCTOR, PELVIC_THERAPIST, THERAPISTS
from jobs.made_up.outcomes import COMPLETED, RESCHEDULED, SCHEDULED, Decks
from jobs.made_up.people import Patient
from jobs.made_up.slots import (
    DISCHARGE,
    EVALUATION,
    PILATES_CLASS,
    PILATES_PRIVATE,
    RE_EVALUATION,
    VISIT,
    Diary,
    Slot,
    at,
    working_day,
)

DAYS_BACK = 184
DAYS_AHEAD = 21
_BEFORE_THE_WINDOW = 20  # courses that had begun when the export begins
_CLASS_HOURS = ((0, 9), (1, 18), (2, 9), (3, 18), (5, 10))  # weekday, hour


class Practice:
    """Makes appointments; everything random comes from one generator, so that a seed gives one history."""

    def __init__(self, random: Random, today: date) -> None:
        self.random = random
        self.today = today
        self.diary = Diary(random, today)
        self.decks = Decks(random)

    def course(self, patient: Patient) -> list[Slot]:
        """One patient's episode of care, and for some a second one weeks after the first."""
        first_day = self.today - timedelta(days=DAYS_BACK + _BEFORE_THE_WINDOW)
        begins = first_day + timedelta(days=self.random.randrange(DAYS_BACK + _BEFORE_THE_WINDOW + 9))
        slots = self._episode(patient, begins)
        if slots and self.random.random() < 0.14:
            slots += self._episode(patient, slots[-1].starts_at.date() + timedelta(days=self.random.randrange(35, 80)))
        return self._in_window(slots)

    def pilates(self, patient: Patient) -> list[Slot]:
        """Some weeks of one class a week, or of private sessions."""
        weekday, hour = self.random.choice(_CLASS_HOURS)
        kind = self.random.choice((PILATES_CLASS, PILATES_CLASS, PILATES_CLASS, PILATES_PRIVATE))
        day = self.today - timedelta(days=self.random.randrange(20, DAYS_BACK))
        day += timedelta(days=(weekday - day.weekday()) % 7)
        wish = self.random.choice(PILATES_WISHES)
        slots = []
        for week in range(self.random.randrange(4, 11)):
            on = day + timedelta(weeks=week)
            private = kind == PILATES_PRIVATE
            start = self.diary.free(INSTRUCTOR, patient, on) if private else at(on, time(hour))
            if not private and not self.diary.joins(patient, start):
                continue
            status = self.decks.deal(on < self.today)
            booked = self.diary.booking(on, 7 + week % 3)
            slots.append(Slot(patient, start, 55, booked, status, kind, INSTRUCTOR, complaint=wish, activity="Pilates"))
        return self._in_window(slots)

    def script(self, patient: Patient, steps: Sequence[tuple[int, str, str]], booked_days_ago: int) -> list[Slot]:
        """An episode laid down day by day: (days from today, kind, status); a discharge ends it on that day."""
        case = self._case(patient)
        slots = []
        for days, kind, status in steps:
            day = self.today + timedelta(days=days)
            booked = self.diary.booking(day, max(days + booked_days_ago, 3))
            slot = self._slot(patient, case, day, kind, status, "late" if days < 0 else "any")
            slot.booked_at = booked
            slots.append(slot)
        if steps[-1][1] == DISCHARGE:
            for slot in slots:
                slot.discharged_on = slots[-1].starts_at.date()
        return slots

    def _episode(self, patient: Patient, begins: date) -> list[Slot]:
        case = self._case(patient)
        slots = list(self._evaluation(patient, case, working_day(begins)))
        if slots[-1].status not in (COMPLETED, SCHEDULED):
            return slots
        planned = self.random.choices((2, 3, 4, 5, 6, 8, 10), (3, 3, 4, 4, 4, 2, 1))[0]
        finishes = self.random.random() < 0.66
        day = slots[-1].starts_at.date()
        for number in range(1, planned + 1):
            day = working_day(day + timedelta(days=self.random.choice((2, 3, 3, 4, 4, 5, 7))))
            kind = RE_EVALUATION if number == 8 else VISIT
            if number == planned and finishes and self.random.random() < 0.5:
                kind = DISCHARGE
            slots += self._kept_or_moved(patient, case, day, kind)
        last = slots[-1]
        if finishes and last.status == COMPLETED:
            for slot in slots:
                slot.discharged_on = last.starts_at.date()
        return slots

    def _evaluation(self, patient: Patient, case: tuple[str, str, str, str], day: date) -> Iterator[Slot]:
        """The evaluation, tried again a few days later while the patient does not come, at most three times."""
        for _ in range(3):
            slot = self._slot(patient, case, day, EVALUATION, self.decks.deal(day < self.today))
            slot.booked_at = self.diary.booking(day, self.random.randrange(1, 15))
            yield slot
            if slot.status in (COMPLETED, SCHEDULED) or (slot.status != RESCHEDULED and self.random.random() < 0.25):
                return
            day = working_day(day + timedelta(days=self.random.randrange(2, 7)))

    def _kept_or_moved(self, patient: Patient, case: tuple[str, str, str, str], day: date, kind: str) -> Iterator[Slot]:
        slot = self._slot(patient, case, day, kind, self.decks.deal(day < self.today))
        yield slot
        if slot.status == RESCHEDULED:
            later = working_day(day + timedelta(days=1))
            moved = self._slot(patient, case, later, kind, COMPLETED if later < self.today else SCHEDULED)
            moved.booked_at = self.diary.booking(min(day, self.today), 1)
            yield moved

    def _case(self, patient: Patient) -> tuple[str, str, str, str]:
        """Therapist, diagnosis, complaint and activity of one episode."""
        condition = patient.condition
        therapist = PELVIC_THERAPIST if condition.service == "Pelvic Health" else self.random.choice(THERAPISTS)
        texts = (condition.diagnoses, condition.complaints, condition.activities)
        diagnosis, complaint, activity = (self.random.choice(options) for options in texts)
        return therapist, diagnosis, complaint, activity

    def _slot(
        self, patient: Patient, case: tuple[str, str, str, str], day: date, kind: str, status: str, how: str = "any"
    ) -> Slot:
        therapist, diagnosis, complaint, activity = case
        start = self.diary.free(therapist, patient, day, how)
        booked = self.diary.booking(day, self.random.randrange(3, 22))
        minutes = 60 if kind == EVALUATION else 45
        return Slot(patient, start, minutes, booked, status, kind, therapist, diagnosis, complaint, activity)

    def _in_window(self, slots: list[Slot]) -> list[Slot]:
        first, last = self.today - timedelta(days=DAYS_BACK), self.today + timedelta(days=DAYS_AHEAD)
        return [slot for slot in slots if first <= slot.starts_at.date() <= last]
