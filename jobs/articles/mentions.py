"""Finds what a text speaks of: the patient's own complaint, and neither what is denied nor what only sounds so."""

from collections.abc import Collection, Iterable, Iterator

from jobs.articles.ages import age_groups
from jobs.articles.clauses import DONE, MONEY, NOT_NOW, TO_THE_DESK, Clause, is_of_body, is_operation, whence
from jobs.articles.cues import cues_in
from jobs.articles.describing import descriptions_of, shares_words, with_descriptions
from jobs.articles.descriptions import Described
from jobs.articles.doctor_first import DoctorFirst, signs_in
from jobs.articles.doubts import DOUBTED, with_doubts
from jobs.articles.errands import said_before_the_desk
from jobs.articles.note import clauses_of
from jobs.articles.placing import joined, placed, places_of
from jobs.articles.reading import NOTHING, Mention, Reading
from jobs.articles.sayings import RETURNS, Saying
from jobs.articles.spelled import Found, find
from jobs.articles.taken_back import set_aside, tells_of_another
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import key_of, words_of

_PICTURE = Saying(
    r"\b(?:x-?rays?|xr|mri|ct|scans?|films?|imaging|pictures?|ultrasound|emg|exam|placas|radiograf[ií]as?|resonancia)\b"
)
_FAINT = DOUBTED | {"faint"}


def topics_of(text: str, vocabulary: Vocabulary) -> list[str]:
    """The concepts that a title or a topic names, each once: "No more back pain" is about back pain."""
    found = [one for one in find(text, vocabulary) if one.meaning]
    return list(dict.fromkeys(one.meaning for one in joined(placed(found, vocabulary), vocabulary)))


def mentions(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """The concepts that the text affirms, in its order; one that is named twice is there twice."""
    return read_text(text, vocabulary).mentions


def read_text(text: str, vocabulary: Vocabulary, coded: Collection[str] = ()) -> Reading:
    """What a complaint, or any other text about a patient, affirms and denies; `coded` are the conditions that the
    codes beside it name."""
    if not text:
        return NOTHING
    clauses = clauses_of(text, vocabulary)
    silent = [part for clause in clauses for part in _silent(clause)]
    doctor_first = tuple(_where_it_counts(signs_in(text, silent), clauses, vocabulary))
    places = frozenset(map(key_of, coded)).union(*map(vocabulary.regions, coded))
    without, aside = set_aside(clauses, text, coded, vocabulary)
    if without:
        reading = _read(without, text, vocabulary, places)
        if tells_of_another(reading, aside, vocabulary):
            return reading._replace(doctor_first=doctor_first, over=reading.over | aside)
    return _read(clauses, text, vocabulary, places)._replace(doctor_first=doctor_first)


def _read(clauses: list[Clause], text: str, vocabulary: Vocabulary, places: Collection[str]) -> Reading:
    """The reading but for the signs that want a doctor first."""
    if any(_is_for_the_desk(*pair, vocabulary) for pair in zip([None, *clauses], clauses, strict=False)):
        return NOTHING._replace(void=True)  # "flu, body aches, cancel today"
    silent = [part for clause in clauses for part in _silent(clause)]
    no = _denied(clauses, vocabulary)
    told, untold = _described(clauses, descriptions_of(text, clauses, silent, places, vocabulary), vocabulary)
    named = _without(with_doubts(_complaints(clauses, vocabulary), text, vocabulary), untold)
    kept = with_descriptions(named, told, clauses, no, vocabulary)
    found = [
        Mention(one.meaning, _phrases(one, text), one.sure, one.felt, one.faint, *whence(one, clauses, vocabulary))
        for one in kept
        if one.meaning and not (one.meaning in no and vocabulary.kind(one.meaning) == "activity")
    ]
    found += [Mention(group, (typed,)) for group, typed in age_groups(text, silent)]
    affirmed = {mention.concept for mention in found}
    return Reading(
        found,
        frozenset(no - affirmed),
        list(_words(kept, text, vocabulary)),
        over=frozenset((no - _only_pictured(clauses, vocabulary)) | {one.concept for one in untold}) - affirmed,
        past=frozenset(_past(clauses, vocabulary)) - affirmed,
        misfiled=any("chart" in clause.signs for clause in clauses),
        returns=bool(RETURNS.search(text)),
        begins=cues_in(text).stands("begins") and not any("errand" in clause.signs for clause in clauses),
        errand=any(clause.is_errand for clause in clauses) and not any(_is_complaint(one, vocabulary) for one in found),
    )


def _denied(clauses: list[Clause], vocabulary: Vocabulary) -> set[str]:
    denied = (one for clause in clauses for one in joined(placed(clause.denied, vocabulary), vocabulary))
    return {one.meaning for one in denied if one.meaning}


def _described(
    clauses: list[Clause], described: tuple[list[Described], list[Described]], vocabulary: Vocabulary
) -> tuple[list[Described], list[Described]]:
    """What the note describes as so and as not so; of the body nothing beside what another doctor treats."""
    told, untold = described
    if any("other" in clause.signs for clause in clauses):
        told = [one for one in told if vocabulary.kind(one.concept) not in BODY]  # "eczema inside elbows"
    return told, untold


def _without(kept: list[Found], untold: Collection[Described]) -> list[Found]:
    """What a note names and does not describe as not so."""
    unsaid = {one.concept for one in untold}
    return [
        one
        for one in kept
        if one.meaning not in unsaid and (one.meaning or not any(shares_words(one, other) for other in untold))
    ]


def _words(kept: Iterable[Found], text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Every word of what the note says, as its key and as typed."""
    for one in kept:
        for start, end in ((one.start, one.end), *one.more):
            for word in words_of(text[start:end]):
                yield vocabulary.word_meant(word.key), text[start:end][word.start : word.end]


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
    if clause.signs.isdisjoint(NOT_NOW):
        return clause.silent
    return [(clause.begin, clause.begin + len(clause.text))]


def _is_for_the_desk(before: Clause | None, clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether the whole note is: a visit that is cancelled, somebody who is treated elsewhere or no patient."""
    called_off = any(
        _names_operation(one, vocabulary) for one in (before, clause) if one
    )  # "THA in March, cancelled it"
    return "away" in clause.signs or "off" in clause.signs and not called_off


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
    to_the_desk = clause.signs & TO_THE_DESK or MONEY.search(clause.text)  # "gift card for Pilates", "$140 balance"
    affirmed = said_before_the_desk(clause, vocabulary) if to_the_desk else clause.affirmed
    said = joined(placed(affirmed, vocabulary), vocabulary)
    if (clause.signs & {"ahead", "off"} and not DONE.search(clause.text)) or "old" in clause.signs:
        said = [one for one in said if not is_operation(one, vocabulary) and not _is_healing(one, vocabulary)]
    if clause.is_past:
        said = [one for one in said if not one.meaning or _lasts(one, vocabulary)]
    return said


def _is_healing(one: Found, vocabulary: Vocabulary) -> bool:
    return bool(one.meaning) and vocabulary.is_healing(one.meaning)


def _lasts(one: Found, vocabulary: Vocabulary) -> bool:
    """Whether what was so long ago is so still: arthritis, but neither a sprain nor a sport."""
    return vocabulary.kind(one.meaning) not in (*BODY, "activity") or vocabulary.is_lasting(one.meaning)


def _phrases(one: Found, text: str) -> tuple[str, ...]:
    """The words as typed; where it stands in two places that follow each other, all from the first to the last."""
    parts = sorted(((one.start, one.end), *one.more))
    return tuple(dict.fromkeys(text[start:end] for start, end in parts))
