"""What a locked phone shows, the subject and the preheader, says nothing about a patient's health."""

import re
import unicodedata
from collections.abc import Collection

from jobs.clinic.faults import Fault

REMEDY = "Leave conditions, parts of the body and treatments to the letter itself."

_ALWAYS = re.compile(
    r"(?:pain|ache|injur|surger|surgical|operation|diagnos|symptom|treatment|therap|rehab|exercise|pilates|recover|"
    r"medic(?:ine|ation)|prescri|pregnan|cancer|dolor|lesion|cirugi|operacion|sintoma|tratamiento|terapi|ejercicio|"
    r"recuperacion|medicamento|receta|embaraz|espalda|rodilla|hombro|cuello|cadera|tobillo|columna|tendon|musculo)\w*"
)
_EVERYDAY = frozenset(
    "ab arch arm back balance broke broken core expecting fall falling feet fell finger fit foot hand head heel hip "
    "leak leaking leg limp mobility neck posture prevention rib shin spin spinning strength stretch stretching strong "
    "temple thumb urgency weak weakness brazo cabeza codo mano pie pierna".split()
)
"""Words of the body that mean other things too: `Welcome back`, `a hand`. They count where they are somebody's own."""
_OWN = frozenset("your my his her their sore stiff bad tight hurt swollen su sus tu tus mi mis".split())
_WORD = re.compile(r"\w+")
_MOST_WORDS = 5


def private_fault(file: str, name: str, words: str, line: int, private: Collection[str]) -> Fault | None:
    """A fault where the `words` of a head name what is private; its fields are taken out before.

    `private` are spellings in small letters, singular, without accents or punctuation.
    """
    said = told_by(words, frozenset(private))
    if not said:
        return None
    return Fault(file, line, f'The {name} says "{said}", and anybody can read it on a locked phone.', REMEDY)


def told_by(text: str, private: frozenset[str]) -> str:
    """The first words of a text that tell about somebody's health, as they stand there; "" where none do."""
    found = list(_WORD.finditer(text))
    keys = [_plain(word[0]) for word in found]
    for start, key in enumerate(keys):
        if _ALWAYS.fullmatch(key):
            return text[found[start].start() : found[start].end()]
        for end in range(min(start + _MOST_WORDS, len(keys)), start, -1):
            phrase = keys[start:end]
            if not _known(phrase, private | _EVERYDAY):
                continue
            if len(phrase) > 1 or not _known(phrase, _EVERYDAY) or (start and keys[start - 1] in _OWN):
                return text[found[start].start() : found[end - 1].end()]
    return ""


def _known(phrase: list[str], spellings: frozenset[str]) -> bool:
    """Whether the words are a spelling as they stand, or with the last or every one of them in the singular."""
    singular = [_singular(word) for word in phrase]
    forms = (phrase, singular, [*phrase[:-1], singular[-1]])
    return any(" ".join(form) in spellings for form in forms)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _plain(word: str) -> str:
    """Small letters without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word.lower()) if letter.isalnum())
