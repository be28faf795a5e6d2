"""What the workbook says about the program's own work: the letters and what followed, the runs, the sources."""

from datetime import datetime
from typing import NamedTuple

from jobs.clinic.tallies import part_of


class RuleLine(NamedTuple):
    """The letters of one rule. The last four: of the twelve weeks, where the days after are over.

    `without` are patients for whom the same rule planned a letter that did not leave.
    """

    rule: str
    sent: int = 0  # in the period shown
    sent_year: int = 0  # in the year to date
    bounced: int = 0  # of the year's
    stopped: int = 0  # patients who asked for no more letters after one of the year's
    failed: int = 0  # in the year: refused for good, or nobody knows whether it left
    withdrawn: int = 0  # in the year: no longer right when its time came; not for a later visit that has its own
    written_to: int = 0
    written_to_booked: int = 0
    without: int = 0
    without_booked: int = 0

    @property
    def rate(self) -> float | None:
        return part_of(self.written_to_booked, self.written_to)

    @property
    def rate_without(self) -> float | None:
        return part_of(self.without_booked, self.without)


class JobLine(NamedTuple):
    """The runs of one job in the last seven days, and the last that ended well."""

    job: str
    runs: int = 0
    failed: int = 0
    died: int = 0
    last_good_at: datetime | None = None


class FreshLine(NamedTuple):
    """How new what a source gave is, and how much of it counts: of exports that follow each other the last one."""

    source: str
    files: int
    rows: int
    data_at: datetime | None  # as of when its data are: the newest file's own time, or when a calendar was last asked
    read_at: datetime | None  # when anything in it last changed


class ProblemLine(NamedTuple):
    """How much of a source could not be used as it stands; what it was stands in problems.xlsx, which is private."""

    source: str
    column: str
    rows: int
    left_out: int


class Work(NamedTuple):
    """All of it. `bookings_dated`: whether the exports say when an appointment was booked; without it nobody can tell
    what followed a letter. `silent_rules` are switched on and sent nothing in four weeks, each with what it waits for.
    """

    rules: tuple[RuleLine, ...] = ()
    jobs: tuple[JobLine, ...] = ()
    sources: tuple[FreshLine, ...] = ()
    problems: tuple[ProblemLine, ...] = ()
    silent_rules: tuple[tuple[str, str], ...] = ()
    stops: tuple[tuple[str, int], ...] = ()  # where a stop came from, how many in the year
    bookings_dated: bool = True
    list_faults: tuple[str, ...] = ()  # a sentence for each mistake in the clinic's lists of articles and names
    article_faults: tuple[str, ...] = ()  # a sentence for each article whose page is gone, moved or silent
