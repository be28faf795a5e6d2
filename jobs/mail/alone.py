"""What a process does that works for a run on what others wrote: it lets go of everything, and is bounded."""

import os
import resource
import signal
from pathlib import Path

_FILES = 4096


def be_alone(line: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Let go of all that the run has open but the `line` to it, and let the kernel bound what is taken beyond what the
    run had. The end is for the run to heed."""
    signal.set_wakeup_fd(-1)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)
    os.closerange(3, line)
    os.closerange(line + 1, _FILES)
    for limit, value in ((resource.RLIMIT_AS, mapped_bytes() + memory_bytes), (resource.RLIMIT_CPU, cpu_seconds)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS does not let a process bound its memory
            continue


def mapped_bytes() -> int:
    """The address space that this process has already, 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0
