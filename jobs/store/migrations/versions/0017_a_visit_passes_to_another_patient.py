"""A visit that passes to another patient is news for that one: an event is told once of each patient

SQLite changes no UNIQUE constraint, so the table is written anew, under the numbers that the letters know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COLUMNS = "id, clinic_id, appointment_id, patient_id, what, happened_at, seen_at, starts_at"
_ONCE = ("clinic_id", "appointment_id", "what", "starts_at")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(f"events_{'_'.join(_ONCE)}_key", "events", type_="unique")
        op.create_unique_constraint(None, "events", [*_ONCE, "patient_id"])
        return
    op.create_table(
        "events_anew",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("clinic_id", sa.String(40), nullable=False),
        sa.Column("appointment_id", sa.Integer, sa.ForeignKey("appointments.id"), nullable=False),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("happened_at", sa.String(20), nullable=False),
        sa.Column("seen_at", sa.String(20), nullable=False),
        sa.Column("starts_at", sa.String(20), nullable=False),
        sa.UniqueConstraint(*_ONCE, "patient_id"),
    )
    op.execute(f"INSERT INTO events_anew ({_COLUMNS}) SELECT {_COLUMNS} FROM events ORDER BY id")  # noqa: S608
    op.drop_table("events")
    op.rename_table("events_anew", "events")
    op.create_index("ix_events_new", "events", ["clinic_id", "id"])
