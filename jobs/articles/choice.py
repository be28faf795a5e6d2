"""Chooses the articles for a letter by what the appointment says, each with its reason in words for the staff.

What a need says is evidence; each field has its weight. What an article says that the need does not, or denies, takes
away from it (weighing.py). Below THRESHOLD nothing is sent: no article is better than a wrong one.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice

from jobs.articles.further import Choice, Shown, adds_to, goes_with
from jobs.articles.library import Library
from jobs.articles.matching import matches
from jobs.articles.need import KnownNeed, Need, understand
from jobs.articles.reasons import reason_of
from jobs.articles.subjects import Index
from jobs.articles.weighing import TEXT_FIELDS, weigh

__all__ = ["THRESHOLD", "Choice", "Need", "choose", "doctor_first", "rank", "weighings"]

THRESHOLD = 1.0
_NEEDS_KEPT = 4096  # a clinic's needs recur: thousands of letters have some hundreds of different ones


def choose(library: Library, need: Need, already: Collection[str], how_many: int) -> list[Choice]:
    """The articles that fit best, at most so many; none whose slug is in `already`, none that is off, often none.

    Ties go to the newer article, then to the first slug. The same library, need and history give the same choice.
    """
    unread = (choice for choice in _fitting(library, need) if choice.article.slug not in already)
    return list(islice(unread, how_many))


def doctor_first(library: Library, need: Need) -> str:
    """Why no article goes with a need that tells of a sign that wants a doctor first, in words; "" for any other."""
    signs = understand(need, library.index.vocabulary).doctor_first
    told = " and ".join(f'"{sign.phrase}" ({sign.name})' for sign in signs)
    return f"no article: {told} is a sign that wants a doctor first" if told else ""


def rank(library: Library, need: Need) -> list[Choice]:
    """Every article for which anything speaks, the best first, also below the threshold; none that is off."""
    return [shown.choice for shown in weighings(library, need)]


def weighings(library: Library, need: Need) -> list[Shown]:
    """The ranking with what speaks for and against each article, for a person who wants to see it."""
    index = library.index
    known = understand(need, index.vocabulary)
    return sorted(_shown(index, known, also_by_words=True), key=lambda shown: _order(shown.choice))


@lru_cache(maxsize=_NEEDS_KEPT)
def _fitting(library: Library, need: Need) -> tuple[Choice, ...]:
    """The articles that may be sent: the best, what belongs beside it, and the others that are as sure.

    What only shares words with the need never is sent, so it is not looked at.
    """
    index = library.index
    known = understand(need, index.vocabulary)
    shown = sorted(_shown(index, known, also_by_words=False), key=lambda one: _order(one.choice))
    if not shown or shown[0].choice.score < THRESHOLD:
        return ()
    first, *others = shown
    beside = [one for one in others if adds_to(first, one, known, index.vocabulary)]
    beside_it = [one.choice._replace(reason=reason_of(one.found, one.text)) for one in beside]
    further = [
        one
        for one in others
        if one.choice.score >= THRESHOLD and one not in beside and goes_with(first, one, index.vocabulary)
    ]
    return first.choice, *beside_it, *(one.choice for one in further)


def _order(choice: Choice) -> tuple[float, int, str]:
    """The better first, of equals the newer, then the first slug."""
    published = choice.article.published.replace("-", "")
    return -choice.score, -int(published or 0), choice.article.slug


def _shown(index: Index, known: KnownNeed, also_by_words: bool) -> Iterator[Shown]:
    """Every article for which anything speaks."""
    found = matches(known, index, index.vocabulary)
    texts = index.texts.matches(known.said, TEXT_FIELDS)
    for place in sorted(found.keys() | texts.keys() if also_by_words else found):
        said, text = found.get(place, []), texts.get(place)
        subjects = index.subjects[place]
        weighed = weigh(subjects, known, said, text.weight if text else 0.0, index)
        score = round(weighed.score, 3)
        reason = reason_of(said, text) if also_by_words or score >= THRESHOLD else ""
        yield Shown(Choice(subjects.article, score, reason), said, weighed, subjects, text)
