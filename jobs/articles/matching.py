"""Finds what speaks for each article: what a need says and the article is about, and how much that counts."""

from collections.abc import Iterator
from typing import NamedTuple

from jobs.articles.evidence import Evidence
from jobs.articles.need import KnownNeed
from jobs.articles.subjects import Index
from jobs.articles.vocabulary import Vocabulary

_WEIGHTS = {
    "diagnosis": {"condition": 3.0, "region": 3.0, "activity": 1.2, "service": 1.5, "population": 1.0},
    "complaint": {"condition": 2.0, "region": 2.0, "activity": 1.2, "service": 1.0, "population": 1.0},
    "activity": {"condition": 1.0, "region": 1.0, "activity": 1.2, "service": 0.8, "population": 0.8},
    "service": {"condition": 1.5, "region": 1.0, "activity": 1.2, "service": 1.2, "population": 0.8},
    "kind": {"condition": 1.5, "region": 1.0, "activity": 1.0, "service": 1.0, "population": 0.8},
    "step": {"condition": 0.0, "region": 0.0, "activity": 0.0, "service": 0.0, "population": 0.6},
}
"""How much each field of a need counts, by what is said there; the step calls for no article by itself."""

_UNKNOWN_CODE = 3.0  # a code that only the article's own list of codes knows
_OWN_TOPIC = {"diagnosis": 1.2, "complaint": 1.2, "activity": 1.2, "service": 1.2, "kind": 1.2, "step": 1.0}
_FAINT = 0.8  # what is only guessed or nearly over, where nothing else is known
_FELT = 0.95  # what is read from how it feels
_STATES, _STATE = frozenset(("postpartum", "pregnancy")), 0.9  # beside what hurts, and where
_LESS_EXACT = 0.3  # the knee hurts, where another field says that its meniscus is torn


class Match(NamedTuple):
    """One thing that a need says and an article is about."""

    evidence: Evidence
    subject: str  # what the article says: a concept, a topic of the office manager's own, or a code
    strength: float  # 0 to 1
    weight: float
    by_code: bool = False  # the article's own list of codes has it


def matches(need: KnownNeed, index: Index, vocabulary: Vocabulary) -> dict[int, list[Match]]:
    """What speaks for each article, by its place in the index; for each point of the need the closest subject."""
    found: dict[int, dict[tuple[str, str], Match]] = {}
    for place, match in _all_matches(need, index, vocabulary):
        points = found.setdefault(place, {})
        point = match.evidence.field, match.evidence.concept or match.evidence.phrases[0]
        before = points.get(point)
        if before is None or match.strength > before.strength:
            points[point] = match
    return {place: list(points.values()) for place, points in found.items()}


def _all_matches(need: KnownNeed, index: Index, vocabulary: Vocabulary) -> Iterator[tuple[int, Match]]:
    for evidence in need.evidence:
        weight = _UNKNOWN_CODE
        if evidence.concept:
            weight = _WEIGHTS[evidence.field][vocabulary.kind(evidence.concept)]
            weight *= _LESS_EXACT if evidence.concept in need.general else 1.0
            weight *= _FAINT if evidence.faint else 1.0
            weight *= _FELT if evidence.felt else 1.0
            weight *= _STATE if evidence.concept in _STATES and need.regions else 1.0
            for place, concept, strength in index.by_concept.get(evidence.concept, ()) if weight else ():
                yield place, Match(evidence, concept, strength, weight)
        if evidence.is_code:
            for place, code, phrases in _by_code(evidence.phrases, index):
                yield place, Match(evidence._replace(phrases=phrases), code, 1.0, weight, True)
    for topic, articles in index.by_own_topic.items():
        for field, words in need.words.items():
            if topic in words.key:
                for place, typed in articles:
                    yield place, Match(Evidence(field, (words.typed(topic),), ""), typed, 1.0, _OWN_TOPIC[field])


def _by_code(codes: tuple[str, ...], index: Index) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Articles whose list has the beginning of one of the codes, with all codes that it has."""
    found: dict[int, tuple[str, list[str]]] = {}
    for code in codes:
        plain = code.replace(".", "")
        for end in range(3, len(plain) + 1):
            for place, listed in index.by_code.get(plain[:end], ()):
                if _is_meant(code, listed, index.vocabulary):
                    found.setdefault(place, (listed, []))[1].append(code)
    for place, (listed, with_it) in found.items():
        yield place, listed, tuple(dict.fromkeys(with_it))


def _is_meant(code: str, listed: str, vocabulary: Vocabulary) -> bool:
    """Whether a longer code is what the shorter one in an article's list stands for: H81 is vertigo, but H81.0 is
    Menière's disease."""
    meant, subject = vocabulary.of_code(code), vocabulary.of_code(listed)
    return not meant or not subject or vocabulary.related(meant, subject)


def is_exact(match: Match) -> bool:
    """Whether the article speaks of just what the need says, and not of something broader or narrower."""
    return match.by_code or match.subject == match.evidence.concept
