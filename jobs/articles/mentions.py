"""Finds what a text speaks of: the longest spelling wins, what is denied or only sounds so does not count."""

import re
from functools import lru_cache
from typing import NamedTuple

from jobs.articles.vocabulary import SIGNS, Vocabulary
from jobs.articles.words import Word, words_of

_BREAK = re.compile(r"[,;:\n+&!?]|\.(?!\w)|\s[-–—]+\s")
_HARD_BREAK = re.compile(r"[;\n!?]|\.(?!\w)")  # these end a list of denials too

_BEFORE_A_NAME = frozenset(("dr", "doctor"))  # Dr. Foote is no foot


class Mention(NamedTuple):
    """A concept that a text names, with the words as typed."""

    concept: str
    phrase: str


class _Found(NamedTuple):
    meaning: str  # a concept or a sign
    start: int
    end: int


def topics_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """The concepts that a title or a topic names, each once: "No more back pain" is about back pain."""
    return list(dict.fromkeys(one.meaning for one in _with_pain(_find(text, vocabulary), vocabulary)))


def mentions(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The concepts that the text affirms, in its order; one that is named twice is there twice."""
    if not text:
        return []
    found: list[_Found] = []  # of the clause that is being read
    kept: list[_Found] = []
    denied, listing, end = False, False, 0
    for one in _find(text, vocabulary):
        between = text[end : one.start]
        if _BREAK.search(between):
            kept += _with_pain(found, vocabulary)
            found = []
            listing = listing and not _HARD_BREAK.search(between)
            denied = listing
        end = one.end
        if one.meaning == "was":
            found = []
        elif one.meaning == "end":
            denied = listing = False
        elif one.meaning in ("not", "denies"):
            denied, listing = True, listing or one.meaning == "denies"
        elif one.meaning != "nothing" and not denied:
            found.append(one)
    kept += _with_pain(found, vocabulary)
    return [Mention(one.meaning, text[one.start : one.end]) for one in kept]


def _find(text: str, vocabulary: Vocabulary) -> list[_Found]:
    """Every spelling in the text, the longest first at each word; none crosses the end of a sentence."""
    words = words_of(text)
    keys = [_known_word(word.key, vocabulary) for word in words]
    for place, key in enumerate(keys[:-1]):
        if key in _BEFORE_A_NAME:
            keys[place + 1] = ""
    found: list[_Found] = []
    place = 0
    while place < len(words):
        for length in range(min(vocabulary.longest, len(words) - place), 0, -1):
            meaning = vocabulary.spellings.get(" ".join(keys[place : place + length]))
            if meaning and not (length > 1 and _broken(text, words[place : place + length])):
                found.append(_Found(meaning, words[place].start, words[place + length - 1].end))
                break
        else:
            length = 1
        place += length
    return found


def _broken(text: str, words: list[Word]) -> bool:
    """Whether a comma or the end of a sentence stands between these words."""
    return bool(_BREAK.search(text, words[0].end, words[-1].start))


def _with_pain(found: list[_Found], vocabulary: Vocabulary) -> list[_Found]:
    """The concepts of one clause: where it hurts, a region is its pain ("pain in the lower back", "knee is sore")."""
    hurts = any(one.meaning == "pain" for one in found)
    concepts = [one for one in found if one.meaning not in SIGNS]
    return [one._replace(meaning=vocabulary.pain_of(one.meaning)) for one in concepts] if hurts else concepts


def _known_word(word: str, vocabulary: Vocabulary) -> str:
    """The word itself, or the one word of the vocabulary that one slip of the finger turns into it."""
    if len(word) < 6 or word in vocabulary.words or not word.isalpha():
        return word
    return _mended(word, vocabulary)


@lru_cache(maxsize=4096)
def _mended(word: str, vocabulary: Vocabulary) -> str:
    near = [known for known in vocabulary.words_by_first_letter.get(word[0], ()) if one_slip(word, known)]
    return near[0] if len(near) == 1 else word


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, doubled, wrong or changed places with its neighbour."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    same = 0
    for one, other in zip(typed, meant, strict=False):
        if one != other:
            break
        same += 1
    typed_rest, meant_rest = typed[same:], meant[same:]
    if len(typed) != len(meant):
        return typed_rest[1:] == meant_rest if len(typed) > len(meant) else typed_rest == meant_rest[1:]
    return typed_rest[1:] == meant_rest[1:] or (
        typed_rest[:2] == meant_rest[1::-1] and typed_rest[2:] == meant_rest[2:]
    )
