"""Whether two records are one person: surely, perhaps, or not. What is only likely stays apart and is listed.

A record is a patient as one source names them. Two letters to one person are a nuisance; one person's letter to another
is a breach: so only what two people cannot share joins records by itself.
"""

import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

from jobs.clinic.cells import Doubt
from jobs.clinic.patterns import pattern
from jobs.clinic.people import SUFFIXES, read_name

Word = Literal["same", "doubtful", "apart"]
_LETTERS = pattern(r"[^\w]+")
_MADE_KEY = pattern(r"[mbpn]:")
_SIMILAR = 80  # of 100, as rapidfuzz counts


def is_numbered(key: str) -> bool:
    """Whether a patient's key is a number of the practice system and was not made for one without."""
    return _MADE_KEY.match(key) is None


class Record(NamedTuple):
    """What is known of a patient as one source names them; "" where nothing is."""

    id: int
    key: str  # the practice system's number, or what `person_key` made
    first_name: str
    last_name: str
    address_key: str
    phone: str
    birth_date: str

    @property
    def numbered(self) -> bool:
        """Whether the practice system gave a number, which it gives to one person."""
        return is_numbered(self.key)


def without_number(record: Record) -> Record:
    """A record whose number no longer is one that the practice system gives to one person."""
    return record._replace(key="n:")


class Match(NamedTuple):
    """The word on two records, and why; the reason names no patient."""

    word: Word
    why: str


APART = Match("apart", "")
AT_ONE_MINUTE = Match("doubtful", "the same name for the same appointment, but reached in another way")


def compare(one: Record, other: Record, same_appointment: bool = False, two_sources: bool = False) -> Match:
    """Say whether two records are one person.

    `same_appointment` says that both were given for one appointment: under its number, or at its very time. With
    `two_sources` two sources name them for it; in one source an appointment may pass from one person to another.
    """
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return APART
    shared = _shared(one, other)
    two_numbers = one.numbered and other.numbered
    names = compare_names((one.first_name, one.last_name), (other.first_name, other.last_name))
    if names == "same":
        return _of_one_name(one, other, shared, two_numbers, same_appointment)
    if names == "renamed" and "e-mail address" in shared and not two_numbers:
        return Match("same", "the same first name and e-mail address")
    if {"birth date", "e-mail address"} <= {*shared} and _same_last(one, other) and _but_for_initials(one, other):
        return Match("same", "the same name but for an initial, and the same birth date and e-mail address")
    if names in ("renamed", "short") and shared:
        word: Word = (
            "same" if "e-mail address" in shared and not two_numbers and _same_first(one, other) else "doubtful"
        )
        return Match(word, f"{_ALMOST[names]} and the same {_listed(shared)}")
    if names == "pet" and same_appointment and "e-mail address" in shared and not two_numbers:
        return Match("same", "a pet name, with the same e-mail address for the same appointment")
    if names in ("similar", "pet") and shared:
        return Match("doubtful", f"{_ALMOST[names]} and the same {_listed(shared)}")
    if same_appointment and names in ("renamed", "similar", "pet"):
        return Match("doubtful", f"{_ALMOST[names]} for the same appointment")
    if two_sources and "e-mail address" in shared and _named(one) and _named(other):
        another = "first name, with the same last name and" if _same_last(one, other) else "name, with the same"
        return Match("doubtful", f"another {another} e-mail address for one appointment")
    return APART


def _of_one_name(one: Record, other: Record, shared: list[str], two_numbers: bool, same_appointment: bool) -> Match:
    if "birth date" in shared:
        return Match("same", "the same name and birth date")
    if shared and not two_numbers:
        return Match("same", f"the same name and {_listed(shared)}")
    if same_appointment:
        return Match("same", "the same name for the same appointment")
    if shared:
        return Match("doubtful", f"the same name and {_listed(shared)}, but two numbers")
    if two_numbers or (_reached(one) and _reached(other)):
        return APART  # the practice system, or the patients themselves, tell them apart
    return Match("doubtful", "the same name, and nothing else that both sources tell")


_ALMOST = {
    "renamed": "the same first name",
    "short": "a name that may be the other's short form",
    "similar": "almost the same name",
    "pet": "a pet name",
}

