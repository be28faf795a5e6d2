"""Chooses the articles for a letter by what the appointment says, each with its reason in words for the staff.

What a need says is evidence; each field has its weight. What an article says that the need does not, or denies, takes
away from it (weighing.py). Below THRESHOLD nothing is sent: no article is better than a wrong one.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from jobs.articles.further import goes_with
from jobs.articles.library import Article, Library
from jobs.articles.need import Need, understand
from jobs.articles.reasons import reason_of
from jobs.articles.subjects import Index, index_of
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.weighing import TEXT_FIELDS, Match, Weighed, matches, weigh

__all__ = ["THRESHOLD", "Choice", "Need", "choose", "doctor_first", "rank", "weighings"]

THRESHOLD = 1.0
_NEEDS_KEPT = 4096  # a clinic's needs recur: thousands of letters have some hundreds of different ones


class Choice(NamedTuple):
    """An article, how well it fits, and why in words for the staff; never for the patient."""

    article: Article
    score: float
    reason: str


class Shown(NamedTuple):
    """A choice with what led to it."""

    choice: Choice
    found: list[Match]
    weighed: Weighed


def choose(library: Library, need: Need, already: Collection[str], how_many: int) -> list[Choice]:
    """The articles that fit best, at most so many; none whose slug is in `already`, none that is off, often none.

    Ties go to the newer article, then to the first slug. The same library, need and history give the same choice.
    """
    unread = (choice for choice in _fitting(library, need) if choice.article.slug not in already)
    return list(islice(unread, how_many))


def doctor_first(library: Library, need: Need) -> str:
    """Why no article goes with a need that tells of a sign that wants a doctor first, in words; "" for any other."""
    signs = understand(need, index_of_library(library).vocabulary).doctor_first
    told = " and ".join(f'"{sign.phrase}" ({sign.name})' for sign in signs)
    return f"no article: {told} is a sign that wants a doctor first" if told else ""


def rank(library: Library, need: Need) -> list[Choice]:
    """Every article for which anything speaks, the best first, also below the threshold; none that is off."""
    return [shown.choice for shown in weighings(library, need)]


def weighings(library: Library, need: Need) -> list[Shown]:
    """The ranking with what speaks for and against each article, for a person who wants to see it."""
    return sorted(_shown(library, need, also_by_words=True), key=lambda shown: _order(shown.choice))


@lru_cache(maxsize=_NEEDS_KEPT)
def _fitting(library: Library, need: Need) -> tuple[Choice, ...]:
    """The articles that may be sent. What only shares words with the need never is, so it is not looked at."""
    shown = [one for one in _shown(library, need, also_by_words=False) if one.choice.score >= THRESHOLD]
    shown.sort(key=lambda one: _order(one.choice))
    vocabulary = index_of_library(library).vocabulary
    return tuple(one.choice for one in shown if one is shown[0] or goes_with(shown[0].found, one.found, vocabulary))


def _order(choice: Choice) -> tuple[float, int, str]:
    """The better first, of equals the newer, then the first slug."""
    published = choice.article.published.replace("-", "")
    return -choice.score, -int(published or 0), choice.article.slug


def _shown(library: Library, need: Need, also_by_words: bool) -> Iterator[Shown]:
    """Every article for which anything speaks."""
    index = index_of_library(library)
    known = understand(need, index.vocabulary)
    found = matches(known, index, index.vocabulary)
    texts = index.texts.matches(known.said, TEXT_FIELDS)
    for place in sorted(found.keys() | texts.keys() if also_by_words else found):
        said, text = found.get(place, []), texts.get(place)
        subjects = index.subjects[place]
        weighed = weigh(subjects, known, said, text.weight if text else 0.0, index)
        score = round(weighed.score, 3)
        reason = reason_of(said, text) if also_by_words or score >= THRESHOLD else ""
        yield Shown(Choice(subjects.article, score, reason), said, weighed)


@lru_cache(maxsize=4)
def index_of_library(library: Library) -> Index:
    """The index of a library, made once."""
    return index_of(library, library.vocabulary or the_vocabulary())
