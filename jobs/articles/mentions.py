"""Finds what a text speaks of: the longest spelling wins, what is denied or only sounds so does not count."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jobs.articles.vocabulary import BODY, SIGNS, Vocabulary, company_words, everyday_words
from jobs.articles.words import Word, key_of, words_of

_BREAK = re.compile(r"[,;:\n+&!?]|\.(?!\w)|\s[-–—]+\s")
_HARD_BREAK = re.compile(r"[;\n!?]|\.(?!\w)")  # these end a list of denials too
_DONE = re.compile(r"\bs\s*/\s*p\b|\bpost[- ]?op|\bstatus post\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])")
_MONEY = re.compile(r"[$€]\s?\d")
_AGE = re.compile(r"\b(\d{1,3})[\s-]*(?:y\.?/?o\.?\b|yrs?[\s-]*old\b|years?[\s-]*old\b|años\b)", re.IGNORECASE)
_GROWN_UP, _OLDER = 18, 65
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())

_BEFORE_A_NAME = frozenset(("dr", "doctor"))  # Dr. Foote is no foot


class Mention(NamedTuple):
    """A concept that a text names, with the words as typed."""

    concept: str
    phrases: tuple[str, ...]
    sure: bool = True  # not a lone part of the body or everyday word among words that nobody knows


class Reading(NamedTuple):
    """What a text says."""

    mentions: list[Mention]  # what it affirms, in its order; what it names twice is there twice
    denied: frozenset[str]  # the concepts that it denies
    words: list[tuple[str, str]]  # what else it says, neither denied nor without meaning: key, and the word as typed


class _Found(NamedTuple):
    meaning: str  # a concept, a sign, or "" for a word that is no spelling
    start: int
    end: int
    more: tuple[tuple[int, int], ...] = ()  # where the rest of it stands: "arthritis" in "knee - arthritis"
    sure: bool = True


NOTHING = Reading([], frozenset(), [])


def topics_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """The concepts that a title or a topic names, each once: "No more back pain" is about back pain."""
    found = [one for one in _find(text, vocabulary) if one.meaning]
    return list(dict.fromkeys(one.meaning for one in _joined(_with_pain(found, vocabulary), vocabulary)))


def mentions(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The concepts that the text affirms, in its order; one that is named twice is there twice."""
    return read_text(text, vocabulary).mentions


def read_text(text: str, vocabulary: Vocabulary) -> Reading:
    """What a complaint, or any other text about a patient, affirms and denies."""
    if not text:
        return NOTHING
    kept: list[_Found] = []
    denied: list[_Found] = []
    for clause, no in _clauses(text, vocabulary):
        kept += _meant(clause, text, vocabulary)
        denied += _joined(_with_pain(no, vocabulary), vocabulary)
    if len({place for one in kept if one.meaning for place in vocabulary.place_of(one.meaning)}) == 1:
        kept = _joined(kept, vocabulary)  # "rear ended, neck is stiff": there is only one place that can be meant
    found = [Mention(one.meaning, _phrases(one, text), one.sure) for one in kept if one.meaning]
    found += [Mention(group, (typed,)) for group, typed in _age_groups(text)]
    words = [text[start:end] for one in kept for start, end in ((one.start, one.end), *one.more)]
    affirmed = {mention.concept for mention in found}
    return Reading(
        found,
        frozenset(one.meaning for one in denied if one.meaning and one.meaning not in affirmed),
        [(vocabulary.word_meant(word.key), part[word.start : word.end]) for part in words for word in words_of(part)],
    )


def _clauses(text: str, vocabulary: Vocabulary) -> Iterator[tuple[list[_Found], list[_Found]]]:
    """What each clause affirms, and what it denies."""
    found: list[_Found] = []
    no: list[_Found] = []
    denied, listing, end = False, False, 0
    for one in _find(text, vocabulary):
        between = text[end : one.start]
        if _BREAK.search(between):
            yield found, no
            found, no = [], []
            listing = listing and not _HARD_BREAK.search(between)
            denied = listing
        end = one.end
        if one.meaning == "was":
            found, no = [], [*no, *found]
        elif one.meaning == "end":
            denied = listing = False
        elif one.meaning in ("not", "denies", "kin"):
            denied, listing = True, listing or one.meaning == "denies"
        elif one.meaning != "nothing":
            (no if denied else found).append(one)
    yield found, no


