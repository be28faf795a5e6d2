"""Whatever stands in an export in the place of a name: the letter goes to one patient, with the usual headers."""

import os
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path

import pytest
from naughty_strings import ALL
from small_ledger import SmallLedger

from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import ArticleValues, LetterValues
from jobs.mail.message import Envelope, finish, message_id, recipients_of, stop_links
from jobs.mail.outbox import Ready, why_not
from jobs.mail.templates import Letters, load_letters
from jobs.mail.transports.gmail import addressed
from jobs.mail.transports.smtp_connection import on_the_wire

TO = "pat@patient.example"
NAMES = [
    "From", "Reply-To", "Auto-Submitted", "X-Auto-Response-Suppress", "To", "Subject", "Date", "Message-ID",
    "List-Unsubscribe", "MIME-Version", "Content-Type",
]  # fmt: skip
OTHERS = Path(os.environ.get("NAUGHTY_STRINGS", ""))  # one more list, a text a line: the blns.txt of npm's blns


@cache
def shipped() -> Letters:
    clinic = ClinicProfile("lakeside", "Lakeside Physical Therapy", "UTC", "1 Made-Up Lane", "555-0100")
    return load_letters(Path(__file__).resolve().parents[2] / "templates", clinic, None)


def texts() -> list[str]:
    more = OTHERS.read_text("utf-8", "surrogateescape").split("\n") if OTHERS.is_file() else []
    return [*ALL, *(line for line in more if line and not line.startswith("#"))]


def letter_with(text: str, template: str) -> Ready:
    """A letter whose every value out of an export is this text."""
    article = ArticleValues(text, "https://lakeside.example/a", text, text)
    mailto, _ = stop_links("hello@lakeside.example", "", "a-token")
    values = LetterValues(text, "2026-03-06T22:00:00Z", text, text, articles=(article,), unsubscribe_mailto=mailto)
    identity = message_id("lakeside.example", f"lakeside:{text!r}")
    now = datetime(2026, 3, 4, 17, tzinfo=UTC)
    envelope = Envelope("hello@lakeside.example", "Lakeside", TO, "office@lakeside.example", identity, now, mailto)
    return Ready(1, TO, identity, finish(shipped().write(template, values), envelope))


@pytest.mark.parametrize("template", ["welcome.md", "reminder.md"])
def test_every_such_name_gives_one_recipient_and_no_header_more(template: str) -> None:
    """welcome.md carries articles; the subject of reminder.md is filled for each letter."""
    wrong = []
    for text in texts():
        letter = letter_with(text, template)
        message = message_from_bytes(letter.data, policy=policy.default)
        parts = [part.get_content_type() for part in message.walk()]
        if (
            why_not(letter, recipients_of) is not None
            or [name for name, _ in message.items()] != NAMES
            or [address.addr_spec for address in message["To"].addresses] != [TO]
            or parts != ["multipart/alternative", "text/plain", "text/html"]
            or any(part.defects for part in message.walk())
            or on_the_wire(letter.data).count(b"\r\n.\r\n") != 1
            or max(map(len, letter.data.split(b"\r\n"))) > 998
            or addressed(letter) != letter.data
        ):
            wrong.append(text)
    assert wrong == []
    assert len(texts()) > 450


def test_no_such_text_is_taken_for_an_address(ledger: SmallLedger) -> None:
    good = letter_with("Pat", "welcome.md")
    for text in texts():
        if text in ("other@mail.example",):  # the one that is an address, though not the letter's
            assert "or another one" in str(why_not(good._replace(recipient=text), recipients_of))
        else:
            assert why_not(good._replace(recipient=text), recipients_of) is not None, repr(text)
