"""A patient's death, noted beside the name: *Kent, Ed (Deceased)*, *[RIP]*, *Estate of Gil Kent*.

Loaded only where a name or a calendar's title may say so.
"""

import re
from typing import NamedTuple

from jobs.clinic.death_words import OTHER, tells_of_death
from jobs.clinic.patterns import pattern


class Note(NamedTuple):
    """What is left of a text without the note; where it is not `sure` that the patient is meant, the whole text."""

    rest: str
    sure: bool


_SIGNS = r",;:|*#~(){}\[\]/\u2010-\u2015-"
_AROUND = rf"(?P<before>[\s{_SIGNS}]*)(?<![^\W_])"
_BEHIND = r"(?![^\W_])(?:\s*(?:on|in|as of)?\s*\d[\d/.-]*)?(?P<after>[\s*#~\])}.!?\u2010-\u2015-]*)"
_BESIDE = (
    r"deceased|dec['\u2019]d|decd|fallecid[oa]|difunt[oa]|date of death|dod(?=:? ?\d)|"
    r"(?:the )?estate of|estate(?=[\])])"
)
_ALONE = r"died|passed[ -]?(?:away|on)|falleci[o\u00f3]"
_MARK = pattern(
    rf"{_AROUND}(?:(?P<who>(?:(?:the )?(?:patient|pt|client) (?:has |is )?)?)(?:(?P<beside>{_BESIDE})|{_ALONE})|"
    rf"(?:patient|client) (?:has )?(?:passed|expired)|(?P<cross>(?<![^\s(\[{{*])[\u2020\u271d])){_BEHIND}",
    re.IGNORECASE,
)
_AT_REST = pattern(rf"{_AROUND}(?:RIP|R\.\s?I\.\s?P\.?|(?i:Q\.?E\.?P\.?D\.?)){_BEHIND}")
_SET_APART = pattern(rf"\s*[{_SIGNS}]")
_WHO_DIED = pattern(rf"\w\W+(?:{OTHER}(?:['\u2019]s)?|not|never|of)(?: (?:is|has|was|recently|just))*$", re.IGNORECASE)
_DEAD_WHO = pattern(rf"\s?{OTHER}", re.IGNORECASE)
_SAYS_SO = pattern(
    r"deceased|dec['\u2019]?d\b|died|pass(?:ed|ing)|no longer|dod\b|expired|falleci|difunt", re.IGNORECASE
)


def death_note(text: str, in_title: bool = False) -> Note | None:
    """The note that the patient has died; None where there is none, or it speaks of somebody or something else.

    It must be set apart on both sides, or stand right beside the name. In the title of a calendar's entry only a word
    such as "deceased" is taken so: "phone died" may stand there too. A first name or a surname such as Rip is none: RIP
    is a note in capitals, in brackets or beside a name that is not in capitals.
    """
    found = next((mark for mark in _MARK.finditer(text) if _is_sure(text, mark, in_title)), None)
    if found := found or _at_rest(text, in_title):
        before, behind = text[: found.start()], text[found.end() :]
        between = ", " if "," in found[0] and before and behind else " "
        return Note(f"{before}{between}{behind}".strip(" ,"), True)
    return Note(text, False) if _SAYS_SO.search(text) and tells_of_death(text) else None


def _is_sure(text: str, mark: "re.Match[str]", in_title: bool) -> bool:
    """Whether a word for a death is a note about the patient."""
    before, behind = text[: mark.start()], text[mark.end() :]
    apart_before = not before or _SET_APART.match(mark["before"]) is not None
    apart_behind = not behind or _SET_APART.match(mark["after"] + behind) is not None
    if mark["cross"] or (apart_before and apart_behind):
        return not _DEAD_WHO.match(behind)
    if not apart_before and (_WHO_DIED.search(before) or not _may_end_a_name(before)):
        return False
    if not apart_behind and (not mark["beside"] or _DEAD_WHO.match(behind)):
        return False
    if not in_title or (mark["who"] and apart_behind):
        return True
    return bool(mark["beside"]) and (not before or apart_behind)


def _may_end_a_name(before: str) -> bool:
    """Whether the last word may be of a name: capitals begin it, if any are written at all."""
    return before.split()[-1].lstrip("('\"")[:1].isupper() or before.islower()


def _at_rest(text: str, in_title: bool) -> "re.Match[str] | None":
    found = _AT_REST.search(text)
    if found is None:
        return None
    before, behind = text[: found.start()], text[found.end() :]
    rest = before + (" " if found["before"] else "") + behind
    if _DEAD_WHO.match(behind) or (in_title and before and behind and not _SET_APART.match(found["after"] + behind)):
        return None
    set_apart = found["before"].strip(" ,") or "." in found[0]
    if set_apart:
        return found if any(map(str.isalpha, rest)) else None
    return found if not rest.isupper() and _is_whole(rest, "," in text) else None


def _is_whole(rest: str, with_comma: bool) -> bool:
    """Whether a name is whole without the word: in "Kent, RIP" it is the first name."""
    family, _, given = rest.partition(",")
    return bool(family.strip() and given.strip()) if with_comma else bool(rest.strip())
