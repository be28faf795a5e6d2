"""Work that is done one step ahead, in a thread, while what came of the step before is used.

Only for work that mostly runs outside of Python, such as the parsing of a sheet: it then costs no time of its own where
the machine has a second processor.
"""

from _thread import allocate_lock, start_new_thread  # what `threading` is made of, and loaded already
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def one_ahead(work: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[Result]:
    """What `work` makes of each thing, in their order; never of two at once. The first one is not worth a thread."""
    ahead: _Ahead[Result] | None = None
    first = True
    try:
        for thing in things:
            if first:
                first = False
                yield work(thing)
                continue
            before, ahead = ahead, None
            ready = before.result() if before else None
            ahead = _Ahead(work, thing)
            del thing
            if before:
                yield ready  # type: ignore[misc]
                del ready
        if ahead:
            last, ahead = ahead, None
            yield last.result()
    finally:
        if ahead:
            ahead.wait()


class _Ahead(Generic[Result]):
    """One piece of work in a thread."""

    def __init__(self, work: Callable[[Thing], Result], thing: Thing) -> None:
        self._running = allocate_lock()
        self._running.acquire()
        self._made: list[Result] = []
        self._error: BaseException | None = None
        try:
            start_new_thread(self._run, (work, thing))
        except RuntimeError:  # the system allows no thread: then one after the other
            self._run(work, thing)

    def _run(self, work: Callable[[Thing], Result], thing: Thing) -> None:
        try:
            self._made.append(work(thing))
        except BaseException as error:  # it is raised where the result is asked for
            self._error = error
        finally:
            self._running.release()

    def wait(self) -> None:
        """Until the work is done."""
        with self._running:
            pass

    def result(self) -> Result:
        """What came of it, once. Raises what the work raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._made.pop()
