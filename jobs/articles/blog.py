"""Finds the articles of the clinic's blog: in a feed, a sitemap, WordPress, the blog's own page, or saved pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from jobs.articles.bounded import bounded
from jobs.articles.page import Page, read_page
from jobs.articles.web import Fetched, NotFetched, Web
from jobs.clinic.cells import tidy

_MOST = 500  # articles of one blog
_SITEMAPS, _POST_PAGES, _POSTS_AT_ONCE = 10, 5, 50
_FILES = (".html", ".htm", ".txt", ".md")
_CAMPAIGN = re.compile(r"utm_\w+|fbclid|gclid|mc_\w+|ref", re.IGNORECASE)
_NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|css|js|ico|mp4|zip|xml|json)$", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """An article as a blog lists it; `page` is there where it was listed whole."""

    address: str
    title: str = ""
    published: str = ""
    summary: str = ""
    page: Page | None = None


class NotABlog(Exception):
    """A place in which no article can be found; the text says why."""


def find_entries(place: str, home: Path, web: Web, only: str = "") -> list[Entry]:
    """The articles that a place lists, each once. Raises NotABlog or NotFetched."""
    if place.casefold().startswith(("http://", "https://")):
        found = _of_answer(web.fetch(place), web)
    else:
        found = _of_folder(home / Path(place).expanduser())
    entries: dict[str, Entry] = {}
    for entry in found:
        if only in entry.address and len(entries) < _MOST:
            plain = replace(entry, address=without_campaign(entry.address))
            entries.setdefault(address_key(plain.address), plain)
    return list(entries.values())


def address_key(address: str) -> str:
    """One key for all ways to write the address of one page."""
    parts = urlsplit(without_campaign(address))
    path = parts.path.rstrip("/") or "/"
    return f"{parts.netloc.lower().removeprefix('www.')}{path}" + (f"?{parts.query}" if parts.query else "")


def without_campaign(address: str) -> str:
    """The address without its mark in the page and without what only counts visitors."""
    parts = urlsplit(address.strip())
    kept = [(name, value) for name, value in parse_qsl(parts.query, True) if not _CAMPAIGN.fullmatch(name)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def _of_answer(answer: Fetched, web: Web) -> Iterator[Entry]:
    """What an address of the web lists, by what it turns out to be."""
    beginning = answer.content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"[", b"{")):
        yield from _of_wordpress(answer, web)
    elif b"<urlset" in beginning or b"<sitemapindex" in beginning:
        yield from _of_sitemap(answer, web, _SITEMAPS)
    elif b"<rss" in beginning or b"<feed" in beginning or b"<rdf:rdf" in beginning:
        yield from _of_feed(answer)
    else:
        yield from _of_blog_page(answer, web)


def _of_feed(answer: Fetched) -> Iterator[Entry]:
    entries = bounded(_feed_entries, answer.content, answer.address)
    if entries is None:
        raise NotABlog("its feed holds definitions that could overwhelm a reader, so it is not read")
    yield from entries


def _feed_entries(content: bytes, address: str) -> list[Entry] | None:
    """What a feed lists; None where it holds definitions."""
    import feedparser
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        fromstring(content)
    except DefusedXmlException:
        return None
    except (ParseError, ValueError, LookupError):
        pass  # feeds are often not quite well-formed; feedparser reads them all the same
    entries = []
    for item in feedparser.parse(content).entries:
        whole = next((part.get("value", "") for part in item.get("content", [])), "")
        moment = item.get("published_parsed") or item.get("updated_parsed")
        day = f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}" if moment else ""
        place = urljoin(address, item.get("link", ""))
        entries.append(_entry(place, item.get("title", ""), day, item.get("summary", ""), whole))
    return entries


def _of_sitemap(answer: Fetched, web: Web, most: int) -> Iterator[Entry]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(answer.content)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        raise NotABlog("its sitemap cannot be read") from None
    places = [tidy(tag.text or "") for tag in root.iter() if str(tag.tag).endswith("}loc") or tag.tag == "loc"]
    if str(root.tag).endswith("sitemapindex"):
        posts = [place for place in places if "post" in place] or places
        for place in posts[:most]:
            yield from _of_sitemap(web.fetch(place), web, 0)
        return
    yield from (Entry(place) for place in places if not _NO_PAGE.search(urlsplit(place).path))


def _of_wordpress(answer: Fetched, web: Web) -> Iterator[Entry]:
    """The posts of WordPress's own interface (`.../wp-json/wp/v2/posts`), as many pages of them as are needed."""
    for page in range(1, _POST_PAGES + 1):
        try:
            address = f"{without_campaign(answer.address).split('?')[0]}?per_page={_POSTS_AT_ONCE}&page={page}"
            posts = json.loads(web.fetch(address).content)
        except NotFetched:
            if page == 1:
                raise
            return
        except ValueError:
            raise NotABlog("what it answers is no list of posts") from None
        if not isinstance(posts, list) or not all(isinstance(post, dict) and post.get("link") for post in posts):
            raise NotABlog("what it answers is no list of posts")
        yield from bounded(_post_entries, posts)
        if len(posts) < _POSTS_AT_ONCE:
            return


