"""Whether a further article is as sure as the first one of a letter.

It is where what speaks for it is the same complaint as the first one's (the same condition, need or part of the body),
a diagnosis code, a booked service or an activity of its own, a pain that the patient complains of, or a condition that
she complains of in the same breath. What a note names aside, such as a test that was done or where somebody works, can
bring a first article but no further one.
"""

from collections.abc import Collection, Iterable

from jobs.articles.vocabulary import Vocabulary
from jobs.articles.weighing import Match

_BY_ITSELF = ("activity", "service", "kind")  # fields of which each entry is about the patient


def goes_with(first: Collection[Match], other: Collection[Match], vocabulary: Vocabulary) -> bool:
    """Whether what speaks for another article is as sure as what speaks for the first."""
    if any(match.evidence.is_code or match.evidence.field in _BY_ITSELF for match in other):
        return True
    if not _about(first).isdisjoint(_about(other)) or not _where(first, vocabulary).isdisjoint(
        _where(other, vocabulary)
    ):
        return True
    return any(
        match.evidence.complained and (_is_pain(match, vocabulary) or _together(match, first)) for match in other
    )


def _about(matches: Iterable[Match]) -> set[str]:
    """What of the need speaks for an article; a code that the vocabulary does not know by itself."""
    return {match.evidence.concept or match.evidence.phrases[0] for match in matches}


def _where(matches: Iterable[Match], vocabulary: Vocabulary) -> frozenset[str]:
    """Which parts of the body speak for an article."""
    return frozenset().union(*(vocabulary.regions(one.evidence.concept) for one in matches if one.evidence.concept))


def _is_pain(match: Match, vocabulary: Vocabulary) -> bool:
    return bool(match.evidence.concept and vocabulary.place_of(match.evidence.concept))


def _together(match: Match, first: Iterable[Match]) -> bool:
    """Whether it stands in one clause with what speaks for the first article."""
    return any(
        one.evidence.field == match.evidence.field and not one.evidence.clauses.isdisjoint(match.evidence.clauses)
        for one in first
    )
