"""Finds the signs that want a doctor first, such as a numb saddle beside back pain: then no article is sent.

The signs stand in red_flags.csv beside this module, with their sources. One that is denied, over, long ago or another
person's is none.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jobs.articles.words import Word, key_of, words_of

FILE = Path(__file__).with_name("red_flags.csv")
_SMALL = frozenset("a al an and are area de del el en for her his in is la las los of on or the to with w y".split())
_NUMBER = "nn"  # how a spelling has any number
_MOST_SIGNS = 8  # by which one text is known well enough


class Spelling(NamedTuple):
    """One way to type a sign, or what must stand beside it."""

    keys: tuple[str, ...]
    sign: int  # its line of the file
    second: bool  # whether it is what must stand beside


class DoctorFirst(NamedTuple):
    """A sign that a text tells of the patient as she is now."""

    name: str
    phrase: str  # as typed
    beside: str  # the part of the body that the need must speak of, "" where it counts by itself


class _Signs(NamedTuple):
    lines: tuple[tuple[str, str, bool], ...]  # name, part of the body, whether two spellings are wanted
    by_first: dict[str, list[Spelling]]


@lru_cache(maxsize=1)
def _signs() -> _Signs:
    """The file, read once, by the first word of each spelling."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    by_first: dict[str, list[Spelling]] = {}
    for number, (_, spellings, wanted, _) in enumerate(rows):
        for second, cell in enumerate((spellings, wanted)):
            for spelling in cell.split(";") if cell else ():
                keys = _telling(key_of(spelling).split())
                by_first.setdefault(keys[0], []).append(Spelling(keys, number, bool(second)))
    return _Signs(tuple((name, beside, bool(wanted)) for name, _, wanted, beside in rows), by_first)


def _telling(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key not in _SMALL)


def signs_in(text: str, silent: Collection[tuple[int, int]]) -> tuple[DoctorFirst, ...]:
    """The signs that a text tells, each once; none that begins in a part that is not about the patient now."""
    words = [word for word in words_of(text) if word.key not in _SMALL]
    seen: dict[int, dict[bool, str]] = {}
    for spelling, first, last in _found(words):
        if not any(start <= first.start < end for start, end in silent):
            seen.setdefault(spelling.sign, {}).setdefault(spelling.second, text[first.start : last.end])
    found: dict[tuple[str, str], DoctorFirst] = {}
    for number, parts in seen.items():
        name, beside, two = _signs().lines[number]
        if False in parts and (True in parts or not two):
            found.setdefault((name, beside), DoctorFirst(name, parts[False], beside))
    return tuple(found.values())[:_MOST_SIGNS]


def _found(words: Sequence[Word]) -> Iterator[tuple[Spelling, Word, Word]]:
    """Each spelling that stands in a text, with its first and its last word."""
    by_first = _signs().by_first
    for place, word in enumerate(words):
        for spelling in by_first.get(word.key, ()):
            part = words[place : place + len(spelling.keys)]
            if len(part) == len(spelling.keys) and all(
                key == one.key or key == _NUMBER and one.key.isdigit()
                for key, one in zip(spelling.keys, part, strict=True)
            ):
                yield spelling, word, part[-1]
