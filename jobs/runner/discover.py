"""Finds the jobs: a file in jobs/ is one, and its docstring says what it does."""

import ast
import importlib
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import cast

from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools

_FOLDER = Path(__file__).resolve().parents[1]
ORDER = ("pull_appointments", "send_follow_ups", "summarize_referrals")
"""What `run all` runs; a job that is not named here comes after these."""
MAILBOX = "read_mailbox"
BEFORE_LETTERS = (ORDER[0], MAILBOX)
"""Who comes, and who wants no more letters: that is known before any letter is decided on."""


def run_all(reads_mailbox: bool) -> tuple[str, ...]:
    """The jobs that `all` means, in their order; the mailbox is among them only where there is one to read."""
    return (*(name for name in BEFORE_LETTERS if name != MAILBOX or reads_mailbox), *ORDER[1:])


def job_names() -> list[str]:
    """Every job, those of ORDER first."""
    names = sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def job_summary(name: str) -> str:
    """The first line of a job's docstring, read without importing it."""
    tree = ast.parse((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n")[0]


def with_what_is_ready(name: str, tools: Tools) -> Tools:
    """The tools of a job that has to wait for another one, with what it prepares meanwhile.

    A job may have a function `get_ready(tools)`, whose result it then finds in `tools.ready`.
    """
    job_function(name)
    get_ready = getattr(sys.modules[f"jobs.{name}"], "get_ready", None)
    return tools._replace(ready=get_ready(tools)) if get_ready else tools


def job_function(name: str) -> Callable[[Tools, date], Outcome]:
    """The job itself. KeyError for a name that is none."""
    if name not in job_names():
        raise KeyError(name)
    return cast(Callable[[Tools, date], Outcome], importlib.import_module(f"jobs.{name}").run)
