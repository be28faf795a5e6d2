"""What a source newly said is held against what was known: who and what stands there twice."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.problems import FEW
from jobs.clinic.reconcile import NAMED_NO_MORE
from jobs.clinic.records import Problem
from jobs.runner.tools import Tools
from jobs.sources.source import Source
from jobs.store.appointments import Passed, Saved
from jobs.store.memory import Memory
from jobs.store.restoring import note_first_reading
from jobs.store.sources import (
    PATIENTS,
    forget_missing,
    is_unsettled,
    named_no_more,
    note_problems,
    note_settled,
)
from jobs.store.upheavals import Upheaval

_LOOK_BACK = timedelta(days=60)  # of two appointments at one moment, or of the dead, only these are still of interest


@dataclass
class Touched:
    """Whom and what the rows of a file changed; see `Saved`. `one_now` are patients who may have one visit under two
    numbers: they became one, or all their numbers are others."""

    patients: set[int] = field(default_factory=set)
    records: set[int] = field(default_factory=set)
    slots: set[int] = field(default_factory=set)
    handed_over: set[tuple[int, int]] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    passed: list[Passed] = field(default_factory=list)
    back: set[int] = field(default_factory=set)
    one_now: set[int] = field(default_factory=set)

    def add(self, saved: Saved) -> None:
        """Add what a part of them changed."""
        self.patients.update(saved.patients)
        self.records.update(saved.records)
        self.slots.update(saved.slots)
        self.handed_over.update(saved.handed_over)
        self.added.update(saved.added)
        self.passed.extend(saved.passed)
        self.back.update(saved.back)


def take_over(
    memory: Memory,
    source: str,
    left: Collection[int],
    touched: Touched,
    noted: Upheaval,
    seen_at: str,
    counts: Counter[str],
) -> frozenset[int]:
    """Let visits that came under another number, and whose old number (of `left`) is gone, be what they were. Where
    most that came are such, give whose they are: the old numbers are another system's, and all of them are gone."""
    if not left or not touched.added:
        return frozenset()
    from jobs.store.renumbering import take_over_numbers  # on few days do numbers come while others go

    taken = take_over_numbers(memory, source, left, touched.added, touched.records, seen_at)
    noted.booked = {
        slot_id: (taken.now.get(patient_id, patient_id), starts_at)
        for slot_id, (patient_id, starts_at) in noted.booked.items()
        if slot_id not in taken.visits
    }
    touched.patients.update(taken.patients)
    touched.one_now.update(taken.one_now)
    touched.passed.extend(taken.passed)
    touched.slots.difference_update(taken.visits.keys())
    touched.slots.update(taken.visits.values())
    if taken.joined or taken.doubtful:
        _list_doubtful(memory, seen_at)
    again = len(taken.visits)
    counts += Counter({"appointments renumbered": again, "patients renumbered": taken.joined})
    counts["appointments new"] -= again
    if again <= FEW or again * 2 <= len(touched.added):
        return frozenset()
    all_numbers_gone(memory, source, left, touched)
    return taken.patients


def all_numbers_gone(memory: Memory, source: str, left: Collection[int], touched: Touched) -> None:
    """The numbers that a file has no more (`left`) are another system's, or a person said that the file is right: what
    its patients have under new numbers, if at another time, is held against all of them."""
    from jobs.store.renumbering import note_numbers_gone

    note_numbers_gone(memory, source, left)
    touched.one_now.update(touched.patients)


