"""Which known physician a typed name is: credentials, order and initials do not matter, another first name does."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from jobs.clinic.source_names import name_key
from jobs.clinic.typed_words import Spellings, is_mere_slip, words_of

_DOCTOR = re.compile(r"\b(?:dr|doctor|doc)\b\.?\s*", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:nurse practitioner|physician assistant|physician'?s assistant|nurse|surgeon|pcp|dpm|faaos|crnp|np-c|aprn)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\s+-\s+.*|\s*\([^)]*\)?|['\u2019]s? office.*| office$", re.IGNORECASE)
_NO_NAME = re.compile(r"[/;&+0-9]")
_PLAIN = re.compile(r"[^\W\d_]{2,}(?:,? [^\W\d_]+\.?){0,4}")
_CREDENTIALS = frozenset("aprn crnp dc dnp do dpm dpt faaos fnp md np pa pac phd pt rn".split())
_BEFORE = frozenset("by doctor from my op per post pt ref refered referral referred sent the thru through via".split())
_HARD = frozenset(
    "abu al and ben bin da dal de del della der di do dos du e el esq i ibn ii iii iv jr la le lo miss mr mrs ms of "
    "prof san santa santo sir sr st ste ter ten the van vanden vander vom von y zu".split()
)
"""Particles, titles and the like, which only the parser understands."""
_SHORTEST_SURNAME = 7  # letters; a slip in a shorter name makes another name of it
_SHORTEST_ALONE = 8  # where no first name supports it
_SHORTEST_FIRST = 6


class Typed(NamedTuple):
    """A name as it was typed: its words, and of a name with a comma the surname, which stands before it."""

    words: tuple[str, ...]
    surname: str  # "": any end of `words` may be it

    def readings(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each way to read it: the surname written together, and the given names."""
        if self.surname:
            return [(self.surname, self.words)]
        places = range(1, len(self.words) + 1)
        first = [("".join(self.words[:place]), self.words[place:]) for place in places]
        last = [("".join(self.words[-place:]), self.words[:-place]) for place in places]
        return list(dict.fromkeys(first + last))


class Person(NamedTuple):
    """A physician of the list."""

    name: str  # as the list calls the source
    given: tuple[str, ...]
    surname: str  # written together: "vandermoss"


def read_typed(text: str) -> Typed | None:
    """The name in a text, None where it names nobody or two people."""
    text = _ROLE.sub("", _AFTER.sub("", text.strip()))
    parts = _DOCTOR.split(text)
    if len(parts) > 2 and any(words_of(part) for part in parts[1:-1]):
        return None
    if len(parts) > 1 and set(words_of(parts[0])) <= _BEFORE:
        text = parts[-1]
    else:
        text = " ".join(part for part in parts if part.strip())
    words = text.split()
    while len(words) > 1 and name_key(words[0]) in _BEFORE:
        words.pop(0)
    text = " ".join(words).strip(" ,.-")
    if not text or _NO_NAME.search(text):
        return None
    return _read_plain(text) or _parsed(text)


def _read_plain(text: str) -> Typed | None:
    """What the parser would say of "First Last, MD" and "Last, First", in a tenth of its time; None for all else."""
    if not _PLAIN.fullmatch(text):
        return None
    parts = [part.split() for part in text.casefold().replace(".", "").split(",")]
    for part in parts:
        while part and part[-1] in _CREDENTIALS:
            part.pop()
    (surname, given) = (parts[0], [word for part in parts[1:] for word in part])
    if not surname or not _HARD.isdisjoint(surname + given):
        return None
    return Typed(_words(" ".join(given or surname)), "".join(_words(" ".join(surname))) if given else "")


def _parsed(text: str) -> Typed | None:
    from nameparser import HumanName  # takes its time to load, and few texts need it

    parsed = HumanName(text)
    before, last = _words(f"{parsed.first} {parsed.middle}"), _words(parsed.last)
    if "," in text and before and last and _words(text.partition(",")[0]) == last:
        return Typed(before, "".join(last))
    found = before + last
    return Typed(found, "") if found else None


