"""Which source a typed text stands for: the clinic's own list of names, and what is recognized beyond it.

Whoever reads a text asks one question, `name_of`: the source's name, or None where nobody has said yet.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Protocol

from jobs.clinic.patterns import pattern

NOT_RECORDED = "Not recorded"
NOT_YET_NAMED = "Not yet named"
NO_SOURCES = (NOT_YET_NAMED, NOT_RECORDED)
"""Lines of the tables that are no source."""

ANOTHER_PATIENT, OF_PATIENTS = "Another patient", "patient or friend"
"""What a patient who sent somebody counts as, and the channel of it."""

CHANNELS = (
    "physician",
    "practice",
    OF_PATIENTS,
    "online",
    "insurer",
    "event",
    "returning",
    "self",
    "unknown",
)
"""The ways in which new patients find the clinic, as they may stand in config/referral_names.csv."""

_APOSTROPHES = pattern("['\u2018\u2019`\u00b4]")
_NOT_WORD = pattern(r"[\W_]+")
_PUNCTUATION = str.maketrans({sign: "" if sign in "'`" else " " for sign in map(chr, range(128)) if not sign.isalnum()})
"""What becomes of both in a text without accents, as one table."""


@lru_cache(maxsize=8192)  # one text is asked for once per week of the trend
def name_key(text: str) -> str:
    """What two spellings have in common: case, accents, spaces and punctuation do not count."""
    if text.isascii():
        return " ".join(text.lower().translate(_PUNCTUATION).split())
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHES.sub("", plain)).split())


_NOTHING = name_key(NOT_RECORDED)


class Recognizer(Protocol):
    """Knows sources by other spellings than those of the list."""

    def name_of(self, typed: str) -> str | None:
        """The source that a text clearly stands for, None where a person must say."""

    def suggestions(self, typed: str) -> tuple[str, ...]:
        """What such a text may stand for, likeliest first."""

    def keep(self) -> None:
        """Keep for the next time what was found."""


@dataclass(frozen=True, eq=False, repr=False)
class ReferralNames:
    """The clinic's list of names: what was typed (as `name_key`) -> the source, and the source's channel.

    `left_open` are texts that a person wants listed for a person, whatever they look like. Where the list
    `cannot_be_read`, nobody knows which names the clinic has: that is not the same as having none.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    left_open: frozenset[str] = frozenset()
    recognizer: Recognizer | None = None
    cannot_be_read: bool = False
    _found: dict[str, str | None] = field(default_factory=dict)  # what each text was found to stand for
    looked_at: set[str] = field(default_factory=set)  # texts of which is known whether they name a patient
    _shown: dict[str, str] = field(default_factory=dict)  # texts with a patient's name, as they may be shown

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]], recognizer: Recognizer | None = None) -> "ReferralNames":
        """From rows of what was typed, name and channel. A name also stands for itself; a row decides before that."""
        rows = list(rows)
        left_open = frozenset(name_key(typed) for typed, name, _ in rows if name == NOT_YET_NAMED)
        rows = [row for row in rows if row[1] != NOT_YET_NAMED]
        names = {name_key(name): name for _, name, _ in rows if name_key(name) not in left_open}
        names |= {name_key(typed): name for typed, name, _ in rows}
        return cls(names, {name: channel for _, name, channel in rows}, left_open, recognizer)

    def name_of(self, typed: str) -> str | None:
        """The source's name; `Not recorded` for a text without letters or digits; None where a person must say."""
        if typed not in self._found:
            self._found[typed] = self.listed(typed) or self.recognized(typed)
        return self._found[typed]

    def listed(self, typed: str) -> str | None:
        """The name that the list itself gives a text."""
        key = name_key(typed)
        return self.names.get(key) if key and key != _NOTHING else NOT_RECORDED

    def recognized(self, typed: str) -> str | None:
        """The name of a text that the list does not have, where it can be no other one."""
        if self.recognizer is None or name_key(typed) in self.left_open:
            return None
        return self.recognizer.name_of(typed)

    def may_name_a_patient(self, typed: str) -> bool:
        """Whether a text is one that counts as a patient's where it names one: it has no source, or is a patient's by
        the list; a person who wants it listed may know that it is somebody else."""
        name = self.name_of(typed)
        return name_key(typed) not in self.left_open if name is None else self.channel_of(name) == OF_PATIENTS

    def names_a_patient(self, typed: str, shown: str) -> None:
        """Note that a text names a patient, and how it may be shown. What has a source keeps it."""
        if name_key(typed) not in self._own_names:
            self._shown[typed] = shown
        if self.name_of(typed) is None:
            self._found[typed] = self.listed(ANOTHER_PATIENT) or ANOTHER_PATIENT

    @cached_property  # it is asked once for each text that names a patient
    def _own_names(self) -> frozenset[str]:
        """What the sources themselves are called."""
        return frozenset(map(name_key, self.channels))

    def shown(self, typed: str) -> str:
        """A text as those who read the workbook may see it."""
        return self._shown.get(typed, typed)

    def suggestions(self, typed: str) -> tuple[str, ...]:
        return self.recognizer.suggestions(typed) if self.recognizer else ()

    def channel_of(self, name: str) -> str:
        return self.channels.get(name, OF_PATIENTS if name == ANOTHER_PATIENT else "")
