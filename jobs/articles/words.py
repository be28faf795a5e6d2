"""The words of a text as the vocabulary compares them: no capitals, accents, plurals, apostrophes or sides."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LEFT_OR_RIGHT = frozenset("r l rt lt left right bilat bilateral bil both my her".split())
_NO_SIDE = frozenset((("l", "spine"), ("l", "s"), ("r", "o")))  # L-spine, L/S, r/o
_NO_PLURAL = ("ss", "us", "is")
_NO_NOUN = ("shes", "hes")  # she's is no plural of a shoulder
_WORDS_KEPT = 16384
_PLURAL_ES = ("sses", "ches", "shes", "xes")


class Word(NamedTuple):
    """One word of a text and where it stands in it."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=64)  # each field of a need is asked for several times, one after the other
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text that can mean something here; `R knees` is one, `knee`."""
    found = list(_WORD.finditer(text))
    keys = [_KEYS[word[0]] for word in found]
    kept = _meant(keys)
    return tuple(Word(keys[place], found[place].start(), found[place].end()) for place in kept)


def key_of(text: str) -> str:
    """The words of a text between single blanks: equal for every way to type the same thing."""
    if text.isalnum() and text.isascii():  # one word, as most are
        key = _KEYS[text]
        return "" if key in _LEFT_OR_RIGHT else key
    plain = text.isascii() and text.replace(" ", "").isalnum()
    keys = [_KEYS[word] for word in (text.split() if plain else _WORD.findall(text))]
    return " ".join(keys if _LEFT_OR_RIGHT.isdisjoint(keys) else [keys[place] for place in _meant(keys)])


def keys_of(cell: str) -> list[str]:
    """The key of each of the spellings that a cell names between semicolons; some are thousands."""
    words = cell.translate(_BETWEEN_WORDS).replace(";", " ; ").split()
    keys = [_KEYS[word] for word in words]
    if not _LEFT_OR_RIGHT.isdisjoint(keys):
        pairs = zip(keys, [*keys[1:], ""], strict=True)
        keys = [key for key, after in pairs if key not in _LEFT_OR_RIGHT or (key, after) in _NO_SIDE]
    return " ".join(keys).split(" ; ")


def _meant(keys: list[str]) -> list[int]:
    """The places of the words that do not just say on which side it is, or whose it is."""
    following = [*keys[1:], ""]
    return [
        place
        for place, (key, after) in enumerate(zip(keys, following, strict=False))
        if key not in _LEFT_OR_RIGHT or (key, after) in _NO_SIDE
    ]


class _Keys(dict[str, str]):
    """The keys of single words; each is found once."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        key = self[word] = _key_of_word(word)
        return key


_KEYS = _Keys()
_BETWEEN_WORDS = {ord(sign): " " for sign in '!"#$%&()*+,-./:<=>?@[\\]^_`{|}~–—·'}


def _key_of_word(word: str) -> str:
    if word[-1] != "s" and word.islower() and word.isalpha() and word.isascii():
        return word  # as most are
    if word[-1] == "s" and word[:-1].rstrip("'’").isupper() and len(word) > 2:  # two TKRs, her HA's
        word = word[:-1]
    word = word.lower().replace("'", "").replace("’", "")
    if not word.isascii():
        word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    if len(word) < 4 or word[-1] != "s" or word.endswith(_NO_PLURAL) or word in _NO_NOUN:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_PLURAL_ES) else word[:-1]
