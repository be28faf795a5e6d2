"""The commands about who gets no more letters: `stop`, `allow` and `stop-page`."""

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from jobs.desk.place import DAY, WHO, Place, with_tools

if TYPE_CHECKING:
    from jobs.clinic.answers import Category
    from jobs.runner.tools import Tools


@click.command()
@click.argument("address", required=False, default="")
@click.option("--refused-since", type=DAY, help="Every address where nobody is, as a mail server said since that day.")
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
def stop(place: Place, address: str, refused_since: date | None, category: "Category", reason: str, who: str) -> None:
    """Send an address no more letters; without an address, list who gets none.

    Where so many letters were refused at once that the program stopped nobody, --refused-since 2026-03-04 stops
    them after all. No export and no other job ever takes an address off the list; only `allow` does.
    """
    if address and refused_since:
        raise click.UsageError("Name an address, or use --refused-since.")

    def work(tools: "Tools") -> int:
        from jobs.desk.stop_list import put_on_the_list, put_refused_on_the_list, show_the_list

        if refused_since:
            return put_refused_on_the_list(tools, refused_since, reason, who)
        return put_on_the_list(tools, address, category, reason, who) if address else show_the_list(tools)

    with_tools(place, work)


@click.command()
@click.argument("whom", metavar="[ADDRESS|NO]", required=False, default="")
@click.option("--alive", is_flag=True, help="The patient is alive, though a name or a status says otherwise.")
@click.option("--shared", is_flag=True, help="The address is right, though very many have it, as that of a home.")
@click.option("--refused-since", type=DAY, help="Every address that was stopped since a day for undelivered letters.")
@click.option("--reason", required=True, help="Why, in your words: for example, that the patient asked for it.")
@WHO
@click.pass_obj
def allow(
    place: Place, whom: str, alive: bool, shared: bool, refused_since: date | None, reason: str, who: str
) -> None:
    """Let an address, or a patient named by number, have letters again that was stopped. The list keeps both, with who
    and why.

    One answer is for one thing. Of an address that several patients have it frees the address; who of them said no is
    named, and stays stopped until you give that number. Who has died by slip comes back with --alive, an address that
    more than 20 patients have is vouched for with --shared.

    Where a mail server refused good addresses, --refused-since 2026-03-04 lets all of them have letters again that
    were stopped for that. Who asked for no more stays stopped.
    """
    if bool(whom) == bool(refused_since):
        raise click.UsageError("Name an address or a patient's number, or use --refused-since.")
    if alive + shared + bool(refused_since) > 1:
        raise click.UsageError("Use one of --alive, --shared and --refused-since.")

    def work(tools: "Tools") -> int:
        from jobs.desk.allowing import answer_refusals, answer_stop, call_alive, call_shared

        if refused_since:
            return answer_refusals(tools, refused_since, reason, who)
        answer = call_alive if alive else call_shared if shared else answer_stop
        return answer(tools, whom, reason, who)

    with_tools(place, work)


@click.command(name="stop-page")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer at.")
@click.option("--port", default=8031, show_default=True, type=click.IntRange(0, 65535), help="The port; 0 takes any.")
@click.pass_obj
def stop_page(place: Place, host: str, port: int) -> None:
    """Answer the stop links of the letters, behind the clinic's web server; docs/it.md tells how."""
    from jobs.desk.stop_page import serve_stop_page
    from jobs.desk.streams import print_heedlessly
    from jobs.runner.settings_loading import load_settings

    print_heedlessly()
    sys.exit(serve_stop_page(load_settings(place.home), host, port))
