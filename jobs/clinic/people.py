"""People in exports: their names, the test patients among them, and the key that is one per person."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.addresses import address_key
from jobs.clinic.cells import Doubt, tidy
from jobs.clinic.patterns import pattern
from jobs.clinic.problems import DIED_BY_NAME, TEST_PATIENT

if TYPE_CHECKING:
    from jobs.clinic.death_marks import Note


class PersonName(NamedTuple):
    """A first and a last name as typed; either may be ""."""

    first: str
    last: str


NOBODY = PersonName("", "")

TITLES = frozenset("mr mrs ms miss mx dr prof professor sir madam rev fr".split())
CREDENTIALS = frozenset(
    "md do phd pt dpt mpt mspt bspt pta ot otr cota rn np lpn aprn dds dmd dc dvm esq jd cpa mba ocs scs atc fnp pa-c "
    "lmt msw lcsw".split()
)
SUFFIXES = frozenset("jr sr ii iii iv".split())
_NICKNAME = pattern(r"\([^)]*\)|\"[^\"]*\"|“[^”]*”|\[[^\]]*\]|(?<=\s)'[^']*'(?=\s|$)")
_STAND_IN = pattern(
    r"\btest\b|\bzz+[-_ ]?test\w*|\bzzz\w*|\bdo\s*not\s*(?:use|book|schedule)\b|\bdnu\b|\b(?:dummy|demo|fake)\s+"
    r"(?:patient|client|account)\b|\bpatient,?\s+(?:dummy|demo|fake)\b",
    re.IGNORECASE,
)
_SEVERAL = pattern(r"\w[.)]?\s+(?:&|and|\+)\s+\w|\w\s*[;/&+]\s*\w", re.IGNORECASE)
_DOUBLE_NAME = r"[^\W\d_][^\W\d_'\u2019-]+/[^\W\d_][^\W\d_'\u2019-]+"
_DOUBLE = pattern(rf"\s*{_DOUBLE_NAME}\s*")
_NOBODY_ELSE = pattern(
    r"\bc/o\b[^,]*|\bdob\b|(?<![\w/])\d{1,4}/\d{1,4}(?:/\d{2,4})?(?![\w/])|(?<!\w)[a-z]/[a-z](?!\w)|"
    rf"^{_DOUBLE_NAME}(?=,)",
    re.IGNORECASE,
)
"""A contact, a date, a note such as r/s, or a double surname before its comma: a stroke that parts no two people."""
_WHOSE = (
    "The cell names more than one person; no letter names any of them.",
    "Give each patient an entry of their own in the practice system.",
)
_DIED_HINTS = (
    "deceas dec'd dec\u2019d decd died passed passing longer (dod expired estate rip r.i death \u2020 \u271d fallec "
    "difunt qepd q.e"
).split()
_DIED = (
    DIED_BY_NAME,
    "If that is wrong, take it out of the name in the practice system, export again, then run: "
    "python run_jobs.py allow ADDRESS --alive --reason TEXT.",
)
_MAY_HAVE_DIED = (
    "A note beside the name may say that the patient has died; letters to this patient go on.",
    'If the patient has died, write "(deceased)" beside the name; else nothing is to be done.',
)
_STAND_IN_HINT = pattern(r"test|zz|dnu|dummy|demo|fake|not", re.IGNORECASE)


def read_name(text: str) -> PersonName | Doubt[PersonName]:
    """First and last name of one cell, `Last, First` or `First Last`.

    Titles, credentials, nicknames in brackets and lone middle initials are dropped; capitals stay as typed. Without
    a comma, the first word is the first name and all others the last: `Ludwig van Beethoven`, `Mary Ann Fictional`.
    Two people in one cell are a doubt: a letter to one of them must not greet the other. So is a note that the patient
    has died.
    """
    if noted := _death_note(text):
        name = _read_name(noted.rest)
        return Doubt(name.value if isinstance(name, Doubt) else name, *(_DIED if noted.sure else _MAY_HAVE_DIED))
    return _read_name(text)


def _read_name(text: str) -> PersonName | Doubt[PersonName]:
    typed = tidy(_NICKNAME.sub(" ", text)) or tidy(text).strip("()[]\"' ")
    if _names_several(typed):
        return Doubt(NOBODY, *_WHOSE)
    family, *others = [words for part in typed.split(",") if (words := _words(part))] or [[]]
    if len(family) > 1:
        others = [words for words in others if not all(map(_credential, words))]
    named = next((words for words in others if not all(map(_suffix, words))), None)
    if named is None:  # "Alex Fictional, Jr." has no first name behind its comma
        whole = [word for words in (family, *others) for word in words]
        return PersonName("", " ".join(whole)) if others and len(family) == 1 else _in_order(whole)
    given = named[:1] + [word for word in named[1:] if not _initial(word)]
    suffix = [word for words in others if words is not named for word in words if _suffix(word)]
    return PersonName(" ".join(given), " ".join(family + suffix))


def _names_several(typed: str) -> bool:
    return _SEVERAL.search(typed) is not None and _SEVERAL.search(_NOBODY_ELSE.sub(" ", typed)) is not None


def note_of_death(title: str) -> str | Doubt[str]:
    """A doubt where the title of a calendar's entry notes that the patient has died."""
    noted = _death_note(title, in_title=True)
    return Doubt("", *(_DIED if noted.sure else _MAY_HAVE_DIED)) if noted else ""


