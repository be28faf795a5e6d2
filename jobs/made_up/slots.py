"""One made-up appointment, and the diary that keeps two patients from the same therapist at the same time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from jobs.made_up.lakeside import CLINIC
from jobs.made_up.people import Patient

EVALUATION = "PT Initial Evaluation"
VISIT = "PT Follow Up"
RE_EVALUATION = "PT Re-Evaluation"
DISCHARGE = "PT Discharge Visit"
PILATES_CLASS = "Pilates Reformer Class"
PILATES_PRIVATE = "Pilates Private Session"

_HOURS = tuple(time(hour, minute) for hour in (8, 9, 10, 11, 13, 14, 15, 16, 17) for minute in (0, 30))


@dataclass
class Slot:
    """One appointment while the practice's history is made; times are the clinic's own."""

    patient: Patient
    starts_at: datetime
    minutes: int
    booked_at: datetime
    status: str
    kind: str
    therapist: str
    diagnosis: str = ""
    complaint: str = ""
    activity: str = ""
    discharged_on: date | None = None


@dataclass
class Diary:
    """Which therapist is taken when; `today` is the day on whose morning the export is made."""

    random: Random
    today: date

    def __post_init__(self) -> None:
        self._taken: set[tuple[str, datetime]] = set()  # a therapist or a patient's number, and when

    def free(self, therapist: str, patient: Patient, day: date, how: str = "any") -> datetime:
        """A start on `day` when both are free; a full day gives its evening. `how`: any, or late in the day."""
        both = therapist, patient.number
        hours = [at(day, hour) for hour in _HOURS]
        open_ones = [start for start in hours if self._taken.isdisjoint((one, start) for one in both)]
        if not open_ones:
            open_ones = [at(day, time(18))]
        start = open_ones[-1] if how == "late" else self.random.choice(open_ones)
        self._taken.update((one, start) for one in both)
        return start

    def joins(self, patient: Patient, start: datetime) -> bool:
        """Put a patient into a class that begins at `start`; False where the patient is elsewhere then."""
        if (patient.number, start) in self._taken:
            return False
        self._taken.add((patient.number, start))
        return True

    def booking(self, visit: date, lead_days: int) -> datetime:
        """When a visit was booked: `lead_days` before it, and before the morning of the export."""
        day = min(visit - timedelta(days=lead_days), self.today - timedelta(days=1))
        return at(day, time(self.random.randrange(8, 18), self.random.randrange(0, 60)))


def at(day: date, hour: time) -> datetime:
    """A moment of the clinic's clock."""
    return datetime.combine(day, hour, tzinfo=CLINIC.tzinfo)


def working_day(day: date) -> date:
    """The day itself, or the Monday after a Sunday."""
    return day + timedelta(days=1) if day.weekday() == 6 else day
