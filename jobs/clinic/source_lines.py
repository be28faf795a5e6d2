"""Folds the texts as typed into the lines of the tables, with the clinic's list of names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jobs.clinic.figures import NamedText, SourceLine, Tally, UnnamedText
from jobs.clinic.source_names import NO_SOURCES, NOT_RECORDED, NOT_YET_NAMED, ReferralNames, name_key

Referred = Iterable[tuple[str, Tally]]
"""Each text as typed, with its referrals."""
Waits = Mapping[str, Mapping[int, int]]
"""Of each text: the days from booking to the kept evaluation, each with how often it was counted."""


def source_lines(referred: Referred, waits: Waits, names: ReferralNames) -> tuple[SourceLine, ...]:
    """One line per listed source; what the list does not know counts as not yet named, never in another's line."""
    folded = _Folded()
    for typed, tally in referred:
        folded.take(names.name_of(typed) or NOT_YET_NAMED, typed, tally, waits.get(typed, {}))
    lines = (
        SourceLine(name, names.channel_of(name), True, tally, folded.waits[name])
        for name, tally in folded.tallies.items()
    )
    return tuple(sorted(lines, key=_rank))


def provider_lines(referred: Referred, waits: Waits, names: ReferralNames) -> tuple[SourceLine, ...]:
    """One line per provider; one that the list does not know stands under its most frequent spelling."""
    folded = _Folded()
    listed: dict[str, bool] = {}
    for typed, tally in referred:
        name = names.name_of(typed)
        key = name or "\0" + name_key(typed)  # a spelling that looks like a listed name is a line of its own
        listed[key] = name is not None
        folded.take(key, typed, tally, waits.get(typed, {}))
    lines = (
        SourceLine(
            key if listed[key] else folded.spelling(key),
            names.channel_of(key) if listed[key] else "",
            listed[key],
            tally,
            folded.waits[key],
        )
        for key, tally in folded.tallies.items()
    )
    return tuple(sorted(lines, key=_rank))


class _Folded:
    """The texts of each line, added up."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, list[Tally]] = defaultdict(list)
        self.waits: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def take(self, key: str, typed: str, tally: Tally, waits: Mapping[int, int]) -> None:
        self._taken[key].append(tally)
        if waits:
            self.waits[key].update(waits)
        self._spellings[key][typed] += tally.ever

    @property
    def tallies(self) -> dict[str, Tally]:
        return {key: Tally.together(taken) for key, taken in self._taken.items()}

    def spelling(self, key: str) -> str:
        """The most frequent spelling; of equally frequent ones the first of the alphabet."""
        spellings = self._spellings[key]
        return min(spellings, key=lambda typed: (-spellings[typed], typed))


def total(referred: Referred, waits: Waits) -> SourceLine:
    """All texts together."""
    folded = _Folded()
    folded.take("Total", "", Tally(), {})
    for typed, tally in referred:
        folded.take("Total", typed, tally, waits.get(typed, {}))
    return SourceLine("Total", tally=folded.tallies["Total"], waits=folded.waits["Total"])


def _rank(line: SourceLine) -> tuple[int, int, int, int, str]:
    """Most referrals this year first, then most in the trend, then ever; the lines that are no source last."""
    place = 1 + NO_SOURCES.index(line.name) if line.listed and line.name in NO_SOURCES else 0
    return place, -line.tally.year, -sum(line.tally.trend), -line.tally.ever, line.name


class TypedText(NamedTuple):
    """A text under its most frequent spelling, where it was typed (source, provider or both), and its referrals."""

    text: str
    where: str
    tally: Tally


def typed_texts(by_source: Referred, by_provider: Referred) -> list[TypedText]:
    """Each text once, however it was spelled and wherever it was typed."""
    folded = _Folded()
    where: defaultdict[str, set[str]] = defaultdict(set)
    for column, referred in (("source", by_source), ("provider", by_provider)):
        for typed, tally in referred:
            key = name_key(typed)
            folded.take(key, typed, tally, {})
            where[key].add(column)
    return [
        TypedText(folded.spelling(key), "both" if len(where[key]) == 2 else min(where[key]), tally)
        for key, tally in folded.tallies.items()
    ]


def unnamed(texts: Iterable[TypedText], names: ReferralNames) -> tuple[UnnamedText, ...]:
    """Each text that no name is known for; most referrals first."""
    found = (
        UnnamedText(text, where, tally.ever, tally.first_on, tally.last_on, names.suggestions(text))
        for text, where, tally in texts
        if names.name_of(text) is None
    )
    return tuple(sorted(found, key=lambda each: (-each.referrals, each.text)))


def named(texts: Iterable[TypedText], names: ReferralNames) -> tuple[NamedText, ...]:
    """Each text that counts for a source though it is not its name, those that were recognized first."""
    found = (
        NamedText(text, name, names.listed(text) is None, where, tally.ever, tally.last_on)
        for text, where, tally in texts
        if (name := names.name_of(text)) and name != NOT_RECORDED and name_key(text) != name_key(name)
    )
    by_day = sorted(found, key=lambda each: (each.last_on, each.text), reverse=True)
    return tuple(sorted(by_day, key=lambda each: not each.recognized))
