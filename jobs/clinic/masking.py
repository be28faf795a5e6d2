"""Patients' data as it may be shown on a screen: enough to recognize a kind of value, not a person."""

import re
from collections.abc import Iterable

_LETTERS = re.compile(r"(?<=\w)[^\W\d_]")
_DIGITS = re.compile(r"\d")
LONGEST = 28
HIDDEN = "•"
_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"[^\s@<>\"',;()]+@[^\s@<>\"',;()]+")
_TELEPHONE = re.compile(
    r"\+\d[\d\s().-]{5,}\d"  # +44 20 7946 0958
    r"|(?<!\d)(?:1[\s.-]?)?(?:\(\d{3}\)[\s.-]?|\d{3}[\s.-]?)\d{3}[\s.-]?\d{4}(?!\d)"  # (925) 555-0100
    r"|(?<![\d-])\d{3}-\d{4}(?!\d)"  # 555-0100
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def masked(text: str) -> str:
    """`ann@patient.example` as `a••@p••••••.e••••••`, `(415) 555-0100` as `(•••) •••-••••`."""
    shown = hidden(" ".join(text.split()))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def without_person(text: str, names: Iterable[str]) -> str:
    """A text that is shown as it is, but for what names somebody: words of these `names`, telephone numbers and e-mail
    addresses are masked."""
    own = {word.casefold() for name in names for word in _WORD.findall(name)}
    text = _ADDRESS.sub(lambda found: hidden(found[0]), text)
    text = _TELEPHONE.sub(lambda found: hidden(found[0]), text)
    return _WORD.sub(lambda word: hidden(word[0]) if word[0].casefold() in own else word[0], text)


def printable(text: str) -> str:
    """A text of somebody else's that cannot take a terminal over: what would move or colour it is marked."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def hidden(text: str) -> str:
    """A text with nothing but the first letters of its words."""
    return _LETTERS.sub(HIDDEN, _DIGITS.sub(HIDDEN, text))
