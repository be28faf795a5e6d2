"""How a letter addresses a person: of all that stands in the cell of a first name, the name.

Front desks write notes beside names, which the patient must not read: *Bob - owes copay*, *Bob DNC*. What is left out
is told, so that they can mend it; a nickname in brackets, an initial, a title or a suffix is left out without a word.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from jobs.clinic.name_notes import DEGREES, FLAGS, NOTES, PARTICLES, SUFFIXES, TITLES
from jobs.clinic.patterns import pattern

LONGEST_NAME = 40
_LOOKED_AT = 200  # characters of a name
_MOST_WORDS = 5

ASIDE = pattern(
    r"\([^)]*(?:\)|$)|\[[^\]]*(?:\]|$)|\"[^\"]*\"|“[^”]*”|«[^»]*»|(?<=\s)['\u2018][^'\u2019]*['\u2019](?=\s|$)"
)  # (Bob), "Annie"
ALIEN = pattern(r"[@<>{}\\%^=\"\u201c\u201d()\[\]]|://|\bwww\b|[^\W\d_]\.[^\W\d_]{2}", re.IGNORECASE)
"""What stands in no name and in no note beside one: an address of the web or of mail, or a tag. Mail programs would
make a link of it."""
_MARKS_BEFORE = pattern(r"^(?:\*+[^*]*\*+\s+|[\s*#~!?+.,:;|\u2022-]+)")
_MARK = pattern(r"\s+[-\u2010-\u2015*+#~|:]+\s*|\s*[-\u2010-\u2015]\s+|\s*[,;:|*#~!?\u2022]+\s*|\s*/\s*|\s+(?=[\d$])")
"""Where a note begins."""
_SIGNS = r"(?:[^\W\d_]|[\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0e4e])"  # with the vowel signs that are no letters
_INITIALS = pattern(r"[^\W\d_]\.?|(?:[^\W\d_]\.){2,}[^\W\d_]?\.?")
_WORD = pattern(rf"[^\W\d_]{_SIGNS}*(?:[.'\u2019\u02bc`-]+[^\W\d_]{_SIGNS}*)*\.?")
_VOWELLESS = pattern(r"[b-df-hj-np-tv-xz]{2,}", re.IGNORECASE)
_ENGLISH = pattern(r"\w+(?:tions?|sions?|ments|less)|\w{3,}[ai]ble|\w{4,}(?:ful|ness)|\w{6,}(?:ive|ing)", re.IGNORECASE)
_ALSO_A_NAME = frozenset(("rev",))
"""A title that is somebody's name where it stands alone and without a dot."""
_NO_NAMES = frozenset(word.capitalize() for word in ("baby", *SUFFIXES, *TITLES - _ALSO_A_NAME))
_TWO = frozenset("& and And AND y".split())
"""Between two people."""
_LEADING_TO_A_NOTE = frozenset("and at by can do does has if in may on or owns to w was when will".split())
_BETWEEN = pattern(r"[\s,;:|/]+")
_JOINED = pattern(r"[^\s.-]+")
_PREFIX = pattern(r"(?:([^\W\d_])['\u2019]|([^\W\d_]{2})['\u2019](?=[^\W\d_]{4})|(Mc)(?=[^\W\d_]{3}))([^\W\d_])")
SPACE = pattern(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class Said(NamedTuple):
    """A first name as a letter says it, "" where none can be said, and the note that stands beside it."""

    name: str
    left_out: str = ""


@lru_cache(maxsize=4096)
def said_name(first_name: str) -> Said:
    """The first name in what is typed as one: `PAT` and `pat` become `Pat`, `Bob - owes copay` becomes `Bob`."""
    if _is_plain(first_name) and 2 < len(first_name) <= LONGEST_NAME:
        return Said(first_name)
    text = unicodedata.normalize("NFC", SPACE.sub(" ", first_name[: _LOOKED_AT + 1]).strip())
    plain = ASIDE.sub(" ", f" {text} ").strip()
    if len(text) > _LOOKED_AT or ALIEN.search(plain):
        return Said("", "")
    while (without := _MARKS_BEFORE.sub("", plain)) != plain:
        plain = without
    parts = [part for part in _MARK.split(plain) if part and not part.isspace()]
    while len(parts) > 1 and all(map(_is_flag, parts[0].split())):  # "VIP - Bob"
        parts.pop(0)
    if not parts or len(parts[0]) > 2 * LONGEST_NAME or _names_two(plain):
        return Said("", "")
    words = _without_what_stands_before(parts[0].split())
    kept = _name_of(words)
    name = in_letters(kept)
    if len(name) > LONGEST_NAME:
        name = name.partition(" ")[0]
    if not name or len(name) > LONGEST_NAME or _is_initial(name):
        return Said("", "")
    return Said(name, _note_beside(text, kept))


def _is_plain(word: str) -> bool:
    """Whether a word is a name at first sight, as most are."""
    return word.isascii() and word.isalpha() and word.istitle() and not _is_note(word) and word not in _NO_NAMES


def _names_two(plain: str) -> bool:
    """Whether a second person may stand behind a stroke: "Bob/Ann", not "Bob / VIP"."""
    behind = plain.replace("+", "/").partition("/")[2].split()
    if not behind or behind[0][0].isdigit() or _is_note(behind[0]):
        return False
    return behind[0].islower() <= plain.islower() and behind[0].isupper() <= plain.isupper()


def _without_what_stands_before(words: list[str]) -> list[str]:
    """The words from the first one that can be a name: "VIP Bob" and "Mr. J. Bob" begin with Bob."""
    while len(words) > 1 and (
        _is_flag(words[0])
        or bare(words[0]) in TITLES
        or (_INITIALS.fullmatch(words[0]) and (words[0].endswith(".") or words[0].upper() not in "DLO"))
    ):
        words = words[1:]
    return words


def _name_of(words: list[str]) -> list[str]:
    """The words of the first name; none where a note stands in its place, or two people."""
    first = words[0].rstrip("-'\u2019`") if words else ""
    if not (_can_be_first(first, words[1:]) and _TWO.isdisjoint(words)):
        return []
    kept = [_without_note(first)]
    for place, word in enumerate(words[1:_MOST_WORDS], 1):
        if _INITIALS.fullmatch(word) and not _is_whole_sign(word):
            continue
        if not _may_follow(word, words[0], words[place + 1 : place + 2]):
            while len(kept) > 1 and bare(kept[-1]) in _LEADING_TO_A_NOTE | {"no", "not"}:
                kept.pop()
            break
        kept.append(word)
    while len(kept) > 1 and kept[-1] in PARTICLES:
        kept.pop()
    return kept


def _can_be_first(first: str, behind: list[str]) -> bool:
    """Whether a word, with others behind it, is a first name: not "Jr.", "BCBS", "Bob's mom" or "Will call"."""
    own, then = bare(first), behind[0] if behind else ""
    if not _WORD.fullmatch(first) or own in FLAGS or own in SUFFIXES or own == "baby":
        return False
    if own in TITLES and not (first.lower() in _ALSO_A_NAME and not behind):
        return False
    if own.endswith("'s") or (first.isupper() and len(first) > 2 and _VOWELLESS.fullmatch(first)):
        return False
    if _INITIALS.fullmatch(first) and not behind and not _is_whole_sign(first):
        return False
    return not ((own in NOTES and _is_note(then)) or (own in _LEADING_TO_A_NOTE and bare(then) in NOTES))


def _may_follow(word: str, first: str, then: list[str]) -> bool:
    """Whether a word behind a first name is part of it: "Mary Ann", "María de los Ángeles", not "Bob DNC"."""
    own = bare(word)
    if not _WORD.fullmatch(word) or _is_note(word) or own in SUFFIXES or own in TITLES or is_degree(word):
        return False
    if word in PARTICLES:
        return bool(then) and not _is_note(then[0])
    shouted = word.isupper() and len(word) > 1 and not first.isupper()
    whispered = word[0].islower() and not first[0].islower()
    return not (shouted or whispered or _VOWELLESS.fullmatch(own) or _ENGLISH.fullmatch(own))


def _without_note(first: str) -> str:
    """`Bob-VIP` without what is no name."""
    name, hyphen, behind = first.partition("-")
    shouted = behind.isupper() and len(behind) > 1 and not name.isupper()
    return name if hyphen and (shouted or _is_note(behind) or _VOWELLESS.fullmatch(behind)) else first


def _note_beside(text: str, kept: list[str]) -> str:
    """What stands beside the name and is not known to be harmless; "" where nothing is."""
    said, left = list(kept), list[str]()
    for word in _BETWEEN.split(ASIDE.sub(" ", f" {text} ")):
        word = word.strip("-*~!?+`")
        if said and word.startswith(said[0]):
            word = word[len(said.pop(0)) :].strip("-")
        left.append(word)
    harmless = all(
        bare(word) in SUFFIXES | TITLES or is_degree(word) or _INITIALS.fullmatch(word) for word in left if bare(word)
    )
    return "" if harmless else " ".join(filter(bare, left))


def _is_flag(word: str) -> bool:
    return bare(word) in FLAGS


def _is_note(word: str) -> bool:
    own = bare(word)
    return own in FLAGS or own in NOTES or any(part in FLAGS for part in own.split("-"))


def is_degree(word: str) -> bool:
    """Whether a word is a degree. Do and Ma are names too: only capitals or dots make a degree of them."""
    return bare(word) in DEGREES and (word.isupper() or "." in word or word == "PhD")


def bare(word: str) -> str:
    """A word without case and dots."""
    return word.replace(".", "").replace("\u2019", "'").strip("'-*!?,").casefold()


def _is_initial(name: str) -> bool:
    return len(name) == 1 and not _is_whole_sign(name)


def _is_whole_sign(word: str) -> bool:
    """A letter of a script without capitals can be a whole name."""
    return len(word) == 1 and word.lower() == word.upper()


def in_letters(words: list[str]) -> str:
    """A name as it is written in a letter, whether it was typed in capitals or without any: `MARY-ANN O'MADE` is
    Mary-Ann O'Made, `maría de los ángeles` is María de los Ángeles."""
    name = " ".join(words).strip(" .-'\u2019")
    if not name:
        return ""
    if len(name) == 2 and (_VOWELLESS.fullmatch(name) or name[1] in "Jj") and name.lower() != "ng":
        return name.upper() if name.islower() else name  # TJ, AJ
    quiet, one_case = name.islower(), name.islower() or name.isupper()
    if words[0].islower() and not one_case and words[0] not in PARTICLES:
        name = name[0].upper() + name[1:]
    return " ".join(
        word.lower()
        if one_case and word.lower() in PARTICLES and 0 < place < len(words) - 1
        else _JOINED.sub(lambda part: _capital(part[0], quiet), word)
        for place, word in enumerate(name.split(" "))
    )


def _capital(part: str, quiet: bool) -> str:
    turned = len(part) > 2 and part[0].islower() and part[1:].isupper()  # written with the wrong key held down
    if not (quiet or turned or (part.isupper() and len(part) > 1)):
        return part
    whole = part[0].upper() + part[1:].replace("İ", "i").lower()
    return _PREFIX.sub(lambda found: found[0][:-1] + found[0][-1].upper(), whole)
