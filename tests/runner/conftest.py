"""What the tests of the runner share: a small clinic, its tools at a fixed moment, and the loopback mail server."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_clinic import WEDNESDAY, make_home

from jobs.runner.outcome import Outcome
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools

sys.path.append(str(Path(__file__).resolve().parents[1] / "mail"))  # loopback_server.py


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "clinic")


@pytest.fixture
def tools(home: Path) -> Iterator[Tools]:
    tools = open_tools(home, load_settings(home), WEDNESDAY)
    yield tools
    tools.store.close()


@pytest.fixture
def job_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Outcome]], None]:
    """Puts a function in the place of every job."""

    def replace_job(job: Callable[..., Outcome]) -> None:
        monkeypatch.setattr("jobs.runner.run.job_function", lambda name: job)

    return replace_job
