"""Proposes the topics of an article from its page: what its title and headings name, and what it lists or repeats."""

import re
from collections import Counter
from collections.abc import Iterator

from jobs.articles.mentions import read_text
from jobs.articles.page import Page
from jobs.articles.reading import Mention
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.words import words_of

_MOST = 16
_OFTEN = 3  # times that a page names what is one of its topics
_LISTED = 3  # things in a row are a list
_HEADING_WORDS = 6  # a longer heading is no topic as a whole
_SMALL = frozenset("a an and the of or with to in for your our s".split())
_NOT_A_TOPIC = frozenset(("physical therapy", "first visit", "finishing therapy"))
"""What a physical therapist's every page names."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def propose_topics(page: Page, vocabulary: Vocabulary) -> list[str]:
    """The topics in the page's own words, the most telling first; each stands for a concept of the vocabulary."""
    found: dict[str, str] = {}  # concept -> topic
    for line in (page.title, *page.headings):
        for topic, concepts in _of_heading(line, vocabulary, whole=line is not page.title):
            for concept in concepts:
                found.setdefault(concept, topic)
    for concept, phrase in _of_text(page.text, vocabulary):
        found.setdefault(concept, phrase)
    kept = [concept for concept in found if concept not in _NOT_A_TOPIC and not _is_said(concept, found, vocabulary)]
    return list(dict.fromkeys(found[concept] for concept in kept))[:_MOST]


def _of_heading(line: str, vocabulary: Vocabulary, whole: bool) -> Iterator[tuple[str, list[str]]]:
    """What a heading names; the heading itself where it says nothing else: `Core and pelvic floor rehab`."""
    mentions = [one for one in read_text(line, vocabulary).mentions if one.concept not in _NOT_A_TOPIC]
    said = {word.key for one in mentions for phrase in one.phrases for word in words_of(phrase)}
    words = [word.key for word in words_of(line)]
    if whole and mentions and len(words) <= _HEADING_WORDS and set(words) <= said | _SMALL:
        yield _small(line), [one.concept for one in mentions]
    for one in mentions:
        yield _topic(one, vocabulary), [one.concept]


def _of_text(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """What the text names again and again, or lists in one sentence."""
    times: Counter[str] = Counter()
    topics: dict[str, str] = {}
    listed: list[str] = []
    for sentence in _SENTENCE.split(text):
        mentions = read_text(sentence, vocabulary).mentions
        concepts = list(dict.fromkeys(one.concept for one in mentions))
        times.update(concepts)
        for one in mentions:
            topics.setdefault(one.concept, _topic(one, vocabulary))
        if len(concepts) >= _LISTED and sentence.count(",") >= _LISTED - 2:
            listed += concepts
    for concept in dict.fromkeys([*listed, *(concept for concept, count in times.most_common() if count >= _OFTEN)]):
        yield concept, topics[concept]


def _topic(one: Mention, vocabulary: Vocabulary) -> str:
    """The words as the page has them, where they alone mean what they meant there; else the concept's name."""
    phrase = _small(one.phrases[0])
    alone = [mention.concept for mention in read_text(phrase, vocabulary).mentions]
    return phrase if len(one.phrases) == 1 and alone == [one.concept] else one.concept


def _is_said(concept: str, found: dict[str, str], vocabulary: Vocabulary) -> bool:
    """Whether a part of the body is named by something that is there already: the back, by low back pain."""
    if vocabulary.kind(concept) != "region":
        return False
    return any(concept in vocabulary.ancestors(other) for other in found)


def _small(words: str) -> str:
    """In small letters but for names: Pilates, an abbreviation."""
    kept = (
        word if word.isupper() and len(word) > 1 or word[:7] == "Pilates" else word.lower() for word in words.split()
    )
    return " ".join(kept).strip(" .:;,")
