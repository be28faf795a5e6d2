"""What practice systems call their columns. Spellings are compared without case, blanks and punctuation.

The vendors' headers were taken from their help pages and from public importers of their exports: WebPT's documented
units report and its standard extract (help.analytics.webpt.com, article 1426), Acuity's appointment export, Cliniko's
individual appointments (its API documentation), Google's and Outlook's calendar CSV, Calendly, Fresha. Jane's are
known by their meaning only.
"""

from typing import NamedTuple

from jobs.sources.headers import squash

PLAIN: dict[str, str] = {
    "appointment_id": "appointment id, appointment number, appointment no, appointment reference, appointment ref, "
                      "appt id, appt number, appt no, booking id, booking number, booking reference, visit id, "
                      "visit number, patient visit id, encounter id, session id, event id, uid",
    "patient_id": "patient id, patient number, patient no, patient guid, client id, client number, client guid, mrn, "
                  "medical record number, chart number, chart no, chart id, account number, customer id, pt id",
    "patient_name": "patient name, patient full name, client name, customer name, invitee name, full name, pt name, "
                    "patient, client, customer, name",
    "first_name": "first name, patient first name, client first name, invitee first name, customer first name, "
                  "given name, forename, fname, first",
    "last_name": "last name, patient last name, client last name, invitee last name, customer last name, surname, "
                 "family name, lname, last",
    "email": "email, email address, patient email, patient email address, client email, customer email, "
             "invitee email, contact email, mail",
    "phone": "mobile phone, mobile, mobile number, cell phone, cell, phone, phone number, patient phone, "
             "patient phone number, client phone, primary phone, telephone, contact number, home phone",
    "birth_date": "dob, date of birth, birth date, birthday, patient dob, patient date of birth, patient birth date",
    "email_consent": "email consent, consent to email, email permission, email ok, ok to email, email opt in, "
                     "email marketing, accepts email, accepted email marketing, accepts email marketing, "
                     "marketing consent, marketing opt in, newsletter",
    "language": "language, preferred language, patient language, patient preferred language, primary language, "
                "client language, spoken language, language preference, preferred spoken language",
    "start": "start, appt start, appointment start, starts at, start at, start datetime, start date and time, "
             "appointment datetime, appointment date and time, appt datetime, appt date and time, datetime, "
             "date and time, begin, begins at, scheduled start, scheduled at, scheduled for, visit start, "
             "session start, booking start",
    "start_date": "start date, appointment date, appt date, visit date, date of visit, date of service, service date, "
                  "dos, scheduled date, session date, date of appointment, date, day",
    "start_time": "start time, appointment start time, appointment time, appt time, scheduled time, visit time, "
                  "time of appointment, begin time, start time sortable, time, from",
    "end": "end, appt end, appointment end, ends at, end at, end datetime, end date and time, finish, scheduled end, "
           "visit end, session end, booking end",
    "end_date": "end date",
    "end_time": "end time, appointment end time, finish time, to",
    "duration_minutes": "duration, duration min, duration mins, duration minutes, duration in minutes, "
                        "appointment duration, appointment length, appt length, length, length in minutes, minutes",
    "time_zone": "time zone, tz",
    "booked": "booked at, booked on, booked, booking date, date booked, booking made, created at, created on, "
              "created, created date, date created, event created date and time, event created datetime, "
              "visit created date",
    "cancelled": "cancelled at, canceled at, cancelled on, canceled on, cancelled date, canceled date, "
                 "cancellation date, cancel date, cancelled, canceled",
    "deleted": "deleted at, deleted on, deleted date, date deleted, deletion date, deleted, is deleted",
    "no_show": "no show, did not arrive, did not attend, dna",
    "arrived": "arrived, patient arrived, arrived at, checked in, checked in at, check in time, attended, showed",
    "status": "status, appointment status, appt status, visit status, booking status, attendance, "
              "attendance status, appointment state, outcome",
    "type": "appointment type, appt type, visit type, appointment type name, session type, event type name, "
            "encounter type, visit type names, treatment name, treatment, type, appointment kind, visit kind, kind",
    "provider": "provider, provider name, therapist, therapist name, treating therapist, physical therapist, "
                "physiotherapist, physio, practitioner, practitioner name, treating practitioner, treating provider, "
                "documenting therapist, clinician, clinician name, rendering provider, staff, staff name, "
                "staff member, staff member name, instructor, doctor, physio name, physio id, provider id, "
                "therapist id, practitioner id",
    "location": "location, location name, clinic location, clinic, clinic name, facility, site, branch, office, "
                "business",
    "diagnosis": "diagnosis code, diagnosis codes, icd10 code, icd10 codes, icd code, icd codes, icd10, icd, dx code, "
                 "dx codes, primary dx code, primary diagnosis code, primary diagnosis, treating diagnosis, "
                 "primary dx, diagnosis, diagnoses, dx",
    "complaint": "complaint, chief complaint, primary complaint, presenting problem, reason for visit, reason, "
                 "condition, body part, injury",
    "activity": "activity, activities, sport, sports",
    "service": "service, services, service name, service line, program, discipline",
    "referral_source": "referral source, referral source name, how did you hear about us, how they heard of us, "
                       "how heard, heard about us, marketing source, marketing referral contact, lead source, "
                       "referral source initiator name, referred by, referral",
    "referring_provider": "referring provider, referring provider name, referring physician, referring doctor, "
                          "referring practitioner, referring md, prescribing provider, ordering provider",
    "payer": "payer, payor, payer name, primary payer, primary insurance, insurance, insurance name, insurer, "
             "insurance company, health fund",
    "billed": "billed, amount billed, billed amount, charge, charges, total charges, invoice amount, price, "
              "price estimate, appointment price, fee, amount",
    "paid": "paid, amount paid, paid amount, total paid, payments, payment, amount paid online",
    "discharged": "discharged, discharged at, discharged on, discharge date, date of discharge",
    "all_day": "all day event, all day",
    "title": "event title",
    "attendee": "attendee, attendees, guests",
}  # fmt: skip
"""Spellings of each meaning, the surest first. Free notes and descriptions are not among them: nothing needs them."""


