"""What each meaning of a column is called when a person is asked about it."""

WORDS: dict[str, str] = {
    "appointment_id": "the number of the appointment",
    "patient_id": "the number of the patient",
    "patient_name": "the patient's whole name",
    "first_name": "the patient's first name",
    "last_name": "the patient's last name",
    "email": "the patient's e-mail address",
    "phone": "the patient's phone number",
    "birth_date": "the patient's birth date",
    "email_consent": "whether the patient agreed to e-mail",
    "language": "the language the patient reads",
    "start": "the day and time of the appointment",
    "start_date": "the day of the appointment",
    "start_time": "the time of the appointment",
    "end": "the day and time of its end",
    "end_date": "the day of its end",
    "end_time": "the time of its end",
    "duration_minutes": "how many minutes it lasts",
    "time_zone": "its time zone",
    "booked": "when it was booked",
    "cancelled": "whether or when it was cancelled",
    "deleted": "whether or when it was deleted",
    "no_show": "whether the patient did not come",
    "arrived": "whether the patient came",
    "status": "what became of the appointment",
    "type": "the kind of appointment",
    "provider": "who treats",
    "location": "where",
    "diagnosis": "the diagnosis code",
    "complaint": "the complaint",
    "activity": "the patient's sport or activity",
    "service": "the service",
    "referral_source": "how the patient heard of the clinic",
    "referring_provider": "who prescribed",
    "payer": "who pays",
    "billed": "the amount billed",
    "paid": "the amount paid",
    "discharged": "whether or when the patient was discharged",
    "all_day": "whether it lasts all day",
    "title": "the title of a calendar entry",
    "attendee": "the guest of a calendar entry",
    "attendee_name": "the name of that guest",
}

SHOWN_AS_THEY_ARE = frozenset(
    "start start_date start_time end end_date end_time duration_minutes time_zone booked cancelled deleted no_show "
    "arrived status type provider location service activity payer billed paid discharged all_day email_consent "
    "language".split()
)
"""Meanings of columns whose cells name no patient; all others are masked on a screen."""
