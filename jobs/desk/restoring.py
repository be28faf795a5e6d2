"""A backup by hand, and a backup put back."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
from sqlalchemy.engine import URL, make_url

from jobs.clinic.follow_ups import utc_text
from jobs.keep_house import back_up_with_secret
from jobs.mail.stop_secret import SecretDamaged, take_secret_back
from jobs.runner.discover import job_names
from jobs.runner.lock import UnderWay, only_run
from jobs.runner.log import open_log
from jobs.runner.settings import Settings
from jobs.runner.tools import Tools
from jobs.store.backups import (
    BackupFailed,
    cannot_write,
    clinics_in,
    close_up,
    copy_to_put_back,
    put_back,
    what_it_knows,
)
from jobs.store.late_wishes import take_over_wishes
from jobs.store.lost_database import copied_words, former_databases, how_many_left, is_empty, last_moment, newer_words
from jobs.store.marks import MarkUnusable
from jobs.store.memory import StoreUnusable, open_store
from jobs.store.restoring import begin_new_line, leave_mark_anew, note_restored, take_over_stops
from jobs.store.taking_over import take_over_letters

_STOPS = "Lines of the list `stop` that the backup does not know"
_LETTERS = "Letters that left, or may have left, of which the backup does not know it"
_FROM_OTHERS = "Of both those that the former database does not know"
_ANOTHER = (
    "{backup} lies in {folder}, which is of another clinic, and this one has no database yet ({database}). Say whose "
    "it is to be: run_jobs.py -C FOLDER restore …, with the folder that holds its config/. Nothing was changed."
)
_NOT_SQLITE = "This database is not SQLite; back it up and restore it by its own means."


def make_backup(tools: Tools, folder: Path | None) -> int:
    """Make a checked copy of the database now; give the exit code."""
    if tools.store.file is None:
        click.echo(_NOT_SQLITE, err=True)
        return 1
    try:
        path = back_up_with_secret(tools, tools.store.file, folder or tools.state_dir / "backups")
    except (BackupFailed, SecretDamaged) as reason:
        click.echo(str(reason), err=True)
        return 1
    click.echo(f"{path}: copied and checked. It holds patient data.")
    return 0


def restore(settings: Settings, backup: Path, now: datetime | None, is_named: bool = True) -> int:
    """Put a backup in the place of the database; give the exit code. `is_named`: a person has said which clinic's.

    What the backup cannot know is treated as if it had happened: letters that were due by now are held.
    """
    at = (now.replace(tzinfo=settings.clinic.tzinfo) if now else datetime.now(UTC)).astimezone(UTC)
    if (database := _database(settings)) is None:
        return 1
    other = None if is_named else _clinic_of(backup)
    if other and other != settings.state_dir.resolve() and is_empty(database):
        click.echo(_ANOTHER.format(backup=backup, folder=other, database=database), err=True)
        return 1
    url = make_url(settings.database_url)
    try:
        knows_until = what_it_knows(backup, settings.clinic.id)
        with ExitStack() as locks:
            _hold_locks(locks, settings, at)
            known = close_up(database)
            others = (clinics_in(backup) | clinics_in(database)) - {settings.clinic.id}
            with copy_to_put_back(backup, database) as copy:
                taken, unread, sign = Counter[str](), set[Path](), ""
                newer = _newer_backups(settings.state_dir, backup, knows_until)
                known_until = max(knows_until, *map(last_moment, newer)) if newer else knows_until
                is_all = last_moment(database) > known_until
                kept = former_databases(database)
                for clinic in (settings.clinic.id, *sorted(others)):
                    where = url.set(database=str(copy))
                    found = _note(where, clinic, knows_until or utc_text(at), at, (database, *newer), kept)
                    taken += found.taken
                    unread |= {*found.unread} - {database}
                    sign = sign or found.sign
                take_secret_back(settings.state_dir, backup.parent)
                aside = put_back(copy, database, known, at, settings.state_dir, sign)
    except (BackupFailed, UnderWay) as reason:
        click.echo(f"{reason} Nothing was changed.", err=True)
        return 1
    _tell(settings, backup, database, knows_until, aside)
    _tell_more(taken, unread, others)
    if not is_all:
        click.echo(f"Who has said no since {_in_words(settings, known_until)} is not known; enter it again (`stop`).")
    return 0


def believe(settings: Settings, now: datetime | None, who: str) -> int:
    """Take a person's word that the database that lies there is the right one; give the exit code."""
    at = (now.replace(tzinfo=settings.clinic.tzinfo) if now else datetime.now(UTC)).astimezone(UTC)
    if (database := _database(settings)) is None:
        return 1
    why = f"{database} is not there." if is_empty(database) else ""
    if why := why or copied_words(database, settings.state_dir) or newer_words(database, settings.state_dir):
        click.echo(why, err=True)
        return 1
    try:
        with ExitStack() as locks:
            _hold_locks(locks, settings, at)
            store = open_store(settings.database_url, settings.clinic.id)
            locks.callback(store.close)
            until, letters = what_it_knows(database, settings.clinic.id), how_many_left(database)
            leave_mark_anew(store, database, settings.state_dir)
    except (BackupFailed, UnderWay, StoreUnusable, MarkUnusable) as reason:
        click.echo(str(reason), err=True)
        return 1
    open_log(settings.state_dir).info("the database was called the right one", extra={"facts": {"by": who}})
    click.echo(
        f"{database} counts as the right one from now on. It knows all up to {_in_words(settings, until)}, and "
        f"{letters} letters that left; all others leave. If it is an older one after all, letters would leave again: "
        f"`run_jobs.py restore {database}` before the next run sees to it that none does."
    )
    return 0


