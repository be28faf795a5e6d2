"""What the clinic's words mean: concepts, their spellings, diagnosis codes and what belongs to what.

The words stand in vocabulary.csv beside this module, with their sources, the Spanish ones in vocabulary_es.csv; a
clinic adds its own in config/words.csv. They are read when the first article is chosen, not before: most runs choose
none.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from copy import copy
from functools import cached_property, lru_cache
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from jobs.articles.mending import Mending
from jobs.articles.word_lists import common_words, company_words
from jobs.articles.words import key_of, keys_of

FILE = Path(__file__).with_name("vocabulary.csv")
SPANISH = FILE.with_name("vocabulary_es.csv")
BODY = ("condition", "region")
CONCEPTS = (*BODY, "activity", "service", "population")
SIGNS = tuple(
    "nothing not denies was well other but end own now pain numb shoots ahead old before since kin source job desk off "
    "faint short away chart aside".split()
)
"""Spellings that stand for no concept but change what their neighbours mean; the file's own lines explain them."""

_GENERAL = frozenset(
    "pain problem syndrome tendon injury joint torn broken trouble strain surgery pelvic floor".split()
)
_AS_SPELLED = {"numb": "numb", "shoots": "shooting"}
HEALING = frozenset(("after surgery", "fracture"))
"""What must heal first: who has it needs other reading than who has not."""


class Concept(NamedTuple):
    """One thing that patients come with, do or get."""

    name: str
    kind: str  # one of CONCEPTS
    parents: tuple[str, ...]


