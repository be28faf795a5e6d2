"""Chooses the articles for a letter by what the appointment says, each with its reason in words for the staff.

What a need says is evidence; each field has its weight. What an article says that the need does not, or denies, takes
away from it (weighing.py). Below THRESHOLD nothing is sent: no article is better than a wrong one.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from jobs.articles.library import Article, Library
from jobs.articles.need import Need, understand
from jobs.articles.subjects import Index, index_of
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.weighing import matches, reason_of, score_of

__all__ = ["THRESHOLD", "Choice", "Need", "choose", "rank"]

THRESHOLD = 1.0
_NEEDS_KEPT = 4096  # a clinic's needs recur: thousands of letters have some hundreds of different ones


class Choice(NamedTuple):
    """An article, how well it fits, and why in words for the staff; never for the patient."""

    article: Article
    score: float
    reason: str


def choose(library: Library, need: Need, already: Collection[str], how_many: int) -> list[Choice]:
    """The articles that fit best, at most so many; none whose slug is in `already`, none that is off, often none.

    Ties go to the newer article, then to the first slug. The same library, need and history give the same choice.
    """
    chosen: list[Choice] = []
    for choice in _ranked(library, need):
        if len(chosen) >= how_many or choice.score < THRESHOLD:
            break
        if choice.article.slug not in already:
            chosen.append(choice)
    return chosen


def rank(library: Library, need: Need) -> list[Choice]:
    """Every article for which anything speaks, the best first, also below the threshold; none that is off."""
    return list(_ranked(library, need))


@lru_cache(maxsize=_NEEDS_KEPT)
def _ranked(library: Library, need: Need) -> tuple[Choice, ...]:
    vocabulary = the_vocabulary()
    index = _index(library)
    known = understand(need, vocabulary)
    choices = []
    for place, found in matches(known, index, vocabulary).items():
        score = score_of(index.subjects[place], known, found, vocabulary)
        choices.append(Choice(index.subjects[place].article, round(score, 3), reason_of(found)))
    choices.sort(key=lambda choice: choice.article.slug)
    choices.sort(key=lambda choice: (choice.score, choice.article.published), reverse=True)
    return tuple(choices)


@lru_cache(maxsize=4)
def _index(library: Library) -> Index:
    return index_of(library, the_vocabulary())
