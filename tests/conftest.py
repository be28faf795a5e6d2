"""What the tests of the jobs share: where their helpers lie, and a small clinic of its own for each test."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

for room in (
    "articles",
    "google",
    "mail",
    "made_up",
    "reports",
):  # loopback_google.py, hand_written_clinic.py and the like
    sys.path.append(str(Path(__file__).parent / room))

from backed_up_clinic import backed_up  # noqa: E402  found by the line above
from hand_written_clinic import Clinic  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _no_open_files_are_left() -> Iterator[None]:
    """A run puts what is loaded out of the reach of the garbage collection, once in a process. Here are hundreds of
    runs in one: what they left would be kept with its open files, until no more may be opened."""
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture(scope="session")
def opened_clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic whose jobs have run for months, with no appointment yet. For copying only."""
    return Clinic.opened(tmp_path_factory.mktemp("opened") / "clinic")


@pytest.fixture
def clinic(opened_clinic: Clinic, tmp_path: Path) -> Clinic:
    """A copy of it, to change."""
    return opened_clinic.copied(tmp_path / "clinic")


@pytest.fixture
def new_clinic(tmp_path: Path) -> Clinic:
    """A clinic none of whose jobs ever ran."""
    return Clinic.made(tmp_path / "clinic")


@pytest.fixture(scope="session")
def sent_since(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic that has sent letters and heard a no since it was backed up. For copying only."""
    return backed_up(opened_clinic.copied(tmp_path_factory.mktemp("sent") / "clinic"))
