"""Names recognized beyond the clinic's list, each text once: what was found is kept until list or rules change."""

import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.machine.whole_files import keep_for_speed

if TYPE_CHECKING:
    from jobs.clinic.source_matching import SourceMatcher

_RULES = (
    "source_matching", "person_matching", "place_matching", "typed_names", "typed_words", "slips", "source_names",
)  # fmt: skip


class RecognizedNames:
    """A `Recognizer` with a memory: in an ordinary week it need not load what tells names apart.

    The memory is a file in `cache` that only its owner can read, for people type other people's names. It is kept by
    `keep`; without it, or where it is damaged, everything is found anew.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]], cache: Path | None = None) -> None:
        self._rows, self._cache = list(rows), cache
        self._new = False

    def name_of(self, typed: str) -> str | None:
        if typed not in self._known:
            self._known[typed] = [self._matcher.match(typed).name, None]
            self._new = True
        name: str | None = self._known[typed][0]
        return name

    def suggestions(self, typed: str) -> tuple[str, ...]:
        """What a text without a name may stand for, also one that a person wants listed: looked for only where it is
        asked, for it takes the longest."""
        self.name_of(typed)
        if self._known[typed][1] is None:
            self._known[typed][1] = self._matcher.suggestions(typed, self._matcher.match(typed))
            self._new = True
        return tuple(self._known[typed][1] or ())

    def keep(self) -> None:
        """Keep what was found for the next time and forget what an older list gave. It saves time only: never fails."""
        if not self._new or self._cache is None:
            return
        with suppress(OSError):
            for old in self._cache.glob("names-*.json"):
                old.unlink()
        self._new = not keep_for_speed(self._file, json.dumps(self._known).encode())

    @cached_property
    def _matcher(self) -> "SourceMatcher":
        from jobs.clinic.source_matching import SourceMatcher  # loads what parses names

        return SourceMatcher(self._rows)

    @cached_property
    def _file(self) -> Path:
        """Named after the list and the rules: with another list or another program it is another file."""
        digest = sha256(repr(self._rows).encode())
        rooms = Path(__file__).resolve().parents[1] / "clinic"
        for name in _RULES:
            digest.update((rooms / f"{name}.py").read_bytes())
        return (self._cache or Path()) / f"names-{digest.hexdigest()[:24]}.json"

    @cached_property
    def _known(self) -> dict[str, list[Any]]:
        """Each text with its name or none, and with its suggestions, None where nobody asked for them."""
        try:
            known = json.loads(self._file.read_text("utf-8")) if self._cache else {}
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
