"""Finds what a text speaks of: the patient's own complaint, and neither what is denied nor what only sounds so."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from jobs.articles.clauses import Clause, clauses_of, is_of_body, is_operation
from jobs.articles.spelled import Found, find
from jobs.articles.vocabulary import BODY, SIGNS, Vocabulary
from jobs.articles.word_lists import company_words, everyday_words
from jobs.articles.words import key_of, words_of

_DONE = re.compile(r"\bs\s*/\s*p\b|\bpost[- ]?op|\bstatus post\b", re.IGNORECASE)
_MONEY = re.compile(r"[$€]\s?\d")
_AGE = re.compile(
    r"(?<!hace )\b(\d{1,3})[\s-]*(?:y\.?/?o\.?\b|yrs?[\s-]*old\b|years?[\s-]*old\b|años\b)", re.IGNORECASE
)
_GROWN_UP, _OLDER = 18, 65
_DOUBTED = frozenset(("guess", "before"))  # "hip?", "hx of hip pain": alone it calls for nothing
_FAINT = _DOUBTED | {"faint"}
_MOSTLY_UNKNOWN = 3  # words of a clause that say nothing of a complaint: then it is none
_OPEN = ("numb", "shoots", "ahead")  # signs beside which a part of the body alone need not hurt


class Mention(NamedTuple):
    """A concept that a text names, with the words as typed."""

    concept: str
    phrases: tuple[str, ...]
    sure: bool = True  # not a lone part of the body or everyday word among words that nobody knows
    felt: bool = False  # not named: a numb hand is read as carpal tunnel syndrome
    faint: bool = False  # only guessed, or nearly over


class Reading(NamedTuple):
    """What a text says."""

    mentions: list[Mention]  # what it affirms, in its order; what it names twice is there twice
    denied: frozenset[str]  # the concepts that it denies
    words: list[tuple[str, str]]  # what else it says, neither denied nor without meaning: key, and the word as typed


NOTHING = Reading([], frozenset(), [])


def topics_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """The concepts that a title or a topic names, each once: "No more back pain" is about back pain."""
    found = [one for one in find(text, vocabulary) if one.meaning]
    return list(dict.fromkeys(one.meaning for one in _joined(_placed(found, vocabulary), vocabulary)))


def mentions(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The concepts that the text affirms, in its order; one that is named twice is there twice."""
    return read_text(text, vocabulary).mentions


def read_text(text: str, vocabulary: Vocabulary) -> Reading:
    """What a complaint, or any other text about a patient, affirms and denies."""
    if not text:
        return NOTHING
    clauses = clauses_of(text, vocabulary)
    if any("off" in clause.signs and not _names_operation(clause, vocabulary) for clause in clauses):
        return NOTHING  # "flu, body aches, cancel today"
    denied = [one for clause in clauses for one in _joined(_placed(clause.denied, vocabulary), vocabulary)]
    strange = _strange(clauses, text)
    kept = [
        one
        for clause, said in _complaints(clauses, vocabulary)
        for one in _with_doubt(clause, said, clause in strange, text, vocabulary)
    ]
    kept = _joined_across(kept, vocabulary)
    if any("other" in clause.signs for clause in clauses):
        kept = [one._replace(sure=False) if _places(one, vocabulary) else one for one in kept]  # "shingles, back hurts"
    no = {one.meaning for one in denied if one.meaning}
    found = [
        Mention(one.meaning, _phrases(one, text), one.sure, one.felt, one.faint)
        for one in kept
        if one.meaning and not (one.meaning in no and vocabulary.kind(one.meaning) == "activity")
    ]
    found += [Mention(group, (typed,)) for group, typed in _age_groups(text)]
    words = [text[start:end] for one in kept for start, end in ((one.start, one.end), *one.more)]
    affirmed = {mention.concept for mention in found}
    return Reading(
        found,
        frozenset(no - affirmed),
        [(vocabulary.word_meant(word.key), part[word.start : word.end]) for part in words for word in words_of(part)],
    )


def _names_operation(clause: Clause, vocabulary: Vocabulary) -> bool:
    return any(is_operation(one, vocabulary) for one in clause.affirmed)


def _complaints(clauses: list[Clause], vocabulary: Vocabulary) -> list[tuple[Clause, list[Found]]]:
    """What each clause says of the patient as she is now: what hurts named, without what is over or only guessed."""
    said = [(clause, _meant(clause, vocabulary)) for clause in clauses]
    firm = [clause for clause, found in said if _of_body(found, vocabulary) and not clause.signs & _FAINT]
    now = {
        place
        for clause, found in said
        if clause in firm and "now" in clause.signs
        for one in _of_body(found, vocabulary)
        for place in vocabulary.regions(one.meaning)
    }
    kept = []
    for clause, found in said:
        if (firm and clause not in firm) or (now and "now" not in clause.signs):
            found = [one for one in found if not is_of_body(one, vocabulary) or _stays(one, clause, now, vocabulary)]
        faint = clause not in firm and bool(clause.signs & _FAINT)
        kept.append((clause, [one._replace(faint=faint) for one in found]))
    return kept


def _stays(one: Found, clause: Clause, now: set[str], vocabulary: Vocabulary) -> bool:
    """Whether what another clause says counts beside the complaint of today."""
    if clause.signs & _FAINT:
        return "guess" not in clause.signs and is_operation(one, vocabulary)
    places = vocabulary.regions(one.meaning)
    return vocabulary.is_healing(one.meaning) or not places or not places.isdisjoint(now)


def _of_body(found: list[Found], vocabulary: Vocabulary) -> list[Found]:
    return [one for one in found if is_of_body(one, vocabulary)]


