"""Writes what the office manager answered in a workbook into config/referral_names.csv, the clinic's list of names."""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from jobs.clinic.patterns import pattern
from jobs.clinic.source_names import ANOTHER_PATIENT, CHANNELS, NOT_YET_NAMED, ReferralNames, name_key
from jobs.reports.answers import Answer
from jobs.reports.name_lines import NO_CHANNEL, NameLines
from jobs.reports.names_sheet import UNDO

_WITH_CHANNEL = pattern(r"(.+?)\s*\(([^()]+)\)")
_IN_BRACKETS = pattern(r"(?P<name>[^()\[\]{}]*?)\s*[(\[{](?P<within>[^()\[\]{}]*)[)\]}]?")
_OTHER_WORDS = {
    "physician": "doc docs doctor doctors dr gp md pcp provider",
    "patient or friend": "family friend friends patient patients",
    "practice": "clinic gym office studio",
    "online": "internet web website",
    "insurer": "insurance",
}
"""What people write where a channel is asked for, by the channel that they mean."""
_A_DOCTOR = pattern(r"(?:dr|doctor)\b\.?\s|.*,?\s(?:md|do|np|pa|pa-c|dpm|dc|m\.d\.|d\.o\.)$", re.IGNORECASE)
_SLIP = 88  # of 100: a letter or two


class Corrected(NamedTuple):
    """The list as it is now, sentences about what was taken over, and the answers that could not be, each with why.

    `beside`: what stands beside each text (its `name_key`) from now on, as (this is, notes). `known_already` are the
    answers that say what the list says, in words.
    """

    content: bytes
    taken: tuple[str, ...]
    refused: tuple[str, ...]
    beside: dict[str, tuple[str, str]]
    known_already: tuple[str, ...] = ()


def contradicted(first: Answer, later: Answer) -> bool:
    """Whether two answers give one text two names; two channels of one name are no such thing."""
    name, other = (
        answer.this_is.rpartition("(")[0] if _channel_in(answer.this_is) else answer.this_is
        for answer in (first, later)
    )
    same_text = name_key(first.text) == name_key(later.text)
    return same_text and "" not in (name, other) and name_key(name) != name_key(other)


def with_answers(
    content: bytes,
    answers: Iterable[Answer],
    known: ReferralNames,
    today: str,
    author: str,
    patients: Mapping[str, str] = MappingProxyType({}),
) -> Corrected:
    """The list with these answers in it; what else stands there, its other columns too, stays as it is.

    `known` is the list as it was read from `content`; `patients` are texts and answers that name a patient, each
    as it may be shown; of two answers about one text the later one counts. Raises ListFaulty.
    """
    latest = {name_key(answer.text): answer for answer in answers}
    answering = _Answering(NameLines(content), known, latest.keys(), today, author, patients)
    for answer in sorted(latest.values(), key=answering.place_of):
        answering.take(answer)
    taken = tuple(answering.taken)
    content = answering.lines.content() if taken else content
    return Corrected(content, taken, tuple(answering.refused), answering.beside, tuple(answering.known_already))


