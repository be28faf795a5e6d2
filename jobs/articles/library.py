"""The library of articles, as config/articles.csv holds it."""

import csv
from dataclasses import dataclass
from pathlib import Path

from jobs.clinic.faults import Fault


@dataclass(frozen=True)
class Article:
    slug: str
    title: str
    url: str
    summary: str
    topics: tuple[str, ...]
    codes: tuple[str, ...]
    published: str
    purpose: str
    off: bool
    line: int


@dataclass(frozen=True, eq=False)
class Library:
    articles: tuple[Article, ...]


def load_library(path: Path) -> tuple[Library, list[Fault]]:
    if not path.exists():
        return Library(()), []
    with path.open(newline="") as f:
        return Library(
            tuple(
                Article(
                    r["slug"],
                    r["title"],
                    r["url"],
                    r["summary"],
                    tuple(t.strip().lower() for t in r["topics"].split(";")),
                    (),
                    "",
                    "care",
                    False,
                    n,
                )
                for n, r in enumerate(csv.DictReader(f), 2)
            )
        ), []
