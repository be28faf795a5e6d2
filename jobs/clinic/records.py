"""The records that cross floors: what one appointment is, and what one problem is.

Every value of an `Appointment` but `row` is text in one canonical form, "" where the export has none:
moments are UTC, `2026-03-04T17:30:00Z`; days are the clinic's own calendar days, `2026-03-04`;
money is a plain decimal, `120.00`.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

STATUSES = ("booked", "arrived", "completed", "no_show", "cancelled", "rescheduled", "deleted", "deceased")
DELETED = "deleted"
"""The status of a booking that never was, being entered by mistake or twice: nothing counts it or follows from it."""
SCREEN = "screen"
"""A free look at a complaint, or a talk about it, before anybody has decided for care: no visit, no evaluation."""
SALE, PAPERWORK = "sale", "paperwork"
NO_APPOINTMENT = (SALE, PAPERWORK)
"""Rows for which nobody comes: something sold, a form. Nothing follows from one but that its money counts."""
STEPS = ("evaluation", "visit", "discharge", "class", SCREEN, *NO_APPOINTMENT, "other")

TEXT_FIELDS = (
    "appointment_id",
    "patient_id",
    "patient_name",  # both names in one cell: "Last, First" or "First Last"
    "first_name",
    "last_name",
    "email",
    "phone",
    "birth_date",
    "email_consent",
    "language",
    "start",  # date and time in one cell
    "start_date",
    "start_time",
    "end",
    "end_date",
    "end_time",
    "duration_minutes",
    "time_zone",
    "booked",
    "cancelled",  # when, or yes/no
    "deleted",  # when, or yes/no
    "no_show",  # yes/no
    "arrived",  # yes/no
    "status",
    "type",
    "provider",
    "location",
    "diagnosis",
    "complaint",
    "activity",
    "service",
    "referral_source",
    "referring_provider",
    "payer",
    "billed",
    "paid",
    "discharged",
    "all_day",
    "title",  # of a calendar entry
    "description",
    "attendee",
    "attendee_name",
)
"""What a column can mean. `sources` renames the columns it finds to these; `clinic` knows no vendor's headers."""


@dataclass(frozen=True, eq=False, repr=False)
class TextTable:
    """Columns of text as one file, sheet or calendar holds them, named by their meaning.

    `columns` maps a name of TEXT_FIELDS to one text per row, "" where the cell is empty; all are equally long.
    Cells that the file itself types are already in canonical text: `2026-03-04 09:30:00`, `2026-03-04`,
    `09:30:00`, `15`, `yes`. `rows` holds the row number that a person sees (Excel's row, the line of a CSV file,
    the ordinal of a calendar entry). `headers` gives each field its header as typed, `places` its column, for messages.
    """

    source: str
    file: str
    sheet: str
    columns: dict[str, list[str]]
    rows: list[int]
    headers: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # of the columns in the sheet, from 0, where they have one

    def __len__(self) -> int:
        return len(self.rows)


class Appointment(NamedTuple):
    """One booked slot of one patient, normalized. See the module's docstring for the forms of the values."""

    key: str
    patient_key: str
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: str
    email_consent: str  # "yes", "no" or ""
    died: str  # "yes" where a name says that the patient has died; the day of the visit whose status does; else ""
    language: str  # in which the patient is written to: two letters, es; "": the clinic's own
    starts_at: str
    ends_at: str
    starts_on: str
    booked_at: str
    booked_on: str
    cancelled_at: str
    status: str  # one of STATUSES
    kind: str  # the appointment type as typed
    step: str  # one of STEPS, read from the type
    provider: str
    location: str
    diagnosis: str  # ICD-10-CM codes, space-separated
    complaint: str
    activity: str
    service: str
    referral_source: str
    referring_provider: str
    payer: str
    billed: str
    paid: str
    row: int


class Problem(NamedTuple):
    """One thing in a source that could not be used as it stands.

    `value` and `contents` may hold patient data: they go into problems.xlsx, never into a log. `set_aside` says that
    the whole row was left out; otherwise only the value was.
    """

    source: str
    file: str
    sheet: str
    row: int  # 0: the whole file
    column: str  # "" : the whole row
    value: str
    what: str
    remedy: str
    set_aside: bool
    cell: str = ""  # such as F12, "" where no one cell is meant
    contents: str = ""  # of the whole row, as far as it was read