class _Answering:
    """Takes one answer after the other into the lines of the list."""

    def __init__(
        self,
        lines: NameLines,
        known: ReferralNames,
        typed: Collection[str],
        today: str,
        author: str,
        patients: Mapping[str, str],
    ) -> None:
        self.lines, self._known, self._typed, self._patients = lines, known, typed, patients
        self._stamp = today, author
        self._added: dict[str, tuple[str, str]] = {}  # by the `name_key` of new sources
        self._channels: dict[str, str] = {}  # that these answers have given
        self._gone: set[str] = set()  # sources that have another name now
        self.taken: list[str] = []
        self.refused: list[str] = []
        self.beside: dict[str, tuple[str, str]] = {}
        self.known_already: list[str] = []

    def place_of(self, answer: Answer) -> int:
        """In which order answers are taken: what others go by comes first, which is a channel, a new name of a source,
        and a name that was typed so, before one that may be a slip of it."""
        if _channel_in(answer.this_is):
            return 0
        if self._its_name(answer.text):
            return 1
        return 2 if name_key(answer.this_is) in self._typed else 3

    def _its_name(self, text: str) -> str:
        """The source of which a text is the own name, "" for none."""
        name = self._known.listed(text) or ""
        return name if name_key(name) == name_key(text) else ""

    def take(self, answer: Answer) -> None:
        """Write it into the list, or say why not; one that could not be taken stays beside its text."""
        self.beside[name_key(answer.text)] = ("", answer.notes)
        if answer.this_is == UNDO or name_key(answer.this_is) == name_key(NOT_YET_NAMED):
            if self.lines.take_off(answer.text, *self._stamp, answer.text in self._patients):
                self.taken.append(f'"{answer.text}" has no name any more and is listed again.')
            else:
                self.known_already.append(f'"{answer.text}" has no name')
        elif answer.this_is in self._patients and not self._is_listed(answer.this_is):
            self.refused.append(_of_a_patient(self._patients[answer.this_is]))
        elif answer.this_is:
            before = self._known.listed(answer.text) or ""
            renamed = self._its_name(answer.text)
            name, channel, why_not = self._meant(answer.this_is, renamed)
            why_not = why_not or self._why_no_channel(answer.this_is, name)
            if why_not:
                self.refused.append(why_not)
                self.beside[name_key(answer.text)] = (answer.this_is, answer.notes)
            else:
                said = self._put(answer, name, channel, before, renamed)
                self.taken += said
                self.known_already += [] if said else [f'"{answer.text}" is {name}']

    def _is_listed(self, this_is: str) -> bool:
        return self._known.listed(this_is.rpartition("(")[0] if _channel_in(this_is) else this_is) is not None

    def _meant(self, this_is: str, renamed: str) -> tuple[str, str, str]:
        """The source that an answer names, its channel, and why it cannot be taken if it cannot. `renamed` is the
        source that gets this name, "" for none: it can have that of one of its own texts."""
        known, added, channel = self._known, self._added, _channel_in(this_is)
        name = this_is.rpartition("(")[0].strip() if channel else this_is
        listed = name if name in known.channels else known.listed(name)
        if listed:
            is_its_text = listed == renamed and name_key(name) != name_key(renamed)
            return name if is_its_text else listed, channel or known.channel_of(listed) or NO_CHANNEL, ""
        if name_key(name) in added:
            return *added[name_key(name)], ""
        if not channel and any(sign in name for sign in "()[]{}"):
            return "", "", _of_brackets(this_is, known, added)
        others = [each for each in known.channels if each not in (renamed, *self._gone)]
        near = "" if channel else _looks_like(name, [*others, *(new for new, _ in added.values())])
        if near:
            return "", "", self._of_a_look_alike(name, near)
        usual = known.channel_of(renamed) or ("physician" if _A_DOCTOR.match(name) else NO_CHANNEL)
        return name, channel or usual, ""

    def _of_a_look_alike(self, name: str, near: str) -> str:
        """Why a new name that looks like a known one is not taken, and what to write where it is no slip."""
        it_is_typed = name_key(name) in self._typed  # then the known one may be the slip
        misspelled = f' If that is misspelled, write "{name}" beside "{near}" on the sheet Names given.'
        with_channel = f'"{name} (physician)"' if _A_DOCTOR.match(name) else f'"{name} (practice)" or another channel'
        return (
            f'"{name}" is not in the list. Did you mean "{near}"?{misspelled if it_is_typed else ""} '
            f"If it is a new source, write {with_channel}."
        )

    def _put(self, answer: Answer, name: str, channel: str, before: str, renamed: str) -> list[str]:
        """Say what the answer changes: the name of a text, of a whole source beside its own name, a channel."""
        said, given = [], _channel_in(answer.this_is)
        channel = given or self._channels.get(name_key(name), channel)
        one_doctor = channel == "physician" == self._known.channel_of(before) and _longer_form(before, name)
        if renamed and name != renamed and (one_doctor or self._is_new(name)):  # two known ones never become one
            others = self.lines.rename(renamed, name, channel)
            self._gone.add(renamed)
            self.lines.put(answer.text, name, channel, *self._stamp)
            along = f" So {_so_are(others)} that stood for it." if others else ""
            said.append(
                f'"{answer.text}" is {name}.{along}' + (self._new(name, channel) if channel == NO_CHANNEL else "")
            )
        elif name != before and self.lines.put(answer.text, name, channel, *self._stamp):
            said.append(
                f'"{answer.text}" is {name}.' + self._new(name, channel) + self._left(name, before, renamed, one_doctor)
            )
        if given and self.lines.rechannel(name, given) and not self._is_new(name):
            was = self._known.channel_of(name) or NO_CHANNEL
            said.append(f"{name} is in the channel {given} now, no longer {was}.")
        if given:
            self._channels[name_key(name)] = given
        self._added.setdefault(name_key(name), (name, channel))
        return said

    def _is_new(self, name: str) -> bool:
        return name not in self._known.channels

    def _new(self, name: str, channel: str) -> str:
        if not self._is_new(name) or name_key(name) in self._added:
            return ""
        if channel != NO_CHANNEL:
            return f" This is a new source ({channel})."
        return (
            f' This is a new source without a channel: write it as "{name} (practice)" on the sheet Names given, or in '
            "the list."
        )

    def _left(self, name: str, before: str, its_name: str, one_doctor: bool) -> str:
        """What still has the name from which a text was taken, where all of its texts may have been meant."""
        others = self.lines.count_of(before) if before and (its_name or one_doctor or self._is_new(name)) else 0
        if not others:
            return ""
        still = "One other text still counts" if others == 1 else f"{others} other texts still count"
        at_once = one_doctor and name_key(before) in self._typed
        where = f'beside "{before}"' if at_once else "beside each"
        return f" {still} as {before}; if all are meant, write this {where}."

    def _why_no_channel(self, this_is: str, name: str) -> str:
        given, other = _channel_in(this_is), self._channels.get(name_key(name), "")
        if not given or not other or given == other:
            return ""
        return f'"{this_is}" has another channel than "{name} ({other})", which was written too. Write one of them.'


