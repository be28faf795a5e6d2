"""The workbook counts the appointments of each day from an index alone"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTED = ["clinic_id", "starts_on", "same_as", "status", "location", "starts_at", "cancelled_at", "billed", "paid"]


def upgrade() -> None:
    op.drop_index("ix_appointments_day", "appointments")
    op.create_index("ix_appointments_day", "appointments", _COUNTED)
