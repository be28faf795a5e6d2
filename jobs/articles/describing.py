"""Puts what a note describes beside what it names: a word that only tells how it feels is no complaint of its own."""

from collections.abc import Collection, Iterable

from jobs.articles.ages import age_groups
from jobs.articles.clauses import DONE, MONEY, Clause
from jobs.articles.descriptions import YOUNG, Described, apart, described, is_described
from jobs.articles.placing import places_of
from jobs.articles.sayings import Saying
from jobs.articles.spelled import Found
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import Word, key_of, words_of

_TICKED_NO = Saying(r"\b\w[\w /]{0,24}:\s*(?:n|no|none|0|neg)\b", ":")  # "PREGNANT: N"
_OWN = frozenset(("kid", "child", "children"))  # "after two kids" is no child's note
_UNSAID = frozenset(("desk", "aside", "errand", "guess"))  # signs of a clause that tells nothing of how the patient is


def descriptions_of(
    text: str,
    clauses: list[Clause],
    silent: Collection[tuple[int, int]],
    places: Collection[str],
    vocabulary: Vocabulary,
) -> tuple[list[Described], list[Described]]:
    """What the note describes of the patient now, and what it describes as not being so."""
    words = [_meant(word, vocabulary) for word in words_of(text)]
    keys = {word.key for word in words if not any(start <= word.start < end for start, end in silent)}
    if any(group == "children and teens" for group, _ in age_groups(text, silent)) or _is_young(clauses):
        keys.add(YOUNG)
    unsaid = [
        *silent,
        *(found.span() for found in _TICKED_NO.finditer(text)),
        *((one.begin, one.end) for one in clauses if one.signs & _UNSAID or MONEY.search(one.text)),
    ]
    now = [word for word in words if not any(start <= word.start < end for start, end in unsaid)]
    return list(described(text, now, keys, places)), list(described(text, words, keys, (), denied=True))


def _meant(word: Word, vocabulary: Vocabulary) -> Word:
    """A word, without its slip of the finger if no description has it so."""
    if vocabulary.knows(word.key) or is_described(word.key):
        return word
    return word._replace(key=vocabulary.word_meant(word.key))


def _is_young(clauses: Iterable[Clause]) -> bool:
    return any(
        one.meaning == "children and teens"
        and key_of(clause.text[one.start - clause.begin : one.end - clause.begin]) not in _OWN
        for clause in clauses
        for one in clause.affirmed
    )


def with_descriptions(
    kept: list[Found],
    told: Iterable[Described],
    clauses: list[Clause],
    no: Collection[str],
    vocabulary: Vocabulary,
) -> list[Found]:
    """What a note names, and what it describes: a description says nothing beside the name of what it may be."""
    for one in told:
        above = vocabulary.ancestors(one.concept)
        said = {each.meaning for each in kept if each.meaning and each.sure}
        there = said.intersection((one.concept, *vocabulary.descendants[one.concept]))
        if there:
            kept = _told_too(kept, min(there), one)
            continue
        if one.concept in no:
            continue
        if any(_is_a_name(each, one, vocabulary) for each in kept) or _is_ahead(one, clauses, vocabulary):
            continue
        doubted = [each for each in kept if each.meaning == one.concept]
        kept = [each for each in kept if each not in doubted and not _is_part_of(each, one, above, vocabulary)]
        (start, end), *more = apart(
            {*one.parts, *(span for each in doubted for span in ((each.start, each.end), *each.more))}
        )
        kept.append(Found(one.concept, start, end, tuple(more), felt=one.kind == "felt"))
    return sorted(kept, key=lambda found: found.start)


def _told_too(kept: list[Found], name: str, told: Described) -> list[Found]:
    """What a note names, the first name of a condition with what else describes it."""
    same = [one for one in kept if one.meaning == name]
    spans = [span for one in kept if one.meaning for span in ((one.start, one.end), *one.more)]
    further = [part for part in told.parts if not any(start < part[1] and part[0] < end for start, end in spans)]
    return [one._replace(more=(*one.more, *further)) if one is same[0] else one for one in kept]


def _is_a_name(one: Found, told: Described, vocabulary: Vocabulary) -> bool:
    """Whether this names another condition in the place that a description is about, elsewhere in the note."""
    if not one.meaning or not one.sure or one.meaning in vocabulary.ancestors(told.concept):
        return False
    return (
        vocabulary.is_diagnosis(one.meaning)
        and not shares_words(one, told)
        and not vocabulary.regions(told.concept).isdisjoint(vocabulary.regions(one.meaning))
    )


def _is_ahead(told: Described, clauses: Iterable[Clause], vocabulary: Vocabulary) -> bool:
    """Whether this is an operation that is still to come."""
    return vocabulary.is_healing(told.concept) and any(
        clause.signs & {"ahead", "off", "old"} and not DONE.search(clause.text)
        for clause in clauses
        if any(clause.begin <= start < clause.end for start, _ in told.parts)
    )


def shares_words(one: Found, told: Described) -> bool:
    return any(start < one.end and one.start < end for start, end in told.parts)


def _is_part_of(one: Found, whole: Described, above: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether a word, or a part of the body, is named only to describe something."""
    if not shares_words(one, whole) or vocabulary.kind(whole.concept) not in BODY:
        return False
    return (
        not one.meaning
        or one.felt
        or one.meaning == whole.concept
        or one.meaning in above
        or bool(places_of(one, vocabulary))
    )
