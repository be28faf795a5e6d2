"""Who got which letter: asked when an article or a letter turns out to be wrong, or when the law asks."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select

from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.tables import letters, patients, sent_articles

_LEFT = ("sent", "unknown", "attempting")  # what left, or may have


class Wanted(NamedTuple):
    """Which letters are asked for, from a moment on and up to another (UTC text); "" asks for all of a kind."""

    since: str
    until: str = ""
    rule: str = ""
    template: str = ""
    article: str = ""


class Got(NamedTuple):
    """One letter that left or may have left; `at` is UTC text."""

    letter_id: int
    at: str
    state: str
    patient_id: int
    rule: str
    template: str
    category: str
    purpose: str
    first_name: str
    last_name: str
    email: str
    articles: str = ""


class Counted(NamedTuple):
    """How many letters left, by rule; to how many patients; how many of them only may have left."""

    by_rule: dict[str, int]
    patients: int
    unclear: int


_LEFT_AT = case((letters.c.sent_at != "", letters.c.sent_at), else_=letters.c.changed_at)


def count_letters(memory: Memory, wanted: Wanted) -> Counted:
    """Count the letters that were asked for."""
    query = select(letters.c.rule, func.count(), func.sum(case((letters.c.state != "sent", 1), else_=0)))
    found = memory.connection.execute(query.where(*_asked_for(memory, wanted)).group_by(letters.c.rule)).all()
    people = select(func.count(letters.c.patient_id.distinct())).where(*_asked_for(memory, wanted))
    by_rule = {str(rule): int(count) for rule, count, _ in sorted(found)}
    return Counted(by_rule, int(memory.connection.execute(people).scalar_one()), sum(int(row[2]) for row in found))


def who_got(memory: Memory, wanted: Wanted, newest: int | None = None) -> list[Got]:
    """The letters that were asked for, or so many of the newest, oldest first, each with the articles it carried."""
    letter = letters.c
    query = (
        select(letter.id, _LEFT_AT, letter.state, letter.patient_id, letter.rule, letter.template, letter.category,
               letter.purpose, patients.c.first_name, patients.c.last_name, patients.c.email)
        .join(patients, patients.c.id == letter.patient_id)
        .where(*_asked_for(memory, wanted))
        .order_by(_LEFT_AT.desc(), letter.id.desc())
        .limit(newest)
    )  # fmt: skip
    found = memory.connection.execute(query).all()[::-1]
    carried = _articles(memory, [row[0] for row in found])
    return [Got(*row, carried.get(row[0], "")) for row in found]


def _asked_for(memory: Memory, wanted: Wanted) -> list[ColumnElement[bool]]:
    letter = letters.c
    asked = [letter.clinic_id == memory.clinic_id, letter.state.in_(_LEFT), _LEFT_AT >= wanted.since]
    if wanted.until:
        asked.append(_LEFT_AT < wanted.until)
    if wanted.rule:
        asked.append(letter.rule == wanted.rule)
    if wanted.template:
        asked.append(letter.template == wanted.template)
    if wanted.article:
        carrying = select(sent_articles.c.letter_id).where(
            sent_articles.c.clinic_id == memory.clinic_id, sent_articles.c.slug == wanted.article
        )
        asked.append(letter.id.in_(carrying))
    return asked


def _articles(memory: Memory, letter_ids: list[int]) -> dict[int, str]:
    carried: dict[int, str] = {}
    query = select(sent_articles.c.letter_id, sent_articles.c.slug)
    for part in in_parts(letter_ids):
        for letter_id, slug in memory.connection.execute(query.where(sent_articles.c.letter_id.in_(part))):
            carried[letter_id] = f"{carried[letter_id]}; {slug}" if letter_id in carried else slug
    return carried
