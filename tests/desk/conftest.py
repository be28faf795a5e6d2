"""What the tests of the desk share: the made-up clinic after its first day, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lakeside_day import MOMENT, NOW, Ask

from jobs.desk.commands import cli
from jobs.desk.demo import run_demo
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lakeside's folder after its first runs. For reading only."""
    home = tmp_path_factory.mktemp("lakeside") / "clinic"
    assert run_demo(home, MOMENT) == 0
    return home


@pytest.fixture
def home(first_day: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(first_day, tmp_path / "clinic"))


@pytest.fixture
def ask(home: Path) -> Ask:
    """Calls a command about the copy, at a fixed moment."""

    def call(*words: str, typed: str = "", now: str = NOW, about: Path = home) -> Result:
        return CliRunner().invoke(cli, ["-C", str(about), "--now", now, *words], input=typed)

    return call


@pytest.fixture
def tools(home: Path) -> Iterator[Tools]:
    tools = open_tools(home, load_settings(home), MOMENT)
    yield tools
    tools.store.close()
