"""Whom a letter says the patient will see: the provider's name in the order in which it is spoken, with the degree.

Schedules hold rooms, waiting lists and notes in the provider's place; no letter names those.
"""

import re
from functools import lru_cache

from jobs.clinic.name_notes import DEGREES, FLAGS, NOTES, PARTICLES
from jobs.clinic.patterns import pattern
from jobs.clinic.said_names import ALIEN, ASIDE, LONGEST_NAME, SPACE, bare, in_letters, is_degree

_LONGEST = 120  # characters that are looked at
_WAITING = frozenset(
    "block blocked hold na no none tba tbd unassigned undecided unscheduled wait waiting waitlist".split()
)
"""Words that say that nobody is meant yet."""
_NO_PERSON = _WAITING | frozenset(
    "a admin aide aides any anybody anyone appointment appointments appt as assigned assistant at available back bed "
    "bike book booking box break calendar chair class classes client clinic clinician closed column coverage covering "
    "default demo desk determined do doctor double dr equipment evaluations extra first flex float floater front "
    "general group gym home house in inactive intake intern lab last lead list lunch main mat new next nobody not of "
    "office on on-call online open or other overbook overbooks overflow own patient patients pending person physical "
    "physician physio physiotherapist pilates place placeholder pool practitioner private prn provider providers "
    "queue reception receptionist reformer resource rm room rooms schedule scheduled scheduling see senior slot slots "
    "sooner space staff station student studio sub substitute table tables team tech technician telehealth temp "
    "temporary test the therapist therapists therapy to trainer training treadmill treatment triage unknown use "
    "vacant vacation virtual visit visits walk-in walkin with work workout x xx xxx your zoom".split()
)
"""Words of entries that name no person: "PT aide", "Front desk", "First available"."""
_USUAL = frozenset(("PT", "DPT", "PTA", "OT", "MPT", "OCS"))
_SEVERAL = pattern(r"\s*(?:[/&+;]|\bw/)\s*")
_IN_WORDS = pattern(r"[^\d@]+\band\b[^\d@]+", re.IGNORECASE)  # "Made and Sample" may be two people, or a house
_MARK = pattern(r"\s+[-\u2010-\u2015]+\s*|\s*[-\u2010-\u2015]\s+|\s*[*#:|~!?\u2022]+\s*")
_WORD = pattern(r"[^\W\d_][^\d_]*")
_NAME_AND_DEGREE_ALIKE = frozenset(("do", "ma", "ms"))


@lru_cache(maxsize=1024)
def said_provider(provider: str) -> str:
    """The provider as a letter names one, "" where none is known: `REYES, DANA PT (float)` becomes `Dana Reyes, PT`."""
    head, *behind = provider.split(", ")
    if (
        set(behind) <= _USUAL
        and len(head) < LONGEST_NAME
        and head.count(" ") == 1
        and all(map(_is_plain, head.split(" ")))
    ):
        return provider
    text = ASIDE.sub(" ", f" {SPACE.sub(' ', provider)} ").strip()
    if len(text) > _LONGEST or ALIEN.search(text):
        return ""
    if _IN_WORDS.fullmatch(text):
        return text
    persons = filter(None, map(_before_notes, _SEVERAL.split(text)))
    return " / ".join(dict.fromkeys(persons))


def _is_plain(word: str) -> bool:
    """Whether a word is part of a person's name at first sight, as most are."""
    own = word.lower()
    return word.isascii() and word.isalpha() and word.istitle() and own not in _NO_PERSON | FLAGS | NOTES | DEGREES


def _before_notes(text: str) -> str:
    """The person whom a text names before its notes, or behind a room: "Room 2 - Dana", but nobody in "TBD - Dana"."""
    for part in filter(None, _MARK.split(text)):
        if person := _one_person(part):
            return person
        if not _WAITING.isdisjoint(map(bare, part.split())):
            break
    return ""


def _one_person(text: str) -> str:
    """`Dana Reyes, PT` of `Reyes, Dana PT`; "" where the text names nobody."""
    shouting = text.isupper()
    names, degrees = list[list[str]](), list[str]()
    for part in filter(None, map(str.split, text.split(","))):
        if names and (degrees or bare(part[0]) == "cert" or all(bare(word) in DEGREES for word in part)):
            degrees += part if all(map(is_degree, part)) else [_degree(" ".join(part))]
            continue
        words, behind = _apart(part, shouting)
        degrees += behind
        if words and not (names and all(map(_is_no_person, words))):
            names.append(words)
    words = [word for part in (names[1:] + names[:1] if len(names) > 1 else names) for word in part]
    name = in_letters(words).removesuffix("'s") if words else ""
    if not name or len(name) > LONGEST_NAME or all(map(_is_no_person, words)) or _is_short_form(words):
        return ""
    return ", ".join([f"{name}." if words[-1].endswith(".") else name, *map(_degree, degrees)])


def _apart(words: list[str], shouting: bool) -> tuple[list[str], list[str]]:
    """The words of the name and the degrees behind it; from the first word on that is a note, nothing."""
    kept, degrees = list[str](), list[str]()
    for place, word in enumerate(words):
        alike = shouting and len(words) == 2 and bare(word) in _NAME_AND_DEGREE_ALIKE
        shouted = place and word.isupper() and len(bare(word)) > 1 and not words[0].isupper()
        if degrees and (is_degree(word) or shouted):
            degrees.append(word)
        elif place and is_degree(word) and not alike:
            degrees.append(word)
        elif degrees or not _WORD.fullmatch(word) or (place and _is_note(word, words[0])):
            while kept and not degrees and len(kept) > 1 and _is_no_person(kept[-1]):
                kept.pop()
            break
        elif shouted:
            degrees.append(word)
        else:
            kept.append(word)
    return kept, degrees


def _is_note(word: str, first: str) -> bool:
    own = bare(word)
    return own in FLAGS or own in NOTES or (word[0].islower() and word not in PARTICLES and not first[0].islower())


def _degree(words: str) -> str:
    return words.upper() if words.islower() and "." not in words else words


def _is_no_person(word: str) -> bool:
    return bare(word) in _NO_PERSON or bare(word) in FLAGS or is_degree(word)


def _is_short_form(words: list[str]) -> bool:
    """Whether only the initials of a therapist stand there."""
    letters = bare(words[0])
    if len(words) > 1 or not letters.isascii():
        return False
    return len(letters) < 2 or (len(letters) == 2 and words[0].isupper()) or set("aeiouy").isdisjoint(letters)
