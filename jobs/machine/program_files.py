"""What tells the program as it is from the program as it was: what is kept for speed must not outlive it."""

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path


def program_print(*where: Path, endings: tuple[str, ...] = (".py",)) -> bytes:
    """What changes when one of these files does, or Python. A folder stands for its own files with these endings.

    Time and size of a file tell, as they do for Python's own compiled files: to read them all would take longer than
    what is kept saves.
    """
    stamps = [_stamp(name, status) for place in where for name, status in _files(os.fspath(place), endings)]
    return "\n".join([sys.version, *stamps]).encode()


def whole_program_print(program: Path) -> bytes:
    """The same of all that a process may still have to load: the program's own files and the libraries' versions. Of a
    program that is just being replaced, b""."""
    rooms = [folder for folder, _, _ in os.walk(program / "jobs") if not folder.endswith("__pycache__")]
    try:
        ours = program_print(program / "run_jobs.py", *map(Path, sorted(rooms)))
        libraries = [path for path in (Path(sysconfig.get_path("purelib")),) if path.is_dir()]
        return ours + program_print(*libraries, endings=(".dist-info",))
    except OSError:
        return b""


def _files(place: str, endings: tuple[str, ...]) -> Iterable[tuple[str, os.stat_result]]:
    if not os.path.isdir(place):
        return [(os.path.basename(place), os.stat(place))]
    with os.scandir(place) as entries:
        return sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(endings))


def _stamp(name: str, status: os.stat_result) -> str:
    return f"{name} {status.st_mtime_ns} {status.st_size}"
