"""Which source a typed text stands for where the clinic's list does not name the text itself.

A text is given a source only when it is the only one that it can be and clearly so. Whatever could be two, or only
looks like one, is left to a person, with what it may be.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from jobs.clinic.patterns import pattern
from jobs.clinic.person_matching import Physicians, persons_of
from jobs.clinic.place_matching import Places
from jobs.clinic.source_names import NOT_RECORDED, NOT_YET_NAMED, ReferralNames, name_key
from jobs.clinic.typed_words import Spellings, Wording, phrase_key, words_of

SUGGESTIONS = 3
_BETWEEN_TWO = pattern(r"\s*(?:[/;&+]|\b(?:and|or|also)\b)\s*|,\s+", re.IGNORECASE)
_SHORTEST_PHRASE = 4
_NAMES_OF_THEIR_OWN = ("physician", "practice")
"""A letter makes another doctor or another town of these; their own rooms say which slips do not."""
_ENOUGH_LIKE = 75  # of 100, for a suggestion


class Match(NamedTuple):
    """The source of a text, None where a person must say; and what it may be, likeliest first."""

    name: str | None
    may_be: tuple[str, ...] = ()


class SourceMatcher:
    """The clinic's list of names, asked about texts that do not stand in it."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """`rows`: what was typed, the source's name and its channel, as in config/referral_names.csv."""
        rows = list(rows)
        left_open = {name_key(typed) for typed, name, _ in rows if name == NOT_YET_NAMED}
        rows = [row for row in rows if row[1] != NOT_YET_NAMED]
        self._names = ReferralNames.of(rows)
        channel = self._names.channels
        spellings = _spellings(rows, left_open)
        doctors = {name: listed for name, listed in spellings.items() if channel[name] == "physician"}
        self._physicians = Physicians(p for name, listed in doctors.items() for p in persons_of(name, listed))
        self._places = Places(
            (said, name) for name, listed in spellings.items() if name not in doctors for said in listed
        )
        self._phrases = _phrases(spellings)
        words = (phrase for phrase, name in self._phrases.items() if channel[name] not in _NAMES_OF_THEIR_OWN)
        self._phrase_spellings = Spellings(words)

    def match(self, text: str) -> Match:
        """The source of one text."""
        said = Wording.of(text)
        keys = together, phrase = _keys(said)
        name = self._names.listed(text) or self._phrases.get(together) or self._phrases.get(phrase)
        if name:
            return Match(name)
        found = dict.fromkeys(self._physicians.match(said) + self._places.match(said))
        if found:
            return Match(next(iter(found))) if len(found) == 1 else Match(None, tuple(found))
        return self._with_a_slip(said, keys) or self._of_two(text) or Match(None)

    def suggestions(self, text: str, match: Match) -> tuple[str, ...]:
        """Up to three sources that the text may stand for, likeliest first."""
        said = Wording.of(text)
        like = [*filter(None, [match.name]), *match.may_be, *self._physicians.like(said), *self._places.like(said)]
        if len(like) < SUGGESTIONS:
            like += self._look_alikes(said)
        return tuple(dict.fromkeys(like))[:SUGGESTIONS]

    def _with_a_slip(self, said: Wording, keys: tuple[str, str]) -> Match | None:
        if "dr" in said.words or "doctor" in said.words:
            return None
        near = (word for key in keys for word in self._phrase_spellings.near(key, _SHORTEST_PHRASE))
        names = {self._phrases[word] for word in near}
        if len(names) == 1:
            return Match(names.pop())
        return Match(None, tuple(sorted(names))) if names else None

    def _of_two(self, text: str) -> Match | None:
        """Two sources in one cell: the same one twice is one, two are for a person to decide."""
        parts = [part for part in _BETWEEN_TWO.split(text) if part and name_key(part)]
        if len(parts) < 2:
            return None
        found = [self.match(part).name for part in parts]
        names = [name for name in dict.fromkeys(found) if name and name != NOT_RECORDED]
        if len(names) == 1 and None not in found:
            return Match(names[0])
        return Match(None, tuple(names)) if names else None

    def _look_alikes(self, said: Wording) -> list[str]:
        from rapidfuzz import fuzz, process  # only for what a person will look at

        told = _without_titles(said.words)
        if len(told) < _SHORTEST_PHRASE:
            return []
        found = process.extract(
            told, self._untitled_names, scorer=fuzz.WRatio, limit=SUGGESTIONS, score_cutoff=_ENOUGH_LIKE
        )
        return [name for _, _, name in found]

    @cached_property
    def _untitled_names(self) -> dict[str, str]:
        return {name: _without_titles(words_of(name)) for name in self._names.channels if name != NOT_RECORDED}


def _without_titles(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word not in ("dr", "doctor", "md", "not", "named"))


def _keys(said: Wording) -> tuple[str, str]:
    """What two wordings of one phrase have in common: all their words, or those that say something."""
    return "".join(said.words), phrase_key(said.words)


def _spellings(rows: Iterable[tuple[str, str, str]], left_open: Collection[str]) -> dict[str, list[Wording]]:
    """Each source with its spellings, of which its name is one; none of those that a person wants listed."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for typed, name, _ in rows:
        found[name] |= {spelling: None for spelling in (name, typed) if name_key(spelling) not in left_open}
    return {name: [Wording.of(spelling) for spelling in listed] for name, listed in found.items()}


def _phrases(spellings: Mapping[str, Iterable[Wording]]) -> dict[str, str]:
    """The list's spellings, each by its keys, and the source; none that could be two."""
    found: dict[str, str] = {}
    of_two: set[str] = set()
    for name, listed in spellings.items():
        for said in listed:
            for key in _keys(said):
                if found.setdefault(key, name) != name:
                    of_two.add(key)
    return {phrase: name for phrase, name in found.items() if phrase and phrase not in of_two}
