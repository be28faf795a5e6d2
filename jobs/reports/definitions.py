"""What each figure means, in the owner's words; `clinic/figures.py` and `clinic/episodes.py` say it in code."""

from typing import NamedTuple

from jobs.clinic.episodes import DELETED_AFTER_DAYS, GAP_DAYS, LOST_AFTER_DAYS
from jobs.clinic.figures import BOOKED_WITHIN_DAYS, LATE_HOURS
from jobs.clinic.tallies import QUIET_AFTER_DAYS, QUIET_REFERRALS

DEFINITIONS = (
    ("Episode of care", "Begins with an evaluation when the patient has had no visit yet or after a visit of the "
     f"earlier episode, or with the first appointment after {GAP_DAYS} days without any. The evaluation that "
     "a class member books begins one too, though nobody may enter who came to the class. A moved or missed evaluation "
     "stays in its episode."),
    ("Two plans at once", "Where a second evaluation begins an episode and the earlier one was not discharged, both "
     "run on. An appointment counts with the one whose kind (Pilates or therapy), diagnosis, complaint, service, "
     "referring provider or source it shares, or whose provider takes turns with the other's; else with the later "
     "one."),
    ("New patient (referral)", "One per episode, in the period of the earliest booking up to its first kept "
     "appointment. Where the export has no day of booking, the appointment's counts. Who comes back with a new "
     "complaint counts again."),
    ("Deleted bookings", "Episodes whose appointments the practice system has all as deleted, void, duplicates or "
     f"entered in error, or has had none of for {DELETED_AFTER_DAYS} days: no new patients. A cancelled one counts. "
     "One that left the export before the update of November 2026 counts as rescheduled, perhaps as a new patient."),
    ("Screen", "A free or injury screen, a short or phone consultation, a discovery visit: no new patient, evaluation "
     "or visit of a plan, until care is booked. The column Screens on Sources: the year's episodes that began "
     "with one."),
    ("Sales and paperwork", "Gift cards, products, deposits, fees, renewals, forms: no appointments, no new patients. "
     "The money counts on Figures by its day, and beside the source of the patient's nearest episode, if any."),
    ("Already under care", "Patients whose first appointment in the data is no evaluation and lies within "
     f"{GAP_DAYS} days of its beginning: nobody can tell whether they are new. They are no new patients and no "
     "evaluations; their visits count."),
    ("Source", "How the patient heard of the clinic: the first that stands in the episode, named by "
     "config/referral_names.csv or recognized where it can be no other one. One that is corrected in the practice "
     "system counts for the past too."),
    ("Referring provider", "Who prescribed the therapy: the first that stands in the episode. A second figure beside "
     "the source."),
    ("Not yet named", "What was typed is not in the list of names and could be several sources or none of them. It is "
     "counted here and listed on Needs a name; nothing is guessed into another source's row."),
    ("Not recorded", "Nobody wrote it down."),
    ("Evaluated", "An evaluation of the episode was kept; where none of its appointments is an evaluation, the first "
     "visit."),
    ("Still ahead", "Not evaluated, no visit yet, and an appointment of the episode that still stands is today or "
     "later: also where an earlier one was missed or cancelled, or nobody entered what became of it."),
    ("Not evaluated, nothing ahead", "All others without a kept evaluation: nothing from today on stands, or "
     "they came for treatment without one."),
    ("Conversion", "Evaluated out of the new patients that are not still ahead."),
    ("Days to evaluation", "Median of the days from booking to the kept evaluation."),
    ("Evaluations kept", "Episodes evaluated in the period, whenever these patients booked."),
    ("Visit", "An appointment that was completed, or whose patient arrived on a day that is over."),
    ("Late cancel", f"Cancelled less than {LATE_HOURS} hours before the start, or so named. Without a time of "
     "cancelling: in time."),
    ("Due", "Visits, no-shows and late cancels together: the time that was kept free."),
    ("Arrival, no-show and late-cancel rate", "Visits, no-shows and late cancels, each out of the appointments due."),
    ("All appointments", "Due, cancelled in time, rescheduled, without an outcome and still ahead; each counts in "
     "exactly one, deleted ones in none. Rescheduled too: on hold, waiting list, left unseen, deceased, no longer in "
     "its source."),
    ("Dropped out", "At least one visit, none planned in the episode, not discharged, and "
     f"{LOST_AFTER_DAYS} days or more since the last visit. Funnel follows the evaluated ones only."),
    ("Discharged", "A discharge visit of the episode was kept."),
    ("Visits so far", "All visits up to now of the patients who were new this year."),
    ("Billed, paid", "As the export has them: on the sheet Figures of the appointments in the period, beside a source "
     "of all appointments of the year's new patients. Fees for missed and cancelled appointments are in the sum, and "
     "what is paid ahead. An empty cell means that the export has none; it is never zero. Visits with billed, with "
     "paid: of how many of the visits the export says the amount. What the other visits came to is not in the sum."),
    ("New source", "Its first referral ever lies in the period shown. For this, for quiet and for returning, a name "
     "that is a source and a referring provider is looked at in both roles."),
    ("Quiet", f"At least {QUIET_REFERRALS} referrals in the 365 days up to the end of the period shown, none in the "
     f"last {QUIET_AFTER_DAYS} in either role."),
    ("Returning", f"It refers again in the period shown, {QUIET_AFTER_DAYS} days or more after the one before in "
     "either role."),
    ("Booked after a letter", f"The patient booked an appointment within {BOOKED_WITHIN_DAYS} days after it was sent. "
     "Beside it: patients for whom the same rule planned a letter that did not leave, counted from its due time, "
     "or from when its occasion became known where that was later. The two groups differ in more than the letter."),
    ("Location", "Where there are several: a new patient counts at the location of the episode's first appointment "
     "that has one, an appointment at its own. What has no location stands in the workbook of all locations alone."),
    ("Week", "Monday to Sunday in the clinic's zone, numbered as ISO 8601 does. It belongs to the month, quarter "
     "and year of its Thursday; what is counted to date ends with the period shown, or with that month, quarter or "
     "year."),
    ("Four-week average", "The four whole weeks before the one shown, divided by four (of a month: the three months "
     "before). A rate is that of these weeks together. Empty where the data does not reach back over all of them."),
    ("Empty cell", "Not known: the period ends before the data begins or has not begun, or the export does not have "
     "it. So is an earlier period to hold against unless the data covers all of it. Zero: none was counted."),
    ("Same period last year", "The year to date, one year earlier. Same week last year: 52 weeks earlier."),
)  # fmt: skip
"""Term and meaning, in the order of the sheet About."""


class Benchmark(NamedTuple):
    """A published figure that stands beside the clinic's own."""

    figure: str
    value: float
    words: str
    source: str


BENCHMARKS = (
    Benchmark(
        "No-show rate",
        0.104,
        "mean of 634 outpatient physical therapy clinics",
        "UNLV Theses, Dissertations, Professional Papers, and Capstones 2323",
    ),
)


def benchmark_of(figure: str) -> Benchmark | None:
    return next((each for each in BENCHMARKS if each.figure == figure), None)
