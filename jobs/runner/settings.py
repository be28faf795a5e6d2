"""Everything that config/ says, checked; every fault of every file is found at once, with its line."""

import os
import pickle
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.clinic.durations import parse_duration
from jobs.clinic.faults import Fault
from jobs.clinic.follow_ups import FollowUps
from jobs.clinic.profile import ClinicProfile
from jobs.mail.settings import MailSettings, is_plain_address
from jobs.runner.schedule import JobSettings
from jobs.sources.source import Source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CONFIG_FILES = ("clinic.yaml", "sources.yaml", "follow_ups.yaml", "jobs.yaml")


class SettingsFaulty(Exception):
    """The settings cannot be used; `faults` says why, each with file, line and remedy."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Installation:
    """Where this installation keeps its state, and whom it tells when something fails."""

    state_dir: str = "var"
    database: str = ""  # an SQLAlchemy URL; "": SQLite in state_dir
    it_email: str = ""
    healthcheck_url: str = ""
    pull_within: str = "2 days"  # letters wait where the last good pull is older
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not self.state_dir.strip():
            raise ValueError("state_dir is empty; write var, or another folder that only this program uses.")
        if self.database and not re.match(r"[a-z0-9+]+://", self.database):
            raise ValueError("database must be empty or an address, such as postgresql://clinic@db.example/clinic.")
        if self.it_email and not is_plain_address(self.it_email):
            raise ValueError(f'it_email is "{self.it_email}"; write one bare address, such as it@clinic.example.')
        if self.healthcheck_url and not re.fullmatch(r"https?://[!-~]+", self.healthcheck_url):
            raise ValueError(f'healthcheck_url is "{self.healthcheck_url}"; it must begin with https://.')
        parse_duration(self.pull_within)


@dataclass(frozen=True)
class ClinicFile:
    """config/clinic.yaml"""

    clinic: ClinicProfile
    mail: MailSettings
    installation: Installation = Installation()
    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class SourcesFile:
    """config/sources.yaml"""

    sources: tuple[Source, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        _each_once("sources", [source.name for source in self.sources])


@dataclass(frozen=True)
class JobsFile:
    """config/jobs.yaml"""

    jobs: tuple[JobSettings, ...] = ()
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        _each_once("jobs", [job.name for job in self.jobs])


def _each_once(kind: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f'two {kind} are named "{twice[0]}"; keep one, or give one of them another name.')


@dataclass(frozen=True)
class Settings:
    """What the jobs are told; paths are absolute."""

    clinic: ClinicProfile
    mail: MailSettings
    sources: tuple[Source, ...]
    follow_ups: FollowUps
    jobs: tuple[JobSettings, ...]
    installation: Installation
    state_dir: Path
    database_url: str


def load_settings(home: Path) -> Settings:
    """The settings of `home`/config. Raises SettingsFaulty."""
    return start_loading(home)()


def start_loading(home: Path) -> Callable[[], Settings]:
    """Begin to load the settings of `home`/config; what comes back waits for them. Both raise SettingsFaulty.

    Settings that were checked once are kept in the state folder under the digest of the files and of the program, so
    that a run with unchanged settings neither parses nor checks them again. They are checked in a process of its own:
    what that takes is not carried along by the run.
    """
    contents = _contents(home)
    digest = sha256(_program_print())
    digest.update("\n".join([str(home.resolve()), *letter_names(home), ""]).encode())
    for name, content in contents.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    kept = _kept(home, digest.hexdigest())
    if kept is not None:
        return lambda: kept
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

    return settings_or_faults


def _check_apart(home: Path, contents: Mapping[str, bytes], line: "Connection") -> None:
    from jobs.runner.settings_check import check_settings

    try:
        line.send(check_settings(home, contents))
    except SettingsFaulty as faulty:
        line.send(faulty.faults)


def settled(home: Path, clinic: ClinicFile, sources: SourcesFile, follow_ups: FollowUps, jobs: JobsFile) -> Settings:
    """Put the four files together and make their paths absolute."""
    state_dir = (home / clinic.installation.state_dir).resolve()
    url = clinic.installation.database or f"sqlite:///{state_dir / 'clinic.sqlite'}"
    return Settings(
        clinic.clinic,
        clinic.mail,
        tuple(replace(source) for source in sources.sources),
        follow_ups,
        jobs.jobs,
        clinic.installation,
        state_dir,
        url,
    )


def letter_names(home: Path) -> list[str]:
    """The letters that a rule may name: the Markdown files of home/templates but the one that explains them."""
    return sorted(path.name for path in (home / "templates").glob("*.md") if path.name.lower() != "readme.md")


def _contents(home: Path) -> dict[str, bytes]:
    """The four files as they are, b"" for one that is missing. Raises SettingsFaulty where one cannot be read."""
    if not (home / "config").is_dir():
        remedy = f"`python run_jobs.py -C {home} init` writes one; -C names the folder that holds config/."
        raise SettingsFaulty([Fault(str(home), 0, "There is no config/ in this folder.", remedy)])
    found, faults = {}, []
    for name in CONFIG_FILES:
        try:
            found[name] = (home / "config" / name).read_bytes()
        except FileNotFoundError:
            found[name] = b""
        except OSError as error:
            faults.append(Fault(f"config/{name}", 0, f"The file cannot be read ({error.strerror})."))
    if faults:
        raise SettingsFaulty(faults)
    return found


def _program_print() -> bytes:
    """What changes when the program or its Python does: a kept setting must not outlive the code that checked it."""
    root = Path(__file__).resolve().parents[1]
    rooms = ("clinic", "mail", "runner", "sources")
    stamps = [
        f"{path.name}{(status := path.stat()).st_mtime_ns}{status.st_size}"
        for room in rooms
        for path in sorted((root / room).glob("*.py"))
    ]
    job_files = sorted(path.name for path in root.glob("*.py"))
    return (sys.version + "".join(stamps + job_files)).encode()


def _cache(home: Path) -> Path:
    return home / "var" / "cache"


def _kept(home: Path, digest: str) -> Settings | None:
    path = _cache(home) / f"settings-{digest[:24]}"
    try:
        if path.stat().st_uid != os.getuid() or path.stat().st_mode & 0o077:
            return None
        kept = pickle.loads(path.read_bytes())
    except Exception:  # a damaged cache is no fault: the settings are checked anew
        return None
    return kept if isinstance(kept, Settings) else None


def _keep(settings: Settings, home: Path, digest: str) -> None:
    folder = _cache(home)
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for old in folder.glob("settings-*"):
            old.unlink()
        path = folder / f"settings-{digest[:24]}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pickle.dumps(settings))
    except OSError:
        return
