"""Tells whether a note says that its patient is a man: an article for young mothers is none for him."""

from jobs.articles.sayings import Saying
from jobs.clinic.patterns import pattern

_AGE_AND_SEX = pattern(
    r"(?:^\W*|\b(?:a|an|is|pt|patient|client)[\s:,]+)[3-9]\dM\b"  # 30M: no months, and further on it may be metres
    r"|\b\d{2}\s?[Yy]\.?/?[Oo]\.?\s?(?:[Mm]|[Mm]ale|man|gentleman)\b"
)
_CALLED_SO = Saying(
    r"^\W*(?:(?:\d{2}\W+)?male\b(?!\W*(?:pt|therapist|provider|aide|ok|only|pref)))|\bnew (?:dad|father)\b",
    *("male", "dad", "father"),
)
_HE = Saying(r"\b(?:he|his|him|himself)\b", "he", "hi")
_MAY_BE_ANOTHER = Saying(
    r"\b(?:she|hers?|herself|i|i['’]?m|i['’]?ve|my|me|we|our|wife|husband|hubby|partner|boyfriend|fianc\w+|mom|mother|dad|"
    r"father|son|sons|daughter|baby|babies|boys?|child|children|kids?|infant|newborn|twins?|brother|sister|friend|"
    r"dr|doc|doctor|md|do|pcp|ob|obgyn|gyn|midwife|surgeon|therapist|coach|trainer|instructor|boss)\b"
)


def is_told_a_man(text: str) -> bool:
    """Whether the patient is called a man, or spoken of as he in a note that names nobody else who may be."""
    if _AGE_AND_SEX.search(text) or _CALLED_SO.search(text):
        return True
    return bool(_HE.search(text)) and not _MAY_BE_ANOTHER.search(text)
