"""Who got which letter: asked when an article or a letter turns out to be wrong, or when the law asks."""

from typing import NamedTuple

from sqlalchemy import case, select

from jobs.store.memory import Memory, in_parts
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


def who_got(memory: Memory, wanted: Wanted) -> list[Got]:
    """The letters that were asked for, oldest first, each with the articles it carried."""
    letter = letters.c
    left_at = case((letter.sent_at != "", letter.sent_at), else_=letter.changed_at)
    query = (
        select(letter.id, left_at, letter.state, letter.patient_id, letter.rule, letter.template, letter.category,
               letter.purpose, patients.c.first_name, patients.c.last_name, patients.c.email)
        .join(patients, patients.c.id == letter.patient_id)
        .where(letter.clinic_id == memory.clinic_id, letter.state.in_(_LEFT), left_at >= wanted.since)
    )  # fmt: skip
    if wanted.until:
        query = query.where(left_at < wanted.until)
    for column, value in ((letter.rule, wanted.rule), (letter.template, wanted.template)):
        query = query.where(column == value) if value else query
    if wanted.article:
        carrying = select(sent_articles.c.letter_id).where(
            sent_articles.c.clinic_id == memory.clinic_id, sent_articles.c.slug == wanted.article
        )
        query = query.where(letter.id.in_(carrying))
    found = sorted(memory.connection.execute(query).all(), key=lambda row: (row[1], row[0]))
    carried = _articles(memory, [row[0] for row in found])
    return [Got(*row, carried.get(row[0], "")) for row in found]


def _articles(memory: Memory, letter_ids: list[int]) -> dict[int, str]:
    carried: dict[int, str] = {}
    query = select(sent_articles.c.letter_id, sent_articles.c.slug)
    for part in in_parts(letter_ids):
        for letter_id, slug in memory.connection.execute(query.where(sent_articles.c.letter_id.in_(part))):
            carried[letter_id] = f"{carried[letter_id]}; {slug}" if letter_id in carried else slug
    return carried
