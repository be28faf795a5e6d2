"""Says what speaks against an article that something speaks for: the rest of what the need says of the patient."""

from collections.abc import Iterator

from jobs.articles import objections as against
from jobs.articles.matching import Match, is_exact
from jobs.articles.need import KnownNeed
from jobs.articles.objections import Objection
from jobs.articles.subjects import Index, Subjects
from jobs.articles.vocabulary import Vocabulary

_FINISHING = "finishing therapy"
_BIRTHS = frozenset(("pregnancy", "postpartum", "cesarean"))


def objections_to(subjects: Subjects, need: KnownNeed, found: list[Match], index: Index) -> Iterator[Objection]:
    """Each objection, of each kind the first."""
    vocabulary = index.vocabulary
    for objection in (
        _for_codes(subjects, need, found, index) or _for_body(subjects, need, found, vocabulary),
        _for_healing(subjects, need, found),
        _for_activity(subjects, need, found, vocabulary),
        _for_occasion(subjects, need, found, vocabulary),
        _for_group(subjects, need, found),
    ):
        if objection:
            yield objection


def _for_body(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> Objection | None:
    """Whether the article speaks of what the patient has, where she has it."""
    if not subjects.has_body:
        return None
    if not subjects.main.isdisjoint(need.denied):
        return against.DENIED
    speaking = [match for match in found if match.by_code or match.evidence.concept in need.body]
    if not any(match.evidence.sure for match in speaking) and (
        _is_asked_for(subjects, need, found, vocabulary) or _is_begun_again(subjects, need, speaking)
    ):
        return None
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


def _is_asked_for(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> bool:
    """Whether an article is about what a patient without a complaint wants for her own sport: legs that are ready for
    the trail, a warm-up before golf."""
    if (
        any(vocabulary.kind(name) != "region" for name in need.body)
        or subjects.for_activities.isdisjoint(need.activities)
        or not subjects.sports
    ):
        return False
    return any(match.evidence.field == "complaint" and _is_a_service(match, vocabulary) for match in found)


def _is_begun_again(subjects: Subjects, need: KnownNeed, speaking: list[Match]) -> bool:
    """Whether an article is about what was wrong once and what the patient goes back to: running after back pain."""
    returns = subjects.sports and not subjects.for_activities.isdisjoint(need.activities)
    return returns and any(match.evidence.faint and match.subject in subjects.main for match in speaking)


def _is_a_service(match: Match, vocabulary: Vocabulary) -> bool:
    """Whether the need names just the service that an article speaks of, in words or by a code of its list."""
    concept = match.evidence.concept if match.by_code else match.subject
    return is_exact(match) and concept in vocabulary.concepts and vocabulary.kind(concept) == "service"


def _for_codes(subjects: Subjects, need: KnownNeed, found: list[Match], index: Index) -> Objection | None:
    """Whether a code names another disease in the same place, one that no article is about."""
    if not subjects.has_body or any(
        match.by_code or _is_her_other_code(match, subjects, index) or _is_of_her_operation(match, index)
        for match in found
    ):
        return None
    if need.tumor:
        return against.OTHER_CODE  # "brain tumor, balance off"
    vocabulary = index.vocabulary
    strange = [name for name in need.coded - index.about if need.body.isdisjoint(vocabulary.descendants[name])]
    coded = [vocabulary.regions(name) for name in strange]
    if any(not places.isdisjoint(subjects.regions) for places in coded):
        return against.OTHER_CODE
    if any(not places.isdisjoint(need.typed_regions) for places in coded) and all(
        vocabulary.place_of(match.evidence.concept) for match in found if match.evidence.concept in need.body
    ):
        return against.OTHER_CODE  # "popped in the back of my thigh, bruise halfway to my knee"
    anywhere = [places for places in (*coded, *need.strange) if not places or not places.isdisjoint(subjects.regions)]
    if anywhere and not any(match.evidence.is_code or _is_named(match, vocabulary) for match in found):
        return against.OTHER_CODE
    return None


def _is_her_other_code(match: Match, subjects: Subjects, index: Index) -> bool:
    """Whether another code is just what the article is about, and more than a pain: a pregnancy."""
    return (
        match.evidence.is_code
        and match.evidence.concept in subjects.main
        and index.vocabulary.is_diagnosis(match.evidence.concept)
    )


def _is_of_her_operation(match: Match, index: Index) -> bool:
    concept = match.evidence.concept
    return bool(concept) and index.vocabulary.is_healing(concept) and not match.evidence.is_code and is_exact(match)


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
        named = any(match.evidence.concept in local and is_exact(match) for match in found)
        a_pain = all(map(vocabulary.regions, subjects.main)) and not any(map(vocabulary.is_diagnosis, subjects.main))
        if not (named and a_pain):
            return against.OTHER_CONDITION
        complained = {match.evidence.concept for match in found if match.evidence.field == "complaint"}
        return against.ASIDE if complained.isdisjoint(subjects.for_activities) else against.ASIDE_SPORT
    if not broader:
        placed = any(map(vocabulary.regions, subjects.main))
        unsaid = placed and not need.regions and all(map(vocabulary.is_diagnosis, subjects.main))
        unsaid = unsaid and not any(match.by_code for match in found)  # a sore thumb, after a birth alone
        return against.NO_CONDITION if unsaid or subjects.main_in_title and not placed else None
    complained = {one.concept for one in need.evidence if one.complained and one.concept in need.body}
    hurts = need.body.union(map(vocabulary.pain_of, complained), *map(vocabulary.ancestors, need.body))
    if any(_is_implied(name, hurts, vocabulary) for name in subjects.main):
        return None
    if subjects.regions and not need.regions:
        return against.REGION_UNKNOWN
    sports = [name for name in need.activities if name in subjects.weights and not vocabulary.is_everyday(name)]
    broken = any(map(vocabulary.is_healing, broader))  # a torn-off bone is no stress fracture, in a runner neither
    return against.NARROWER_SPORT if sports and not broken else against.NARROWER


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
    return bool(named) and not any(map(is_exact, speaking)) and not any(map(vocabulary.is_diagnosis, above))


def _is_of_a_sign(found: list[Match], need: KnownNeed, vocabulary: Vocabulary) -> bool:
    """Whether all that speaks for an article is a disease that it does not name: unsteadiness, for Parkinson's."""
    speaking = [match for match in found if match.evidence.concept in need.body]
    return all(
        vocabulary.is_lasting(match.evidence.concept)
        and not vocabulary.regions(match.evidence.concept)
        and not is_exact(match)
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


def _for_activity(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> Objection | None:
    """Whether the patient does what the article's title is written for."""
    if not subjects.for_activities:
        return None
    if not subjects.for_activities.isdisjoint(need.activities):
        aside = any(
            vocabulary.is_diagnosis(name)
            and name not in subjects.weights
            and not any(one in subjects.main and not vocabulary.place_of(one) for one in vocabulary.ancestors(name))
            for name in need.body
        )
        if subjects.has_body and _is_named_elsewhere(subjects, need, found, vocabulary):
            return against.SAME_ACTIVITY_ASIDE
        return against.SAME_ACTIVITY if subjects.has_body and not aside else None
    exact = any(name in need.body and vocabulary.is_diagnosis(name) for name in subjects.main)
    if not subjects.sports:
        return against.EVERYDAY_UNKNOWN
    if need.activities:
        return against.OTHER_ACTIVITY_EXACT if exact else against.OTHER_ACTIVITY
    return against.EXACT_UNKNOWN if exact else against.SPORT_UNKNOWN


def _is_named_elsewhere(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> bool:
    """Whether the note names a disease of some part of the body that an article about a sport does not speak of, and
    the article only the pain that comes with it: a golfer's arthritic hip."""
    typed = (one.concept for one in need.evidence if one.concept and not one.is_code)
    named = [name for name in typed if vocabulary.is_diagnosis(name) and vocabulary.regions(name)]
    exact = any(match.by_code or match.evidence.concept in need.body and is_exact(match) for match in found)
    return subjects.sports and not exact and any(name not in subjects.weights for name in named)


def _for_occasion(subjects: Subjects, need: KnownNeed, found: list[Match], vocabulary: Vocabulary) -> Objection | None:
    """Whether an article about no condition has an occasion: a service that was booked, or more than a sport."""
    if subjects.has_body:
        return None
    if not any(match.evidence.sure for match in found):
        return against.UNSURE
    if subjects.service:
        named = [match for match in found if _is_a_service(match, vocabulary)]
        if not named:
            return against.OTHER_SERVICE
        asked = any(match.evidence.field == "complaint" for match in named)
        return against.ASKED if asked and not need.typed_regions else None
    about = {match.subject for match in found}
    if need.idle and _FINISHING not in about and not against.STUDIO.isdisjoint(about):
        return against.UNSURE  # "two men to move the reformers"
    if need.body and _FINISHING not in about and all(match.evidence.field == "complaint" for match in found):
        return against.OTHER_SERVICE  # "sore after the Pilates class"
    only_activity = all(match.evidence.field == "activity" for match in found)
    return against.NO_COMPLAINT if only_activity and not need.body else None


def _for_group(subjects: Subjects, need: KnownNeed, found: list[Match]) -> Objection | None:
    """Whether an article about mothers, the young or those who finish therapy has one of them to read it."""
    groups = {one.concept for one in need.evidence}
    if need.man and not _BIRTHS.isdisjoint(_first(subjects)):
        return against.FOR_MOTHERS
    if "small children" in groups and "children and teens" not in subjects.weights:
        return against.FOR_GROWN_UPS
    for group, objection in against.FOR_GROUPS.items():
        if group in subjects.weights and group not in groups:
            return objection
    asked = {match.subject for match in found if match.evidence.field == "complaint"}
    return against.FINISHING if _FINISHING in asked and len(asked) > 1 and not subjects.has_body else None


def _first(subjects: Subjects) -> set[str]:
    """What an article is about before all else: what its title or its first topic names."""
    return {*subjects.main, *list(subjects.weights)[:1]}
