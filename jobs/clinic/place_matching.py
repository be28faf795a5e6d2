"""Which known practice, hospital, club or insurer a typed name is: the town must be the same, the wording need not."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from jobs.clinic.patterns import pattern
from jobs.clinic.typed_words import Wording, is_near, place_words, words_of

_ADDRESS = pattern(r"[,;\n(]\s*(\d{1,6})\s+(\D.*)", re.DOTALL)
_SHORTEST = 5  # letters; a slip in a shorter word makes another word of it


class Place(NamedTuple):
    """A name cut into what tells it apart: its words, and its address where it has one."""

    words: tuple[str, ...]
    name: str  # as it was typed, without the address
    house: str
    street: frozenset[str]

    @classmethod
    def of(cls, said: Wording) -> "Place":
        address = _ADDRESS.search(said.text)
        if not address:
            return cls(tuple(place_words(said.words)), said.text, "", frozenset())
        name = said.text[: address.start()]
        street = frozenset(word for word in place_words(words_of(address[2])) if len(word) > 2)
        return cls(tuple(place_words(words_of(name))), name, address[1], street)

    def town(self) -> list[str]:
        """The words of its town, which stands behind a comma."""
        return place_words(words_of(self.name.partition(",")[2]))


def at_one_address(one: Place, other: Place) -> bool:
    """Whether both name the same house: its number and a word of the street."""
    return bool(one.house) and one.house == other.house and bool(one.street & other.street)


def is_same_place(one: Place, other: Place) -> bool:
    """Whether two names clearly mean one place.

    Their words are the same, or the same but for one slip, which is not in the town. Where both have an address, it
    must be one, and then it is enough that one name holds the other.
    """
    if one.house and other.house:
        if not at_one_address(one, other):
            return False
        if set(one.words) <= set(other.words) or set(other.words) <= set(one.words):
            return bool(one.words and other.words)
    if "".join(one.words) == "".join(other.words) or set(one.words) == set(other.words):
        return bool(one.words)
    return len(one.words) == len(other.words) > 1 and _one_slip_apart(one, other)


def _one_slip_apart(one: Place, other: Place) -> bool:
    left, right = set(one.words) - set(other.words), set(other.words) - set(one.words)
    if len(left) != 1 or len(right) != 1:
        return False
    (word,), (meant,) = left, right
    if not is_near(word, meant, _SHORTEST) or any(letter.isdigit() for letter in word + meant):
        return False
    return meant not in other.town() and word not in one.town()


class Places:
    """The places of the list, found by their words."""

    def __init__(self, names: Iterable[tuple[Wording, str]]) -> None:
        """`names`: what a place is called, and the source that it is."""
        self._known: list[tuple[Place, str]] = [(Place.of(spelling), name) for spelling, name in names]
        self._with: defaultdict[str, list[int]] = defaultdict(list)
        for number, (place, _) in enumerate(self._known):
            for word in {*place.words, "".join(place.words)}:
                self._with[word].append(number)

    def match(self, said: Wording) -> tuple[str, ...]:
        """The sources that the text clearly names; more than one where the list has two of that name."""
        place = Place.of(said)
        near: set[int] = set()
        for word in (*place.words, "".join(place.words)):
            near.update(self._with.get(word, ()))
        if not near:
            return ()
        found = [self._known[number] for number in sorted(near) if is_same_place(place, self._known[number][0])]
        return tuple(dict.fromkeys(name for _, name in found))

    def like(self, said: Wording) -> list[str]:
        """Sources that share the rarest word with the text: for a person to choose."""
        words = [word for word in Place.of(said).words if word in self._with]
        rarest = min(words, key=lambda word: len(self._with[word]), default="")
        return list(dict.fromkeys(self._known[number][1] for number in self._with.get(rarest, ())))
