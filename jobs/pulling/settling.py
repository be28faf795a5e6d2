"""What a source newly said is held against what was known: who and what stands there twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.records import Problem
from jobs.runner.tools import Tools
from jobs.sources.source import Source
from jobs.store.appointments import Saved
from jobs.store.memory import Memory
from jobs.store.restoring import note_first_reading
from jobs.store.sources import PATIENTS, forget_missing, renew_problems

_LOOK_BACK = timedelta(days=60)  # of two appointments at one moment, only these are still of interest


class Touched(NamedTuple):
    """Whom and what the rows of a file changed; see `Saved`."""

    patients: set[int]
    records: set[int]
    slots: set[int]
    handed_over: set[tuple[int, int]]

    def add(self, saved: Saved) -> None:
        """Add what a part of them changed."""
        self.patients.update(saved.patients)
        self.records.update(saved.records)
        self.slots.update(saved.slots)
        self.handed_over.update(saved.handed_over)


def settle(memory: Memory, tools: Tools, touched: Touched, seen_at: str, counts: Counter[str]) -> frozenset[int]:
    """Find out who and what of a file stands in another source too. Give the patients whose history changed by it."""
    if not touched.slots and not touched.records:
        return frozenset()
    from jobs.sources.ranks import ranks_of  # nothing new, nothing to load
    from jobs.store.identity import doubtful_problems, settle_identities
    from jobs.store.twins import settle_twins

    people = settle_identities(memory, touched.records, touched.handed_over, seen_at)
    twins = settle_twins(memory, touched.slots, ranks_of(tools.settings.sources), seen_at)
    counts["patients in two sources"] += people.joined + twins.joined
    counts["appointments in two sources"] += twins.new
    if people.doubtful or people.joined or twins.doubtful or twins.joined:
        counts["problems changed"] += renew_problems(memory, PATIENTS, "", doubtful_problems(memory), seen_at)
    return people.patients | twins.patients


def settle_source(
    tools: Tools, source: Source, outcomes: Mapping[str, str], told: Sequence[Problem], today: date
) -> int:
    """When all files of a source are through (`outcomes` by their paths): forget those that are gone, tell of those
    that do not count, and list who is booked twice at one moment. How many problems came or went."""
    with tools.store.begin() as memory:
        changed = forget_missing(memory, source.name, outcomes, told, utc_text(tools.now))
        if outcomes and set(outcomes.values()) <= {"read", "unchanged"}:
            note_first_reading(memory, source.name, utc_text(tools.now))
        if "read" in outcomes.values():
            changed += _list_near_duplicates(memory, tools, source, today)
    return changed


def _list_near_duplicates(memory: Memory, tools: Tools, source: Source, today: date) -> int:
    from jobs.store.near_duplicates import near_duplicates

    since = (today - _LOOK_BACK).isoformat()
    found = near_duplicates(memory, source.name, since, tools.settings.clinic.tzinfo)
    return renew_problems(memory, source.name, "", found, utc_text(tools.now))
