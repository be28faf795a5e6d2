"""The library is kept between runs: it is the same one, it is never an old one, and damage only costs time."""

import os
from pathlib import Path
from shutil import copytree

import pytest

from jobs.articles import kept_library as room
from jobs.articles.choice import Need, choose
from jobs.articles.kept_library import kept_library
from jobs.articles.library import Library, load_library

HEAD = "slug,title,url,topics,icd10,summary,published,purpose,off,confirmed\n"
BACK = "back,Running with a sore back,https://clinic.example/back,low back pain; running,M54.5,Slowly.,,care,,yes\n"
KNEE = "knee,A knee that hurts,https://clinic.example/knee,knee pain,M25.56,Stairs.,,care,,yes\n"
NEED = Need("M54.50", "LBP when running", "running", "Physical Therapy", "PT Follow Up", "")


class Desk:
    """A clinic's files of articles, and what was kept of them."""

    def __init__(self, folder: Path) -> None:
        self.list, self.words, self.pages = (folder / name for name in ("articles.csv", "words.csv", "pages.json"))
        self.cache = folder / "cache"
        self.list.write_text(HEAD + BACK + KNEE, "utf-8")

    def library(self) -> Library:
        return kept_library(self.list, self.pages, self.cache)

    def kept(self) -> Path:
        (file,) = self.cache.iterdir()
        return file


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The lists that were read because nothing kept could be used."""
    read: list[Path] = []

    def reading(path: Path, pages: Path) -> tuple[Library, list[object]]:
        read.append(path)
        library, faults = load_library(path, pages)
        return library, [*faults]

    monkeypatch.setattr(room, "load_library", reading)
    return read


def chosen(library: Library) -> list[tuple[str, float, str]]:
    found = choose(library.for_letters("care"), NEED, (), 3)
    return [(choice.article.slug, choice.score, choice.reason) for choice in found]


def test_what_was_kept_chooses_as_what_was_read(desk: Desk, made: list[Path]) -> None:
    first = chosen(desk.library())
    assert [slug for slug, _, _ in first] == ["back"]
    assert chosen(desk.library()) == first == chosen(load_library(desk.list)[0])
    assert made == [desk.list]


def test_it_is_read_anew_when_a_file_changes_and_one_copy_is_kept(desk: Desk, made: list[Path]) -> None:
    desk.library()
    desk.list.write_text(HEAD + BACK.replace("care,,", "care,off,") + KNEE, "utf-8")
    assert not chosen(desk.library())
    desk.words.write_text("words,meaning\nbackish,low back pain\n", "utf-8")
    desk.library()
    desk.pages.write_text("{}", "utf-8")
    desk.library()
    assert len(made) == 4
    assert desk.kept().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "file",
    [
        "articles/weighing.py", "articles/vocabulary.csv", "articles/company_words.txt",
        "articles/icd10cm_titles.tsv.gz", "clinic/office_text.py",
    ],
)  # fmt: skip
def test_it_is_read_anew_by_another_program(
    desk: Desk, made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr(room, "_ROOMS", [copytree(each, tmp_path / each.name) for each in room._ROOMS])
    desk.library()
    desk.library()
    assert len(made) == 1
    os.utime(tmp_path / file, ns=(1, 1))
    desk.library()
    assert len(made) == 2


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x05N."])
def test_damage_only_costs_time(desk: Desk, made: list[Path], damage: bytes) -> None:
    first = chosen(desk.library())
    desk.kept().write_bytes(damage)
    assert chosen(desk.library()) == first
    assert len(made) == 2


def test_what_others_could_have_written_is_not_trusted(desk: Desk, made: list[Path]) -> None:
    first = chosen(desk.library())
    os.chmod(desk.kept(), 0o666)
    assert chosen(desk.library()) == first
    assert len(made) == 2


def test_where_nothing_can_be_kept_the_letters_go_on(desk: Desk, made: list[Path]) -> None:
    desk.cache.write_text("not a folder", "utf-8")
    assert [slug for slug, _, _ in chosen(desk.library())] == ["back"]
    assert made == [desk.list]