def _post_entries(posts: list[dict[str, object]]) -> list[Entry]:
    entries = []
    for post in posts:
        title, excerpt, content = (_rendered(post, name) for name in ("title", "excerpt", "content"))
        entries.append(_entry(str(post["link"]), title, str(post.get("date") or "")[:10], excerpt, content))
    return entries


def _rendered(post: dict[str, object], name: str) -> str:
    value = post.get(name)
    return str(value.get("rendered") or "") if isinstance(value, dict) else str(value or "")


def _of_blog_page(answer: Fetched, web: Web) -> Iterator[Entry]:
    """The feed that a page of the blog names, else the pages of the same site that lie below it."""
    feed, links = bounded(_links, answer.content, answer.charset)
    if feed:
        yield from _of_feed(web.fetch(urljoin(answer.address, feed)))
        return
    below = address_key(answer.address).rstrip("/") + "/"
    for link in links:
        address = urljoin(answer.address, link)
        if address_key(address).startswith(below) and not _NO_PAGE.search(urlsplit(address).path):
            yield Entry(address)


def _links(content: bytes, charset: str) -> tuple[str, list[str]]:
    """The feed that a page names, "" for none, and all that it links to."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(content, "html.parser", from_encoding=charset or None)
    for link in soup.find_all("link", rel="alternate", href=True):
        if "rss" in str(link.get("type")) or "atom" in str(link.get("type")):
            return str(link["href"]), []
    return "", [str(link["href"]) for link in soup.find_all("a", href=True)]


def _entry(address: str, title: str, published: str, summary: str, content: str) -> Entry:
    """An entry whose parts are HTML, as feeds and WordPress have them."""
    whole = None
    if len(content) > len(summary) and address:
        whole = read_page(f"<article>{content}</article>".encode(), "text/html", "utf-8", address)
    return Entry(address, in_words(title), published, in_words(summary), whole)


def in_words(html: str) -> str:
    """A piece of HTML as a person reads it."""
    from bs4 import BeautifulSoup

    return tidy(BeautifulSoup(html, "html.parser").get_text(" ")) if "<" in html or "&" in html else tidy(html)


def _of_folder(folder: Path) -> Iterator[Entry]:
    if not folder.is_dir():
        raise NotABlog("there is no such folder")
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in _FILES and file.is_file():
            kind = "text/html" if file.suffix.lower().startswith(".htm") else "text/plain"
            try:
                page = bounded(read_page, file.read_bytes()[:5_000_000], kind)
            except NotFetched:  # the file's name is no address: that is told of it
                yield Entry(file.name)
                continue
            yield Entry(page.address or file.name, page.title, page.published, page.summary, page)
