"""Weighs what speaks for an article and what speaks against it."""

from math import prod
from typing import NamedTuple

from jobs.articles.matching import Match
from jobs.articles.need import KnownNeed
from jobs.articles.objecting import objections_to
from jobs.articles.objections import DOCTOR_FIRST, Objection
from jobs.articles.subjects import Index, Subjects

_FURTHER = 0.3  # what a field says besides its best point
TEXT_FIELDS = {"diagnosis": 1.0, "complaint": 1.0, "activity": 0.5}  # how much a word shared with an article counts
_TEXT_MOST = 0.9  # below the threshold: words alone never send an article, they decide among those that fit
_TEXT_HALF = 8.0  # the weight of words at which half of that is reached


class Weighed(NamedTuple):
    """An article's score, and how it came about."""

    score: float
    concepts: float  # the points of what the need says
    words: float  # the points of words that the article shares with it
    objections: tuple[Objection, ...]


def weigh(subjects: Subjects, need: KnownNeed, found: list[Match], text: float, index: Index) -> Weighed:
    """How well an article fits: what speaks for it, less for everything that speaks against it."""
    words = _TEXT_MOST * text / (text + _TEXT_HALF)
    if need.doctor_first:
        return Weighed(0.0, 0.0, words, (DOCTOR_FIRST,))
    if not found:
        return Weighed(words, 0.0, words, ())
    by_field: dict[str, list[float]] = {}
    for match in found:
        by_field.setdefault(match.evidence.field, []).append(match.strength * match.weight)
    concepts = sum(max(points) + _FURTHER * (sum(points) - max(points)) for points in by_field.values())
    objections = tuple(objections_to(subjects, need, found, index))
    return Weighed(prod([one.factor for one in objections], start=concepts + words), concepts, words, objections)
