"""Tells what an abbreviation of two meanings is: "RTC 4+/5" is a rotator cuff, "RTC 2 wks" is a next visit.

The abbreviations and what tells their meanings apart stand in two_meanings.csv. One that does not mean the condition
says nothing.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jobs.articles.words import Word
from jobs.clinic.patterns import pattern

FILE = Path(__file__).with_name("two_meanings.csv")
_TOKEN = pattern(
    r"(?P<grade>[0-5][+-](?:/[0-5])?\s?/\s?5(?!\d)|[2-5]\s?/\s?5(?![\d/])(?!\s?(?:pm|am)))|(?P<date>\d+/\d+(?:/\d+)?)|"
    r"(?P<times>\d+x\b)|(?P<number>\d+)|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s/#\"'’-]"
)
_SPOKEN = {"number": "nn", "times": "nnx"}
_ITSELF = "~"


class _Meaning(NamedTuple):
    """A line of the file: with which words around it, and without which, an abbreviation means something else."""

    otherwise: tuple[tuple[str, ...], ...]
    but: tuple[tuple[str, ...], ...]
    only_with: tuple[tuple[str, ...], ...]


def means_otherwise(text: str, word: Word) -> bool:
    """Whether this word of a text is an abbreviation that does not mean the condition here."""
    lines = _meanings().get(word.key, ())
    return bool(lines) and any(_is_met(line, list(_tokens(text, word))) for line in lines)


def _is_met(line: _Meaning, tokens: list[str]) -> bool:
    if any(_stands(phrase, tokens) for phrase in line.otherwise):
        return not any(_stands(phrase, tokens) for phrase in line.but)
    return bool(line.only_with) and not any(_stands(phrase, tokens) for phrase in line.only_with)


def _stands(phrase: tuple[str, ...], tokens: list[str]) -> bool:
    length = len(phrase)
    return any(tuple(tokens[place : place + length]) == phrase for place in range(len(tokens) - length + 1))


def _tokens(text: str, word: Word) -> Iterator[str]:
    """The words of a text, its numbers by their kinds; the abbreviation itself as `~`."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        yield _ITSELF if found.start() == word.start else _SPOKEN.get(kind, kind) or found[0].lower()


@cache
def _meanings() -> dict[str, list[_Meaning]]:
    """The file, read once, by abbreviation."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    found: dict[str, list[_Meaning]] = {}
    for abbreviation, _, *cells in rows:
        found.setdefault(abbreviation, []).append(_Meaning(*map(_phrases, cells)))
    return found


def _phrases(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in cell.split(";")) if cell else ()
