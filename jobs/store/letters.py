"""The letters: planned by an event, looked at once more, attempted, sent; each change with its reason."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, or_, select, update

from jobs.clinic.addresses import MOST_AT_ONE, OWN, TOO_MANY_HAVE_IT, is_own
from jobs.clinic.due_letters import Due, Person, Sent
from jobs.clinic.follow_ups import Rule, utc_text
from jobs.clinic.letter_life import can_become
from jobs.store.episodes import histories
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, next_id
from jobs.store.stops import newest_words, stopped_by, vouched_for
from jobs.store.tables import appointments, attempts, events, letters, nameless_key, patients, sent_articles

_SOME_UNREAD: ColumnElement[bool] = literal_column("EXISTS (SELECT 1 FROM unread_rows)").label("some_unread")
_AT_ONE = patients.alias("at_one")
_TOO_MANY_HAVE_IT = (
    select(_AT_ONE.c.id)
    .where(
        _AT_ONE.c.clinic_id == patients.c.clinic_id, _AT_ONE.c.address_key == patients.c.address_key,
        _AT_ONE.c.address_key != "", _AT_ONE.c.same_as == 0,
    )
    .offset(MOST_AT_ONE)
    .limit(1)
    .correlate(patients)
    .exists()
    .label("crowded")
)  # fmt: skip
"""Of each patient asked for; it goes no further along the index than it must."""
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
_MAY_BE_ANOTHER: ColumnElement[bool] = or_(_HAS_NAMESAKE, _HAS_NAMELESS, _IS_NAMELESS).label("may_be_another")
_GONE = ("sent", "attempting", "unknown")  # what left or may have left
_WAITING = {"planned", "ready", "deferred", "held"}  # what a run may decide about
_MAY_LEAVE = ("planned", "ready", "deferred", "held")  # held ones are looked at too: they can become wrong


def due_letters(memory: Memory, until: str, states: Sequence[str] = _MAY_LEAVE) -> list[Due]:
    """The letters whose moment has come by `until` (UTC text), those of one address and of one patient together."""
    letter = letters.c
    return _due(memory, letter.clinic_id == memory.clinic_id, letter.state.in_(states), letter.due_at <= until)


def letters_again(memory: Memory, letter_ids: Iterable[int], states: Sequence[str] = _MAY_LEAVE) -> list[Due]:
    """These letters as they stand now, without those that are in another state by now."""
    return [due for part in in_parts(letter_ids) for due in _due(memory, letters.c.id.in_(part)) if due.state in states]


def _due(memory: Memory, *which: ColumnElement[bool]) -> list[Due]:
    letter, event = letters.c, events.c
    query = (
        select(
            letter.id,
            letter.patient_id,
            letter.rule,
            letter.state,
            letter.reason,
            letter.due_at,
            letter.expires_at,
            letter.category,
            letter.priority,
            letter.event_id,
            event.appointment_id,
            event.what,
            event.starts_at,
            letter.released_at,
            letter.leaves_at,
            patients.c.address_key,
            event.happened_at,
        )
        .join(events, event.id == letter.event_id)
        .outerjoin(patients, patients.c.id == letter.patient_id)
        .where(*which)
    )
    # Sorted here: asked to, SQLite walks the letters of all times in the order of their patients.
    return sorted(
        map(Due._make, memory.connection.execute(query).all()),
        key=lambda due: (due.address_key, due.patient_id, due.letter_id),
    )


def people(
    memory: Memory,
    patient_ids: Iterable[int],
    rules: Iterable[Rule],
    sources: Iterable[str],
    own: tuple[str, ...] = (),
    *,
    alone: bool = False,
) -> dict[int, Person]:
    """What the last look needs to know of these patients, and of those who may be one of them, unless these are asked
    for `alone`; `sources` and the clinic's `own` addresses are those that are named in the settings."""
    wanted = set(patient_ids)
    capped = {rule.name: rule.capped for rule in rules}
    welcomes = {rule.name for rule in rules if rule.when == "first_booking"}
    slots = histories(memory, wanted)
    words = newest_words(memory)
    stopped, vouched = stopped_by(words), vouched_for(words)
    found: dict[int, Person] = {}
    have = patients.c
    query = select(
        have.id, have.address_key, have.email, have.email_consent, have.died, _SOME_UNREAD, _TOO_MANY_HAVE_IT,
        _MAY_BE_ANOTHER,
    )  # fmt: skip
    namesakes = set[int]()
    for part in in_parts(wanted):
        known = memory.connection.execute(query.where(patients.c.id.in_(part))).all()
        for row in known:
            refused = stopped.get(row.address_key, frozenset()) | stopped.get(row.id, frozenset())
            crowded = TOO_MANY_HAVE_IT if row.crowded and row.address_key not in vouched else ""
            found[row.id] = Person(
                row.address_key, row.email, row.email_consent, slots.get(row.id, ()), frozenset(refused),
                not_theirs=OWN if is_own(row.email, own) else crowded, died=row.died != "",
            )  # fmt: skip
        namesakes.update(row.id for row in known if row.may_be_another and not found[row.id].unreachable)
        for patient_id, rule, category, at, starts_at, about, state in memory.connection.execute(_gone(memory, part)):
            welcomed = state == "sent" and rule in welcomes
            gone = Sent(rule, category, at, capped.get(rule, True), starts_at, about, welcomed)
            found[patient_id].sent.append(gone)
        if known and known[0].some_unread:
            from jobs.store.unread_rows import unread_rows_of

            for patient_id, unread in unread_rows_of(memory, part, sources):
                found[patient_id].unread.append(unread)
    if namesakes and not alone:
        from jobs.store.namesakes import add_namesakes

        add_namesakes(memory, found, namesakes, lambda ids: people(memory, ids, rules, sources, own, alone=True))
    return found


