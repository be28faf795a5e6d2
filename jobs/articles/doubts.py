"""Doubts what a note names where it may be no complaint: "shingles on back", "fell on the mailbox"."""

from jobs.articles.clauses import Clause, is_of_body, is_operation
from jobs.articles.sayings import Saying
from jobs.articles.spelled import Found
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.word_lists import company_words, errand_words, everyday_words
from jobs.articles.words import key_of

DOUBTED = frozenset(("guess", "before"))  # "hip?", "hx of hip pain": alone it calls for nothing
_MOSTLY_UNKNOWN = 3  # words of a clause that say nothing of a complaint: then it is none
_TOLD = Saying(
    r"\b(?:i|i['’]?(?:m|ve)|my|me|she|he|her|his|him|pt|mi|le|su|since|when|while|showed|shows|told|says|said)\b"
)  # words of a person who tells of somebody
_HOW_IT_CAME = Saying(
    r"\b(?:from|after|due to|lift\w*|carry\w*|moving|standing|sitting|walking|climbing|works?|working|job|shifts?|"
    r"driver|worker|player|teacher|clerk|nurse|waiter|waitress|cashier|cook|chef|painter|carpenter|plumber|electrician|"
    r"mechanic|nanny|stylist|manager|supervisor|coordinator|technician|tech|x\s?\d+\s?(?:d|w|wks?|mos?|yrs?)|"
    r"\d+\s?(?:days?|wks?|weeks?|mos?|months?|yrs?|years?))\b"
)  # what the patient does, or since when: "LBP from warehouse job" is no errand
_THING = Saying(
    r"[\s-]+(?:sling|bag|support|cushion|scooter|braces?|sleeves?|pillow|wrap|strap|band|boot|ice|roller|immobilizer|machine|"
    r"wedge|appt|appointment|visits?|sessions?|eval|x-?ray|mri|doctor|surgeon|specialist|pads?|belt|pack|referral|order|"
    r"script|rx|bill|claim|auth|handouts?|sheet|packet|exercises?|program|room|door|office|desk|entrance)\b"
)
_HERS = Saying(
    r"\b(?:my|her|his|their|mi|both|(?:it['’]?s|it is|this is) the)\s+"
    r"(?:(?:right|left|rt|lt|r|l|lower|whole|entire|other|poor|bad)\s+)*$"
)
_OPEN = ("numb", "shoots", "ahead")  # signs beside which a part of the body alone need not hurt


def strange_clauses(clauses: list[Clause], text: str) -> list[Clause]:
    """The clauses in which a part of the body alone may be no complaint, and what hangs on them: "hip & knee rep"."""
    strange: list[Clause] = []
    for before, clause in zip([None, *clauses], clauses, strict=False):
        words = (one for one in (*clause.affirmed, *clause.denied) if not one.meaning)
        if any(_is_unknown(text[one.start : one.end]) for one in words) or not clause.signs.isdisjoint(_OPEN):
            strange += [before, clause] if before and clause.linked else [clause]
        elif clause.linked and before in strange:
            strange.append(clause)
    return strange


def with_doubt(clause: Clause, said: list[Found], strange: bool, text: str, vocabulary: Vocabulary) -> list[Found]:
    """The same, unsure of what may be no complaint: "shingles on back", "fell on the mailbox"."""
    if clause.signs & DOUBTED:
        return [
            one._replace(sure=False) if is_of_body(one, vocabulary) and not is_operation(one, vocabulary) else one
            for one in said
        ]
    if "pain" in clause.signs:
        return said
    unknown = sum(not one.meaning and _is_unknown(text[one.start : one.end]) for one in said)
    errand = is_an_errand(said, text) and not _HOW_IT_CAME.search(clause.text)
    if (unknown >= _MOSTLY_UNKNOWN or errand) and not _TOLD.search(clause.text):
        return [one._replace(sure=False) for one in said]  # "fibro support zoom link"
    doubtful = [one for one in said if one.meaning and _is_ambiguous(one, clause, text, vocabulary)]
    if any(one.meaning and one not in doubtful and vocabulary.kind(one.meaning) in BODY for one in said):
        return said
    return [one._replace(sure=False) if one in doubtful else one for one in said] if strange else said


def is_an_errand(said: list[Found], text: str) -> bool:
    """Whether a clause has a word of the desk's other business: "TKA class handouts low"."""
    return any(not one.meaning and key_of(text[one.start : one.end]) in errand_words() for one in said)


def _is_a_sport(one: Found, vocabulary: Vocabulary) -> bool:
    known = one.meaning in vocabulary.concepts and vocabulary.kind(one.meaning) == "activity"
    return known and not vocabulary.is_everyday(one.meaning)


def _is_ambiguous(one: Found, clause: Clause, text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a part of the body without a complaint, or a word that is said outside a clinic as well."""
    if one.more:
        return False
    bare = vocabulary.kind(one.meaning) == "region" and one not in clause.led_to
    if bare and any(_is_a_sport(sport, vocabulary) and one.start - sport.end == 1 for sport in clause.affirmed):
        return False  # "swimmer's shoulder"
    if bare and _HERS.search(text, 0, one.start) and not _THING.match(text, one.end):
        return False
    return bare or key_of(text[one.start : one.end]) in everyday_words()


def _is_unknown(typed: str) -> bool:
    """Whether a word is none of those that stand beside a complaint. A number, a date or a size is none either."""
    key = key_of(typed)
    return key.isalpha() and key not in company_words()
