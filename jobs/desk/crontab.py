"""The lines that make cron call the jobs."""

import shlex
from pathlib import Path


def crontab_lines(home: Path, program: Path, python: Path) -> str:
    """Lines for `crontab -e`: every ten minutes, whatever is due."""
    command = f"{shlex.quote(str(python))} {shlex.quote(str(program))} -C {shlex.quote(str(home))} due"
    return (
        "# Every ten minutes: run what config/jobs.yaml says is due; catch up once what was missed.\n"
        "# cron mails what is printed: nothing, unless a job ran or something is wrong.\n"
        "MAILTO=root\n"
        f"*/10 * * * * {command}"
    )
