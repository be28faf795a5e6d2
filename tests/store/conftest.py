"""A store of its own for each test."""

from pathlib import Path

import pytest

from jobs.store.memory import Store, open_store


@pytest.fixture
def store(tmp_path: Path):
    opened: Store = open_store(f"sqlite:///{tmp_path}/state/clinic.sqlite", "lakeside")
    yield opened
    opened.close()
