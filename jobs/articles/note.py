"""Reads a note clause by clause, and what one clause says of the one before: "The hip? Wonderful." """

from jobs.articles.clause_reader import parted
from jobs.articles.clauses import TO_THE_DESK, Clause, is_of_body, is_operation
from jobs.articles.errands import is_an_errand
from jobs.articles.sayings import LOST, MOVED, RETURNS, SIGNED, Saying
from jobs.articles.spelled import Found
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.word_lists import common_words
from jobs.articles.words import key_of

_PAIN = Saying(r"\b(?:pain|pian|pn|dolor)")
_BEFOREHAND = Saying(
    r"\b(?:pre-?hab|pre-?op(?:erative)?|pre-?surg\w*|antes de la (?:cirug[ií]a|operaci[oó]n)|"
    r"(?<!from )(?:before|ahead of|leading up to|until) (?:the |my |her |his |a )?(?:hip |knee |shoulder )?"
    r"(?:surgery|operation|replacement|repair|reconstruction|tka|tkr|tha|thr|rcr|aclr))\b",
    "pre",
    "before",
    "ahead",
    "leading",
    "until",
    "antes",
)
_CHILDREN_GROWN = Saying(
    r"\b(?:youngest|oldest|kids?|babies|baby|children|twins|son|daughter)\s+(?:is|are)\s+"
    r"(?:grown|adults?|in (?:college|high school)|(?:[4-9]|[1-5]\d)\b(?!\s*(?:w|m|d|/)))",
    *"youngest oldest kid babies baby children twins son daughter".split(),
)


def clauses_of(text: str, vocabulary: Vocabulary) -> list[Clause]:
    """The clauses of a text, in their order."""
    clauses = list(parted(text, vocabulary))
    _sign_what_the_note_says(clauses, text, vocabulary)
    for asked, answer in zip(clauses, clauses[1:], strict=False):
        if answer.linked and "pain" in answer.signs:
            asked.affirmed += [one for one in answer.affirmed if one.meaning == "pain"][:1]  # "neck & shoulder pain"
            asked.signs.add("pain")
        if _is_an_answer(answer, text):
            _take_answer(asked, answer, vocabulary)
    if RETURNS.search(text) and not any(clause.affirms(vocabulary) for clause in clauses):
        for clause in clauses:
            _remember_what_is_quiet(clause, vocabulary)
    return clauses


def _sign_what_the_note_says(clauses: list[Clause], text: str, vocabulary: Vocabulary) -> None:
    """The signs that a clause has from turns of phrase or from the note as a whole, and not from one word."""
    grown, beforehand = _CHILDREN_GROWN.search(text), _BEFOREHAND.search(text)
    for clause in clauses:
        if grown:
            clause.affirmed = [one for one in clause.affirmed if not _is_a_birth(one, vocabulary)]
        if beforehand:
            clause.signs.add("ahead")
        if is_an_errand(clause, vocabulary):
            clause.signs.add("errand")
    for saying, sign in ((LOST, "desk"), (SIGNED, "desk"), (MOVED, "aside")):
        for said in saying.finditer(text):
            clause = _clause_at(said.start(), clauses)
            clause.signs.add(sign)
            if saying is not LOST and clause.desk_at < 0:
                clause.desk_at = said.start()


def _clause_at(place: int, clauses: list[Clause]) -> Clause:
    return next(one for one in reversed(clauses) if one.begin <= place)


def _is_an_answer(clause: Clause, text: str) -> bool:
    """Whether a clause names nothing by itself, and so speaks of the one before."""
    words = {key_of(text[one.start : one.end]) for one in clause.affirmed if not one.meaning}
    names = clause.denied or len(clause.affirmed) > len(words) or bool(clause.signs & TO_THE_DESK)
    return not names and {word for word in words if word.isalpha()} <= common_words()


def _take_answer(asked: Clause, answer: Clause, vocabulary: Vocabulary) -> None:
    if "guess" in asked.signs and "over" in answer.signs:
        asked.denied += asked.affirmed  # "The hip? Wonderful."
        asked.affirmed.clear()
    elif "old" in answer.signs:
        asked.signs.add("old")  # "RTC repair (2011)"
    elif "guess" in asked.signs and "not" in answer.signs:
        asked.denied += [one for one in asked.affirmed if is_of_body(one, vocabulary)]
        asked.affirmed.clear()  # "heel? no"
        asked.silent.append((asked.begin, asked.end))
    elif "over" in answer.signs:
        over = [one for one in asked.affirmed if _may_be_over(one, answer, vocabulary)]
        asked.denied += over
        asked.affirmed = [one for one in asked.affirmed if one not in over]  # "meniscus, all better"


def _remember_what_is_quiet(clause: Clause, vocabulary: Vocabulary) -> None:
    """What has only just gone quiet is what somebody asks about who begins again: "back is quiet, may he jog?" """
    quiet = [one for one in clause.denied if is_of_body(one, vocabulary) and not is_operation(one, vocabulary)]
    if quiet and "over" in clause.signs and clause.signs.isdisjoint((*TO_THE_DESK, "kin", "old")):
        clause.denied = [one for one in clause.denied if one not in quiet]
        clause.affirmed += quiet
        clause.signs = clause.signs - {"over", "well"} | {"before"}


def _may_be_over(one: Found, answer: Clause, vocabulary: Vocabulary) -> bool:
    """Whether an answer says that this is over; "no pain" says so of no unsteadiness."""
    if not is_of_body(one, vocabulary) or is_operation(one, vocabulary):
        return False
    return not _PAIN.search(answer.text) or bool(vocabulary.place_of(one.meaning))


def _is_a_birth(one: Found, vocabulary: Vocabulary) -> bool:
    return one.meaning in vocabulary.concepts and "postpartum" in (one.meaning, *vocabulary.ancestors(one.meaning))
