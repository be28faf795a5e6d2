"""Visits that seem to begin in the night: times of an export that has lost AM and PM, 2:00 for 2:00 PM.

Loaded only where there are some.
"""

import re
from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING

from jobs.clinic.cells import Doubt
from jobs.clinic.dates import Moment
from jobs.clinic.patterns import pattern

if TYPE_CHECKING:
    from jobs.clinic.columns import Columns
    from jobs.clinic.moments import Cells, Clock

_REMEDY = "Export the times with AM and PM or in 24 hours, such as 14:30; if it is right, write AM behind it."
IN_THE_NIGHT = (
    "By its time, which says neither AM nor PM, this visit begins in the night; no letter names such an hour."
)
_IN_THE_EVENING = "Other times of this table have lost AM and PM; this one may be in the evening."
_NOBODY_IS_TREATED = time(1), time(5)
_MAY_BE_EVENING = time(5), time(8)
_SAYS_HALF = pattern(r"\d\s*[ap](?:\.?\s?m\b|\b)", re.IGNORECASE)


def unless_in_the_night(clock: "Clock", cells: "Cells", moment: Moment) -> Moment | Doubt[Moment]:
    """A start as it was found in its cells; a doubt where it lies in the night and nothing says that it does."""
    if _lost_half(clock, cells, moment, _NOBODY_IS_TREATED):
        return Doubt(moment, IN_THE_NIGHT, _REMEDY, set_aside=True)
    return moment


def doubt_the_evening(
    columns: "Columns", clock: "Clock", field: str, cells: "Sequence[Cells]", starts: Sequence[Moment]
) -> None:
    """Of a table with starts in the night: where no time is written in 24 hours, 5:30 and 7:00 may be PM as well."""
    rows = list(enumerate(zip(cells, starts, strict=True)))
    if any(start.timed and clock.here(start).hour > 12 and not _says_half(texts) for _, (texts, start) in rows):
        return
    for place, (texts, start) in rows:
        if _lost_half(clock, texts, start, _MAY_BE_EVENING):
            shown = " ".join(filter(None, texts))
            columns.note(place, field, shown, Doubt(start, _IN_THE_EVENING, _REMEDY, set_aside=True))


def _lost_half(clock: "Clock", cells: "Cells", moment: Moment, hours: tuple[time, time]) -> bool:
    """Whether a start lies between two hours of the clinic's clock, and its cells do not say which half of the day."""
    if not moment.timed or not hours[0] <= clock.here(moment).time() < hours[1]:
        return False
    return not _says_half(cells) and not clock.own.gives_offset(cells[1:])


def _says_half(cells: "Cells") -> bool:
    return any(map(_SAYS_HALF.search, cells[1:]))
