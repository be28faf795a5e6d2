"""What settings name and this machine must have: files beside config/, their rights, the database's driver."""

import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from jobs.clinic.faults import Fault
from jobs.clinic.problems import WITHOUT_PASSWORD
from jobs.desk.place import user_name
from jobs.machine.room_left import why_no_room
from jobs.mail.stop_secret import why_unusable as why_no_secret
from jobs.runner.settings import Settings
from jobs.runner.yaml_file import Location, Unreadable, read_yaml
from jobs.sources.files import folder_not_there, holds_password, is_address, matching_files
from jobs.sources.source import Source
from jobs.store.early_look import early_bookings
from jobs.store.lost_database import why_unusable
from jobs.store.marks import cannot_be_written

_CLINIC, _SOURCES = "config/clinic.yaml", "config/sources.yaml"


def unusable_here(home: Path, settings: Settings) -> Iterator[Fault]:
    """What the settings name and no run could use."""
    for kind, place, file in _secrets(settings):
        if file and _others_read(Path(file)):
            what = f"Others can read the {kind} {file}, so no run uses it."
            yield Fault(_CLINIC, _line(home, place), what, f"Run: chmod 600 {file}")
    for number, source in enumerate(settings.sources):
        if holds_password(source.path):
            what = f"Source {source.name}: a name and a password in the calendar's address cannot be used."
            yield Fault(_SOURCES, _line(home, ("sources", number, "path"), _SOURCES), what, WITHOUT_PASSWORD)
    if missing := _missing_driver(settings.installation.database):
        what = f"database: the driver of its kind of database is not installed ({missing})."
        remedy = "Leave it empty for SQLite in state_dir, which is what is supported."
        yield Fault(_CLINIC, _line(home, ("installation", "database")), what, remedy)
    elif sentence := why_no_state(settings.state_dir) or _why_no_room(settings):
        yield Fault("", 0, sentence)
    elif database := _database(settings):
        if sentence := _why_no_database(settings, database):
            yield Fault("", 0, sentence)
        if sentence := why_no_secret(settings.state_dir, _misses_secret(settings, database)):
            yield Fault("", 0, sentence)
    if sentence := _why_no_key(settings):
        yield Fault(_CLINIC, _line(home, ("google", "service_account_file")), sentence)


def _secrets(settings: Settings) -> tuple[tuple[str, Location, str], ...]:
    mail, google = settings.mail, settings.google
    return (
        ("password file", ("mail", "smtp", "password_file"), mail.smtp.password_file),
        ("password file", ("mail", "mailbox", "password_file"), mail.mailbox.password_file),
        ("key", ("google", "service_account_file"), google.service_account_file),
    )


def missing_secrets(settings: Settings) -> Iterator[str]:
    """A sentence for each password file or key of Google that is not there. It may lie on the server alone, so that it
    is no fault of the settings."""
    for kind, _, file in _secrets(settings):
        if file and not Path(file).is_file():
            yield f"The {kind} {file} is not there. Where the jobs run it must be."


def unfollowed(settings: Settings, now: datetime | None) -> Iterator[str]:
    """A sentence for each source that is named no more and has coming appointments, with the remedy."""
    from jobs.clinic.follow_ups import utc_text
    from jobs.clinic.problems import named_no_more_words

    moment = now.replace(tzinfo=settings.clinic.tzinfo) if now else datetime.now(UTC)
    at = utc_text(moment)
    for source, count in early_bookings(settings.database_url, settings.clinic.id, at):
        if source not in settings.source_names:
            yield " ".join(named_no_more_words(source, count))


def _why_no_key(settings: Settings) -> str:
    """What a run would say of a key of Google that is there and is none, or cannot be read."""
    if not (key := Path(settings.google.service_account_file)).is_file() or _others_read(key):
        return ""
    from jobs.google.sign_in import credentials_for
    from jobs.google.trouble import SignInNeeded

    try:
        credentials_for(settings.google, (), settings.state_dir)
    except SignInNeeded as why:
        return str(why)
    return ""


def _why_no_room(settings: Settings) -> str:
    """A sentence where the jobs could write nothing new, nor enlarge the database; "" where there is none yet."""
    database = _database(settings)
    folders = dict.fromkeys((settings.state_dir, *([database.parent] if database else [])))
    return next(filter(None, (why_no_room(folder) for folder in folders if folder.is_dir())), "")


_WRITTEN_ON = re.compile(r"logs/clinic\.log(\.lock)?|locks/.+|outbox\.journal|[^/]+\.sqlite(-wal|-shm)?")
"""What is written to in place, by its name in the state folder; all else is read, and replaced whole."""
_LETTERS = re.compile(r"(outbox|demo)(/|$)")