def _words(text: str) -> tuple[str, ...]:
    return tuple("st" if word == "saint" else word for word in name_key(text).split())


def persons_of(name: str, spellings: Iterable[str]) -> Iterable[Person]:
    """The physician of a source, as each of its spellings names it; none where no spelling has a first name."""
    for spelling in spellings:
        typed = read_typed(spelling)
        if typed and (typed.surname or len(typed.words) > 1):
            surname = typed.surname or "".join(typed.words[1 + _middles(typed.words) :])
            given = typed.words if typed.surname else typed.words[: 1 + _middles(typed.words)]
            yield Person(name, given, surname)


def _middles(words: tuple[str, ...]) -> int:
    """How many initials follow the first name."""
    return sum(1 for word in words[1:-1] if len(word) == 1) if len(words) > 2 and len(words[1]) == 1 else 0


class Matched(NamedTuple):
    """The physicians that a typed name may be; `sure` where it is clearly the only one."""

    names: tuple[str, ...]
    sure: bool


_NOBODY = Matched((), False)


class Physicians:
    """The physicians of the list, by surname."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self._of: defaultdict[str, dict[Person, None]] = defaultdict(dict)
        for person in persons:
            self._of[person.surname][person] = None
        self._spellings = Spellings(self._of)

    def match(self, text: str) -> Matched:
        """Whom the text may mean. A first name that is another one rules a physician out."""
        if not self._mentions_one(text):
            return _NOBODY
        typed = read_typed(text)
        if typed is None:
            return _NOBODY
        found = self._of_this_surname(typed) or self._of_a_surname_one_slip_away(typed)
        fully = [name for name, fit in found.items() if fit == _FULLY]
        names = tuple(fully or found)
        return Matched(names, len(names) == 1)

    def like(self, text: str) -> list[str]:
        """Physicians whose surname is this one or looks like it, whatever their first name: for a person to choose."""
        typed = read_typed(text)
        found: dict[str, None] = {}
        for surname, _ in typed.readings() if typed else ():
            for known in (surname, *self._spellings.near(surname, 4)):
                found.update(dict.fromkeys(person.name for person in self._of.get(known, ())))
        return list(found)

    def _mentions_one(self, text: str) -> bool:
        """Whether some words of the text can be a known surname: asked first, for to parse a name takes its time."""
        words = _words(" ".join(words_of(text)))
        runs = {"".join(words[start:end]) for end in range(len(words) + 1) for start in range(max(0, end - 4), end)}
        return not self._of.keys().isdisjoint(runs) or any(self._spellings.near(run, _SHORTEST_SURNAME) for run in runs)

    def _of_this_surname(self, typed: Typed) -> dict[str, int]:
        fits: dict[str, int] = {}
        for surname, given in typed.readings():
            for person in self._of.get(surname, ()):
                fit = _fit(given, person.given)
                if fit:
                    fits[person.name] = max(fit, fits.get(person.name, 0))
        return fits

    def _of_a_surname_one_slip_away(self, typed: Typed) -> dict[str, int]:
        """Only where the whole first name agrees, or where the slip makes no other name of a long surname."""
        fits: dict[str, int] = {}
        for surname, given in typed.readings():
            for known in self._spellings.near(surname, _SHORTEST_SURNAME):
                mere = len(known) >= _SHORTEST_ALONE and is_mere_slip(surname, known)
                for person in self._of[known]:
                    fit = _fit(given, person.given)
                    if fit == _FULLY or (mere and fit in (_NOTHING_SAID, _INITIAL)):
                        fits[person.name] = max(fit, fits.get(person.name, 0))
        return fits


_NOTHING_SAID, _INITIAL, _NEARLY, _FULLY = 1, 2, 3, 4


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
