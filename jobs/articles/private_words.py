"""The words of the vocabulary that tell why somebody comes: what a locked screen must not show."""

from collections.abc import Iterator
from pathlib import Path

from jobs.articles.own_words import load_own_words
from jobs.articles.vocabulary import the_vocabulary
from jobs.articles.words import key_of

_TELLING = ("condition", "region", "service")
_SHORTEST = 3  # letters; `le` is a leg in a chart and nothing in a letter


def private_words(own_words: Path | None = None) -> frozenset[str]:
    """Conditions, parts of the body and treatments in all their spellings, as `words.key_of` gives them; those of the
    clinic's own in config/words.csv too. A word there takes nothing away: what means nothing in a chart tells enough on
    a screen."""
    vocabulary = the_vocabulary()
    return frozenset(
        spelling
        for spelling, name in (*vocabulary.spellings.items(), *_own(own_words))
        if len(spelling) >= _SHORTEST and name in vocabulary.concepts and vocabulary.kind(name) in _TELLING
    )


def _own(path: Path | None) -> Iterator[tuple[str, str]]:
    for word in load_own_words(path)[0] if path else ():
        yield key_of(word.words), word.means
