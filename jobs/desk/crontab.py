"""The lines that make cron call the jobs."""

import shlex
from pathlib import Path


def crontab_lines(home: Path, program: Path, python: Path, mail_to: str = "") -> str:
    """Lines for `crontab -e`: every ten minutes, whatever is due."""
    words = (str(python), str(program), "-C", str(home), "due", "--quiet")
    command = " ".join(map(shlex.quote, words)).replace("%", r"\%")  # cron takes a bare % for the end of the line
    return (
        "# Every ten minutes: run what config/jobs.yaml says is due; catch up once what was missed.\n"
        "# cron mails what is printed: nothing, unless something is wrong.\n"
        "# If mail: smtp: user: is set, its password goes here, or in the file that password_file: names:\n"
        "# CLINIC_SMTP_PASSWORD=...\n"
        f"MAILTO={mail_to or 'root'}\n"
        f"*/10 * * * * {command}"
    )
