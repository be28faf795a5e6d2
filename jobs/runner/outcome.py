"""What a job says when it is done."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple


class Outcome(NamedTuple):
    """`counts` by what was counted, in words; `notes` for a person; `files` that were written.

    `failed` is the sentence that says why the job could not do its work, "" where it could. `until_changed` says that
    it would end the same until somebody changes something, so that it is not tried again by itself.
    None of them holds patient data: they are logged.

    `afterwards` makes what a person is to find and no other job needs, such as a list: it is called once the run is
    recorded, while the next jobs go on. Where it fails, the run failed.
    """

    counts: Mapping[str, int] = {}
    notes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    failed: str = ""
    until_changed: bool = False
    afterwards: Callable[[], object] | None = None