def _of_a_patient(shown: str) -> str:
    """Why a patient's name is no source, without the name; nor does it stay in the sheet, which others read."""
    return (
        f'"{shown}" is a patient\'s name, and readers of the workbook would see it. Choose "{ANOTHER_PATIENT}"; '
        "if somebody else is meant, write the name with another channel behind it, such as (practice)."
    )


def _longer_form(one: str, other: str) -> bool:
    """Whether one name has all words of the other: Dr. Amelia Stone and Dr. Amelia K. Stone."""
    words, others = set(name_key(one).split()), set(name_key(other).split())
    return words <= others or others <= words


def _so_are(others: int) -> str:
    return "is one other text" if others == 1 else f"are {others} other texts"


def _channel_in(this_is: str) -> str:
    """The channel that stands behind a name in brackets."""
    found = _WITH_CHANNEL.fullmatch(this_is)
    channel = " ".join(found[2].casefold().split()) if found else ""
    return channel if channel in CHANNELS else ""


def _of_brackets(this_is: str, known: ReferralNames, added: Mapping[str, tuple[str, str]]) -> str:
    """Why a new name with brackets that hold no channel is not taken: with them one source would become two."""
    found = _IN_BRACKETS.fullmatch(this_is)
    name, within = (found["name"], found["within"].strip()) if found else ("", "")
    meant = next((channel for channel, words in _OTHER_WORDS.items() if within.casefold() in words.split()), "")
    meant = meant or next(iter(get_close_matches(within.casefold(), CHANNELS, n=1, cutoff=0.75)), "")
    said = f'"{this_is}" has no channel in its brackets.'
    if name and meant:
        there = known.listed(name) or added.get(name_key(name), ("",))[0]
        return f'{said} Did you mean "{there or f"{name} ({meant})"}"?'
    channels = f"The channels are: {', '.join(CHANNELS)}."
    return f'{said} {channels} If the brackets belong to the name, write one behind it, such as "{this_is} (practice)".'


def _looks_like(name: str, known: Iterable[str]) -> str:
    """The known name that differs from this one by a letter or two; a new one that looks like it is commonly a slip."""
    from rapidfuzz import fuzz, process  # only where somebody wrote a name that is not in the list

    found = process.extractOne(name, list(known), scorer=fuzz.ratio, processor=name_key, score_cutoff=_SLIP)
    return str(found[0]) if found else ""
