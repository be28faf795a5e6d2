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
_IN_THE_NIGHT = (
    "By its time, which says neither AM nor PM, this visit begins in the night; no letter names such an hour."
)
_IN_THE_EVENING = "Other times of this table have lost AM and PM; this one may be in the evening."
_NOBODY_IS_TREATED = time(1), time(5)
_MAY_BE_EVENING = time(5), time(8)
_SAYS_HALF = pattern(r"\d\s*[ap](?:\.?\s?m\b|\b)", re.IGNORECASE)
_FEW, _A_SHARE = 5, 20  # so many starts in the night, and a twentieth of a table, are no slips


def doubt_the_night(
    columns: "Columns",
    clock: "Clock",
    field: str,
    cells: "Sequence[Cells]",
    starts: Sequence[Moment],
    perhaps: Sequence[int],
) -> None:
    """Set the starts in the night aside whose cells do not say that they are; `perhaps` are the places to look at.

    Where no time of the table is written in 24 hours, 5:30 and 7:00 may be PM as well. Where some are, and many starts
    lie in the night, its times have lost nothing: it is as the practice system has it.
    """
    nights = [place for place in perhaps if _lost_half(clock, cells[place], starts[place], _NOBODY_IS_TREATED)]
    if not nights:
        return
    rows = list(zip(cells, starts, strict=True))
    in_24_hours = any(start.timed and clock.here(start).hour > 12 and not _says_half(texts) for texts, start in rows)
    if in_24_hours and len(nights) > max(_FEW, len(rows) // _A_SHARE):
        return
    evenings = (
        [] if in_24_hours else [place for place, row in enumerate(rows) if _lost_half(clock, *row, _MAY_BE_EVENING)]
    )
    for places, what in ((nights, _IN_THE_NIGHT), (evenings, _IN_THE_EVENING)):
        for place in places:
            texts, start = rows[place]
            shown = " ".join(filter(None, texts))
            columns.note(place, field, shown, Doubt(start, what, _REMEDY, set_aside=True))


def _lost_half(clock: "Clock", cells: "Cells", moment: Moment, hours: tuple[time, time]) -> bool:
    """Whether a start lies between two hours of the clinic's clock, and its cells do not say which half of the day."""
    if not moment.timed or not hours[0] <= clock.here(moment).time() < hours[1]:
        return False
    return not _says_half(cells) and not clock.own.gives_offset(cells[1:])


def _says_half(cells: "Cells") -> bool:
    return any(map(_SAYS_HALF.search, cells[1:]))
