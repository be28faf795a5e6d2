"""Puts each pain, numbness and condition of a text in the part of the body of which the text speaks."""

from collections.abc import Collection, Iterable

from jobs.articles.spelled import Found
from jobs.articles.vocabulary import SIGNS, Vocabulary


def placed(found: Iterable[Found], vocabulary: Vocabulary) -> list[Found]:
    """The concepts of one clause: where it hurts, a region is its pain ("pain in the lower back", "knee is sore"), and
    where it is numb or shoots what makes it so."""
    found = list(found)
    signs = {one.meaning for one in found if one.meaning in SIGNS}
    concepts = [one for one in found if one.meaning not in SIGNS]
    for sign in ("shoots", "numb"):
        if sign in signs:
            concepts = _felt(sign, concepts, vocabulary)
    if "pain" not in signs:
        return concepts
    return [one._replace(meaning=vocabulary.pain_of(one.meaning)) if one.meaning else one for one in concepts]


def _felt(sign: str, concepts: list[Found], vocabulary: Vocabulary) -> list[Found]:
    """What makes a part of the body numb, or a pain shoot from one to another, whose names then say nothing more."""
    named = any(vocabulary.is_felt(sign, one.meaning) for one in concepts)
    if sign == "shoots" and not named and len({place for one in concepts for place in places_of(one, vocabulary)}) < 2:
        return concepts
    felt = [
        one._replace(meaning=meant, felt=True) if (meant := _cause(sign, one, vocabulary)) else one for one in concepts
    ]
    if sign == "numb" or not any(vocabulary.is_felt(sign, one.meaning) for one in felt):
        return felt
    way = [one for one in felt if one.meaning and vocabulary.kind(one.meaning) == "region"]
    places = tuple((one.start, one.end) for one in way)
    return [
        one._replace(more=(*one.more, *places)) if vocabulary.is_felt(sign, one.meaning) else one
        for one in felt
        if one not in way
    ]


def places_of(one: Found, vocabulary: Vocabulary) -> frozenset[str]:
    return vocabulary.place_of(one.meaning) if one.meaning else frozenset()


def _cause(sign: str, one: Found, vocabulary: Vocabulary) -> str:
    return vocabulary.felt(sign, one.meaning) if one.meaning else ""


def joined_across(found: list[Found], vocabulary: Vocabulary) -> list[Found]:
    """The concepts of all clauses, joined where only one place can be meant: "rear ended, neck is stiff"."""
    places = {place for one in found for place in places_of(one, vocabulary)}
    if len([place for place in places if places.isdisjoint(vocabulary.ancestors(place))]) == 1:  # groin and hip are one
        return joined(found, vocabulary)
    return joined(found, vocabulary, vocabulary.with_one_place)


def joined(found: list[Found], vocabulary: Vocabulary, which: Collection[str] | None = None) -> list[Found]:
    """The concepts of one clause with every condition that has no place put where the clause says ("OA both knees")."""
    which = vocabulary.without_place if which is None else which
    general = [one for one in found if one.meaning in which]
    if not general:
        return found
    taken: set[Found] = set()
    whole_ones: list[Found] = []
    for one in found:
        whole = None
        if one.meaning and one not in general:
            for condition in general:
                whole = _in_place(condition, one, vocabulary)
                if whole:
                    taken.add(condition)
                    break
        whole_ones.append(whole or one)
    return [one for one in whole_ones if one not in taken]


def _in_place(condition: Found, place: Found, vocabulary: Vocabulary) -> Found | None:
    """A condition in a part of the body, where there is a name for both together."""
    for region in vocabulary.place_of(place.meaning):
        meaning = vocabulary.joined.get((condition.meaning, region))
        if meaning:
            return Found(meaning, place.start, place.end, ((condition.start, condition.end), *condition.more))
    return None