class Vocabulary:
    """All concepts by name, and every way to spell or to code them."""

    def __init__(
        self,
        rows: list[list[str]],
        further: Iterable[tuple[str, str]] = (),
        own: Iterable[tuple[str, str]] = (),
    ) -> None:
        """`rows` as in vocabulary.csv, further cells of spellings with what they mean, and each of the clinic's own: a
        concept or a sign. Where two agree on a spelling, the clinic's own counts, then the rows."""
        self.concepts: dict[str, Concept] = {}
        self.short: dict[str, str] = {}  # shortened word -> the word
        self.spellings: dict[str, str] = {}  # key -> name of a concept, or one of SIGNS
        self._body_words: set[str] = set()  # in English
        self.codes: dict[str, str] = {}  # beginning of a code without its dot -> name of a concept
        for meaning, typed in further:
            self.spellings |= dict.fromkeys(keys_of(typed), meaning)
        for name, kind, parents, codes, typed in rows:
            if kind == "short":
                pairs = (pair.partition("=") for pair in typed.split(";") if typed)
                self.short.update((key_of(short), key_of(word)) for short, _, word in pairs)
                continue
            meaning = name if kind in CONCEPTS else kind
            keys = keys_of(f"{name};{typed}" if typed else name) if kind in CONCEPTS else keys_of(typed)
            self.spellings |= dict.fromkeys(keys, meaning)
            if kind in CONCEPTS:
                self.concepts[name] = Concept(name, kind, tuple(parents.split(";")) if parents else ())
                self.codes |= dict.fromkeys(codes.replace(".", "").split(";") if codes else (), name)
            if kind in BODY:
                self._body_words.update(" ".join(keys).split())
        self.spellings |= {key_of(spelling): meaning for spelling, meaning in own}
        for key in [key for key in self.spellings if " with " in key]:
            self.spellings.setdefault(key.replace(" with ", " w "), self.spellings[key])
        self.longest = max(map(str.count, self.spellings, repeat(" "))) + 1
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

    def is_lasting(self, name: str) -> bool:
        """Whether who once had the condition has it still, as with arthritis."""
        return "lasting condition" in self.ancestors(name)

    def is_everyday(self, name: str) -> bool:
        """Whether an activity is what nearly everybody does, such as walking or sitting at a desk."""
        return "everyday activity" in self.ancestors(name)

    def pain_of(self, name: str) -> str:
        """What a concept is where it hurts: a knee is knee pain; what is no region stays what it is."""
        if self.kind(name) != "region":
            return name
        pain = self.spellings.get(f"{name} pain", name)
        return pain if pain in self.concepts else name

    def felt(self, sign: str, name: str) -> str:
        """What makes a part of the body numb, or pain shoot there: for a numb hand carpal tunnel syndrome; else ""."""
        places = self.place_of(name)
        meant = self.spellings.get(f"{_AS_SPELLED[sign]} {next(iter(places))}", "") if len(places) == 1 else ""
        return meant if meant in self.concepts else ""

    def is_felt(self, sign: str, meaning: str) -> bool:
        """Whether this is what makes some part of the body numb, or pain shoot there."""
        above = self.ancestors(meaning) if meaning in self.concepts else ()
        return any(self.felt(sign, name) == meaning for name in above)

    def is_numb(self, word: str) -> bool:
        """Whether a word says that something is numb or tingles."""
        return self.spellings.get(word) == "numb"

    def is_diagnosis(self, name: str) -> bool:
        """Whether the concept is a condition of its own, as tennis elbow is, and not just the pain of a region."""
        return self.kind(name) == "condition" and all(
            self.kind(parent) != "region" or self.pain_of(parent) != name for parent in self.concepts[name].parents
        )

    @lru_cache(maxsize=256)  # noqa: B019 - there is one vocabulary, and it stays
    def words_for(self, name: str) -> frozenset[str]:
        """The words by which somebody may speak of a condition, beside those that many conditions share."""
        own = {word for one in (name, *self.regions(name)) for word in key_of(one).split()}
        words = {word for key in self._spelled.get(name, ()) for word in key.split()}
        return frozenset(own | (words - company_words())) - _GENERAL - common_words()

    @cached_property
    def _spelled(self) -> dict[str, list[str]]:
        """Every spelling, by what it means."""
        found: dict[str, list[str]] = {}
        for key, meaning in self.spellings.items():
            found.setdefault(meaning, []).append(key)
        return found

    @cached_property
    def joined(self) -> dict[tuple[str, str], str]:
        """What a condition without a place is in a place: arthritis of the knee, a sprain of the ankle.

        Only where there is one such condition; after an operation on the hip there are several.
        """
        found: dict[tuple[str, str], set[str]] = {}
        for name, concept in self.concepts.items():
            regions = self.regions(name)
            if concept.kind != "condition" or len(regions) != 1:
                continue
            for parent in concept.parents:
                if self.kind(parent) == "condition" and parent != "after surgery" and not self.regions(parent):
                    found.setdefault((parent, next(iter(regions))), set()).add(name)
        return {key: names.pop() for key, names in found.items() if len(names) == 1}

    @cached_property
    def without_place(self) -> frozenset[str]:
        """The conditions that can be anywhere in the body and have a name of their own in some place."""
        return frozenset(condition for condition, _ in self.joined)

    @cached_property
    def with_one_place(self) -> frozenset[str]:
        """Those that have a name of their own in one place only: a car accident, for the neck."""
        places = Counter(condition for condition, _ in self.joined)
        return frozenset(condition for condition, number in places.items() if number == 1)

    def place_of(self, name: str) -> frozenset[str]:
        """The region that a concept names, itself or as its pain; none for what is a condition of its own."""
        if self.kind(name) not in BODY or self.is_diagnosis(name):
            return frozenset()
        return self.regions(name)

    @cached_property
    def _mending(self) -> Mending:
        return Mending(self.spellings, self.concepts, self.short, self._body_words)

    def knowing(self, words: Iterable[str]) -> "Vocabulary":
        """The same vocabulary, for which these words are no slips of the finger: articles use them."""
        knowing = copy(self)
        knowing.__dict__["_mending"] = self._mending.knowing(words)
        return knowing

    def knows(self, word: str) -> bool:
        """Whether a word is no slip of the finger, or too short to tell."""
        return self._mending.knows(word)

    def word_meant(self, word: str) -> str:
        """A word as the spellings have it: a shortened one written out, one with a slip of the finger mended."""
        return self._mending.meant(word)

    def words_meant(self, words: Iterable[str]) -> list[str]:
        """The words of a text as the spellings have them; the words beside one tell what it was meant to be as well."""
        return self._mending.all_meant(words)


@lru_cache(maxsize=1)
def the_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the program, read once."""
    return vocabulary_with(())


def vocabulary_with(own: Iterable[tuple[str, str]]) -> Vocabulary:
    """The vocabulary with a clinic's own spellings, each with the concept or sign that it means."""
    return Vocabulary(_rows(FILE), [(meaning, typed) for meaning, typed in _rows(SPANISH)], own)


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
