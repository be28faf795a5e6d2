"""What a letter's patient needs to read about: everything that the appointment says, as evidence."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from jobs.articles.doctor_first import DoctorFirst
from jobs.articles.evidence import Evidence
from jobs.articles.men import is_told_a_man
from jobs.articles.mentions import read_text, topics_of
from jobs.articles.reading import Mention, Reading
from jobs.articles.stale import in_their_place, without_stale
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import Word, words_of
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.patterns import pattern

_MAY_BE_CODES = pattern(r"\b[A-Za-z][0-9OILoil][0-9A-Za-z]")
_SHORTEST_IN_WORDS = 3  # within a complaint, K12 is a school
_OF_OTHERS = "BHKL"  # infections, eyes and ears, teeth and digestion, the skin: "L20.9, elbows" is no elbow pain
_BOOKED = ("service", "kind")
_NAME_DISEASES = "CDGMNOQS"  # tumours, blood, nerves, joints, urinary organs, births, malformations, injuries
_VAGUE = pattern(r"\bother\b|unspecified|elsewhere|\bpain\b|stiffness|effusion|unknown", re.IGNORECASE)
_PLAIN = pattern(r"^(?!unspecified)(?!.*\b(?:other|disorders?|pain|elsewhere)\b)", re.IGNORECASE)
_ALWAYS_PLAIN = "CDG"  # tumours and nerves: a tumour whose kind is unspecified is one
_DYING = ("C77", "C78", "C79", "Z51.5", "Z515", "Z66")
_GONE_WRONG = ("T81", "T84", "T85")  # an infected wound, a loose joint
_TUMOR = pattern(r"C|D[0-4]", re.IGNORECASE)
_ALONG = {
    "neck": {"arm"},
    "elbow": {"wrist and hand"},
    "back": {"leg"},
    "spine": {"arm", "leg"},
}  # where a nerve hurts that is pinched there
_STEPS = {"evaluation": "first visit", "discharge": "finishing therapy"}
"""What the stage of the episode says by itself. It adds to an article that is written for it and calls for none."""


class Need(NamedTuple):
    """What is known of the appointment that a letter is about; each as text, "" where nothing is known."""

    diagnosis: str  # ICD-10-CM codes, and words beside them
    complaint: str
    activity: str
    service: str
    kind: str  # the appointment type as typed
    step: str  # one of jobs.clinic.records.STEPS


class FieldWords(NamedTuple):
    """The words of one field, and between blanks their key."""

    text: str
    words: tuple[Word, ...]
    key: str

    def typed(self, topic: str) -> str:
        """A topic's key that stands in this one, as the field has it."""
        first = self.key[: self.key.index(topic)].count(" ")
        return self.text[self.words[first].start : self.words[first + topic.count(" ") - 2].end]


class KnownNeed(NamedTuple):
    """A need as the choice weighs it."""

    evidence: tuple[Evidence, ...]
    words: dict[str, FieldWords]  # for topics that are the office manager's own
    said: dict[str, dict[str, str]]  # field -> words that are neither denied nor without meaning, as key and as typed
    body: frozenset[str]  # conditions and regions
    regions: frozenset[str]
    typed_regions: frozenset[str]  # those that are typed and not just coded
    activities: frozenset[str]
    healing: frozenset[str]  # operations and broken bones
    healing_regions: frozenset[str]  # empty also where nobody says where
    denied: frozenset[str]  # with everything that belongs to it
    general: frozenset[str]  # of the body: what only says less exactly what another concept says
    doctor_first: tuple[DoctorFirst, ...]
    coded: frozenset[str]  # the conditions of its codes that are more than a pain and not just wear
    tumor: bool  # whether a code names one
    man: bool  # whether the complaint says that the patient is one
    idle: bool  # whether a complaint that no code stands beside is none of somebody who begins something or goes on
    strange: tuple[frozenset[str], ...]  # for each code of a disease that has no concept, where its title says it is


def understand(need: Need, vocabulary: Vocabulary) -> KnownNeed:
    """Read every field of a need once, set aside what does not count, and say what is known then."""
    fields, readings, evidence = _read_fields(need, vocabulary)
    if any(reading.void for reading in readings.values()) or readings["complaint"].errand or _is_dying(evidence):
        evidence = []
    evidence = without_stale(in_their_place(evidence, vocabulary), readings, vocabulary)
    if need.step in _STEPS:
        evidence.append(Evidence("step", (need.step,), _STEPS[need.step]))
    return _known(fields, readings, _doubted(evidence, vocabulary), vocabulary)


