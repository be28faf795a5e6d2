"""Which known physician a typed name is: credentials, order and initials do not matter, another first name does."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from jobs.clinic.typed_names import Readings, one_saint, read_name
from jobs.clinic.typed_words import Spellings, Wording, is_mere_slip

_SHORTEST_SURNAME = 7  # letters; a slip in a shorter name makes another name of it
_SHORTEST_ALONE = 8  # where no first name supports it
_SHORTEST_FIRST = 6


class Person(NamedTuple):
    """A physician of the list."""

    name: str  # as the list calls the source
    given: tuple[str, ...]
    surname: str  # written together: "vandermoss"


def persons_of(name: str, spellings: Iterable[Wording]) -> Iterable[Person]:
    """The physician of a source, as each of its spellings names it; none where no spelling has a first name."""
    for said in spellings:
        typed = read_name(said) if len(said.words) > 1 else None
        if typed and typed.surname:
            yield Person(name, typed.words, typed.surname)
        elif typed and len(typed.words) > 1:
            place = 1 + _middles(typed.words)
            yield Person(name, typed.words[:place], "".join(typed.words[place:]))


def _middles(words: tuple[str, ...]) -> int:
    """How many initials follow the first name."""
    return sum(1 for word in words[1:-1] if len(word) == 1) if len(words) > 2 and len(words[1]) == 1 else 0


class Physicians:
    """The physicians of the list, by surname."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._of: defaultdict[str, dict[Person, None]] = defaultdict(dict)
        for person in persons:
            self._of[person.surname][person] = None
        self._spellings = Spellings(self._of)
        self._given = {person.given[0] for known in self._of.values() for person in known}

    def match(self, said: Wording) -> tuple[str, ...]:
        """Whom the text may mean: one name where it is clearly the only one. A first name that is another one rules a
        physician out."""
        typed = read_name(said, self._mentions_one)
        if typed is None:
            return ()
        readings = typed.readings()
        found = self._of_this_surname(readings) or self._of_a_surname_one_slip_away(readings)
        fully = [name for name, fit in found.items() if fit == _FULLY]
        return tuple(fully or found)

    def like(self, said: Wording) -> list[str]:
        """Physicians whose surname is this one or looks like it, whatever their first name: for a person to choose."""
        typed = read_name(said)
        found: dict[str, None] = {}
        for surname, _ in typed.readings() if typed else ():
            for known in (surname, *self._spellings.near(surname, 4)):
                found.update(dict.fromkeys(person.name for person in self._of.get(known, ())))
        return list(found)

    def _mentions_one(self, said: Wording) -> bool:
        """Whether some words of the text can be a known surname: asked before it is looked at closely."""
        words = one_saint(said.words)
        runs = {"".join(words[start:end]) for end in range(len(words) + 1) for start in range(max(0, end - 4), end)}
        return not self._of.keys().isdisjoint(runs) or any(self._spellings.near(run, _SHORTEST_SURNAME) for run in runs)

    def _of_this_surname(self, readings: Readings) -> dict[str, int]:
        fits: dict[str, int] = {}
        for surname, given in readings:
            for person in self._of.get(surname, ()):
                fit = _fit(given, person.given)
                if fit:
                    fits[person.name] = max(fit, fits.get(person.name, 0))
        return fits

    def _of_a_surname_one_slip_away(self, readings: Readings) -> dict[str, int]:
        """Only where the whole first name agrees, or where the slip makes no other name of a long surname."""
        fits: dict[str, int] = {}
        for surname, given in readings:
            if given and not self._is_first_name(given[0]):
                continue
            for known in self._spellings.near(surname, _SHORTEST_SURNAME):
                for person in self._of[known]:
                    fit = _fit(given, person.given)
                    if fit == _FULLY or (fit in (_NOTHING_SAID, _INITIAL) and _is_no_other_surname(surname, known)):
                        fits[person.name] = max(fit, fits.get(person.name, 0))
        return fits

    def _is_first_name(self, word: str) -> bool:
        """Whether a physician of the list has this first name or initial, or the word is an initial itself."""
        return len(word) == 1 or word in self._given or word[0] in self._given


_NOTHING_SAID, _INITIAL, _NEARLY, _FULLY = 1, 2, 3, 4


def _is_no_other_surname(typed: str, known: str) -> bool:
    return len(known) >= _SHORTEST_ALONE and is_mere_slip(typed, known)


def _fit(typed: tuple[str, ...], known: tuple[str, ...]) -> int:
    """How well given names agree; 0 where they contradict each other."""
    if not typed:
        return _NOTHING_SAID
    first, own = typed[0], known[0]
    if len(typed) > 1 and len(known) > 1 and typed[1][0] != known[1][0]:
        return 0
    if first == own:
        return _FULLY
    if len(first) == 1 or len(own) == 1:
        return _INITIAL if first[0] == own[0] else 0
    long_enough = min(len(first), len(own)) >= _SHORTEST_FIRST
    return _NEARLY if long_enough and len(first) == len(own) and is_mere_slip(first, own) else 0
