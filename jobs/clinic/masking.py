"""Patients' data as it may be shown on a screen: enough to recognize a kind of value, not a person."""

import re

_LETTERS = re.compile(r"(?<=\w)[^\W\d_]")
_DIGITS = re.compile(r"\d")
LONGEST = 28


def masked(text: str) -> str:
    """`ann@patient.example` as `a••@p••••••.e••••••`, `(415) 555-0100` as `(•••) •••-••••`."""
    hidden = _LETTERS.sub("•", _DIGITS.sub("•", " ".join(text.split())))
    return hidden if len(hidden) <= LONGEST else hidden[: LONGEST - 1] + "…"
