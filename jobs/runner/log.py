"""The log: one JSON object a line, rotated, without patient data."""

import fcntl
import json
import logging
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"',;\\]+")
_LARGEST = 2_000_000  # bytes of one log file
_KEPT = 8


def without_addresses(text: str) -> str:
    """The text with every e-mail address in it masked: ids and counts are what may leave the clinic's memory."""
    return _ADDRESS.sub("<address>", text)


class _JsonLines(logging.Formatter):
    """Time, level, event and facts; never an exception's text or its traceback, which can hold a patient's row."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return without_addresses(json.dumps(said, ensure_ascii=False, default=str))


class _LogFile(RotatingFileHandler):
    """A log that its user alone can read, that two processes may write at once, and that never fails a job."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; where another process has rotated the file meanwhile, into the new one."""
        try:
            with open(f"{self.baseFilename}.lock", "ab", opener=_private) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._follow()
                super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk stops no job; what the job says of itself is in the store as well."""

    def close(self) -> None:
        with suppress(OSError):
            super().close()

    def _follow(self) -> None:
        if self.stream is None:
            return
        try:
            moved = os.stat(self.baseFilename).st_ino != os.fstat(self.stream.fileno()).st_ino
        except FileNotFoundError:
            moved = True
        if moved:
            self.stream.close()
            self.stream = self._open()

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def forget_logs(state_dir: Path, before: datetime) -> int:
    """Delete rotated logs that were last written before a moment; say how many went."""
    old = [path for path in (state_dir / "logs").glob("clinic.log.[0-9]*") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def open_log(state_dir: Path) -> logging.Logger:
    """The log of this installation, in state_dir/logs/clinic.log. Raises OSError where it cannot be written."""
    log = logging.getLogger("clinic")
    folder = state_dir / "logs"
    path = str(folder / "clinic.log")
    if any(getattr(handler, "baseFilename", "") == os.path.abspath(path) for handler in log.handlers):
        return log
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    open(f"{path}.lock", "ab", opener=_private).close()  # a line that could not be written is missed by nobody
    handler = _LogFile(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    return log
