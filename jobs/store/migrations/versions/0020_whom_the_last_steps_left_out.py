"""Patients without an episode are summed up: a pull after step 0016 left out all whom it did not touch"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM cursors WHERE name = 'episodes renewed'")
