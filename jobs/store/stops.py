"""Who must not be mailed: an append-only list. Nothing is ever taken off it, only answered by a later line."""

from typing import NamedTuple

from sqlalchemy import insert, select

from jobs.clinic.answers import Category, Ending
from jobs.store.memory import Memory
from jobs.store.tables import stops


class StopLine(NamedTuple):
    """One line of the list; `at` is UTC text, `allowed` tells a stop from its answer."""

    at: str
    address_key: str
    patient_id: int | None
    category: str
    allowed: bool
    reason: str
    source: str


def stop(
    memory: Memory,
    at: str,
    category: Category,
    reason: str,
    source: str,
    *,
    address_key: str = "",
    patient_id: int | None = None,
) -> None:
    """Send this address, or this patient, no more letters of a category."""
    _add(memory, StopLine(at, address_key, patient_id, category, False, reason, source))


def stop_once(memory: Memory, at: str, ending: Ending) -> bool:
    """Add what a mail or a click ends; False, adding nothing, where it has ended already."""
    stopped = stopped_now(memory)
    whom = [each for each in (ending.address_key, ending.patient_id) if each]
    if all(stopped.get(each, frozenset()) & {"all", ending.category} for each in whom):
        return False
    category, reason, source, address_key, patient_id = ending
    stop(memory, at, category, reason, source, address_key=address_key, patient_id=patient_id)
    return True


def allow(
    memory: Memory,
    at: str,
    category: Category,
    reason: str,
    source: str,
    *,
    address_key: str = "",
    patient_id: int | None = None,
) -> None:
    """Answer what was stopped before: letters of this category may be sent again. Only a person decides that."""
    _add(memory, StopLine(at, address_key, patient_id, category, True, reason, source))


def _add(memory: Memory, line: StopLine) -> None:
    if not line.address_key and line.patient_id is None:
        raise ValueError("A stop needs an address or a patient.")
    values = {**line._asdict(), "clinic_id": memory.clinic_id, "allowed": int(line.allowed)}
    memory.connection.execute(insert(stops).values(values))


def stop_lines(memory: Memory, address_key: str = "") -> list[StopLine]:
    """The whole list, or the lines about one address, oldest first."""
    query = select(*(stops.c[name] for name in StopLine._fields)).where(stops.c.clinic_id == memory.clinic_id)
    if address_key:
        query = query.where(stops.c.address_key == address_key)
    found = memory.connection.execute(query.order_by(stops.c.id))
    return [StopLine._make(row)._replace(allowed=bool(row.allowed)) for row in found]


def stopped_now(memory: Memory) -> dict[str | int, frozenset[str]]:
    """The categories that each address key and each patient id gets no more; the newest word on each counts."""
    word: dict[tuple[str | int, str], bool] = {}
    for line in stop_lines(memory):
        for whom in (line.address_key, line.patient_id):
            if whom:
                word[whom, line.category] = not line.allowed
                if line.allowed and line.category == "all":
                    word |= {(whom, category): False for category in ("care", "news")}
    found: dict[str | int, frozenset[str]] = {}
    for (whom, category), is_stopped in word.items():
        if is_stopped:
            found[whom] = found.get(whom, frozenset()) | {category}
    return found
