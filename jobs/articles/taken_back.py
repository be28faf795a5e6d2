"""Sets aside what a note takes back: what only the paper says, what is over, what was an error.

"MD wrote lateral, but she points to the inside", "shoulder was discharged in spring, now the jaw clicks". A front desk
says it in a hundred ways, so the turns of phrase here are wide; they count only where the rest of the note tells by
itself of something else.
"""

from collections.abc import Collection
from dataclasses import replace

from jobs.articles.clauses import Clause, is_of_body, is_operation
from jobs.articles.cues import Cues, cues_in
from jobs.articles.reading import Reading
from jobs.articles.sayings import Saying
from jobs.articles.vocabulary import BODY, Vocabulary
from jobs.articles.words import words_of

_SPEAKS_OF_IT = Saying(r"\W*(?:that|it|which|this|those|they|both|all of (?:that|it))\b")
_OPERATED, _FINISHING = "after surgery", "finishing therapy"
_ASKED_FOR = frozenset(("Pilates", "finishing therapy", "dry needling", "gait and running analysis", "posture"))


def set_aside(
    clauses: list[Clause], text: str, coded: Collection[str], vocabulary: Vocabulary
) -> tuple[list[Clause], frozenset[str]]:
    """The clauses with those emptied that the note may take back, and what of the body these speak of; no clauses where
    it takes nothing back. `coded` are the conditions that the codes beside the note name."""
    cues = cues_in(text)
    kept: list[Clause] = []
    aside: set[str] = set()
    for before, clause in zip([None, *clauses], clauses, strict=False):
        named = _named(clause, coded, vocabulary)
        if before and not named and _SPEAKS_OF_IT.match(clause.text) and cues.stands("over", clause.begin, clause.end):
            named = _named(before, coded, vocabulary)  # "cross off the back, that cleared up"
            if _is_coded(named, coded, vocabulary) and kept[-1] is before:
                aside |= named
                kept[-1] = _emptied(before, cues, vocabulary)
        elif _may_be_taken_back(before, clause, cues, _is_coded(named, coded, vocabulary), vocabulary):
            done = {one.meaning for one in clause.affirmed if is_operation(one, vocabulary)}
            aside |= {*done, _OPERATED} if done else named
            clause = _emptied(clause, cues, vocabulary)
        kept.append(clause)
    return (kept if kept != clauses else []), frozenset(aside)


def _may_be_taken_back(before: Clause | None, clause: Clause, cues: Cues, coded: bool, vocabulary: Vocabulary) -> bool:
    of_the_paper = _is_of_the_paper(before, clause, cues)
    if any(is_operation(one, vocabulary) for one in clause.affirmed):
        return of_the_paper and cues.stands("undone", clause.end)
    if of_the_paper or not coded:
        return of_the_paper
    is_theirs = bool(clause.silent) and not clause.affirmed and clause.signs <= {"own"}  # "my sister, she had the knee"
    return is_theirs or cues.stands("over", clause.begin, clause.end)


def _is_of_the_paper(before: Clause | None, clause: Clause, cues: Cues) -> bool:
    """Whether it tells what somebody wrote, and the note goes on otherwise: "referral: neck. She denies neck pain"."""
    led_to = before if before is not None and clause.text.startswith(":") else clause
    if not any(cues.stands("paper", one.begin, one.end) for one in (led_to, clause)):
        return False
    return cues.stands("wrong", clause.begin, clause.end) or cues.stands("otherwise", clause.end)


def _is_coded(named: Collection[str], coded: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether what a clause names may be what a code says; where no code says a place, whether it names anything."""
    placed = [code for code in coded if vocabulary.regions(code)]
    return bool(named) and (
        len(placed) < len(coded)
        or not coded
        or any(_is_near(name, code, vocabulary) for name in named for code in placed)
    )


def _named(clause: Clause, coded: Collection[str], vocabulary: Vocabulary) -> set[str]:
    """What of the body a clause speaks of, in whatever way, and the codes that it has a word of."""
    named = {one.meaning for one in (*clause.affirmed, *clause.denied) if is_of_body(one, vocabulary)}
    words = {word.key for word in words_of(clause.text)}
    return named.union(name for name in coded if not words.isdisjoint(vocabulary.words_for(name)))


def _emptied(clause: Clause, cues: Cues, vocabulary: Vocabulary) -> Clause:
    said = [one for one in clause.affirmed if one.meaning in vocabulary.concepts]
    stays = [one for one in said if one.meaning == _FINISHING and cues.stands("continues")]
    return replace(
        clause,
        affirmed=stays,  # "graduated from PT for her back, told to keep going"
        denied=[*clause.denied, *(one for one in said if one not in stays)],
        led_to=[],
        signs={"over", *clause.signs.intersection(("chart", "away"))},
        silent=[(clause.begin, clause.end)],
    )


def tells_of_another(reading: Reading, aside: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether what a note says besides is about something else than what it takes back, or denies this by itself."""
    if _OPERATED in aside or any(_is_partly_denied(one, reading.over, vocabulary) for one in aside):
        return True
    found = reading.mentions
    exact = [one for one in aside if not any(one in vocabulary.ancestors(other) for other in aside)]
    body = [one.concept for one in found if one.sure and vocabulary.kind(one.concept) in BODY]
    if not body:
        return not _ASKED_FOR.isdisjoint(one.concept for one in found)
    return any(
        not any(_is_same(name, other, vocabulary) for other in (exact if vocabulary.is_diagnosis(name) else aside))
        for name in body
    )


def _is_partly_denied(name: str, over: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether one of the two parts of the body that a condition needs is well: sciatica, with nothing in the leg."""
    return len(vocabulary.regions(name)) > 1 and not vocabulary.regions(name).isdisjoint(over)


def _is_same(name: str, aside: str, vocabulary: Vocabulary) -> bool:
    """Whether the two may be one complaint: one belongs to the other or is in the same place, as groin and hip."""
    if vocabulary.related(name, aside):
        return True
    if vocabulary.is_diagnosis(name) and vocabulary.is_diagnosis(aside):
        return False
    there = vocabulary.regions(aside)
    return any(not there.isdisjoint((place, *vocabulary.ancestors(place))) for place in vocabulary.regions(name))


def _is_near(name: str, code: str, vocabulary: Vocabulary) -> bool:
    """Whether the two may be one, or are in one part of the body, or where one is belongs to where the other is; two
    diagnoses are not."""
    if vocabulary.related(name, code):
        return True
    if vocabulary.is_diagnosis(name) and vocabulary.is_diagnosis(code):
        return False
    here, there = vocabulary.regions(name), vocabulary.regions(code)
    return any(vocabulary.related(one, other) for one in here for other in there)
