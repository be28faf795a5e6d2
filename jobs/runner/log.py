"""The log: one JSON object a line, rotated, without patient data."""

import json
import logging
import os
import re
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[A-Za-z]{2,}")
_LARGEST = 2_000_000  # bytes of one log file
_KEPT = 8


class _JsonLines(logging.Formatter):
    """Whatever is logged, an e-mail address in it is masked: ids and counts are what a log may tell."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        return _ADDRESS.sub("<address>", json.dumps(said, ensure_ascii=False, default=str))


def open_log(state_dir: Path) -> logging.Logger:
    """The log of this installation, in state_dir/logs/clinic.log, for its user alone."""
    log = logging.getLogger("clinic")
    folder = state_dir / "logs"
    path = str(folder / "clinic.log")
    if any(getattr(handler, "baseFilename", "") == os.path.abspath(path) for handler in log.handlers):
        return log
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
    os.chmod(path, 0o600)
    handler.setFormatter(_JsonLines())
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    return log
