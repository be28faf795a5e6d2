"""What stands in two sources is found without a look at everything"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("same_as <> 0")
    for table in ("patients", "appointments"):
        op.create_index(f"ix_{table}_same", table, ["same_as"], sqlite_where=where)
