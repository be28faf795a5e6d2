"""Starts the process that writes the letters; to start it loads nothing, so that it can begin before all else."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.machine.apart import Apart
from jobs.mail.writing_apart import start_writing
from jobs.runner.settings import Settings

if TYPE_CHECKING:
    from jobs.mail.templates import Letters


def start_letters(home: Path, settings: Settings) -> Apart:
    """Start it with the templates that the rules name."""
    return start_writing(partial(_load, home, settings))


def _load(home: Path, settings: Settings) -> "Letters":
    from jobs.sending.letter_loading import load_clinic_letters

    return load_clinic_letters(home, settings.clinic, settings.state_dir, only=settings.follow_ups.letters())
