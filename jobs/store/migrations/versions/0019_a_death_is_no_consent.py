"""A patient's death has a column of its own: it is no consent, and lasts until a person says that it was a slip

Whoever came two months after a visit that was called off for a death mourned somebody else, as where a file is read
(`clinic/deaths.py`).
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_LAST = (
    "SELECT patient_id, max(CASE WHEN status = 'deceased' THEN starts_on END), "
    "max(CASE WHEN status IN ('completed', 'arrived') THEN starts_on END) FROM appointments WHERE same_as = 0 "
    "AND patient_id IN (SELECT patient_id FROM appointments WHERE status = 'deceased') GROUP BY patient_id"
)
_ALIVE_AFTER = timedelta(days=60)


def upgrade() -> None:
    op.add_column("patients", sa.Column("died", sa.String(length=3), server_default="", nullable=False))
    op.execute("UPDATE patients SET died = 'yes', email_consent = '' WHERE email_consent = 'rip'")
    dead = [
        patient_id
        for patient_id, called_off, came in op.get_bind().execute(sa.text(_LAST))
        if called_off and (not came or date.fromisoformat(came) - date.fromisoformat(called_off) < _ALIVE_AFTER)
    ]
    if dead:
        mark = sa.text("UPDATE patients SET died = 'yes' WHERE id = :id")
        op.get_bind().execute(mark, [{"id": patient_id} for patient_id in dead])
