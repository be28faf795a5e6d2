"""The commands of run_jobs.py, one function each; what a command needs is imported when it is called."""

import os
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobs.desk.place import HERE, Place, leave_nothing_to_root, nearest, with_tools_despite_faults
from jobs.desk.place import with_tools as _with_tools
from jobs.desk.streams import print_heedlessly
from jobs.desk.unforeseen import CarefulGroup
from jobs.desk.workbook_options import what_is_asked, workbook_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobs.runner.tools import Tools
    from jobs.sources.child_process import ChildProcess

_ELSEWHERE = {
    "allow": "jobs.desk.stop_commands.allow",
    "articles": "jobs.desk.article_commands.articles",
    "backup": "jobs.desk.sending_commands.backup",
    "clock": "jobs.desk.sending_commands.clock",
    "map": "jobs.desk.source_commands.map_columns",
    "outbox": "jobs.desk.outbox_commands.outbox",
    "patients": "jobs.desk.patient_commands.patients",
    "preview": "jobs.desk.letter_commands.preview",
    "problems": "jobs.desk.source_commands.problems",
    "reconcile": "jobs.desk.patient_commands.reconcile",
    "restore": "jobs.desk.sending_commands.restore",
    "stop": "jobs.desk.stop_commands.stop",
    "stop-page": "jobs.desk.stop_commands.stop_page",
    "templates": "jobs.desk.letter_commands.templates",
    "who-got": "jobs.desk.sending_commands.who_got",
}
"""Commands that are loaded only when somebody calls them, or asks for the help of all."""
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


@click.group(
    cls=CarefulGroup,
    elsewhere=_ELSEWHERE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=HERE,
    help="The folder of config/ and templates/.",
)
@click.option(
    "--now", type=click.DateTime(_MOMENTS), hidden=True, help="Rehearse as if it were this moment in the clinic."
)
@click.pass_context
def cli(context: click.Context, home: Path, now: datetime | None) -> None:
    """Scheduled jobs of a physical-therapy and Pilates clinic.

    Appointments come in from spreadsheets and calendars, follow-up letters go out once, and a workbook
    sums up the referral sources each week. Nothing leaves the house before config/clinic.yaml says
    `mode: live`.
    """
    os.umask(0o077)  # what is written here holds patient data
    context.obj = Place(home.resolve(), now)
    if os.geteuid() == 0:
        context.call_on_close(lambda: leave_nothing_to_root(context.obj.home))


@cli.command(name="list")
@click.pass_obj
def list_jobs(place: Place) -> None:
    """Show the jobs, what each does and when it runs."""
    from jobs.desk.status import show_jobs

    show_jobs(place.home)


@cli.command()
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@workbook_options
@click.pass_obj
def run(place: Place, /, jobs: tuple[str, ...], **options: Any) -> None:
    """Run one or more jobs now, in the order given; `all` means pull, mailbox if there is one, send, summarize.

    Letters and workbook follow side by side where nobody watches, so that neither waits for a slow mail server.

    \b
    For example:
      python run_jobs.py run pull_appointments
      python run_jobs.py run all
      python run_jobs.py run summarize_referrals --week 2026-W12
    """
    asked = what_is_asked(options, jobs)
    print_heedlessly()
    from jobs.sources.child_process import spare_child

    with spare_child(wanted=not {"all", "pull_appointments"}.isdisjoint(jobs)) as spare:
        code = _run(place, jobs, asked, spare)
    sys.exit(code)


def _run(place: Place, jobs: tuple[str, ...], asked: "Mapping[str, str]", spare: "list[ChildProcess]") -> int:
    """Run what was named. What takes long to load is loaded while other processes read the files and the templates."""
    from jobs.runner.discover import job_names, run_all

    for name in jobs:
        if name not in (*job_names(), "all"):
            raise click.UsageError(f'There is no job "{name}". {nearest(name, [*job_names(), "all"])}')

    from jobs.desk.early_start import started_early
    from jobs.mail.settings import REFUSED_SIGN_INS
    from jobs.runner.settings_loading import start_loading, telling_of_faults

    with telling_of_faults(place.home, place.now):
        loading = start_loading(place.home)
        if not loading.there:  # while they are checked, the database library is loaded
            import_module("jobs.desk.terminal")
        settings = loading.settings()
    if any((settings.state_dir / name).exists() for name in REFUSED_SIGN_INS.values()):
        from jobs.mail.sign_in_tries import try_at_once

        try_at_once(settings.state_dir)
    everything = run_all(bool(settings.mail.mailbox.by))
    names = [name for job in jobs for name in (everything if job == "all" else (job,))]
    with started_early(place.home, settings, place.now, names, spare) as early:
        from jobs.desk.terminal import run_named
        from jobs.runner.tools import gather_tools, telling

        with telling(settings, place.now):
            return run_named(names, gather_tools(place.home, settings, place.now, early), asked)


