"""Weighs what speaks for an article and what speaks against it."""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from jobs.articles import objections as against
from jobs.articles.evidence import Evidence
from jobs.articles.need import KnownNeed
from jobs.articles.objections import Objection
from jobs.articles.subjects import Index, Subjects
from jobs.articles.vocabulary import Vocabulary


class Weighed(NamedTuple):
    """An article's score, and how it came about."""

    score: float
    concepts: float  # the points of what the need says
    words: float  # the points of words that the article shares with it
    objections: tuple[Objection, ...]


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
_FURTHER = 0.3  # what a field says besides its best point
_FAINT = 0.8  # what is only guessed or nearly over, where nothing else is known
_FELT = 0.95  # what is read from how it feels
_LESS_EXACT = 0.3  # the knee hurts, where another field says that its meniscus is torn

TEXT_FIELDS = {"diagnosis": 1.0, "complaint": 1.0, "activity": 0.5}  # how much a word shared with an article counts
_TEXT_MOST = 0.9  # below the threshold: words alone never send an article, they decide among those that fit
_TEXT_HALF = 8.0  # the weight of words at which half of that is reached


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


def weigh(subjects: Subjects, need: KnownNeed, found: list[Match], text: float, index: Index) -> Weighed:
    """How well an article fits: what speaks for it, less for everything that speaks against it."""
    vocabulary, words = index.vocabulary, _TEXT_MOST * text / (text + _TEXT_HALF)
    if need.doctor_first:
        return Weighed(0.0, 0.0, words, (against.DOCTOR_FIRST,))
    if not found:
        return Weighed(words, 0.0, words, ())
    by_field: dict[str, list[float]] = {}
    for match in found:
        by_field.setdefault(match.evidence.field, []).append(match.strength * match.weight)
    concepts = sum(max(points) + _FURTHER * (sum(points) - max(points)) for points in by_field.values())
    objections = tuple(
        objection
        for objection in (
            _for_body(subjects, need, found, vocabulary) or _for_codes(subjects, need, found, index),
            _for_healing(subjects, need, found),
            _for_activity(subjects, need, vocabulary),
            _for_occasion(subjects, need, found),
            _for_group(subjects, need),
        )
        if objection
    )
    return Weighed(prod([one.factor for one in objections], start=concepts + words), concepts, words, objections)


