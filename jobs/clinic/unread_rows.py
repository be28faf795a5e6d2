"""Rows that are set aside, as far as they say whose they are and what about: letters that they may make wrong wait.

Loaded only where there are some.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.episodes import KEPT, NOT_FOLLOWED, Slot
from jobs.clinic.problems import TEST_PATIENT

if TYPE_CHECKING:
    from jobs.clinic.columns import Columns

_NAMED = ("patient_key", "first_name", "last_name", "email", "birth_date")
_SAID = ("starts_at", "starts_on", "booked_on", "status")
_NOT_KNOWN = -1  # the id of an appointment that is not known


class UnreadRow(NamedTuple):
    """What could be read of one row that is set aside; "" for what could not, in the forms of `Appointment`."""

    sheet: str
    row: int  # 0: an entry of a calendar, which has no number
    key: str  # of its appointment
    patient_key: str
    first_name: str
    last_name: str
    email: str
    birth_date: str
    starts_at: str
    starts_on: str
    booked_on: str
    status: str


class OtherRow(NamedTuple):
    """The same of a known patient: where it stands, and what it says of its appointment."""

    file: str
    sheet: str
    row: int
    starts_at: str
    starts_on: str
    booked_on: str
    status: str


def rows_of_patients(columns: "Columns", values: dict[str, list[str]], last: dict[str, int]) -> list[UnreadRow]:
    """Those of the rows set aside that name a patient. `last` has the last row of each appointment."""
    tests = {problem.row for problem in columns.problems if problem.what == TEST_PATIENT}
    found = []
    for key, place in last.items():
        row = columns.table.rows[place]
        if place in columns.aside and row not in tests and values["patient_key"][place]:
            said = (values[name][place] for name in (*_NAMED, *_SAID))
            found.append(UnreadRow(columns.table.sheet, row, key, *said))
    return found


def place_words(row: OtherRow) -> str:
    """Where a row stands, as a person finds it."""
    sheet = f' of sheet "{row.sheet}"' if row.sheet else ""
    return f"row {row.row}{sheet} of {row.file}" if row.row else f"an entry of {row.file}"


def why_unsure(rows: Iterable[OtherRow], known: Iterable[Slot], moment: str, wrong_with: Callable[[Slot], str]) -> str:
    """Say which of a patient's rows may be a visit that makes a letter wrong, or "" where none may. `known` are other
    appointments whose newest row cannot be read; `wrong_with` says whether one more visit would make the letter wrong.
    """
    for row in rows:
        if any(map(wrong_with, _may_be(row, moment))):
            return f"{place_words(row)}, which names this patient, cannot be read"
    for slot in known:
        if any(map(wrong_with, _each_way(slot, ("booked",), moment))):
            if slot.unread == NOT_FOLLOWED:
                return f"config/sources.yaml names the source of another appointment, of {slot.starts_on}, no more"
            return f"the newest row of another appointment, of {slot.starts_on}, cannot be read"
    return ""


def _may_be(row: OtherRow, moment: str) -> Iterator[Slot]:
    """What the appointment of a row may be: without a day it may be any, without a status it may stand or be kept."""
    slot = Slot(_NOT_KNOWN, row.starts_at, row.starts_on, row.booked_on, "", "visit", "", "")
    if not row.starts_at:
        slot = slot._replace(starts_at=moment, starts_on=moment[:10])
        ahead = slot._replace(starts_at="9999-12-31T00:00:00Z", starts_on="9999-12-31")
        yield from _each_way(ahead, (row.status or "booked",), moment)
    yield from _each_way(slot, (row.status,) if row.status else ("booked", "completed"), moment)


def _each_way(slot: Slot, statuses: Iterable[str], moment: str) -> Iterator[Slot]:
    """An appointment with each of these statuses; only what has begun can have been kept, and be the last one."""
    for status in statuses:
        if status not in KEPT:
            yield slot._replace(status=status, appointment_id=_NOT_KNOWN)
        elif slot.starts_at <= moment:
            for step in ("visit", "discharge"):
                yield slot._replace(status=status, appointment_id=_NOT_KNOWN, step=step)
