"""What each article is about, and the index by which a need finds the articles that could fit."""

from typing import NamedTuple

from jobs.articles.free_text import TextIndex
from jobs.articles.library import Article, Library
from jobs.articles.mentions import topics_of
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import key_of, words_of

_LATER_TOPIC, _LEAST_TOPIC = 0.08, 0.7  # what each topic weighs less than the one before it, and the least
_FROM_CODE = 0.9  # a subject that only the article's codes say
_STEP_UP = 0.75  # per step that the article is broader than the need: shoulder pain for a rotator cuff
_STEPS_DOWN = {1: 0.55, 2: 0.3}  # the article is narrower: runner's knee for a knee that hurts


class Subjects(NamedTuple):
    """What one article is about."""

    article: Article
    weights: dict[str, float]  # concept -> how much of the article it is, 0 to 1
    main: frozenset[str]  # the conditions in its title, else its first; its first where that is more particular
    main_in_title: bool
    regions: frozenset[str]  # where in the body, with all that this belongs to and all that belongs to it
    for_activities: frozenset[str]  # activities in the title, else a first topic, and their kin: for whom it is written
    sports: bool  # whether one of these is no everyday activity
    has_activity: bool
    service: str  # the service that its first topic is, "" where that is none
    has_body: bool  # conditions, parts of the body, or codes of which only the list knows what they are
    covers_healing: bool
    is_for_healing: bool  # written for people after an operation or with a broken bone


class Posting(NamedTuple):
    """That an article is about something a need may say."""

    place: int  # of the article
    concept: str  # what the article says
    strength: float


class Index(NamedTuple):
    """The articles of a library that may be sent, by what a need can say."""

    subjects: tuple[Subjects, ...]
    by_concept: dict[str, list[Posting]]
    by_code: dict[str, list[tuple[int, str]]]  # beginning of a code without its dot -> article, code as the list has it
    by_own_topic: dict[str, list[tuple[int, str]]]  # words that the vocabulary does not know -> article, topic as typed
    texts: TextIndex
    vocabulary: Vocabulary
    about: frozenset[str]  # everything that some article is about


def index_of(library: Library, vocabulary: Vocabulary) -> Index:
    """The index of a library, without the articles that are off."""
    articles = [article for article in library.articles if not article.off]
    subjects = tuple(_subjects(article, vocabulary) for article in articles)
    texts = (f"{one.title} {' '.join(one.topics)} {one.summary} {one.text}" for one in articles)
    knowing = vocabulary.knowing(word.key for text in texts for word in words_of(text))
    index = Index(
        subjects, {}, {}, {}, TextIndex(articles), knowing, frozenset().union(*(one.weights for one in subjects))
    )
    for place, about in enumerate(subjects):
        for concept, weight in about.weights.items():
            for said, nearness in _near(concept, vocabulary).items():
                index.by_concept.setdefault(said, []).append(Posting(place, concept, weight * nearness))
        for code in about.article.codes:
            index.by_code.setdefault(code.replace(".", ""), []).append((place, code))
        for topic in about.article.topics:
            if key_of(topic) and not topics_of(topic, vocabulary):
                index.by_own_topic.setdefault(f" {key_of(topic)} ", []).append((place, topic))
    return index


def _near(concept: str, vocabulary: Vocabulary) -> dict[str, float]:
    """What a need can say to be near this subject, and how near that is."""
    near = {narrower: _STEP_UP**steps for narrower, steps in vocabulary.descendants[concept].items()}
    for broader, steps in vocabulary.ancestors(concept).items():
        if steps in _STEPS_DOWN:
            near[broader] = _STEPS_DOWN[steps]
            near.setdefault(vocabulary.pain_of(broader), _STEPS_DOWN[steps])
    return near | {concept: 1.0}


def _subjects(article: Article, vocabulary: Vocabulary) -> Subjects:
    weights = _from_topics(article, vocabulary)
    for code in article.codes:
        weights.setdefault(vocabulary.of_code(code), _FROM_CODE)
    weights.pop("", None)
    in_title = _in_title(article.title, weights, vocabulary)
    weights.update(dict.fromkeys(in_title, 1.0))
    body = [name for name in weights if vocabulary.kind(name) in BODY]
    conditions = [name for name in in_title if vocabulary.kind(name) == "condition"]
    first = next(iter(weights), "")
    narrower = body[:1] if body and conditions and set(conditions) <= vocabulary.ancestors(body[0]).keys() else []
    broad = frozenset().union(*map(vocabulary.ancestors, conditions))
    main = frozenset(
        narrower or [name for name in conditions if name not in broad or vocabulary.regions(name)] or body[:1]
    )
    activities = [name for name in in_title if vocabulary.kind(name) == "activity"]
    if not activities and first and vocabulary.kind(first) == "activity":
        activities = [first]
    return Subjects(
        article,
        weights,
        main,
        bool(conditions),
        _with_kin(frozenset().union(*map(vocabulary.regions, body)), vocabulary),
        _with_kin(frozenset(activities), vocabulary),
        not all(map(vocabulary.is_everyday, activities)),
        any(vocabulary.kind(name) == "activity" for name in weights),
        first if first and vocabulary.kind(first) == "service" else "",
        bool(body) or not all(map(vocabulary.of_code, article.codes)),
        any(map(vocabulary.is_healing, body)),
        any(map(vocabulary.is_healing, main)),
    )


def _from_topics(article: Article, vocabulary: Vocabulary) -> dict[str, float]:
    weights: dict[str, float] = {}
    for order, topic in enumerate(article.topics):
        for concept in topics_of(topic, vocabulary):
            weights.setdefault(concept, max(_LEAST_TOPIC, 1.0 - order * _LATER_TOPIC))
    return weights


def _in_title(title: str, weights: dict[str, float], vocabulary: Vocabulary) -> list[str]:
    """What the title names. Titles play with words ("Steady on your feet", "A leg up in Pilates"), so what the topics
    speak of bounds what a part of the body can mean there."""
    body = [name for name in weights if vocabulary.kind(name) in BODY]
    regions = _with_kin(frozenset().union(*map(vocabulary.regions, body)), vocabulary)

    broader = frozenset().union(*map(vocabulary.ancestors, body))

    def is_meant(concept: str) -> bool:
        if concept in broader and concept not in weights:
            return False  # "Young arms", and the topics speak of shoulders and elbows
        if concept in weights or not weights or vocabulary.kind(concept) not in BODY:
            return True
        if not body:
            return vocabulary.kind(concept) == "condition"
        return not vocabulary.regions(concept).isdisjoint(regions)

    return list(filter(is_meant, topics_of(title, vocabulary)))


def _with_kin(names: frozenset[str], vocabulary: Vocabulary) -> frozenset[str]:
    """These concepts, what they belong to and what belongs to them."""
    return names.union(*((*vocabulary.ancestors(name), *vocabulary.descendants[name]) for name in names))
