"""The made-up articles and the labelled cases of this folder, as the choice gets them."""

from pathlib import Path
from typing import NamedTuple

from jobs.articles.choice import Need
from jobs.articles.library import Article, Library
from jobs.clinic.steps import read_step

HERE = Path(__file__).resolve().parent


class Case(NamedTuple):
    """One appointment as typed, and what a therapist would hand over."""

    sort: str  # plain, shorthand, typo, spanish, code, contradiction or nothing
    need: Need
    best: tuple[str, ...]
    also: tuple[str, ...]  # good beside the best
    never: tuple[str, ...]  # what the case is there to tempt with

    @property
    def nothing_fits(self) -> bool:
        return not self.best and not self.also


def read_cases(name: str) -> list[Case]:
    """The cases of a file of this folder."""
    return [_case(line) for line in (HERE / name).read_text("utf-8").splitlines() if line and line[0] != "#"]


def _case(line: str) -> Case:
    sort, diagnosis, complaint, activity, service, kind, *labels = (cell.strip() for cell in line.split("|"))
    kind = kind or "PT Follow Up"
    need = Need(diagnosis, complaint, activity, service or "Physical Therapy", kind, read_step(kind))
    best, also, never = (tuple(slug.strip() for slug in cell.split(";") if slug.strip()) for cell in labels)
    return Case(sort, need, best, also, never)


def read_articles() -> Library:
    """The made-up blog."""
    text = (HERE / "articles.txt").read_text("utf-8")
    blocks = [block.strip().splitlines() for block in text.split("\n\n")]
    return Library(tuple(_article(number, block) for number, block in enumerate(blocks[1:], 2) if block))


def _article(line: int, block: list[str]) -> Article:
    slug, title, topics, codes, published, *rest = (cell.strip() for cell in block[0].split("|"))
    purpose, off = ("news" if "news" in rest else "care"), "off" in rest
    split = [tuple(value.strip() for value in cell.split(";") if value.strip()) for cell in (topics, codes)]
    url = f"https://lakeside.example/blog/{slug}"
    return Article(slug, title, url, block[1], split[0], split[1], published, purpose, off, line, " ".join(block[2:]))