def settle(
    memory: Memory,
    tools: Tools,
    touched: Touched,
    gone: Collection[int],
    noted: Upheaval,
    seen_at: str,
    counts: Counter[str],
) -> frozenset[int]:
    """Find out who and what of a file stands in another source too, and under which of their records patients come now.
    Give those whose history changed by it. Of the patients `gone`, visits are; `noted` hears of other addresses.

    In this order: who is one patient is known before a visit passes from one to another, and what happened by that is
    told before its letters may become those of another source's entry. An entry that was a twin and names somebody else
    now is told of last, if it is a visit of its own by that.
    """
    if not touched.slots and not touched.records and not gone:
        return frozenset()
    from jobs.sources.ranks import ranks_of  # nothing new, nothing to load
    from jobs.store.identity import settle_identities
    from jobs.store.leading import lead_anew
    from jobs.store.twins import settle_twins

    if touched.handed_over and (own := tools.settings.own_addresses):
        from jobs.store.staff import forget_staff

        touched.records |= forget_staff(memory, touched.handed_over, own, seen_at)
    people = settle_identities(memory, touched.records, touched.handed_over, seen_at)
    whose = touched.records.union(touched.patients, gone)
    ranks = ranks_of(tools.settings.sources)
    led = lead_anew(memory, whose, seen_at, ranks, noted)
    _pass_on(memory, tools, [each for each in touched.passed if not each.was_twin], seen_at, counts)
    renamed = {each.slot_id for each in touched.passed if each.was_twin}
    one_now = touched.one_now | people.one_now | led
    ranks |= dict.fromkeys(named_no_more(memory) - ranks.keys(), NAMED_NO_MORE)
    twins = settle_twins(memory, touched.slots, ranks, seen_at, one_now, touched.back, renamed)
    _pass_on(memory, tools, [each for each in touched.passed if each.slot_id in twins.parted], seen_at, counts)
    counts["patients in two sources"] += people.joined + twins.joined
    counts["appointments in two sources"] += twins.new
    counts["appointments renumbered"] += twins.renumbered
    if people.doubtful or people.joined or twins.doubtful or twins.joined:
        _list_doubtful(memory, seen_at)
    return people.patients | twins.patients | led


def _pass_on(memory: Memory, tools: Tools, passed: Sequence[Passed], seen_at: str, counts: Counter[str]) -> None:
    if passed:
        from jobs.store.passing import pass_on  # on few days

        welcomes = {rule.name for rule in tools.settings.follow_ups.rules if rule.when == "first_booking"}
        counts["appointments given to another patient"] += pass_on(memory, passed, welcomes, seen_at)


def _list_doubtful(memory: Memory, seen_at: str) -> None:
    from jobs.store.identity import doubtful_problems

    note_problems(memory, PATIENTS, "", doubtful_problems(memory), seen_at)


def settle_source(
    tools: Tools, source: Source, outcomes: Mapping[str, str], told: Sequence[Problem], today: date
) -> None:
    """When all files of a source are through (`outcomes` by their paths): forget those that are gone, tell of those
    that do not count, and list who is booked twice at one moment, or comes and is held to have died. What a run that
    was killed did not come to, or what waits for the secret of the stop links, is made up for."""
    with tools.store.begin() as memory:
        forget_missing(memory, source.name, outcomes, told, utc_text(tools.now))
        if outcomes and set(outcomes.values()) <= {"read", "unchanged"}:
            note_first_reading(memory, source.name, utc_text(tools.now))
        if not is_unsettled(memory, source.name):
            return
        _list_what_looks_wrong(memory, tools, source, today)
        settled = _hear_late_wishes(memory, tools)
    if settled:
        with tools.store.begin(repeatable=True) as memory:  # undone by a power cut, it is settled once more
            note_settled(memory, source.name)


def _hear_late_wishes(memory: Memory, tools: Tools) -> bool:
    """Whoever asked for no more letters, and was not known after a backup was put back, may be known now. Where the
    secret that tells them is damaged or gone, they wait, and False is given: no letter leaves before it is mended, and
    the sending run says so."""
    from jobs.store.late_wishes import settle_wishes, wishes_kept

    if wishes := wishes_kept(memory):
        from jobs.mail.message import address_mark
        from jobs.mail.stop_secret import SecretDamaged, secret_in

        try:
            secret = secret_in(tools.state_dir)
        except (SecretDamaged, OSError):
            return False
        if not secret:
            return False
        settle_wishes(memory, wishes, partial(address_mark, secret))
    return True


def _list_what_looks_wrong(memory: Memory, tools: Tools, source: Source, today: date) -> None:
    from jobs.store.alive_again import who_comes_though_dead
    from jobs.store.near_duplicates import near_duplicates

    since = (today - _LOOK_BACK).isoformat()
    found = near_duplicates(memory, source.name, since, tools.settings.clinic.tzinfo)
    found += who_comes_though_dead(memory, source.name, since)
    note_problems(memory, source.name, "", found, utc_text(tools.now))