def _gone(memory: Memory, patient_ids: Sequence[int]) -> Select[Any]:
    """What left, or may have left, for these patients, with the start and the id of the appointment it was about, and
    whether it left for certain."""
    letter, about = letters.c, (events.c.starts_at, events.c.appointment_id, letters.c.state)
    query = select(letter.patient_id, letter.rule, letter.category, letter.changed_at, *about)
    return query.join(events, events.c.id == letter.event_id).where(
        letter.clinic_id == memory.clinic_id, letter.patient_id.in_(patient_ids), letter.state.in_(_GONE)
    )


def sent_to_addresses(memory: Memory, keys: Iterable[str], now: datetime, days: int) -> dict[str, list[Sent]]:
    """What left for each of these addresses in the days of the cap."""
    letter = letters.c
    query = select(letter.address_key, letter.rule, letter.category, letter.changed_at, letter.state).where(
        letter.clinic_id == memory.clinic_id, letter.changed_at > utc_text(now - timedelta(days=days))
    )
    found: dict[str, list[Sent]] = {}
    for part in in_parts(set(keys)):
        for key, rule, category, at, state in memory.connection.execute(query.where(letter.address_key.in_(part))):
            if state in _GONE:  # not asked of SQLite, which would walk all letters of these states
                found.setdefault(key, []).append(Sent(rule, category, at))
    return found


class LetterFacts(NamedTuple):
    """What one letter is written from."""

    letter_id: int
    patient_id: int
    rule: str
    event_id: int
    first_name: str
    email: str
    address_key: str
    starts_at: str
    provider: str
    location: str
    diagnosis: str
    complaint: str
    activity: str
    service: str
    kind: str
    step: str
    draft_id: str = ""
    language: str = ""
    tries: int = 0


def letter_facts(memory: Memory, letter_ids: Iterable[int]) -> dict[int, LetterFacts]:
    """The patient and the appointment behind each letter."""
    patient, slot = patients.c, appointments.c
    query = (
        select(
            letters.c.id,
            letters.c.patient_id,
            letters.c.rule,
            letters.c.event_id,
            patient.first_name,
            patient.email,
            patient.address_key,
            slot.starts_at,
            slot.provider,
            slot.location,
            slot.diagnosis,
            slot.complaint,
            slot.activity,
            slot.service,
            slot.kind,
            slot.step,
            letters.c.draft_id,
            patient.language,
            letters.c.tries,
        )
        .join(patients, patient.id == letters.c.patient_id)
        .join(events, events.c.id == letters.c.event_id)
        .join(appointments, slot.id == events.c.appointment_id)
    )
    return {
        row[0]: LetterFacts._make(row)
        for part in in_parts(letter_ids)
        for row in memory.connection.execute(query.where(letters.c.id.in_(part))).all()
    }


def unusual_rows(memory: Memory, most: int = 5, newest: int = 2000) -> list[tuple[str, str, str, str]]:
    """First name, start, provider and location of those of the newest appointments in which one of them is among the
    longest or the shortest."""
    slot = appointments.c
    of_late = next_id(memory, appointments) - 10 * newest  # without it, all that there ever were are sorted
    query = (
        select(patients.c.first_name, slot.starts_at, slot.provider, slot.location)
        .join(patients, patients.c.id == slot.patient_id)
        .where(slot.clinic_id == memory.clinic_id, slot.id > of_late)
        .order_by(slot.id.desc())
        .limit(newest)
    )
    rows = [(name, start, by, place) for name, start, by, place in memory.connection.execute(query)]
    found: set[tuple[str, str, str, str]] = set()
    for column in (0, 2, 3):
        rows.sort(key=lambda row: (len(row[column]), row))
        found.update(rows[:most] + rows[-most:])
    return sorted(found)


