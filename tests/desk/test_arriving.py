"""The front door opens whatever this machine says of the letters of names."""

import os
import subprocess
import sys

from hand_written_clinic import ROOT, Clinic, appointment

KNOWS_ASCII_ALONE = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX"}


def test_a_folder_with_an_umlaut_works_where_python_is_told_to_know_ascii_alone(opened_clinic: Clinic) -> None:
    clinic = opened_clinic.copied(opened_clinic.home.parent / "Praxis Müller")
    clinic.export(appointment("Mira", "2026-03-06 14:00", "booked"))
    where = [sys.executable, str(ROOT / "run_jobs.py"), "-C", str(clinic.home), "--now", "2026-03-04 09:15"]
    for words in (["run", "pull_appointments", "send_follow_ups"], ["backup"]):
        told = subprocess.run(
            [*where, *words], env=os.environ | KNOWS_ASCII_ALONE, capture_output=True, timeout=60, check=False
        )
        assert (told.returncode, told.stderr) == (0, b"")
    (backup,) = (clinic.home / "var" / "backups").glob("*.sqlite")
    assert told.stdout.decode() == f"{backup}: copied and checked. It holds patient data.\n"
    assert len(clinic.letters()) == 1
