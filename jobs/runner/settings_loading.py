"""Loads config/ for a run: what was checked once is kept, so that an unchanged clinic.yaml costs nothing."""

import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.faults import Fault
from jobs.machine.program_files import program_print
from jobs.machine.whole_files import is_private, keep_for_speed
from jobs.runner.settings import Settings, SettingsFaulty

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_PROGRAM = Path(__file__).resolve().parents[1]
_READ_IT = "Let the user that runs the jobs read it."
_NOT_WHOLE = "Is the program whole? Install it again, its packages too (docs/it.md, Upgrading)."
CONFIG_FILES = ("clinic.yaml", "sources.yaml", "follow_ups.yaml", "jobs.yaml")


def load_settings(home: Path) -> Settings:
    """The settings of `home`/config. Raises SettingsFaulty."""
    return start_loading(home).settings()


@contextmanager
def telling_of_faults(home: Path, now: datetime | None = None) -> Iterator[None]:
    """Where jobs were to run and the settings cannot be used, the watchdog and the IT person hear of it, by the last
    settings that could; SettingsFaulty is raised all the same."""
    try:
        yield
    except SettingsFaulty as faulty:
        with suppress(Exception):  # an earlier program may have kept them in another form
            if (good := last_good(home)) is not None:
                from jobs.runner.health import tell_of_faults
                from jobs.runner.tools import in_zone

                tell_of_faults(good, faulty.faults, in_zone(now or datetime.now(UTC), good.clinic.tzinfo))
        raise


class Loading(NamedTuple):
    """Settings that are on their way: whether they are there, and what waits for them. That raises SettingsFaulty."""

    there: bool
    settings: Callable[[], Settings]


def start_loading(home: Path) -> Loading:
    """Begin to load the settings of `home`/config. Raises SettingsFaulty.

    Settings that were checked once are kept in the state folder under the digest of the files and of the program, so
    that a run with unchanged settings neither parses nor checks them again. They are checked in a process of its own:
    what that takes is not carried along by the run.
    """
    contents = _contents(home)
    digest = sha256(_program_print())
    digest.update(os.fsencode(home.resolve()) + b"\n")
    for name, content in contents.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    kept = _kept(home, digest.hexdigest())
    if kept is not None:
        return Loading(True, lambda: kept)
    from multiprocessing import get_context

    context = get_context("fork")
    line, theirs = context.Pipe()
    process = context.Process(target=_check_apart, args=(home, contents, theirs), daemon=True)
    process.start()
    theirs.close()

    def settings_or_faults() -> Settings:
        try:
            checked = line.recv()
        except EOFError:
            process.join()
            raise SettingsFaulty([Fault("config/", 0, "The check of the settings broke off.", "Try again.")]) from None
        process.join()
        if not isinstance(checked, Settings):
            raise SettingsFaulty(checked)
        _keep(checked, home, digest.hexdigest())
        return checked

    return Loading(False, settings_or_faults)


def _check_apart(home: Path, contents: Mapping[str, bytes], line: "Connection") -> None:
    from jobs.runner.settings_check import check_settings

    try:
        line.send(check_settings(home, contents))
    except SettingsFaulty as faulty:
        line.send(faulty.faults)
    except Exception as error:  # the program itself, such as one that is half replaced
        from jobs.runner.faltering import places

        where = "".join(f" at {place}" for place in places(error)[-1:])
        what = f"The check of the settings broke off: {type(error).__name__}{where}."
        line.send([Fault("", 0, what, _NOT_WHOLE)])


def _contents(home: Path) -> dict[str, bytes]:
    """The four files as they are, b"" for one that is missing. Raises SettingsFaulty where one cannot be read."""
    if not (home / "config").is_dir():
        remedy = f"`python run_jobs.py -C {quote(str(home))} init` writes one; -C names the folder that holds config/."
        raise SettingsFaulty([Fault(str(home), 0, "There is no config/ in this folder.", remedy)])
    found, faults = {}, []
    for name in CONFIG_FILES:
        try:
            found[name] = (home / "config" / name).read_bytes()
        except FileNotFoundError:
            found[name] = b""
        except OSError as error:
            faults.append(Fault(f"config/{name}", 0, f"The file cannot be read ({error.strerror}).", _READ_IT))
    if faults:
        raise SettingsFaulty(faults)
    return found


def _program_print() -> bytes:
    """What changes when the program or its Python does: a kept setting must not outlive the code that checked it."""
    rooms = [_PROGRAM / room for room in ("articles", "clinic", "google", "mail", "runner", "sources")]
    jobs = sorted(name for name in os.listdir(_PROGRAM) if name.endswith(".py"))
    return "\n".join([*jobs, ""]).encode() + program_print(*rooms)


def _cache(home: Path) -> Path:
    return home / "var" / "cache"


def _kept(home: Path, digest: str) -> Settings | None:
    return _unpacked(_cache(home) / _name(home, digest))


def last_good(home: Path) -> Settings | None:
    """The settings that were kept last, whatever config/ and the program are now."""
    return next(filter(None, map(_unpacked, _cache(home).glob(_name(home, "*")))), None)


def _name(home: Path, digest: str) -> str:
    """Of a folder that is a copy of another, the settings of that one are not its own."""
    return f"settings-{sha256(os.fsencode(home.resolve())).hexdigest()[:8]}-{digest[:24]}"


def _unpacked(path: Path) -> Settings | None:
    try:
        kept = pickle.loads(path.read_bytes()) if is_private(path) else None
    except Exception:  # a damaged cache is no fault: the settings are checked anew
        return None
    return kept if isinstance(kept, Settings) else None


def _keep(settings: Settings, home: Path, digest: str) -> None:
    folder = _cache(home)
    with suppress(OSError):
        for old in folder.glob("settings-*"):
            old.unlink()
    keep_for_speed(folder / _name(home, digest), pickle.dumps(settings))
