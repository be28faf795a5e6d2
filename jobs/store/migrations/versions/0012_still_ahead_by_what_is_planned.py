"""Who is still ahead is told by the last appointment that is planned: the day of the first one is needed no more"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("episodes") as episodes:  # SQLite before 3.35 drops no column by itself
        episodes.drop_column("awaited_on")
