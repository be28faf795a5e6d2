"""A patient's death, noted beside the name: *Kent, Ed (Deceased)*, *[RIP]*, *Estate of Gil Kent*.

Loaded only where a name may say so.
"""

import re

from jobs.clinic.patterns import pattern

_DAY = r"(?:\s*(?:on|in|as of)?\s*\d[\d/.-]*)?"
_AROUND = r"[\s,;:|*#~\[({\u2010-\u2015-]*"
_BEHIND = rf"{_DAY}[\s*#~\])}}.!?\u2010-\u2015-]*"
_MARK = pattern(
    rf"{_AROUND}(?<![^\W_])(?:(?:(?:the )?(?:patient|pt|client) (?:has |is )?)?"
    r"(?:deceased|dec['\u2019]d|decd|died|passed[ -]?(?:away|on))|(?:patient|pt|client) (?:passed|expired)|"
    rf"date of death|(?:the )?estate of|estate(?=[\])])|\u2020|\u271d)(?![^\W_]){_BEHIND}",
    re.IGNORECASE,
)
_AT_REST = pattern(rf"(?P<before>{_AROUND})(?<![^\W_])(?:RIP|R\.\s?I\.\s?P\.?)(?![^\W_]){_BEHIND}")
_OTHERS = (
    r"(?:aunt|brother|child|contact|dad|daughter|father|grand\w+|guarantor|guardian|husband|insured|mom|mother|parents?|"
    r"partner|policy ?holder|sister|son|spouse|subscriber|uncle|wife)"
)
_WHO_DIED = pattern(
    rf"\w\W+(?:{_OTHERS}(?:['\u2019]s)?|not|never|of)(?: (?:is|has|was|recently|just))*$", re.IGNORECASE
)
_DEAD_WHO = pattern(rf" ?{_OTHERS}\b", re.IGNORECASE)


def without_death_mark(text: str) -> str | None:
    """The name without the note that its patient has died; None where it says no such thing, or says it of somebody
    else. A first name or a surname such as Rip is none: RIP is a note in capitals, in brackets or beside a name
    that is not in capitals."""
    found = _MARK.search(text) or _at_rest(text)
    if found is None:
        return None
    before, behind = text[: found.start()], text[found.end() :]
    straight = found[0].lstrip(" :")[:1].isalpha()  # not set apart from what is before it
    if (straight and _WHO_DIED.search(before)) or _DEAD_WHO.match(behind):
        return None
    between = ", " if "," in found[0] and before and behind else " "
    return f"{before}{between}{behind}".strip(" ,")


def _at_rest(text: str) -> "re.Match[str] | None":
    found = _AT_REST.search(text)
    if found is None:
        return None
    rest = text[: found.start()] + (" " if found["before"] else "") + text[found.end() :]
    set_apart = found["before"].strip(" ,") or "." in found[0]
    if set_apart:
        return found if any(map(str.isalpha, rest)) else None
    return found if not rest.isupper() and _is_whole(rest, "," in text) else None


def _is_whole(rest: str, with_comma: bool) -> bool:
    """Whether a name is whole without the word: in "Kent, RIP" it is the first name."""
    family, _, given = rest.partition(",")
    return bool(family.strip() and given.strip()) if with_comma else bool(rest.strip())
