"""The paper around the letters, `shell.html` and its like: whoever knows HTML may change it, and it is checked as well.

A letter is opened in private: nothing on its paper may tell others that it was.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from jobs.clinic.faults import Fault
from jobs.mail import letter_language as language
from jobs.mail.fields import FIELDS
from jobs.mail.letter_file import decode
from jobs.mail.letter_forms import PARTS, SHELL_HTML, SHELL_TEXT
from jobs.mail.letter_source import look_at_tags

BODY = re.compile(r"\{\{-?\s*letter\.body\s*-?\}\}")
ALL_FIELDS = (*(field.name for field in FIELDS), *language.SHELL_FIELDS)
MOST = 3
"""Faults of one file of the paper that are told one by one; a shell that was made for another program has dozens."""

_LOADED = re.compile(r"@import\b|url\(\s*['\"]?https?:|\bbackground=['\"]https?:", re.IGNORECASE)
_INERT = frozenset("script iframe form input button object embed video audio".split())


def check_paper(folder: str, parts: Mapping[str, bytes]) -> tuple[dict[str, str], list[Fault]]:
    """The texts of the paper by the names of their files, with their faults."""
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name in PARTS:
        file = f"{folder}/{name}"
        if not parts[name]:
            faults.append(Fault(file, 0, "The file is missing or empty.", "Restore it; every letter needs it."))
            continue
        texts[name], wrong = decode(parts[name], file)
        faults += _few(wrong or _look_at(name, texts[name], file), file)
    return texts, faults


def _look_at(name: str, text: str, file: str) -> list[Fault]:
    wrong = look_at_tags(text, file, 1) or language.check(text, file, 1, ALL_FIELDS)
    if not wrong and name.endswith(".html"):
        reader = _Elements(file)
        reader.feed(text)
        reader.close()
        wrong = reader.faults + _loaded(text, file)
    if name in (SHELL_HTML, SHELL_TEXT) and len(BODY.findall(text)) != 1 and not wrong:
        what = "The letter itself has no place in the shell, or more than one."
        wrong = [Fault(file, 0, what, "Write {{ letter.body }} once, where the letter belongs.")]
    return wrong


def _few(faults: list[Fault], file: str) -> list[Fault]:
    """The faults of one file; of many only the first, with how many follow."""
    if len(faults) <= MOST:
        return faults
    first = min(faults)
    what = f"{first.what.rstrip('.')}, and {len(faults) - 1} more mistakes follow."
    return [Fault(file, first.line, what, first.remedy)]


def _loaded(text: str, file: str) -> list[Fault]:
    """What mail programs would fetch when the letter is opened, by which others learn of it."""
    what = "The style loads something from elsewhere, which tells others that the letter was opened."
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _LOADED.search(line)]
    return [Fault(file, lines[0], what, "Delete it; use fonts that every machine has.")] if lines else []


class _Elements(HTMLParser):
    """Notes elements that do not work in mail programs, and pictures that nobody can read or that tell tales."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file
        self.faults: list[Fault] = []

    def _fault(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, self.getpos()[0], what, remedy))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _INERT:
            self._fault(f"<{tag}> does not work in mail programs.", "Delete it.")
        elif tag == "link" and "href" in values:
            self._fault("<link> loads something from elsewhere, which tells others that the letter was opened.",
                        "Delete it; write the style between <style> and </style>.")  # fmt: skip
        elif tag == "a" and values.get("href", "#") == "":
            self._fault("A link of the paper leads nowhere.", "Write its address, or delete it.")
        elif tag == "img":
            self._picture(values)

    def _picture(self, values: dict[str, str | None]) -> None:
        source = values.get("src") or ""
        if "{{" in source or {values.get("width"), values.get("height")} & {"0", "1"}:
            self._fault("A picture that is too small to see, or that is another one for each patient, tells others "
                        "who opened the letter.", "Delete it; letters are opened in private.")  # fmt: skip
        elif not source.startswith("https://"):
            self._fault("The address of a picture is incomplete.", "Begin it with https://.")
        elif "alt" not in values:
            self._fault("A picture has no words for those who do not see it.",
                        'Add alt="..." with what it shows; alt="" if it is mere ornament.')  # fmt: skip
