"""Reads an article's page, as HTML or plain text: its title, day, summary, headings and words."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.articles.article_cells import Wrong, read_published
from jobs.clinic.cells import tidy
from jobs.clinic.office_text import decoded

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_SUMMARY_LENGTH = 240
_HEADING_WORDS, _LEAD_WORDS = 12, 8
_MOST_WORDS = 60_000  # characters of a page that are read for its topics
_ASIDE = ("nav", "footer", "aside", "script", "style", "form", "noscript", "svg", "iframe", "button", "template")
_ASIDE_NAMES = re.compile(
    r"(?:^|[-_ ])(?:share|sharing|social|related|recent|comments?|sidebar|menu|cookies?|breadcrumbs?|newsletter|"
    r"subscribe|widget|tags|author-box|navigation|navbar)(?:[-_ ]|$)",
    re.IGNORECASE,
)
_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "td", "th", "blockquote", "figcaption", "div")
_SITE_BEHIND_TITLE = re.compile(r"\s+[|–—·»]\s+[^|–—·»]{2,60}$|\s+-\s+[^-]{2,60}$")
_BULLET = re.compile(r"^\s*(?:[-*•·–]|\(?\d{1,2}[.)]|[a-z][.)])\s+")
_LEAD_ENDS = re.compile(r"[:.?!]\s|\s[–—-]\s|[:.?!]$")
_SAVED_FROM = re.compile(rb"saved from url=\(\d+\)(\S+)")


@dataclass(frozen=True)
class Page:
    """What a page says; each "" where it does not."""

    address: str  # the one that it calls its own
    title: str
    published: str  # 2026-03-04
    summary: str
    headings: tuple[str, ...]  # headings, and the first words of paragraphs and of items in lists
    text: str


def read_page(content: bytes, kind: str, charset: str = "", address: str = "") -> Page:
    """The page, from its bytes and its media type (`text/plain`, else HTML)."""
    if kind == "text/plain":
        return read_plain(decoded(content), address)
    return _read_html(content, charset, address)


def read_plain(text: str, address: str = "") -> Page:
    """A page given as plain text: its first line is the title, short lines without a full stop are headings."""
    lines = [line.strip() for line in text[:_MOST_WORDS].splitlines()]
    kept = [line for line in lines if line]
    title = tidy(kept[0].lstrip("# ")) if kept else ""
    body = kept[1:]
    headings = [heading for line in body if (heading := _heading_of_line(line))]
    prose = [line for line in body if len(line.split()) > _HEADING_WORDS]
    return Page(address, title, "", _cut(tidy(prose[0])) if prose else "", tuple(headings), tidy(" \n".join(body)))


def _heading_of_line(line: str) -> str:
    plain = _BULLET.sub("", line.lstrip("#> ")).strip("*_ ")
    if len(plain.split()) <= _LEAD_WORDS and not plain.endswith((".", "!", ",")):
        return tidy(plain.rstrip(":"))
    return _lead(plain)


def _lead(text: str) -> str:
    """The first few words of a paragraph where they stand like a heading: `Sciatica: the nerve ...`."""
    ends = _LEAD_ENDS.search(text)
    lead = text[: ends.start()] if ends else ""
    return tidy(lead.strip("*_ ")) if lead and len(lead.split()) <= _LEAD_WORDS else ""


def _read_html(content: bytes, charset: str, address: str) -> Page:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(content, "html.parser", from_encoding=charset or None)
    facts = dict(_facts(soup))
    main = _main_part(soup)
    title = _title(soup, main, facts)
    headings = list(dict.fromkeys(filter(None, _headings(main, title))))
    paragraphs = [text for tag in main.find_all("p") if len((text := _words(tag)).split()) > _LEAD_WORDS]
    own = facts.get("canonical") or facts.get("og:url") or address or _saved_from(content)
    published = read_published((facts.get("published") or "")[:10])
    return Page(
        own if own.startswith(("http://", "https://")) else address,
        title,
        "" if isinstance(published, Wrong) else published,
        _cut(facts.get("description") or facts.get("og:description") or (paragraphs[0] if paragraphs else "")),
        tuple(headings),
        tidy(" ".join(_sentences(main)))[:_MOST_WORDS],
    )


def _facts(soup: "BeautifulSoup") -> Iterator[tuple[str, str]]:
    """What the head of a page says about it; the first of its kind counts last, so they come in reverse."""
    for tag in reversed(soup.find_all("time")):
        if tag.get("datetime"):
            yield "published", str(tag["datetime"])
    for tag in soup.find_all("script", type="application/ld+json"):
        for published in _dates_published(tag.string or ""):
            yield "published", published
    for tag in reversed(soup.find_all("meta")):
        name, value = str(tag.get("property") or tag.get("name") or "").lower(), tidy(str(tag.get("content") or ""))
        if value and name in ("og:title", "og:description", "og:url", "description"):
            yield name, value
        if value and name in ("article:published_time", "date", "dc.date"):
            yield "published", value
    for tag in soup.find_all("link", rel="canonical"):
        yield "canonical", str(tag.get("href") or "")


def _dates_published(text: str) -> Iterator[str]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return
    items = found if isinstance(found, list) else [found]
    graphs = [item["@graph"] for item in items if isinstance(item, dict) and isinstance(item.get("@graph"), list)]
    for item in (*items, *(node for graph in graphs for node in graph)):
        if isinstance(item, dict) and isinstance(item.get("datePublished"), str):
            yield item["datePublished"]


def _main_part(soup: "BeautifulSoup") -> "Tag":
    """The part of a page that is the article, without menus and what else stands around it."""
    for tag in soup.find_all(_ASIDE):
        tag.decompose()
    for tag in soup.find_all(role=["navigation", "banner", "contentinfo", "complementary", "search"]):
        tag.decompose()
    for tag in soup.find_all(["div", "section", "ul"], class_=_ASIDE_NAMES):
        if not tag.decomposed and not tag.find(["article", "main", "h1"]):
            tag.decompose()
    parts = soup.find_all("article") or soup.find_all("main") or soup.find_all(role="main")
    main: Tag = max(parts, key=lambda tag: len(tag.get_text()), default=soup.body or soup)
    if main.name not in ("article", "main"):
        for tag in main.find_all("header"):
            if not tag.find("h1"):
                tag.decompose()
    return main


def _title(soup: "BeautifulSoup", main: "Tag", facts: dict[str, str]) -> str:
    heading = main.find("h1") or soup.find("h1")
    whole = _words(soup.title) if soup.title else ""
    said = (_words(heading) if heading else "") or facts.get("og:title") or whole
    return said if heading else _SITE_BEHIND_TITLE.sub("", said)


def _headings(main: "Tag", title: str) -> Iterator[str]:
    for tag in main.find_all(["h2", "h3", "h4", "h5", "strong", "b", "li", "dt", "p"]):
        words = _words(tag)
        if not words or words == title:
            continue
        if tag.name in ("p", "dt"):
            yield _lead(words)
        elif tag.name == "li":
            yield _heading_of_line(words)
        elif len(words.split()) <= _HEADING_WORDS:
            yield _BULLET.sub("", words).rstrip(":.")


def _sentences(main: "Tag") -> Iterator[str]:
    """The words of each block, so that one ends before the next begins."""
    for tag in main.find_all(_BLOCKS):
        if not tag.find(_BLOCKS):
            words = _words(tag)
            if words:
                yield words if words.endswith((".", "!", "?", ":")) else f"{words}."


def _words(tag: "Tag") -> str:
    return tidy(tag.get_text(" "))


def _cut(text: str) -> str:
    """At most so many characters, cut where a sentence or at least a word ends."""
    if len(text) <= _SUMMARY_LENGTH:
        return text
    part = text[:_SUMMARY_LENGTH]
    end = max(part.rfind(mark) for mark in (". ", "! ", "? "))
    return part[: end + 1] if end > _SUMMARY_LENGTH // 3 else f"{part.rsplit(' ', 1)[0]} …"


def _saved_from(content: bytes) -> str:
    found = _SAVED_FROM.search(content[:2_000])
    return found[1].decode("ascii", "replace") if found else ""


def opening(page: Page, most: int) -> str:
    """A page's headings and first words, as far as they are kept for the choice."""
    return tidy(f"{' · '.join(_each_once(page.headings))} {page.text}")[:most]


def _each_once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
