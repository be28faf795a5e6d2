"""Sources that were read and that config/sources.yaml names no more: what they had booked nobody follows any longer."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, text

from jobs.clinic.episodes import NOT_FOLLOWED
from jobs.clinic.problems import named_no_more_words
from jobs.clinic.reconcile import NAMED_NO_MORE
from jobs.clinic.records import Problem
from jobs.store.early_look import COMING, coming_after
from jobs.store.memory import Memory
from jobs.store.rows import setting, update_rows
from jobs.store.sources import SETTINGS, named_no_more, note_named_no_more, note_problems
from jobs.store.tables import appointments, problems, source_files
from jobs.store.twins import settle_twins

_LOOK_BACK = timedelta(days=60)  # what came of a visit before is known by now


def hand_over(memory: Memory, ranks: Mapping[str, int], now: str) -> frozenset[int]:
    """Let the visits that stand in a source which is left too be that one's, and those of one that is named again its
    own again; give the patients touched by it."""
    slot = appointments.c
    since = date.fromisoformat(now[:10]) - _LOOK_BACK
    query = select(slot.id).where(
        slot.clinic_id == memory.clinic_id, slot.starts_on >= since.isoformat(), slot.same_as != 0,
        slot.source.in_([*ranks]),
    )  # fmt: skip
    found = memory.connection.execute(query).scalars().all()
    return settle_twins(memory, found, dict.fromkeys(named_no_more(memory), NAMED_NO_MORE) | {**ranks}, now).patients


def let_them_wait(memory: Memory, sources: Collection[str], back: Collection[str], now: str) -> None:
    """Let the letters about what these sources had booked wait, and list it; those of sources that are named again
    (`back`) wait no more, and are forgotten here."""
    coming = {name: list(_coming(memory, name, now)) for name in {*sources, *back}}
    new = [(NOT_FOLLOWED, slot.id) for name in sources for slot in coming[name] if not slot.unread]
    again = [(0, slot.id) for name in back for slot in coming[name] if slot.unread == NOT_FOLLOWED]
    update_rows(memory, *setting(appointments, ("unread",)), [*new, *again])
    note_named_no_more(memory, sources)
    found = [_problem(name, len(coming[name])) for name in sorted(sources) if coming[name]]
    note_problems(memory, SETTINGS, "", found, now)


def _coming(memory: Memory, source: str, now: str) -> Iterable[Any]:
    slot, coming = appointments.c, text(COMING).bindparams(**coming_after(memory.clinic_id, now))
    query = select(slot.id, slot.unread, slot.patient_id).where(coming, slot.source == source)
    return memory.connection.execute(query).all()


def _problem(source: str, count: int) -> Problem:
    return Problem(SETTINGS, "", "", 0, "name", source, *named_no_more_words(source, count), False)


def let_go(memory: Memory, source: str, now: str) -> tuple[int, frozenset[int]]:
    """Count what this source alone had booked as gone, as a person says, and forget the source: how many appointments,
    and all patients that it knew."""
    going = list(_coming(memory, source, now))
    changed = [("rescheduled", now, "", 0, slot.id) for slot in going]
    update_rows(memory, *setting(appointments, ("status", "cancelled_at", "row_hash", "unread")), changed)
    for table in (source_files, problems):
        memory.connection.execute(delete(table).where(table.c.clinic_id == memory.clinic_id, table.c.source == source))
    let_them_wait(memory, named_no_more(memory) - {source}, (), now)
    return len(going), known_to(memory, [source])


def known_to(memory: Memory, sources: Collection[str]) -> frozenset[int]:
    """The patients who have an appointment of one of these sources."""
    slot = appointments.c
    query = select(slot.patient_id).where(slot.clinic_id == memory.clinic_id, slot.source.in_([*sources]))
    return frozenset(memory.connection.execute(query.distinct()).scalars())
