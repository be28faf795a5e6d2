"""A clinic with two backups: letters left before, between and after them, and since then somebody has said no."""

import gc
from pathlib import Path

from click.testing import Result
from hand_written_clinic import Clinic, appointment

PATIENTS = ("Remy", "Nell", "Zoe")
NOW = "2026-03-04 09:15"


def backed_up(clinic: Clinic) -> Clinic:
    """Let a clinic back up, send a reminder, back up, send two more and hear a no."""
    for number, names in enumerate((PATIENTS[:1], PATIENTS)):
        clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in names))
        clinic.pull(f"2026-03-04 08:4{number}")
        assert call(clinic, "backup", now=f"2026-03-04 08:5{number}").exit_code == 0
        assert clinic.send(f"2026-03-04 09:0{number}").counts["letters sent"] == number + 1
    assert call(clinic, "stop", "nell@patient.example", "--reason", "asked").exit_code == 0
    return clinic


def call(clinic: Clinic, *words: str, now: str = NOW) -> Result:
    """A command as where each is a process of its own: none that came before has the database open any more."""
    gc.unfreeze()
    gc.collect()
    return clinic.command(*words, moment=now)


def backup(clinic: Clinic, minute: int = 51) -> Path:
    """The backup of 08:50, which knows of no letter, or that of 08:51, which knows of one."""
    return clinic.home / "var" / "backups" / f"clinic-20260304T16{minute}00Z.sqlite"
