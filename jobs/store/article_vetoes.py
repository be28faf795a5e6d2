"""Which articles a therapist does not want a patient to get: an append-only record, of which the newest line counts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import insert, select

from jobs.store.letters import articles_sent
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_rows, one_of
from jobs.store.tables import article_vetoes

EVERY = "*"
"""Stands for every article."""
_SAID_OF = "said of no."


class Veto(NamedTuple):
    """One line of the record; `at` is UTC text, `allowed` tells a no from its being taken back."""

    at: str
    patient_id: int
    slug: str
    allowed: bool
    who: str
    reason: str


def record_veto(memory: Memory, veto: Veto) -> None:
    """Say that a patient must not get an article, or may again."""
    values = {**veto._asdict(), "allowed": int(veto.allowed), "clinic_id": memory.clinic_id}
    memory.connection.execute(insert(article_vetoes).values(values))


def vetoes_now(memory: Memory, patient_ids: Iterable[int]) -> dict[int, dict[str, Veto]]:
    """For each patient the articles that she must not get, with the line that says so."""
    found: dict[int, dict[str, Veto]] = {}
    table = article_vetoes.c
    query = select(*(table[name] for name in Veto._fields)).where(table.clinic_id == memory.clinic_id)
    for part in in_parts(set(patient_ids)):
        for row in memory.connection.execute(query.where(one_of(memory, table.patient_id, part)).order_by(table.id)):
            veto = Veto(row.at, row.patient_id, row.slug, bool(row.allowed), row.who, row.reason)
            if veto.allowed:
                found.get(veto.patient_id, {}).pop(veto.slug, None)
            else:
                found.setdefault(veto.patient_id, {})[veto.slug] = veto
    return found


def veto_lines(memory: Memory, patient_id: int) -> list[Veto]:
    """Every line about a patient, oldest first."""
    table = article_vetoes.c
    query = select(*(table[name] for name in Veto._fields)).where(
        table.clinic_id == memory.clinic_id, table.patient_id == patient_id
    )
    rows = memory.connection.execute(query.order_by(table.id))
    return [Veto._make(row)._replace(allowed=bool(row.allowed)) for row in rows]


def rule_out_too(memory: Memory, pairs: Sequence[tuple[int, int]], at: str) -> None:
    """What must not go to the second of each pair must not go to the first either: they are, or were, taken for one."""
    standing = vetoes_now(memory, {each for pair in pairs for each in pair})
    lines: list[tuple[object, ...]] = []
    for patient_id, other in pairs if standing else ():
        own, theirs = standing.setdefault(patient_id, {}), standing.get(other, {})
        for slug in sorted(theirs.keys() - own.keys()):
            veto = theirs[slug]
            note = "" if _SAID_OF in veto.reason else f"{_SAID_OF} {other}, who is or was taken for the same patient"
            reason = "; ".join(filter(None, (veto.reason, note)))
            own[slug] = veto._replace(at=at, patient_id=patient_id, reason=reason)
            lines.append((memory.clinic_id, at, patient_id, slug, 0, veto.who, reason))
    insert_rows(memory, insert(article_vetoes), ("clinic_id", *Veto._fields), lines)


def take_back_too(memory: Memory, patient_id: int, other: int, at: str) -> None:
    """What was taken back for `other` while the two were one holds no longer for this patient either."""
    standing = vetoes_now(memory, (patient_id, other))
    stands, taken_back = standing.get(other, {}), {line.slug: line for line in veto_lines(memory, other)}
    for slug in sorted(standing.get(patient_id, {}).keys() - stands.keys()):
        if (line := taken_back.get(slug)) and line.allowed:
            record_veto(memory, line._replace(at=at, patient_id=patient_id))


def articles_not_for(memory: Memory, patient_ids: Iterable[int]) -> dict[int, set[str]]:
    """The articles that each patient gets no more: had already, or ruled out by a therapist; EVERY for all of them."""
    numbers = set(patient_ids)
    found = articles_sent(memory, numbers)
    for patient_id, vetoes in vetoes_now(memory, numbers).items():
        found.setdefault(patient_id, set()).update(vetoes)
    return found
