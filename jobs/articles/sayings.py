"""Turns of phrase that change what a clause means: what is asked, still to come, mislaid, or moved to another day."""

import re
import sys
from collections.abc import Iterator
from functools import cached_property


class Saying:
    """A turn of phrase, in capitals or not. It is compiled when a text first has one of the words without which it
    cannot be there: most runs meet few of them."""

    def __init__(self, pattern: str, *words: str) -> None:
        self._pattern, self._words = pattern, words

    def _may_be_in(self, text: str) -> bool:
        small = text.lower()
        return not self._words or any(word in small for word in self._words)

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, re.IGNORECASE)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self._compiled.search(text, start, end) if self._may_be_in(text) else None

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self._compiled.match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._compiled.finditer(text) if self._may_be_in(text) else iter(())


# What a patient asks is no doubt about what she has; whether it is this, or whether the clinic treats it, is one.
QUESTION = Saying(
    r"\W*(?:(?:so|and|but|now|ok|also) )?"
    r"(?:when|how|what|why|can|could|do|does|did|should|would|will|are|where|which|am|any)\b"
    r"(?!.*\b(?:could it|is it|is this|do i have|does (?:she|he) have|do (?:you|we)|"
    r"(?:can|could) (?:we|you|they) (?:see|treat))\b)",
)
# An operation that is still to come, or never.
AHEAD = Saying(
    r"\b(?:do|will|would|should|whether|(?<!from )before|without|avoid\w*|hold\w* off|put\w* off|instead of|"
    r"rather than|until|means?|need\w*|not? want\w*|scared of|afraid of|consider\w*|think\w* about|option|skip|"
    r"dodge|postpone)\b[^.;,]{0,30}?"
    r"\b(?:surgery|operation|operate|knife|scope|repaired|replaced|fusion|surgeon)\b"
    r"|\b(?:surgery|operation|replaced|replacement|repair|repaired|fused|fusion|scope|scoped|t[kh][ar])\b[^.;,]{0,20}?"
    r"\b(?:tomorrow|next (?:week|month|year|mon|tue|wed|thu|fri)|in (?:a|two|three|\d+) (?:weeks|months))",
    "surg",
    "replac",
    "repair",
    "tomorrow",
    "next",
    "operat",
    "knife",
    "scope",
    "repaired",
    "replaced",
    "fusion",
)
LOST = Saying(
    r"\b(?:left|forgot|lost|found|leaving)\s+(?:her|his|my|their|the|a|some|an)\s+(?:\w+\s){0,2}?"
    r"(?:mat|bottle|socks?|jacket|coat|keys?|phone|glasses|bag|wallet|earrings?|ring|watch|sweater|hoodie|shoes?|purse|"
    r"book|charger|towel|hat|scarf|brace|cane|umbrella|sheet|handout|binder|folder|headphones|water|cushion|sling|pillow)\b"
    r"|\b(?:left|found)\s+(?:in|at|on|under|by|behind)\s+(?:the |our |my |her |his )?"
    r"(?:room|rm|lobby|gym|locker|studio|bathroom|restroom|waiting|front|table|bench|reformer|desk|counter|hook)\b",
    *("left", "forgot", "lost", "found", "leaving"),
)
MOVED = Saying(
    r"\b(?:move|switch|change|swap|bump|push|trade|reschedule)\b[^.;]{0,40}\b(?:to|for|with)\b[^.;]{0,20}?"
    r"\b(?:mon|tue|wed|thu|fri|sat|sun|\d{1,2}(?::\d\d)? ?[ap]m|next week|morning|afternoon|later|earlier)",
    "move",
    "switch",
    "change",
    "swap",
    "bump",
    "push",
    "trade",
    "reschedule",
)
# A paper that the desk signs or sends: how somebody runs is no paper.
SIGNED = Saying(
    r"\b(?:\w+ )?forms? (?:\w+ ){0,2}?(?:sign\w*|fill\w*|fax\w*|notari\w+|(?:hand|turn)\w* in)\b"
    r"|\b(?:sign|fill|fax|print|hand in|turn in)(?:ed|ing)? (?:out |in )?(?:\w+ ){0,3}?forms?\b",
    "form",
)
RETURNS = Saying(
    r"\b(?:again|back (?:to|into|in|at)|return\w*|resum\w*|ease into|try|begin|restart\w*|start(?:ing)?|rt[rsp])\b"
)
