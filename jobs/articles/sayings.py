"""Turns of phrase that change what a clause means: what is asked, still to come, mislaid, or moved to another day."""

import re
import sys
from collections.abc import Iterator
from functools import cached_property


class Saying:
    """A turn of phrase, in capitals or not. It is compiled when it is first looked for: most runs look for none."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, re.IGNORECASE)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self._compiled.search(text, start, end)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self._compiled.match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text)


# What a patient asks is no doubt about what she has; whether it is this, or whether the clinic treats it, is one.
QUESTION = Saying(
    r"\W*(?:(?:so|and|but|now|ok|also) )?"
    r"(?:when|how|what|why|can|could|do|does|did|should|would|will|are|where|which|am|any)\b"
    r"(?!.*\b(?:could it|is it|is this|do i have|does (?:she|he) have|do (?:you|we)|"
    r"(?:can|could) (?:we|you|they) (?:see|treat))\b)",
)
# An operation that is still to come, or never.
AHEAD = Saying(
    r"\b(?:do|will|would|should|whether|before|without|avoid\w*|hold\w* off|put\w* off|instead of|rather than|until|"
    r"need\w*|not? want\w*|scared of|afraid of|consider\w*|think\w* about|option|skip|dodge|postpone)\b[^.;,]{0,30}?"
    r"\b(?:surgery|operation|operate|knife|scope|repaired|replaced|fusion|surgeon)\b",
)
LOST = Saying(
    r"\b(?:left|forgot|lost|found|leaving)\s+(?:her|his|my|their|the|a|some|an)\s+(?:\w+\s){0,2}?"
    r"(?:mat|bottle|socks?|jacket|coat|keys?|phone|glasses|bag|wallet|earrings?|ring|watch|sweater|hoodie|shoes?|purse|"
    r"book|charger|towel|hat|scarf|brace|cane|umbrella|sheet|handout|binder|folder|headphones|water|cushion|sling|pillow)\b",
)
MOVED = Saying(
    r"\b(?:move|switch|change|swap|bump|push|trade|reschedule)\b[^.;]{0,40}\b(?:to|for|with)\b[^.;]{0,20}?"
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|\d{1,2}(?::\d\d)? ?[ap]m|next week|morning|afternoon|later|earlier)",
)
