"""The cell and the row of a problem, so that a person finds them"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("cell", "contents"):
        op.add_column("problems", sa.Column(name, sa.Text(), server_default="", nullable=False))
