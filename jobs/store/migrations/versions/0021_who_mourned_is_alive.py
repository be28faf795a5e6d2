"""Who came two months after a visit that was called off for a death is alive: step 0019 once held them to have died

Where a name or a later status says so, the next pull marks them again: it reads each file whole.
"""

import sqlalchemy as sa
from alembic import op

from jobs.store.migrations.mourners import TOLD_APART, mourners

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    alive = [] if TOLD_APART in op.get_bind().info else mourners(op.get_bind())
    if alive:
        forget = sa.text("UPDATE patients SET died = '' WHERE id = :id OR same_as = :id")
        op.get_bind().execute(forget, [{"id": patient_id} for patient_id in alive])
