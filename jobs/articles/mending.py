"""Reads single words as the vocabulary spells them: shortened ones written out, slips of the finger mended."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from copy import copy
from functools import cached_property

from jobs.articles.slips import begun, heard, mended, sound_of
from jobs.articles.word_lists import common_words

_WORDS_KEPT = 8192
_SHORTEST = 4  # letters of a word that can be a slip


class Mending:
    """What every word may have been meant to be; each is looked up once."""

    def __init__(
        self,
        spellings: Mapping[str, str],
        concepts: Container[str | None],
        short: Mapping[str, str],
        by_ear: Container[str],
    ) -> None:
        """Spellings by key, each with its meaning; which meanings are concepts; words by what shortens them; the words
        that are known also by how they sound."""
        self._spellings, self._concepts, self._short, self._heard = spellings, concepts, short, by_ear
        self._used: frozenset[str] = frozenset()  # further words that are no slips of the finger
        self._meant: dict[str, str] = {}

    def knowing(self, words: Iterable[str]) -> "Mending":
        """The same, for which these words are no slips of the finger either."""
        knowing = copy(self)
        knowing._used, knowing._meant = frozenset(words), {}
        return knowing

    def knows(self, word: str) -> bool:
        """Whether a word is no slip of the finger, or too short to tell."""
        known = word in self._words or word in self._used or word in common_words()
        return known or len(word) < _SHORTEST or not word.isalpha()

    def meant(self, word: str) -> str:
        """A word as the spellings have it, whatever stands beside it."""
        meant = self._meant.get(word)
        if meant is None:
            if len(self._meant) >= _WORDS_KEPT:
                self._meant.clear()
            meant = self._meant[word] = self._found(word)
        return meant

    def all_meant(self, words: Iterable[str]) -> list[str]:
        """The words of a text as the spellings have them: in "tennis elbo" one word tells the other."""
        keys: list[str] = []
        for word in words:
            meant = self.meant(word)
            if meant == word and keys and keys[-1] in self._following and not self.knows(word):
                meant = begun(word, self._following[keys[-1]]) or word
            keys.append(meant)
        return [
            begun(key, self._preceding[after]) or key if after in self._preceding and not self.knows(key) else key
            for key, after in zip(keys, [*keys, ""][1:], strict=True)
        ]

    def _found(self, word: str) -> str:
        if word in self._short:
            return self._short[word]
        if self.knows(word):
            return word
        by_letter = self._by_first_letter
        meant = mended(word, lambda letter: by_letter.get(letter, []), self._words.__getitem__)
        return meant or self._parted(word) or heard(word, self._by_sound.get(sound_of(word), ())) or word

    def _parted(self, word: str) -> str:
        """Two words that were typed as one: "shinsplints"."""
        parts = (f"{word[:place]} {word[place:]}" for place in range(_SHORTEST - 1, len(word) - _SHORTEST + 2))
        return next((two for two in parts if self._spellings.get(two) in self._concepts), "")

    @cached_property
    def _words(self) -> Counter[str]:
        """Every single word of every spelling, with the number of spellings that have it."""
        return Counter(word for key in self._spellings for word in key.split())

    @cached_property
    def _of_concepts(self) -> list[list[str]]:
        return [key.split() for key, meaning in self._spellings.items() if meaning in self._concepts]

    @cached_property
    def _by_first_letter(self) -> dict[str, list[str]]:
        """The words that a slip of the finger may have been meant for: those of concepts, unless they are common."""
        found: dict[str, list[str]] = {}
        for word in sorted({word for words in self._of_concepts for word in words} - common_words()):
            if len(word) >= _SHORTEST:
                found.setdefault(word[0], []).append(word)
        return found

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for words in self._by_first_letter.values():
            for word in words:
                if word in self._heard:
                    found.setdefault(sound_of(word), []).append(word)
        return found

    @cached_property
    def _following(self) -> dict[str, set[str]]:
        """For each telling word of a concept's spellings those that follow it there."""
        return _grouped((word, after) for word, after in self._neighbors if word not in common_words())

    @cached_property
    def _preceding(self) -> dict[str, set[str]]:
        """For each telling word of a concept's spellings those that go before it there: "fill this" is no fall."""
        return _grouped((after, word) for word, after in self._neighbors if after not in common_words())

    @cached_property
    def _neighbors(self) -> set[tuple[str, str]]:
        return {pair for words in self._of_concepts for pair in zip(words, words[1:], strict=False)}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word, other in pairs:
        found.setdefault(word, set()).add(other)
    return found
