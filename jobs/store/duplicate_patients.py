"""Which patients may be one: a condition of the query that reads them. Who the other one is, `namesakes` finds out."""

from sqlalchemy import ColumnElement, or_, select

from jobs.store.tables import nameless_key, patients

_NAMED_SO = patients.alias("named_so")
_HAS_NAMESAKE = (
    select(_NAMED_SO.c.id)
    .where(
        _NAMED_SO.c.clinic_id == patients.c.clinic_id, _NAMED_SO.c.name_key == patients.c.name_key,
        _NAMED_SO.c.name_key != "", _NAMED_SO.c.address_key.concat("") == patients.c.address_key,
        patients.c.address_key != "", _NAMED_SO.c.id != patients.c.id, _NAMED_SO.c.same_as == 0,
    )
    .correlate(patients)
    .exists()
)  # fmt: skip
"""Found by the name: of one address there can be very many."""
_NAMELESS = patients.alias("nameless")
_AT_ITS_ADDRESS = patients.alias("at_its_address")
_HAS_NAMELESS = (
    select(_NAMELESS.c.id)
    .where(
        _NAMELESS.c.clinic_id == patients.c.clinic_id, _NAMELESS.c.key == nameless_key(patients.c.address_key),
        patients.c.address_key != "", _NAMELESS.c.id != patients.c.id, _NAMELESS.c.same_as == 0,
    )
    .correlate(patients)
    .exists()
)  # fmt: skip
_IS_NAMELESS = (patients.c.key == nameless_key(patients.c.address_key)) & (
    select(_AT_ITS_ADDRESS.c.id)
    .where(
        _AT_ITS_ADDRESS.c.clinic_id == patients.c.clinic_id, patients.c.address_key != "",
        _AT_ITS_ADDRESS.c.address_key == patients.c.address_key, _AT_ITS_ADDRESS.c.id != patients.c.id,
        _AT_ITS_ADDRESS.c.same_as == 0,
    )
    .correlate(patients)
    .exists()
)  # fmt: skip
MAY_BE_ANOTHER: ColumnElement[bool] = or_(_HAS_NAMESAKE, _HAS_NAMELESS, _IS_NAMELESS).label("may_be_another")
