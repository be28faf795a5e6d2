"""A patient's death has a column of its own: it is no consent, and lasts until a person says that it was a slip"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patients", sa.Column("died", sa.String(length=3), server_default="", nullable=False))
    op.execute("UPDATE patients SET died = 'yes', email_consent = '' WHERE email_consent = 'rip'")
    slots = "SELECT patient_id FROM appointments WHERE status = 'deceased' AND same_as = 0"
    op.execute(f"UPDATE patients SET died = 'yes' WHERE id IN ({slots})")  # noqa: S608
