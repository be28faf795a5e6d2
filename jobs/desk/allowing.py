"""`allow`: a person's answer to what keeps letters back: a stop, a death by slip, an address that very many have.

One answer is for one thing: who lets a house have letters again brings back nobody who has died there, and ends
nobody's own no.
"""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import click

from jobs.clinic.addresses import MOST_AT_ONE
from jobs.clinic.follow_ups import utc_text
from jobs.desk.stop_list import FINE, NOT_UNDERSTOOD, in_words, key_of, midnight
from jobs.runner.tools import Tools
from jobs.store.identity import NotPossible, patient_of
from jobs.store.memory import Memory
from jobs.store.patient_story import address_of, contact
from jobs.store.stops import (
    HOME,
    allow,
    crowded_addresses,
    end_bounces,
    end_stops,
    patients_at,
    revive,
    stopped_now,
    the_dead_at,
)

_ALIVE = "The patient is alive; where a name or a status still says otherwise, correct it in the practice system."
_BACK_FOR_THE_LIVING = "What was withdrawn for that leaves with the next run where it is still right and not too late."
_LONGEST_NUMBER = 18  # digits that a database counts
_SHOWN = 5  # patients' numbers


class _Whom(NamedTuple):
    """Whom a person names: `patient_id` where by number, `here` all patients who have the address."""

    name: str
    address_key: str
    patient_id: int | None
    here: frozenset[int]

    def stopped_as(self) -> set[str | int]:
        """What the stops are put down for that are meant. Of an address that several have it is the address alone, for
        one's own no is not the others' to answer; of a patient among several, the patient alone."""
        alone, meant = len(self.here) <= 1, set[str | int]()
        if self.patient_id or alone:
            meant |= self.people()
        if self.address_key and (alone or not self.patient_id):
            meant.add(self.address_key)
        return meant

    def people(self) -> frozenset[int]:
        """The patients who are meant."""
        return frozenset([self.patient_id]) if self.patient_id else self.here


def answer_stop(tools: Tools, named: str, reason: str, who: str) -> int:
    """Let an address, and the patient who alone has it, have letters again; or a patient, named by number."""
    with tools.store.begin() as memory:
        if not (whom := _whom(memory, named)):
            return NOT_UNDERSTOOD
        answered = end_stops(memory, utc_text(tools.now), whom.stopped_as(), reason, who)
        still = _still(memory, whom)
    for line in answered:
        click.echo(in_words(tools, line))
    if answered:
        click.echo(f"{whom.name} gets letters again. What was withdrawn meanwhile is not sent any more.")
    else:
        click.echo(f"{whom.name} is not stopped; nothing was changed.", err=True)
    for words in still:
        click.echo(words)
    return FINE if answered else NOT_UNDERSTOOD


def call_alive(tools: Tools, named: str, reason: str, who: str) -> int:
    """Take back that a patient has died."""
    with tools.store.begin() as memory:
        if not (whom := _whom(memory, named)):
            return NOT_UNDERSTOOD
        dead = [each for each in the_dead_at(memory, whom.address_key) if each in whom.people()]
        if len(dead) == 1:
            revive(memory, utc_text(tools.now), dead[0], reason, who)
            still = _still(memory, _of_number(memory, dead[0]))
    if len(dead) != 1:
        told = f"By a name or a status have died: {_numbers(dead)}. Say who is alive: run_jobs.py allow NO --alive."
        none = f"{whom.name} is called dead by no name and no status; nothing was changed."
        click.echo(told if dead else none, err=True)
        return NOT_UNDERSTOOD
    click.echo(f"{_ALIVE}\nNo. {dead[0]} gets letters again. {_BACK_FOR_THE_LIVING}")
    for words in still:
        click.echo(words)
    return FINE


def call_shared(tools: Tools, named: str, reason: str, who: str) -> int:
    """Vouch for an address that more patients have than one household has, as those of a home."""
    with tools.store.begin() as memory:
        if not (whom := _whom(memory, named)):
            return NOT_UNDERSTOOD
        crowd = _crowd(memory, whom.address_key)
        if crowd:
            allow(memory, utc_text(tools.now), HOME, reason, who, whom.address_key)
        stopped = whom.address_key in stopped_now(memory)
    if not crowd:
        click.echo(f"{whom.name} needs no such word; nothing was changed.", err=True)
        return NOT_UNDERSTOOD
    click.echo(
        f"{crowd} patients have {whom.address_key}; the letters of each of them go there from now on. Who has died or "
        "said no gets none."
    )
    if stopped:
        click.echo(f"But the address is stopped. To answer that: run_jobs.py allow {whom.address_key}.")
    return FINE


def answer_refusals(tools: Tools, since: date, reason: str, who: str) -> int:
    """Let the addresses have letters again that were stopped since a day because letters could not be delivered."""
    with tools.store.begin() as memory:
        again, wished = end_bounces(memory, utc_text(tools.now), midnight(tools, since), reason, who)
    click.echo(f"{again} addresses get letters again. What was withdrawn meanwhile is not sent any more.")
    if wished:
        click.echo(f"{wished} stay stopped: somebody asked for that too.")
    return FINE


def _whom(memory: Memory, named: str) -> _Whom | None:
    """Whom an address or a number means; None, with a sentence to the person, where it means nobody."""
    typed = named.strip()
    if typed.isdecimal() and len(typed) <= _LONGEST_NUMBER:
        try:
            return _of_number(memory, patient_of(memory, int(typed)))
        except NotPossible as reason:
            click.echo(str(reason), err=True)
            return None
    key = key_of(typed)
    return _Whom(typed, key, None, frozenset(patients_at(memory, key))) if key else None


def _of_number(memory: Memory, patient_id: int) -> _Whom:
    key = address_of(memory, patient_id)
    here = patients_at(memory, key) if key else [patient_id]
    return _Whom(f"No. {patient_id}", key, patient_id, frozenset(here))


def _still(memory: Memory, whom: _Whom) -> list[str]:
    """What keeps letters back after an answer, each with what would answer it."""
    stopped, people = stopped_now(memory), whom.people()
    own, dead = people & stopped.keys(), people.intersection(the_dead_at(memory, whom.address_key))
    crowd = _crowd(memory, whom.address_key)
    lines = []
    if whom.address_key in stopped:
        lines.append(f"But the address is stopped. To answer that: run_jobs.py allow {whom.address_key}.")
    if own:
        lines.append(
            f"But no letter goes to who said no: {_numbers(own)}. To answer that of one: run_jobs.py allow NO."
        )
    if dead:
        lines.append(
            f"But no letter goes to who has died by a name or a status: {_numbers(dead)}. If that is wrong of one: "
            "run_jobs.py allow NO --alive."
        )
    if len(people) <= MOST_AT_ONE and any(contact(memory, each).email_consent == "no" for each in people):
        lines.append("But the practice system says: no e-mail. As long as it does, no letter goes there.")
    if crowd:
        lines.append(
            f"But {crowd} patients have this address, and no letter goes there. If it is right, as that of a home: "
            f"run_jobs.py allow {whom.address_key} --shared."
        )
    return lines


def _crowd(memory: Memory, key: str) -> int:
    """How many have an address that no letter goes to for that; 0 of any other."""
    return next((crowd.patients for crowd in crowded_addresses(memory, MOST_AT_ONE) if crowd.address_key == key), 0)


def _numbers(patient_ids: Collection[int]) -> str:
    shown = ", ".join(f"no. {each}" for each in sorted(patient_ids)[:_SHOWN])
    return f"{shown} and {len(patient_ids) - _SHOWN} more" if len(patient_ids) > _SHOWN else shown
