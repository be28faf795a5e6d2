"""What the types of appointments mean by now: it holds for appointments that have left their export too."""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import select

from jobs.clinic.records import NO_APPOINTMENT, SCREEN
from jobs.clinic.steps import MEANT_BY, is_consult, is_known_type, step_reader, with_brief_consults
from jobs.store.episodes import refresh_episodes
from jobs.store.memory import Memory, Store
from jobs.store.rows import in_parts, setting, update_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments

Kinds = Mapping[str, str]
"""A clinic's own types of appointments -> our steps."""
_MEANT = "what types mean"  # of each source, what its types were read by
_MARKED = "discharge"  # may stand in a column of its own, whatever the type is


class _Slot(NamedTuple):
    id: int
    patient_id: int
    kind: str
    step: str
    starts_at: str
    ends_at: str


def read_steps_anew(store: Store, own: Mapping[str, Kinds], today: date) -> None:
    """Read the steps of all appointments anew where a newer program, or `kinds:` of their source (`own`), says that
    types mean something else, and sum those patients up: files are read again by then, but they have no old rows.

    Of a source that is named no more its `kinds:` are not known: once, what the program calls a screen or a sale
    becomes one, and all else stays.
    """
    meant = _prints(own)
    with store.look() as memory:  # which waits for no writer
        known: dict[str, str] = json.loads(cursor(memory, _MEANT) or "{}")
    if meant.items() <= known.items():
        return
    with store.begin() as memory:
        if not known:
            meant = dict.fromkeys(_sources(memory), _print_of({})) | meant
        others = [source for source in meant if known.get(source) != meant[source]]
        touched = {each for source in others for each in _read_anew(memory, source, own.get(source))}
        refresh_episodes(memory, touched, today)
        set_cursor(memory, _MEANT, json.dumps(known | meant, sort_keys=True))


def steps_are_read(memory: Memory, own: Mapping[str, Kinds]) -> None:
    """Note that there is nothing to read anew, for no appointment is known yet."""
    set_cursor(memory, _MEANT, json.dumps(_prints(own), sort_keys=True))


def _prints(own: Mapping[str, Kinds]) -> dict[str, str]:
    return {source: _print_of(kinds) for source, kinds in own.items()}


def _print_of(kinds: Kinds) -> str:
    """A print of all that decides what a type means."""
    return blake2b(repr((MEANT_BY, sorted(kinds.items()))).encode(), digest_size=8).hexdigest()


def _sources(memory: Memory) -> list[str]:
    query = select(appointments.c.source).where(appointments.c.clinic_id == memory.clinic_id).distinct()
    return list(memory.connection.execute(query).scalars())


def _read_anew(memory: Memory, source: str, own: Kinds | None) -> set[int]:
    """The patients of whose appointments a step is another one now. A type that neither `own` nor a rule knows stays
    what the `kinds:` of its day said."""
    table, kinds = appointments.c, own or {}
    read = step_reader(kinds)
    ours = table.clinic_id == memory.clinic_id, table.source == source, table.step != _MARKED
    said = memory.connection.execute(select(table.kind, table.step).where(*ours).distinct())
    others = {kind for kind, step in said if (read(kind) != step or is_consult(kind)) and is_known_type(kind, kinds)}
    query = select(*(table[name] for name in _Slot._fields)).where(*ours)
    changed: list[tuple[str, int]] = []
    touched: set[int] = set()
    for part in in_parts(others):
        slots = [_Slot._make(row) for row in memory.connection.execute(query.where(table.kind.in_(part)))]
        for slot, step in zip(slots, _steps(slots, kinds), strict=True):
            if step != slot.step and (step in (SCREEN, *NO_APPOINTMENT) or own is not None):
                changed.append((step, slot.id))
                touched.add(slot.patient_id)
    update_rows(memory, *setting(appointments, ("step",)), changed)
    if sold := [slot_id for step, slot_id in changed if step in NO_APPOINTMENT]:
        from jobs.store.twins import part_twins

        touched |= part_twins(memory, sold)
    return touched


def _steps(slots: list[_Slot], own: Kinds) -> list[str]:
    """As a file's rows are read; see `clinic/normalize.py`."""
    kinds, starts, ends = ([getattr(slot, name) for slot in slots] for name in ("kind", "starts_at", "ends_at"))
    return with_brief_consults([*map(step_reader(own), kinds)], kinds, starts, ends, own)
