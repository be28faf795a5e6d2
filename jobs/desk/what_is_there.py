"""What settings name and this machine must have: files beside config/, their rights, the database's driver."""

import stat
from collections.abc import Iterator
from pathlib import Path

from jobs.clinic.faults import Fault
from jobs.runner.settings import Settings
from jobs.runner.yaml_file import Location, Unreadable, read_yaml
from jobs.sources.files import is_address, matching_files
from jobs.sources.source import Source
from jobs.store.lost_database import why_unusable

_CLINIC = "config/clinic.yaml"


def unusable_here(home: Path, settings: Settings) -> Iterator[Fault]:
    """What the settings name and no run could use."""
    for kind, place, file in _secrets(settings):
        if file and _others_read(Path(file)):
            what = f"Others can read the {kind} {file}, so no run uses it."
            yield Fault(_CLINIC, _line(home, place), what, f"Run: chmod 600 {file}")
    if missing := _missing_driver(settings.installation.database):
        what = f"database: the driver of its kind of database is not installed ({missing})."
        remedy = "Leave it empty for SQLite in state_dir, which is what is supported."
        yield Fault(_CLINIC, _line(home, ("installation", "database")), what, remedy)
    elif sentence := _why_no_database(settings):
        yield Fault("", 0, sentence)


def _secrets(settings: Settings) -> tuple[tuple[str, Location, str], ...]:
    mail, google = settings.mail, settings.google
    return (
        ("password file", ("mail", "smtp", "password_file"), mail.smtp.password_file),
        ("password file", ("mail", "mailbox", "password_file"), mail.mailbox.password_file),
        ("key", ("google", "service_account_file"), google.service_account_file),
    )


def missing_secrets(settings: Settings) -> Iterator[str]:
    """A sentence for each password file or key of Google that is not there, or is none. It may lie on the server
    alone, so that it is no fault of the settings."""
    for kind, _, file in _secrets(settings):
        if file and not Path(file).is_file():
            yield f"The {kind} {file} is not there. Where the jobs run it must be."
    if (key := Path(settings.google.service_account_file)).is_file() and not _others_read(key):
        from jobs.google.sign_in import credentials_for
        from jobs.google.trouble import SignInNeeded

        try:
            credentials_for(settings.google, (), settings.state_dir)
        except SignInNeeded as why:
            yield str(why)


def missing_files(home: Path, sources: tuple[Source, ...]) -> Iterator[str]:
    """A sentence for each file of appointments that is not there yet."""
    for source in sources:
        if source.path and not is_address(source.path) and _beside(source.path) and not any(home.glob(source.path)):
            yield f"Source {source.name}: no file is there yet that matches {source.path}."
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


def _why_no_database(settings: Settings) -> str:
    """What a run would say of a database that is lost or damaged; "" where it is there, where there never was one, or
    where it is no file."""
    database = settings.state_dir / "clinic.sqlite"
    if settings.installation.database:
        from sqlalchemy import make_url

        url = make_url(settings.installation.database)
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return ""
        database = Path(url.database)
    if not (sentence := why_unusable(database, settings.state_dir)):
        return ""
    from jobs.runner.faltering import database_remedy

    return f"{sentence}{database_remedy(sentence)}"


def _line(home: Path, place: Location) -> int:
    try:
        return read_yaml(_CLINIC, (home / _CLINIC).read_bytes()).line(place)
    except (Unreadable, OSError):
        return 0
