"""An export whose columns are not those of last time: what was renamed, what is gone, what may be its new name."""

from collections.abc import Mapping
from typing import NamedTuple

from jobs.sources.header_row import KEY, Plan

_SAID_SO_OFTEN = 7  # readings: a column that was taken out on purpose is not complained of for ever
Lost = dict[str, tuple[str, int]]  # meaning -> its last header, and how often it is still to be said


class Changed(NamedTuple):
    """Sentences about the columns, and those that are to be said again next time."""

    notes: list[str]
    lost: Lost


def changed_columns(before: Mapping[str, str], lost: Mapping[str, tuple[str, int]], plan: Plan) -> Changed:
    """Compare the headers of last time, and those that were lost already, with a new plan."""
    if before == plan.headers and not lost:
        return Changed([], {})
    gone: Lost = {
        meaning: (header, _SAID_SO_OFTEN)
        for meaning, header in before.items()
        if meaning not in plan.places and meaning not in plan.always and meaning != KEY
    }
    gone |= {meaning: known for meaning, known in lost.items() if meaning not in plan.places}
    notes = [
        f'The column "{old}" is now called "{plan.headers[meaning]}"; it is read as before.'
        for meaning, old in before.items()
        if meaning in plan.headers and plan.headers[meaning] != old
    ]
    notes += [_gone(meaning, header, plan) for meaning, (header, _) in gone.items()]
    return Changed(notes, {meaning: (header, left - 1) for meaning, (header, left) in gone.items() if left > 1})


def _gone(meaning: str, header: str, plan: Plan) -> str:
    from jobs.sources.guesses import likely_new_name

    near = likely_new_name(header, meaning, [name for _, name in plan.unused()])
    words = f'The column "{header}" is no longer there; what it said so far is kept.'
    if not near:
        return words
    setting = f"columns: {{{meaning}: {near}}}"
    return f'{words} "{near}" may be its new name: write {setting} for this source in config/sources.yaml.'