MEANINGS = (*PLAIN, "attendee_name", "description")
"""What a column can mean: those of `clinic.records.TEXT_FIELDS`, which takes too long to load in the child."""


class Layout(NamedTuple):
    """One export of one vendor: what tells it from others, and where it differs from the plain spellings."""

    preset: str
    needs: str  # headers that this export has and others have not together
    own: dict[str, str]
    without: str = ""  # headers that look known and mean something else here
    always: dict[str, str] = {}  # values that the export leaves unsaid


LAYOUTS: tuple[Layout, ...] = (
    Layout(  # finalized notes: one row per unit of treatment of a visit that was held
        "webpt", "documenting therapist, date of service, visit id, patient name",
        {"patient_id": "", "provider": "documenting therapist", "location": "clinic name"},
        without="case name, description", always={"status": "completed"},
    ),
    Layout(  # the standard extract, its first header misspelt by the vendor; `Active` does not mean that anybody came
        "webpt", "calendar title, case id, therapist id, appointment status",
        {"appointment_id": "appointmnet id, appointment id", "start": "start date", "end": "end date",
         "arrived": "check in time", "type": "appointment type, apt apttype", "location": "clinic id"},
        without="reason, calendar title",
    ),
    Layout(
        "jane", "staff member name, treatment name",
        {"start": "start at, start time, start, start date", "end": "end at, end time, end",
         "provider": "staff member name, staff member", "type": "treatment name, treatment",
         "status": "state, appointment state, status", "patient_id": "patient guid, patient number, patient id"},
    ),
    Layout(
        "cliniko", "starts at, did not arrive, practitioner",
        {"appointment_id": "id, appointment id", "start": "starts at", "end": "ends at", "booked": "created at",
         "location": "business", "time_zone": "patient time zone"},
        without="notes, repeats",
    ),
    Layout(
        "acuity", "calendar, scheduled by, date scheduled, start time",
        {"start": "start time", "end": "end time", "provider": "calendar", "booked": "date scheduled",
         "billed": "appointment price", "paid": "amount paid online"},
        without="paid, label",
    ),
    Layout(
        "calendly", "invitee name, event type name",
        {"provider": "user name", "start": "start date and time, start datetime", "type": "event type name"},
    ),
    Layout(
        "fresha", "appointment reference, client, scheduled date, scheduled time",
        {"provider": "team member, staff", "type": "services, service"},
    ),
    Layout(
        "google_calendar_csv", "subject, start date, start time",
        {"title": "subject", "attendee": "required attendees, attendees, guests", "description": "description"},
    ),
)  # fmt: skip
"""`own` with "" as its spelling says that the export has no such column."""


def spellings(text: str) -> list[str]:
    """The headers of one entry, as they are compared: also with `&` read as `and`."""
    found = [squash(header) for header in text.split(",")]
    return list(dict.fromkeys(found + [header.replace("dateandtime", "datetime") for header in found]))


def layout_for(preset: str, headers: frozenset[str]) -> Layout | None:
    """The vendor's layout that these squashed headers have; of several, the one that needs the most of them."""
    mine = [layout for layout in LAYOUTS if not preset or layout.preset == preset]
    fitting = [layout for layout in mine if headers.issuperset(spellings(layout.needs)[: layout.needs.count(",") + 1])]
    if fitting:
        return max(fitting, key=lambda layout: layout.needs.count(","))
    return mine[0] if preset and mine else None


def wanted_headers(layout: Layout | None) -> dict[str, list[str]]:
    """For each meaning the spellings to look for, the vendor's own before the plain ones."""
    own = layout.own if layout else {}
    without = set(spellings(layout.without)) if layout and layout.without else set()
    wanted = {}
    for meaning in MEANINGS:
        first = spellings(own[meaning]) if meaning in own else []
        rest = [header for header in _PLAIN.get(meaning, ()) if header not in without]
        wanted[meaning] = [header for header in dict.fromkeys(first + (rest if first != [""] else [])) if header]
    return wanted


_PLAIN = {meaning: spellings(text) for meaning, text in PLAIN.items()}
