"""What follows the pull and the mailbox runs side by side, each job in a process of its own.

The weekly workbook does not wait for a slow mail server, and a job that dies takes no other one with it.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import FrameType

from jobs.runner.outcome import Outcome

Ended = tuple[int, Outcome]
"""Exit code and outcome of one run."""
Run = Callable[[], Ended]
GetReady = Callable[[str, Callable[[], None]], Run]
"""Prepares a job, by its name, and gives what runs it; the job may say that those which wait for it may begin."""
_FAILED = 1


def run_side_by_side(first: Sequence[str], others: Sequence[str], get_ready: GetReady) -> Iterator[tuple[str, Ended]]:
    """Run the `first` here, one after another; then the others at once, each in a process of its own; yield each with
    how it ended.

    The others are forked before any of the `first` is prepared, and prepare themselves meanwhile, the last one first,
    one at a time: all at once would take the processors from the `first`, for which everybody waits. No connection to a
    database may be open meanwhile. They begin when the last of the `first` has ended or lets them, never if this
    process dies before.
    """
    waiting: list[_Waiting] = []
    for name in reversed(others):
        waiting.insert(0, _Waiting(name, get_ready, after=waiting[0].prepared if waiting else None))
    try:
        with ExitStack() as beside:

            def begin() -> None:
                if waiting and not waiting[0].begun:
                    beside.enter_context(_passing_on_the_end(waiting))
                    for job in waiting:
                        job.begin()

            for name in first:
                yield name, get_ready(name, begin if name == first[-1] else _nobody_waits)()
            begin()
            for job in waiting:
                yield job.name, job.result()
    finally:
        for job in waiting:
            job.line.close()
            job.prepared.close()
        for job in waiting:  # each held the lines of those before it
            job.process.join()


def _nobody_waits() -> None:
    pass


class _Waiting:
    """A job in a process of its own that begins when it is told to."""

    def __init__(self, name: str, get_ready: GetReady, after: Connection | None) -> None:
        self.name, self.begun = name, False
        context = get_context("fork")
        self.line, theirs = context.Pipe()
        self.prepared, preparing = context.Pipe(duplex=False)  # its end is heard when it is prepared, or dead
        self.process = context.Process(target=_work, args=(name, get_ready, theirs, self.line, after, preparing))
        self.process.start()
        theirs.close()
        preparing.close()

    def begin(self) -> None:
        self.begun = True
        try:
            self.line.send("begin")
        except OSError:  # it died while it waited, which its result will say
            pass

    def result(self) -> Ended:
        """How it ended. A process that was killed has said nothing; its run stands in the store as begun."""
        try:
            ended: Ended = self.line.recv()
        except (EOFError, OSError):
            self.process.join()
            how = f"was ended by signal {-code}" if (code := self.process.exitcode or 0) < 0 else "broke off"
            ended = _FAILED, Outcome(failed=f"Its process {how}. What it had not done is done by the next run.")
        return ended


def _work(
    name: str,
    get_ready: GetReady,
    line: Connection,
    theirs: Connection,
    after: Connection | None,
    preparing: Connection,
) -> None:
    theirs.close()
    try:
        if after:
            _hears(after)
        run = get_ready(name, _nobody_waits)
        preparing.close()
        if not _hears(line):
            return
        ended = run()
    except Exception as error:
        from jobs.runner.faltering import exception_words

        ended = _FAILED, Outcome(failed=exception_words(error))
    with suppress(OSError):  # nobody hears it any more
        line.send(ended)


def _hears(line: Connection) -> bool:
    """Wait until the other end says something; False when it ends instead."""
    try:
        line.recv()
    except (EOFError, OSError):
        return False
    return True


@contextmanager
def _passing_on_the_end(waiting: Sequence[_Waiting]) -> Iterator[None]:
    """A request to end (SIGTERM) goes to every job; Ctrl-C reaches them by itself."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        for job in waiting:
            job.process.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
