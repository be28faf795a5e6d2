"""Lakeside Physical Therapy & Pilates, a clinic that does not exist: who it is and where its exports lie."""

from jobs.clinic.profile import ClinicProfile

CLINIC = ClinicProfile(
    id="lakeside",
    name="Lakeside Physical Therapy & Pilates",
    zone="America/Los_Angeles",
    address="1 Made-Up Lane, Lakeside, California",
    phone="(619) 555-0100",
    website="https://lakeside.example",
    booking_url="https://lakeside.example/book",
    review_url="https://lakeside.example/review",
)

SOURCES_YAML = """\
# Where the made-up clinic's appointments come from.
sources:
  - name: export
    path: exports/appointments.xlsx
  - name: calendar
    path: exports/calendar.ics
"""

LOCATION = "Lakeside Main Street"
THERAPISTS = ("Juniper Oakes, DPT", "Rowan Pebble, DPT", "Sage Thistle, PT", "Wren Alder, DPT")
PELVIC_THERAPIST = "Juniper Oakes, DPT"
INSTRUCTOR = "Clover Birch"