def _read_fields(need: Need, vocabulary: Vocabulary) -> tuple[dict[str, str], dict[str, Reading], list[Evidence]]:
    """The text of each field without the codes in it, its reading, and everything that speaks for something."""
    fields, readings, evidence = need._asdict(), dict[str, Reading](), list[Evidence]()
    for field, text in need._asdict().items():
        if field in ("diagnosis", "complaint") and _MAY_BE_CODES.search(text):
            codes, fields[field] = _of_codes(field, text, vocabulary)
            evidence += codes
        if field in _BOOKED:
            readings[field] = _read_booked(fields[field], vocabulary)
        elif field != "step":
            readings[field] = read_text(fields[field], vocabulary, () if field == "activity" else _coded(evidence))
        if field != "step":
            evidence += _of_reading(field, readings[field])
    return fields, readings, evidence


def _doubted(evidence: list[Evidence], vocabulary: Vocabulary) -> list[Evidence]:
    """The evidence, unsure of what a code of the same appointment may explain."""
    if any(one.is_code and one.title and one.phrases[0][:1].upper() in _OF_OTHERS for one in evidence):
        evidence = [_in_doubt(one, vocabulary) for one in evidence]
    known = [name for name in _coded(evidence) if vocabulary.is_diagnosis(name)]
    known += [one.concept for one in evidence if one.sure and _is_named_nerve(one, vocabulary)]
    return [
        one._replace(sure=False)
        if one.felt and any(_explains(name, one.concept, vocabulary) for name in known)
        else one
        for one in evidence
    ]


def _is_named_nerve(one: Evidence, vocabulary: Vocabulary) -> bool:
    """Whether the note names a nerve that is pinched, and not just what is numb."""
    return bool(one.concept) and not one.felt and "pinched nerve" in vocabulary.ancestors(one.concept)


def _known(
    fields: Mapping[str, str], readings: Mapping[str, Reading], evidence: list[Evidence], vocabulary: Vocabulary
) -> KnownNeed:
    codes = [one for one in evidence if one.is_code]
    concepts = frozenset(one.concept for one in evidence if one.concept)
    body = frozenset(name for name in concepts if vocabulary.kind(name) in BODY)
    typed = {one.concept for one in evidence if one.concept in body and not one.is_code}
    healing = frozenset(filter(vocabulary.is_healing, body))
    said_no = frozenset().union(*(reading.denied for reading in readings.values())) - concepts
    denied = frozenset(name for name in said_no if not _has_all_the_same(name, concepts, vocabulary))
    return KnownNeed(
        evidence=tuple(evidence),
        words={field: _words(text) for field, text in fields.items() if text},
        said={field: dict(reading.words) for field, reading in readings.items() if reading.words},
        body=body,
        regions=frozenset().union(*map(vocabulary.regions, body)),
        typed_regions=frozenset().union(*map(vocabulary.regions, typed)),
        activities=frozenset(name for name in concepts if vocabulary.kind(name) == "activity"),
        healing=healing,
        healing_regions=frozenset().union(*map(vocabulary.regions, healing)),
        denied=denied.union(*(vocabulary.descendants[name] for name in denied)) - concepts,
        general=frozenset(name for name in body if any(name in vocabulary.ancestors(other) for other in body)),
        doctor_first=tuple(_doctor_first(readings.values(), body, vocabulary)),
        coded=frozenset(one.concept for one in codes if is_own_disease(one.concept, vocabulary)),
        tumor=any(_TUMOR.match(one.phrases[0]) for one in codes),
        man=is_told_a_man(fields["complaint"]),
        idle=bool(fields["complaint"]) and not readings["complaint"].begins and not codes,
        strange=tuple(_places(one.title, vocabulary) for one in codes if _is_strange(one)),
    )


