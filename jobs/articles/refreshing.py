"""Brings config/articles.csv up to date with the blog: new articles, pages that moved, pages that are gone.

What the office manager wrote is left as it is. The program writes only into `url` where a page moved, into `off` where
one is gone, into `note`, and whole new lines.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from jobs.articles.article_cells import Wrong, read_address, read_off
from jobs.articles.article_file import read_rows
from jobs.articles.blog import Entry, address_key
from jobs.articles.bounded import bounded
from jobs.articles.list_editing import NotEditable, as_cell, edited
from jobs.articles.page import Page, opening, read_page
from jobs.articles.pages import TEXT_KEPT, KnownPage
from jobs.articles.topics import propose_topics
from jobs.articles.vocabulary import Vocabulary
from jobs.articles.web import Fetched, NotFetched, Web
from jobs.clinic.office_list import Row
from jobs.machine.whole_files import write_whole

_SILENT_LOOKS = 3  # looks in a row without an answer, after which an article is switched off
_LONGEST_SLUG = 60
_NO_SUCH_PAGE = re.compile(r"\b404\b|\bpage (?:was )?(?:not|could not be|cannot be|can.t be) found\b", re.IGNORECASE)
_OURS = "refresh_articles"
_TRIES = 3


@dataclass
class Findings:
    """What a refresh found: what it puts into the list, by address key, and what it tells."""

    added: list[dict[str, str]] = field(default_factory=list)
    changed: dict[str, dict[str, str]] = field(default_factory=dict)
    looked_at: int = 0
    notes: list[str] = field(default_factory=list)


def look_at_known(rows: Sequence[Row], pages: dict[str, KnownPage], web: Web, today: date, most: int) -> Findings:
    """Ask for the pages of the articles in the list, those first that were longest not looked at."""
    findings = Findings()
    usable = [row for row in rows if _is_looked_at(row)]
    usable.sort(key=lambda row: pages.get(row.text("url"), KnownPage()).looked_on)
    for row in usable[:most]:
        address = row.text("url")
        known = pages.get(address, KnownPage())
        findings.looked_at += 1
        try:
            answer = web.fetch(address, known.etag, known.last_modified)
            page = (
                None
                if answer.unchanged
                else bounded(read_page, answer.content, answer.kind, answer.charset, answer.address)
            )
        except NotFetched as error:
            _silent(row, pages, known.ill(today.isoformat(), str(error)), error.gone, findings, today)
            continue
        _answered(row, pages, known, answer, page, findings, today)
    return findings


def propose(
    entries: Iterable[Entry],
    rows: Sequence[Row],
    pages: dict[str, KnownPage],
    web: Web,
    vocabulary: Vocabulary,
    today: date,
    most: int,
    confirm: bool,
) -> Findings:
    """A line for each article of the blog that is not in the list yet."""
    findings = Findings()
    known = {address_key(row.text("url")) for row in rows if row.text("url")}
    slugs = {row.text("slug").casefold() for row in rows}
    for entry in entries:
        if address_key(entry.address) in known:
            continue
        known.add(address_key(entry.address))
        wrong = read_address(entry.address)
        if isinstance(wrong, Wrong):
            findings.notes.append(f'"{entry.title or entry.address}" cannot be proposed: {wrong.what}')
            continue
        if entry.page is None and findings.looked_at >= most:
            findings.notes.append(f"More than {most} new pages: the rest waits for the next run.")
            break
        try:
            page, known_page = _whole(entry, web, today, findings)
        except NotFetched as error:
            findings.notes.append(f"{entry.address} cannot be proposed: {error}.")
            continue
        if not page.title or _NO_SUCH_PAGE.search(page.title):
            findings.notes.append(f"{entry.address} cannot be proposed: it has no title.")
            continue
        pages[entry.address] = known_page
        findings.added.append(_line(entry.address, page, vocabulary, slugs, today, confirm))
    return findings


def save_list(path: Path, findings: Sequence[Findings]) -> None:
    """Put what was found into the list, which may have been edited meanwhile. Raises NotEditable or OSError."""
    added = [row for found in findings for row in found.added]
    changed = {key: cells for found in findings for key, cells in found.changed.items()}
    if not added and not changed:
        return
    for _ in range(_TRIES):
        content = path.read_bytes()
        rows, _faults = read_rows(content, path.name)
        lines = {row.line: changed[key] for row in rows if (key := address_key(row.text("url"))) in changed}
        there = {address_key(row.text("url")) for row in rows}
        new = edited(content, lines, [row for row in added if address_key(row["url"]) not in there])
        if path.read_bytes() == content:
            write_whole(path, new, like_before=True)
            return
    raise NotEditable("The list of articles changed while it was being brought up to date; the next run tries again.")


def _is_looked_at(row: Row) -> bool:
    """Whether an article's page matters: it is not switched off, or this program did that."""
    if isinstance(read_address(row.text("url")), Wrong):
        return False
    off = read_off(row.text("off"))
    return off is False or _OURS in row.text("note")


def _silent(
    row: Row, pages: dict[str, KnownPage], page: KnownPage, gone: bool, findings: Findings, today: date
) -> None:
    """No page came: gone for good, or silent for a while."""
    if not gone and page.failed < _SILENT_LOOKS:
        pages[row.text("url")] = replace(page, title=page.title or row.text("title"))
        return
    _switch_off(row, pages, page, findings, today)


