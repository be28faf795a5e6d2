"""Rows of an export without appointment numbers that were called off: their visit may have been booked again.

Without a number an appointment is known by its patient, time and provider. A visit that was called off and booked again
for its time then stands there twice, in whatever order the export has: what stands counts before what was called off.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import compress
from operator import not_
from typing import NamedTuple

from jobs.clinic.cells import CORRECT, Doubt
from jobs.clinic.columns import Columns
from jobs.clinic.duplicates import fold_duplicates
from jobs.clinic.problems import BOOKED_AGAIN, OVERRULED
from jobs.clinic.records import DELETED, Appointment, Problem

_OFF = frozenset(("cancelled", "rescheduled", DELETED))
_BOOKED_AGAIN = Doubt(
    "",
    BOOKED_AGAIN,
    "There is nothing to correct. If the visit is off all the same, call off the new booking too.",
    True,
)


class CalledOff(NamedTuple):
    """An appointment that was called off, and what is to be told where another row of the file counts in its place."""

    slot: Appointment
    told: Problem


def rows_called_off(columns: Columns, numbers: Sequence[str], statuses: Sequence[str]) -> Collection[int]:
    """The places of the rows that have no number, can be read and were called off."""
    if _OFF.isdisjoint(statuses):
        return ()
    off = compress(range(len(statuses)), map(_OFF.__contains__, statuses))
    return dict.fromkeys(place for place in off if not numbers[place] and place not in columns.aside)


def called_off(columns: Columns, places: Iterable[int], fields: Sequence[Sequence[str]]) -> list[CalledOff]:
    """These rows of a table as appointments. `fields` are its columns, those of `Appointment` but for the row."""
    field = "status" if columns.has("status") else "cancelled"
    return [
        CalledOff(
            Appointment(*(values[place] for values in fields), columns.table.rows[place]),  # type: ignore[arg-type, call-arg]
            columns.problem(place, field, _BOOKED_AGAIN),
        )
        for place in places
    ]


def still_called_off(off: Iterable[CalledOff], standing: Collection[str]) -> tuple[list[Appointment], list[Problem]]:
    """Of all the rows of a file that were called off those that count, one per appointment, and what is told of others.

    `standing` are the keys of its other rows. Of a visit that was called off more than once the newest booking counts.
    A row that was deleted counts where there is no other one, and nothing is told of it.
    """
    rows = list(off)
    newest: dict[str, tuple[bool, str, str]] = {}
    for slot, _ in rows:
        newest[slot.key] = max(newest.get(slot.key, (False, "", "")), _newness(slot))
    counts = [slot.key not in standing and _newness(slot) == newest[slot.key] for slot, _ in rows]
    told = [problem for slot, problem in compress(rows, map(not_, counts)) if slot.status != DELETED]
    kept, overruled = fold_duplicates([slot for slot, _ in compress(rows, counts)])
    of_slot = {slot: problem for slot, problem in rows} if overruled else {}
    return kept, told + [of_slot[slot]._replace(what=OVERRULED, remedy=CORRECT) for slot in overruled]


def _newness(slot: Appointment) -> tuple[bool, str, str]:
    return slot.status != DELETED, slot.cancelled_at, slot.booked_at
