"""Follows up the sources that config/sources.yaml names no more, when a pull finds one. Loaded only then."""

from collections.abc import Collection
from typing import NamedTuple

from jobs.clinic.follow_ups import utc_text
from jobs.runner.tools import Tools
from jobs.sources.ranks import ranks_of
from jobs.store.episodes import refresh_episodes
from jobs.store.leading import lead_anew
from jobs.store.sources import named_no_more, note_named_no_more
from jobs.store.sources_named_no_more import hand_over, known_to, let_them_wait


class NamedNoMore(NamedTuple):
    """The sources that were read and are named no more, and those that were not when the last pull was made and are
    named again."""

    gone: frozenset[str]
    back: frozenset[str]


def before_reading(tools: Tools, gone: Collection[str]) -> NamedNoMore:
    """Note these sources, so that what the pull brings is held against what they had. What stands in a source that is
    left is that one's from now on; one that is named again has its own again, and says again how its patients are
    reached. It stays noted until its letters wait no more: a pull that is killed before leaves that to the next one."""
    now, sources = utc_text(tools.now), frozenset(gone)
    with tools.store.begin() as memory:
        before = named_no_more(memory)
        note_named_no_more(memory, sources | before)
        if sources != before:
            ranks = ranks_of(tools.settings.sources)
            handed_over = hand_over(memory, ranks, now)
            led = lead_anew(memory, known_to(memory, before - sources), now, ranks)
            refresh_episodes(memory, handed_over | led, tools.today)
    return NamedNoMore(sources, before - sources)


def after_reading(tools: Tools, sources: NamedNoMore) -> None:
    """Letters about what stands in these sources alone wait, and it is listed."""
    with tools.store.begin() as memory:
        let_them_wait(memory, sources.gone, sources.back, utc_text(tools.now))
