"""One patient and one appointment in two sources, and how new each source's data are"""

import sqlalchemy as sa
from alembic import op

from jobs.clinic.identity import person_key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patients", sa.Column("name_key", sa.Text(), server_default="", nullable=False))
    op.add_column("patients", sa.Column("same_as", sa.Integer(), server_default="0", nullable=False))
    op.add_column("patients", sa.Column("borrowed", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_patients_name", "patients", ["clinic_id", "name_key"])
    op.add_column("appointments", sa.Column("named_id", sa.Integer(), server_default="0", nullable=False))
    op.add_column("appointments", sa.Column("same_as", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_appointments_day", "appointments")
    op.create_index("ix_appointments_day", "appointments", ["clinic_id", "starts_on", "same_as"])
    op.add_column("source_files", sa.Column("data_at", sa.String(length=20), server_default="", nullable=False))
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["patients.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["patients.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identities_pair", "identities", ["clinic_id", "one_id", "other_id"])
    _name_keys(op.get_bind())


def _name_keys(connection: sa.Connection) -> None:
    names = ("id", "first_name", "last_name", "name_key")
    table = sa.table("patients", *(sa.column(name, sa.Text) for name in names))
    for patient_id, first, last in connection.execute(
        sa.select(table.c.id, table.c.first_name, table.c.last_name)
    ).all():
        connection.execute(sa.update(table).where(table.c.id == patient_id).values(name_key=person_key(first, last)))