def _clinic_of(backup: Path) -> Path | None:
    """The state folder of the clinic at work in which a file lies; None where it lies in none."""
    return next((folder for folder in backup.resolve().parents[:2] if (folder / "logs").is_dir()), None)


def _database(settings: Settings) -> Path | None:
    """The file of the database; None, and said, where it is none."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        click.echo(_NOT_SQLITE, err=True)
        return None
    return Path(url.database).resolve()


def _newer_backups(state_dir: Path, backup: Path, knows_until: str) -> list[Path]:
    """The backups that know more than this one, the newest first."""
    name = f"clinic-{knows_until.replace('-', '').replace(':', '')}"
    there = sorted((state_dir / "backups").glob("clinic-*Z.sqlite"), reverse=True)
    return [path for path in there if path.stem > name and path.resolve() != backup.resolve()]


def _hold_locks(locks: ExitStack, settings: Settings, at: datetime) -> None:
    """No job runs meanwhile. Raises UnderWay, or BackupFailed where the locks cannot be written."""
    try:
        for job in job_names():
            locks.enter_context(only_run(settings.state_dir, job, f"{at:%Y-%m-%d %H:%M} UTC"))
    except OSError as trouble:
        raise BackupFailed(cannot_write(settings.state_dir / "locks", trouble)) from None


class _Found(NamedTuple):
    """How much of what the backup did not know was taken over for a clinic, the files that could not be read, and the
    sign that the memory has given itself."""

    taken: Counter[str]
    unread: tuple[Path, ...]
    sign: str


def _note(
    copy: URL, clinic: str, knows_until: str, at: datetime, newer: Sequence[Path], kept: Sequence[Path]
) -> _Found:
    """Let the memory that is put back know of it for one clinic, of who must not be mailed all the same, and of what
    was sent, as the former database (the first of these) and newer backups know it. What was `kept` at an earlier
    restoring may be older: it tells of noes alone."""
    store = open_store(copy.render_as_string(hide_password=False), clinic)
    try:
        with store.begin() as memory:
            note_restored(memory, knows_until, utc_text(at))
            sign = begin_new_line(memory, newer[0])
            take_over_wishes(memory, newer)
            stops = take_over_stops(memory, (*newer, *kept), knows_until)
            letters = [take_over_letters(memory, other) for other in newer]
            taken = Counter({_STOPS: sum(stops.lines.values()), _LETTERS: sum(letters)})
            taken[_FROM_OTHERS] = taken.total() - stops.lines[newer[0]] - letters[0]
            return _Found(taken, stops.unread, sign)
    finally:
        store.close()


def _tell_more(taken: Counter[str], unread: set[Path], others: set[str]) -> None:
    known_by = "the former database" + (" and newer backups" if taken[_FROM_OTHERS] else "")
    for what in (_LETTERS, _STOPS):
        if taken[what]:
            click.echo(f"{what}, taken over from {known_by}: {taken[what]}.")
    for file in sorted(unread):
        click.echo(f"{file} cannot be read. Who said no, as far as this file alone knows it, must be entered (`stop`).")
    if others:
        names = ", ".join(sorted(others))
        click.echo(f"The database also holds {names}: their letters are held likewise; run their pulls next, too.")


def _in_words(settings: Settings, moment: str) -> str:
    if not moment:
        return "its making"
    return f"{datetime.fromisoformat(moment).astimezone(settings.clinic.tzinfo):%a %d %b %Y, %H:%M}"


def _tell(settings: Settings, backup: Path, database: Path, knows_until: str, aside: Path | None) -> None:
    click.echo(f"{backup} is in place, as {database}; it knows all up to {_in_words(settings, knows_until)}.")
    if aside:
        click.echo(f"The former database is kept as {aside}.")
    click.echo(
        "Letters that were due by now are held, for they may have left: `outbox` lists them. "
        "Run the pull next; it reads what came since."
    )
