"""Finds the ages in a note, and for which group of readers each of them stands."""

import re
from collections.abc import Collection, Iterator

from jobs.articles.sayings import Saying
from jobs.clinic.patterns import pattern

_AGE = pattern(r"(?<!hace )\b(\d{1,3})[\s-]*(?:y\.?/?o\.?\b|yrs?[\s-]*old\b|years?[\s-]*old\b|años\b)", re.IGNORECASE)
_SMALL_IN_WORDS = Saying(
    r"(?:^|\b(?:my|our|a|an|is|for)\s)\W*(?:two|three|four|five|six|seven|eight|nine)[\s-]+years?[\s-]+old\b", "old"
)
_AT_THE_FRONT = pattern(
    r"^\W*(?:(?:our |my )?(?:toddler|infant|preemie)\b(?!['’])|age[d:]?\s+(\d{1,2})\b"
    r"|\d{1,2}[\s-]*(?:m\.?/?o\.?|months?)[\s-]*old\s*[,;])",
    re.IGNORECASE,
)
_WHOSE_AGE = pattern(
    r"\b(?:baby|boy|child|daughter|girl|son)\s+(?:is|was|now)\s+(?:now )?$"
    r"|\b(?:babies|kids?|children|twins?|youngest|yngst|oldest|last one|little one|delivery|vbac|svd)[\s:,(~]*"
    r"(?:is|are|was|now|aged?|ages|\d{1,2}(?:\s*(?:,|&|and|\+)\s*))*\s*$",
    re.IGNORECASE,
)
_MOTHER = pattern(r"\bG\s?\d\s?P\s?\d", re.IGNORECASE)  # births told by their number: the young are hers
_TOLD_AGE = Saying(
    r"\b(?:(?:he|she)(?:['’]s| is)|i['’]?m|i am|(?:(?:our|my) )?(?:son|daughter|boy|girl|kid),?)\s+(\d{1,2})\b"
    r"(?=\s*(?:[,.;)!?]|and\b|who\b|plays?\b|pitch|has\b|with\b|w/|$))"
)  # "our daughter, 9, has heel pain", "he's 12 and plays"
_HALF_GROWN, _GROWN_UP, _OLDER = 10, 18, 65


def age_groups(text: str, silent: Collection[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Each age that is the patient's, as the group of readers that it stands for and the words as typed."""
    for found in _SMALL_IN_WORDS.finditer(text):
        if not any(start <= found.start() < end for start, end in silent):
            yield "small children", found[0]
    front = _AT_THE_FRONT.match(text)
    if front and int(front[1] or 0) < _HALF_GROWN:
        yield "small children", front[0]
    for found in (*_AGE.finditer(text), *_TOLD_AGE.finditer(text)):
        if any(start <= found.start() < end for start, end in silent) or _WHOSE_AGE.search(text, 0, found.start()):
            continue  # "mom of the 11 yo pitcher", "baby is 3 yrs old"
        age = int(found[1])
        if age < _GROWN_UP and _MOTHER.search(text):
            continue
        if age < _GROWN_UP:
            yield "children and teens", found[0]
            if age < _HALF_GROWN:
                yield "small children", found[0]
        elif age >= _OLDER:
            yield "older adults", found[0]
