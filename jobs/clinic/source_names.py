"""Which source a typed text stands for: the clinic's own list of names.

Whoever reads a text asks one question, `name_of`: the source's name, or None where nobody has said yet.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

NOT_RECORDED = "Not recorded"
NOT_YET_NAMED = "Not yet named"
NO_SOURCES = (NOT_YET_NAMED, NOT_RECORDED)
"""Lines of the tables that are no source."""

CHANNELS = (
    "physician",
    "practice",
    "patient or friend",
    "online",
    "insurer",
    "event",
    "returning",
    "self",
    "unknown",
)
"""The ways in which new patients find the clinic, as they may stand in config/referral_names.csv."""

_APOSTROPHES = re.compile("['\u2018\u2019`\u00b4]")
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=8192)  # one text is asked for once per week of the trend
def name_key(text: str) -> str:
    """What two spellings have in common: case, accents, spaces and punctuation do not count."""
    if text.isascii():
        plain = text.casefold()
    else:
        apart = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).split())


_NOTHING = name_key(NOT_RECORDED)


@dataclass(frozen=True)
class ReferralNames:
    """The clinic's list of names: what was typed (as `name_key`) -> the source, and the source's channel."""

    names: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> "ReferralNames":
        """From rows of what was typed, name and channel. A name also stands for itself; a row decides before that."""
        rows = list(rows)
        names = {name_key(name): name for _, name, _ in rows} | {name_key(typed): name for typed, name, _ in rows}
        return cls(names, {name: channel for _, name, channel in rows})

    def name_of(self, typed: str) -> str | None:
        """The source's name; `Not recorded` for a text without letters or digits; None where the list has none."""
        key = name_key(typed)
        return self.names.get(key) if key and key != _NOTHING else NOT_RECORDED

    def channel_of(self, name: str) -> str:
        return self.channels.get(name, "")
