"""The name of a person in a text as a front desk types it: "Dr. First Last, MD", "referred by Last, First"."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from jobs.clinic.patterns import pattern
from jobs.clinic.source_names import name_key
from jobs.clinic.typed_words import Wording, words_of

# What stands around a name.
_BEFORE = frozenset("by doctor from my op per post pt ref refered referral referred sent the thru through via".split())
_DOCTOR = pattern(r"\b(?:dr|doctor|doc)\b\.?\s*", re.IGNORECASE)
_ROLE = pattern(
    r"\b(?:nurse practitioner|physician assistant|physician'?s assistant|nurse|surgeon|pcp|dpm|faaos|crnp|np-c|aprn)\b",
    re.IGNORECASE,
)
_AFTER = pattern(r"\s+-\s+.*|\s*\([^)]*\)?|['\u2019]s? office.*| office$", re.IGNORECASE)
_TO_BE_CUT = frozenset("aprn crnp dpm faaos nurse office pcp physician surgeon".split())
_SIGNS = frozenset("(-'`\u2018\u2019\u00b4")
"""Without one of these words or signs, nothing stands around a name that must be cut before it is read."""
_DIGIT = pattern(r"[0-9]")  # no name has one
_OF_TWO = pattern(r"[/;&+]")

# The name itself.
_BEFORE_NAME = rf"(?:(?:{'|'.join(sorted(_BEFORE - {'doctor'}))})[.,:]? )*"
_PLAIN = pattern(
    rf"(?>{_BEFORE_NAME}(?:(?:dr|doctor|doc)\b\.? ?)?{_BEFORE_NAME})"
    r"(?P<name>[^\W\d_]{2,}(?:,? [^\W\d_]+\.?){0,4})",
    re.IGNORECASE,
)
"""Up to five words, alone or behind "referred by Dr."; `(?>...)`, for what stands before a name is no part of it."""
_CREDENTIALS = frozenset("dc dnp do dpt fnp md np pa pac phd pt rn".split())
_HARD = frozenset(
    "abu al and ben bin da dal de del della der di do doc doctor dos dr du e el esq i ibn ii iii iv jr la le lo miss "
    "mr mrs ms of prof san santa santo sir sr st ste ter ten the van vanden vander vom von y zu".split()
)
"""Particles, titles and the like, which only the parser understands."""
_SOMEBODY_OF = pattern(
    r"(?:aunt|boyfriend|brother|client|coach|colleague|cousin|co-?worker|dad|daughter|employee|father|friend|girlfriend|"
    r"grand(?:daughter|father|mother|son)|husband|member|mom|mother|neighbou?r|nephew|niece|parent|partner|patient|"
    r"sister|son|spouse|student|teacher|uncle|wife) (?P<of>of)\b(?P<long>(?: [^\W\d_]{4,}){1,2})?",
    re.IGNORECASE,
)
"""Who is no physician but knows one: "friend of First Last"; `long` without a word as short as a credential."""

Readings = list[tuple[str, tuple[str, ...]]]
"""Ways to read a name: the surname written together, and the given names."""


class TypedName(NamedTuple):
    """A name as it was typed: its words, and of a name with a comma the surname, which stands before it."""

    words: tuple[str, ...]
    surname: str  # "": any end of `words` may be it

    def readings(self) -> Readings:
        """Each way to read it."""
        if self.surname:
            return [(self.surname, self.words)]
        words, count = self.words, len(self.words)
        surname_first = [("".join(words[:place]), words[place:]) for place in range(1, count + 1)]
        return surname_first + [("".join(words[place:]), words[:place]) for place in range(count - 1, 0, -1)]


def read_name(said: Wording, may_be_known: Callable[[Wording], bool] | None = None) -> TypedName | None:
    """The name in a text, None where it names nobody or two people.

    `may_be_known` is asked before a text is looked at closely, which takes its time; if it says no, there is no name.
    """
    typed = _read_plain(said.text) if _TO_BE_CUT.isdisjoint(said.words) else None
    if typed:
        return typed
    text = _name_alone(said)
    if not text or (may_be_known and not may_be_known(said)):
        return None
    somebody = _SOMEBODY_OF.match(text)
    if somebody:  # which the parser may take for a title
        known = _parsed(text[somebody.start("of") :])
        return known and TypedName((*_words(text[: somebody.start("of")]), *known.words), known.surname)
    return _read_plain(text) or _parsed(text)


def _read_plain(text: str) -> TypedName | None:
    """What the parser would say of "First Last, MD" and "Last, First", in a tenth of its time; None for all else."""
    plain = _PLAIN.fullmatch(text)
    if not plain:
        return None
    name = plain["name"]
    before_comma, *parts = name.split(",")
    surname = _without_credentials(before_comma)
    given = [word for part in parts for word in _without_credentials(part)]
    if not surname or not _HARD.isdisjoint(surname + given if given else _in_doubt(name, surname)):
        return None
    return TypedName(one_saint(given), "".join(one_saint(surname))) if given else TypedName(one_saint(surname), "")


def _without_credentials(part: str) -> list[str]:
    words = name_key(part).split()
    while words and words[-1] in _CREDENTIALS:
        words.pop()
    return words


def _in_doubt(name: str, words: list[str]) -> list[str]:
    """The words that may be particles or titles: not "friend of", which the parser takes for words of a name as well,
    and not the initial of "Last E"."""
    if words[1:2] == ["of"] and (somebody := _SOMEBODY_OF.fullmatch(name)) and somebody["long"]:
        return words[2:]
    return words[:1] if len(words) == 2 and name.endswith((" E", " I", " Y")) else words


def _name_alone(said: Wording) -> str:
    """The text without what stands around a name in it, "" where it holds none or two."""
    text = said.text.strip()
    if not (_SIGNS.isdisjoint(text) and _TO_BE_CUT.isdisjoint(said.words)):
        text = _ROLE.sub("", _AFTER.sub("", text))
    if _DIGIT.search(text):
        return ""
    parts = _DOCTOR.split(text)
    if len(parts) > 2 and any(words_of(part) for part in parts[1:-1]):
        return ""
    if len(parts) > 1 and set(words_of(parts[0])) <= _BEFORE:
        text = parts[-1]
    else:
        text = " ".join(part for part in parts if part.strip())
    words = text.split()
    while len(words) > 1 and name_key(words[0]) in _BEFORE:
        words.pop(0)
    text = " ".join(words).strip(" ,.-")
    return "" if _OF_TWO.search(text) else text


def _parsed(text: str) -> TypedName | None:
    from nameparser import HumanName  # takes its time to load, and few texts need it

    parsed = HumanName(text)
    before, last = _words(f"{parsed.first} {parsed.middle}"), _words(parsed.last)
    if "," in text and before and last and _words(text.partition(",")[0]) == last:
        return TypedName(before, "".join(last))
    found = before + last
    return TypedName(found, "") if found else None


def _words(text: str) -> tuple[str, ...]:
    return one_saint(name_key(text).split())


def one_saint(words: Iterable[str]) -> tuple[str, ...]:
    """The words of a name with one spelling of "Saint"."""
    return tuple(["st" if word == "saint" else word for word in words])
