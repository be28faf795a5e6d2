"""Is everything well written? Every fault of every file at once."""

from pathlib import Path

import click

from jobs.articles.library import load_library
from jobs.clinic.faults import Fault
from jobs.mail.templates import load_letters
from jobs.reports.referral_names import load_referral_names
from jobs.runner.run import FAULTY_SETTINGS, FINE
from jobs.runner.settings import Settings, SettingsFaulty
from jobs.runner.settings_loading import load_settings
from jobs.sources.source import Source


def show_check(home: Path) -> int:
    """Print every fault in the settings, letters, articles and names; give the exit code."""
    faults, settings = find_faults(home)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}. Nothing was sent or changed.")
        return FAULTY_SETTINGS
    assert settings is not None
    counts = (("source", settings.sources), ("rule", settings.follow_ups.rules), ("job", settings.jobs))
    words = ", ".join(f"{len(of)} {name}{'' if len(of) == 1 else 's'}" for name, of in counts)
    click.echo(f"All is well: {words}. Letters go: {_way_out(settings)}.")
    for source in settings.sources:
        if not source.path.startswith("https://") and not any(home.glob(source.path) if _within(source) else [True]):
            click.echo(f"Source {source.name}: no file is there yet that matches {source.path}.")
    return FINE


def _within(source: Source) -> bool:
    """Whether the pattern lies beside config/; others are looked at when they are read."""
    return not source.path.startswith(("/", "~"))


def find_faults(home: Path) -> tuple[list[Fault], Settings | None]:
    """Every fault under `home`, sorted by file and line, and the settings where they can be used."""
    faults: list[Fault] = []
    settings = None
    try:
        settings = load_settings(home)
        faults += load_letters(home / "templates", settings.clinic, None).faults
    except SettingsFaulty as faulty:
        faults += faulty.faults
        from jobs.clinic.profile import ClinicProfile

        stand_in = ClinicProfile("clinic", "Clinic", "UTC", "1 Main Street", website="https://clinic.example",
                                 booking_url="https://clinic.example", review_url="https://clinic.example")  # fmt: skip
        faults += load_letters(home / "templates", stand_in, None).faults
    faults += load_library(home / "config" / "articles.csv")[1]
    faults += load_referral_names(home / "config" / "referral_names.csv")[1]
    return sorted(set(faults)), settings


def _way_out(settings: Settings) -> str:
    mail = settings.mail
    if mail.mode == "preview":
        return f"nowhere; mode is preview, and they are written to {settings.state_dir / mail.folder}"
    return (
        f"all to one address ({mail.redirect_to})" if mail.mode == "redirect" else f"to patients, by {mail.transport}"
    )