def _meant(clause: list[_Found], text: str, vocabulary: Vocabulary) -> list[_Found]:
    """A clause without its signs: pains named, conditions put in their place, and only operations that count now."""
    said = _joined(_with_pain(clause, vocabulary), vocabulary)
    if clause and _MONEY.search(text, max(clause[0].start - 2, 0), clause[-1].end):
        return []  # "$140 balance"
    signs = {one.meaning for one in clause}
    whole = text[clause[0].start : clause[-1].end] if clause else ""
    if ("ahead" in signs and not _DONE.search(whole)) or "old" in signs or _names_a_year(clause, text):
        said = [one for one in said if not one.meaning or not vocabulary.is_healing(one.meaning)]
    return said if "pain" in signs else _with_doubt(said, text, vocabulary)


def _with_doubt(said: list[_Found], text: str, vocabulary: Vocabulary) -> list[_Found]:
    """The same, unsure of what may be no complaint: "shingles on back", "fell on the mailbox"."""
    doubtful = [one for one in said if one.meaning and _is_ambiguous(one, text, vocabulary)]
    if any(one.meaning and one not in doubtful and vocabulary.kind(one.meaning) in BODY for one in said):
        return said
    unknown = any(not one.meaning and _is_unknown(text[one.start : one.end], vocabulary) for one in said)
    return [one._replace(sure=False) if one in doubtful else one for one in said] if unknown else said


def _is_ambiguous(one: _Found, text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a part of the body without a complaint, or a word that is said outside a clinic as well."""
    return not one.more and (
        vocabulary.kind(one.meaning) == "region" or key_of(text[one.start : one.end]) in everyday_words()
    )


def _is_unknown(typed: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is none of those that stand beside a complaint. A number, a date or a size is none either."""
    key = vocabulary.word_meant(key_of(typed))
    return key.isalpha() and key not in company_words()


def _names_a_year(clause: list[_Found], text: str) -> bool:
    """Whether a clause names a year without a month or day: recent things are told by their day ("TKR 10/3")."""
    words = [text[one.start : one.end].lower() for one in clause]
    return any(
        _YEAR.match(text, one.start) and before[:3] not in _MONTHS
        for before, one in zip(["", *words], clause, strict=False)
        if one.end - one.start == len("2019")
    )


def _find(text: str, vocabulary: Vocabulary) -> list[_Found]:
    """Every spelling in the text, the longest first at each word, and the words between; none crosses the end of a
    sentence."""
    words = words_of(text)
    keys = [vocabulary.word_meant(word.key) for word in words]
    for place, key in enumerate(keys[:-1]):
        if key in _BEFORE_A_NAME:
            keys[place + 1] = ""
    found: list[_Found] = []
    place = 0
    while place < len(words):
        for length in range(min(vocabulary.longest, len(words) - place), 0, -1):
            meaning = vocabulary.spellings.get(" ".join(keys[place : place + length]))
            if meaning and not (length > 1 and _broken(text, words[place : place + length])):
                break
        else:
            meaning, length = "", 1
        if meaning or keys[place]:
            found.append(_Found(meaning or "", words[place].start, words[place + length - 1].end))
        place += length
    return found


def _broken(text: str, words: list[Word]) -> bool:
    """Whether a comma or the end of a sentence stands between these words."""
    return bool(_BREAK.search(text, words[0].end, words[-1].start))


def _with_pain(found: Iterable[_Found], vocabulary: Vocabulary) -> list[_Found]:
    """The concepts of one clause: where it hurts, a region is its pain ("pain in the lower back", "knee is sore")."""
    found = list(found)
    hurts = any(one.meaning == "pain" for one in found)
    concepts = [one for one in found if one.meaning not in SIGNS]
    if not hurts:
        return concepts
    return [one._replace(meaning=vocabulary.pain_of(one.meaning)) if one.meaning else one for one in concepts]


def _joined(found: list[_Found], vocabulary: Vocabulary) -> list[_Found]:
    """The concepts of one clause with every condition that has no place put where the clause says ("OA both knees")."""
    general = [one for one in found if one.meaning in vocabulary.without_place]
    if not general:
        return found
    taken: set[_Found] = set()
    joined: list[_Found] = []
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


def _in_place(condition: _Found, place: _Found, vocabulary: Vocabulary) -> _Found | None:
    """A condition in a part of the body, where there is a name for both together."""
    for region in vocabulary.place_of(place.meaning):
        meaning = vocabulary.joined.get((condition.meaning, region))
        if meaning:
            return _Found(meaning, place.start, place.end, ((condition.start, condition.end), *condition.more))
    return None


def _phrases(one: _Found, text: str) -> tuple[str, ...]:
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
