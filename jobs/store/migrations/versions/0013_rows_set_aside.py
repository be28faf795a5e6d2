"""An appointment knows that its newest row could not be read: its letters wait"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("unread", sa.Integer(), nullable=False, server_default="0"))
