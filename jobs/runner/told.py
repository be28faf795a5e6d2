"""Which failures the IT person was told of today, remembered also where the database cannot be used.

A mark is an empty file whose name says it all: a full disk takes it still. Where the state folder takes none, the
system's folder for temporary files does.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path

_NUMBERS = re.compile(r"(?:\d+ (?:week|day|hour|minute|second)s?[ ,]*)+|\d+(?: \d+)*")


def told_today(state_dir: Path, job: str, sentence: str, today: date) -> bool:
    """Whether this failure of a job was told of on this day. It is the same one whatever numbers and moments its
    sentence holds, and however many numbers of letters."""
    mark = _mark(state_dir, job, sentence, today)
    return any(os.path.exists(folder / mark) for folder in _folders(state_dir))  # False also where it may not look


def note_told(state_dir: Path, job: str, sentence: str, today: date) -> bool:
    """Remember it until the day is over, and forget what was told on other days. False where another process has just
    remembered the same."""
    for folder in _folders(state_dir):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in folder.iterdir():
                if not old.name.startswith(f"{today} "):
                    old.unlink(missing_ok=True)
            mark = folder / _mark(state_dir, job, sentence, today)
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            return True
        except OSError:
            if told_today(state_dir, job, sentence, today):
                return False
    return True


def forget_told(state_dir: Path, job: str, sentence: str, today: date) -> None:
    """It could not be told of: the next run tries again."""
    for folder in _folders(state_dir):
        with suppress(OSError):
            (folder / _mark(state_dir, job, sentence, today)).unlink(missing_ok=True)


def _mark(state_dir: Path, job: str, sentence: str, today: date) -> str:
    same = f"{state_dir.resolve()} {_NUMBERS.sub('#', sentence)}"
    return f"{today} {job} {sha256(same.encode()).hexdigest()[:16]}"


def _folders(state_dir: Path) -> Iterator[Path]:
    """Where marks can lie. What somebody else has made among the temporary files is not believed."""
    yield state_dir / "told"
    spare = Path(tempfile.gettempdir()) / f"clinic-told-{os.getuid()}"
    if not spare.is_symlink() and (not spare.exists() or spare.stat().st_uid == os.getuid()):
        yield spare
