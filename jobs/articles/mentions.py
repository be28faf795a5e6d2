"""Finds what a text speaks of: the patient's own complaint, and neither what is denied nor what only sounds so."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from jobs.articles.ages import age_groups
from jobs.articles.clauses import DONE, MONEY, Clause, clauses_of, is_of_body, is_operation
from jobs.articles.describing import descriptions_of, shares_words, with_descriptions
from jobs.articles.doctor_first import DoctorFirst, signs_in
from jobs.articles.placing import joined, joined_across, placed, places_of
from jobs.articles.sayings import Saying
from jobs.articles.spelled import Found, find
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.word_lists import company_words, everyday_words
from jobs.articles.words import key_of, words_of

_PICTURE = Saying(
    r"\b(?:x-?rays?|xr|mri|ct|scans?|films?|imaging|pictures?|ultrasound|emg|exam|placas|radiograf[ií]as?|resonancia)\b"
)
_DOUBTED = frozenset(("guess", "before"))  # "hip?", "hx of hip pain": alone it calls for nothing
_FAINT = _DOUBTED | {"faint"}
_MOSTLY_UNKNOWN = 3  # words of a clause that say nothing of a complaint: then it is none
_RETURNS = Saying(r"\b(?:again|back (?:to|into|in)|return\w*|resum\w*|ease into|try)\b")
_TOLD = Saying(
    r"\b(?:i|i['’]?(?:m|ve)|my|me|she|he|her|his|him|pt|mi|le|su|since|when|while|showed|shows|told|says|said)\b"
)  # words of a person who tells of somebody
_THING = Saying(
    r"[\s-]+(?:sling|bag|support|cushion|scooter|braces?|sleeves?|pillow|wrap|strap|band|boot|ice|roller|immobilizer|machine|"
    r"wedge|appt|appointment|visits?|sessions?|eval|x-?ray|mri|doctor|surgeon|specialist|pads?|belt|pack|referral|order|"
    r"script|rx|bill|claim|auth|handouts?|sheet|packet|exercises?|program|room|door|office|desk|entrance)\b"
)
_HERS = Saying(
    r"\b(?:my|her|his|their|mi|both|(?:it['’]?s|it is|this is) the)\s+"
    r"(?:(?:right|left|rt|lt|r|l|lower|whole|entire|other|poor|bad)\s+)*$"
)
_NOT_NOW = frozenset(("over", "old", "history"))
_HURTS = frozenset(("pain", "numb", "shoots", "since"))
_OPEN = ("numb", "shoots", "ahead")  # signs beside which a part of the body alone need not hurt


class Mention(NamedTuple):
    """A concept that a text names, with the words as typed."""

    concept: str
    phrases: tuple[str, ...]
    sure: bool = True  # not a lone part of the body or everyday word among words that nobody knows
    felt: bool = False  # not named: a numb hand is read as carpal tunnel syndrome
    faint: bool = False  # only guessed, or nearly over
    clause: int = 0  # which of the text
    complained: bool = False  # the clause says that something hurts


class Reading(NamedTuple):
    """What a text says."""

    mentions: list[Mention]  # what it affirms, in its order; what it names twice is there twice
    denied: frozenset[str]  # the concepts that it denies
    words: list[tuple[str, str]]  # what else it says, neither denied nor without meaning: key, and the word as typed
    doctor_first: tuple[DoctorFirst, ...] = ()
    over: frozenset[str] = frozenset()  # what it says is not so or over
    past: frozenset[str] = frozenset()  # what it says was long ago
    misfiled: bool = False  # whether it says that the chart is wrong or old
    returns: bool = False  # whether it speaks of doing again what was given up
    errand: bool = False  # whether it is about a matter of the desk and no complaint: a gift card, a job
    void: bool = False  # whether the whole note is a matter of the desk or nobody's treatment here


NOTHING = Reading([], frozenset(), [])


def topics_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """The concepts that a title or a topic names, each once: "No more back pain" is about back pain."""
    found = [one for one in find(text, vocabulary) if one.meaning]
    return list(dict.fromkeys(one.meaning for one in joined(placed(found, vocabulary), vocabulary)))


def mentions(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The concepts that the text affirms, in its order; one that is named twice is there twice."""
    return read_text(text, vocabulary).mentions


