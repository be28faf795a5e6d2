"""Sets up a new clinic: asks what only a person knows and writes a commented config/."""

import re
import shutil
from pathlib import Path
from zoneinfo import available_timezones

import click

from jobs.clinic.faults import did_you_mean

_SHIPPED = Path(__file__).resolve().parents[2]


def ask_and_write(home: Path) -> int:
    """Ask, then write config/ and templates/ under `home`; what is there already is never overwritten."""
    if (home / "config" / "clinic.yaml").exists():
        click.echo(f"{home / 'config' / 'clinic.yaml'} is there already and stays as it is; edit it instead.", err=True)
        click.echo("For another clinic name another folder: run_jobs.py -C FOLDER init", err=True)
        return 1
    name = click.prompt("Name of the clinic")
    zone = click.prompt("Time zone", default="America/Los_Angeles", value_proc=_zone)
    address = click.prompt("Postal address")
    phone = click.prompt("Phone", default="")
    sender = click.prompt("Letters come from (e-mail address)", value_proc=_address)
    exports = click.prompt("Exported appointments (a file or a pattern)", default="exports/appointments*.xlsx")
    for folder in ("config", "templates"):
        shutil.copytree(_SHIPPED / folder, home / folder, dirs_exist_ok=True, copy_function=_copy_new)
    clinic = home / "config" / "clinic.yaml"
    facts = {
        "id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "clinic",
        "name": name,
        "zone": zone,
        "address": address,
        "phone": phone,
        "website": "",
        "sender": sender,
        "sender_name": name,
    }
    clinic.write_text(with_values(clinic.read_text("utf-8"), facts), "utf-8")
    sources = home / "config" / "sources.yaml"
    sources.write_text(with_values(sources.read_text("utf-8"), {"    path": exports}), "utf-8")
    click.echo(f"Written: {home / 'config'} and {home / 'templates'}. Next:")
    click.echo(f"  python run_jobs.py -C {home} check")
    click.echo(f"  python run_jobs.py -C {home} preview --all --open")
    return 0


def with_values(text: str, values: dict[str, str]) -> str:
    """A YAML text in which the first line of each name has a new value; comments stay."""
    for name, value in values.items():
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = re.sub(
            rf"^(\s*(?:- )?{name}:)[ ]*(?:\"[^\"\n]*\"|[^#\n]*?)([ ]*(?:#.*)?)$",
            lambda line: f"{line[1]} {quoted}{line[2]}",  # noqa: B023 - used at once
            text,
            count=1,
            flags=re.MULTILINE,
        )
    return text


def _copy_new(source: str, target: str) -> None:
    if not Path(target).exists():
        shutil.copyfile(source, target)


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise click.BadParameter(f'"{text}" is no time zone. {did_you_mean(text, available_timezones())}')
    return text


def _address(text: str) -> str:
    from jobs.mail.settings import is_plain_address

    if not is_plain_address(text):
        raise click.BadParameter(f'"{text}" is not one bare address, such as hello@clinic.example.')
    return text
