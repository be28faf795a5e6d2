"""Folds the texts as typed into the lines of the tables, with the clinic's list of names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

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


def unnamed(by_source: Referred, by_provider: Referred, names: ReferralNames) -> tuple[UnnamedText, ...]:
    """Each text that no name is known for, under its most frequent spelling; most referrals first."""
    texts = (
        UnnamedText(spelling, where, tally.ever, tally.first_on, tally.last_on, names.suggestions(spelling))
        for spelling, where, tally in _texts(by_source, by_provider)
        if names.name_of(spelling) is None
    )
    return tuple(sorted(texts, key=lambda each: (-each.referrals, each.text)))


def named(by_source: Referred, by_provider: Referred, names: ReferralNames) -> tuple[NamedText, ...]:
    """Each text that counts for a source though it is not its name, those that were recognized first."""
    texts = (
        NamedText(spelling, name, names.listed(spelling) is None, where, tally.ever, tally.last_on)
        for spelling, where, tally in _texts(by_source, by_provider)
        if (name := names.name_of(spelling)) and name != NOT_RECORDED and name_key(spelling) != name_key(name)
    )
    by_day = sorted(texts, key=lambda each: (each.last_on, each.text), reverse=True)
    return tuple(sorted(by_day, key=lambda each: not each.recognized))


def _texts(by_source: Referred, by_provider: Referred) -> Iterator[tuple[str, str, Tally]]:
    """Each text under its most frequent spelling, with where it was typed and its referrals."""
    folded = _Folded()
    where: defaultdict[str, set[str]] = defaultdict(set)
    for column, referred in (("source", by_source), ("provider", by_provider)):
        for typed, tally in referred:
            key = name_key(typed)
            folded.take(key, typed, tally, {})
            where[key].add(column)
    for key, tally in folded.tallies.items():
        yield folded.spelling(key), "both" if len(where[key]) == 2 else min(where[key]), tally