def _for_body(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> Objection | None:
    """Whether the article speaks of what the patient has, where she has it."""
    if not subjects.has_body:
        return None
    if not subjects.main.isdisjoint(need.denied):
        return against.DENIED
    speaking = [match for match in found if match.by_code or match.evidence.concept in need.body]
    if not any(match.evidence.sure for match in speaking):
        return against.UNSURE if speaking else against.NO_CONDITION
    if need.regions and all(match.evidence.concept == "a fall" for match in speaking):
        return against.ACCIDENT
    if need.regions and subjects.regions and need.regions.isdisjoint(subjects.regions):
        return against.OTHER_REGION
    if subjects.regions and need.body and not need.regions and need.body <= vocabulary.without_place:
        if not any(match.by_code or match.subject in subjects.main for match in found):
            return against.REGION_UNKNOWN  # "tendinitis" alone, and the article is about the tendons of the hip
    return _for_main_condition(subjects, need, found, vocabulary)


def _for_codes(subjects: Subjects, need: KnownNeed, found: list[Match], index: Index) -> Objection | None:
    """Whether a code names another disease in the same place, one that no article is about."""
    if not subjects.has_body or any(match.by_code for match in found):
        return None
    vocabulary = index.vocabulary
    strange = [name for name in need.coded - index.about if need.body.isdisjoint(vocabulary.descendants[name])]
    coded = [vocabulary.regions(name) for name in strange]
    if any(not places.isdisjoint(subjects.regions) for places in coded):
        return against.OTHER_CODE
    anywhere = [places for places in (*coded, *need.strange) if not places or not places.isdisjoint(subjects.regions)]
    if anywhere and not any(match.evidence.is_code or _is_named(match, vocabulary) for match in found):
        return against.OTHER_CODE
    return None


def _is_named(match: Match, vocabulary: Vocabulary) -> bool:
    """Whether the need names a condition of its own, and not just the part of the body."""
    return bool(match.evidence.concept) and vocabulary.is_diagnosis(match.evidence.concept)


def _for_main_condition(
    subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary
) -> Objection | None:
    """Whether what the title speaks of is what the patient has, and not something else in the same place."""
    said = {*need.body, *map(vocabulary.pain_of, need.body)}  # "L knee" is what a front desk types for knee pain
    exact = need.body - need.general
    if not subjects.main or not subjects.main.isdisjoint(exact.union(map(vocabulary.pain_of, exact))):
        return None
    if not subjects.main.isdisjoint(said) or not subjects.main.isdisjoint(
        frozenset().union(*map(vocabulary.ancestors, said))
    ):
        aside = _is_of_a_rival(subjects, need, found, vocabulary) or _is_of_a_sign(found, need, vocabulary)
        return against.OTHER_CONDITION if aside else None
    broader = [name for name in need.body if _is_broader(name, subjects, vocabulary)]
    local = [name for name in need.body - set(broader) if _is_local(name, subjects, vocabulary)]
    if local:
        named = any(match.evidence.concept in local and _is_exact(match) for match in found)
        a_pain = all(map(vocabulary.regions, subjects.main)) and not any(map(vocabulary.is_diagnosis, subjects.main))
        if not (named and a_pain):
            return against.OTHER_CONDITION
        complained = {match.evidence.concept for match in found if match.evidence.field == "complaint"}
        return against.ASIDE if complained.isdisjoint(subjects.for_activities) else against.ASIDE_SPORT
    if not broader:
        return (
            against.NO_CONDITION if subjects.main_in_title and not any(map(vocabulary.regions, subjects.main)) else None
        )
    complained = {one.concept for one in need.evidence if one.complained and one.concept in need.body}
    hurts = need.body.union(map(vocabulary.pain_of, complained), *map(vocabulary.ancestors, need.body))
    if any(_is_implied(name, hurts, vocabulary) for name in subjects.main):
        return None
    if subjects.regions and not need.regions:
        return against.REGION_UNKNOWN
    return against.NARROWER if need.activities.isdisjoint(subjects.weights) else against.NARROWER_SPORT


def _is_of_a_rival(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> bool:
    """Whether the first code of an article about a pain is that of another condition than the patient's, which it does
    not speak of: bursitis, for an arthritic hip."""
    rival = vocabulary.of_code(subjects.article.codes[0]) if subjects.article.codes else ""
    if (
        not rival
        or rival in need.body
        or not vocabulary.is_diagnosis(rival)
        or not all(map(vocabulary.place_of, subjects.main))
    ):
        return False
    speaking = [match for match in found if match.evidence.concept in need.body]
    named = [match.evidence.concept for match in speaking if vocabulary.is_diagnosis(match.evidence.concept)]
    above = frozenset().union(*map(vocabulary.ancestors, named)).intersection(subjects.weights)
    return bool(named) and not any(map(_is_exact, speaking)) and not any(map(vocabulary.is_diagnosis, above))


def _is_of_a_sign(found: list[Match], need: KnownNeed, vocabulary: Vocabulary) -> bool:
    """Whether all that speaks for an article is a disease that it does not name: unsteadiness, for Parkinson's."""
    speaking = [match for match in found if match.evidence.concept in need.body]
    return all(
        vocabulary.is_lasting(match.evidence.concept)
        and not vocabulary.regions(match.evidence.concept)
        and not _is_exact(match)
        for match in speaking
    )


def _is_broader(name: str, subjects: Subjects, vocabulary: Vocabulary) -> bool:
    """Whether what the title speaks of belongs to this: a sore arm may be a sore shoulder."""
    if not subjects.main.isdisjoint(vocabulary.descendants[name]):
        return True
    places = frozenset().union(*map(vocabulary.regions, subjects.main))
    return any(not places.isdisjoint(vocabulary.descendants[place]) for place in vocabulary.place_of(name))


def _is_implied(name: str, said: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether all the pains that make up a condition are there: a headache and a painful neck."""
    pains = [parent for parent in vocabulary.concepts[name].parents if vocabulary.regions(parent)]
    return len(pains) > 1 and all(pain in said for pain in pains)


def _is_exact(match: Match) -> bool:
    """Whether the article speaks of just what the need says, and not of something broader or narrower."""
    return match.by_code or match.subject == match.evidence.concept


def _is_local(name: str, subjects: Subjects, vocabulary: Vocabulary) -> bool:
    """Whether this is a condition in a place that the article is about."""
    named = vocabulary.pain_of(name)  # "back" is back pain
    return vocabulary.kind(named) == "condition" and not vocabulary.regions(name).isdisjoint(subjects.regions)


def _for_healing(subjects: Subjects, need: KnownNeed, found: list[Match]) -> Objection | None:
    """Whether one of the two is about an operation or a broken bone in the same place, and the other is not."""
    if subjects.is_for_healing and not need.healing:
        return against.HEALING
    if not need.healing or subjects.covers_healing:
        return against.OPERATED if subjects.is_for_healing and any(match.evidence.is_code for match in found) else None
    if subjects.has_body:
        elsewhere = need.healing_regions and need.healing_regions.isdisjoint(subjects.regions)
        return None if elsewhere else against.HEALING
    booked = {match.evidence.field for match in found} & {"service", "kind"}
    return against.HEALING if subjects.has_activity and not booked else None


def _for_activity(subjects: Subjects, need: KnownNeed, vocabulary: Vocabulary) -> Objection | None:
    """Whether the patient does what the article's title is written for."""
    if not subjects.for_activities:
        return None
    if not subjects.for_activities.isdisjoint(need.activities):
        aside = any(vocabulary.is_diagnosis(name) and name not in subjects.weights for name in need.body)
        return against.SAME_ACTIVITY if subjects.has_body and not aside else None
    exact = any(name in need.body and vocabulary.is_diagnosis(name) for name in subjects.main)
    if not subjects.sports:
        return against.EVERYDAY_UNKNOWN
    if need.activities:
        return against.OTHER_ACTIVITY_EXACT if exact else against.OTHER_ACTIVITY
    return against.EXACT_UNKNOWN if exact else against.SPORT_UNKNOWN


def _for_occasion(subjects: Subjects, need: KnownNeed, found: list[Match]) -> Objection | None:
    """Whether an article about no condition has an occasion: a service that was booked, or more than a sport."""
    if subjects.has_body:
        return None
    if not any(match.evidence.sure for match in found):
        return against.UNSURE
    if subjects.service:
        named = any(match.subject == subjects.service and _is_exact(match) for match in found)
        return None if named else against.OTHER_SERVICE
    if need.body and all(match.evidence.field == "complaint" for match in found):
        return against.OTHER_SERVICE  # "sore after the Pilates class"
    only_activity = all(match.evidence.field == "activity" for match in found)
    return against.NO_COMPLAINT if only_activity and not need.body else None


def _for_group(subjects: Subjects, need: KnownNeed) -> Objection | None:
    """Whether an article about the young, or about those who finish therapy, has one of them to read it."""
    groups = {one.concept for one in need.evidence}
    if "small children" in groups and "children and teens" not in subjects.weights:
        return against.FOR_GROWN_UPS
    for group, objection in against.FOR_GROUPS.items():
        if group in subjects.weights and group not in groups:
            return objection
    return None
