"""A page from outside is read within bounds, whatever it holds."""

from multiprocessing.connection import Connection

import pytest

from jobs.articles import bounded as room
from jobs.articles.bounded import bounded
from jobs.articles.page import read_page
from jobs.articles.web import NotFetched


def without_end() -> str:
    while True:
        pass


def without_measure() -> int:
    return len(bytearray(4 << 30))


def broken() -> None:
    raise KeyError("Mira Quill")


def test_a_usual_page_is_read_as_it_is() -> None:
    content = b"<title>Knees</title><p>Go down the stairs slowly, and hold on to the rail while you do."
    assert bounded(read_page, content, "text/html", "utf-8") == read_page(content, "text/html", "utf-8")


def test_what_takes_too_long_too_much_or_fails_is_a_page_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFetched, match=r"^it cannot be read \(KeyError\)$"):
        bounded(broken)
    with pytest.raises(NotFetched, match=r"^it cannot be read \(MemoryError\)$"):
        bounded(without_measure)
    monkeypatch.setattr(room, "_SECONDS", 0.2)
    with pytest.raises(NotFetched, match=r"^it takes too long to read$"):
        bounded(without_end)
    with pytest.raises(NotFetched, match=r"^it takes too long to read$"):
        bounded(read_page, b"<p>a<li>" * 5000, "text/html", "utf-8")


def test_what_uses_up_its_time_of_the_processor_before_the_run_looks_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a machine that lets the run itself wait."""
    monkeypatch.setattr(room, "_SECONDS", 0.2)
    monkeypatch.setattr(Connection, "poll", lambda line, seconds: True)
    with pytest.raises(NotFetched, match=r"^it takes too long to read$"):
        bounded(without_end)