def _death_note(text: str, in_title: bool = False) -> "Note | None":
    """A note beside a name, or in a title, that the patient has died."""
    small = text.casefold()
    if not any(hint in small for hint in _DIED_HINTS):
        return None
    from jobs.clinic.death_marks import death_note  # for few names

    return death_note(tidy(text), in_title)


def _in_order(words: list[str]) -> PersonName:
    """The name of words in the order in which they are spoken."""
    if not words:
        return NOBODY
    first, *last = words
    last = [word for word in last[:-1] if not _initial(word)] + last[-1:]
    return PersonName(first, " ".join(last))


@lru_cache(maxsize=32768)
def read_part(text: str) -> str | Doubt[str]:
    """A first or last name that has its own cell, without title or credentials."""
    if noted := _death_note(text):
        part = _read_part(noted.rest)
        return Doubt(part.value if isinstance(part, Doubt) else part, *(_DIED if noted.sure else _MAY_HAVE_DIED))
    return _read_part(text)


def _read_part(text: str) -> str | Doubt[str]:
    typed = tidy(text)
    if not typed.isalpha() and _names_several(typed):
        return Doubt("", *_WHOSE)
    if ("," not in typed and " " not in typed) or _STAND_IN.search(typed):  # DO NOT USE: no doctor of osteopathy
        return typed
    words = [word for part in typed.split(",") for word in _words(part) if not _credential(word)]
    return " ".join(words) or typed


def read_surname(text: str) -> str | Doubt[str]:
    """The same of a last name: Todd/Miller is a double one."""
    return read_part(text) if "/" not in text or not _DOUBLE.fullmatch(text) else tidy(text)


def _words(part: str) -> list[str]:
    """The words of a name without the titles before it and the credentials behind it, never without any word."""
    words = part.split()
    while len(words) > 1 and _plain(words[0]) in TITLES:
        words = words[1:]
    while len(words) > 1 and _credential(words[-1]):
        words = words[:-1]
    return words


def _credential(word: str) -> bool:
    """Whether a word is a degree. Do and Pa are names too: only capitals or dots make a degree of them."""
    return _plain(word) in CREDENTIALS and (word.isupper() or "." in word or word == "PhD")


def _plain(word: str) -> str:
    return word.replace(".", "").lower()


def _suffix(word: str) -> bool:
    """Whether a word is Jr. or the like; J.R. are initials."""
    return _plain(word) in SUFFIXES and "." not in word[:-1]


def _initial(word: str) -> bool:
    """A letter with or without its dot; a lone dash stays, since what stands behind it is a note."""
    return len(word.rstrip(".")) == 1 and word[0].isalpha()


def may_be_stand_in(names: Iterable[str]) -> bool:
    """Whether any of these first and last names could belong to a test patient: a quick look before the exact one."""
    return _STAND_IN_HINT.search("\n".join(names)) is not None


def check_name(name: tuple[str, str]) -> str | Doubt[str]:
    """A doubt where the name is that of a made-up patient whom staff use to try things out."""
    first, last = name
    if _STAND_IN.search(f"{first} {last}, {first}"):
        return Doubt("", TEST_PATIENT, "Nothing to do; delete it in the practice system to hide it.", True)
    return ""


def person_key(email: str, first: str, last: str, birth_date: str, phone: str) -> str:
    """The key of a patient whom the export gives no number, the same in every source; "" where nothing names one.

    The address with the first name comes first, because families share addresses; a name alone comes last, because
    two people may bear it.
    """
    name = f"{first} {last}".strip().casefold()
    if email:
        return f"m:{address_key(email)} {first.casefold()}".rstrip()
    if not name:
        return ""
    if birth_date:
        return f"b:{name} {birth_date}"
    if phone:
        return f"p:{name} {phone.lstrip('+')}"
    return f"n:{name}"
