"""Where the program prints to: whatever becomes of that, jobs run and letters leave.

Cron lines end in `>&-`, in a pipe that nobody reads any more, on a disk that is full.
"""

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def open_streams() -> None:
    """Put "nowhere" in the place of a stream that the caller has closed, before a file of ours is opened under its
    number; complaints that cannot be printed are no failure."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or open(0, encoding="utf-8")
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")
    sys.stderr = _heedless(sys.stderr)


def print_heedlessly() -> None:
    """From here on, what cannot be printed is lost, and whoever prints goes on: for commands that are there to work."""
    if sys.stdout is sys.__stdout__:  # no test has put another one there
        sys.stdout = _heedless(sys.stdout)


class _Heedless(FileIO):
    """A stream that has taken everything, be it full, closed or read by nobody."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _heedless(stream: object) -> TextIOWrapper:
    assert isinstance(stream, TextIOWrapper)
    stream.flush()
    return TextIOWrapper(
        BufferedWriter(_Heedless(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=True,
    )
