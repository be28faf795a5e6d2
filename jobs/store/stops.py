"""Who must not be mailed: an append-only list. Nothing is ever taken off it, only answered by a later line."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, insert, or_, select, update

from jobs.clinic.answers import Category, Ending
from jobs.store.memory import Memory
from jobs.store.rows import insert_rows
from jobs.store.runs import renew_sign
from jobs.store.tables import patients, stops

BOUNCE = "bounce"
"""The source of a stop because letters could not be delivered."""
WITHOUT_THE_STAFF = (BOUNCE, "complaint", "stop page", "unsubscribe mail")
"""Where a stop comes from that nobody of the clinic has put down; else its source is who did."""
UNDELIVERED = "letters cannot be delivered"
"""The reason of one that a person put down for that."""

HOME, DEAD = "home", "dead"
"""What a person answers besides stops: that an address is right though very many have it, and that who was called dead
is alive. Neither ends a stop, and no stop ends it."""

_BEFORE = "stopped for the address that this patient had before"


class StopLine(NamedTuple):
    """One line of the list; `at` is UTC text, `allowed` tells a stop from an answer."""

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
    add_line(memory, StopLine(at, address_key, patient_id, category, False, reason, source))


def stop_once(memory: Memory, at: str, ending: Ending) -> bool:
    """Add what a mail or a click ends; False, adding nothing, where it has ended already. A wish is added even where
    letters could not be delivered: whoever takes back the one does not take back the other."""
    stopped = stopped_now(memory, "" if ending.source == BOUNCE else BOUNCE)
    whom = [each for each in (ending.address_key, ending.patient_id) if each]
    if all(stopped.get(each, frozenset()) & {"all", ending.category} for each in whom):
        return False
    category, reason, source, address_key, patient_id = ending
    stop(memory, at, category, reason, source, address_key=address_key, patient_id=patient_id)
    return True


def stop_who_moved(memory: Memory, moved: Collection[tuple[int, str]], at: str) -> None:
    """Let a wish that was put down for an address alone, and for none who had it, go on to hold its patient,
    who is reached at another one now: (patient, the address before)."""
    wished: dict[str, set[str]] = {}
    for line in counting_now(memory):
        if not line.patient_id and line.source != BOUNCE and line.reason != UNDELIVERED:
            wished.setdefault(line.address_key, set()).add(line.category)
    stopped = stopped_now(memory) if wished else {}
    lines = [
        (memory.clinic_id, at, "", patient_id, category, 0, _BEFORE, "identity")
        for patient_id, address_key in moved
        for category in sorted(wished.get(address_key, set()) - stopped.get(patient_id, frozenset()))
    ]
    insert_rows(memory, insert(stops), ("clinic_id", *StopLine._fields), lines)


def allow(memory: Memory, at: str, category: str, reason: str, source: str, whom: str | int) -> None:
    """Answer, for an address key or a patient, what kept letters back: a stop of this category, or what HOME and DEAD
    are for. Only a person decides that."""
    address_key, patient_id = (whom, None) if isinstance(whom, str) else ("", whom)
    add_line(memory, StopLine(at, address_key, patient_id, category, True, reason, source))


def add_line(memory: Memory, line: StopLine) -> None:
    """Add one line as it is."""
    if not line.address_key and line.patient_id is None:
        raise ValueError("A stop needs an address or a patient.")
    values = {**line._asdict(), "clinic_id": memory.clinic_id, "allowed": int(line.allowed)}
    memory.connection.execute(insert(stops).values(values))
    if not line.allowed:
        renew_sign(memory)


def end_stops(memory: Memory, at: str, whom: Collection[str | int], reason: str, source: str) -> list[StopLine]:
    """Answer what keeps letters from these address keys and patients, and nobody else's stop. Gives the lines that are
    answered; none, changing nothing, where letters may be sent already."""
    stopped = {each: categories for each, categories in stopped_now(memory).items() if each in whom}
    answered = [line for line in counting_now(memory) if _holds(line, stopped)]
    for each in stopped:
        allow(memory, at, "all", reason, source, each)
    return answered


def the_dead_at(memory: Memory, address_key: str) -> list[int]:
    """The patients with this address, in any record of theirs, who have died by what the practice system says."""
    record = patients.c
    whose = case((record.same_as != 0, record.same_as), else_=record.id)
    ours = record.clinic_id == memory.clinic_id
    here = select(whose).where(ours, record.address_key == address_key)
    dead = select(whose).distinct().where(ours, record.died != "", whose.in_(here))
    return sorted(memory.connection.execute(dead).scalars())


def revive(memory: Memory, at: str, patient_id: int, reason: str, source: str) -> None:
    """Forget of a patient, in all records, that he or she has died: a person says that it is wrong."""
    record = patients.c
    theirs = or_(record.id == patient_id, record.same_as == patient_id)
    memory.connection.execute(update(patients).where(record.clinic_id == memory.clinic_id, theirs).values(died=""))
    allow(memory, at, DEAD, reason, source, patient_id)


def end_bounces(memory: Memory, at: str, since: str, reason: str, source: str) -> tuple[int, int]:
    """Answer every stop since a moment (UTC text) that an undelivered letter has made: how many addresses get letters
    again, and how many do not, for somebody asked for that too."""
    bounced = {line.address_key for line in counting_now(memory) if line.source == BOUNCE and line.at >= since}
    wished = bounced & stopped_now(memory, BOUNCE).keys()
    for address_key in sorted(bounced - wished):
        allow(memory, at, "all", reason, source, address_key)
    return len(bounced - wished), len(wished)


class Crowd(NamedTuple):
    """An address that more patients have than one household has, how many, and the number of one of them."""

    address_key: str
    patients: int
    one_id: int


def crowded_addresses(memory: Memory, most: int) -> list[Crowd]:
    """The addresses that more patients have, without those that a person has vouched for; most first."""
    have, count = patients.c, func.count().label("patients")
    query = select(have.address_key, count, func.max(have.id)).where(
        have.clinic_id == memory.clinic_id, have.address_key != "", have.same_as == 0
    )
    found = memory.connection.execute(query.group_by(have.address_key).having(count > most).order_by(count.desc()))
    vouched = vouched_for(newest_words(memory))
    return [crowd for crowd in map(Crowd._make, found) if crowd.address_key not in vouched]


def newest(lines: Iterable[StopLine]) -> list[StopLine]:
    """Of lines about the same address, patient and category the last one."""
    return list({(line.address_key, line.patient_id, line.category): line for line in lines}.values())


def patients_at(memory: Memory, address_key: str) -> set[int]:
    """The patients who have this address in any of their records, or whose wish to stop came with it."""
    have, said = patients.c, stops.c
    spoken = select(said.patient_id).where(said.clinic_id == memory.clinic_id, said.address_key == address_key)
    records = select(have.id, have.same_as).where(have.clinic_id == memory.clinic_id)
    queries = (records.where(have.address_key == address_key), records.where(have.id.in_(spoken)))
    return {same_as or own for query in queries for own, same_as in memory.connection.execute(query)}


def stop_lines(memory: Memory) -> list[StopLine]:
    """The whole list, oldest first."""
    return _lines(memory)


def stops_about(memory: Memory, address_keys: Collection[str], patient_ids: Collection[int]) -> list[StopLine]:
    """The lines about these addresses and patients, oldest first."""
    return _lines(memory, or_(stops.c.address_key.in_(set(address_keys) - {""}), stops.c.patient_id.in_(patient_ids)))


def _lines(memory: Memory, *which: ColumnElement[bool]) -> list[StopLine]:
    columns = (stops.c[name] for name in StopLine._fields)
    query = select(*columns).where(stops.c.clinic_id == memory.clinic_id, *which).order_by(stops.c.id)
    return [StopLine._make(row)._replace(allowed=bool(row.allowed)) for row in memory.connection.execute(query)]


def counting_now(memory: Memory) -> list[StopLine]:
    """The lines that keep letters back today."""
    stopped = stopped_now(memory)
    return [line for line in newest(line for line in stop_lines(memory) if not line.allowed) if _holds(line, stopped)]


def _holds(line: StopLine, stopped: Mapping[str | int, Collection[str]]) -> bool:
    """Whether a stop keeps letters from its address or its patient, of those that are `stopped`."""
    return any(line.category in stopped.get(each, ()) for each in (line.address_key, line.patient_id) if each)


def stopped_now(memory: Memory, but_for: str = "") -> dict[str | int, frozenset[str]]:
    """The categories that each address key and each patient id gets no more. Stops `but_for` those of one source."""
    return stopped_by(newest_words(memory, but_for))


Words = dict[tuple[str | int, str], bool]
"""Of each address key or patient id, and category: whether its letters are stopped or, by a later word, allowed."""


def newest_words(memory: Memory, but_for: str = "") -> Words:
    """The newest word on each; stops of the source `but_for` count for none."""
    word: Words = {}
    for line in stop_lines(memory):
        if line.source == but_for and not line.allowed:
            continue
        for whom in (line.address_key, line.patient_id):
            if whom:
                word[whom, line.category] = not line.allowed
                if line.allowed and line.category == "all":
                    word |= {(whom, category): False for category in ("care", "news")}
    return word


def stopped_by(words: Words) -> dict[str | int, frozenset[str]]:
    """The categories that each gets no more."""
    found: dict[str | int, frozenset[str]] = {}
    for (whom, category), is_stopped in words.items():
        if is_stopped:
            found[whom] = found.get(whom, frozenset()) | {category}
    return found


def vouched_for(words: Words) -> set[str | int]:
    """The addresses that are right though very many have them, as a person has said."""
    return {whom for (whom, category), is_stopped in words.items() if category == HOME and not is_stopped}
