"""Rows that are set aside and name a patient are known: letters that another visit would make wrong wait"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = ("source", "file", "sheet")
    op.create_table(
        "unread_rows",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("clinic_id", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in text),
        sa.Column("row", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("key", sa.Text(), nullable=False, server_default=""),
        sa.Column("record_id", sa.Integer(), sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("starts_at", sa.String(20), nullable=False, server_default=""),
        sa.Column("starts_on", sa.String(10), nullable=False, server_default=""),
        sa.Column("booked_on", sa.String(10), nullable=False, server_default=""),
        sa.Column("status", sa.String(12), nullable=False, server_default=""),
    )
