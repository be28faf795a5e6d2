"""Finds what a patient describes without naming it: "everything spins when I roll over" is dizziness.

The descriptions stand in descriptions.csv beside this module. One is met where a note has a word of each of its groups
and none that speaks against it; words that are denied, over, long ago or another person's do not count.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jobs.articles.spelled import BREAK
from jobs.articles.words import Word, key_of

FILE = Path(__file__).with_name("descriptions.csv")
_SMALL = frozenset("a an the of our your its is are am be been really very so just kind kinda sort".split())
_LONGEST = 4  # words of one part of a description
YOUNG = "@young"  # stands for a word that says that the patient is a child or a teenager
_AGAINST = -1  # the group of the words that speak against a description


class Described(NamedTuple):
    """A concept that a note describes, and where its words stand."""

    concept: str
    kind: str  # place, felt, named or not: descriptions.csv
    parts: tuple[tuple[int, int], ...]  # every word or phrase of it, in the order of the text


class Descriptions:
    """The file, by its words: what each line describes, of what kind and in how many groups."""

    def __init__(self) -> None:
        self.meanings: list[tuple[str, str, int]] = []
        self._by_phrase: dict[str, list[str | tuple[int, int]]] = {}  # where it stands: line and group, or a name
        self._found: dict[str, list[tuple[int, int]]] = {}  # the same, once it has been asked for
        self._against: dict[str, frozenset[int]] = {}  # lines by a word that speaks against them
        self._by_name: dict[str, list[tuple[int, int]]] = {}  # where the words of a line that begins with @ stand

    def read(self, rows: Iterable[list[str]]) -> "Descriptions":
        """Take every line in."""
        named: dict[str, str] = {}
        for concept, *cells in rows:
            if concept[0] == "@":
                named[concept] = cells[0]
                self._place(cells[0], concept, named)
            elif concept[0] != "#":
                kind, against, *groups = cells
                line = len(self.meanings)
                self.meanings.append((concept, kind, sum(map(bool, groups))))
                for number, cell in ((_AGAINST, against), *enumerate(groups)):
                    self._place(cell, (line, number), named)
        return self

    def of(self, phrase: str) -> Sequence[tuple[int, int]]:
        """In which lines and groups a phrase stands."""
        found = self._found.get(phrase)
        if found is None and phrase in self._by_phrase:
            found = self._found[phrase] = [
                place
                for one in self._by_phrase[phrase]
                for place in (self._by_name.get(one, ()) if isinstance(one, str) else (one,))
            ]
        return found or ()

    def against(self, keys: Iterable[str]) -> set[int]:
        """The lines against which one of these words speaks."""
        found: set[int] = set()
        for key in keys:
            lines = self._against.get(key)
            if lines is None:
                lines = self._against[key] = frozenset(line for line, group in self.of(key) if group == _AGAINST)
            found |= lines
        return found

    def _place(self, cell: str, place: str | tuple[int, int], named: dict[str, str]) -> None:
        for phrase in cell.split(";") if cell else ():
            if phrase in named and not isinstance(place, str):
                self._by_name.setdefault(phrase, []).append(place)
            elif phrase in named:
                self._place(named[phrase], place, named)
            else:
                self._by_phrase.setdefault(phrase, []).append(place)


@lru_cache(maxsize=1)
def descriptions() -> Descriptions:
    """The file, read once."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return Descriptions().read(csv.reader(lines))


@lru_cache(maxsize=1)
def told_by_place() -> frozenset[str]:
    """The conditions that are told from their neighbours by where it hurts: tennis elbow, golfer's elbow."""
    return frozenset(concept for concept, kind, _ in descriptions().meanings if kind == "place")


def is_described(key: str) -> bool:
    """Whether a word alone describes something."""
    return bool(descriptions().of(key))


def described(
    text: str, words: Sequence[Word], all_keys: Collection[str], places: Iterable[str], denied: bool = False
) -> Iterator[Described]:
    """What the words of a note describe, or describe as not being so (`denied`); `all_keys` those of the whole note,
    of which one may speak against it, and `places` the parts of the body that a code of the same appointment names."""
    rows = descriptions()
    told = [word for word in words if word.key not in _SMALL]
    parts: dict[int, dict[int, list[tuple[int, int]]]] = {}
    for phrase, start, end in _phrases_of(text, told):
        for line, group in rows.of(phrase):
            parts.setdefault(line, {}).setdefault(group, []).append((start, end))
    for place in places if parts else ():
        for line, group in rows.of(place):
            if line in parts and group != _AGAINST and key_of(rows.meanings[line][0]) != place:
                parts[line].setdefault(group, [])
    against, young = rows.against(all_keys), rows.against({YOUNG}.intersection(all_keys))
    for line in sorted(parts):
        concept, kind, groups = rows.meanings[line]
        met = parts[line]
        if len(met) < groups or _AGAINST in met or (kind == "not") != denied:
            continue
        if line in (young if kind == "place" else against):  # "the inner side, not the outer"
            continue
        spans = apart({span for found in met.values() for span in found})
        if spans and len(spans) >= sum(map(bool, met.values())):
            yield Described(concept, kind, spans)


def apart(spans: Collection[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The parts of a text, those that overlap as one: a word does not stand for two groups."""
    parts: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if parts and start < parts[-1][1]:
            parts[-1] = parts[-1][0], max(end, parts[-1][1])
        else:
            parts.append((start, end))
    return tuple(parts)


def _phrases_of(text: str, words: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
    """Every word of a text, and up to so many in a row that no comma parts."""
    gaps = [(before.end, after.start) for before, after in zip(words, words[1:], strict=False)]
    parted = [text[end:start] != " " and BREAK.search(text, end, start) for end, start in gaps]
    for place, word in enumerate(words):
        phrase = word.key
        yield phrase, word.start, word.end
        for gap, after in enumerate(words[place + 1 : place + _LONGEST], place):
            if parted[gap]:
                break
            phrase = f"{phrase} {after.key}"
            yield phrase, word.start, after.end
