"""Finds the jobs: a file in jobs/ is one, and its docstring says what it does."""

import ast
import importlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import cast

from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools

_FOLDER = Path(__file__).resolve().parents[1]
ORDER = ("pull_appointments", "send_follow_ups", "summarize_referrals")
"""What `run all` runs; a job that is not named here comes after these."""


def job_names() -> list[str]:
    """Every job, those of ORDER first."""
    names = sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def job_summary(name: str) -> str:
    """The first line of a job's docstring, read without importing it."""
    tree = ast.parse((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").split("\n")[0]


def job_function(name: str) -> Callable[[Tools, date], Outcome]:
    """The job itself. KeyError for a name that is none."""
    if name not in job_names():
        raise KeyError(name)
    return cast(Callable[[Tools, date], Outcome], importlib.import_module(f"jobs.{name}").run)
