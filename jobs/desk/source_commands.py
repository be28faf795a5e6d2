"""The commands about exports: `map` and `problems`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobs.desk.place import Place, user_name, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools


@click.command(name="map")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", default="", metavar="NAME", help="The source that the file is of, if its path does not tell.")
@click.option("--yes", is_flag=True, help="Ask nothing: what is sure is written, the rest is left open.")
@click.option("--undo", "put_back", is_flag=True, help="Put config/sources.yaml back as it was before.")
@click.pass_obj
def map_columns(place: Place, file: Path | None, source: str, yes: bool, put_back: bool) -> None:
    """Say what the columns of an export mean: see what is guessed, answer what is unclear.

    The answers are written to config/sources.yaml; its comments stay. Patients' data is masked on the screen.

    \b
    For example:
      python run_jobs.py map exports/appointments-2026-03.csv
    """
    from jobs.desk.map import map_file, undo_map

    if put_back:
        sys.exit(undo_map(place.home))
    if file is None:
        raise click.UsageError("Name an export, such as exports/appointments.csv, or use --undo.")
    sys.exit(map_file(place.home, _export_named(file, place.home), source, yes))


def _export_named(file: Path, home: Path) -> Path:
    """The file that a person names: from where she stands, or as problems.xlsx writes it, from the clinic's folder."""
    found = next((each for each in (file, home / file) if each.is_file()), None)
    if found is None:
        raise click.UsageError(f'There is no file "{file}".')
    return found.resolve()


@click.command()
@click.option("--all", "everything", is_flag=True, help="All of them, not only the newest.")
@click.option("--is-right", "right", default="", metavar="FILE", help="Say that a file (or source) is right.")
@click.option(
    "--is-gone", "gone", default="", metavar="SOURCE", help="Say that a source named no more is gone for good."
)
@click.option("--who", "--by", "by", default="", help="Who says so; your user name if not said.")
@click.pass_obj
def problems(place: Place, everything: bool, right: str, gone: str, by: str) -> None:
    """List what could not be used of the exports, newest first, with what to do; patients are masked.

    The same with the patients' data stands in problems.xlsx, which only its owner can read. A file that would change
    most patients at once is held back until a person calls it right.
    """

    def show(tools: "Tools") -> int:
        from jobs.desk.problems import call_file_right, call_source_gone, show_problems

        if gone:
            return call_source_gone(tools, gone, by or user_name())
        if right:
            return call_file_right(tools, right, by or user_name())
        show_problems(tools, everything)
        return 0

    with_tools(place, show)
