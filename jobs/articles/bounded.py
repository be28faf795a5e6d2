"""What others wrote is read in a process of its own: a page made to be read without end costs its own reading only."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast

from jobs.articles.web import NotFetched
from jobs.machine.apart import Apart

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_T = TypeVar("_T")
_SECONDS = 20.0  # for one page; a usual one takes a fiftieth of a second
_MEMORY_BYTES = 1 << 30
_TOO_LONG = "it takes too long to read"


def bounded(work: Callable[..., _T], *args: object) -> _T:
    """What `work` makes of something from outside. Raises NotFetched where that takes too long, too much memory, or
    fails."""
    import bs4  # noqa: F401  here, or each process would load it anew

    apart = Apart(_work, work, args, memory_bytes=_MEMORY_BYTES, cpu_seconds=int(_SECONDS) + 1)
    try:
        if not apart.answers(_SECONDS):
            raise NotFetched(_TOO_LONG)
        found, fault = apart.line.recv()
    except (EOFError, OSError):
        apart.end()
        raise NotFetched(_TOO_LONG if apart.took_too_long else "it takes too much to read") from None
    finally:
        apart.end()
    if fault:
        raise NotFetched(f"it cannot be read ({fault})")
    return cast("_T", found)


def _work(line: "Connection", work: Callable[..., object], args: tuple[object, ...]) -> None:
    try:
        answer = work(*args), ""
    except Exception as error:
        answer = None, type(error).__name__
    with suppress(OSError):  # the run has ended
        line.send(answer)
