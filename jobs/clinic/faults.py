"""A fault in something a person wrote: a setting, a template, an article, a name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

MOST_SAID = 5  # faults of one list, where a few are enough


class Fault(NamedTuple):
    """One mistake in one file, with the line and the remedy, in the house's two sentences."""

    file: str
    line: int  # 0: the whole file
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f"\n{self.remedy}" if self.remedy else "")


def in_few_words(faults: Sequence[Fault]) -> list[str]:
    """The first faults of a list, each as one line, and how many more there are."""
    said = [str(fault).replace("\n", " ") for fault in faults[:MOST_SAID]]
    more = len(faults) - MOST_SAID
    return [*said, f"{more} more like these; `run_jobs.py check` names them all."] if more > 0 else said


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "missed_visit.md"?`, or "" where nothing known is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""
