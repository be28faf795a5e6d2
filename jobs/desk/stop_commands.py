"""The commands about who gets no more letters: `stop`, `allow` and `stop-page`."""

import sys
from typing import TYPE_CHECKING

import click

from jobs.desk.place import WHO, Place, with_tools

if TYPE_CHECKING:
    from jobs.clinic.answers import Category
    from jobs.runner.tools import Tools


@click.command()
@click.argument("address", required=False, default="")
@click.option(
    "--category",
    type=click.Choice(["all", "news", "care"]),
    default="all",
    show_default=True,
    help="Which letters.",
)
@click.option("--reason", default="", help="Why, in your words; it is shown by `why`.")
@WHO
@click.pass_obj
def stop(place: Place, address: str, category: "Category", reason: str, who: str) -> None:
    """Send an address no more letters; without an address, list who gets none.

    No export and no other job ever takes an address off the list; only `allow` does.
    """

    def work(tools: "Tools") -> int:
        from jobs.desk.stop_list import put_on_the_list, show_the_list

        return put_on_the_list(tools, address, category, reason, who) if address else show_the_list(tools)

    with_tools(place, work)


@click.command()
@click.argument("address")
@click.option("--reason", required=True, help="Why, in your words: for example, that the patient asked for it.")
@WHO
@click.pass_obj
def allow(place: Place, address: str, reason: str, who: str) -> None:
    """Let an address have letters again that was stopped. The list keeps both, with who and why."""

    def work(tools: "Tools") -> int:
        from jobs.desk.stop_list import answer_on_the_list

        return answer_on_the_list(tools, address, reason, who)

    with_tools(place, work)


@click.command(name="stop-page")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer at.")
@click.option("--port", default=8031, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes any.")
@click.pass_obj
def stop_page(place: Place, host: str, port: int) -> None:
    """Answer the stop links of the letters, behind the clinic's web server; docs/it.md tells how."""
    from jobs.desk.stop_page import serve_stop_page
    from jobs.runner.settings_loading import load_settings

    sys.exit(serve_stop_page(load_settings(place.home), host, port))
