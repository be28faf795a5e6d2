"""Finds the spellings of the vocabulary in a text: the longest at each word, none across the end of a sentence."""

from typing import NamedTuple

from jobs.articles.two_meanings import means_otherwise
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.word_lists import listed
from jobs.articles.words import Word, words_of
from jobs.clinic.patterns import pattern

BREAK = pattern(r"[,;:\n+&!?()¿¡]|\.(?!\w)|\s[-–—]+\s|--+")
HARD_BREAK = pattern(r"[;\n!?]|\.(?!\w)")  # these end a list of denials too
_NUMBER = "nn"  # how a spelling has any number: "hace nn años"
_NO_SPELLING = "~"  # a word that is there and means nothing here
_POUNDS = pattern(r"[\d#]\s*$")
_RISES = pattern(r"\s*[\^↑↓<>+]")
_WITH, _SURGEONS = (
    frozenset("w with c on during while at post".split()),
    frozenset("dr doctor md surgeon ortho monday op surgery surgical".split()),
)
_ARTICLES = frozenset("a an the his their your our el la los las mi su".split())
_BEFORE_A_NAME = frozenset(("dr", "doctor"))  # Dr. Foote is no foot


class Found(NamedTuple):
    """A spelling in a text, or a word that is none."""

    meaning: str  # a concept, a sign, or "" for a word that is no spelling
    start: int
    end: int
    more: tuple[tuple[int, int], ...] = ()  # where the rest of it stands: "arthritis" in "knee - arthritis"
    sure: bool = True
    felt: bool = False  # read from how it feels: a numb hand
    faint: bool = False  # only guessed, or once so


def find(text: str, vocabulary: Vocabulary) -> list[Found]:
    """Every spelling in the text, and the words between."""
    words = words_of(text)
    keys = _keys(text, words, vocabulary)
    numbered = [_numbered(key) for key in keys]
    found: list[Found] = []
    place = 0
    while place < len(words):
        for length in range(min(vocabulary.longest, len(words) - place), 0, -1):
            meaning = _meaning(keys, numbered, place, place + length, vocabulary)
            if meaning and not (length > 1 and _broken(text, words[place : place + length])):
                break
        else:
            meaning, length = "", 1
        if meaning or keys[place]:
            felt = meaning in vocabulary.concepts and any(map(vocabulary.is_numb, keys[place : place + length]))
            found.append(Found(meaning, words[place].start, words[place + length - 1].end, felt=felt))
        place += length
    return found


def _numbered(key: str) -> str:
    """A number, or a number of times ("3x"), as spellings have any of them."""
    if key.isdigit():
        return _NUMBER
    return f"{_NUMBER}x" if key[-1:] == "x" and key[:-1].isdigit() else key


def _keys(text: str, words: tuple[Word, ...], vocabulary: Vocabulary) -> list[str]:
    """The words as the spellings have them; what follows "Dr." is a name."""
    whole = (_whole(text[word.start : word.end].lower(), word.key, vocabulary) for word in words)
    keys = vocabulary.words_meant(
        _symptoms([_with_sign(text, word, key) for word, key in zip(words, whole, strict=True)])
    )
    keys = [_NO_SPELLING if means_otherwise(text, word) else key for word, key in zip(words, keys, strict=True)]
    names = [key in _BEFORE_A_NAME and text[word.end - 1] != "s" for word, key in zip(words, keys, strict=True)]
    return ["" if titled and key.isalpha() else key for titled, key in zip([False, *names], keys, strict=False)]


def _with_sign(text: str, word: Word, key: str) -> str:
    """A word with the sign behind it that changes what it means: "LB 100%", "sx ^ by noon"."""
    if key == "100" and text[word.end : word.end + 1] == "%":
        return "100pct"
    if key == "lb" and _POUNDS.search(text, 0, word.start):
        return "pound"
    return "symptom" if key == "sx" and _RISES.match(text, word.end) else key


def _symptoms(keys: list[str]) -> list[str]:
    """The words with every `sx` that is no surgery written out: "rad sx", "sx x 3 wks"."""
    if "sx" not in keys:
        return keys
    padded = ["", *keys, "", ""]
    return [
        "symptom" if key == "sx" and _is_of_symptoms(padded[place], *padded[place + 2 : place + 4]) else key
        for place, key in enumerate(keys)
    ]


def _is_of_symptoms(before: str, after: str, further: str) -> bool:
    """Whether what stands beside `sx` tells of symptoms: "sx worse", "sx w/ screens", but not "sx w/ Dr. Lee"."""
    if before in listed("symptom_kind").words:
        return True
    return after in listed("symptom_course").words or after in _WITH and further not in _SURGEONS and further.isalpha()


def _whole(typed: str, key: str, vocabulary: Vocabulary) -> str:
    """A word as typed where its last letter is none of a plural: "arthrits" is no number of things."""
    if typed != f"{key}s" or vocabulary.knows(key) or vocabulary.word_meant(typed) == typed:
        return key
    return typed


def _meaning(keys: list[str], numbered: list[str], start: int, end: int, vocabulary: Vocabulary) -> str:
    """What these words are together, also with an article within: "rolled the ankle", "never used a reformer"."""
    meaning = vocabulary.spellings.get(" ".join(keys[start:end]), "")
    if not meaning and end - start > 2 and not _ARTICLES.isdisjoint(keys[start + 1 : end - 1]):
        rest = [key for key in keys[start + 1 : end - 1] if key not in _ARTICLES]
        meaning = vocabulary.spellings.get(" ".join((keys[start], *rest, keys[end - 1])), "")
    if not meaning and numbered[start:end] != keys[start:end]:
        meaning = vocabulary.spellings.get(" ".join(numbered[start:end]), "")
    return meaning


def _broken(text: str, words: tuple[Word, ...]) -> bool:
    """Whether a comma or the end of a sentence stands between these words."""
    return bool(BREAK.search(text, words[0].end, words[-1].start))
