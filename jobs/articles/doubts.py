"""Doubts what a note names, where it may be no complaint; what is doubted calls for no article by itself.

In its own clause:

- what is only guessed, or was once so: "hip?", "hx of hip pain";
- what only tells which thing of the desk is meant (errands.py): "sciatica poster for lobby";
- unless the clause says that something hurts, what stands among words of which nobody knows what they say, and nobody
  tells ("fibro support zoom link"); and a part of the body alone, or what is said outside a clinic as well, beside one
  such word ("shingles on back", "fell on the mailbox", "hip & knee rep"), unless it is hers ("because of my knees").

In the whole note, where it speaks of a matter of the desk, a part of the body of which nobody says that it hurts ("same
therapist who does her knee"), but not what begins a clause beside a mere wish for an hour ("knee, AM slot"); where it
speaks of another doctor's field, every pain ("shingles, back hurts").
"""

from jobs.articles.clauses import NOT_NOW, Clause, is_of_body, is_operation, whence
from jobs.articles.errands import calls_a_thing, is_circumstance, phrase_behind
from jobs.articles.placing import joined_across, places_of
from jobs.articles.sayings import Saying
from jobs.articles.spelled import Found
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.word_lists import company_words, everyday_words, listed
from jobs.articles.words import key_of, words_of

DOUBTED = frozenset(("guess", "before"))  # "hip?", "hx of hip pain": alone it calls for nothing
_MOSTLY_UNKNOWN = 3  # words of a clause that say nothing of a complaint: then it is none
_TELLING = Saying(
    r"\b(?:i|i['’]?(?:m|ve)|my|me|she|he|her|his|him|pt|mi|le|su|since|when|while|showed|shows|told|says|said)\b"
)  # words of a person who tells of somebody
_HERS = Saying(
    r"\b(?:my|her|his|their|mi|both|(?:it['’]?s|it is|this is) the)\s+"
    r"(?:(?:right|left|rt|lt|r|l|lower|whole|entire|other|poor|bad)\s+)*$"
)
_SIDED = Saying(
    r"\b(?:(?:r|l|rt|lt|right|left|bilat\w*)\b\W*\w+|(?:low|lower) back|lumbar|lb)$"
)  # typed as of somebody's own
_OPEN = ("numb", "shoots", "ahead")  # signs beside which a part of the body alone need not hurt


def with_doubts(told: list[tuple[Clause, list[Found]]], text: str, vocabulary: Vocabulary) -> list[Found]:
    """What each clause says, as sure as the clause and then the rest of the note leave it."""
    clauses = [clause for clause, _ in told]
    strange = _strange_clauses(clauses, text)
    kept = [one for clause, said in told for one in _in_its_clause(clause, said, clause in strange, text, vocabulary)]
    kept = joined_across(kept, vocabulary)
    if any(clause.is_errand or "aside" in clause.signs for clause in clauses):
        bare = [one for one in kept if _is_bare(one, clauses, vocabulary)]
        errand = any(clause.is_errand for clause in clauses)
        kept = _unsure(kept, [one for one in bare if errand or not _begins_a_clause(one, clauses)])
    if any("other" in clause.signs and clause.signs.isdisjoint(NOT_NOW) for clause in clauses):
        kept = _unsure(kept, [one for one in kept if places_of(one, vocabulary)])
    return kept


def _in_its_clause(clause: Clause, said: list[Found], strange: bool, text: str, vocabulary: Vocabulary) -> list[Found]:
    """What a clause says, unsure of what may be no complaint."""
    if clause.signs & DOUBTED:
        return _unsure(said, [one for one in said if is_of_body(one, vocabulary) and not is_operation(one, vocabulary)])
    if "errand" in clause.signs:
        return _unsure(said, said)
    if "pain" in clause.signs:
        return said
    if _says_little(clause, said, text):
        return _unsure(said, said)
    doubtful = [one for one in said if one.meaning and _is_ambiguous(one, clause, text, vocabulary)]
    firm = any(is_of_body(one, vocabulary) and one not in doubtful for one in said)
    return _unsure(said, doubtful) if strange and not firm else said


def _unsure(said: list[Found], doubtful: list[Found]) -> list[Found]:
    return [one._replace(sure=False) if one in doubtful else one for one in said]


def _says_little(clause: Clause, said: list[Found], text: str) -> bool:
    """Whether a clause is mostly of words of which nobody knows what they say, and nobody tells."""
    typed = [text[one.start : one.end] for one in said if not one.meaning]
    unknown = [word for word in typed if _is_unknown(word) and not is_circumstance(key_of(word))]
    return len(unknown) >= _MOSTLY_UNKNOWN and not _TELLING.search(clause.text)


def _strange_clauses(clauses: list[Clause], text: str) -> list[Clause]:
    """The clauses in which a part of the body alone may be no complaint, and what hangs on them: "hip & knee rep"."""
    strange: list[Clause] = []
    for before, clause in zip([None, *clauses], clauses, strict=False):
        words = (one for one in (*clause.affirmed, *clause.denied) if not one.meaning)
        if any(_is_strange(one, clause, text) for one in words) or not clause.signs.isdisjoint(_OPEN):
            strange += [before, clause] if before and clause.linked else [clause]
        elif clause.linked and before in strange:
            strange.append(clause)
    return strange


def _is_strange(one: Found, clause: Clause, text: str) -> bool:
    """Whether a word leaves open what a part of the body before it is: not a trade behind one that is hers ("R shoulder
    electrician"), nor a thing that is not called by it ("low back, needs new bolster")."""
    typed = text[one.start : one.end]
    if not _is_unknown(typed):
        return False
    key, named = key_of(typed), [other for other in clause.affirmed if other.meaning]
    called = [other for other in named if key in phrase_behind(other, clause)]
    if called:
        return not is_circumstance(key) or not all(_SIDED.search(text, 0, other.end) for other in called)
    return key not in listed("thing") or not any(other.end <= one.start for other in named)


def _is_ambiguous(one: Found, clause: Clause, text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a part of the body without a complaint, or a word that is said outside a clinic as well."""
    if one.more:
        return False
    bare = vocabulary.kind(one.meaning) == "region" and one not in clause.led_to
    if bare and any(_is_a_sport(sport, vocabulary) and one.start - sport.end == 1 for sport in clause.affirmed):
        return False  # "swimmer's shoulder"
    if bare and _HERS.search(text, 0, one.start) and not calls_a_thing(one, clause):
        return False
    return bare or key_of(text[one.start : one.end]) in everyday_words()


def _is_a_sport(one: Found, vocabulary: Vocabulary) -> bool:
    known = one.meaning in vocabulary.concepts and vocabulary.kind(one.meaning) == "activity"
    return known and not vocabulary.is_everyday(one.meaning)


def _is_unknown(typed: str) -> bool:
    """Whether a word is none of those that stand beside a complaint. A number, a date or a size is none either."""
    key = key_of(typed)
    return key.isalpha() and key not in company_words()


def _begins_a_clause(one: Found, clauses: list[Clause]) -> bool:
    """Whether this is what a clause begins with, but for its side: "R shoulder, wants AM slot"."""
    return any(
        clause.begin <= one.start < clause.end and not words_of(clause.text[: one.start - clause.begin])
        for clause in clauses
    )


def _is_bare(one: Found, clauses: list[Clause], vocabulary: Vocabulary) -> bool:
    """Whether this is a part of the body of which nobody says that it hurts: "same therapist who does her knee"."""
    return bool(one.meaning) and vocabulary.kind(one.meaning) == "region" and not whence(one, clauses, vocabulary)[1]
