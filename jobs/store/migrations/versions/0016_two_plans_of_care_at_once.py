"""Two plans of care at once are two episodes: all are summed up anew before figures are counted"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM episodes")
    op.execute("DELETE FROM cursors WHERE name = 'episodes renewed'")  # on that very day too