def is_own_disease(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a condition is told apart from a pain: growing pains of the knee, multiple sclerosis, but no wear."""
    if not name or not vocabulary.is_diagnosis(name):
        return False
    if not vocabulary.regions(name):
        return vocabulary.is_lasting(name) and name not in vocabulary.without_place
    parents = vocabulary.concepts[name].parents
    of_a_pain = any(vocabulary.kind(one) == "condition" and vocabulary.place_of(one) for one in parents)
    return not (of_a_pain and vocabulary.is_lasting(name))


def _is_strange(code: Evidence) -> bool:
    """Whether a code that the vocabulary does not know names a disease or an injury, and not just that there is one."""
    chapter = code.phrases[0][:1].upper()
    if chapter in _ALWAYS_PLAIN and _PLAIN.search(code.title):
        return True
    return chapter in _NAME_DISEASES and bool(code.title) and not _VAGUE.search(code.title)


def _places(title: str, vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset().union(*map(vocabulary.regions, topics_of(title, vocabulary)))


def _doctor_first(readings: Iterable[Reading], body: frozenset[str], vocabulary: Vocabulary) -> Iterator[DoctorFirst]:
    """The signs that count beside what else is known of the patient."""
    places = body.union(*map(vocabulary.ancestors, body))
    for reading in readings:
        yield from (sign for sign in reading.doctor_first if not sign.beside or sign.beside in places)


@lru_cache(maxsize=256)
def _read_booked(text: str, vocabulary: Vocabulary) -> Reading:
    """What the name of a service or an appointment type says: a clinic has few of them."""
    return read_text(text, vocabulary)


def _has_all_the_same(denied: str, concepts: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether a part of the body was called well that something is wrong with: "lateral hip bursitis, hip x-ray ok"."""
    return vocabulary.kind(denied) == "region" and not concepts.isdisjoint(vocabulary.descendants[denied])


def _words(text: str) -> FieldWords:
    words = words_of(text)
    return FieldWords(text, words, f" {' '.join([word.key for word in words])} ")


def _of_codes(field: str, text: str, vocabulary: Vocabulary) -> tuple[list[Evidence], str]:
    """The codes of a field by what they mean, and what else the field says.

    A code that stands in a complaint is read as well; what is typed around it stays as it is.
    """
    from jobs.articles.icd10cm import mend_codes, title_of

    mended, typed = mend_codes(text)
    codes, words = read_diagnosis(mended)
    found: dict[str, list[str]] = {}
    sure = [code for code in codes.split() if field == "diagnosis" or len(code) > _SHORTEST_IN_WORDS]
    for code in sure:
        found.setdefault(vocabulary.of_code(code) or code, []).append(typed.get(code, code))
    evidence = [
        Evidence(field, tuple(same), name, True)
        if name in vocabulary.concepts
        else Evidence(field, tuple(same), "", True, title_of(name))
        for name, same in found.items()
    ]
    return evidence, words if sure else text


def _is_dying(evidence: Iterable[Evidence]) -> bool:
    """Whether a code says that a cancer has spread, that care is palliative or that an operation went wrong: then no
    article is tactful."""
    return any(one.phrases[0].upper().startswith((*_DYING, *_GONE_WRONG)) for one in evidence if one.is_code)


def _explains(coded: str, felt: str, vocabulary: Vocabulary) -> bool:
    """Whether a coded disease may be what a patient feels: a numb hand may come from the neck."""
    places, feels = vocabulary.regions(coded), vocabulary.regions(felt)
    if not places:
        return vocabulary.is_lasting(coded) or vocabulary.is_healing(coded)
    if not feels or coded in vocabulary.ancestors(felt):
        return False
    reached = places.union(*(_ALONG[place] for place in places & _ALONG.keys()))
    return any(not reached.isdisjoint((place, *vocabulary.ancestors(place))) for place in feels)


def _coded(evidence: Iterable[Evidence]) -> list[str]:
    """The conditions that the codes of a need name."""
    return [one.concept for one in evidence if one.is_code and one.concept]


def _in_doubt(one: Evidence, vocabulary: Vocabulary) -> Evidence:
    """A lone part of the body beside the code of another specialty calls for no article."""
    region = one.concept and not one.is_code and vocabulary.kind(one.concept) == "region"
    return one._replace(sure=False) if region else one


def _of_reading(field: str, reading: Reading) -> list[Evidence]:
    """What a field says, each concept once: as surely and as plainly as it says it anywhere."""
    found: dict[str, list[Mention]] = {}
    for mention in reading.mentions:
        found.setdefault(mention.concept, []).append(mention)
    return [
        Evidence(
            field,
            tuple(dict.fromkeys(phrase for one in same for phrase in one.phrases)),
            name,
            sure=any(one.sure for one in same),
            felt=all(one.felt for one in same),
            faint=all(one.faint for one in same),
            clauses=frozenset(one.clause for one in same),
            complained=any(one.complained for one in same),
        )
        for name, same in found.items()
    ]
