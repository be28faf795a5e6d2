"""A patient's death has a column of its own: it is no consent, and lasts until a person says that it was a slip

Whoever came two months after a visit that was called off for a death mourned somebody else. A database that had this
step before it knew that has 0021.
"""

import sqlalchemy as sa
from alembic import op

from jobs.store.migrations.mourners import TOLD_APART, mourners

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patients", sa.Column("died", sa.String(length=3), server_default="", nullable=False))
    op.execute("UPDATE patients SET died = 'yes', email_consent = '' WHERE email_consent = 'rip'")
    slots = "SELECT patient_id FROM appointments WHERE status = 'deceased' AND same_as = 0"
    op.get_bind().info[TOLD_APART] = True
    dead = set(op.get_bind().execute(sa.text(slots)).scalars()).difference(mourners(op.get_bind()))
    if dead:
        mark = sa.text("UPDATE patients SET died = 'yes' WHERE id = :id")
        op.get_bind().execute(mark, [{"id": patient_id} for patient_id in sorted(dead)])
