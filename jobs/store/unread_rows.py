"""The rows that are set aside and name a known patient: kept as long as they stand so in the newest file.

Loaded only where there are some.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import and_, case, delete, insert, or_, select

from jobs.clinic.addresses import address_key
from jobs.clinic.identity import Record, compare, person_key
from jobs.clinic.unread_rows import OtherRow, UnreadRow
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_rows
from jobs.store.tables import appointments, patients, unread_rows

_KEPT = ("sheet", "row", "key", "record_id", "starts_at", "starts_on", "booked_on", "status")
_Kept = tuple[Any, ...]  # in the order of _KEPT


def renew_unread(memory: Memory, source: str, file: str, found: Iterable[tuple[Any, ...]], is_whole: bool) -> None:
    """Keep the rows of a file that are set aside, in place of those that were; only what differs is written. Of a file
    that was not read to its end, what was kept before stays."""
    table = unread_rows.c
    query = select(table.id, *(table[name] for name in _KEPT))
    where = table.clinic_id == memory.clinic_id, table.source == source, table.file == file
    known = {tuple(row[1:]): row[0] for row in memory.connection.execute(query.where(*where))}
    now = _of_known_patients(memory, source, [UnreadRow._make(row) for row in found])
    gone = [line_id for row, line_id in known.items() if row not in now] if is_whole else []
    for part in in_parts(gone):
        memory.connection.execute(delete(unread_rows).where(table.id.in_(part)))
    new = [(memory.clinic_id, source, file, *row) for row in now if row not in known]
    insert_rows(memory, insert(unread_rows), ("clinic_id", "source", "file", *_KEPT), new)


def forget_unread(memory: Memory, source: str, files: Collection[str]) -> None:
    """Forget such rows of all files of a source but these."""
    table = unread_rows.c
    where = table.clinic_id == memory.clinic_id, table.source == source, table.file.not_in(files)
    memory.connection.execute(delete(unread_rows).where(*where))


def unread_rows_of(memory: Memory, patient_ids: Sequence[int], sources: Iterable[str]) -> list[tuple[int, OtherRow]]:
    """The rows of these patients in these sources, by the patients' ids. One whose appointment has been read since,
    from a file that counts more, or stands in a source that counts more, is none."""
    table, slot, record = unread_rows.c, appointments.c, patients.c
    patient_id = case((record.same_as != 0, record.same_as), else_=record.id)
    known = and_(slot.clinic_id == table.clinic_id, slot.key == table.key)
    query = (
        select(patient_id, *(table[name] for name in OtherRow._fields))
        .join(patients, record.id == table.record_id)
        .outerjoin(appointments, known)
        .where(table.clinic_id == memory.clinic_id, table.source.in_([*sources]), patient_id.in_(patient_ids))
        .where(or_(slot.id.is_(None), and_(slot.unread == 1, slot.same_as == 0)))
        .order_by(table.file, table.sheet, table.row)
    )
    return [(row[0], OtherRow._make(row[1:])) for row in memory.connection.execute(query)]


def _of_known_patients(memory: Memory, source: str, rows: Sequence[UnreadRow]) -> set[_Kept]:
    """The rows whose patient is known: by the number or key that the source gives, else as surely the same person. To
    others there is no letter."""
    by_key = _by_key(memory, {key for row in rows for key in (row.patient_key, f"{source}:{row.patient_key}")})
    found = set()
    for row in rows:
        record_id = by_key.get(f"{source}:{row.patient_key}") or by_key.get(row.patient_key) or _by_person(memory, row)
        if record_id:
            found.add((row.sheet, row.row, row.key, record_id, *row[-4:]))
    return found


def _by_key(memory: Memory, keys: Collection[str]) -> dict[str, int]:
    record = patients.c
    query = select(record.key, record.id).where(record.clinic_id == memory.clinic_id)
    return {
        key: record_id
        for part in in_parts(keys)
        for key, record_id in memory.connection.execute(query.where(record.key.in_(part)))
    }


def _by_person(memory: Memory, row: UnreadRow) -> int:
    """The record that is surely the person of a row, 0 for none."""
    address, name = address_key(row.email) if row.email else "", person_key(row.first_name, row.last_name)
    person = Record(0, row.patient_key, row.first_name, row.last_name, address, "", row.birth_date)
    record = patients.c
    for column, value in ((record.address_key, address), (record.name_key, name)):
        query = select(*(record[field] for field in Record._fields)).where(record.clinic_id == memory.clinic_id)
        for known in memory.connection.execute(query.where(column == value)) if value else ():
            if compare(person, Record._make(known)).word == "same":
                return int(known.id)
    return 0