def articles_sent(memory: Memory, patient_ids: Iterable[int]) -> dict[int, set[str]]:
    """The articles that each patient has been sent, by slug."""
    found: dict[int, set[str]] = {}
    query = select(sent_articles.c.patient_id, sent_articles.c.slug).where(
        sent_articles.c.clinic_id == memory.clinic_id  # the index begins with it: else all ever sent is read
    )
    for part in in_parts(set(patient_ids)):
        for patient_id, slug in memory.connection.execute(query.where(sent_articles.c.patient_id.in_(part))):
            found.setdefault(patient_id, set()).add(slug)
    return found


def grant_grace(memory: Memory, moments: Iterable[tuple[int, str]]) -> None:
    """Note until when letters can still be stopped: (letter id, UTC text)."""
    rows = [{"letter": letter_id, "until": moment} for letter_id, moment in moments]
    if rows:
        statement = update(letters).where(letters.c.id == bindparam("letter")).values(leaves_at=bindparam("until"))
        memory.connection.execute(statement, rows)


def change_letters(memory: Memory, changes: Iterable[tuple[int, str, str]], at: str) -> None:
    """Put letters that have not left into another state: (letter id, state, reason in words). One that meanwhile
    stands elsewhere (attempted, settled, held by a person who alone releases it) stays as it is."""
    rows: dict[str, list[dict[str, int | str]]] = {}
    for letter_id, state, reason in changes:
        rows.setdefault(state, []).append({"letter": letter_id, "why": reason, "at": at})
    for state, of_state in rows.items():
        may_stand = {state, *can_become(state)} & _WAITING - ({"held"} if state == "ready" else set())
        memory.connection.execute(
            update(letters)
            .where(letters.c.id == bindparam("letter"), or_(*(letters.c.state == old for old in sorted(may_stand))))
            .values(state=state, reason=bindparam("why"), changed_at=bindparam("at")),
            of_state,
        )


def letters_in(memory: Memory, *states: str) -> list[int]:
    """The ids of all letters in these states."""
    query = select(letters.c.id).where(letters.c.clinic_id == memory.clinic_id, letters.c.state.in_(states))
    return [int(row[0]) for row in memory.connection.execute(query)]


def waiting_for(memory: Memory, address_key: str) -> int:
    """How many letters to the patients of an address are planned or wait."""
    letter, patient = letters.c, patients.c
    query = select(func.count()).select_from(letters.join(patients, patient.id == letter.patient_id))
    waiting = letter.state.in_(("planned", "ready", "deferred", "held"))
    found = query.where(letter.clinic_id == memory.clinic_id, patient.address_key == address_key, waiting)
    return int(memory.connection.execute(found).scalar_one())


def is_leaving(memory: Memory, address_key: str) -> bool:
    """Whether a run has a letter to this address among those that it sends just now."""
    letter = letters.c
    leaving = letter.clinic_id == memory.clinic_id, letter.address_key == address_key, letter.state == "attempting"
    return memory.connection.execute(select(letter.id).where(*leaving).limit(1)).first() is not None


def count_states(memory: Memory) -> dict[str, int]:
    """How many letters stand in each state."""
    query = (
        select(letters.c.state, func.count()).where(letters.c.clinic_id == memory.clinic_id).group_by(letters.c.state)
    )
    return {state: count for state, count in memory.connection.execute(query)}


class PutOff(NamedTuple):
    """The letters that the mail server did not take for now: how many, how often at most they were tried, and the
    moment at which the first of them may be tried again ("" for none)."""

    letters: int
    tries: int
    again_at: str


def put_off(memory: Memory) -> PutOff:
    """What the mail server has put off and nothing has ended yet."""
    letter = letters.c
    query = select(func.count(), func.coalesce(func.max(letter.tries), 0), func.coalesce(func.min(letter.due_at), ""))
    found = query.where(letter.clinic_id == memory.clinic_id, letter.state == "deferred")
    return PutOff._make(memory.connection.execute(found).one())


def left_since(memory: Memory, moment: str) -> int:
    """How many letters left, or may have left, from a moment (UTC text) on."""
    tried = attempts.c
    query = select(func.count()).where(
        tried.clinic_id == memory.clinic_id, tried.at >= moment, tried.outcome.in_(("sent", "unknown"))
    )
    return int(memory.connection.execute(query).scalar_one())
