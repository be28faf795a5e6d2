"""Finds the words by which a note may take something back; they stand in cues.csv beside this module."""

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jobs.articles.words import Word, words_of

FILE = Path(__file__).with_name("cues.csv")
_NUMBER, _YEAR, _IS = "nn", "nnnn", "’s"  # how the file has any number, any year, and any word that ends so
_AS_TYPED = {"??": "wrong", " left with ": "over", " left when ": "over", " left after ": "over"}
_IS_TYPED = ("'s", "’s")


class _Cue(NamedTuple):
    """One way to say it."""

    name: str
    words: tuple[str, ...]
    then: frozenset[str]  # one of these must follow, if there are any
    within: int  # so many words


@lru_cache(maxsize=16)  # a text is asked more than once, one after the other
def cues_in(text: str) -> "Cues":
    """The cues of a text."""
    return Cues(text)


class Cues:
    """Where the cues of a text begin, by their names."""

    def __init__(self, text: str) -> None:
        self._places: dict[str, list[int]] = {}
        words = words_of(text)
        keys = [_key(text, word) for word in words]
        for name, place in _found(keys):
            self._places.setdefault(name, []).append(words[place].start)
        for typed, name in _AS_TYPED.items():
            if typed in text:
                self._places.setdefault(name, []).append(text.index(typed))

    def stands(self, name: str, begin: int = 0, end: int | None = None) -> bool:
        """Whether a cue begins in this part of the text."""
        return any(begin <= place and (end is None or place < end) for place in self._places.get(name, ()))


def _found(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    by_first = _cues()
    for place, key in enumerate(keys):
        for cue in by_first.get(key, ()):
            end = place + len(cue.words)
            if tuple(keys[place:end]) == cue.words and _is_followed(keys[end : end + cue.within + 1], cue):
                yield cue.name, place


def _is_followed(keys: Sequence[str], cue: _Cue) -> bool:
    if not cue.then:
        return True
    return any(
        key in cue.then or place + 1 < len(keys) and f"{key} {keys[place + 1]}" in cue.then
        for place, key in enumerate(keys[: cue.within])
    )


def _key(text: str, word: Word) -> str:
    if word.key.isdigit():
        return _YEAR if len(word.key) == 4 and word.key[:2] in ("19", "20") else _NUMBER
    return _IS if text[word.start : word.end].endswith(_IS_TYPED) and word.key not in _cues() else word.key


@lru_cache(maxsize=1)
def _cues() -> dict[str, list[_Cue]]:
    """The file, read once, by the first word of each cue."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    by_first: dict[str, list[_Cue]] = {}
    for name, typed, then, within in rows:
        follow = frozenset(then.split(";")) if then else frozenset()
        for spelling in typed.split(";"):
            words = tuple(spelling.split())
            by_first.setdefault(words[0], []).append(_Cue(name, words, follow, int(within or 0)))
    return by_first
