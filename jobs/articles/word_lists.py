"""Lists of single words, a file each, whose head says what they are."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Listed:
    """A list in which an ending may stand for every word that has it: `-er`."""

    words: frozenset[str]
    endings: tuple[str, ...]

    def __contains__(self, key: str) -> bool:
        return key in self.words or key.endswith(self.endings)


def common_words() -> frozenset[str]:
    """Words that say nothing about what a patient needs to read."""
    return listed("common").words


def company_words() -> frozenset[str]:
    """Words that stand beside a part of the body when it is a complaint."""
    return listed("company").words


def everyday_words() -> frozenset[str]:
    """Spellings that mean as much outside a clinic."""
    return listed("everyday").words


@cache
def listed(name: str) -> Listed:
    """One of the lists. Its words stand there as words.py compares them."""
    lines = Path(__file__).with_name(f"{name}_words.txt").read_text("utf-8").splitlines()
    typed = [word for line in lines if not line.startswith("#") for word in line.split()]
    endings = tuple(word[1:] for word in typed if word[0] == "-")
    return Listed(frozenset(typed), endings)
