"""The parent's end of the process that opens foreign files: starting it, waiting for its frames, ending it."""

import fcntl
import marshal
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.machine.apart import AT_A_TIME
from jobs.sources.header_row import Unreadable

_PROJECT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY",
    "no_proxy", "NO_PROXY",
)  # fmt: skip
"""All that the child learns of this process' surroundings: passwords are kept there too."""
_OWN = {
    "PYTHONHASHSEED": "0",  # so that rows are known again by their marks
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),  # memory of one piece of a sheet serves the next one too
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
    "MALLOC_ARENA_MAX": "1",  # and the thread that parses it has no store of its own
}
"""What the child is told of its own memory: glibc's variables, which other systems do not know."""
_PIPE_BYTES = 1 << 20  # a chunk of rows fits, so that the child parses on while the parent saves
_LONGEST_FRAME = 512 << 20
_KILLED_BY_LIMIT = -24  # SIGXCPU


class ChildProcess:
    """One child. Its frames are tuples whose first item names them; see
    `file_reader`."""

    def __init__(self) -> None:
        self._seconds = self._left = 0.0
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jobs.sources.child"],
            cwd=_PROJECT,
            env={**environment, **_OWN},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote a patient
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout
        self._questions, self._answers = self._process.stdin, self._process.stdout
        for pipe in (self._questions, self._answers):
            _widen(pipe.fileno())
        self._poll = select.poll()
        self._poll.register(self._answers.fileno(), select.POLLIN)

    def ask(self, request: dict[str, Any], seconds: float) -> None:
        """Say what to read, once, and how long each file may take."""
        self._seconds = self._left = seconds
        try:
            with self._questions as questions:
                _write_all(questions.fileno(), marshal.dumps(request))
        except BrokenPipeError:  # it died at once, which its first frame will tell
            pass

    def expect_next_file(self) -> None:
        """Give the child its time once more: the limit is for one file."""
        self._left = self._seconds

    def frame(self) -> tuple[Any, ...]:
        """The next frame. Raises Unreadable where the child died, took too long or said too much."""
        length = int.from_bytes(self._read(4), "big")
        if length > _LONGEST_FRAME:
            raise Unreadable("The file holds far more than appointments.", "Export a shorter period.")
        frame: tuple[Any, ...] = marshal.loads(self._read(length))
        return frame

    def end(self) -> None:
        """Stop the child, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._answers.close()
        self._questions.close()

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        view, filled = memoryview(data), 0
        while filled < size:
            self._wait()
            count = os.readv(self._answers.fileno(), [view[filled:]])
            if not count:
                raise self._cause_of_death()
            filled += count
        return data

    def _wait(self) -> None:
        """Wait for bytes. Only waiting is counted: while the parent saves rows, the child waits for the parent. A pause
        in which the whole machine stands still counts as a second at most."""
        while True:
            since, at_most = time.monotonic(), max(0.0, min(self._left, AT_A_TIME))
            ready = self._poll.poll(at_most * 1000)
            self._left -= min(time.monotonic() - since, AT_A_TIME)
            if ready:
                return
            if self._left <= 0:
                raise self._too_long()

    def _too_long(self) -> Unreadable:
        return Unreadable(
            f"Reading the file took longer than {self._seconds:g} seconds and was stopped.",
            "Export a shorter period; if the file is small, it is damaged: export it again.",
        )

    def _cause_of_death(self) -> Unreadable:
        if self._process.wait() == _KILLED_BY_LIMIT:
            return self._too_long()
        return Unreadable(
            "Reading the file took too much memory or broke off, and was stopped.",
            "Export a shorter period; if the file is small, it is damaged: export it again.",
        )


@contextmanager
def spare_child(wanted: bool) -> Iterator[list[ChildProcess]]:
    """A child, if it is `wanted`, that loads what it needs while its question is not known yet. Whoever has the
    question takes it out of the list; else it ends here."""
    spare = [ChildProcess()] if wanted else []
    try:
        yield spare
    finally:
        for child in spare:
            child.end()


def _widen(descriptor: int) -> None:
    resize = getattr(fcntl, "F_SETPIPE_SZ", None)  # Linux only; elsewhere the pipe stays narrow
    if resize is not None:
        try:
            fcntl.fcntl(descriptor, resize, _PIPE_BYTES)
        except OSError:  # the machine's allowance for pipes is used up: slower, no more
            pass


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
