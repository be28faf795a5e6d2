"""A day, an hour or a name that somebody typed over its field: every patient would read the same one.

A version is held against the last one that counted, and only what stands where the field stood is looked at: a clinic
may always write that it is closed on December 24. A greeting is refused where it is surely one person's name; `check`
asks about what may be one.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice

from jobs.clinic.faults import Fault
from jobs.clinic.identity import folded_name
from jobs.clinic.patterns import pattern
from jobs.mail.given_names import given_names
from jobs.mail.letter_marks import TAG
from jobs.mail.letter_source import LetterSource
from jobs.mail.spoken_dates import moment_in_words

_FIELD = pattern(r"\{\{-?\s*([a-z_]+\.[a-z_]+)")
_WORD, _TOKEN = pattern(r"\w+"), pattern(r"\w+|[^\w\s]")
_NAME, _MOMENTS = "patient.first_name", ("appointment.date", "appointment.time")
_MEANT = {
    _NAME: (
        "A name is typed where {{ patient.first_name }} stood, and every patient would be called so.",
        "Write {{ patient.first_name }} there; to greet all alike, use small letters: Hello friends,",
    ),
    "appointment.date": (
        "A day is typed where {{ appointment.date }} stood, and every patient would read it.",
        "Write {{ appointment.date }} there; each patient then reads their own day.",
    ),
    "appointment.time": (
        "An hour is typed where {{ appointment.time }} stood, and every patient would read it.",
        "Write {{ appointment.time }} there; each patient then reads their own hour.",
    ),
}
_LINE_BEGINS, _LABEL = r"^[^\w\n]*", r"^[^\n:]{1,40}:[^\w\n]*"
_GREETING = (
    _LINE_BEGINS + r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|hola|estimad[oa]|querid[oa]"
    r"|buen[oa]s (?:d[ií]as|tardes))[^\w\n]+"
)
_CALLED = pattern(r"((?:[^\W\d_][\w'’-]*[ ]?){1,3}?)(?=\**[^\S\n]*(?:[,:!.\n]|$))")
_ALL_ALIKE = frozenset(
    "again all athlete athletes beautiful client clients community dancer dancers everybody everyone families family "
    "fans folks friend friends gentlemen guest guests ladies lovers madam member members mover movers neighbor "
    "neighbors neighbour neighbours parent parents patient patients people runner runners sir sunshine superstar "
    "superstars team there valued you amiga amigas amigo amigos cliente clientes comunidad familia familias "
    "nuevamente paciente pacientes todas todos vecina vecinas vecino vecinos".split()
)
"""Whom a letter may greet in place of one person."""
_TITLES = frozenset("mr mrs ms miss mx dr sr sra srta".split())
_LONGEST, _MOST = 120, 50
"""Characters of a day as somebody types it, with a little of what follows; and the places that are looked at."""
_AROUND_A_DAY = frozenset("st nd rd th am pm a p m at the of on de del el la las".split())
_NUMBERS = pattern(r"(?:\d{1,2}|\d{4})\s?[/.:-]\s?\d{1,2}\b|\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?\s?m\b", re.IGNORECASE)
"""`1/12`, `2027-01-12`, `9:30`, `9 am`; a telephone number (925-555-0100) is none."""


def typed_over(now: LetterSource, before: LetterSource, language: str, clinic: str) -> list[Fault]:
    """The first place of each part of a letter where a field of the version `before` is typed over, one fault a line.
    A line that stood in it word for word is none. `clinic` is the name of the clinic, by which all may be greeted."""
    faults = dict[int, Fault]()
    for part in ("subject", "preheader", "body"):
        was, text = _with_marks(getattr(before, part)), _with_marks(getattr(now, part))
        first_line = now.body_line if part == "body" else now.lines[part]
        stood = {line.strip() for line in was.split("\n")}
        for field, meant in _MEANT.items():
            if text.count(_mark(field)) >= was.count(_mark(field)):
                continue
            here = _persons(was, text, language, clinic) if field == _NAME else _moments(field, was, text, language)
            if (place := next((at for at in here if _line_at(text, at) not in stood), None)) is not None:
                line = first_line + text.count("\n", 0, place)
                faults.setdefault(line, Fault(now.file, line, *meant))
    return list(faults.values())


def _moments(field: str, was: str, text: str, language: str) -> Iterator[int]:
    """Where a text says a day or an hour after the very words that stood before the field. Where the field ended its
    line or followed a label (`When:`), also on a line of another label (`Date:`), but of none that said a day or an
    hour before (`Front desk: 7 am - 7 pm`)."""
    words = _words_of_moments(language)
    for lead in _leads(field, was):
        yield from (found.end() for found in _saying(lead, text, words))
    if re.search(rf":[^\w\n]*{_mark(field)}\b|\b{_mark(field)}[^\w\n]*$", was, re.MULTILINE):
        own = {found[0].casefold() for found in _saying(_LABEL, was, words)}
        yield from (found.end() for found in _saying(_LABEL, text, words) if found[0].casefold() not in own)


def _saying(lead: str, text: str, words: Collection[str]) -> Iterator[re.Match[str]]:
    """The places of a lead after which a text says a day or an hour; to the end of the line where the lead is none of
    the words before the field."""
    for found in islice(re.finditer(lead, text, re.IGNORECASE | re.MULTILINE), _MOST):
        rest = text[found.end() : found.end() + _LONGEST].partition("\n")[0]
        said = said_moment(rest, words)
        if said and (lead not in (_LINE_BEGINS, _LABEL) or not rest[len(said) :].strip(" .!")):
            yield found


def _persons(was: str, text: str, language: str, clinic: str) -> Iterator[int]:
    """Where a text calls everybody by what is surely the name of one person."""
    return (place for place, name in _called(was, text, language, clinic) if is_surely_a_person(name))


def _called(was: str, text: str, language: str, clinic: str) -> Iterator[tuple[int, str]]:
    """Where a text says what may be a name after the words that stood before the field, or greets somebody by it, and
    that name. In German every noun begins with a capital: no name can be told there."""
    if language == "de":
        return
    everyday = _ALL_ALIKE | {word.casefold() for word in _WORD.findall(clinic)}
    for lead in (_GREETING, *(lead for lead in _leads(_NAME, was) if lead != _LINE_BEGINS)):
        for found in islice(re.finditer(lead, text, re.IGNORECASE | re.MULTILINE), _MOST):
            name = _CALLED.match(text, found.end())
            if name and may_be_a_name(name[1], everyday):
                yield found.end(), name[1]


def may_be_a_name(words: str, everyday: Collection[str]) -> bool:
    """Whether all these words begin with a capital, and none of them stands for many."""
    said = words.split()
    return bool(said) and all(word[0].isupper() and word.casefold() not in everyday for word in said)


def is_surely_a_person(name: str) -> bool:
    """Whether a name begins with a title or a known first name: `Ms. Sample`, `Ann`, `Mary-Lou`."""
    first = folded_name(name, "")[0].partition(" ")[0]
    return first in _TITLES or first in given_names()


def said_moment(text: str, words: Collection[str]) -> str:
    """The day or hour with which a text begins: `Tuesday, January 12 at 9:30 AM`, `1/12`; "" where it begins with
    none. `words` are those of a language."""
    end, certain = 0, False
    for token in _TOKEN.finditer(text):
        word = token[0].casefold()
        letters = re.sub(r"\d", "", word)
        of_a_day = len(letters) > 2 and any(known.startswith(letters) for known in words)
        if not (of_a_day or not letters or letters in _AROUND_A_DAY or word in (",", "/", ".", ":", "-", "º")):
            break
        certain = certain or of_a_day
        end = token.end()
    return text[:end] if certain or _NUMBERS.match(text[:end]) else ""


@lru_cache(maxsize=8)
def _words_of_moments(language: str) -> frozenset[str]:
    """The days of the week and the months, in English and in a language."""
    days = [f"2027-01-{day:02}" for day in range(1, 8)] + [f"2027-{month:02}-01" for month in range(2, 13)]
    said = [_words_of(day, of) for day in days for of in {"en", language}]
    return frozenset(word.casefold() for words in said for word in words if len(word) > 2)


def _words_of(day: str, language: str) -> set[str]:
    """`Friday` and `January`, of a day."""
    return set(re.findall(r"[^\W\d_]+", moment_in_words(f"{day}T00:00:00Z", "UTC", language)[0]))


@lru_cache(maxsize=8)
def _day_of_a_month(language: str) -> re.Pattern[str]:
    """`December 24`, `Dec. 24th`, `24 de diciembre`; a month is known by its capital where the language gives it one:
    `you may 2 days before` names none."""
    in_january = set.intersection(*(_words_of(f"2027-01-{day:02}", language) for day in range(1, 8)))
    on_days = set[str]().union(*(_words_of(f"2027-01-{day:02}", language) for day in range(1, 8))) - in_january
    months = set[str]().union(*(_words_of(f"2027-{month:02}-01", language) for month in range(1, 13))) - on_days
    longest = sorted((word for word in months if len(word) > 2), key=len, reverse=True)
    names = "|".join(f"{name}|{name.capitalize()}|{name[:3].capitalize()}\\b" for name in longest)
    number = r"\d{1,2}(?:st|nd|rd|th|º)?"
    return re.compile(rf"\b(?:{names})\.?\s{number}\b(?![:%])|\b{number}\s(?:of |de )?(?:{names})\b")


def day_written_out(text: str, language: str) -> re.Match[str] | None:
    """Where a text says the day of a month."""
    return next((found for of in dict.fromkeys((language, "en")) if (found := _day_of_a_month(of).search(text))), None)


def greets_by_name(text: str, language: str, clinic: str) -> int:
    """The line, from 0, on which a letter greets somebody by what may be a name; -1 where it does nowhere."""
    plain = _with_marks(text)
    place = next((place for place, _ in _called("", plain, language, clinic)), -1)
    return plain.count("\n", 0, place) if place >= 0 else -1


def _line_at(text: str, place: int) -> str:
    """The line of a place, without what is empty around it."""
    return text[text.rfind("\n", 0, place) + 1 :].partition("\n")[0].strip()


def _leads(field: str, was: str) -> list[str]:
    """What stood before a field in each place of the earlier text, as patterns: two words of its line, or all of it
    that there is."""
    leads = dict[str, None]()
    for found in re.finditer(rf"\b{_mark(field)}\b", was):
        line = was[was.rfind("\n", 0, found.start()) + 1 : found.start()]
        words = [re.escape(word) for word in _WORD.findall(line[-_LONGEST:])[-2:]]
        begins = r"\b" if len(words) > 1 else _LINE_BEGINS
        leads[begins + r"[^\w\n]+".join(words) + r"\b[^\w\n]*" if words else _LINE_BEGINS] = None
    return list(leads)[:_MOST]


def _with_marks(text: str) -> str:
    """A text whose fields are single words and whose instructions are gone; its lines stay."""
    return TAG.sub(lambda tag: f" {_mark(found[1])} " if (found := _FIELD.match(tag[0])) else " ", text)


def _mark(field: str) -> str:
    return "field_" + field.replace(".", "_")
