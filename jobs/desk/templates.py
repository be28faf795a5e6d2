"""The versions of the letters: what was saved when, what it said, and how to have it back."""

import difflib
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.languages import language_name
from jobs.clinic.letter_names import language_of, own_letter
from jobs.desk.check import local_words
from jobs.desk.preview import concerns
from jobs.desk.terminal import open_console
from jobs.machine.whole_files import write_whole
from jobs.mail.kept_versions import KeptVersions, Version
from jobs.mail.letter_forms import PARTS
from jobs.mail.templates import VERSIONS, letter_files
from jobs.runner.settings import Settings
from jobs.sending.letter_loading import load_clinic_letters


class VersionUnknown(Exception):
    """There is no such letter or version; the message is a sentence with the nearest name."""


def show_history(home: Path, settings: Settings, letter: str) -> None:
    """Print every version of one letter, or with "" how many there are of each."""
    kept = _up_to_date(home, settings)
    zone = settings.clinic.tzinfo
    if not letter:
        table = Table("File", "Versions", "Last saved", "Check")
        for name in kept.names():
            versions = kept.history(name)
            last = versions[-1]
            table.add_row(name, str(len(versions)), local_words(last.saved_at, zone), _verdict(last))
        open_console().print(table)
        return
    name = _file_named(kept, letter)
    table = Table("Version", "Saved", "How", "Check", "Lines against the one before")
    before: Version | None = None
    for version in kept.history(name):
        saved, change = local_words(version.saved_at, zone), _change(kept, before, version)
        table.add_row(str(version.number), saved, version.how, _verdict(version), change)
        before = version
    open_console().print(table)
    click.echo(f"See one with `templates show {name} VERSION`; have one back with `templates restore {name} VERSION`.")


def show_version(home: Path, settings: Settings, letter: str, number: int) -> None:
    """Print what a version says."""
    kept = _up_to_date(home, settings)
    name = _file_named(kept, letter)
    click.echo(_text(kept, name, _numbered(kept, name, number)).decode("utf-8", "replace"), nl=False)


def restore(home: Path, settings: Settings, letter: str, number: int) -> bool:
    """Put a version back into templates/; what stands there now stays a version too. False where it has faults."""
    kept = _up_to_date(home, settings)
    name = _file_named(kept, letter)
    version = _numbered(kept, name, number)
    data, path = _text(kept, name, version), home / "templates" / name
    if _says(path, data):
        click.echo(f"templates/{name} says what version {number} says; nothing was changed.")
        return True
    undo = f"templates restore {name} {kept.history(name)[-1].number}" if path.exists() else ""
    _replace(path, data)
    kept.saw(name, data, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", f"version {number} restored")
    undo = f": {undo}" if undo else ", delete the file."
    if language_of(name) and not undo.startswith(":"):
        undo = f", delete the file and write: templates retire {name}"
    click.echo(f"templates/{name} is version {number} again. To undo it{undo}")
    faults = [fault for fault in _look(home, settings) if concerns(fault.file, [name])]
    for fault in faults:
        click.echo(str(fault), err=True)
    return not faults


def retire(home: Path, settings: Settings, letter: str) -> None:
    """Let nobody get a letter in another language any more, whose file is gone; its versions stay."""
    kept = _up_to_date(home, settings)
    name = _file_named(kept, letter)
    own = own_letter(name)
    if own == name or not language_of(name):
        raise VersionUnknown(f"{name} is no letter in another language; `on: no` switches off the rule that names it.")
    if (home / "templates" / name).exists():
        raise VersionUnknown(f"templates/{name} is there and in use. Delete or move the file first.")
    kept.retire(name)
    click.echo(f"{name} is retired: who reads {language_name(language_of(name))} gets {own} from now on.")
    click.echo(f"To undo it: templates restore {name} {kept.history(name)[-1].number}")


def _up_to_date(home: Path, settings: Settings) -> KeptVersions:
    """The versions, the files as they stand now among them."""
    kept = KeptVersions(settings.state_dir / VERSIONS)
    for path in (*letter_files(home / "templates"), *(home / "templates" / name for name in PARTS)):
        with suppress(OSError):
            saved = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
            kept.saw(path.name, path.read_bytes(), f"{saved:%Y-%m-%dT%H:%M:%SZ}")
    _look(home, settings)
    return kept


def _look(home: Path, settings: Settings) -> list[Fault]:
    """The faults of the letters as they stand; what passes is noted."""
    return load_clinic_letters(home, settings.clinic, settings.state_dir).faults


def _file_named(kept: KeptVersions, letter: str) -> str:
    names = kept.names()
    for name in (letter, f"{letter}.md"):
        if name in names:
            return name
    known = [name.removesuffix(".md") for name in names]
    near = did_you_mean(letter, known) or f"There are {', '.join(known)}."
    raise VersionUnknown(f'There is no letter "{letter}" with a history. {near}')


def _numbered(kept: KeptVersions, name: str, number: int) -> Version:
    versions = kept.history(name)
    if not 1 <= number <= len(versions):
        raise VersionUnknown(f"{name} has the versions 1 to {len(versions)}; there is no version {number}.")
    return versions[number - 1]


def _text(kept: KeptVersions, name: str, version: Version) -> bytes:
    data = kept.text(version)
    if data is None:
        raise VersionUnknown(f"The text of version {version.number} of {name} is gone from the state folder.")
    return data


def _verdict(version: Version) -> str:
    return "passed" if version.passed else "has faults"


def _change(kept: KeptVersions, before: Version | None, version: Version) -> str:
    """How many lines a version has more and less than the one before it."""
    if before is None:
        return ""
    old, new = ((kept.text(one) or b"").decode("utf-8", "replace").splitlines() for one in (before, version))
    lines = [line[:1] for line in difflib.ndiff(old, new)]
    return f"{lines.count('+')} in, {lines.count('-')} out"


def _says(path: Path, data: bytes) -> bool:
    """Whether this stands in a file; not if nobody can read it."""
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _replace(path: Path, data: bytes) -> None:
    """Put a letter in its place; one that was gone, or closed to this user, can be edited by the office again."""
    usable = os.access(path, os.R_OK | os.W_OK)
    write_whole(path, data, like_before=usable)
    if not usable:
        path.chmod(0o660)
