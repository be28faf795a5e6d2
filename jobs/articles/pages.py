"""What is known of the articles' pages: their words, when they were looked at, and what was wrong with them.

The file lies in the state folder and can be lost without harm: the next refresh reads the pages again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from jobs.machine.whole_files import write_whole

NAME = "articles.json"
TEXT_KEPT = 2_000  # characters of a page that the choice looks at; its headings stand first
_FORM = 1


@dataclass(frozen=True)
class KnownPage:
    """What the last look at an article's page said."""

    looked_on: str = ""  # the day
    title: str = ""
    text: str = ""
    etag: str = ""
    last_modified: str = ""
    failed: int = 0  # looks in a row without an answer
    fault: str = ""  # what is wrong with it, in words; "" where nothing is
    fault_since: str = ""  # the day

    def well(self, day: str) -> "KnownPage":
        """The page answered."""
        return replace(self, looked_on=day, failed=0, fault="", fault_since="")

    def ill(self, day: str, fault: str) -> "KnownPage":
        """The page did not answer, or no longer is what it was."""
        return replace(self, looked_on=day, failed=self.failed + 1, fault=fault, fault_since=self.fault_since or day)


def load_pages(path: Path) -> dict[str, KnownPage]:
    """What is known, by the page's address; nothing where the file is missing or damaged."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["form"] != _FORM:
            return {}
        return {address: KnownPage(**page) for address, page in kept["pages"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def save_pages(path: Path, pages: Mapping[str, KnownPage]) -> None:
    """Keep what is known, whole or not at all."""
    kept = {"form": _FORM, "pages": {address: asdict(page) for address, page in sorted(pages.items())}}
    write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1).encode())


def page_texts(path: Path) -> dict[str, str]:
    """The words of each page, by its address."""
    return {address: page.text for address, page in load_pages(path).items() if page.text}


def page_faults(state_dir: Path) -> list[str]:
    """A sentence for each article whose page is gone, moved or silent, for whoever keeps the list."""
    pages = load_pages(state_dir / NAME)
    return [
        f"{page.fault_since}: {page.title or 'an article'} ({address}): {page.fault}"
        for address, page in sorted(pages.items(), key=lambda one: (one[1].fault_since, one[0]))
        if page.fault
    ]
