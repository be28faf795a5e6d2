"""`crontab`: lines that work when they are pasted."""

import shutil
import subprocess
import sys
from pathlib import Path

from lakeside_day import Ask

from jobs.desk.crontab import crontab_lines


def command_in(lines: str) -> str:
    (line,) = [line for line in lines.splitlines() if line.startswith("*/10 * * * * ")]
    return line.removeprefix("*/10 * * * * ")


def test_the_line_runs_from_anywhere_with_an_empty_environment(ask: Ask, home: Path) -> None:
    """As cron does: /bin/sh, another folder, no PATH. The jobs are due, and nothing is printed that would be mailed."""
    lines = ask("crontab").output
    result = subprocess.run(
        ["/bin/sh", "-c", command_in(lines)], cwd="/", env={}, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (home / "var" / "logs" / "clinic.log").read_text("utf-8").count('"event": "run ended"') == 9


def test_every_path_is_absolute_and_quoted(tmp_path: Path) -> None:
    odd = tmp_path / "100% Mira's clinic"
    command = command_in(crontab_lines(odd, tmp_path / "run_jobs.py", Path(sys.executable)))
    assert r"100\% Mira" in command
    as_cron_passes_it = command.replace(r"\%", "%").replace(sys.executable, str(shutil.which("printf")), 1)
    words = as_cron_passes_it.split(" ", 1)
    printed = subprocess.run(
        ["/bin/sh", "-c", f"{words[0]} '%s\\n' {words[1]}"], capture_output=True, text=True, check=True
    )
    assert printed.stdout.splitlines() == [str(tmp_path / "run_jobs.py"), "-C", str(odd), "due", "--quiet"]


def test_cron_mails_the_it_person_where_one_is_named(ask: Ask, home: Path) -> None:
    assert "MAILTO=root\n" in ask("crontab").output
    file = home / "config" / "clinic.yaml"
    file.write_text(file.read_text("utf-8").replace('it_email: ""', "it_email: it@lakeside.example"), "utf-8")
    assert "MAILTO=it@lakeside.example\n" in ask("crontab").output
