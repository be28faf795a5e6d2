"""Mends slips of the finger: a word that nobody knows is read as the one known word that it was meant to be."""

import re
from collections.abc import Callable, Iterable

from jobs.clinic.slips import slips_between, small_slip

_LONG = 11  # from so many letters on, two slips are still one word
_INFLECTED = ("ing", "ed", "ly")  # leaving is no leaking: of such words only small slips are mended
_MIDDLE = 6  # from so many on, one; below, only two letters that changed places, or a double letter typed once


def mended(word: str, known: Callable[[str], list[str]], uses: Callable[[str], int]) -> str:
    """The known word that was meant, or "" where none is near or several are equally so.

    `known` gives the words that begin with a letter; `uses` says in how many spellings a word stands.
    """
    best: list[str] = []
    least = 3
    for candidate in known(word[0]):
        slips = _slips(word, candidate)
        if slips and slips <= least:
            best = [candidate] if slips < least else [*best, candidate]
            least = slips
    if len(best) > 1:
        most = max(map(uses, best))
        best = [candidate for candidate in best if uses(candidate) == most]
    return best[0] if len(best) == 1 else ""


def _slips(typed: str, meant: str) -> int:
    """How many slips lie between two words, 0 where there are none or too many."""
    if abs(len(typed) - len(meant)) > 2:
        return 0
    shorter = min(len(typed), len(meant))
    if shorter < _MIDDLE or (shorter < _LONG and typed.endswith(_INFLECTED)):
        return int(small_slip(typed, meant))
    return slips_between(typed, meant, 2 if shorter >= _LONG else 1)


_HEARD = str.maketrans({"q": "k", "x": "ks", "z": "s", "c": "k", "h": ""})
_HEARD_WITHIN = _HEARD | str.maketrans("", "", "aeiouy")
_DOUBLE = re.compile(r"(.)\1+")
_ENOUGH = 4  # letters of a sound; fewer are in too many words
_MOST_BY_EAR = 3


def sound_of(word: str) -> str:
    """How a word sounds, roughly: its first letter and its consonants, those that are mixed up as one."""
    word = word.replace("ph", "f")
    return _DOUBLE.sub(r"\1", (word[:1].translate(_HEARD) + word[1:].translate(_HEARD_WITHIN)).replace("sk", "s"))


def letters_of(sound: str) -> str:
    """The letters with which a word can begin whose sound begins so."""
    return {"k": "kcqx", "s": "sz", "f": "fp", "": "h"}.get(sound, sound)


def heard(word: str, alike: Iterable[str]) -> str:
    """The one known word that sounds like this one ("acheles"), or "" where none does or several do."""
    if len(word) < _LONG - 3 and word.endswith(_INFLECTED[:2]) or len(word) < _MIDDLE or len(sound_of(word)) < _ENOUGH:
        return ""
    most = _MOST_BY_EAR if len(word) >= _LONG else 2
    ending = next(filter(word.endswith, _INFLECTED[:2]), "")  # achillies is "achilly" here
    near = [other for other in alike if other.endswith(ending) and slips_between(word, other, most)]
    return near[0] if len(near) == 1 else ""


def begun(word: str, following: Iterable[str]) -> str:
    """The one word that a term goes on with and that this one was meant to be: "tennis elbo"."""
    near = [other for other in following if _begun_alike(word, other)]
    return near[0] if len(near) == 1 else ""


def _begun_alike(word: str, other: str) -> bool:
    shorter = min(len(word), len(other))
    return word[0] == other[0] and shorter >= 4 and bool(slips_between(word, other, 2 if shorter >= _MIDDLE + 1 else 1))
