"""The first day of an episode that still stands is asked for by nothing"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("episodes") as episodes:  # SQLite before 3.35 drops no column by itself
        episodes.drop_column("first_on")
