"""What was read once is not read again: the values of texts that recur between the tables of one large file."""

from collections.abc import Hashable
from typing import Any

MOST = 16_384
"""So many different texts of one column are kept. One that has more hardly repeats itself: nothing is kept of it."""

Seen = tuple[dict[Any, Any], dict[Any, Any]]  # what each text came to, and what of it is doubted


class ReadOnce:
    """The texts of each column of one file that were read so far. All are read by the same rules."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, Seen | None] = {}

    def column(self, name: Hashable) -> Seen:
        """What is known of a column, to be added to."""
        seen = self._seen.setdefault(name, ({}, {}))
        if seen is None:
            return {}, {}
        if len(seen[0]) > MOST:
            self._seen[name] = None
            return {}, {}
        return seen
