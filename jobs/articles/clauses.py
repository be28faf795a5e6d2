"""The clauses of a note: what each affirms, what it denies, what it says of others or of long ago."""

import re
from dataclasses import dataclass, field

from jobs.articles.spelled import Found
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.clinic.patterns import pattern

DONE = pattern(r"\bs\s*/\s*p\b|\bpost[- ]?op|\bstatus post\b", re.IGNORECASE)  # an operation that was done
NOT_NOW = frozenset(("over", "old", "history"))  # signs of a clause that does not tell how the patient is
TO_THE_DESK = frozenset(("desk", "aside"))  # signs of a clause that speaks to the desk
_HURTS = frozenset(("pain", "numb", "shoots", "since"))
MONEY = pattern(r"[$€]\s?\d")
_DONE_FOR_GOOD = frozenset(("after surgery", "postpartum"))


@dataclass(eq=False)
class Clause:
    """A part of a note between two commas or stops."""

    affirmed: list[Found] = field(default_factory=list)  # with the signs that say that something hurts or is numb
    denied: list[Found] = field(default_factory=list)
    led_to: list[Found] = field(default_factory=list)  # affirmed, and what it comes from follows: "knee since a run"
    signs: set[str] = field(default_factory=set)
    text: str = ""
    linked: bool = False  # to the one before by no more than a sign: "knee & shoulder clinic"
    begin: int = 0  # where in the note it begins
    desk_at: int = -1  # where in the note its first word to the desk stands
    silent: list[tuple[int, int]] = field(default_factory=list)  # where it denies something or speaks of others

    def affirms(self, vocabulary: Vocabulary) -> bool:
        """Whether it says that something of the body is wrong."""
        return any(is_of_body(one, vocabulary) for one in self.affirmed)

    @property
    def end(self) -> int:
        """Where in the note it ends."""
        return self.begin + len(self.text)

    @property
    def is_errand(self) -> bool:
        """Whether it speaks of a matter of the desk."""
        return not self.signs.isdisjoint(("desk", "errand"))

    @property
    def is_past(self) -> bool:
        """Whether it speaks of long ago, and not of what has lasted since then."""
        return "old" in self.signs and "since" not in self.signs


def is_of_body(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether this is a condition or a part of the body."""
    return one.meaning in vocabulary.concepts and vocabulary.kind(one.meaning) in BODY


def is_operation(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether this is an operation or a birth: who does well after one has had it all the same."""
    return one.meaning in vocabulary.concepts and not _DONE_FOR_GOOD.isdisjoint(
        (one.meaning, *vocabulary.ancestors(one.meaning))
    )


def whence(one: Found, clauses: list[Clause], vocabulary: Vocabulary) -> tuple[int, bool]:
    """In which clause something stands, and whether that is one of complaint."""
    place = max((place for place, clause in enumerate(clauses) if clause.begin <= one.start), default=0)
    clause = clauses[place]
    while place and clauses[place].linked:
        place -= 1  # "neck & shoulders tense"
    hurts = not clause.signs.isdisjoint(_HURTS) or any(
        found.meaning in vocabulary.concepts
        and vocabulary.kind(found.meaning) == "condition"
        and vocabulary.place_of(found.meaning)
        for found in clause.affirmed
    )
    return place, hurts
