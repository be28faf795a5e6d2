"""The library of the made-up clinic, as the choice is tried on it."""

from datetime import date

import pytest

from jobs.articles.library import Library, load_library
from jobs.made_up.articles import articles_csv


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    path = tmp_path_factory.mktemp("clinic") / "config" / "articles.csv"
    path.parent.mkdir()
    path.write_bytes(articles_csv(date(2026, 3, 4)))
    made_up, faults = load_library(path)
    assert faults == []
    return made_up
