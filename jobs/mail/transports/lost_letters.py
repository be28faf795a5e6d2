"""Whose fault it was that a letter was lost on its way: the answer to the next one tells."""

from collections.abc import Callable, Generator, Iterable

from jobs.mail.records import Result, RunStopped


def until_answered(
    results: Iterable[Result], is_answering: Callable[[], bool]
) -> Generator[Result, None, tuple[Result | None, list[Result]]]:
    """The results as they come, but those that were put off `at_once` wait: once the other side `is_answering` others,
    they were lost by themselves, and get their pause. Gives the last result, and those that nobody answered for."""
    last: Result | None = None
    lost: list[Result] = []
    try:
        for last in results:
            if last.at_once:
                lost.append(last)
            else:
                yield last
            if is_answering():
                yield from (each._replace(at_once=False) for each in lost)
                lost.clear()
    except RunStopped:
        yield from lost
        raise
    yield from lost
    return last, lost
