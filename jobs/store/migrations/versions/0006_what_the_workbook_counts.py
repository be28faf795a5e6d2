"""What the weekly workbook counts of an episode, and what each workbook said"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM episodes")  # summed up anew before figures are counted
    for name, length in (
        ("opening", 10),
        ("opened_on", 10),
        ("awaited_on", 10),
        ("planned_on", 10),
        ("location", None),
    ):
        kind = sa.String(length=length) if length else sa.Text()
        op.add_column("episodes", sa.Column(name, kind, server_default="", nullable=False))
    for name in ("billed_cents", "paid_cents"):
        op.add_column("episodes", sa.Column(name, sa.BigInteger(), nullable=True))
    op.drop_index("ix_episodes_day", "episodes")
    op.create_index("ix_episodes_day", "episodes", ["clinic_id", "referred_on"])
    op.create_table(
        "summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.String(length=20), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("mailed", sa.String(length=10), server_default="", nullable=False),
        sa.Column("mailed_at", sa.String(length=20), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("clinic_id", "period", "location"),
    )