def read_text(text: str, vocabulary: Vocabulary, places: Collection[str] = ()) -> Reading:
    """What a complaint, or any other text about a patient, affirms and denies; `places` are the parts of the body that
    a code beside it names."""
    if not text:
        return NOTHING
    clauses = clauses_of(text, vocabulary)
    silent = [part for clause in clauses for part in _silent(clause)]
    doctor_first = tuple(_where_it_counts(signs_in(text, silent), clauses, vocabulary))
    if any(_is_for_the_desk(clause, vocabulary) for clause in clauses):
        return NOTHING._replace(doctor_first=doctor_first, void=True)  # "flu, body aches, cancel today"
    denied = [one for clause in clauses for one in joined(placed(clause.denied, vocabulary), vocabulary)]
    strange = _strange(clauses, text)
    kept = [
        one
        for clause, said in _complaints(clauses, vocabulary)
        for one in _with_doubt(clause, said, clause in strange, text, vocabulary)
    ]
    kept = joined_across(kept, vocabulary)
    if any("desk" in clause.signs for clause in clauses):
        kept = [one._replace(sure=False) if _is_bare(one, clauses, vocabulary) else one for one in kept]
    if any("other" in clause.signs and clause.signs.isdisjoint(_NOT_NOW) for clause in clauses):
        kept = [
            one._replace(sure=False) if places_of(one, vocabulary) else one for one in kept
        ]  # "shingles, back hurts"
    no = {one.meaning for one in denied if one.meaning}
    told, untold = descriptions_of(text, clauses, silent, places)
    if any("other" in clause.signs for clause in clauses):
        told = [one for one in told if vocabulary.kind(one.concept) not in BODY]  # "eczema inside elbows"
    unsaid = {one.concept for one in untold}
    kept = [
        one
        for one in kept
        if one.meaning not in unsaid and (one.meaning or not any(shares_words(one, other) for other in untold))
    ]
    kept = with_descriptions(kept, told, clauses, no, vocabulary)
    found = [
        Mention(one.meaning, _phrases(one, text), one.sure, one.felt, one.faint, *_whence(one, clauses, vocabulary))
        for one in kept
        if one.meaning and not (one.meaning in no and vocabulary.kind(one.meaning) == "activity")
    ]
    found += [Mention(group, (typed,)) for group, typed in age_groups(text, silent)]
    words = [text[start:end] for one in kept for start, end in ((one.start, one.end), *one.more)]
    affirmed = {mention.concept for mention in found}
    return Reading(
        found,
        frozenset(no - affirmed),
        [(vocabulary.word_meant(word.key), part[word.start : word.end]) for part in words for word in words_of(part)],
        doctor_first,
        frozenset((no - _only_pictured(clauses, vocabulary)) | {one.concept for one in untold}) - affirmed,
        frozenset(_past(clauses, vocabulary)) - affirmed,
        any("chart" in clause.signs for clause in clauses),
        bool(_RETURNS.search(text)),
        any("desk" in clause.signs for clause in clauses) and not any(_is_complaint(one, vocabulary) for one in found),
    )


def _is_complaint(one: Mention, vocabulary: Vocabulary) -> bool:
    return one.sure and vocabulary.kind(one.concept) in BODY


def _only_pictured(clauses: Iterable[Clause], vocabulary: Vocabulary) -> set[str]:
    """The parts of the body of which only a picture is well: "hip x-ray ok"."""
    pictured = [clause for clause in clauses if _PICTURE.search(clause.text)]
    return {one.meaning for clause in pictured for one in clause.denied if places_of(one, vocabulary)}


def _past(clauses: Iterable[Clause], vocabulary: Vocabulary) -> set[str]:
    """What hurt or was operated on long ago."""
    return {
        one.meaning for clause in clauses if clause.is_past for one in clause.affirmed if is_of_body(one, vocabulary)
    }


def _where_it_counts(
    signs: Iterable[DoctorFirst], clauses: list[Clause], vocabulary: Vocabulary
) -> Iterator[DoctorFirst]:
    """The signs; one that counts only beside a part of the body that the text speaks of counts by itself then."""
    for sign in signs:
        named = {one.meaning for clause in clauses for one in clause.affirmed if is_of_body(one, vocabulary)}
        there = sign.beside in named.union(*map(vocabulary.ancestors, named))
        yield sign._replace(beside="") if there else sign


def _silent(clause: Clause) -> list[tuple[int, int]]:
    """The parts of a clause that do not tell how the patient is now."""
    if clause.signs.isdisjoint(_NOT_NOW):
        return clause.silent
    return [(clause.begin, clause.begin + len(clause.text))]


