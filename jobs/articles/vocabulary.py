"""What the clinic's words mean: concepts, their spellings, diagnosis codes and what belongs to what.

The words stand in vocabulary.csv beside this module, with their sources. They are read when the first article is
chosen, not before: most runs choose none.
"""

import csv
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from jobs.articles.words import key_of

FILE = Path(__file__).with_name("vocabulary.csv")
BODY = ("condition", "region")
CONCEPTS = (*BODY, "activity", "service", "population")
SIGNS = ("nothing", "not", "denies", "was", "end", "pain")
"""Spellings that stand for no concept but change what their neighbours mean; the file's own lines explain them."""

HEALING = frozenset(("after surgery", "fracture"))
"""What must heal first: who has it needs other reading than who has not."""


class Concept(NamedTuple):
    """One thing that patients come with, do or get."""

    name: str
    kind: str  # one of CONCEPTS
    parents: tuple[str, ...]


class Vocabulary:
    """All concepts by name, and every way to spell or to code them."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.concepts: dict[str, Concept] = {}
        self.spellings: dict[str, str] = {}  # key -> name of a concept, or one of SIGNS
        self.codes: dict[str, str] = {}  # beginning of a code without its dot -> name of a concept
        for name, kind, parents, codes, spellings in rows:
            if kind in CONCEPTS:
                self.concepts[name] = Concept(name, kind, tuple(parents.split(";")) if parents else ())
                self.spellings.setdefault(key_of(name), name)
                self.codes |= dict.fromkeys(codes.replace(".", "").split(";") if codes else (), name)
            meaning = name if kind in CONCEPTS else kind
            for spelling in spellings.split(";") if spellings else ():
                self.spellings.setdefault(key_of(spelling), meaning)
        self.longest = max(key.count(" ") for key in self.spellings) + 1
        self._ancestors: dict[str, dict[str, int]] = {}

    def of_code(self, code: str) -> str:
        """The concept of an ICD-10-CM code, by its longest known beginning; "" where none is known."""
        plain = code.replace(".", "").upper()
        return next((self.codes[plain[:end]] for end in range(len(plain), 2, -1) if plain[:end] in self.codes), "")

    def kind(self, name: str) -> str:
        """The kind of a concept."""
        return self.concepts[name].kind

    def ancestors(self, name: str) -> dict[str, int]:
        """What a concept belongs to, with the number of steps up: sciatica is 1 from low back pain, 2 from back."""
        known = self._ancestors.get(name)
        if known is None:
            known = {}
            for parent in self.concepts[name].parents:
                known[parent] = 1
                for above, steps in self.ancestors(parent).items():
                    known[above] = min(steps + 1, known.get(above, steps + 1))
            self._ancestors[name] = known
        return known

    @cached_property
    def descendants(self) -> dict[str, dict[str, int]]:
        """For each concept what belongs to it, with the number of steps down."""
        below: dict[str, dict[str, int]] = {name: {} for name in self.concepts}
        for name in self.concepts:
            for above, steps in self.ancestors(name).items():
                below[above][name] = steps
        return below

    def related(self, one: str, other: str) -> bool:
        """Whether two concepts are the same or one belongs to the other."""
        return one == other or one in self.ancestors(other) or other in self.ancestors(one)

    @lru_cache(maxsize=1024)  # noqa: B019 - there is one vocabulary, and it stays
    def regions(self, name: str) -> frozenset[str]:
        """Where in the body a concept is: itself, or the nearest regions that it belongs to."""
        if self.kind(name) == "region":
            return frozenset((name,))
        return frozenset().union(*(self.regions(parent) for parent in self.concepts[name].parents))

    def is_healing(self, name: str) -> bool:
        """Whether the concept is an operation or a broken bone, or the time after."""
        return name in HEALING or not HEALING.isdisjoint(self.ancestors(name))

    def pain_of(self, name: str) -> str:
        """What a concept is where it hurts: a knee is knee pain; what is no region stays what it is."""
        if self.kind(name) != "region":
            return name
        pain = self.spellings.get(f"{name} pain", name)
        return pain if pain in self.concepts else name

    def is_diagnosis(self, name: str) -> bool:
        """Whether the concept is a condition of its own, as tennis elbow is, and not just the pain of a region."""
        return self.kind(name) == "condition" and all(
            self.kind(parent) != "region" or self.pain_of(parent) != name for parent in self.concepts[name].parents
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word of every spelling."""
        return frozenset(word for key in self.spellings for word in key.split())

    @cached_property
    def words_by_first_letter(self) -> dict[str, list[str]]:
        """The words that are long enough for a slip of the finger to be told from another word."""
        found: dict[str, list[str]] = {}
        for word in sorted(self.words):
            if len(word) > 5:
                found.setdefault(word[0], []).append(word)
        return found


@lru_cache(maxsize=1)
def the_vocabulary() -> Vocabulary:
    """The clinic's vocabulary, read once."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if not row[0].startswith("#")]
    return Vocabulary(rows[1:])
