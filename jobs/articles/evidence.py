"""What a need says, one thing at a time, as the choice weighs it."""

from typing import NamedTuple


class Evidence(NamedTuple):
    """One thing that the need says: in which field, in which words, and what it means."""

    field: str
    phrases: tuple[str, ...]  # as typed; every one that says the same in this field
    concept: str  # "" for a code that the vocabulary does not know
    is_code: bool = False
    title: str = ""  # of a code that the vocabulary does not know
    sure: bool = True  # whether it can call for an article: mentions.py
    felt: bool = False  # read from how it feels, not named
    faint: bool = False  # only guessed, or nearly over
    clauses: frozenset[int] = frozenset()  # in which of its field it stands
    complained: bool = False  # one of them says that something hurts
