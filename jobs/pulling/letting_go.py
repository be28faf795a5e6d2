"""What a person says is gone goes, with all that follows from it; the list of problems is written anew."""

from collections.abc import Callable, Collection, Sequence

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.records import Problem
from jobs.pulling.summing_up import write_problem_list
from jobs.runner.tools import Tools
from jobs.sources.ranks import ranks_of
from jobs.store.episodes import refresh_episodes
from jobs.store.gone import let_missing_go
from jobs.store.leading import lead_anew
from jobs.store.memory import Memory
from jobs.store.source_words import Said, note_word
from jobs.store.sources import listed_problems, take_off
from jobs.store.sources_named_no_more import let_go


def let_source_go(tools: Tools, name: str, by: str) -> str:
    """Count what a source that is named no more had alone as gone, and forget the source; give how many, in words."""

    def alone(count: int) -> str:
        return f"{_many(count)} that stood in it alone {_are(count)} booked no more"

    def going(memory: Memory) -> tuple[int, frozenset[int]]:
        return let_go(memory, name, utc_text(tools.now))

    return alone(_let_go(tools, name, by, going, lambda count: f"gone for good; {alone(count)}"))


def let_lacking_go(tools: Tools, lacking: Sequence[Problem], by: str) -> str:
    """Count the appointments that are missing from a file, as these lines of the list say, as gone; give how many, in
    words."""
    source, file = lacking[0].source, lacking[0].file

    def going(memory: Memory) -> tuple[int, frozenset[int]]:
        gone = let_missing_go(memory, source, utc_text(tools.now))
        return gone.marked, gone.patients

    def said(count: int) -> str:
        return f"{file} is right; {_many(count)} that it lacks {_are(count)} booked no more"

    count = _let_go(tools, source, by, going, said, lacking)
    return f"{_many(count)} no longer {'counts' if count == 1 else 'count'} as booked"


def _let_go(
    tools: Tools,
    source: str,
    by: str,
    going: Callable[[Memory], tuple[int, Collection[int]]],
    said: Callable[[int], str],
    settled: Sequence[Problem] = (),
) -> int:
    """Let appointments go (`going` gives how many, and whom that is about), keep who said what of the source, and take
    what is `settled` by it off the list, all in one step."""
    with tools.store.begin() as memory:
        count, patients = going(memory)
        led = lead_anew(memory, patients, utc_text(tools.now), ranks_of(tools.settings.sources))
        refresh_episodes(memory, led.union(patients), tools.today)
        note_word(memory, Said(utc_text(tools.now), source, by, said(count)))
        take_off(memory, settled)
        listed = listed_problems(memory, tools.settings.source_names)
    write_problem_list(tools, listed)
    return count


def _many(count: int) -> str:
    return "1 coming appointment" if count == 1 else f"{count} coming appointments"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
