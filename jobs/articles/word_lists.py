"""Lists of single words: what says nothing, what stands beside a complaint, what is said outside a clinic as well."""

from functools import lru_cache
from pathlib import Path

from jobs.articles.words import key_of

_LISTS = ("common", "company", "everyday", "errand")
COMMON, COMPANY, EVERYDAY, ERRAND = (Path(__file__).with_name(f"{name}_words.txt") for name in _LISTS)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Words that say nothing about what a patient needs to read."""
    return _words_of(COMMON)


@lru_cache(maxsize=1)
def company_words() -> frozenset[str]:
    """Words that stand beside a part of the body when it is a complaint."""
    return _words_of(COMPANY)


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Spellings that mean as much outside a clinic."""
    return _words_of(EVERYDAY)


@lru_cache(maxsize=1)
def errand_words() -> frozenset[str]:
    """Words of a front desk's other business."""
    return _words_of(ERRAND)


def _words_of(file: Path) -> frozenset[str]:
    lines = file.read_text("utf-8").splitlines()
    return frozenset(key_of(word) for line in lines if not line.startswith("#") for word in line.split())