def _is_for_the_desk(clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether the whole note is: a visit that is cancelled, somebody who is treated elsewhere or no patient."""
    return "away" in clause.signs or "off" in clause.signs and not _names_operation(clause, vocabulary)


def _whence(one: Found, clauses: list[Clause], vocabulary: Vocabulary) -> tuple[int, bool]:
    """In which clause something stands, and whether that is one of complaint."""
    place = max((place for place, clause in enumerate(clauses) if clause.begin <= one.start), default=0)
    clause = clauses[place]
    while place and clauses[place].linked:
        place -= 1  # "neck & shoulders tense"
    hurts = not clause.signs.isdisjoint(_HURTS) or any(
        found.meaning in vocabulary.concepts
        and vocabulary.kind(found.meaning) == "condition"
        and vocabulary.place_of(found.meaning)
        for found in clause.affirmed
    )
    return place, hurts


def _names_operation(clause: Clause, vocabulary: Vocabulary) -> bool:
    return any(is_operation(one, vocabulary) for one in clause.affirmed)


def _complaints(clauses: list[Clause], vocabulary: Vocabulary) -> list[tuple[Clause, list[Found]]]:
    """What each clause says of the patient as she is now: what hurts named, without what is over or only guessed."""
    said = [(clause, _meant(clause, vocabulary)) for clause in clauses]
    firm = [clause for clause, found in said if _of_body(found, vocabulary) and not clause.signs & _FAINT]
    now = {
        place
        for clause, found in said
        if clause in firm and "now" in clause.signs
        for one in _of_body(found, vocabulary)
        for region in vocabulary.regions(one.meaning)
        for place in (region, *vocabulary.ancestors(region), *vocabulary.descendants[region])
    }
    kept = []
    for clause, found in said:
        if (firm and clause not in firm) or (now and "now" not in clause.signs):
            found = [one for one in found if not is_of_body(one, vocabulary) or _stays(one, clause, now, vocabulary)]
        faint = clause not in firm and bool(clause.signs & _FAINT)
        kept.append((clause, [one._replace(faint=faint) for one in found]))
    return kept


def _stays(one: Found, clause: Clause, now: set[str], vocabulary: Vocabulary) -> bool:
    """Whether what another clause says counts beside the complaint of today."""
    if clause.signs & _FAINT:
        return "guess" not in clause.signs and is_operation(one, vocabulary)
    places = vocabulary.regions(one.meaning)
    return vocabulary.is_healing(one.meaning) or not places or not places.isdisjoint(now)


def _of_body(found: list[Found], vocabulary: Vocabulary) -> list[Found]:
    return [one for one in found if is_of_body(one, vocabulary)]


def _meant(clause: Clause, vocabulary: Vocabulary) -> list[Found]:
    """A clause without its signs: pains named, conditions put in their place, and only what counts now."""
    if "desk" in clause.signs or MONEY.search(clause.text):
        return []  # "gift card for Pilates", "$140 balance"
    said = joined(placed(clause.affirmed, vocabulary), vocabulary)
    if (clause.signs & {"ahead", "off"} and not DONE.search(clause.text)) or "old" in clause.signs:
        said = [one for one in said if not one.meaning or not vocabulary.is_healing(one.meaning)]
    if clause.is_past:
        said = [one for one in said if not one.meaning or _lasts(one, vocabulary)]
    return said


def _lasts(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether what was so long ago is so still: arthritis, but neither a sprain nor a sport."""
    return vocabulary.kind(one.meaning) not in (*BODY, "activity") or vocabulary.is_lasting(one.meaning)


def _strange(clauses: list[Clause], text: str) -> list[Clause]:
    """The clauses in which a part of the body alone may be no complaint, and what hangs on them: "hip & knee rep"."""
    strange: list[Clause] = []
    for before, clause in zip([None, *clauses], clauses, strict=False):
        words = (one for one in (*clause.affirmed, *clause.denied) if not one.meaning)
        if any(_is_unknown(text[one.start : one.end]) for one in words) or not clause.signs.isdisjoint(_OPEN):
            strange += [before, clause] if before and clause.linked else [clause]
        elif clause.linked and before in strange:
            strange.append(clause)
    return strange


def _with_doubt(clause: Clause, said: list[Found], strange: bool, text: str, vocabulary: Vocabulary) -> list[Found]:
    """The same, unsure of what may be no complaint: "shingles on back", "fell on the mailbox"."""
    if clause.signs & _DOUBTED:
        return [
            one._replace(sure=False) if is_of_body(one, vocabulary) and not is_operation(one, vocabulary) else one
            for one in said
        ]
    if "pain" in clause.signs:
        return said
    unknown = sum(not one.meaning and _is_unknown(text[one.start : one.end]) for one in said)
    if unknown >= _MOSTLY_UNKNOWN and not _TOLD.search(clause.text):
        return [one._replace(sure=False) for one in said]  # "fibro support zoom link"
    doubtful = [one for one in said if one.meaning and _is_ambiguous(one, clause, text, vocabulary)]
    if any(one.meaning and one not in doubtful and vocabulary.kind(one.meaning) in BODY for one in said):
        return said
    return [one._replace(sure=False) if one in doubtful else one for one in said] if strange else said


def _is_ambiguous(one: Found, clause: Clause, text: str, vocabulary: Vocabulary) -> bool:
    """Whether it is a part of the body without a complaint, or a word that is said outside a clinic as well."""
    if one.more:
        return False
    bare = vocabulary.kind(one.meaning) == "region" and one not in clause.led_to
    if bare and _HERS.search(text, 0, one.start) and not _THING.match(text, one.end):
        return False
    return bare or key_of(text[one.start : one.end]) in everyday_words()


def _is_bare(one: Found, clauses: list[Clause], vocabulary: Vocabulary) -> bool:
    """Whether this is a part of the body of which nobody says that it hurts: "same therapist who does her knee"."""
    return bool(one.meaning) and vocabulary.kind(one.meaning) == "region" and not _whence(one, clauses, vocabulary)[1]


def _is_unknown(typed: str) -> bool:
    """Whether a word is none of those that stand beside a complaint. A number, a date or a size is none either."""
    key = key_of(typed)
    return key.isalpha() and key not in company_words()


def _phrases(one: Found, text: str) -> tuple[str, ...]:
    """The words as typed; where it stands in two places that follow each other, all from the first to the last."""
    parts = sorted(((one.start, one.end), *one.more))
    return tuple(dict.fromkeys(text[start:end] for start, end in parts))