Names = Literal["same", "short", "renamed", "pet", "similar", "other"]


def compare_names(one: tuple[str, str], other: tuple[str, str]) -> Names:
    """How two names (first, last) go together: `short` is Anna T and Anna Testperson, or Bill T and William Testperson,
    `renamed` has another last name, `pet` is Bill and William, `similar` has another first name that may be a slip."""
    (first, last), (other_first, other_last) = folded_name(*one), folded_name(*other)
    if not first or not other_first:
        return "other"
    if (first, last) == (other_first, other_last):
        return "same" if last else "short"
    if _suffix(last) != _suffix(other_last):
        return "similar" if _alike(first, other_first) else "other"  # a father and his son
    may_be_one = _may_be_short(last, other_last)
    if may_be_one and _may_be_short(first, other_first):
        return "short"
    if first == other_first:
        return "renamed"
    if not may_be_one:
        return "other"
    from jobs.clinic.pet_names import is_pet_name  # for the few that share a last name and an address or a time

    if is_pet_name(first, other_first):
        return "pet" if last == other_last and last else "short"
    return "similar" if last == other_last and last and _alike(first, other_first) else "other"


def is_shown_as(name: tuple[str, str], shown: str) -> bool:
    """Whether who is named so in an entry may be the guest for whom its invitation shows another form of the name:
    `Anna T` and `Testperson, Anna`."""
    read = read_name(shown)
    return compare_names(name, read.value if isinstance(read, Doubt) else read) in ("same", "short", "pet")


def is_surely_shown_as(name: tuple[str, str], shown: str) -> bool:
    """The same of a name that has more than a first name, which a patient and a therapist may share."""
    return all(name) and is_shown_as(name, shown)


def person_key(first: str, last: str) -> str:
    """What records of one name are found by; "" where a name is not whole."""
    first, last = folded_name(first, last)
    return f"{first} {last}" if first and last else ""


@lru_cache(maxsize=8192)
def folded_name(first: str, last: str) -> tuple[str, str]:
    """A name without case, accents, hyphens and dots: `José O'Quill-Ray` and `JOSE OQUILL RAY` are one."""
    return _folded(first), _folded(last)


def _folded(name: str) -> str:
    if not name.isascii():
        name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(_LETTERS.sub(" ", name.casefold().replace("'", "").replace("\u2019", "")).split())


def _suffix(last: str) -> str:
    final = last.rpartition(" ")[2]
    return final if final in SUFFIXES else ""


def _may_be_short(one: str, other: str) -> bool:
    """Whether one of two names may be an initial or the beginning of the other; equal ones and none count too."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return short == long or not short or (long.startswith(short) and (len(short) == 1 or long[len(short)] == " "))


def _alike(one: str, other: str) -> bool:
    if one.startswith(other) or other.startswith(one):
        return True
    from rapidfuzz import fuzz  # for the few that share a last name and an address

    return fuzz.ratio(one, other) >= _SIMILAR


def _named(record: Record) -> bool:
    return bool(record.first_name or record.last_name)


def _same_last(one: Record, other: Record) -> bool:
    return _folded(one.last_name) == _folded(other.last_name)


def _same_first(one: Record, other: Record) -> bool:
    return _folded(one.first_name) == _folded(other.first_name)


def _but_for_initials(one: Record, other: Record) -> bool:
    """Whether two first names differ by middle initials alone: Ann and Ann M., but not A. and Ann."""
    short, long = sorted((_folded(one.first_name).split(), _folded(other.first_name).split()), key=len)
    initials = long[len(short) :]
    return (
        bool(short) and len(short[0]) > 1 and long[: len(short)] == short and all(len(each) == 1 for each in initials)
    )


def _shared(one: Record, other: Record) -> list[str]:
    pairs = {
        "birth date": (one.birth_date, other.birth_date),
        "e-mail address": (one.address_key, other.address_key),
        "phone number": (one.phone, other.phone),
    }
    return [words for words, (mine, yours) in pairs.items() if mine and mine == yours]


def _reached(record: Record) -> bool:
    return bool(record.address_key or record.phone or record.birth_date)


def _listed(words: list[str]) -> str:
    return " and ".join(words)
