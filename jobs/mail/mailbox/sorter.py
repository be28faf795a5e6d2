"""Foreign mail is opened in a process of its own, which has no database, no mailbox and no way out.

A mail that keeps it busy without end, or takes all memory, ends this process and not the run, and is left to a person.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from jobs.machine.apart import Apart
from jobs.mail.mailbox.sorting import Sorted, sort_mail

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_SECONDS = 10.0  # for one mail; a usual one takes a thousandth
_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 600
UNREADABLE = Sorted("other", detail="it could not be opened")


class Sorter:
    """Says of each mail what it is; the process begins with the first one."""

    def __init__(self, secret: bytes, clinic_id: str, seconds: float = _SECONDS) -> None:
        self._known = secret, clinic_id
        self._seconds = seconds
        self._apart: Apart | None = None

    def __enter__(self) -> "Sorter":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def sort(self, data: bytes) -> Sorted:
        """What this mail is; UNREADABLE where that cannot be found out within its time and memory."""
        self._apart = self._apart or Apart(_work, *self._known, memory_bytes=_MEMORY_BYTES, cpu_seconds=_CPU_SECONDS)
        line = self._apart.line
        try:
            line.send_bytes(data)
            if self._apart.answers(self._seconds):
                return cast(Sorted, line.recv())
        except (EOFError, OSError):
            pass
        self._end()
        return UNREADABLE

    def _end(self) -> None:
        if self._apart:
            self._apart.end()
        self._apart = None


def _work(line: "Connection", secret: bytes, clinic_id: str) -> None:
    with suppress(EOFError, OSError):  # the run has ended
        while True:
            line.send(_sorted(line.recv_bytes(), secret, clinic_id))


def _sorted(data: bytes, secret: bytes, clinic_id: str) -> Sorted:
    try:
        return sort_mail(data, secret, clinic_id)
    except Exception:  # its text may quote the mail; a library may stumble over anything
        return UNREADABLE
