"""How well typed referral texts find their source: python tests/evaluation/referral_texts.py [--apart]

Prints what was given a wrong source, what a person must settle though it is known, and precision and recall. The labels
were written before the matching. Every fourth text of a line is set apart: it is not looked at while the matching is
changed, and `--apart` prints those instead.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from jobs.clinic.source_matching import SourceMatcher  # noqa: E402  found by the line above

HERE = Path(__file__).parent / "referrals"


class Labelled(NamedTuple):
    """A text as typed; the source that a person would book it on, None where it must be listed for a person."""

    text: str
    source: str | None
    is_trap: bool
    apart: bool


class Score(NamedTuple):
    wrong: list[Labelled]
    missed: list[Labelled]
    given: int
    known: int

    @property
    def precision(self) -> float:
        return 1 - len(self.wrong) / self.given

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.known


def matcher() -> SourceMatcher:
    """The made-up clinic's list of names."""
    with (HERE / "known_sources.csv").open(newline="", encoding="utf-8") as file:
        return SourceMatcher((row["as_typed"], row["name"], row["channel"]) for row in csv.DictReader(file))


def labelled() -> Iterator[Labelled]:
    kind, source = "", ""
    for line in (HERE / "labelled_texts.txt").read_text("utf-8").splitlines():
        if line[:2] in ("= ", "? ", "! "):
            kind, source = line[0], line[2:]
        elif line and not line.startswith("#"):
            for number, text in enumerate(line.split(" | ")):
                yield Labelled(text, source if kind == "=" else None, kind == "!", number % 4 == 3)


def score(apart: bool) -> Score:
    """How the texts of one part fare."""
    known, wrong, missed, given = matcher(), [], [], 0
    cases = [case for case in labelled() if case.apart == apart]
    for case in cases:
        name = known.match(case.text).name
        given += name is not None
        if name is None and case.source:
            missed.append(case)
        elif name is not None and name != case.source:
            wrong.append(case)
    return Score(wrong, missed, given, sum(1 for case in cases if case.source))


def main() -> None:
    found = score("--apart" in sys.argv)
    for case in found.wrong:
        print(f"wrong   {case.text!r} is {matcher().match(case.text).name}, not {case.source or 'for a person to say'}")
    for case in found.missed:
        print(f"missed  {case.text!r} is {case.source}")
    print(
        f"{found.given} texts were given a source, {len(found.wrong)} a wrong one: precision {found.precision:.3f}; "
        f"of {found.known} that are known {len(found.missed)} are left to a person: recall {found.recall:.3f}"
    )


if __name__ == "__main__":
    main()
