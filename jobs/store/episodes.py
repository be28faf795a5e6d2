"""Episodes: kept up to date for the patients that a pull touched, so that reports need no history."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select

from jobs.clinic.episodes import OPEN, Episode, Slot, cut_episodes, deleted_before, sum_up
from jobs.store.memory import Memory, Store
from jobs.store.rows import in_parts, insert_rows, one_of, setting, update_rows
from jobs.store.runs import cursor, set_cursor
from jobs.store.tables import appointments, episodes

if TYPE_CHECKING:
    from jobs.clinic.plans import Told

_RENEWED = "episodes renewed"  # the day up to which arrivals are known to count
_CUT_BY = "episodes are cut by"  # the rules by which all are cut; counted up where some would be cut otherwise
_RULES = "2"  # an evaluation after a class begins an episode
_GONE_ON = case(
    (or_(appointments.c.status != "rescheduled", appointments.c.row_hash != ""), ""),
    (appointments.c.cancelled_at != "", func.substr(appointments.c.cancelled_at, 1, 10)),
    else_=appointments.c.starts_on,
)
"""The day since which the source of an appointment has no row of it any more, as `gone.mark_gone` left it."""


def histories(memory: Memory, patient_ids: Iterable[int]) -> dict[int, list[Slot]]:
    """Each patient's appointments in order of their start; one that stands in two sources, once."""
    table = appointments.c
    query = (
        select(
            table.patient_id,
            table.id,
            table.starts_at,
            table.starts_on,
            table.booked_on,
            table.status,
            table.step,
            table.referral_source,
            table.referring_provider,
            table.episode,
            table.location,
            table.billed,
            table.paid,
            table.unread,
            _GONE_ON,
        )
        .where(table.same_as == 0)
        .order_by(table.patient_id, table.starts_at, table.id)
    )
    found: dict[int, list[Slot]] = {}
    for part in in_parts(patient_ids):
        rows = memory.connection.execute(query.where(one_of(memory, table.patient_id, part))).all()
        for patient_id, of_patient in groupby(rows, key=itemgetter(0)):
            found[patient_id] = [Slot._make(row[1:]) for row in of_patient]
    return found


def refresh_episodes(memory: Memory, patient_ids: Collection[int], today: date) -> None:
    """Sum up anew the episodes of these patients as of `today` and number their appointments; only what changed is
    written."""
    as_of = today.isoformat()
    for part in in_parts(patient_ids):
        summed: dict[tuple[int, int], tuple[Any, ...]] = {}
        numbers: list[tuple[int, int]] = []
        for patient_id, episodes_of_patient in _cut(memory, histories(memory, part), as_of):
            for number, of_episode in enumerate(episodes_of_patient, start=1):
                summed[patient_id, number] = sum_up(number, of_episode, as_of)
                numbers += [(number, slot.appointment_id) for slot in of_episode if slot.episode != number]
        _write_episodes(memory, summed, _known_episodes(memory, part))
        update_rows(memory, *setting(appointments, ("episode",)), numbers)


def _cut(
    memory: Memory, known: Mapping[int, Sequence[Slot]], as_of: str
) -> Iterator[tuple[int, Sequence[Sequence[Slot]]]]:
    """The episodes of each patient. What tells those apart that run at once is asked for where there are any."""
    at_once = []
    for patient_id, slots in known.items():
        cut = cut_episodes(slots, as_of)
        if cut.at_once:
            at_once.append(patient_id)
        else:
            yield patient_id, cut.episodes
    told = _told(memory, at_once) if at_once else {}
    for patient_id in at_once:
        yield patient_id, cut_episodes(known[patient_id], as_of, told).episodes


def _told(memory: Memory, patient_ids: Sequence[int]) -> "dict[int, Told]":
    """What the exports say of these patients' appointments, by their ids."""
    from jobs.clinic.plans import Told

    query = select(appointments.c.id, *(appointments.c[name] for name in Told._fields))
    rows = memory.connection.execute(query.where(appointments.c.patient_id.in_(patient_ids))).all()
    return {row[0]: Told._make(row[1:]) for row in rows}


