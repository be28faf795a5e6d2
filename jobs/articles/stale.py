"""Sets aside what the chart still has and the note of today takes back: "back is fine now, it is the elbow".

A diagnosis code stays in a chart for years; where the two contradict each other, what is typed about today counts.
"""

from collections.abc import Collection, Mapping, Sequence

from jobs.articles.descriptions import told_by_place
from jobs.articles.evidence import Evidence
from jobs.articles.reading import Reading
from jobs.articles.vocabulary import BODY, Vocabulary

_FELT_IN = {
    "neck": {"arm", "head"},
    "head": {"neck"},
    "elbow": {"wrist and hand"},
    "back": {"leg", "pelvis"},
    "spine": {"arm", "leg"},
}  # where else what is wrong there may be felt
_ONE_JOINT = frozenset(("ankle", "foot", "heel"))  # a heel hurts below, behind or above


class _Note:
    """What the complaint says of the body."""

    def __init__(self, body: Sequence[Evidence], complaint: Reading, vocabulary: Vocabulary) -> None:
        self.said = frozenset(one.concept for one in body)
        self.firm = frozenset(one.concept for one in body if one.sure)
        self.over, self.past = complaint.over, complaint.past
        self.misfiled = complaint.misfiled  # it says itself that the chart is wrong
        self.elsewhere = [
            one.concept
            for one in body
            if one.sure and vocabulary.kind(one.concept) == "condition" and vocabulary.regions(one.concept)
        ]
        self.felt = frozenset(one.concept for one in body if one.felt)
        self.only_asks_to_begin = complaint.returns and not body  # "back quiet for a month, may she jog again?"


def without_stale(evidence: list[Evidence], readings: Mapping[str, Reading], vocabulary: Vocabulary) -> list[Evidence]:
    """The evidence without the codes and activities that the complaint takes back."""
    typed = [one for one in evidence if one.field == "complaint" and not one.is_code]
    complaint = readings["complaint"]
    body = [one for one in typed if one.concept and vocabulary.kind(one.concept) in BODY]
    note = _Note(body, complaint, vocabulary)
    coded = [one.concept for one in evidence if one.is_code and one.field == "diagnosis" and one.concept]
    gone = {name for name in coded if _is_taken_back(name, note, vocabulary)}
    gone |= {name for name in coded if any(name in vocabulary.ancestors(other) for other in gone)} - note.said
    return [
        one
        for one in evidence
        if not (note.misfiled and one.field in ("service", "kind"))
        and not (one.is_code and one.field == "diagnosis" and one.concept in gone)
        and not (one.field == "activity" and one.concept in note.over and not complaint.returns)
    ]


def in_their_place(evidence: list[Evidence], vocabulary: Vocabulary) -> list[Evidence]:
    """The same, with a condition that is typed without its place put where the codes say: "replaced", for a knee."""
    places = {place for one in evidence if one.is_code and one.concept for place in vocabulary.regions(one.concept)}
    typed = [one for one in evidence if one.field == "complaint" and one.concept and not one.is_code]
    if len(places) != 1 or any(vocabulary.regions(one.concept) for one in typed):
        return evidence
    (place,) = places
    coded = {one.concept for one in evidence if one.is_code}
    whole = {one.concept: vocabulary.joined.get((one.concept, place), "") for one in typed}
    meant = {name: there for name, there in whole.items() if there and there not in coded}
    return [one._replace(concept=meant.get(one.concept, one.concept)) if one in typed else one for one in evidence]


def _is_taken_back(coded: str, note: _Note, vocabulary: Vocabulary) -> bool:
    """Whether the note says that a code's condition is over, is none, or is its neighbour's."""
    if not note.said.isdisjoint((coded, *vocabulary.descendants[coded])):
        return False
    if note.only_asks_to_begin:
        return False
    if note.misfiled or not note.over.isdisjoint((coded, *_anywhere(coded, vocabulary))):
        return True
    if _is_elsewhere(coded, note, vocabulary):
        return True
    places = vocabulary.regions(coded)
    wide = places.union(*(vocabulary.descendants[place] for place in places))
    if coded in note.past and note.firm or _is_a_neighbour_s(coded, note.firm, vocabulary):
        return True
    here = [name for name in note.said if not vocabulary.regions(name).isdisjoint(wide)]
    if here and _covers(note.over, places, vocabulary):
        return len(places) > 1 or all(map(vocabulary.is_diagnosis, here))
    if here:
        return False
    if _covers(note.over, places, vocabulary) and not vocabulary.is_healing(coded):
        return True
    return bool(note.firm) and _covers(note.over | note.past, places, vocabulary)


def _anywhere(coded: str, vocabulary: Vocabulary) -> list[str]:
    """What a condition is in any part of the body: arthritis, for an arthritic knee."""
    above = vocabulary.ancestors(coded)
    return [name for name in above if vocabulary.kind(name) == "condition" and not vocabulary.regions(name)]


def _covers(over: Collection[str], places: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether a part of the body that is well has one of these places in it."""
    well = {place for name in over for place in vocabulary.place_of(name)}
    return any(not well.isdisjoint((place, *vocabulary.ancestors(place))) for place in places)


def _is_a_neighbour_s(coded: str, firm: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether the note says that it hurts on another side of the same joint: the inside of a tennis elbow."""
    told = told_by_place()
    places = _joint(coded, vocabulary)
    return coded in told and any(
        name in told and name != coded and not places.isdisjoint(_joint(name, vocabulary)) for name in firm
    )


def _joint(name: str, vocabulary: Vocabulary) -> frozenset[str]:
    places = vocabulary.regions(name)
    return places if places.isdisjoint(_ONE_JOINT) else places | _ONE_JOINT


def _is_elsewhere(coded: str, note: _Note, vocabulary: Vocabulary) -> bool:
    """Whether all that the note complains of is in a part of the body that has nothing to do with the code's."""
    return (
        bool(note.elsewhere)
        and bool(vocabulary.regions(coded))
        and not any(
            _reaches(coded, name, vocabulary, name in note.felt) or _reaches(name, coded, vocabulary)
            for name in note.elsewhere
        )
    )


def _reaches(one: str, other: str, vocabulary: Vocabulary, felt: bool = False) -> bool:
    """Whether what is wrong in one part of the body may be felt where the other is; a disease of the other part's own,
    such as golfer's elbow, is not felt from the neck unless it is only read from how it feels: a numb thumb."""
    places = vocabulary.regions(one)
    if felt or not vocabulary.is_diagnosis(other):
        places = places.union(*(_FELT_IN[place] for place in places & _FELT_IN.keys()))
    return not vocabulary.regions(other).isdisjoint(places.union(*(vocabulary.descendants[place] for place in places)))
