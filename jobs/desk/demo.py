"""The demonstration: a made-up clinic's week, from its exports to the letters and the workbook."""

import os
import re
import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shlex import quote

import click
from rich.console import Console
from rich.table import Table

from jobs.desk.init import with_values
from jobs.desk.outbox_gallery import write_outbox_gallery
from jobs.desk.terminal import open_console
from jobs.runner.discover import ORDER
from jobs.runner.outcome import Outcome
from jobs.runner.run import FAILED, FINE, run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools

_SHIPPED = Path(__file__).resolve().parents[2]
_MARK = ".made-up"  # a folder with this file is ours to make anew


def run_demo(home: Path, now: datetime | None = None) -> int:
    """Make up the clinic in `home` (once a day), run its jobs, show what came out; give the exit code."""
    console = open_console()
    from jobs.clinic.profile import ClinicProfile
    from jobs.made_up import CLINIC

    clinic: ClinicProfile = CLINIC
    if now is not None and now.tzinfo is None:
        now = now.replace(tzinfo=clinic.tzinfo)
    today = (now or datetime.now(UTC)).astimezone(clinic.tzinfo).date()
    if home.exists() and any(home.iterdir()) and not (home / _MARK).exists():
        click.echo(f"{home} holds something that no demonstration made. Name another folder.", err=True)
        return FAILED
    _set_up(home, today)
    tools = open_tools(home, load_settings(home), now)
    outcomes: dict[str, Outcome] = {}
    worst = FINE
    for name in ORDER:
        code, outcomes[name] = run_job(name, tools._replace(now=tools.clock()))  # the workbook knows of the letters
        worst = max(worst, code)
        if outcomes[name].failed:
            click.echo(f"{name}: {outcomes[name].failed}", err=True)
    gallery = write_outbox_gallery(tools)
    _show(console, tools, outcomes, gallery)
    tools.store.close()
    return worst


def _set_up(home: Path, today: date) -> None:
    """The made-up clinic's files, made anew on a new day; the program's own templates and rules with them."""
    from jobs.made_up import SOURCES_YAML, make_clinic

    mark = home / _MARK
    if mark.exists() and mark.read_text("utf-8") != today.isoformat():
        shutil.rmtree(home)
    if not mark.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text(today.isoformat(), "utf-8")
        shutil.copytree(_SHIPPED / "templates", home / "templates")
        (home / "config").mkdir()
        for name in ("clinic.yaml", "follow_ups.yaml", "jobs.yaml"):
            shutil.copyfile(_SHIPPED / "config" / name, home / "config" / name)
        (home / "config" / "sources.yaml").write_text(SOURCES_YAML, "utf-8")
        _adapt(home / "config", today)
    make_clinic(home, today)


def _adapt(config: Path, today: date) -> None:
    """The made-up clinic's own facts; its rules began three days ago and write at any hour, so that there is a show."""
    from jobs.made_up import CLINIC

    clinic = config / "clinic.yaml"
    facts = {name: getattr(CLINIC, name) for name in ("id", "name", "zone", "address", "phone", "website")}
    facts |= {"booking_url": CLINIC.booking_url, "review_url": CLINIC.review_url}
    facts |= {"sender": "hello@lakeside.example", "sender_name": CLINIC.name}
    clinic.write_text(with_values(clinic.read_text("utf-8"), facts), "utf-8")
    rules = config / "follow_ups.yaml"
    start = (today - timedelta(days=3)).isoformat()
    text = with_values(rules.read_text("utf-8"), {"  opens": "00:00", "  closes": "23:59"})
    text = text.replace("days: [mon, tue, wed, thu, fri]", "days: [mon, tue, wed, thu, fri, sat, sun]", 1)
    text = re.sub(r"^(    when: (?!planned).*)$", rf"\1\n    start: {start}", text, flags=re.MULTILINE)
    text = re.sub(r"^(  - name: (?:check_in_\d+|lapsed)\n.*\n)(?:    start: .*\n)?", r"\1    start: 2000-01-01\n", text,
                  flags=re.MULTILINE)  # fmt: skip
    rules.write_text(text, "utf-8")


def _show(console: Console, tools: Tools, outcomes: dict[str, Outcome], gallery: Path) -> None:
    pull, send, summary = (outcomes[name] for name in ORDER)
    workbook = next((str(file) for file in summary.files), "not written")
    problems = next((str(file) for file in pull.files), "none")
    table = Table(title=f"{tools.settings.clinic.name}, {tools.now:%A, %B %d, %Y}", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")  # a path that is cut opens nothing
    for words, value in (
        ("Appointments read", pull.counts.get("appointments read", 0)),
        ("New or changed", pull.counts.get("appointments new", 0) + pull.counts.get("appointments changed", 0)),
        ("Rows set aside", pull.counts.get("rows set aside", 0)),
        ("Problems listed", pull.counts.get("problems listed", 0)),
        ("Letters written", send.counts.get("letters sent", 0)),
        ("Letters waiting", send.counts.get("letters waiting", 0)),
        ("The letters", gallery),
        ("The weekly workbook", workbook),
        ("The problems", problems),
    ):
        table.add_row(words, str(value))
    console.print(table, soft_wrap=True)
    if not send.counts.get("letters sent", 0):
        console.print("Nothing was sent again: every letter leaves once.")
    home = quote(str(tools.home))
    console.print(
        f"Look around: {_this_python()} run_jobs.py -C {home} forecast   (or why, status, check, preview --all)",
        soft_wrap=True,
    )


def _this_python() -> str:
    """The Python that has the libraries, as one may type it here."""
    here = os.path.relpath(sys.executable)
    return sys.executable if here.startswith("..") else here