def renew_once_a_day(store: Store, today: date) -> None:
    """Before figures are counted: `renew_episodes`, unless it was done today."""
    with store.look() as memory:  # which waits for no writer
        renewed = cursor(memory, _RENEWED) == today.isoformat() and cursor(memory, _CUT_BY) == _RULES
    if not renewed:
        with store.begin() as memory:
            renew_episodes(memory, today)


def episodes_are_renewed(memory: Memory, today: date) -> None:
    """Note that none has to be summed up anew, for no appointment is known yet."""
    set_cursor(memory, _RENEWED, today.isoformat())
    set_cursor(memory, _CUT_BY, _RULES)


def renew_episodes(memory: Memory, today: date) -> None:
    """Sum up what no pull saw change: an arrival counts as a visit from the day after, and what has long been gone as
    deleted; by a clock that was ahead, and is right again, not yet.

    For the first time also what is not summed up at all: an older version kept it without what the figures need. A
    pull may have been there before, and summed up the patients that it touched. So too, once, what an older version
    cut otherwise.
    """
    since, until, rules = cursor(memory, _RENEWED), today.isoformat(), cursor(memory, _CUT_BY)
    table = appointments.c
    wanted = _counts_otherwise(*sorted((since, until)))
    if not since:
        summed_up = select(episodes.c.patient_id).where(episodes.c.clinic_id == memory.clinic_id)
        wanted = or_(wanted, and_(table.same_as == 0, table.patient_id.not_in(summed_up)))
    if rules != _RULES:
        in_a_class = select(table.patient_id).where(
            table.clinic_id == memory.clinic_id, table.step == "class", table.status.in_(OPEN)
        )
        wanted = or_(wanted, and_(table.step == "evaluation", table.patient_id.in_(in_a_class)))
    of_patients = select(table.patient_id).where(table.clinic_id == memory.clinic_id, wanted).distinct()
    patients = list(memory.connection.execute(of_patients).scalars())
    if patients:
        refresh_episodes(memory, patients, today)
    if since != until:
        set_cursor(memory, _RENEWED, until)
    if rules != _RULES:
        set_cursor(memory, _CUT_BY, _RULES)


def _counts_otherwise(earlier: str, later: str) -> ColumnElement[bool]:
    """Which appointments count otherwise on the later of two days than on the earlier one, "" for none."""
    starts_on, before = appointments.c.starts_on, deleted_before(date.fromisoformat(later))
    after = deleted_before(date.fromisoformat(earlier)) if earlier else ""
    first = (date.fromisoformat(after) - timedelta(days=1)).isoformat() if after else ""  # what goes was still to come
    arrived = and_(appointments.c.status == "arrived", starts_on >= earlier, starts_on < later)
    return and_(starts_on >= first, or_(arrived, and_(_GONE_ON > after, _GONE_ON <= before)))


def _known_episodes(memory: Memory, patient_ids: Sequence[int]) -> dict[tuple[int, int], tuple[int, tuple[Any, ...]]]:
    """The episodes of these patients by patient and number: the id of each, and its line."""
    table = episodes.c
    query = select(table.patient_id, table.id, *(table[name] for name in Episode._fields))
    where = table.clinic_id == memory.clinic_id, one_of(memory, table.patient_id, patient_ids)
    rows = memory.connection.execute(query.where(*where)).all()
    return {(patient_id, line[0]): (episode_id, tuple(line)) for patient_id, episode_id, *line in rows}


def _write_episodes(
    memory: Memory,
    summed: Mapping[tuple[int, int], tuple[Any, ...]],
    known: Mapping[tuple[int, int], tuple[int, tuple[Any, ...]]],
) -> None:
    new = [(memory.clinic_id, key[0], *line) for key, line in summed.items() if key not in known]
    changed = [(*line[1:], known[key][0]) for key, line in summed.items() if key in known and known[key][1] != line]
    gone = [episode_id for key, (episode_id, _) in known.items() if key not in summed]
    for part in in_parts(gone):
        memory.connection.execute(delete(episodes).where(episodes.c.id.in_(part)))
    insert_rows(memory, insert(episodes), ("clinic_id", "patient_id", *Episode._fields), new)
    update_rows(memory, *setting(episodes, Episode._fields[1:]), changed)
