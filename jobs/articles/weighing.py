"""Weighs what speaks for an article and what speaks against it, and says it in words."""

from collections.abc import Iterator
from typing import NamedTuple

from jobs.articles.need import Evidence, KnownNeed
from jobs.articles.subjects import Index, Subjects
from jobs.articles.vocabulary import Vocabulary

_WEIGHTS = {
    "diagnosis": {"condition": 3.0, "region": 3.0, "activity": 1.2, "service": 1.5, "population": 1.0},
    "complaint": {"condition": 2.0, "region": 2.0, "activity": 1.2, "service": 1.0, "population": 1.0},
    "activity": {"condition": 1.0, "region": 1.0, "activity": 1.2, "service": 0.8, "population": 0.8},
    "service": {"condition": 1.5, "region": 1.0, "activity": 1.2, "service": 1.2, "population": 0.8},
    "kind": {"condition": 1.5, "region": 1.0, "activity": 1.0, "service": 1.0, "population": 0.8},
    "step": dict.fromkeys(("condition", "region", "activity", "service", "population"), 0.0),
}
"""How much each field of a need counts, by what is said there: a code more than a complaint, that more than a sport.
The step is one of our own words and speaks only for an article that has it as a topic."""

_UNKNOWN_CODE = 3.0  # a code that only the article's own list of codes knows
_OWN_TOPIC = {"diagnosis": 1.2, "complaint": 1.2, "activity": 1.2, "service": 1.2, "kind": 1.2, "step": 1.0}
_FURTHER = 0.3  # what a field says besides its best point

# What the rest of the need does to an article. Those of 0.1 and less leave even full evidence below the threshold.
_OTHER_REGION = 0.05  # a hip article, and only the neck hurts
_REGION_UNKNOWN = 0.1  # a new knee, and nobody says which joint was replaced
_NARROWER = 0.7  # runner's knee, and the knee hurts
_ASIDE = 0.5  # hips in golf, with a word on the low back, and it is the low back
_OTHER_CONDITION = 0.1  # tennis elbow, and it is golfer's elbow
_NO_CONDITION = 0.1  # low back pain when running, and all that is known is that she runs
_HEALING = 0.1  # a running article after an operation; a new hip, and nobody operated
_SAME_ACTIVITY = 1.3  # running with back pain, and she runs
_OTHER_ACTIVITY = 0.1  # running with back pain, and he gardens
_OTHER_ACTIVITY_EXACT = 0.55  # tennis elbow in tennis, and it is tennis elbow from climbing
_ACTIVITY_UNKNOWN = 0.6  # running with back pain, and nobody says whether she runs


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
                found.setdefault(place, (listed, []))[1].append(code)
    for place, (listed, with_it) in found.items():
        yield place, listed, tuple(dict.fromkeys(with_it))


def score_of(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> float:
    """How well an article fits: what speaks for it, less for everything that speaks against it."""
    by_field: dict[str, list[float]] = {}
    for match in found:
        by_field.setdefault(match.evidence.field, []).append(match.strength * match.weight)
    score = sum(max(points) + _FURTHER * (sum(points) - max(points)) for points in by_field.values())
    return (
        score
        * _for_body(subjects, need, found, vocabulary)
        * _for_healing(subjects, need, found)
        * _for_activity(subjects, need, found, vocabulary)
    )


def _for_body(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> float:
    """Whether the article speaks of what the patient has, where she has it."""
    if not subjects.has_body:
        return 1.0
    if not any(match.by_code or match.evidence.concept in need.body for match in found):
        return _NO_CONDITION
    if need.regions and subjects.regions and need.regions.isdisjoint(subjects.regions):
        return _OTHER_REGION
    return _for_main_condition(subjects, need, found, vocabulary)


def _for_main_condition(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> float:
    """Whether what the title speaks of is what the patient has, and not something else in the same place."""
    said = {*need.body, *map(vocabulary.pain_of, need.body)}  # "L knee" is what a front desk types for knee pain
    if not subjects.main or not subjects.main.isdisjoint(said.union(*map(vocabulary.ancestors, said))):
        return 1.0
    broader = [name for name in need.body if not subjects.main.isdisjoint(vocabulary.descendants[name])]
    local = [name for name in need.body - set(broader) if _is_local(name, subjects, vocabulary)]
    if local:
        named = any(match.evidence.concept in local and _is_exact(match) for match in found)
        in_a_place = any(map(vocabulary.regions, subjects.main))  # pregnancy is none: it is hers or it is not
        return _ASIDE if named and in_a_place else _OTHER_CONDITION
    if broader:
        return _NARROWER if need.regions or not subjects.regions else _REGION_UNKNOWN
    return 1.0


def _is_exact(match: Match) -> bool:
    """Whether the article speaks of just what the need says, and not of something broader or narrower."""
    return match.by_code or match.subject == match.evidence.concept


def _is_local(name: str, subjects: Subjects, vocabulary: Vocabulary) -> bool:
    """Whether this is a condition in a place that the article is about."""
    return vocabulary.kind(name) == "condition" and not vocabulary.regions(name).isdisjoint(subjects.regions)


def _for_healing(subjects: Subjects, need: KnownNeed, found: list[Match]) -> float:
    """Whether one of the two is about an operation or a broken bone in the same place, and the other is not."""
    if subjects.is_for_healing and not need.healing:
        return _HEALING
    if not need.healing or subjects.covers_healing:
        return 1.0
    if subjects.has_body:
        elsewhere = need.healing_regions and need.healing_regions.isdisjoint(subjects.regions)
        return 1.0 if elsewhere else _HEALING
    booked = any(match.evidence.field in ("service", "kind") for match in found)
    return _HEALING if subjects.has_activity and not booked else 1.0


def _for_activity(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> float:
    """Whether the patient does what the article's title is written for."""
    if not subjects.for_activities:
        return 1.0
    if not subjects.for_activities.isdisjoint(need.activities):
        return _SAME_ACTIVITY
    if not need.activities:
        return _ACTIVITY_UNKNOWN
    exact = any(
        match.evidence.concept and _is_exact(match) and vocabulary.is_diagnosis(match.evidence.concept)
        for match in found
    )
    return _OTHER_ACTIVITY_EXACT if exact else _OTHER_ACTIVITY


def reason_of(found: list[Match]) -> str:
    """The reason in words: what the need says, then what of it the article is about."""
    about = list(dict.fromkeys(match.subject for match in found if not match.by_code))
    parts = [_in_words(match) for match in found]
    if about:
        parts.append(f"the article is about {' and '.join(filter(None, [', '.join(about[:-1]), about[-1]]))}")
    return "; ".join(parts)


def _in_words(match: Match) -> str:
    evidence = match.evidence
    if evidence.is_code:
        said = f"diagnosis {' and '.join(evidence.phrases)}"
        if match.by_code:
            meaning = f" ({evidence.concept})" if evidence.concept else ""
            return f"{said}{meaning} is among the article's codes ({match.subject})"
    else:
        quoted = [f'"{phrase}"' for phrase in evidence.phrases]
        said = f"{evidence.field} {' and '.join(quoted)}"
    if evidence.concept and evidence.concept.casefold() not in (phrase.casefold() for phrase in evidence.phrases):
        return f"{said} is {evidence.concept}"
    return said
