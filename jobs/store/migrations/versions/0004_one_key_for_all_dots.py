"""One key for a Gmail address with and without dots: rows of before take it too"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GOOGLE = re.compile(r"^([^@ ]+)@(?:gmail|googlemail)\.com(?= |$)")


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("patients", "letters", "stops", "mailbox_messages"):
        table = sa.table(name, sa.column("address_key", sa.Text))
        known = sa.select(table.c.address_key).where(_of_google(table.c.address_key)).distinct()
        for (old,) in connection.execute(known).all():
            if (new := _one_key(old)) != old:
                connection.execute(sa.update(table).where(table.c.address_key == old).values(address_key=new))
    _rename_patients(connection)


def _rename_patients(connection: sa.Connection) -> None:
    """A patient without a number is known by address and first name; whoever stands there twice by now stays so."""
    names = ("id", "clinic_id", "key")
    table = sa.table("patients", *(sa.column(name, sa.Text) for name in names))
    known = sa.select(*(table.c[name] for name in names)).where(table.c.key.like("m:%"), _of_google(table.c.key))
    rows = connection.execute(known).all()
    taken = {(clinic_id, key) for _, clinic_id, key in rows}
    for patient_id, clinic_id, old in rows:
        new = f"m:{_one_key(old.removeprefix('m:'))}"
        if (clinic_id, new) not in taken:
            taken.add((clinic_id, new))
            connection.execute(sa.update(table).where(table.c.id == patient_id).values(key=new))


def _of_google(column: sa.ColumnClause[str]) -> sa.ColumnElement[bool]:
    return sa.or_(column.like("%@gmail.com%"), column.like("%@googlemail.com%"))


def _one_key(text: str) -> str:
    return _GOOGLE.sub(lambda found: f"{found[1].replace('.', '')}@gmail.com", text)
