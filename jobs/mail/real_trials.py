"""What real rows hold, masked: new letters are tried on it before they go to anybody.

A name keeps its length, its blanks and its marks; every letter becomes an x and every digit a 0, so that no patient
can be told from it.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from jobs.machine.whole_files import keep_for_speed
from jobs.mail.fields import LetterValues

_MOST = 50


def masked(text: str) -> str:
    """`Mira-Lou 2nd` as `Xxxx-Xxx 0xx`."""
    return "".join(
        "0" if sign.isdigit() else ("X" if sign.isupper() else "x") if sign.isalpha() else sign for sign in text
    )


def keep_trials(path: Path, day: str, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Keep rows for later trials: first name, start (UTC), provider and location; names are masked here.

    `day` is told by `day_of_trials`. What cannot be written is left: the made-up patients remain.
    """
    kept = [[masked(name), start, masked(provider), masked(place)] for name, start, provider, place in rows]
    keep_for_speed(path, json.dumps({"day": day, "rows": kept[:_MOST]}).encode())


def day_of_trials(path: Path) -> str:
    """The day of the rows that are kept; "" where there are none."""
    return str(_read(path).get("day", ""))


def read_trials(path: Path) -> list[LetterValues]:
    """The kept rows as letters take them."""
    rows = _read(path).get("rows", [])
    if not isinstance(rows, list):
        return []
    return [LetterValues(name, start, provider, place) for name, start, provider, place in filter(_is_row, rows)]


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == 4 and all(isinstance(text, str) for text in row)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
