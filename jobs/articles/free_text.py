"""What the words of an article's title, topics, summary and page say, beside the concepts that the vocabulary knows.

BM25 (Robertson, Walker et al. 1994) over fields: a word of the title counts more than one of the page, one of its first
lines more than one further down. Words are compared by their stems; capitals ("CTS") are also read as the initials of
a title; a word that no article has is read as one that begins alike.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from jobs.articles.library import Article
from jobs.articles.words import words_of

_TITLE, _TOPIC, _LEAD = 4.0, 2.0, 2.0  # how much more a word counts there than further down
_LEAD_WORDS = 40
_SATURATION, _LENGTH = 1.2, 0.75  # k1 and b of BM25
_TITLE_LENGTH = 0.3  # b within titles
_BEGINS_ALIKE = 4  # letters
_ALIKE = 0.6  # of the longer word that must agree
_ALIKE_COUNTS = 0.8
_MOST_TEXT = 20_000  # characters of one page
_ENDINGS = ("ization", "ation", "ing", "ment", "ical", "ic", "al", "ive", "ed", "er", "e", "y")
_SMALL = frozenset(
    "a an and are as at be been by can do for from has have he her his i in is it its my no not of on or our she so "
    "than that the their them they this to was we were when which who will with you your "
    "de el en la las los por un una y".split()
)
"""Words that no article is about."""

_INITIALS = range(2, 6)  # so many words make an abbreviation


class TextMatch(NamedTuple):
    """How well an article's words agree with a need's, and which of its words do, the weightiest first."""

    weight: float
    words: tuple[tuple[str, str], ...]  # field of the need, and the word as typed there


class TextIndex:
    """The articles of a library by the words in them."""

    def __init__(self, articles: Sequence[Article]) -> None:
        pages = [words_by_key(f"{one.summary} {one.text[:_MOST_TEXT]}") for one in articles]
        average = sum(map(len, pages)) / max(len(pages), 1) or 1.0
        counts = [_counted(one, page, average) for one, page in zip(articles, pages, strict=True)]
        having = Counter(word for count in counts for word in count)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, count in enumerate(counts):
            for word, times in count.items():
                rarity = math.log(1 + (len(articles) - having[word] + 0.5) / (having[word] + 0.5))
                weight = rarity * times * (_SATURATION + 1) / (times + _SATURATION)
                self._postings.setdefault(word, []).append((place, weight))
        self._begins: dict[str, list[str]] = {}
        for word in self._postings:
            self._begins.setdefault(word[:_BEGINS_ALIKE], []).append(word)

    def matches(self, said: Mapping[str, Mapping[str, str]], fields: Mapping[str, float]) -> dict[int, TextMatch]:
        """The articles that share a word with what a need says; `fields` say how much each field counts."""
        weights: dict[int, dict[tuple[str, str], float]] = {}
        for field, counts in fields.items():
            for stem, typed in _stems(said.get(field, {})).items():
                for place, weight in self._having(stem, typed):
                    points = weights.setdefault(place, {})
                    points[field, typed] = points.get((field, typed), 0.0) + counts * weight
        return {
            place: TextMatch(sum(points.values()), tuple(sorted(points, key=lambda word: (-points[word], word))))
            for place, points in weights.items()
        }

    def _having(self, stem: str, typed: str) -> Iterator[tuple[int, float]]:
        yield from self._postings.get(stem) or self._alike(stem)
        if typed.isupper() and len(typed) in _INITIALS:
            yield from self._postings.get(f"#{typed.lower()}", ())

    def _alike(self, stem: str) -> Iterable[tuple[int, float]]:
        """The articles with a word that begins as this one does, which none of them has."""
        found: dict[int, float] = {}
        for word in self._begins.get(stem[:_BEGINS_ALIKE], ()) if len(stem) >= _BEGINS_ALIKE else ():
            alike = _agreeing(stem, word) / max(len(stem), len(word))
            if alike >= _ALIKE:
                for place, weight in self._postings[word]:
                    found[place] = max(found.get(place, 0.0), weight * alike * _ALIKE_COUNTS)
        return found.items()


def stem_of(key: str) -> str:
    """A word without its ending: running, runs and run are one, as are treatment and treat."""
    for ending in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= 4:
            return key[: -len(ending)]
    return key


def words_by_key(text: str) -> list[str]:
    """The stems of the words that say something, in their order."""
    return [stem_of(word.key) for word in words_of(text) if word.key not in _SMALL]


def _stems(said: Mapping[str, str]) -> dict[str, str]:
    return {stem_of(key): typed for key, typed in said.items() if key not in _SMALL}


def _counted(article: Article, page: list[str], average: float) -> dict[str, float]:
    """How often an article has each word, by where it stands."""
    count: defaultdict[str, float] = defaultdict(float)
    shorter = 1 / (1 - _LENGTH + _LENGTH * len(page) / average)
    for place, word in enumerate(page):
        count[word] += (_LEAD if place < _LEAD_WORDS else 1.0) * shorter
    title = words_by_key(article.title)
    weight = _TITLE / (1 - _TITLE_LENGTH + _TITLE_LENGTH * len(title) / 2)
    for word in (*title, *_initials(article.title)):
        count[word] += weight
    for topic in article.topics:
        for word in (*words_by_key(topic), *_initials(topic)):
            count[word] += _TOPIC
    return count


def _initials(text: str) -> Iterator[str]:
    """The abbreviations that a title allows: `#cts` for carpal tunnel syndrome, with and without its small words."""
    keys = [word.key for word in words_of(text)]
    plain = [key for key in keys if key not in _SMALL]
    found = {
        "".join(key[0] for key in words[start : start + length])
        for words in (keys, plain)
        for length in _INITIALS
        for start in range(len(words) - length + 1)
    }
    return (f"#{letters}" for letters in sorted(found))


def _agreeing(one: str, other: str) -> int:
    """How many letters two words have in common from their beginning."""
    for place, (letter, its) in enumerate(zip(one, other, strict=False)):
        if letter != its:
            return place
    return min(len(one), len(other))
