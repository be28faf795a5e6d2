"""Every table of the clinic's memory, in one place.

Moments are text in UTC (`2026-03-04T17:30:00Z`), days are text in the clinic's calendar (`2026-03-04`): both sort,
both read well in any database browser, and both mean the same in SQLite and PostgreSQL.
Every table has `clinic_id`, so that one installation can serve many clinics.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
ONE_OF_TWO = text("same_as <> 0")
"""Written into a query as it stands, it lets the database use the small index over what stands in two sources."""
SLOT_ONE_OF_TWO = text("appointments.same_as <> 0")
"""The same where patients are asked for too."""


def _text(name: str, length: int | None = None) -> Column[str]:
    return Column(name, String(length) if length else Text, nullable=False, server_default="")


def _clinic() -> Column[str]:
    return Column("clinic_id", String(40), nullable=False)


patients = Table(
    "patients",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("key", Text, nullable=False),
    _text("first_name"),
    _text("last_name"),
    _text("email"),
    _text("address_key"),  # one key for all spellings of one address
    _text("phone"),
    _text("birth_date", 10),
    _text("email_consent", 3),
    _text("language", 2),  # in which the patient is written to; "": the clinic's own
    _text("name_key"),  # one key for all spellings of one whole name
    Column("same_as", Integer, nullable=False, server_default="0"),  # the patient whom this record is, 0: itself
    _text("borrowed"),  # which of its values come from records that are the same patient
    UniqueConstraint("clinic_id", "key"),
    Index("ix_patients_address", "clinic_id", "address_key"),
    Index("ix_patients_name", "clinic_id", "name_key"),
    Index("ix_patients_same", "same_as", sqlite_where=ONE_OF_TWO),
)

identities = Table(  # append-only: the newest line about two records counts
    "identities",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("at", String(20), nullable=False),
    Column("one_id", Integer, nullable=False),  # the lower id of the two
    Column("other_id", Integer, nullable=False),
    Column("what", String(8), nullable=False),  # same, apart, doubtful, undone
    _text("who"),  # the person, "" where the rule decided
    _text("why"),  # names no patient
    ForeignKeyConstraint(["one_id"], ["patients.id"]),
    ForeignKeyConstraint(["other_id"], ["patients.id"]),
    Index("ix_identities_pair", "clinic_id", "one_id", "other_id"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("key", Text, nullable=False),
    Column("patient_id", Integer, nullable=False),
    Column("starts_at", String(20), nullable=False),
    _text("ends_at", 20),
    Column("starts_on", String(10), nullable=False),
    _text("booked_at", 20),
    _text("booked_on", 10),
    _text("cancelled_at", 20),
    Column("status", String(12), nullable=False),
    _text("kind"),
    _text("step", 10),
    _text("provider"),
    _text("location"),
    _text("diagnosis"),
    _text("complaint"),
    _text("activity"),
    _text("service"),
    _text("referral_source"),
    _text("referring_provider"),
    _text("payer"),
    _text("billed"),
    _text("paid"),
    _text("source"),
    _text("row_hash", 32),
    Column("mark", BigInteger, nullable=False, server_default="0"),  # what its source's reader knows it by
    Column("episode", Integer, nullable=False, server_default="1"),  # 1, 2, ... within the patient
    Column("named_id", Integer, nullable=False, server_default="0"),  # the record it was given for, if not patient_id
    Column("same_as", Integer, nullable=False, server_default="0"),  # the one that counts, of another source; 0: itself
    Column(
        "unread", Integer, nullable=False, server_default="0"
    ),  # 1: its newest row could not be read and is set aside
    UniqueConstraint("clinic_id", "key"),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    Index("ix_appointments_patient", "patient_id", "starts_at"),
    Index(  # holds all that the weekly workbook counts of an appointment, so that it reads no other page
        "ix_appointments_day",
        "clinic_id",
        "starts_on",
        "same_as",
        "status",
        "location",
        "starts_at",
        "cancelled_at",
        "billed",
        "paid",
    ),
    Index("ix_appointments_same", "same_as", sqlite_where=ONE_OF_TWO),
)

episodes = Table(
    "episodes",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("patient_id", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, ... within the patient
    _text("referral_source"),  # how they heard of us, as typed
    _text("referring_provider"),  # who prescribed, as typed
    Column("referred_on", String(10), nullable=False),  # the day its first appointment was booked
    _text("evaluated_on", 10),  # the day of its first kept evaluation or visit
    _text("last_visit_on", 10),
    _text("discharged_on", 10),
    Column("visits", Integer, nullable=False, server_default="0"),
    _text("opening", 10),  # the step of its first appointment: whether care began with it
    _text("opened_on", 10),  # the day of its first appointment, whether that still stands or not
    _text("planned_on", 10),  # the last day for which it has an appointment without an outcome
    _text("location"),
    Column("billed_cents", BigInteger),  # null where the export has no amount
    Column("paid_cents", BigInteger),
    UniqueConstraint("clinic_id", "patient_id", "number"),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    Index("ix_episodes_day", "clinic_id", "referred_on"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("appointment_id", Integer, nullable=False),
    Column("patient_id", Integer, nullable=False),
    Column("what", String(12), nullable=False),
    Column("happened_at", String(20), nullable=False),
    Column("seen_at", String(20), nullable=False),
    Column("starts_at", String(20), nullable=False),  # when the appointment was to start, as of this event
    UniqueConstraint("clinic_id", "appointment_id", "what", "starts_at"),
    ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    Index("ix_events_new", "clinic_id", "id"),  # the planner asks for those since its cursor
)

letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("patient_id", Integer, nullable=False),
    Column("rule", String(60), nullable=False),
    Column("event_id", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    _text("reason"),  # why it stands where it stands, in words
    Column("due_at", String(20), nullable=False),
    Column("expires_at", String(20), nullable=False),
    _text("template"),
    _text("category", 4),
    Column("priority", Integer, nullable=False, server_default="0"),
    _text("address_key"),  # whom it went to, kept when the patient's address changes
    _text("message_id"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _text("sent_at", 20),
    _text("changed_at", 20),
    _text("purpose"),  # what it is for, in words; kept with it because a rule can be changed
    _text("draft_id"),  # the draft that a Gmail mailbox holds of it; "?" for one that it may hold
    _text("released_at", 20),  # when a person let it go that had waited for approval
    _text("leaves_at", 20),  # when its grace period ends, in which the front desk may still stop it
    UniqueConstraint("clinic_id", "patient_id", "rule", "event_id"),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    ForeignKeyConstraint(["event_id"], ["events.id"]),
    Index("ix_letters_due", "clinic_id", "state", "due_at"),
    Index("ix_letters_address", "clinic_id", "address_key"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("letter_id", Integer, nullable=False),
    Column("at", String(20), nullable=False),
    Column("outcome", String(10), nullable=False),  # the state that the attempt led to
    _text("transport"),
    _text("detail"),  # the server's answer; never patient data
    ForeignKeyConstraint(["letter_id"], ["letters.id"]),
    Index("ix_attempts_letter", "letter_id"),
    Index("ix_attempts_at", "clinic_id", "at"),
)

decisions = Table(  # append-only: what a person, or evidence, decided about a letter
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("letter_id", Integer, nullable=False),
    Column("at", String(20), nullable=False),
    Column("what", String(12), nullable=False),  # release, drop, hold, mark-sent, send-again
    Column("who", Text, nullable=False),  # the person, or the evidence: "a copy in Sent Mail"
    _text("reason"),
    ForeignKeyConstraint(["letter_id"], ["letters.id"]),
    Index("ix_decisions_letter", "letter_id"),
)

sent_articles = Table(
    "sent_articles",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("patient_id", Integer, nullable=False),
    Column("slug", Text, nullable=False),
    Column("letter_id", Integer, nullable=False),
    _text("reason"),
    UniqueConstraint("clinic_id", "patient_id", "slug"),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    ForeignKeyConstraint(["letter_id"], ["letters.id"]),
    Index("ix_sent_articles_letter", "letter_id"),
)

article_vetoes = Table(  # append-only: the newest line about a patient and an article counts
    "article_vetoes",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("at", String(20), nullable=False),
    Column("patient_id", Integer, nullable=False),
    Column("slug", Text, nullable=False),  # "*": every article
    Column("allowed", Integer, nullable=False),  # 0: must not get it; 1: may again
    Column("who", Text, nullable=False),
    _text("reason"),
    ForeignKeyConstraint(["patient_id"], ["patients.id"]),
    Index("ix_article_vetoes_patient", "clinic_id", "patient_id"),
)

stops = Table(  # append-only: the newest line about an address or a patient, and a category, counts
    "stops",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("at", String(20), nullable=False),
    _text("address_key"),
    Column("patient_id", Integer),
    Column("category", String(4), nullable=False),  # care, news or all
    Column("allowed", Integer, nullable=False),  # 0: must not be mailed; 1: allowed again
    _text("reason"),
    _text("source"),  # who or what said so: a person's name, "bounce", "unsubscribe mail", "stop page", "complaint"
    Index("ix_stops_address", "clinic_id", "address_key"),
)

mailbox_messages = Table(  # what was read in the clinic's mailbox, so that nothing is read twice
    "mailbox_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("mailbox", Text, nullable=False),  # host and folder; never a password
    Column("uid", Text, nullable=False),  # UIDVALIDITY and UID, or Gmail's id
    Column("read_at", String(20), nullable=False),
    Column("kind", String(12), nullable=False),  # bounce, delay, complaint, unsubscribe, automatic, other
    Column("letter_id", Integer),  # the letter it answers, where that is known
    _text("address_key"),  # whom it is about
    _text("detail"),  # the status code and the server's words, addresses masked; nothing of a person's own mail
    UniqueConstraint("clinic_id", "mailbox", "uid"),
    Index("ix_mailbox_messages_address", "clinic_id", "address_key"),
)

source_files = Table(
    "source_files",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("source", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("read_at", String(20), nullable=False),
    Column("memory", LargeBinary, nullable=False),  # what the reader needs to know an unchanged file and row
    Column("rows", Integer, nullable=False, server_default="0"),
    _text("data_at", 20),  # as of when its data are: the file's own time, or when an address was last asked
    UniqueConstraint("clinic_id", "source", "path"),
)

problems = Table(
    "problems",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("seen_at", String(20), nullable=False),
    _text("source"),
    _text("file"),
    _text("sheet"),
    Column("row", Integer, nullable=False, server_default="0"),
    _text("column"),
    _text("value"),
    _text("what"),
    _text("remedy"),
    Column("set_aside", Integer, nullable=False, server_default="0"),
    _text("cell"),
    _text("contents"),  # of the whole row, as far as it was read
    Index("ix_problems_file", "clinic_id", "source", "file"),
)

summaries = Table(  # what each workbook said when it was first made, and whether it was mailed
    "summaries",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("period", String(10), nullable=False),  # 2026-W12, 2026-03, 2026
    _text("location"),
    Column("as_of", String(10), nullable=False),  # the day as of which outcomes were known
    Column("made_at", String(20), nullable=False),
    Column("figures", Text, nullable=False),  # JSON: figure -> number
    _text("mailed", 10),  # "", attempting, sent, failed, unknown
    _text("mailed_at", 20),
    UniqueConstraint("clinic_id", "period", "location"),
)

read_workbooks = Table(  # every content of a workbook that was written or read back, so that none is taken twice
    "read_workbooks",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("digest", String(64), nullable=False),
    Column("file", Text, nullable=False),
    Column("at", String(20), nullable=False),
    Column("ours", Integer, nullable=False, server_default="0"),  # 1: written by the program, 0: read back
    UniqueConstraint("clinic_id", "digest"),
)

name_notes = Table(  # what stands beside a text in the workbooks until it is settled
    "name_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("text_key", Text, nullable=False),
    _text("this_is"),  # an answer that could not be taken
    _text("notes"),
    _text("at", 20),
    UniqueConstraint("clinic_id", "text_key"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("job", Text, nullable=False),
    _text("slot", 20),  # the scheduled moment it answered, "" when a person started it
    Column("started_at", String(20), nullable=False),
    _text("ended_at", 20),
    Column("outcome", String(10), nullable=False),  # running, done, failed, died
    Column("seconds", Float, nullable=False, server_default="0"),
    _text("counts"),  # JSON
    _text("message"),
    Index("ix_runs_job", "clinic_id", "job", "started_at"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("id", Integer, primary_key=True),
    _clinic(),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("clinic_id", "name"),
)
