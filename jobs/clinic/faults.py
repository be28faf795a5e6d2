"""A fault in something a person wrote: a setting, a template, an article, a name."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Fault(NamedTuple):
    """One mistake in one file, with the line and the remedy, in the house's two sentences."""

    file: str
    line: int  # 0: the whole file
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f"\n{self.remedy}" if self.remedy else "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "missed_visit.md"?`, or "" where nothing known is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""
