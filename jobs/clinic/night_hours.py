"""Visits that seem to begin in the night: times of an export that has lost AM and PM, 2:00 for 2:00 PM, or a slip.

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

_IF_IT_IS_RIGHT = "if it is right, write the offset behind it, such as 02:30-08:00."
_REMEDY = f"Export the times with AM and PM or in 24 hours, such as 14:30; {_IF_IT_IS_RIGHT}"
_SLIP = f"Correct the hour: most likely PM is meant; {_IF_IT_IS_RIGHT}"
_IN_THE_NIGHT = (
    "By its time, which says neither AM nor PM, this visit begins in the night; no letter names such an hour."
)
_SAID_TO_BE = "By its time this visit begins in the night; no letter names such an hour."
_IN_THE_EVENING = "Other times of this table have lost AM and PM; this one may be in the evening."
_NOBODY_IS_TREATED = time(1), time(5)
_MAY_BE_EVENING = time(5), time(8)
_SAYS_HALF = pattern(r"\d\s*[ap](?:\.?\s?m\b|\b)", re.IGNORECASE)
_FEW, _A_SHARE = 5, 20  # so many starts in the night, and a twentieth of a table, are no slips
_A_SLIP = 1  # start in the night tells nothing of the others


def doubt_the_night(
    columns: "Columns",
    clock: "Clock",
    field: str,
    cells: "Sequence[Cells]",
    starts: Sequence[Moment],
    perhaps: Sequence[int],
) -> None:
    """Set the starts in the night aside; `perhaps` are the places to look at.

    Where no time of the table is written in 24 hours, and more than one has lost its half of the day, 5:30 and 7:00 may
    be PM as well. Where many starts lie in the night by times that are complete, it is as the practice system has it.
    """
    rows = list(zip(cells, starts, strict=True))
    nights = [place for place in perhaps if _begins(clock, *rows[place], _NOBODY_IS_TREATED)]
    if not nights:
        return
    lost = [place for place in nights if not _says_half(cells[place])]
    in_24_hours = any(start.timed and clock.here(start).hour > 12 and not _says_half(texts) for texts, start in rows)
    if len(nights) > max(_FEW, len(rows) // _A_SHARE):
        nights = [] if in_24_hours else lost
    evenings = []
    if len(lost) > _A_SLIP and not in_24_hours:
        early = [place for place, row in enumerate(rows) if _begins(clock, *row, _MAY_BE_EVENING)]
        evenings = [place for place in early if not _says_half(cells[place])]
    doubts = {
        **dict.fromkeys(nights, (_SAID_TO_BE, _SLIP)),
        **dict.fromkeys(set(lost).intersection(nights), (_IN_THE_NIGHT, _REMEDY)),
        **dict.fromkeys(evenings, (_IN_THE_EVENING, _REMEDY)),
    }
    for place, (what, remedy) in sorted(doubts.items()):
        texts, start = rows[place]
        columns.note(place, field, " ".join(filter(None, texts)), Doubt(start, what, remedy, set_aside=True))


def _begins(clock: "Clock", cells: "Cells", moment: Moment, hours: tuple[time, time]) -> bool:
    """Whether a start lies between two hours of the clinic's clock, and its cells do not say it with an offset."""
    if not moment.timed or not hours[0] <= clock.here(moment).time() < hours[1]:
        return False
    return not clock.own.gives_offset(cells[1:])


def _says_half(cells: "Cells") -> bool:
    return any(map(_SAYS_HALF.search, cells[1:]))