def _switch_off(row: Row, pages: dict[str, KnownPage], page: KnownPage, findings: Findings, today: date) -> None:
    fault = page.fault
    if read_off(row.text("off")) is False:
        note = f"{today.isoformat()} switched off by {_OURS}: {fault}"
        findings.changed[address_key(row.text("url"))] = {"off": "yes", "note": _with_note(row, note)}
        findings.notes.append(f'The article "{row.text("slug")}" was switched off: {fault}.')
    pages[row.text("url")] = replace(page, title=page.title or row.text("title"), fault=f"switched off: {fault}")


def _answered(
    row: Row,
    pages: dict[str, KnownPage],
    known: KnownPage,
    answer: Fetched,
    page: Page | None,
    findings: Findings,
    today: date,
) -> None:
    """A page came: the same one, one that says that there is none, or another one."""
    day, address = today.isoformat(), row.text("url")
    title = page.title if page else known.title
    if page and _NO_SUCH_PAGE.search(page.title):
        _switch_off(row, pages, known.ill(day, "its page says that there is none"), findings, today)
        return
    if address_key(answer.address) != address_key(address):
        if not _is_same(answer, address, title, known.title):
            fault = f"its address now leads to another page ({answer.address})"
            _switch_off(row, pages, known.ill(day, fault), findings, today)
            return
        if answer.for_good and not isinstance(read_address(answer.address), Wrong):
            note = f"{day} {_OURS}: moved here from {address}"
            findings.changed[address_key(address)] = {"url": answer.address, "note": _with_note(row, note)}
            findings.notes.append(f'The page of "{row.text("slug")}" has moved; the list has its new address.')
            pages.pop(address, None)
            address = answer.address
    well = known.well(day)
    if page:
        text = opening(page, TEXT_KEPT)
        well = replace(well, title=title, text=text, etag=answer.etag, last_modified=answer.last_modified)
    pages[address] = well
    if read_off(row.text("off")) is not False and _OURS in row.text("note"):
        findings.changed.setdefault(address_key(row.text("url")), {}).update(
            off="", note=_with_note(row, f"{day} switched on again by {_OURS}: its page is back")
        )
        findings.notes.append(f'The article "{row.text("slug")}" was switched on again: its page is back.')


def _is_same(answer: Fetched, address: str, title: str, known_title: str) -> bool:
    """Whether a page that an address redirects to is the article still: on the same site, and not its front page."""
    here, there = urlsplit(address), urlsplit(answer.address)
    same_site = here.netloc.lower().removeprefix("www.") == there.netloc.lower().removeprefix("www.")
    if not same_site or there.path.strip("/") == "":
        return False
    return not known_title or title.casefold() == known_title.casefold()


def _with_note(row: Row, note: str) -> str:
    """The program's note in place of its earlier one, behind what the office manager noted."""
    hers = [part for part in row.text("note").split(" | ") if part and _OURS not in part]
    return " | ".join([*hers, note])


def _page(answer: Fetched) -> Page:
    return bounded(read_page, answer.content, answer.kind, answer.charset, answer.address)


def _whole(entry: Entry, web: Web, today: date, findings: Findings) -> tuple[Page, KnownPage]:
    """The page of an entry: as the blog listed it, else as its address gives it. Raises NotFetched."""
    looked, etag, last_modified = "", "", ""
    page = entry.page
    if page is None:
        findings.looked_at += 1
        answer = web.fetch(entry.address)
        page = _page(answer)
        looked, etag, last_modified = today.isoformat(), answer.etag, answer.last_modified
    page = replace(
        page,
        title=entry.title or page.title,
        published=entry.published or page.published,
        summary=entry.summary or page.summary,
    )
    known = KnownPage(looked, page.title, opening(page, TEXT_KEPT), etag, last_modified)
    return page, known


def _line(
    address: str, page: Page, vocabulary: Vocabulary, slugs: set[str], today: date, confirm: bool
) -> dict[str, str]:
    """The new line of the list; it waits for a yes where the clinic wants that, and where nothing is known of it."""
    topics = propose_topics(page, vocabulary)
    slug = slug_for(address, page.title, slugs)
    slugs.add(slug)
    return {
        "slug": slug,
        "title": as_cell(page.title),
        "url": address,
        "topics": as_cell("; ".join(topics)),
        "icd10": "",
        "summary": as_cell(page.summary),
        "published": page.published,
        "purpose": "care",
        "off": "",
        "confirmed": "no" if confirm or not topics else "yes",
        "note": f"proposed {today.isoformat()} by {_OURS}",
    }


def slug_for(address: str, title: str, taken: Collection[str]) -> str:
    """A short name for an article: the last part of its address, else its title; with a number where it is taken."""
    last = next((part for part in reversed(urlsplit(address).path.split("/")) if part), "")
    plain = _plain_words(re.sub(r"\.\w{2,5}$", "", last))
    if not re.search("[a-z]", plain):
        plain = _plain_words(title)
    slug = plain[:_LONGEST_SLUG].strip("-") or "article"
    numbers = (f"{slug}-{number}" for number in range(2, 10_000))
    return slug if slug not in taken else next(name for name in numbers if name not in taken)


def _plain_words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def rows_of(path: Path) -> list[Row]:
    """The lines of the list, also those with faults."""
    return read_rows(path.read_bytes(), path.name)[0]


def drop_unlisted(pages: Mapping[str, KnownPage], rows: Sequence[Row]) -> dict[str, KnownPage]:
    """What is known of the pages that the list still has."""
    listed = {row.text("url") for row in rows}
    return {address: page for address, page in pages.items() if address in listed}
