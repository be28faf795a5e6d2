"""The commands about letters that leave or wait, one function each; added to the others in commands.py."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobs.desk.place import DAY, HERE, Place, user_name, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools


@click.command()
@click.option("--is-right", is_flag=True, help="Say that this machine's clock is right: the letters go on.")
@click.option("--who", "--by", "by", default="", help="Who says so; your user name if not said.")
@click.pass_obj
def clock(place: Place, is_right: bool, by: str) -> None:
    """Show whether letters are sent by this machine's clock, and why not.

    A clock that jumped by more than a day stops the letters. A machine that was only off looks the same, until
    an export tells of something that happened since, or a person says that the clock is right.
    """

    def show(tools: "Tools") -> int:
        from jobs.desk.clock import call_clock_right, show_clock

        if is_right:
            call_clock_right(tools, by or user_name())
            return 0
        return 0 if show_clock(tools) else 1

    with_tools(place, show)


@click.command(name="who-got")
@click.option("--since", required=True, type=DAY, help="The first day, such as 2026-03-01.")
@click.option("--until", type=DAY, help="The last day; today if not said.")
@click.option("--rule", default="", help="Only letters of this rule.")
@click.option("--template", default="", help="Only letters from this file of templates/.")
@click.option("--article", default="", help="Only letters that carried this article (its slug).")
@click.option("--names", is_flag=True, help="Names and addresses too.")
@click.option(
    "--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all of them into this file."
)
@click.pass_obj
def who_got(
    place: Place,
    since: date,
    until: date | None,
    rule: str,
    template: str,
    article: str,
    names: bool,
    file: Path | None,
) -> None:
    """Tell who got which letter since a day, with its category, purpose and articles.

    \b
    For example, where an article turned out to be wrong:
      python run_jobs.py who-got --since 2026-01-01 --article five-moves-for-a-stiff-back --names --csv who.csv
    """

    def show(tools: "Tools") -> int:
        from jobs.desk.who_got import Asked, show_who_got

        return show_who_got(tools, Asked(since, until, rule, template, article), names, file)

    with_tools(place, show)


@click.command()
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where; state_dir/backups if not said."
)
@click.pass_obj
def backup(place: Place, folder: Path | None) -> None:
    """Copy the database, which may be in use, and check the copy. The job keep_house does it every night."""

    def work(tools: "Tools") -> int:
        from jobs.desk.restoring import make_backup

        return make_backup(tools, folder)

    with_tools(place, work)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--is-right", is_flag=True, help="Say that the database that lies there sent the last letters.")
@click.option("--who", "--by", "by", default="", help="Who says so; your user name if not said.")
@click.pass_obj
def restore(place: Place, file: Path | None, is_right: bool, by: str) -> None:
    """Put a backup in the place of the database; the former one is kept.

    Letters that were due by now are held, for they may have left since the backup was made. Stop the runs before.
    """
    from jobs.desk.restoring import believe
    from jobs.desk.restoring import restore as put_back
    from jobs.runner.settings_loading import load_settings

    if (file is None) is not is_right:
        raise click.UsageError("Name the backup, or say --is-right of the database that lies there.")
    settings = load_settings(place.home)
    if file is None:
        sys.exit(believe(settings, place.now, by or user_name()))
    sys.exit(put_back(settings, file, place.now, is_named=place.home != HERE))
