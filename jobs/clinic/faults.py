"""A fault in something a person wrote: a setting, a template, an article, a name."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_SAID = 5  # faults of one list, where a few are enough


class Fault(NamedTuple):
    """One mistake in one file, with the line and the remedy, in the house's two sentences."""

    file: str  # "" where it is no file of the clinic's that has it
    line: int  # 0: the whole file
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return (f"{place}: " if place else "") + self.what + (f"\n{self.remedy}" if self.remedy else "")


def in_few_words(faults: Sequence[Fault]) -> list[str]:
    """The first faults of a list, each as one line, and how many more there are."""
    said = [str(fault).replace("\n", " ") for fault in faults[:MOST_SAID]]
    more = len(faults) - MOST_SAID
    return [*said, f"{more} more like these; `run_jobs.py check` names them all."] if more > 0 else said


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "missed_visit.md"?`, or "" where nothing known is near."""
    from difflib import get_close_matches  # where there is no fault, nobody waits for it to be loaded

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""


def rename_to(name: str, folder: str, there: Iterable[str]) -> str:
    """`Rename config/articles.csv.txt to articles.csv.` where a file that is missing is there under such a name, as
    Notepad, Windows and Excel give it, else ""."""
    stem = name.rpartition(".")[0].lower()
    near = sorted(other for other in there if other != name and other.lower().startswith((f"{stem}.", f"{name}.")))
    if not near:
        return ""
    if near[0].lower().endswith((".xlsx", ".xls", ".numbers")):
        return f"Open {folder}/{near[0]} and save it as CSV UTF-8 under the name {name}."
    return f"Rename {folder}/{near[0]} to {name}."
