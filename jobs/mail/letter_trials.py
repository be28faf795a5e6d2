"""Each letter is written to made-up patients before any real one: what goes wrong here never goes out."""

import re
from collections.abc import Callable, Collection
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from jobs.clinic.faults import Fault
from jobs.mail.fields import ArticleValues, LetterValues

if TYPE_CHECKING:
    from jobs.mail.letter_forms import Written
    from jobs.mail.letter_source import LetterSource

LARGEST = 100_000
"""Bytes of HTML; Gmail hides the end of a letter of more than 102 KB."""

_ARTICLE = ArticleValues(
    "Getting ready for your first visit",
    "https://clinic.example/blog/first-visit",
    "What to bring, what to wear and what happens in the first hour.",
    "first visits, getting started",
)
_STOP = {"unsubscribe_mailto": "mailto:stop@clinic.example?subject=stop", "unsubscribe_url": ""}

MADE_UP: dict[str, LetterValues] = {
    "a patient with everything": LetterValues(
        "Jamie", "2026-03-04T17:30:00Z", "Robin Sample", "Main Street studio", (_ARTICLE, _ARTICLE), **_STOP
    ),
    "a patient of whom nothing is known": LetterValues(),
    "a patient with a long name": LetterValues(
        "Wolfeschlegelsteinhausen-Bergerdorff", "2026-09-30T19:30:00Z", "Bartholomew " * 8, "Hall " * 20,
        (ArticleValues("A long title " * 9, "https://clinic.example/" + "a" * 300, "Long words. " * 50),), **_STOP,
    ),
    "a patient with ten articles": LetterValues(
        "Pat", "2026-06-01T15:00:00Z", "Robin Sample", "", (_ARTICLE,) * 10
    ),
}  # fmt: skip

_EMPTY_LINK = re.compile(r"<a\b[^>]*href=(?:\"\s*\"|''|\"mailto:\"|\"tel:\")[^>]*>(.*?)</a>", re.S | re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def try_out(
    write: Callable[[LetterValues], "Written"], source: "LetterSource", rows: Collection[LetterValues] = ()
) -> list[Fault]:
    """Faults that show when the letter is written to the made-up patients, then to what real rows hold; each once."""
    faults, file, largest = list[Fault](), source.file, 0
    people = [*MADE_UP.items(), *((f"one of the clinic's patients (row {number})", row) for number, row in
                                  enumerate(rows, 1))]  # fmt: skip
    for who, values in people:
        try:
            written = write(values)
        except Exception as trouble:  # whatever a letter can run into must end as a sentence
            what = f"The letter cannot be written to {who} ({type(trouble).__name__})."
            faults.append(Fault(file, 0, what, "Compare its fields with the list in templates/README.md."))
            continue
        largest = max(largest, len(written.html.encode()))
        if not written.subject:
            faults.append(
                Fault(file, source.lines["subject"], f"The subject is empty for {who}.", "Add a few plain words.")
            )
        faults += [
            _empty_link(words, file, source.body, source.body_line) for words in _EMPTY_LINK.findall(written.html)
        ]
        faults += _crossed(written.html, file)
    if largest > LARGEST:
        what = f"The letter has {largest // 1000} KB; the limit is {LARGEST // 1000}."
        faults.append(Fault(file, 0, what, "Shorten it; mail programs hide the end of such a letter."))
    return list(dict.fromkeys(faults))


def _empty_link(words: str, file: str, body: str, body_line: int) -> Fault:
    plain = re.sub(r"<[^>]*>", "", words).strip()
    lines = body.split("\n")
    at = next((number for number, line in enumerate(lines, body_line) if f"[{plain}]" in line.replace("*", "")), 0)
    used = re.search(r"\]\(\s*\{\{\s*([\w.]+)", lines[at - body_line]) if at else None
    name = used[1] if used else ""
    remedy = "Fill in its address."
    if name.startswith("clinic."):
        remedy = (f"Fill in {name.partition('.')[2]} in config/clinic.yaml, or put the link between "
                  f"{{% if {name} %}} and {{% endif %}}.")  # fmt: skip
    return Fault(file, at, f'The link "{plain[:40]}" leads nowhere.', remedy)


class _Order(HTMLParser):
    """Sees whether elements are closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.crossed = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.crossed = self.crossed or tag


def _crossed(html: str, file: str) -> list[Fault]:
    reader = _Order()
    reader.feed(html)
    reader.close()
    if not reader.crossed and not reader.open:
        return []
    what = "An {% if %} or {% endif %} stands in the middle of a list, a bold word or a link."
    return [Fault(file, 0, what, "Put each of them on a line of its own, or around whole words.")]
