"""Reads single words as the vocabulary spells them: shortened ones written out, slips of the finger mended."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from copy import copy
from functools import cached_property
from itertools import chain

from jobs.articles.slips import begun, heard, letters_of, mended, sound_of
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
        self._sounds: dict[str, dict[str, list[str]]] = {}  # first letter of a sound -> sound -> words

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
            if meant == word and keys and not self.knows(word) and self._tells(keys[-1], self._following):
                meant = begun(word, self._following[keys[-1]]) or word
            keys.append(meant)
        return [
            begun(key, self._preceding[after]) or key
            if not self.knows(key) and self._tells(after, self._preceding)
            else key
            for key, after in zip(keys, [*keys, ""][1:], strict=True)
        ]

    def _tells(self, word: str, neighbors: Mapping[str, set[str]]) -> bool:
        """Whether a word tells what stands beside it: "fill this" is no fall this year."""
        return word in neighbors and word not in common_words()

    def _found(self, word: str) -> str:
        if word in self._short:
            return self._short[word]
        if self.knows(word):
            return word
        by_letter = self._by_first_letter
        meant = mended(word, lambda letter: by_letter.get(letter, []), self._words.__getitem__)
        return meant or self._parted(word) or heard(word, self._sounding_like(word)) or word

    def _parted(self, word: str) -> str:
        """Two words that were typed as one: "shinsplints"."""
        parts = (f"{word[:place]} {word[place:]}" for place in range(_SHORTEST - 1, len(word) - _SHORTEST + 2))
        return next((two for two in parts if self._spellings.get(two) in self._concepts), "")

    @cached_property
    def _words(self) -> Counter[str]:
        """Every single word of every spelling, with the number of spellings that have it."""
        return Counter(chain.from_iterable(map(str.split, self._spellings)))

    @cached_property
    def _of_concepts(self) -> list[list[str]]:
        return [key.split() for key, meaning in self._spellings.items() if meaning in self._concepts]

    @cached_property
    def _by_first_letter(self) -> dict[str, list[str]]:
        """The words that a slip of the finger may have been meant for: those of concepts, unless they are common."""
        found: dict[str, list[str]] = {}
        for word in set().union(*self._of_concepts) - common_words():
            if len(word) >= _SHORTEST:
                found.setdefault(word[0], []).append(word)
        return found

    def _sounding_like(self, word: str) -> Iterable[str]:
        sound = sound_of(word)
        of_letter = self._sounds.get(sound[:1])
        if of_letter is None:
            of_letter = self._sounds[sound[:1]] = {}
            for letter in letters_of(sound[:1]):
                for other in self._by_first_letter.get(letter, ()):
                    if other in self._heard:
                        of_letter.setdefault(sound_of(other), []).append(other)
        return of_letter.get(sound, ())

    @cached_property
    def _following(self) -> dict[str, set[str]]:
        """For each word of a concept's spellings those that follow it there."""
        found: dict[str, set[str]] = {}
        for words in self._of_concepts:
            if len(words) == 2:
                found.setdefault(words[0], set()).add(words[1])
            else:
                for word, after in zip(words, words[1:], strict=False):
                    found.setdefault(word, set()).add(after)
        return found

    @cached_property
    def _preceding(self) -> dict[str, set[str]]:
        """For each word of a concept's spellings those that go before it there."""
        found: dict[str, set[str]] = {}
        for word, following in self._following.items():
            for after in following:
                found.setdefault(after, set()).add(word)
        return found