def _meant(clause: Clause, vocabulary: Vocabulary) -> list[Found]:
    """A clause without its signs: pains named, conditions put in their place, and only what counts now."""
    if "desk" in clause.signs or _MONEY.search(clause.text):
        return []  # "gift card for Pilates", "$140 balance"
    said = _joined(_placed(clause.affirmed, vocabulary), vocabulary)
    if (clause.signs & {"ahead", "off"} and not _DONE.search(clause.text)) or "old" in clause.signs:
        said = [one for one in said if not one.meaning or not vocabulary.is_healing(one.meaning)]
    if clause.is_past:
        said = [one for one in said if not one.meaning or _lasts(one, vocabulary)]
    return said


def _lasts(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether what was so long ago is so still: arthritis, but neither a sprain nor a sport."""
    return vocabulary.kind(one.meaning) not in (*BODY, "activity") or vocabulary.is_lasting(one.meaning)


def _strange(clauses: list[Clause], text: str) -> list[Clause]:
    """The clauses in which a part of the body alone may be no complaint, and what hangs on them: "hip & knee rep"."""
    strange: list[Clause] = []
    for before, clause in zip([None, *clauses], clauses, strict=False):
        words = (one for one in (*clause.affirmed, *clause.denied) if not one.meaning)
        if any(_is_unknown(text[one.start : one.end]) for one in words) or not clause.signs.isdisjoint(_OPEN):
            strange += [before, clause] if before and clause.linked else [clause]
        elif clause.linked and before in strange:
            strange.append(clause)
    return strange


def _with_doubt(clause: Clause, said: list[Found], strange: bool, text: str, vocabulary: Vocabulary) -> list[Found]:
    """The same, unsure of what may be no complaint: "shingles on back", "fell on the mailbox"."""
    if clause.signs & _DOUBTED:
        return [
            one._replace(sure=False) if is_of_body(one, vocabulary) and not is_operation(one, vocabulary) else one
            for one in said
        ]
    if "pain" in clause.signs:
        return said
    unknown = sum(not one.meaning and _is_unknown(text[one.start : one.end]) for one in said)
    if unknown >= _MOSTLY_UNKNOWN:
        return [one._replace(sure=False) for one in said]  # "fibro support zoom link"
    doubtful = [one for one in said if one.meaning and _is_ambiguous(one, clause, text, vocabulary)]
    if any(one.meaning and one not in doubtful and vocabulary.kind(one.meaning) in BODY for one in said):
        return said
    return [one._replace(sure=False) if one in doubtful else one for one in said] if strange else said


def _is_ambiguous(one: Found, clause: Clause, text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a part of the body without a complaint, or a word that is said outside a clinic as well."""
    if one.more:
        return False
    bare = vocabulary.kind(one.meaning) == "region" and one not in clause.led_to
    return bare or key_of(text[one.start : one.end]) in everyday_words()


def _is_unknown(typed: str) -> bool:
    """Whether a word is none of those that stand beside a complaint. A number, a date or a size is none either."""
    key = key_of(typed)
    return key.isalpha() and key not in company_words()


def _placed(found: Iterable[Found], vocabulary: Vocabulary) -> list[Found]:
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
    if sign == "shoots" and not named and len({place for one in concepts for place in _places(one, vocabulary)}) < 2:
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


def _places(one: Found, vocabulary: Vocabulary) -> frozenset[str]:
    return vocabulary.place_of(one.meaning) if one.meaning else frozenset()


def _cause(sign: str, one: Found, vocabulary: Vocabulary) -> str:
    return vocabulary.felt(sign, one.meaning) if one.meaning else ""


def _joined_across(found: list[Found], vocabulary: Vocabulary) -> list[Found]:
    """The concepts of all clauses, joined where only one place can be meant: "rear ended, neck is stiff"."""
    if len({place for one in found for place in _places(one, vocabulary)}) == 1:
        return _joined(found, vocabulary)
    return _joined(found, vocabulary, vocabulary.with_one_place)


def _joined(found: list[Found], vocabulary: Vocabulary, which: Collection[str] | None = None) -> list[Found]:
    """The concepts of one clause with every condition that has no place put where the clause says ("OA both knees")."""
    which = vocabulary.without_place if which is None else which
    general = [one for one in found if one.meaning in which]
    if not general:
        return found
    taken: set[Found] = set()
    joined: list[Found] = []
    for one in found:
        whole = None
        if one.meaning and one not in general:
            for condition in general:
                whole = _in_place(condition, one, vocabulary)
                if whole:
                    taken.add(condition)
                    break
        joined.append(whole or one)
    return [one for one in joined if one not in taken]


def _in_place(condition: Found, place: Found, vocabulary: Vocabulary) -> Found | None:
    """A condition in a part of the body, where there is a name for both together."""
    for region in vocabulary.place_of(place.meaning):
        meaning = vocabulary.joined.get((condition.meaning, region))
        if meaning:
            return Found(meaning, place.start, place.end, ((condition.start, condition.end), *condition.more))
    return None


def _phrases(one: Found, text: str) -> tuple[str, ...]:
    """The words as typed; where it stands in two places that follow each other, all from the first to the last."""
    parts = sorted(((one.start, one.end), *one.more))
    return tuple(dict.fromkeys(text[start:end] for start, end in parts))


def _age_groups(text: str) -> Iterator[tuple[str, str]]:
    for found in _AGE.finditer(text):
        age = int(found[1])
        if age < _GROWN_UP:
            yield "children and teens", found[0]
        elif age >= _OLDER:
            yield "older adults", found[0]
