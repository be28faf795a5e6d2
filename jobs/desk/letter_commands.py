"""The commands about the letters themselves: `preview` and `templates`."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from jobs.desk.place import Place, nearest

if TYPE_CHECKING:
    from jobs.runner.settings import Settings


@click.command()
@click.argument("template", required=False, default="", metavar="LETTER")
@click.option("--all", "everything", is_flag=True, help="Every letter, as a gallery.")
@click.option("--open", "open_it", is_flag=True, help="Open the gallery in the browser.")
@click.option("--to", default="", metavar="ADDRESS", help="Send it there once, marked as a test, by the way set up.")
@click.pass_obj
def preview(place: Place, template: str, everything: bool, open_it: bool, to: str) -> None:
    """Show a letter as made-up patients would get it; no patient is written to.

    \b
    For example:
      python run_jobs.py preview reminder
      python run_jobs.py preview reminder.es
      python run_jobs.py preview --all --open
      python run_jobs.py preview reminder --to me@clinic.example
    """
    from jobs.desk.preview import file_of, show_preview
    from jobs.mail.settings import is_plain_address
    from jobs.mail.templates import letter_files
    from jobs.runner.settings_loading import load_settings

    settings = load_settings(place.home)
    files = {path.name for path in letter_files(place.home / "templates")} | settings.follow_ups.letters()
    known = [name.removesuffix(".md") for name in sorted(files)]
    if not template and (to or not everything):
        own = sorted(name for name in known if "." not in name)
        raise click.UsageError(f"Name a letter{'' if to else ', or use --all'}. There are {', '.join(own)}.")
    if template and file_of(template).removesuffix(".md") not in known:
        raise click.UsageError(f'There is no letter "{template}" in templates/. {nearest(template, known)}')
    if to and not is_plain_address(to):
        raise click.UsageError(f'"{to}" is not one bare address, such as me@clinic.example.')
    if to:
        from jobs.desk.letter_to_me import send_test

        sys.exit(0 if send_test(place.home, settings, template, to) else 1)
    sys.exit(0 if show_preview(place.home, settings, "" if everything else template, open_it) else 3)


@click.group()
def templates() -> None:
    """The versions of the letters: what was saved when, and how to have it back."""


@templates.command(name="history")
@click.argument("name", required=False, default="", metavar="LETTER")
@click.pass_obj
def templates_history(place: Place, name: str) -> None:
    """Show every version of a letter, or how many versions there are of each."""
    from jobs.desk.templates import show_history

    _about_versions(lambda: show_history(place.home, _settings_of(place), name))


@templates.command(name="show")
@click.argument("name", metavar="LETTER")
@click.argument("version", type=int)
@click.pass_obj
def templates_show(place: Place, name: str, version: int) -> None:
    """Print what a version of a letter said."""
    from jobs.desk.templates import show_version

    _about_versions(lambda: show_version(place.home, _settings_of(place), name, version))


@templates.command(name="restore")
@click.argument("name", metavar="LETTER")
@click.argument("version", type=int)
@click.pass_obj
def templates_restore(place: Place, name: str, version: int) -> None:
    """Put a version of a letter back into templates/; what stands there stays a version, so that this can be undone."""
    from jobs.desk.templates import restore

    if _about_versions(lambda: restore(place.home, _settings_of(place), name, version)) is False:
        sys.exit(3)


@templates.command(name="retire")
@click.argument("name", metavar="LETTER")
@click.pass_obj
def templates_retire(place: Place, name: str) -> None:
    """Let nobody get a letter in another language any more, such as welcome.es, once its file was deleted."""
    from jobs.desk.templates import retire

    _about_versions(lambda: retire(place.home, _settings_of(place), name))


def _settings_of(place: Place) -> "Settings":
    from jobs.runner.settings_loading import load_settings

    return load_settings(place.home)


def _about_versions(work: Callable[[], bool | None]) -> bool | None:
    """Do `work`; a letter or version that does not exist is a usage error."""
    from jobs.desk.templates import VersionUnknown

    try:
        return work()
    except VersionUnknown as unknown:
        raise click.UsageError(str(unknown)) from None
