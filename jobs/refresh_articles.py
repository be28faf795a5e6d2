"""Read the clinic's blog: propose new articles, follow moved pages, switch off dead ones."""

from collections.abc import Sequence
from datetime import date

from jobs.articles.blog import Entry, NotABlog, find_entries
from jobs.articles.list_editing import NotEditable
from jobs.articles.own_words import load_own_words
from jobs.articles.pages import NAME, load_pages, save_pages
from jobs.articles.refreshing import Findings, drop_unlisted, look_at_known, propose, rows_of, save_list
from jobs.articles.vocabulary import vocabulary_with
from jobs.articles.web import NotFetched, Web
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools


def run(tools: Tools, today: date) -> Outcome:
    """Look at the articles' pages, find new ones in the blog, and bring config/articles.csv up to date."""
    settings = tools.settings.articles
    if not settings.blog:
        return Outcome(notes=("No blog is named in config/clinic.yaml (articles: blog), so nothing was looked at.",))
    path, kept = tools.home / "config" / "articles.csv", tools.state_dir / NAME
    web = Web(settings.own_network, settings.pause_seconds)
    vocabulary = vocabulary_with(load_own_words(path.with_name("words.csv"))[0])
    try:
        rows, pages = rows_of(path), load_pages(kept)
        known = look_at_known(rows, pages, web, today, settings.pages_at_once)
        entries, faults = _entries(tools, web)
        left = settings.pages_at_once - known.looked_at
        new = propose(entries, rows, pages, web, vocabulary, today, max(left, 1), settings.confirm)
        save_list(path, (known, new))
        save_pages(kept, drop_unlisted(pages, rows_of(path)))
    except (NotEditable, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return Outcome(failed=f"config/articles.csv could not be brought up to date and is as it was: {reason}")
    return _outcome(known, new, faults, len(faults) == len(settings.blog))


def _entries(tools: Tools, web: Web) -> tuple[list[Entry], list[str]]:
    """What the places of the blog list, and a sentence for each that could not be read."""
    settings = tools.settings.articles
    found: list[Entry] = []
    faults = []
    for place in settings.blog:
        try:
            found += find_entries(place, tools.home, web, settings.only)
        except (NotABlog, NotFetched) as error:
            faults.append(f"{place} could not be read: {error}.")
    return found, faults


def _outcome(known: Findings, new: Findings, faults: Sequence[str], nothing_read: bool) -> Outcome:
    counts = {
        "pages looked at": known.looked_at + new.looked_at,
        "articles proposed": len(new.added),
        "articles changed": len(known.changed),
    }
    waiting = sum(row["confirmed"] == "no" for row in new.added)
    if waiting:
        new.notes.append(f"{waiting} new articles wait for a yes under `confirmed` in config/articles.csv.")
    notes = (*known.notes, *new.notes, *(() if nothing_read else faults))
    return Outcome(counts, notes=notes, failed=" ".join(faults) if nothing_read else "")
