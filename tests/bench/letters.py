"""How long one finished message takes: from a patient's values to the bytes that leave.

    .venv/bin/python tests/bench/letters.py [--letters 300] [--rounds 5]

Ours is held against what a plain script does for the same letter: Jinja2 fills the page for each patient, a library
writes the styles into its elements, `email.message.EmailMessage` builds the message. The library is premailer where it
can be imported, and css-inline, which is quicker and which this program uses once per template. Both get the same page
with its style sheet, the same plain text, the same headers. In each round they take turns; the median counts, in CPU
seconds of this process. The messages are parsed again and their parts compared, word for word, and so are their links.
"""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bs4 import BeautifulSoup
from jinja2 import Environment
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt

from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import ArticleValues, LetterValues, clinic_values, spoken_values
from jobs.mail.letter_forms import Written
from jobs.mail.message import Envelope, finish, message_id
from jobs.mail.templates import load_letters

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
CLINIC = ClinicProfile(
    "lakeside", "Lakeside Physical Therapy", "America/Los_Angeles", "1 Made-Up Lane, Lakeside", "555-0100",
    "https://lakeside.example", "https://lakeside.example/book", "https://lakeside.example/review",
)  # fmt: skip
SENDER, NOW = "hello@lakeside.example", datetime(2026, 3, 4, 17, tzinfo=UTC)
ARTICLES = (
    ArticleValues("Five moves for the morning", "https://lakeside.example/a", "Short, gentle moves, in ten minutes."),
    ArticleValues("How to come back to running", "https://lakeside.example/b", "A plan of six weeks."),
)


def patient(number: int) -> LetterValues:
    """Every patient is another one, so that nothing can be kept from the one before."""
    stop = f"mailto:{SENDER}?subject=stop%20{number}"
    return LetterValues(f"Mira{chr(97 + number % 26)}", "2026-03-04T17:30:00Z", f"Robin {number}", "", ARTICLES, stop)


class Plain:
    """The letter as a plain script keeps it: one Jinja template a form, with the style sheet at its head."""

    def __init__(self, name: str, inline: Callable[[str], str]) -> None:
        source = (TEMPLATES / name).read_text("utf-8")
        head, _, body = source.partition("---\n")[2].partition("---\n")
        lists = {kind: (TEMPLATES / f"articles.{kind}").read_text("utf-8") for kind in ("html", "txt")}
        marked = re.sub(r"\(\{\{ ([\w.]+) \}\}\)", r"(FIELD-\1)", body.replace("{{ articles }}", "ARTICLES"))
        html = MarkdownIt("commonmark", {"breaks": True}).render(marked)
        html = re.sub(r"FIELD-([\w.]+)", r"{{ \1 }}", html)
        html = html.replace("<p>ARTICLES</p>", lists["html"])
        html = re.sub(r"<p>(\{%.*?%\})</p>|<p>(\{%[^%]*%\})\n", lambda tag: tag[1] or tag[2], html)
        text = body.replace("{{ articles }}", lists["txt"])
        shells = {kind: (TEMPLATES / f"shell.{kind}").read_text("utf-8") for kind in ("html", "txt")}
        self._html = SandboxedEnvironment(autoescape=True).from_string(
            shells["html"].replace("{{ letter.body }}", html)
        )
        self._text = SandboxedEnvironment().from_string(shells["txt"].replace("{{ letter.body }}", text))
        self._subject = Environment(autoescape=False).from_string(head.partition('subject: "')[2].partition('"')[0])
        self._inline = inline
        self._clinic = nested(clinic_values(CLINIC))

    def message(self, values: LetterValues, number: int) -> bytes:
        spoken = spoken_values(values, CLINIC.zone)
        fields: dict[str, Any] = self._clinic | {
            "patient": {"first_name": spoken["patient_first_name"]},
            "appointment": {name: spoken[f"appointment_{name}"] for name in ("date", "time", "provider", "location")},
            "articles": [article._asdict() for article in values.articles],
        }
        subject = self._subject.render(fields)
        fields["letter"] = {"subject": subject, "preheader": "", "language": "en", "direction": "ltr",
                            "stop_url": values.unsubscribe_mailto}  # fmt: skip
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, f"p{number}@patient.example", subject
        message["Date"], message["Message-ID"] = format_datetime(NOW), message_id("lakeside.example", str(number))
        message["List-Unsubscribe"] = f"<{values.unsubscribe_mailto}>"
        message.set_content(self._text.render(fields))
        message.add_alternative(self._inline(self._html.render(fields)), subtype="html")
        return message.as_bytes(policy=policy.SMTP)


def nested(values: dict[str, str]) -> dict[str, Any]:
    """`clinic.name` as `{"clinic": {"name": ...}}`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        room, _, field = name.partition(".")
        found.setdefault(room, {})[field] = value
    return found


def ours(write: Callable[[str, LetterValues], Written], name: str, values: LetterValues, number: int) -> bytes:
    to, key = f"p{number}@patient.example", message_id("lakeside.example", str(number))
    envelope = Envelope(SENDER, "", to, "", key, NOW, values.unsubscribe_mailto)
    return finish(write(name, values), envelope)


def inliners() -> dict[str, Callable[[str], str]]:
    """The ways to write styles into elements that are here."""
    import css_inline

    found: dict[str, Callable[[str], str]] = {
        "css-inline": css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True).inline
    }
    try:
        from premailer import Premailer  # type: ignore[import-not-found]
    except ImportError:
        return found
    return {"premailer": lambda page: str(Premailer(page, cssutils_logging_level="CRITICAL").transform()), **found}


def words(data: bytes) -> dict[str, list[str]]:
    """What a patient reads in each part, and where its links lead: headers parsed, blanks and wrapping left aside."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_type(): str(part.get_content()) for part in message.iter_parts()}
    page = BeautifulSoup(parts["text/html"], "html.parser")
    for hidden in page.select(".preheader, style, title"):
        hidden.decompose()
    return {
        "headers": [str(message[name]) for name in ("From", "To", "Subject", "Message-ID", "List-Unsubscribe")],
        "html": page.get_text(" ").split(),
        "links": [str(link["href"]) for link in page.find_all("a")],
        "text links": re.findall(r"https?://[^\s)]+|mailto:\S+", parts["text/plain"]),
    }


def timed(make: Callable[[int], bytes], count: int) -> float:
    """Milliseconds of CPU for one message."""
    start = process_time()
    for number in range(count):
        make(number)
    return (process_time() - start) / count * 1000


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--letters", type=int, default=300)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--template", default="after_evaluation.md")
    asked = reader.parse_args()
    letters = load_letters(TEMPLATES, CLINIC, None)
    makers: dict[str, Callable[[int], bytes]] = {
        "ours": lambda number: ours(letters.write, asked.template, patient(number), number)
    }
    for name, inline in inliners().items():
        plain = Plain(asked.template, inline)
        makers[f"Jinja2 + {name} + EmailMessage"] = lambda number, plain=plain: plain.message(patient(number), number)  # type: ignore[misc]
    for make in makers.values():
        assert words(make(7)) == words(makers["ours"](7)), "the messages do not say the same"
    times: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(asked.rounds):
        for name, make in makers.items():
            times[name].append(timed(make, asked.letters))
    usual = median(times["ours"])
    print(f"{asked.template}, {asked.letters} letters, {asked.rounds} rounds; the parts of all messages say the same")
    for name, found in times.items():
        print(f"  {name:40} {median(found):7.3f} ms a message   {median(found) / usual:6.1f} times ours")


if __name__ == "__main__":
    main()
