"""Changes that no clinic makes in a day, such as most patients moved by one file. A person decides."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from jobs.clinic.addresses import address_key
from jobs.store.memory import Memory, in_parts
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, patients

FEW = 10
"""So many patients may be changed at once, whatever their share; of more, not more than half of all."""
_LOOK_BACK = timedelta(days=30)  # patients who were there lately may still get a letter
_WORD_HOLDS = timedelta(days=1)


@dataclass
class Upheaval:
    """The patients of whom the rows of one file change what letters go by; noted while the rows are saved."""

    moved: set[int] = field(default_factory=set)  # a coming visit has another time
    booked: set[int] = field(default_factory=set)  # a coming visit is new
    readdressed: set[int] = field(default_factory=set)  # another e-mail address in place of the one that was known
    swapped: set[int] = field(default_factory=set)  # first and last name have changed places
    handed_over: set[tuple[int, int]] = field(default_factory=set)  # records of a coming visit: the former, the new one

    def note_person(self, patient_id: int, before: Sequence[str], now: Sequence[str]) -> None:
        """Hear what was known of a patient and what is known now: first name, last name, e-mail address."""
        if before[2] and now[2] != before[2] and address_key(now[2]) != address_key(before[2]):
            self.readdressed.add(patient_id)
        if before[0] != before[1] and tuple(now[:2]) == (before[1], before[0]):
            self.swapped.add(patient_id)

    def in_words(self, memory: Memory, source: str, lost: Collection[int], rows: int, now: str) -> str:
        """What the file does to most patients, "" where it does so to few. `lost` are those whose coming visits it no
        longer has, though that is not believed; `rows` is how many rows it has; `now` is UTC text."""
        moved = self.moved | (self.booked & set(lost))
        elsewhere = self.readdressed
        if len(self.handed_over) > FEW:
            elsewhere = elsewhere | _with_other_address(memory, self.handed_over)
        today = date.fromisoformat(now[:10])
        since = today - _LOOK_BACK
        for whom, what, first, status in (
            (moved, "have their coming visits at another time", today, ("booked",)),
            (elsewhere, "have another e-mail address", since, ()),
            (self.swapped, "have first and last name the other way round", since, ()),
        ):
            if len(whom) <= FEW:
                continue
            among = _patients_since(memory, source, first, status)
            of = max(len(whom), min(len(among | whom), rows))
            if len(whom) * 2 > of:
                return f"{len(whom)} of {of} patients {what}"
        return ""


def _patients_since(memory: Memory, source: str, first: date, statuses: Sequence[str]) -> set[int]:
    table = appointments.c
    query = select(table.patient_id).where(
        table.clinic_id == memory.clinic_id, table.starts_on >= first.isoformat(), table.source == source
    )
    query = query.where(table.status.in_(statuses)) if statuses else query
    return set(memory.connection.execute(query.distinct()).scalars())


def _with_other_address(memory: Memory, records: Iterable[tuple[int, int]]) -> set[int]:
    """The former patients of appointments whose new ones have another e-mail address."""
    pairs = list(records)
    known: dict[int, str] = {}
    for part in in_parts({each for pair in pairs for each in pair}):
        query = select(patients.c.id, patients.c.address_key).where(patients.c.id.in_(part))
        known |= {record: key for record, key in memory.connection.execute(query)}
    return {old for old, new in pairs if known.get(old) and known.get(new) and known[old] != known[new]}


def call_right(memory: Memory, source: str, file: str, now: str) -> None:
    """Keep a person's word that what a file says of most patients is right. It holds for a day, and once."""
    until = datetime.fromisoformat(now).astimezone(UTC) + _WORD_HOLDS
    set_cursor(memory, f"right: {source}", json.dumps([file, until.strftime("%Y-%m-%dT%H:%M:%SZ")]))


def take_word(memory: Memory, source: str, file: str, now: str) -> bool:
    """Whether a person called this file right; the word is used up by that."""
    kept = cursor(memory, f"right: {source}")
    named, until = json.loads(kept) if kept else ("", "")
    if named != file or now > until:
        return False
    set_cursor(memory, f"right: {source}", "")
    return True
