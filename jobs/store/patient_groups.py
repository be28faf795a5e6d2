"""Records and the patients that they are, in memory: joined here one after the other, written all at once."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, TextClause, select

from jobs.store.memory import Memory
from jobs.store.rows import in_parts, setting, update_rows
from jobs.store.tables import ONE_OF_TWO, patients

LENT = ("email", "phone", "birth_date", "language")
"""What a patient takes from another record of the same person where the own one says nothing."""
_WRITTEN = (*LENT, "address_key", "email_consent", "died", "borrowed", "same_as")
_COLUMNS = ("id", "key", "first_name", "last_name", *_WRITTEN)
_Row = dict[str, Any]


class PatientGroups:
    """These records with all others of the same patients, as they stand in the database until `write`."""

    def __init__(self, memory: Memory, records: Collection[int]) -> None:
        self._memory = memory
        self._rows: dict[int, _Row] = {}
        self._members: defaultdict[int, list[int]] = defaultdict(list)  # of each patient, without its own record
        self._changed: set[int] = set()
        self._load(records)

    def _load(self, records: Collection[int]) -> None:
        self._read(patients.c.id, set(records))
        whose = {row["same_as"] or row["id"] for row in self._rows.values()}
        self._read(patients.c.id, whose - self._rows.keys())
        self._read(patients.c.same_as, whose, ONE_OF_TWO)
        for record_id in sorted(self._rows):
            if same_as := self._rows[record_id]["same_as"]:
                self._members[same_as].append(record_id)

    def _read(self, column: Column[int], wanted: Collection[int], *which: ColumnElement[bool] | TextClause) -> None:
        ours = patients.c.clinic_id == self._memory.clinic_id
        query = select(*(patients.c[name] for name in _COLUMNS)).where(ours, *which)
        for part in in_parts(sorted(wanted)):
            for row in self._memory.connection.execute(query.where(column.in_(part))):
                self._rows[row[0]] = dict(zip(_COLUMNS, row, strict=True))

    def ids(self) -> list[int]:
        """All records that are known here."""
        return sorted(self._rows)

    def patient_of(self, record_id: int) -> int:
        """The patient that a record is."""
        return int(self._rows[record_id]["same_as"]) or record_id

    def group(self, patient_id: int) -> list[int]:
        """All records of one patient, its own first."""
        return [patient_id, *self._members[patient_id]]

    def key(self, record_id: int) -> str:
        """The practice system's number, or what was made for one."""
        return str(self._rows[record_id]["key"])

    def person(self, record_id: int) -> tuple[str, str, str]:
        """First name, last name and e-mail address, as they stand."""
        row = self._rows[record_id]
        return row["first_name"], row["last_name"], row["email"]

    def address_key(self, record_id: int) -> str:
        """What the address is known by, as it stands."""
        return str(self._rows[record_id]["address_key"])

    def birth_dates(self, records: Iterable[int]) -> set[str]:
        """The birth dates that are known of these records."""
        return {self._rows[each]["birth_date"] for each in records} - {""}

    def patients(self) -> list[int]:
        """The patients that have more than one record."""
        return [patient_id for patient_id, members in self._members.items() if members]

    def join(self, kept: int, gone: int) -> None:
        """Make `gone`, and what was joined to it, the patient `kept`."""
        if self._rows[gone]["died"] == "too":  # the record that says so is joined with it
            self._rows[gone]["died"] = ""
        for record_id in (gone, *self._members.pop(gone, ())):
            self._rows[record_id]["same_as"] = kept
            self._changed.add(record_id)
            self._members[kept].append(record_id)
        self._members[kept].sort()
        self.lend(kept)

    def part(self, patient_id: int, leaving: Sequence[int]) -> None:
        """Make the records `leaving` a patient of their own, the first of them."""
        for record_id in leaving:
            self._rows[record_id]["same_as"] = 0 if record_id == leaving[0] else leaving[0]
            self._changed.add(record_id)
        self._members[patient_id] = [each for each in self._members[patient_id] if each not in leaving]
        self._members[leaving[0]] = sorted(leaving[1:])
        for each in (leaving[0], patient_id):
            self.lend(each)

    def let_lead(self, record_id: int) -> None:
        """Make a record of a patient the patient's own one, whose word counts before that of the others."""
        former = self.patient_of(record_id)
        others = sorted({former, *self._members.pop(former)} - {record_id})
        for each in (record_id, *others):
            self._rows[each]["same_as"] = 0 if each == record_id else record_id
            self._changed.add(each)
        self._members[record_id] = others
        self._rows[former].update(lent(self._rows[former], ()))  # it lends nothing that it was lent
        self.lend(record_id)

    def lend(self, patient_id: int) -> bool:
        """Fill from the patient's other records what the own one lacks, and forget what was filled from records that
        are no longer among them; a refusal of e-mail in any of them counts, also when that one is parted from the
        patient, and a death as long as it is not."""
        own = self._rows[patient_id]
        values = lent(own, [self._rows[member] for member in self._members[patient_id]])
        if all(own[name] == value for name, value in values.items()):
            return False
        own.update(values)
        self._changed.add(patient_id)
        return True

    def write(self) -> None:
        """Write what changed."""
        rows = [(*(self._rows[each][name] for name in _WRITTEN), each) for each in sorted(self._changed)]
        update_rows(self._memory, *setting(patients, _WRITTEN), rows)
        self._changed.clear()


def of_several(memory: Memory, records: Collection[int]) -> set[int]:
    """Those of these records whose patient has another record too."""
    query = select(patients.c.id, patients.c.same_as).where(patients.c.clinic_id == memory.clinic_id, ONE_OF_TWO)
    return {each for pair in memory.connection.execute(query) for each in pair}.intersection(records)


def lent(own: Mapping[str, str], others: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What the own record's values become, given the patient's other records."""
    before: dict[str, str] = json.loads(own["borrowed"] or "{}")
    borrowed: dict[str, str] = {}
    values: dict[str, str] = {}
    for name in LENT:
        if not own[name] or own[name] == before.get(name):  # else the own record says it
            values[name] = next((other[name] for other in others if other[name]), "")
            if values[name]:
                borrowed[name] = values[name]
    if "email" in values:
        values["address_key"] = next((other["address_key"] for other in others if other["email"]), "")
    if any(other["email_consent"] == "no" for other in others):
        values["email_consent"] = "no"
    if own["died"] != "yes":
        values["died"] = "too" if any(other["died"] == "yes" for other in others) else ""
    values["borrowed"] = json.dumps(borrowed) if borrowed else ""
    return values


_KNOWN_BY = {"email": "address_key", "phone": "phone", "birth_date": "birth_date"}


def borrowed_places(borrowed: str) -> set[str]:
    """The columns by which a person is known that were taken from another record; `borrowed` is that of the record."""
    return {_KNOWN_BY[name] for name in json.loads(borrowed) if name in _KNOWN_BY}
