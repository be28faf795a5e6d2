"""One run of a job at a time: a lock that the kernel keeps and that dies with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class UnderWay(Exception):
    """Another run holds the lock; the message is a sentence that says which."""


@contextmanager
def only_run(state_dir: Path, job: str, started: str) -> Iterator[None]:
    """Hold the lock of a job. Raises UnderWay at once where another process holds it."""
    folder = state_dir / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{job}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode("ascii", "replace").strip()
            raise UnderWay(f"{job} is under way in another process ({holder}). This run did nothing.") from None
        with suppress(OSError):  # a full disk: the lock holds all the same, it only does not say whose it is
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} since {started}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
