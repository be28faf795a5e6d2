"""Chooses the articles for a letter by what the appointment says, each with its reason in words for the staff.

What a need says is evidence; each field has its weight. What an article says that the need does not, or denies, takes
away from it (weighing.py). Below THRESHOLD nothing is sent: no article is better than a wrong one.
"""

from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from jobs.articles.free_text import TextMatch
from jobs.articles.library import Article, Library
from jobs.articles.need import KnownNeed, Need, understand
from jobs.articles.subjects import Index, index_of
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.weighing import TEXT_FIELDS, Match, Weighed, matches, reason_of, weigh

__all__ = ["THRESHOLD", "Choice", "Need", "choose", "rank", "weighings"]

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
    unread = (choice for choice in _fitting(library, need) if choice.article.slug not in already)
    return list(islice(unread, how_many))


def rank(library: Library, need: Need) -> list[Choice]:
    """Every article for which anything speaks, the best first, also below the threshold; none that is off."""
    index = index_of_library(library)
    known = understand(need, index.vocabulary)
    ranking = (
        Choice(index.subjects[place].article, round(weighed.score, 3), reason_of(found, text))
        for place, (found, text, weighed) in _weighed(index, known).items()
    )
    return sorted(ranking, key=_order)


@lru_cache(maxsize=_NEEDS_KEPT)
def _fitting(library: Library, need: Need) -> tuple[Choice, ...]:
    index = index_of_library(library)
    known = understand(need, index.vocabulary)
    fitting = (
        Choice(index.subjects[place].article, round(weighed.score, 3), reason_of(found, text))
        for place, (found, text, weighed) in _weighed(index, known).items()
        if round(weighed.score, 3) >= THRESHOLD
    )
    return tuple(sorted(fitting, key=_order))


def weighings(library: Library, need: Need) -> list[tuple[Choice, list[Match], Weighed]]:
    """The ranking with what speaks for and against each article, for a person who wants to see it."""
    index = index_of_library(library)
    known = understand(need, index.vocabulary)
    shown = [
        (Choice(index.subjects[place].article, round(weighed.score, 3), reason_of(found, text)), found, weighed)
        for place, (found, text, weighed) in _weighed(index, known).items()
    ]
    return sorted(shown, key=lambda one: _order(one[0]))


def _order(choice: Choice) -> tuple[float, int, str]:
    """The better first, of equals the newer, then the first slug."""
    published = choice.article.published.replace("-", "")
    return -choice.score, -int(published or 0), choice.article.slug


def _weighed(index: Index, need: KnownNeed) -> dict[int, tuple[list[Match], TextMatch | None, Weighed]]:
    """Every article for which anything speaks, by its place."""
    found = matches(need, index, index.vocabulary)
    texts = index.texts.matches(need.said, TEXT_FIELDS)
    weighed = {}
    for place in sorted(found.keys() | texts.keys()):
        said, text = found.get(place, []), texts.get(place)
        weight = text.weight if text else 0.0
        weighed[place] = said, text, weigh(index.subjects[place], need, said, weight, index.vocabulary)
    return weighed


@lru_cache(maxsize=4)
def index_of_library(library: Library) -> Index:
    """The index of a library, made once."""
    return index_of(library, library.vocabulary or the_vocabulary())
