"""The library of the clinic's own articles, as the office manager keeps it in config/articles.csv."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from jobs.articles.article_cells import (
    Wrong,
    look_at_words,
    read_address,
    read_code,
    read_confirmed,
    read_off,
    read_published,
    read_purpose,
    split_cell,
)
from jobs.articles.article_file import read_rows
from jobs.articles.own_words import load_own_words
from jobs.articles.pages import page_texts
from jobs.articles.vocabulary import Vocabulary, the_vocabulary, vocabulary_with
from jobs.clinic.faults import Fault, rename_to
from jobs.clinic.office_list import NEVER_CLOSED, Row
from jobs.clinic.office_text import garbled_word, is_utf_8

if TYPE_CHECKING:
    from jobs.articles.subjects import Index

Value = TypeVar("Value")


class Article(NamedTuple):
    """One article that a letter may recommend."""

    slug: str  # its name for good: by it is known who has had it
    title: str
    url: str
    summary: str
    topics: tuple[str, ...]  # as typed
    codes: tuple[str, ...]  # beginnings of ICD-10-CM codes, with their dot
    published: str  # 2026-10-18, or "" where nobody knows
    purpose: str  # care or news
    off: bool  # switched off, or not confirmed yet
    line: int  # in the file
    text: str = ""  # of its page, as far as it was read
    waits: bool = False  # was proposed, and the office manager has not confirmed it


@dataclass(frozen=True, eq=False)
class Library:
    """All articles that can be used, in the order of the file. Two libraries are never equal: each is remembered by
    itself with what was chosen from it.

    `faults` are those of the list and of the clinic's own words. Where the list `cannot_be_read`, nobody knows which
    articles the clinic has: that is not the same as having none.
    """

    articles: tuple[Article, ...] = ()
    vocabulary: Vocabulary | None = None  # with the clinic's own words; the plain one where there are none
    faults: tuple[Fault, ...] = ()
    cannot_be_read: bool = False

    def for_letters(self, category: str) -> "Library":
        """The articles that letters of this category may carry: what is news stands in no letter about care."""
        return self if category == "news" else self._about_care

    @cached_property
    def index(self) -> "Index":
        """By what a need can say; made once, and kept with the library."""
        from jobs.articles.subjects import index_of

        return index_of(self, self.vocabulary or the_vocabulary())

    @cached_property
    def _about_care(self) -> "Library":
        return Library(tuple(one for one in self.articles if one.purpose == "care"), self.vocabulary)


def load_library(path: Path, pages: Path | None = None) -> tuple[Library, list[Fault]]:
    """The articles, and every fault of the file at once. An article with a fault is left out; the others count.

    The clinic's own words are read from words.csv beside the list, and where `pages` is given what refresh_articles
    read on the articles' pages.
    """
    file = f"{path.parent.name}/{path.name}"
    try:
        content = path.read_bytes()
    except OSError as error:
        near = rename_to(path.name, path.parent.name, (other.name for other in path.parent.glob("*")))
        near = near or "Put the file back, or copy the one that came with the program."
        remedy = f"{near} Until then letters with articles wait."
        fault = Fault(file, 0, f"The file cannot be read ({error.strerror}).", remedy)
        return Library(faults=(fault,), cannot_be_read=True), [fault]
    rows, faults = read_rows(content, file)
    garbled = _garbled(rows, is_utf_8(content))
    faults += _told(garbled, file)
    articles: list[Article] = []
    lines: dict[str, int] = {}
    pages_used: dict[str, int] = {}
    for row in rows:
        reading = _Reading(row, lines)
        article = reading.article()
        if not reading.wrong and not article.off:
            reading.wrong += _twice(article, pages_used)
        if reading.wrong:
            faults += [Fault(file, row.line, what, remedy) for what, remedy in reading.wrong]
        elif row.line not in garbled:
            articles.append(article)
    lost = bool(faults) and (not articles or any(fault.what == NEVER_CLOSED for fault in faults))
    if pages is not None:
        texts = page_texts(pages)
        articles = [one._replace(text=texts[one.url]) if one.url in texts else one for one in articles]
    words, of_words = load_own_words(path.with_name("words.csv"))
    vocabulary = vocabulary_with(words) if words else None
    faults = [*sorted(faults), *of_words]
    return Library(tuple(articles), vocabulary, tuple(faults), lost), faults


def _garbled(rows: Sequence[Row], utf_8: bool) -> dict[int, str]:
    """The lines that a wrong encoding has garbled, each with a word of what patients read or it is found by.

    In a file that is not UTF-8 one such word tells that none of its accents can be trusted.
    """
    texts = {row.line: " ".join(row.cells[column] for column in ("title", "summary", "topics")) for row in rows}
    seen = {line: word for line, text in texts.items() if (word := garbled_word(text, utf_8))}
    if not seen or utf_8:
        return seen
    return {line: seen.get(line, "") for line, text in texts.items() if not text.isascii()}


def _told(garbled: dict[int, str], file: str) -> list[Fault]:
    """One fault for all such lines: the whole file was saved so."""
    if not garbled:
        return []
    line, word = next((line, word) for line, word in sorted(garbled.items()) if word)
    others = len(garbled) - 1
    more = f" So do {others} more lines." if others > 1 else " So does one more line." if others else ""
    what = f'The line holds garbled characters, such as "{word[:40]}".{more}'
    until = "they stand" if others else "it stands"
    remedy = f"Type them anew and save the list as CSV UTF-8; until then {until} in no letter."
    return [Fault(file, line, what, remedy)]


class _Reading:
    """One row on its way to an article. `lines` tells where each slug stood first, in any mix of capitals."""

    def __init__(self, row: Row, lines: dict[str, int]) -> None:
        self.row = row
        self.wrong: list[Wrong] = list(_missing(row))
        slug = row.text("slug").casefold()
        before = lines.setdefault(slug, row.line) if slug else row.line
        if before != row.line:
            what = f'slug "{row.text("slug")}" stands in line {before} already.'
            self.wrong.append(Wrong(what, "Give this article a slug of its own; the one above counts until then."))

    def article(self) -> Article:
        """The article; it counts only while nothing is wrong."""
        text = self.row.text
        topics = tuple(split_cell(self.row.cells["topics"]))
        waits = not self.take(read_confirmed(text("confirmed")), False)
        codes = [self.take(read_code(code), "") for code in split_cell(self.row.cells["icd10"])]
        if not topics and not codes and not waits:
            remedy = "Write into topics what it is about, such as: low back pain; running"
            self.wrong.append(Wrong("The article has no topic and no icd10, so it can never be chosen.", remedy))
        return Article(
            text("slug"),
            text("title"),
            self.take(read_address(text("url")), ""),
            text("summary"),
            topics,
            tuple(dict.fromkeys(codes)),
            self.take(read_published(text("published")), ""),
            self.take(read_purpose(text("purpose")), ""),
            self.take(read_off(text("off")), True) or waits,
            self.row.line,
            waits=waits,
        )

    def take(self, read: Value | Wrong, instead: Value) -> Value:
        """The value that was read, or `instead` with what is wrong noted."""
        if isinstance(read, Wrong):
            self.wrong.append(read)
            return instead
        return read


def _twice(article: Article, lines: dict[str, int]) -> Iterator[Wrong]:
    """No patient gets an article twice, nor its page under two names; `lines` tells where each page stood first."""
    before = lines.setdefault(article.url.rstrip("/"), article.line)
    if before != article.line:
        what = f"The url stands in line {before} already, so that a patient could get the page twice."
        yield Wrong(what, "Correct it, or delete one of the two lines; the one above counts until then.")


def _missing(row: Row) -> Iterator[Wrong]:
    if not row.text("slug"):
        yield Wrong(f'"{row.text("title")}" has no slug.', "Give it a short name, such as five-moves-for-a-stiff-back.")
    if not row.text("title"):
        yield Wrong(f'"{row.text("slug")}" has no title.', "Write the title as the patient shall read it.")
    for column in ("title", "summary"):
        if wrong := look_at_words(column, row.text(column)):
            yield wrong