def why_no_state(state_dir: Path) -> str:
    """A sentence where this user cannot read or write what the jobs keep in the state folder, naming the first of it;
    "" where all can be used, or where there is none yet. Letters that were written there for a person to look at do not
    count, former databases neither."""
    cannot = [path for path in _kept_in(state_dir) if not _usable(path, path.relative_to(state_dir).as_posix())]
    if not cannot:
        return ""
    if os.access(cannot[0], os.R_OK | os.W_OK):
        return f"{cannot[0]}: a file stands where a folder belongs, or a folder where a file does. Move it away."
    if not os.access(state_dir, os.W_OK) and os.statvfs(state_dir).f_flag & os.ST_RDONLY:
        return f"{state_dir}: the disk can only be read, not written. No job can begin until it can."
    more = f" So it is with {len(cannot) - 1} more in that folder." if cannot[1:] else ""
    return (
        f"{cannot[0]}: this user ({user_name()}) may not read or write it.{more} Give it to the user that runs the "
        "jobs, and call every command as that user."
    )


def _kept_in(state_dir: Path) -> Iterator[Path]:
    if not state_dir.is_dir():
        return
    yield state_dir
    for here, folders, files in os.walk(state_dir):
        inside = Path(here)
        folders[:] = [name for name in folders if not _LETTERS.match((inside / name).relative_to(state_dir).as_posix())]
        yield from (inside / name for name in (*folders, *files) if "-before-" not in name)


def _usable(path: Path, name: str) -> bool:
    """Whether this user can do with it what the jobs do; what a run has just taken away is no trouble."""
    written_on = _WRITTEN_ON.fullmatch(name)
    if path.is_dir():
        return os.access(path, os.R_OK | os.W_OK | os.X_OK) and not written_on
    rights = os.R_OK | os.W_OK if written_on else os.R_OK
    return (os.access(path, rights) or not os.path.lexists(path)) and name not in ("logs", "locks")


def missing_files(home: Path, sources: tuple[Source, ...]) -> Iterator[str]:
    """A sentence for each file of appointments that is not there yet."""
    for source in sources:
        if source.path and not is_address(source.path) and _beside(source.path) and not any(home.glob(source.path)):
            gone = folder_not_there(source.path, home)
            why = f": the folder {gone} is not there" if gone else ""
            yield f"Source {source.name}: no file is there yet that matches {source.path}{why}."
        if source.join and not _found(home, source.join.path):
            yield (
                f"Source {source.name}: no file is there yet that matches {source.join.path} (join: path:). "
                "Without it no row of this source is read."
            )


def _beside(path: str) -> bool:
    """Whether a pattern lies beside config/; others are looked at when they are read."""
    return not path.startswith(("/", "~"))


def _found(home: Path, path: str) -> bool:
    try:
        return bool(matching_files(path, home))
    except OSError:
        return False


def _others_read(file: Path) -> bool:
    try:
        return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except OSError:  # it may lie on another machine alone
        return False


def _missing_driver(database: str) -> str:
    """The package without which a database of this kind cannot be opened, "" where nothing is missing."""
    if not database:
        return ""
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    try:
        make_url(database).get_dialect().import_dbapi()
    except ImportError as error:
        return error.name or "its package"
    except SQLAlchemyError as error:
        return type(error).__name__
    return ""


def _database(settings: Settings) -> Path | None:
    """The file of the database; None where it is none."""
    if not settings.installation.database:
        return settings.state_dir / "clinic.sqlite"
    from sqlalchemy import make_url

    url = make_url(settings.installation.database)
    is_file = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(url.database or "") if is_file else None


def _why_no_database(settings: Settings, database: Path) -> str:
    """What a run would say of a database that is lost or damaged; "" where it is there, or where there never was
    one."""
    if not (sentence := why_unusable(database, settings.state_dir, settings.clinic.id)):
        if database.exists():
            return cannot_be_written(settings.state_dir)
        return ""
    from jobs.runner.faltering import database_remedy

    return f"{sentence}{database_remedy(sentence)}"


def _misses_secret(settings: Settings, database: Path) -> bool:
    """Whether the file of the secret is gone, and the database of letters that have left keeps none either."""
    if (settings.state_dir / "secret").exists():
        return False
    from jobs.store.kept_secret import would_be_missed  # the database library is loaded for it

    return would_be_missed(database, settings.clinic.id)


def _line(home: Path, place: Location, file: str = _CLINIC) -> int:
    try:
        return read_yaml(file, (home / file).read_bytes()).line(place)
    except (Unreadable, OSError):
        return 0
