"""Diagnoses in exports: the ICD-10-CM codes of a cell, and the words beside them."""

import re
from typing import NamedTuple

from jobs.clinic.cells import says_nothing, tidy
from jobs.clinic.patterns import pattern

_CODE = pattern(r"\b([A-Z]\d[0-9AB])(?:\.?((?=[A-Z]*\d|X)[0-9A-Z]{1,4}))?(?![\w.]\w|\w)", re.IGNORECASE)
_NOT_CODES = frozenset(("T10", "T11", "T12", "B12"))
"""Not in ICD-10-CM (chapter lists of the 2024 release), but common in words: vertebrae and a vitamin."""

_NAME = pattern(r"\bICD[- ]?10(?:[- ]?CM)?\b|\bDx\b", re.IGNORECASE)
_BETWEEN = pattern(r"[(\[]\s*[)\]]|\s*[;|/,:–—-]+(?=\s|$)")


class Diagnosis(NamedTuple):
    """`codes` are space-separated, in capitals, each with its dot and once; `words` is what else the cell says."""

    codes: str
    words: str


def read_diagnosis(text: str) -> Diagnosis:
    """`M5450 - Low back pain` gives the code `M54.50` and the words `Low back pain`."""
    typed = tidy(text)
    if says_nothing(typed):
        return Diagnosis("", "")
    codes: list[str] = []

    def take(found: re.Match[str]) -> str:
        category = found[1].upper()
        if category in _NOT_CODES:
            return found[0]
        codes.append(f"{category}.{found[2].upper()}" if found[2] else category)
        return " "

    rest = _CODE.sub(take, typed)
    words = tidy(_BETWEEN.sub(" ", _NAME.sub(" ", rest))) if codes else typed
    words = words.strip(" ;|/,:-–—.")
    if words.startswith("(") and words.endswith(")") and words.count("(") == 1:
        words = words[1:-1]
    return Diagnosis(" ".join(dict.fromkeys(codes)), words)
