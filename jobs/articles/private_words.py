"""The words of the vocabulary that tell why somebody comes: what a locked screen must not show."""

from jobs.articles.vocabulary import the_vocabulary

_TELLING = ("condition", "region", "service")
_SHORTEST = 3  # letters; `le` is a leg in a chart and nothing in a letter


def private_words() -> frozenset[str]:
    """Conditions, parts of the body and treatments in all their spellings, as `words.key_of` gives them."""
    vocabulary = the_vocabulary()
    return frozenset(
        spelling
        for spelling, name in vocabulary.spellings.items()
        if len(spelling) >= _SHORTEST and name in vocabulary.concepts and vocabulary.kind(name) in _TELLING
    )
