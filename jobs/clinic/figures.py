"""The figures of the weekly workbook: what each one counts, defined once in code. `definitions.py` says it in words.

A *referral* is an episode of care (`episodes.py`), counted in the period in which its first appointment was booked.
Patients already under care where the data begins are no referrals: they are counted apart.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from jobs.clinic.episodes import GAP_DAYS
from jobs.clinic.periods import Periods
from jobs.clinic.tallies import NamedText, SourceLine, UnnamedText, part_of

LATE_HOURS = 24
BOOKED_WITHIN_DAYS = 14  # after a letter


def known_from(data_begins: date) -> date:
    """Up to this day nobody can tell whether a patient whose first appointment is no evaluation is new."""
    return data_begins + timedelta(days=GAP_DAYS)


class Attendance(NamedTuple):
    """What became of the appointments of some days; each counts in exactly one of the seven. Money as in `Tally`."""

    visits: int = 0
    no_shows: int = 0
    late_cancels: int = 0
    cancelled_in_time: int = 0
    rescheduled: int = 0
    without_outcome: int = 0  # the day is over and the practice system still says booked
    ahead: int = 0  # booked or arrived, today or later
    billed_cents: int | None = None
    paid_cents: int | None = None
    billed_visits: int = 0  # of the visits, those of which the amount is known
    paid_visits: int = 0

    @property
    def due(self) -> int:
        """The appointments for which the clinic kept the time free."""
        return self.visits + self.no_shows + self.late_cancels

    @property
    def appointments(self) -> int:
        return self.due + self.cancelled_in_time + self.rescheduled + self.without_outcome + self.ahead

    @property
    def arrival_rate(self) -> float | None:
        return part_of(self.visits, self.due)

    @property
    def no_show_rate(self) -> float | None:
        return part_of(self.no_shows, self.due)

    @property
    def late_cancel_rate(self) -> float | None:
        return part_of(self.late_cancels, self.due)

    @property
    def billed_share(self) -> float | None:
        """Of how large a part of the visits the amount is known; None where no amount is."""
        return None if self.billed_cents is None else part_of(self.billed_visits, self.visits)

    @property
    def paid_share(self) -> float | None:
        return None if self.paid_cents is None else part_of(self.paid_visits, self.visits)


class Funnel(NamedTuple):
    """What became of the referrals of some days, step by step."""

    title: str
    referred: int = 0
    ahead: int = 0
    not_evaluated: int = 0  # and nothing ahead
    evaluated: int = 0
    second_visit: int = 0
    six_visits: int = 0
    in_care: int = 0
    discharged: int = 0
    dropped: int = 0


class Counted(NamedTuple):
    """The same data counted once more without any name and any period: what the tables must add up to."""

    referrals_shown: int = 0
    referrals_year: int = 0
    episodes: int = 0  # in all the data
    under_care: int = 0  # of these: patients already under care where the data begins
    referrals_after: int = 0  # of these: referrals after the period shown
    deleted: int = 0  # of these: all their appointments were deleted
    screens: int = 0  # of these: nothing but screens
    sales: int = 0  # of these: nothing but sales and paperwork
    appointments_shown: int = 0
    appointments: int = 0
    sold: int = 0  # rows of sales and paperwork, which are no appointments
    first_day: str = ""  # of all the clinic's appointments, "" where there are none
    last_day: str = ""
    visits_summed_up: int = 0  # of all episodes, with screens; an episode counts where it began: 0 for one location
    patients_summed_up: int = 0  # who have an episode
    patients_left_out: int = 0  # who have none, and have an appointment

    @property
    def referrals_ever(self) -> int:
        """All up to the end of the period shown."""
        return self.episodes - self.under_care - self.referrals_after - self.deleted - self.screens - self.sales


_HELD_AGAINST = ("previous", "before", "last_year", "same_last_year")


class Figures(NamedTuple):
    """Everything that the workbook says about referrals and appointments. `today`: outcomes are known as of then.

    `attended` and `evaluations` hold a value for each name of `Periods.named`, `attended` one for "all" too.
    """

    periods: Periods
    today: date
    location: str
    sources: tuple[SourceLine, ...]  # most referrals this year first; the lines that are no source last
    providers: tuple[SourceLine, ...]
    unnamed: tuple[UnnamedText, ...]
    total: SourceLine
    provider_total: SourceLine
    attended: Mapping[str, Attendance]
    attended_trend: tuple[Attendance, ...]
    evaluations: Mapping[str, int]
    evaluations_trend: tuple[int, ...]
    funnels: tuple[Funnel, ...]
    counted: Counted
    named: tuple[NamedText, ...] = ()  # those recognized first, very names last, then the last typed first

    @property
    def last_day(self) -> date:
        """The last day of the period shown, or today where it is not over."""
        return min(self.periods.shown.last, self.today)

    def reaches(self, name: str) -> bool:
        """Whether a period is known. Where the data does not reach back into it, nothing is known: that is not zero.

        What the period shown is held against is known only where the data reaches back over all of it: a year of which
        four months are known would make the next one look like a success.
        """
        if not self.counted.first_day:
            return False
        begins, period = date.fromisoformat(self.counted.first_day), self.periods.named()[name]
        return period.is_whole_from(begins) if name in _HELD_AGAINST else period.last >= begins

    @property
    def is_over(self) -> bool:
        """Whether the period shown is over, so that nothing can be added to it but corrections."""
        return self.periods.shown.last < self.today

    @property
    def trend_known(self) -> tuple[bool, ...]:
        """Of each period of the trend, whether anything can be known of it: the data reaches into it and it has begun,
        or something was counted in it all the same, such as a booking made before the data's first appointment."""
        first_day = self.counted.first_day
        return tuple(
            bool(count) or (bool(first_day) and period.last.isoformat() >= first_day and period.first <= self.today)
            for period, count in zip(self.periods.trend, self.total.tally.trend, strict=True)
        )

    @property
    def trend_in_part(self) -> str:
        """The last period of the trend of which something was counted, but not all is known; "" where there is none."""
        begins = self.counted.first_day and date.fromisoformat(self.counted.first_day)
        known = zip(self.periods.trend, self.trend_known, strict=True)
        parts = [period.label for period, some in known if some and begins and not period.is_whole_from(begins)]
        return parts[-1] if parts else ""

    @property
    def adds_up(self) -> bool:
        """Whether all tables come to what was counted without them."""
        counted = self.counted
        ever = counted.referrals_ever
        tables = [
            tuple(sum(getattr(line.tally, name) for line in lines) for name in ("shown", "year", "ever"))
            for lines in (self.sources, self.providers)
        ]
        return (
            all(table == (counted.referrals_shown, counted.referrals_year, ever) for table in tables)
            and self.attended["shown"].appointments == counted.appointments_shown
            and self.attended["all"].appointments == counted.appointments
            and (bool(self.location) or counted.visits_summed_up == self.attended["all"].visits)
            and not counted.patients_left_out
        )
