"""A process that works for a run on what others wrote: it holds nothing of the run, and is bounded."""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

_FILES = 4096
AT_A_TIME = 1.0  # seconds; so long is waited before it is counted


class Apart:
    """Runs `work(line, *args)` in a forked process; `line` is the other end of this one's.

    It may take so many bytes beyond what the run has, and so many seconds of the processor. Whoever waits for it
    bounds the waiting.
    """

    line: "Connection"
    process: "ForkProcess"

    def __init__(self, work: Callable[..., None], *args: Any, memory_bytes: int, cpu_seconds: int) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(work, theirs, args, memory_bytes, cpu_seconds), daemon=True)
        self.process.start()
        self._owner = os.getpid()
        theirs.close()

    def answers(self, seconds: float) -> bool:
        """Whether anything comes over the line within so many seconds. A pause in which the whole machine stands still,
        such as a suspended one, counts as a second at most, however long it is."""
        while True:
            if self.line.poll(min(seconds, AT_A_TIME)):
                return True
            seconds -= AT_A_TIME
            if seconds <= 0:
                return False

    def worked(self) -> float | None:
        """How many seconds of the processor it has had so far; None where the system does not tell that of another
        process."""
        if sys.platform != "linux" or not self.process.pid:
            return None
        try:
            return time.clock_gettime(~self.process.pid << 3 | 2)  # the kernel's name for the clock of a process
        except OSError:  # it has ended
            return None

    def end(self) -> None:
        """Stop it, whatever it does. A process that was forked from the run meanwhile only lets go of it."""
        if os.getpid() == self._owner:
            self.process.kill()  # first: it must not meet a closed line
            self.process.join()
        self.line.close()

    @property
    def took_too_long(self) -> bool:
        """Of one that has ended: whether the kernel stopped it because its seconds of the processor were over."""
        return self.process.exitcode == -signal.SIGXCPU


def bound(memory_bytes: int, cpu_seconds: int) -> None:
    """Let the kernel end this process when it takes more. A core dump would hold patient data: none is written.

    Of the processor's seconds the lower limit ends it, by a signal that tells so; at the upper one, a second later, it
    would be killed as by anything else.
    """
    for limit, lower, upper in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        try:
            resource.setrlimit(limit, (lower, upper))
        except (ValueError, OSError):  # macOS does not let a process bound its memory
            continue


def _work(
    work: Callable[..., None], line: "Connection", args: tuple[Any, ...], memory_bytes: int, cpu_seconds: int
) -> None:
    """Let go of all that the run has open but the `line` to it; the end is for the run to heed."""
    signal.set_wakeup_fd(-1)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)
    os.closerange(3, line.fileno())
    os.closerange(line.fileno() + 1, _FILES)
    bound(_mapped_bytes() + memory_bytes, cpu_seconds)
    work(line, *args)


def _mapped_bytes() -> int:
    """The address space that this process has already, 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0
