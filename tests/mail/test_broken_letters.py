"""Whatever an office manager does to a letter: one plain sentence with its line, and the last good letter goes on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from broken_letters import WAYS, Way

from jobs.articles.private_words import private_words
from jobs.clinic.faults import Fault
from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import LetterValues
from jobs.mail.letter_forms import PARTS, Written
from jobs.mail.letter_trials import MADE_UP
from jobs.mail.templates import Letters, load_letters

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile(
    "riverbend", "Riverbend Therapy & Pilates", "America/Los_Angeles", "1 Main Street", "555-0100",
    "https://riverbend.example",
)  # fmt: skip
PATIENTS = (*MADE_UP.values(), LetterValues("Mira", "2026-03-04T17:30:00Z"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with one letter and its paper, which has been used as it ships."""
    home = tmp_path_factory.mktemp("clinic")
    (home / "templates").mkdir()
    for name in (*PARTS, "welcome.md"):
        shutil.copy(SHIPPED / name, home / "templates")
    assert load(home).faults == []
    return home


@pytest.fixture
def letter(home: Path) -> Iterator[Path]:
    """The letter, which is as it ships before and after."""
    yield home / "templates" / "welcome.md"
    shutil.copy(SHIPPED / "welcome.md", home / "templates")


def load(home: Path) -> Letters:
    return load_letters(home / "templates", CLINIC, home / "var", private_words)


def written(letters: Letters) -> list[Written]:
    return [letters.write("welcome.md", patient) for patient in PATIENTS]


def test_there_are_at_least_forty_ways_and_no_two_are_the_same() -> None:
    assert len({way.break_it((SHIPPED / "welcome.md").read_text("utf-8")) for way in WAYS}) == len(WAYS) >= 40


@pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
def test_a_broken_letter_is_one_sentence_and_the_last_good_one_goes_on(home: Path, letter: Path, way: Way) -> None:
    good = written(load(home))
    letter.write_bytes(way.break_it(letter.read_text("utf-8")))
    letters = load(home)
    assert letters.faults == [Fault("templates/welcome.md", way.line, way.what, way.remedy)]
    assert [earlier.name for earlier in letters.instead] == ["welcome.md"]
    assert written(letters) == good
    assert letters.faults[0].what.endswith(".") and "\n" not in str(letters.faults[0]).replace("\n", "", 1)
