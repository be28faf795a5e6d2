"""Patients whose last days are laid down, so that every follow-up rule has somebody to write to on any day."""

from typing import NamedTuple

from jobs.made_up.outcomes import CANCELLED, COMPLETED, LATE_CANCEL, NO_SHOW, SCHEDULED
from jobs.made_up.slots import DISCHARGE, EVALUATION, VISIT


class Story(NamedTuple):
    """One patient's appointments: (days from today, kind, status), and how long ago those to come were booked."""

    what: str
    steps: tuple[tuple[int, str, str], ...]
    booked_days_ago: int = 9
    language: str = "English"


def _evaluated(*days: int) -> tuple[tuple[int, str, str], ...]:
    """An evaluation and visits, all kept, on these days before (negative) today."""
    return tuple((day, VISIT if order else EVALUATION, COMPLETED) for order, day in enumerate(days))


def _visits(*days: int) -> tuple[tuple[int, str, str], ...]:
    """Visits to come."""
    return tuple((day, VISIT, SCHEDULED) for day in days)


STORIES = (
    *(
        Story("new patient", ((day, EVALUATION, SCHEDULED),), ago, language)
        for day, ago, language in ((3, 1, "English"), (4, 1, "Spanish"), (6, 2, "English"), (9, 2, "English"))
    ),
    *(
        Story("evaluated", (*_evaluated(-day), *_visits(4 - day, 8 - day, 11 - day)), language=language)
        for day, language in ((1, "English"), (1, "Spanish"), (2, "English"), (3, "English"))
    ),
    Story("evaluated, nothing booked", _evaluated(-1)),
    *(Story("third visit", (*_evaluated(-7 - day, -4 - day, -day), *_visits(5 - day))) for day in (1, 1, 2, 3)),
    *(
        Story("sixth visit", (*_evaluated(*(-day - 3 * back for back in range(5, -1, -1))), *_visits(6 - day)))
        for day in (1, 1, 2, 3)
    ),
    *(Story("missed a visit", (*_evaluated(-11 - day, -7 - day), (-day, VISIT, NO_SHOW))) for day in (1, 1, 1, 2)),
    *(
        Story("cancelled a visit", (*_evaluated(-12 - day, -8 - day), (-day, VISIT, status)))
        for day, status in ((1, CANCELLED), (2, CANCELLED), (2, LATE_CANCEL), (3, CANCELLED))
    ),
    *(
        Story("comes in two days", (*_evaluated(-13, -9, -5), *_visits(day, day + 5)), language=language)
        for day, language in ((1, "English"), (2, "Spanish"), (2, "English"), (3, "English"))
    ),
    *(
        Story("discharged", (*_evaluated(-21 - day, -17 - day, -11 - day, -6 - day), (-day, DISCHARGE, COMPLETED)))
        for day in (1, 1, 2, 3)
    ),
    *(
        Story("discharged a month ago", (*_evaluated(-19 - day, -12 - day, -6 - day), (-day, DISCHARGE, COMPLETED)))
        for day in (30, 30, 31, 33)
    ),
    *(
        Story("discharged half a year ago", ((-day - 2, VISIT, COMPLETED), (-day, DISCHARGE, COMPLETED)))
        for day in (180, 180, 181, 182)
    ),
    *(Story("stayed away", _evaluated(-11 - day, -7 - day, -day)) for day in (45, 45, 46, 49)),
)
