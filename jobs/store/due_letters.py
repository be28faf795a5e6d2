"""What the last look is told: the letters whose moment has come, their patients, and what has left for these."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, literal_column, select

from jobs.clinic.addresses import MOST_AT_ONE, OWN, TOO_MANY_HAVE_IT, is_own
from jobs.clinic.due_letters import Due, Person, Sent, start_said
from jobs.clinic.episodes import Slot
from jobs.clinic.follow_ups import Rule, utc_text
from jobs.clinic.records import NO_APPOINTMENT
from jobs.store.duplicate_patients import MAY_BE_ANOTHER
from jobs.store.episodes import histories
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, one_of
from jobs.store.stops import newest_words, stopped_by, vouched_for
from jobs.store.tables import events, letters, patients

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
_GONE = ("sent", "attempting", "unknown")  # what left or may have left
_MAY_LEAVE = ("planned", "ready", "deferred", "held")  # held ones are looked at too: they can become wrong


def due_letters(memory: Memory, until: str, states: Sequence[str] = _MAY_LEAVE) -> list[Due]:
    """The letters whose moment has come by `until` (UTC text), those of one address and of one patient together."""
    letter = letters.c
    return _due(memory, letter.clinic_id == memory.clinic_id, letter.state.in_(states), letter.due_at <= until)


def letters_again(memory: Memory, letter_ids: Iterable[int], states: Sequence[str] = _MAY_LEAVE) -> list[Due]:
    """These letters as they stand now, without those that are in another state by now."""
    parts = (one_of(memory, letters.c.id, part) for part in in_parts(letter_ids))
    return [due for these in parts for due in _due(memory, these) if due.state in states]


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
    rules: Collection[Rule],
    sources: Iterable[str],
    own: tuple[str, ...] = (),
    *,
    alone: bool = False,
) -> dict[int, Person]:
    """What the last look needs to know of these patients, and of those who may be one of them, unless these are asked
    for `alone`; `sources` and the clinic's `own` addresses are those that are named in the settings."""
    wanted = set(patient_ids)
    slots = histories(memory, wanted)
    words = newest_words(memory)
    stopped, vouched = stopped_by(words), vouched_for(words)
    found: dict[int, Person] = {}
    have = patients.c
    query = select(
        have.id, have.address_key, have.email, have.email_consent, have.died, _SOME_UNREAD, _TOO_MANY_HAVE_IT,
        MAY_BE_ANOTHER,
    )  # fmt: skip
    namesakes = set[int]()
    for part in in_parts(wanted):
        known = memory.connection.execute(query.where(one_of(memory, patients.c.id, part))).all()
        for row in known:
            refused = stopped.get(row.address_key, frozenset()) | stopped.get(row.id, frozenset())
            crowded = TOO_MANY_HAVE_IT if row.crowded and row.address_key not in vouched else ""
            rows = slots.get(row.id, ())
            sold = {slot.appointment_id for slot in rows if slot.step in NO_APPOINTMENT}
            history = [slot for slot in rows if slot.appointment_id not in sold] if sold else rows
            found[row.id] = Person(
                row.address_key, row.email, row.email_consent, history, frozenset(refused),
                not_theirs=OWN if is_own(row.email, own) else crowded, died=row.died != "", sold=sold,
            )  # fmt: skip
        namesakes.update(row.id for row in known if row.may_be_another and not found[row.id].unreachable)
        for patient_id, gone in _gone(memory, part, rules, slots):
            found[patient_id].sent.append(gone)
        if known and known[0].some_unread:
            from jobs.store.unread_rows import unread_rows_of

            for patient_id, unread in unread_rows_of(memory, part, sources):
                found[patient_id].unread.append(unread)
    if namesakes and not alone:
        from jobs.store.namesakes import add_namesakes

        add_namesakes(memory, found, namesakes, lambda ids: people(memory, ids, rules, sources, own, alone=True))
    return found


def _by_template(rules: Iterable[Rule]) -> dict[str, str]:
    """Which rule writes a letter, where only one does: what left under a name that stands there no more was its own, as
    long as it had that name. Else whoever renames a rule would write once more to all who have its letter."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        found.setdefault(rule.template, []).append(rule.name)
    return {template: names[0] for template, names in found.items() if len(names) == 1}


def _gone(
    memory: Memory, patient_ids: Sequence[int], rules: Collection[Rule], slots: Mapping[int, Sequence[Slot]]
) -> list[tuple[int, Sent]]:
    """What left, or may have left, for these patients, each with its patient; of a welcome that left for certain, about
    a visit that is still booked, also which start of it was said."""
    capped = {rule.name: rule.capped for rule in rules}
    welcomes = {rule.name for rule in rules if rule.when == "first_booking"}
    renamed = _by_template(rules)
    letter, event = letters.c, events.c
    query = (
        select(
            letter.patient_id, letter.rule, letter.template, letter.category, letter.changed_at, event.starts_at,
            event.appointment_id, letter.state, letter.sent_at, event.id,
        )
        .join(events, event.id == letter.event_id)
        .where(letter.clinic_id == memory.clinic_id, letter.patient_id.in_(patient_ids), letter.state.in_(_GONE))
    )  # fmt: skip
    found, welcomed = list[tuple[int, Sent]](), list[tuple[int, int, str]]()
    rows = memory.connection.execute(query)
    for patient_id, name, template, category, at, starts_at, about, state, sent_at, event_id in rows:
        rule = name if name in capped else renamed.get(template, name)
        if state == "sent" and rule in welcomes and _is_booked(about, slots.get(patient_id, ())):
            welcomed.append((len(found), event_id, sent_at or at))
        found.append((patient_id, Sent(rule, category, at, capped.get(rule, True), starts_at, about)))
    moves = _moves(memory, {found[place][1].appointment_id for place, *_ in welcomed}) if welcomed else {}
    for place, event_id, left_at in welcomed:
        patient_id, welcome = found[place]
        before = [(move, start) for move, start, seen_at in moves.get(welcome.appointment_id, ()) if seen_at <= left_at]
        found[place] = patient_id, welcome._replace(said=start_said(event_id, welcome.starts_at, before))
    return found


def _is_booked(appointment_id: int, history: Iterable[Slot]) -> bool:
    return any(slot.appointment_id == appointment_id and slot.status == "booked" for slot in history)


def _moves(memory: Memory, appointment_ids: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
    """When these visits were moved: the event's id, the new start, and when that was seen."""
    event = events.c
    query = select(event.appointment_id, event.id, event.starts_at, event.seen_at).order_by(event.id)
    ours = query.where(event.clinic_id == memory.clinic_id, event.what == "moved")
    found: dict[int, list[tuple[int, str, str]]] = {}
    for part in in_parts(appointment_ids):
        for about, event_id, start, seen_at in memory.connection.execute(ours.where(event.appointment_id.in_(part))):
            found.setdefault(about, []).append((event_id, start, seen_at))
    return found


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
