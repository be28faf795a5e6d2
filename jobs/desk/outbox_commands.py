"""`outbox`: which letters wait for a person, one letter as it would leave, and what a person decides."""

import sys
from typing import TYPE_CHECKING

import click

from jobs.desk.place import Place, user_name, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools
    from jobs.store.decisions import What


@click.group(invoke_without_command=True)
@click.option("--names", is_flag=True, help="Show the patients' names too.")
@click.pass_context
def outbox(context: click.Context, names: bool) -> None:
    """List the letters that wait for a person: held, unknown, failed, deferred, or still in their grace period.

    \b
    For example:
      python run_jobs.py outbox
      python run_jobs.py outbox show 12
      python run_jobs.py outbox release 12 13 --reason "read them"
      python run_jobs.py outbox release --all --rule check_in_30 --reason "read three of them"
      python run_jobs.py outbox send-again --all --saying "closed the connection" --reason "none arrived, says IT"
    """
    if context.invoked_subcommand:
        return

    def show(tools: "Tools") -> int:
        from jobs.desk.outbox import show_outbox

        show_outbox(tools, names)
        return 0

    with_tools(context.obj, show)


@outbox.command()
@click.argument("number", type=click.IntRange(1, 2**31))
@click.pass_obj
def show(place: Place, number: int) -> None:
    """Show one letter as it would leave, with its reasons, its attempts and what was decided about it."""

    def work(tools: "Tools") -> int:
        from jobs.desk.outbox import show_letter

        return 0 if show_letter(tools, number) else 2

    with_tools(place, work)


def _decision(name: "What", help_words: str) -> click.Command:
    @outbox.command(name=name, help=help_words)
    @click.argument("numbers", nargs=-1, type=click.IntRange(1, 2**31), metavar="NO...")
    @click.option("--all", "everything", is_flag=True, help="All letters that this can be decided about.")
    @click.option(
        "--refused",
        is_flag=True,
        hidden=name not in ("release", "drop"),
        help="All letters held because too many were refused at once.",
    )
    @click.option("--rule", default="", help="With --all: only those of this rule.")
    @click.option("--saying", default="", help="With --all: only those of which `outbox` says this, as State or Why.")
    @click.option("--reason", default="", help="Why; it is recorded with who and when.")
    @click.option("--who", "--by", "by", default="", help="Who decides; the user of this computer if not said.")
    @click.pass_obj
    def decide(
        place: Place,
        numbers: tuple[int, ...],
        everything: bool,
        refused: bool,
        rule: str,
        saying: str,
        reason: str,
        by: str,
    ) -> None:
        if bool(numbers) + everything + refused != 1:
            raise click.UsageError(f"Name the letters (`outbox {name} 12 13`), or use --all; `outbox` lists them.")
        if (rule or saying) and not everything:
            raise click.UsageError(f"--{'rule' if rule else 'saying'} goes with --all.")
        why = reason.strip() or (click.prompt("Why").strip() if sys.stdin.isatty() else "")
        if not why:
            raise click.UsageError('Say why: --reason "she called". It is recorded with who and when.')

        def work(tools: "Tools") -> int:
            from jobs.desk.outbox import decide_letters, refused_letters

            if refused:
                return decide_letters(tools, name, refused_letters(tools), "", by or user_name(), why, together=True)
            return decide_letters(tools, name, numbers or None, rule, by or user_name(), why, saying=saying)

        with_tools(place, work)

    return decide


_decision("release", "Let held letters leave.")
_decision("hold", "Hold letters that have not left: they leave only when they are released.")
_decision("drop", "Never send these letters.")
_decision("mark-sent", "Count letters that may have left as sent: somebody found out that they did.")
_decision("send-again", "Send letters again that may have left but did not, or whose refusal is mended.")
