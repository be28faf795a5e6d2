"""Says which clauses of a note are an errand of the front desk, and no complaint: "sciatica poster for lobby".

An errand names something of the body only to say which thing of the desk is meant. So it is told by the words that the
name stands with: the thing comes last in the phrase ("TKA class handouts low") or is said to be on it ("talk on back
pain"). A phrase that ends with a trade, a place or an occasion tells how somebody came by what she has ("carpal tunnel
hotel reception"), and a thing in another phrase is called by nothing ("LBP since the flyers came"). The words stand in
errand_words.txt, thing_words.txt, circumstance_words.txt and linking_words.txt.
"""

from collections.abc import Iterator

from jobs.articles.clauses import MONEY, Clause, is_of_body
from jobs.articles.spelled import Found
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.word_lists import company_words, everyday_words, listed
from jobs.articles.words import key_of, words_of

_GATHERINGS = frozenset("class clase group grupo".split())  # "TKA class", but "LBP since reformer class"
_ABOUT = frozenset("on for de del sobre para".split())  # "talk on back pain", "ad for vertigo"
_OF = frozenset("of de del".split())  # goes on with what it stands behind: "Achilles heel of scheduling"
_THERAPY = "physical therapy"  # "new pt packet": the packet is the patient's
_ARTICLES = frozenset("a an the our la el los las".split())


def is_an_errand(clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether a thing of the desk is called by what the clause names, or is about it."""
    keys = {word.key for word in words_of(clause.text)}
    if listed("errand").words.isdisjoint(keys) and _GATHERINGS.isdisjoint(keys):
        return False
    named = [one for one in clause.affirmed if one.meaning and one.meaning != _THERAPY]
    return any(_calls_an_errand(one, clause, vocabulary) or _is_its_subject(one, clause) for one in named)


def said_before_the_desk(clause: Clause, vocabulary: Vocabulary) -> list[Found]:
    """What a clause complains of first, before it comes to a matter of the desk: "frozen shoulder wants receipts"."""
    money = MONEY.search(clause.text)
    desk = clause.desk_at if clause.desk_at >= 0 else clause.begin + money.start() if money else clause.begin
    said = [one for one in clause.affirmed if one.start < desk]
    first = next((one for one in said if is_of_body(one, vocabulary)), None)
    if not first or not any(_is_complained_of(one, clause, vocabulary) for one in said):
        return []
    led_to = {word.key for word in words_of(clause.text) if clause.begin + word.end <= first.start}
    return said if led_to <= company_words() and not calls_a_thing(first, clause) else []


def _is_complained_of(one: Found, clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether this is a pain, or names a condition in words that say nothing else outside a clinic."""
    if one.meaning == "pain":
        return True
    typed = clause.text[one.start - clause.begin : one.end - clause.begin]
    known = one.meaning in vocabulary.concepts and vocabulary.kind(one.meaning) == "condition"
    return known and key_of(typed) not in everyday_words()


def calls_a_thing(one: Found, clause: Clause) -> bool:
    """Whether this only says which thing is meant: "my knee brace"."""
    return any(key in listed("thing") or key in listed("errand") for key in phrase_behind(one, clause))


def is_circumstance(key: str) -> bool:
    """Whether a word says who somebody is, where she works or what she was at."""
    return key in listed("circumstance") and key not in listed("errand") and key not in listed("thing")


def _calls_an_errand(one: Found, clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether this only says which thing of the desk is meant: "TKA class handouts low"."""
    phrase = list(phrase_behind(one, clause))
    if phrase and phrase[0] in _GATHERINGS and is_of_body(one, vocabulary):
        return True
    return any(key in listed("errand") for key in phrase) and not is_circumstance(phrase[-1])


def phrase_behind(one: Found, clause: Clause) -> Iterator[str]:
    """The words that follow this up to a number or a word that begins something else: "seminar flyer" behind TMJ."""
    for word in words_of(clause.text):
        if clause.begin + word.start < one.end or word.key in _OF:
            continue
        if word.key.isdigit() or word.key in listed("linking") and not _is_listed(word.key):
            return
        if not _is_understood(clause.begin + word.start, clause):
            yield word.key


def _is_understood(place: int, clause: Clause) -> bool:
    """Whether the word that begins here is part of something else that is known: "neck hurts zoom all day"."""
    return any(one.meaning and one.start <= place < one.end for one in clause.affirmed)


def _is_listed(key: str) -> bool:
    return any(key in listed(name).words for name in ("errand", "thing", "circumstance"))


def _is_its_subject(one: Found, clause: Clause) -> bool:
    """Whether a thing of the desk is about this: "wants a speaker on back pain"."""
    before = [word.key for word in words_of(clause.text) if clause.begin + word.end <= one.start]
    while before and before[-1] in _ARTICLES:
        before.pop()
    *_, thing, about = ("", "", *before)
    return about in _ABOUT and thing in listed("errand")
