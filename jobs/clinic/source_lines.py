"""Folds the texts as typed into the lines of the tables, with the clinic's list of names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jobs.clinic.source_names import NO_SOURCES, NOT_RECORDED, NOT_YET_NAMED, ReferralNames, name_key
from jobs.clinic.tallies import MOST_TEXTS, NamedText, SourceLine, Tally, UnnamedText

Referred = Iterable[tuple[str, Tally]]
"""Each text as typed, with its referrals."""
Waits = Mapping[str, Mapping[int, int]]
"""Of each text: the days from booking to the kept evaluation, each with how often it was counted."""


def source_lines(
    referred: Referred, waits: Waits, names: ReferralNames, by_provider: Referred = ()
) -> tuple[SourceLine, ...]:
    """One line per listed source; what the list does not know counts as not yet named, never in another's line."""
    folded = _Folded(waits)
    for typed, tally in referred:
        folded[names.name_of(typed) or NOT_YET_NAMED].append((typed, tally))
    as_provider = _in_the_other_column(folded, by_provider, names)
    lines = (
        SourceLine(
            name,
            names.channel_of(name),
            True,
            folded.tally(name),
            folded.waits(name),
            as_provider.get(name, Tally()),
        )
        for name in folded
    )
    return tuple(sorted(lines, key=_rank))


def provider_lines(
    referred: Referred, waits: Waits, names: ReferralNames, by_source: Referred = ()
) -> tuple[SourceLine, ...]:
    """One line per provider; one that the list does not know stands under its most frequent spelling."""
    folded = _by_person(referred, names, waits)
    as_source = _in_the_other_column(folded, by_source, names)
    lines = (
        SourceLine(
            folded.spelling(key) if key.startswith(_AS_TYPED) else key,
            "" if key.startswith(_AS_TYPED) else names.channel_of(key),
            not key.startswith(_AS_TYPED),
            folded.tally(key),
            folded.waits(key),
            as_source.get(key, Tally()),
        )
        for key in folded
    )
    return tuple(sorted(lines, key=_rank))


_AS_TYPED = "\0"  # a spelling that looks like a listed name is a line of its own


def _by_person(referred: Referred, names: ReferralNames, waits: Waits | None = None) -> "_Folded":
    """The texts by the name that they stand for, or by what was typed where nobody has said."""
    folded = _Folded(waits or {})
    for typed, tally in referred:
        folded[names.name_of(typed) or _AS_TYPED + name_key(typed)].append((typed, tally))
    return folded


def _in_the_other_column(lines: Iterable[str], referred: Referred, names: ReferralNames) -> dict[str, Tally]:
    """Of those who have a line in this column: the referrals that were typed in the other one."""
    wanted = set(lines).difference(NO_SOURCES)
    if not wanted:
        return {}
    folded = _by_person(referred, names)
    return {key: folded.tally(key) for key in wanted if key in folded}


class _Folded(defaultdict[str, list[tuple[str, Tally]]]):
    """The texts of each line, with their referrals."""

    def __init__(self, waits: Waits) -> None:
        super().__init__(list)
        self._waits = waits

    def tally(self, key: str) -> Tally:
        """The referrals of the line's texts, added up."""
        return Tally.together([tally for _, tally in self[key]])

    def waits(self, key: str) -> Counter[int]:
        """The days to the evaluation of all its texts."""
        found: Counter[int] = Counter()
        for typed, _ in self[key] if self._waits else ():
            found.update(self._waits.get(typed, {}))
        return found

    def spelling(self, key: str) -> str:
        """The most frequent spelling; of equally frequent ones the first of the alphabet."""
        if len(self[key]) == 1:
            return self[key][0][0]
        spellings: Counter[str] = Counter()
        for typed, tally in self[key]:
            spellings[typed] += tally.ever
        return min(spellings, key=lambda typed: (-spellings[typed], typed))


def total(referred: Referred, waits: Waits) -> SourceLine:
    """All texts together."""
    folded = _Folded(waits)
    folded["Total"] = list(referred) or [("", Tally())]
    return SourceLine("Total", tally=folded.tally("Total"), waits=folded.waits("Total"))


def _rank(line: SourceLine) -> tuple[int, int, int, int, str]:
    """Most referrals this year first, then most in the trend, then ever; the lines that are no source last."""
    place = 1 + NO_SOURCES.index(line.name) if line.listed and line.name in NO_SOURCES else 0
    return place, -line.tally.year, -sum(line.tally.trend), -line.tally.ever, line.name


class TypedText(NamedTuple):
    """A text under its most frequent spelling, where it was typed (source, provider or both), its referrals, and the
    source that it counts for, None where nobody has said."""

    text: str
    where: str
    tally: Tally
    name: str | None


def typed_texts(by_source: Referred, by_provider: Referred, names: ReferralNames) -> list[TypedText]:
    """Each text once, however it was spelled and wherever it was typed."""
    folded = _Folded({})
    where: dict[str, str] = {}
    for column, referred in (("source", by_source), ("provider", by_provider)):
        for typed, tally in referred:
            if not tally.ever:
                continue  # it brought screens alone
            key = name_key(typed)
            folded[key].append((typed, tally))
            where[key] = "both" if where.get(key, column) != column else column
    texts = ((key, folded.spelling(key)) for key in folded)
    return [TypedText(text, where[key], folded.tally(key), names.name_of(text)) for key, text in texts]


def unnamed(texts: Iterable[TypedText], names: ReferralNames) -> tuple[UnnamedText, ...]:
    """Each text that no name is known for, most referrals first; the first MOST_TEXTS with what they may stand for."""
    open_texts = sorted((each for each in texts if each.name is None), key=lambda each: (-each.tally.ever, each.text))
    return tuple(
        UnnamedText(
            each.text,
            each.where,
            each.tally.ever,
            each.tally.first_on,
            each.tally.last_on,
            names.suggestions(each.text) if place < MOST_TEXTS else (),
        )
        for place, each in enumerate(open_texts)
    )


def named(texts: Iterable[TypedText], names: ReferralNames) -> tuple[NamedText, ...]:
    """Each text that counts for a source, those that were recognized first, those that are its very name last; a name
    that nobody typed as well, so that its source can be renamed."""
    texts = list(texts)
    found = [
        NamedText(text, name, names.listed(text) is None, where, tally.ever, tally.last_on, names.shown(text))
        for text, where, tally, name in texts
        if name and name != NOT_RECORDED
    ]
    typed = {name_key(each.text) for each in texts}
    untyped = dict.fromkeys(each.name for each in found if name_key(each.name) not in typed)
    found += [NamedText(name, names.listed(name) or name, False, "", 0, "", name) for name in untyped]
    by_day = sorted(found, key=lambda each: (each.last_on, each.text), reverse=True)
    return tuple(sorted(by_day, key=lambda each: (each.is_its_name, not each.recognized)))