@cli.command()
@click.option("--quiet", is_flag=True, help="Print failures only; cron mails whatever is printed.")
@click.pass_obj
def due(place: Place, quiet: bool) -> None:
    """Run the jobs that are due; cron calls this every ten minutes.

    What was missed while the machine was off is caught up, once.
    """

    def run_due(tools: "Tools") -> int:
        from jobs.desk.terminal import run_due_jobs

        return run_due_jobs(tools, quiet)

    print_heedlessly()
    _with_tools(place, run_due, watched=True)


@cli.command()
@click.pass_obj
def serve(place: Place) -> None:
    """Stay and do what cron would do: look every minute, run what is due.

    Ctrl-C or SIGTERM ends it after the letter that is on its way.
    """
    from jobs.desk.serve import serve as stay

    print_heedlessly()
    sys.exit(stay(place.home, place.now))


@cli.command()
@click.pass_obj
def check(place: Place) -> None:
    """Check all settings, letters, articles and names: every fault at once, with its line and remedy."""
    from jobs.desk.check import show_check

    sys.exit(show_check(place.home, place.now))


@cli.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 365), help="How far to look ahead.")
@click.pass_obj
def forecast(place: Place, days: int) -> None:
    """Show who would get which letter in the next days, and why; nothing is sent."""

    def show(tools: "Tools") -> int:
        from jobs.desk.forecast import show_forecast

        show_forecast(tools, days)
        return 0

    _with_tools(place, show)


@cli.command()
@click.argument("patient")
@click.pass_obj
def why(place: Place, patient: str) -> None:
    """Tell everything that was sent, left out or is planned for one patient, each with its reason.

    PATIENT is a number, an e-mail address or a name, such as `why "Mira Quill"`.
    """

    def show(tools: "Tools") -> int:
        from jobs.desk.why import show_why

        return 0 if show_why(tools, patient) else 2

    _with_tools(place, show)


@cli.command()
@click.pass_obj
def status(place: Place) -> None:
    """Show the last runs, the next ones, and what waits for a person."""

    def show(tools: "Tools") -> int:
        from jobs.desk.status import show_status

        show_status(tools)
        return 0

    with_tools_despite_faults(place, show)


@cli.command()
@click.option("--overwrite", is_flag=True, help="Ask anew where config/ is there already; it is kept as config.old.")
@click.pass_obj
def init(place: Place, overwrite: bool) -> None:
    """Ask for a new clinic's name, time zone, address and files, and write a commented config/."""
    from jobs.desk.init import ask_and_write

    sys.exit(ask_and_write(place.home, overwrite))


@cli.group()
def google() -> None:
    """Sign in at Google, for letters through Gmail and for appointments in its calendars and sheets."""


@google.command(name="sign-in")
@click.option("--no-browser", is_flag=True, help="For a machine without one: copy two addresses instead.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Where the browser comes back to; any if 0.")
@click.pass_obj
def google_sign_in(place: Place, no_browser: bool, port: int) -> None:
    """Let a person allow in the browser what config/ asks of Google, and keep the sign-in.

    A service account (google: service_account_file:) needs none; then it is tried out.
    """
    from jobs.desk.google_sign_in import show_sign_in
    from jobs.runner.settings_loading import load_settings

    sys.exit(show_sign_in(load_settings(place.home), no_browser, port))


@cli.command()
@click.pass_obj
def crontab(place: Place) -> None:
    """Print the lines to install with `crontab -e`."""
    from jobs.desk.crontab import crontab_lines
    from jobs.runner.settings_loading import load_settings

    installation = load_settings(place.home).installation
    click.echo(crontab_lines(place.home, HERE / "run_jobs.py", Path(sys.executable), installation.it_email))


@cli.command()
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=None, help="Where; var/demo if not said."
)
@click.pass_obj
def demo(place: Place, folder: Path | None) -> None:
    """Make up a clinic and run its week: appointments in, letters into a folder, workbook written."""
    from jobs.desk.demo import run_demo

    sys.exit(run_demo(folder or HERE / "var" / "demo", place.now))
