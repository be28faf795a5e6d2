"""stub"""

from collections.abc import Collection
from typing import NamedTuple

from jobs.articles.library import Article, Library


class Need(NamedTuple):
    diagnosis: str
    complaint: str
    activity: str
    service: str
    kind: str
    step: str


class Choice(NamedTuple):
    article: Article
    score: float
    reason: str


def choose(library: Library, need: Need, already: Collection[str], how_many: int) -> list[Choice]:
    return [Choice(a, 1.0, "x") for a in library.articles if need.kind.lower() in a.topics and a.slug not in already][
        :how_many
    ]
