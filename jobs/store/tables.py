"""Every table of the clinic's memory, in one place.

Moments are text in UTC (`2026-03-04T17:30:00Z`), days are text in the clinic's calendar (`2026-03-04`): both sort,
both read well in any database browser, and both mean the same in SQLite and PostgreSQL.
Every table says whose clinic a row is, so that one installation can serve many clinics.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Constraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal,
    text,
)

metadata = MetaData()
_MOMENT, _DAY, _TEXT, _NUMBER, _CLINIC = String(20), String(10), Text(), Integer(), String(40)  # one of each: quicker
ONE_OF_TWO = text("same_as <> 0")
"""Written into a query as it stands, it lets the database use the small index over what stands in two sources."""
SLOT_ONE_OF_TWO = text("appointments.same_as <> 0")
"""The same where patients are asked for too."""


def _table(name: str, *parts: Column[Any] | Constraint | Index) -> Table:
    number, clinic = Column("id", _NUMBER, primary_key=True), Column("clinic_id", _CLINIC, nullable=False)
    return Table(name, metadata, number, clinic, *parts)


def _of(name: str, table: Table) -> Column[int]:
    """The row of another table that this one belongs to."""
    return Column(name, _NUMBER, ForeignKey(table.c.id), nullable=False)


def _text(name: str, kind: String = _TEXT) -> Column[str]:
    return Column(name, kind, nullable=False, server_default="")


def _number(name: str, usual: int = 0) -> Column[int]:
    return Column(name, _NUMBER, nullable=False, server_default=str(usual))


patients = _table(
    "patients",
    Column("key", _TEXT, nullable=False),
    *map(_text, ("first_name", "last_name", "email")),
    _text("address_key"),  # one key for all spellings of one address
    _text("phone"),
    _text("birth_date", _DAY),
    _text("email_consent", String(3)),
    _text("language", String(2)),  # in which the patient is written to; "": the clinic's own
    _text("name_key"),  # one key for all spellings of one whole name
    _number("same_as"),  # the patient whom this record is, 0: itself
    _text("borrowed"),  # which of its values come from records that are the same patient
    # yes: a name or a status has said so since a person last said that it is wrong; too: so it has of another record
    _text("died", String(3)),
    UniqueConstraint("clinic_id", "key"),
    Index("ix_patients_address", "clinic_id", "address_key"),
    Index("ix_patients_name", "clinic_id", "name_key"),
    Index("ix_patients_same", "same_as", sqlite_where=ONE_OF_TWO),
)


def nameless_key(address_key: ColumnElement[str]) -> ColumnElement[str]:
    """The key of the patient whom a calendar knows by this address alone; see `clinic.people.person_key`."""
    return literal("m:").concat(address_key)


identities = _table(  # append-only: the newest line about two records counts
    "identities",
    Column("at", _MOMENT, nullable=False),
    _of("one_id", patients),  # the lower id of the two
    _of("other_id", patients),
    Column("what", String(8), nullable=False),  # same, apart, doubtful, undone
    _text("who"),  # the person, "" where the rule decided
    _text("why"),  # names no patient
    Index("ix_identities_pair", "clinic_id", "one_id", "other_id"),
)

_COUNTED = ("same_as", "status", "location", "starts_at", "cancelled_at", "billed", "paid", "step")
"""What the weekly workbook counts of the appointments of a day: with it in the index, it reads no other page."""
appointments = _table(
    "appointments",
    Column("key", _TEXT, nullable=False),
    _of("patient_id", patients),
    Column("starts_at", _MOMENT, nullable=False),
    _text("ends_at", _MOMENT),
    Column("starts_on", _DAY, nullable=False),
    _text("booked_at", _MOMENT),
    _text("booked_on", _DAY),
    _text("cancelled_at", _MOMENT),
    Column("status", String(12), nullable=False),
    _text("kind"),
    _text("step", String(10)),
    *map(_text, ("provider", "location", "diagnosis", "complaint", "activity", "service")),
    *map(_text, ("referral_source", "referring_provider", "payer", "billed", "paid", "source")),
    _text("row_hash", String(32)),
    Column("mark", BigInteger, nullable=False, server_default="0"),  # what its source's reader knows it by
    _number("episode", 1),  # 1, 2, ... within the patient
    _number("named_id"),  # the record it was given for, if not patient_id
    _number("same_as"),  # the one that counts, of another source; 0: itself
    _number("unread"),  # 1: its newest row could not be read and is set aside; 2: its source is named no more
    UniqueConstraint("clinic_id", "key"),
    Index("ix_appointments_patient", "patient_id", "starts_at"),
    Index("ix_appointments_day", "clinic_id", "starts_on", *_COUNTED),
    Index("ix_appointments_same", "same_as", sqlite_where=ONE_OF_TWO),
)

episodes = _table(
    "episodes",
    _of("patient_id", patients),
    Column("number", _NUMBER, nullable=False),  # 1, 2, ... within the patient
    _text("referral_source"),  # how they heard of us, as typed
    _text("referring_provider"),  # who prescribed, as typed
    Column("referred_on", _DAY, nullable=False),  # the day its first appointment was booked
    _text("evaluated_on", _DAY),  # the day of its first kept evaluation or visit
    _text("last_visit_on", _DAY),
    _text("discharged_on", _DAY),
    _number("visits"),
    _text("opening", String(10)),  # the step of its first appointment: whether care began with it
    _text("opened_on", _DAY),  # the day of its first appointment, whether that still stands or not
    _text("planned_on", _DAY),  # the last day for which it has an appointment without an outcome
    _text("location"),
    Column("billed_cents", BigInteger),  # null where the export has no amount
    Column("paid_cents", BigInteger),
    UniqueConstraint("clinic_id", "patient_id", "number"),
    Index("ix_episodes_day", "clinic_id", "referred_on"),
)

events = _table(
    "events",
    _of("appointment_id", appointments),
    _of("patient_id", patients),
    Column("what", String(12), nullable=False),
    Column("happened_at", _MOMENT, nullable=False),
    Column("seen_at", _MOMENT, nullable=False),
    Column("starts_at", _MOMENT, nullable=False),  # when the appointment was to start, as of this event
    UniqueConstraint("clinic_id", "appointment_id", "what", "starts_at", "patient_id"),
    Index("ix_events_new", "clinic_id", "id"),  # the planner asks for those since its cursor
)

letters = _table(
    "letters",
    _of("patient_id", patients),
    Column("rule", String(60), nullable=False),
    _of("event_id", events),
    Column("state", String(10), nullable=False),
    _text("reason"),  # why it stands where it stands, in words
    Column("due_at", _MOMENT, nullable=False),
    Column("expires_at", _MOMENT, nullable=False),
    _text("template"),
    _text("category", String(4)),
    _number("priority"),
    _text("address_key"),  # whom it went to, kept when the patient's address changes
    _text("message_id"),
    _number("tries"),
    _text("sent_at", _MOMENT),
    _text("changed_at", _MOMENT),
    _text("purpose"),  # what it is for, in words; kept with it because a rule can be changed
    _text("draft_id"),  # the draft that a Gmail mailbox holds of it; "?" for one that it may hold
    _text("released_at", _MOMENT),  # when a person let it go that had waited for approval
    _text("leaves_at", _MOMENT),  # when its grace period ends, in which the front desk may still stop it
    UniqueConstraint("clinic_id", "patient_id", "rule", "event_id"),
    Index("ix_letters_due", "clinic_id", "state", "due_at"),
    Index("ix_letters_address", "clinic_id", "address_key"),
)

attempts = _table(
    "attempts",
    _of("letter_id", letters),
    Column("at", _MOMENT, nullable=False),
    Column("outcome", String(10), nullable=False),  # the state that the attempt led to
    _text("transport"),
    _text("detail"),  # the server's answer; never patient data
    Index("ix_attempts_letter", "letter_id"),
    Index("ix_attempts_at", "clinic_id", "at"),
)

decisions = _table(  # append-only: what a person, or evidence, decided about a letter
    "decisions",
    _of("letter_id", letters),
    Column("at", _MOMENT, nullable=False),
    Column("what", String(12), nullable=False),  # release, drop, hold, mark-sent, send-again
    Column("who", _TEXT, nullable=False),  # the person, or the evidence: "a copy in Sent Mail"
    _text("reason"),
    Index("ix_decisions_letter", "letter_id"),
)

sent_articles = _table(
    "sent_articles",
    _of("patient_id", patients),
    Column("slug", _TEXT, nullable=False),
    _of("letter_id", letters),
    _text("reason"),
    UniqueConstraint("clinic_id", "patient_id", "slug"),
    Index("ix_sent_articles_letter", "letter_id"),
)

article_vetoes = _table(  # append-only: the newest line about a patient and an article counts
    "article_vetoes",
    Column("at", _MOMENT, nullable=False),
    _of("patient_id", patients),
    Column("slug", _TEXT, nullable=False),  # "*": every article
    Column("allowed", _NUMBER, nullable=False),  # 0: must not get it; 1: may again
    Column("who", _TEXT, nullable=False),
    _text("reason"),
    Index("ix_article_vetoes_patient", "clinic_id", "patient_id"),
)

stops = _table(  # append-only: the newest line about an address or a patient, and a category, counts
    "stops",
    Column("at", _MOMENT, nullable=False),
    _text("address_key"),
    Column("patient_id", _NUMBER),
    Column("category", String(4), nullable=False),  # care, news or all; of an answer also home or dead, see stops.py
    Column("allowed", _NUMBER, nullable=False),  # 0: must not be mailed; 1: a person's answer
    _text("reason"),
    _text("source"),  # who or what said so: a person's name, "bounce", "unsubscribe mail", "stop page", "complaint"
    Index("ix_stops_address", "clinic_id", "address_key"),
)

mailbox_messages = _table(  # what was read in the clinic's mailbox, so that nothing is read twice
    "mailbox_messages",
    Column("mailbox", _TEXT, nullable=False),  # host and folder; never a password
    Column("uid", _TEXT, nullable=False),  # UIDVALIDITY and UID, or Gmail's id
    Column("read_at", _MOMENT, nullable=False),
    Column("kind", String(12), nullable=False),  # bounce, delay, complaint, unsubscribe, automatic, other
    Column("letter_id", _NUMBER),  # the letter it answers, where that is known
    _text("address_key"),  # whom it is about
    _text("detail"),  # the status code and the server's words, addresses masked; nothing of a person's own mail
    UniqueConstraint("clinic_id", "mailbox", "uid"),
    Index("ix_mailbox_messages_address", "clinic_id", "address_key"),
)

source_files = _table(
    "source_files",
    Column("source", _TEXT, nullable=False),
    Column("path", _TEXT, nullable=False),
    Column("read_at", _MOMENT, nullable=False),
    Column("memory", LargeBinary, nullable=False),  # what the reader needs to know an unchanged file and row
    _number("rows"),
    _text("data_at", _MOMENT),  # as of when its data are: the file's own time, or when an address was last asked
    UniqueConstraint("clinic_id", "source", "path"),
)

problems = _table(
    "problems",
    Column("seen_at", _MOMENT, nullable=False),
    *map(_text, ("source", "file", "sheet")),
    _number("row"),
    *map(_text, ("column", "value", "what", "remedy")),
    _number("set_aside"),
    _text("cell"),
    _text("contents"),  # of the whole row, as far as it was read
    Index("ix_problems_file", "clinic_id", "source", "file"),
)

unread_rows = _table(  # rows that are set aside and name a known patient; each stands among the problems too
    "unread_rows",
    *map(_text, ("source", "file", "sheet")),
    _number("row"),  # 0: an entry of a calendar
    _text("key"),  # of its appointment
    _of("record_id", patients),
    *(_text(name, kind) for name, kind in (("starts_at", _MOMENT), ("starts_on", _DAY), ("booked_on", _DAY))),
    _text("status", String(12)),
)

summaries = _table(  # what each workbook said when it was first made, and whether it was mailed
    "summaries",
    Column("period", String(10), nullable=False),  # 2026-W12, 2026-03, 2026
    _text("location"),
    Column("as_of", _DAY, nullable=False),  # the day as of which outcomes were known
    Column("made_at", _MOMENT, nullable=False),
    Column("figures", _TEXT, nullable=False),  # JSON: figure -> number
    _text("mailed", String(10)),  # "", attempting, sent, failed, unknown
    _text("mailed_at", _MOMENT),
    UniqueConstraint("clinic_id", "period", "location"),
)

read_workbooks = _table(  # every content of a workbook that was written or read back, so that none is taken twice
    "read_workbooks",
    Column("digest", String(64), nullable=False),
    Column("file", _TEXT, nullable=False),
    Column("at", _MOMENT, nullable=False),
    _number("ours"),  # 1: written by the program, 0: read back
    UniqueConstraint("clinic_id", "digest"),
)

name_notes = _table(  # what stands beside a text in the workbooks until it is settled
    "name_notes",
    Column("text_key", _TEXT, nullable=False),
    _text("this_is"),  # an answer that could not be taken
    _text("notes"),
    _text("at", _MOMENT),
    UniqueConstraint("clinic_id", "text_key"),
)

runs = _table(
    "runs",
    Column("job", _TEXT, nullable=False),
    _text("slot", _MOMENT),  # the scheduled moment it answered, "" when a person started it
    Column("started_at", _MOMENT, nullable=False),
    _text("ended_at", _MOMENT),
    Column("outcome", String(10), nullable=False),  # running, done, failed, died
    Column("seconds", Float, nullable=False, server_default="0"),
    _text("counts"),  # JSON
    _text("message"),
    Index("ix_runs_job", "clinic_id", "job", "started_at"),
)

cursors = _table(
    "cursors",
    Column("name", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    UniqueConstraint("clinic_id", "name"),
)
