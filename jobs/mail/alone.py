"""What a process does that works for a run on what others wrote: it lets go of everything, and is bounded."""

import os
import resource
import signal

_FILES = 4096


def be_alone(line: int, memory_bytes: int, cpu_seconds: int) -> None:
    """Let go of all that the run has open but the `line` to it, and let the kernel bound what is taken. The end is for
    the run to heed."""
    signal.set_wakeup_fd(-1)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)
    os.closerange(3, line)
    os.closerange(line + 1, _FILES)
    for limit, value in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_seconds)):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS does not let a process bound its memory
            continue
