"""Whether a further article is as sure as the first one of a letter.

It is where what speaks for it is the same complaint as the first one's (the same condition, need or part of the body),
a diagnosis code, a booked service or an activity of its own, a pain that the patient complains of, or a condition that
she complains of in the same breath. What a note names aside, such as a test that was done or where somebody works, can
bring a first article but no further one.

Some articles come only beside another one, even where by themselves they would weigh too little: one about a service
that goes with what the patient does (her posture at a desk, how she runs), where the first is about that too, and one
about a diagnosis that goes with hers, where one of the two articles speaks of both (a slipped disc and sciatica).
"""

from collections.abc import Iterable
from typing import NamedTuple

from jobs.articles.free_text import TextMatch
from jobs.articles.library import Article
from jobs.articles.matching import Match, is_exact
from jobs.articles.need import KnownNeed
from jobs.articles.objections import (
    AGAINST_A_DIAGNOSIS,
    ASIDE,
    ASIDE_SPORT,
    EVERYDAY_UNKNOWN,
    FOR_OTHERS,
    NARROWER_SPORT,
    ONLY_FIRST,
    OTHER_SERVICE,
    STUDIO,
)
from jobs.articles.subjects import Subjects
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.weighing import Weighed

_ACCIDENT = "car accident"  # nor does what is written for a desk
_GROUPS = frozenset(("pregnancy", "children and teens"))  # what is written for everybody does not go with theirs
_ONLY_BY_ITSELF = frozenset((ASIDE, ASIDE_SPORT, NARROWER_SPORT, OTHER_SERVICE))
_BY_ITSELF = ("activity", "service", "kind")  # fields of which each entry is about the patient


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
    subjects: Subjects
    text: TextMatch | None  # the words that it shares with the need


def adds_to(first: Shown, other: Shown, need: KnownNeed, vocabulary: Vocabulary) -> bool:
    """Whether an article belongs beside a first one, though by itself it may weigh too little."""
    objections = set(other.weighed.objections)
    if objections == {OTHER_SERVICE}:
        booked = any(one.field == "service" and one.concept not in ("", "physical therapy") for one in need.evidence)
        shared = need.activities.intersection(first.subjects.weights, other.subjects.weights)
        return bool(shared) and first.subjects.has_body and not booked
    if not objections <= AGAINST_A_DIAGNOSIS or not need.healing.isdisjoint(first.subjects.weights):
        return False
    return _is_of_her_state(first.subjects, other.subjects, need, vocabulary) or _is_akin(
        first.subjects, other.subjects, vocabulary
    )


def _is_of_her_state(first: Subjects, other: Subjects, need: KnownNeed, vocabulary: Vocabulary) -> bool:
    """Whether another article is about what the first one speaks of too and has no place in the body: the time after a
    birth, unsteadiness beside Parkinson's."""
    if any(map(vocabulary.regions, other.main)):
        return False
    shared = other.main.intersection(first.weights)
    above = frozenset().union(*map(vocabulary.ancestors, first.main))
    return bool(shared) and (other.main <= need.body or not shared.isdisjoint(above))


def _is_akin(first: Subjects, other: Subjects, vocabulary: Vocabulary) -> bool:
    """Whether the two are about diagnoses of the same pain, and one of them speaks of both."""
    related = any(
        vocabulary.concepts[one].parents[:1] == vocabulary.concepts[two].parents[:1]
        for one in first.main
        for two in other.main
        if vocabulary.is_diagnosis(one) and vocabulary.is_diagnosis(two)
    )
    return related and not (first.main.isdisjoint(other.weights) and other.main.isdisjoint(first.weights))


def goes_with(first: Shown, other: Shown, vocabulary: Vocabulary) -> bool:
    """Whether what speaks for another article is as sure as what speaks for the first."""
    if _is_for_others(first.subjects, other, vocabulary) or _is_less_exact(first, other, vocabulary):
        return False
    if first.subjects.has_body and all(_is_her_studio(match) for match in other.found):
        return False  # a Pilates teacher's sciatica is no occasion for the benefits of Pilates
    if any(match.evidence.is_code or match.evidence.field in _BY_ITSELF for match in other.found):
        return True
    where = _where(first.found, vocabulary)
    if not _about(first.found).isdisjoint(_about(other.found)) or not where.isdisjoint(_where(other.found, vocabulary)):
        return True
    return any(
        match.evidence.complained and (_is_pain(match, vocabulary) or _together(match, first.found))
        for match in other.found
    )


def _is_for_others(first: Subjects, other: Shown, vocabulary: Vocabulary) -> bool:
    """Whether another article may come first for somebody, but never beside this one."""
    objections = other.weighed.objections
    if not _ONLY_BY_ITSELF.isdisjoint(objections) or not FOR_OTHERS.isdisjoint(objections):
        return True
    if not ONLY_FIRST.isdisjoint(objections) and not any(map(vocabulary.regions, other.subjects.main)):
        return True
    if EVERYDAY_UNKNOWN in objections and any(_ACCIDENT in vocabulary.ancestors(one) for one in first.main):
        return True
    return bool(_GROUPS.intersection(first.weights) - other.subjects.weights.keys())


def _is_less_exact(first: Shown, other: Shown, vocabulary: Vocabulary) -> bool:
    """Whether another article only says more broadly what the first one is about exactly, as stiff backs do for
    sciatica, or is about a pain by way of another condition than the patient's: a bursitis, for a golfer's hip."""
    exact = {
        match.evidence.concept
        for match in first.found
        if match.evidence.concept and vocabulary.is_diagnosis(match.evidence.concept) and is_exact(match)
    }
    body = [match for match in other.found if match.by_code or _is_of_body(match, vocabulary)]
    less = [
        match.evidence.concept
        for match in body
        if match.evidence.concept in exact
        and not is_exact(match)
        or any(_is_where_it_hurts(match.evidence.concept, name, vocabulary) for name in exact)
    ]
    if body and len(less) == len(body) and not any(_is_of_all_its_pains(name, other, vocabulary) for name in less):
        return True
    rival = vocabulary.of_code(other.subjects.article.codes[0]) if other.subjects.article.codes else ""
    return (
        bool(rival)
        and vocabulary.is_diagnosis(rival)
        and rival not in {match.evidence.concept for match in other.found}
        and all(map(vocabulary.place_of, other.subjects.main))
        and not any(match.by_code for match in other.found)
    )


def _is_where_it_hurts(pain: str, condition: str, vocabulary: Vocabulary) -> bool:
    """Whether a pain is that of a condition which is no kind of it: the knee hurts, from the IT band."""
    if not pain or pain in vocabulary.ancestors(condition):
        return False
    return not vocabulary.place_of(pain).isdisjoint(vocabulary.regions(condition))


def _is_of_all_its_pains(name: str, other: Shown, vocabulary: Vocabulary) -> bool:
    """Whether an article is about every pain that makes up a condition: the neck's and the head's."""
    pains = [parent for parent in vocabulary.concepts[name].parents if vocabulary.place_of(parent)]
    return len(pains) > 1 and all(pain in other.subjects.weights for pain in pains)


def _is_of_body(match: Match, vocabulary: Vocabulary) -> bool:
    return bool(match.evidence.concept) and vocabulary.kind(match.evidence.concept) in BODY


def _is_her_studio(match: Match) -> bool:
    return match.evidence.field == "activity" and match.evidence.concept in STUDIO


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
