"""What a letter's patient needs to read about: everything that the appointment says, as evidence."""

from typing import NamedTuple

from jobs.articles.mentions import mentions
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import Word, words_of
from jobs.clinic.diagnoses import read_diagnosis


class Need(NamedTuple):
    """What is known of the appointment that a letter is about; each as text, "" where nothing is known."""

    diagnosis: str  # ICD-10-CM codes, and words beside them
    complaint: str
    activity: str
    service: str
    kind: str  # the appointment type as typed
    step: str  # one of jobs.clinic.records.STEPS


class Evidence(NamedTuple):
    """One thing that the need says: in which field, in which words, and what it means."""

    field: str
    phrases: tuple[str, ...]  # as typed; every one that says the same in this field
    concept: str  # "" for a code that the vocabulary does not know
    is_code: bool = False


class FieldWords(NamedTuple):
    """The words of one field, and between blanks their key."""

    text: str
    words: list[Word]
    key: str

    def typed(self, topic: str) -> str:
        """A topic's key that stands in this one, as the field has it."""
        first = self.key[: self.key.index(topic)].count(" ")
        return self.text[self.words[first].start : self.words[first + topic.count(" ") - 2].end]


class KnownNeed(NamedTuple):
    """A need as the choice weighs it."""

    evidence: tuple[Evidence, ...]
    words: dict[str, "FieldWords"]  # for topics that are the office manager's own
    body: frozenset[str]  # conditions and regions
    regions: frozenset[str]
    activities: frozenset[str]
    healing: frozenset[str]  # operations and broken bones
    healing_regions: frozenset[str]  # empty also where nobody says where


def understand(need: Need, vocabulary: Vocabulary) -> KnownNeed:
    """Read every field of a need once."""
    codes, words = read_diagnosis(need.diagnosis)
    evidence = _of_codes(codes.split(), vocabulary)
    fields = {**need._asdict(), "diagnosis": words}
    for field, text in fields.items():
        evidence += _of_text(field, text, vocabulary)
    concepts = frozenset(one.concept for one in evidence if one.concept)
    body = frozenset(name for name in concepts if vocabulary.kind(name) in BODY)
    healing = frozenset(filter(vocabulary.is_healing, body))
    return KnownNeed(
        tuple(evidence),
        {field: _words(text) for field, text in fields.items() if text},
        body,
        frozenset().union(*map(vocabulary.regions, body)),
        frozenset(name for name in concepts if vocabulary.kind(name) == "activity"),
        healing,
        frozenset().union(*map(vocabulary.regions, healing)),
    )


def _words(text: str) -> FieldWords:
    words = words_of(text)
    return FieldWords(text, words, f" {' '.join([word.key for word in words])} ")


def _of_codes(codes: list[str], vocabulary: Vocabulary) -> list[Evidence]:
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(vocabulary.of_code(code) or code, []).append(code)
    return [
        Evidence("diagnosis", tuple(same), name if name in vocabulary.concepts else "", True)
        for name, same in found.items()
    ]


def _of_text(field: str, text: str, vocabulary: Vocabulary) -> list[Evidence]:
    found: dict[str, dict[str, None]] = {}
    for concept, phrase in mentions(text, vocabulary):
        found.setdefault(concept, {})[phrase] = None
    return [Evidence(field, tuple(phrases), concept) for concept, phrases in found.items()]
