"""The made-up practice system's export: one row per appointment, with the faults that real exports have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO

from jobs.made_up.lakeside import INSTRUCTOR, LOCATION
from jobs.made_up.outcomes import COMPLETED, LATE_CANCEL, NO_SHOW
from jobs.made_up.slots import EVALUATION, Slot

HEADERS = (
    "Appointment ID",
    "Patient ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Date of Birth",
    "Email Consent",
    "Start Time",
    "End Time",
    "Booked On",
    "Status",
    "Appointment Type",
    "Therapist",
    "Location",
    "Diagnosis",
    "Chief Complaint",
    "Activity",
    "Service Line",
    "How did you hear about us",
    "Referring Provider",
    "Insurance",
    "Billed",
    "Paid",
    "Discharge Date",
    "Preferred Language",
)
Cell = str | float | date | datetime | None
_MADE_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties have no zone; fixed, so that bytes repeat
_PRICES = {EVALUATION: 210.0, "class": 38.0}
_STATUS = HEADERS.index("Status")
_START = HEADERS.index("Start Time")
_EMAIL = HEADERS.index("Email")


def export_rows(slots: Sequence[Slot]) -> list[list[Cell]]:
    """The rows of the export, in order of their start, the deliberate faults among them."""
    ordered = sorted(slots, key=lambda slot: (slot.starts_at, slot.patient.number, slot.kind))
    rows = [_row(50_001 + order, slot) for order, slot in enumerate(ordered)]
    _spoil(rows, ordered)
    return rows


def export_bytes(rows: Sequence[Sequence[Cell]]) -> bytes:
    """The workbook. The same rows give the same bytes: its properties carry a fixed day instead of the clock's."""
    import pandas  # only here: nothing else in the room needs it

    frame = pandas.DataFrame({name: list(cells) for name, cells in zip(HEADERS, zip(*rows, strict=True), strict=True)})
    for name in ("Start Time", "End Time", "Booked On", "Date of Birth", "Discharge Date"):
        frame[name] = frame[name].astype(object)
    file = BytesIO()
    formats = {"datetime_format": "mm/dd/yyyy hh:mm", "date_format": "mm/dd/yyyy"}
    with pandas.ExcelWriter(file, engine="xlsxwriter", **formats) as writer:
        writer.book.set_properties({"created": _MADE_AT, "title": "Appointments of a made-up clinic"})
        frame.to_excel(writer, sheet_name="Appointments", index=False)
    return file.getvalue()


def _row(number: int, slot: Slot) -> list[Cell]:
    patient = slot.patient
    is_pilates = slot.therapist == INSTRUCTOR
    start = slot.starts_at.replace(tzinfo=None)  # a spreadsheet knows the clinic's clock only
    billed, paid = _money(slot, is_pilates)
    return [
        f"A-{number}",
        patient.number,
        patient.first_name,
        patient.last_name,
        patient.email,
        patient.phone,
        patient.birth_date,
        patient.email_consent,
        start,
        start + timedelta(minutes=slot.minutes),
        slot.booked_at.replace(tzinfo=None),
        slot.status,
        slot.kind,
        slot.therapist,
        LOCATION,
        slot.diagnosis,
        slot.complaint,
        slot.activity,
        "Pilates" if is_pilates else patient.condition.service,
        patient.referral_source,
        patient.referring_provider,
        "Cash" if is_pilates else patient.payer,
        billed,
        paid,
        slot.discharged_on,
        patient.language,
    ]


def _money(slot: Slot, is_pilates: bool) -> tuple[Cell, Cell]:
    """Billed and paid. Insurers pay after weeks and less than was billed; missed visits cost a fee that few pay."""
    if slot.status in (NO_SHOW, LATE_CANCEL):
        return 40.0, 0.0
    if slot.status != COMPLETED:
        return None, None
    if is_pilates:
        return _PRICES["class"], _PRICES["class"]
    billed = _PRICES.get(slot.kind, 145.0)
    if slot.patient.payer in ("Cash", "self pay"):
        return billed, billed
    return billed, round(billed * (0.62, 0.7, 0.8)[slot.starts_at.day % 3], 2)


def _spoil(rows: list[list[Cell]], slots: Sequence[Slot]) -> None:
    """Put in what a front desk gets wrong, in the first half, far from the patients whom the rules write to."""
    rows[100][_START] = "next tuesday-ish"
    rows[200][_STATUS] = "See note"
    rows[300][_STATUS] = "C/O per Clover"
    rows[400][_EMAIL] = "pippa at lakeside"
    rows[450][_EMAIL] = "tilda@@mail..example"
    tester = replace(
        slots[500].patient, number="LK-0000", first_name="TEST", last_name="Patient", email="t@mail.example"
    )
    rows.insert(520, _row(59_999, replace(slots[500], patient=tester)))
    rows.insert(600, list(rows[599]))
