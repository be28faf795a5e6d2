"""What each workbook said when it was first made, and whether its readers got it."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select, update

from jobs.store.memory import Memory
from jobs.store.rows import insert_new
from jobs.store.tables import summaries

Said = Mapping[str, float | None]
"""A workbook's figures by what they are called."""

_COLUMNS = ("period", "location", "as_of", "made_at", "figures", "mailed", "mailed_at")


class Summary(NamedTuple):
    """One workbook as it was first made. `mailed` is "", attempting, sent or unknown; moments are UTC text."""

    period: str
    location: str
    as_of: str
    made_at: str
    figures: Said
    mailed: str
    mailed_at: str


def kept_summary(memory: Memory, period: str, location: str = "") -> Summary | None:
    """What was kept of a period's first workbook."""
    return next((each for each in kept_summaries(memory) if (each.period, each.location) == (period, location)), None)


def kept_summaries(memory: Memory) -> list[Summary]:
    """All that were kept, the newest period first."""
    table = summaries.c
    query = select(*(table[name] for name in _COLUMNS)).where(table.clinic_id == memory.clinic_id)
    rows = memory.connection.execute(query.order_by(table.period.desc(), table.location)).all()
    return [Summary._make((*row[:4], json.loads(row[4]), *row[5:])) for row in rows]


def keep_summary(memory: Memory, period: str, location: str, as_of: str, made_at: str, figures: Said) -> None:
    """Keep what a workbook says, in place of what was kept of this period and location."""
    row = (memory.clinic_id, period, location, as_of, made_at, json.dumps(figures, ensure_ascii=False))
    insert_new(memory, summaries, ("clinic_id", "period", "location", "as_of", "made_at", "figures"), [row])
    table = summaries.c
    where = table.clinic_id == memory.clinic_id, table.period == period, table.location == location
    said = {"as_of": as_of, "made_at": made_at, "figures": row[-1]}
    memory.connection.execute(update(summaries).where(*where).values(said))


def note_mailing(memory: Memory, period: str, state: str, at: str) -> None:
    """Note how far the mailing of a period's workbook is."""
    table = summaries.c
    where = table.clinic_id == memory.clinic_id, table.period == period, table.location == ""
    memory.connection.execute(update(summaries).where(*where).values(mailed=state, mailed_at=at))
