"""The bytes of a message, compared with Python's own builder. All addresses here are made up."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.mail.letter_forms import Written
from jobs.mail.message import (
    Envelope,
    address_mark,
    finish,
    message_id,
    read_token,
    recipients_of,
    stop_links,
    unsubscribe_token,
)

SECRET = b"a secret of the tests only"
ENVELOPE = Envelope(
    sender="post@riverbend.example",
    sender_name="Riverbend Therapy & Pilates",
    recipient="pat@patient.example",
    reply_to="desk@riverbend.example",
    message_id=message_id("riverbend.example", "letter 1"),
    date=datetime(2026, 3, 4, 9, 30, tzinfo=timezone(timedelta(hours=-8))),
    unsubscribe_mailto="mailto:stop@riverbend.example?subject=stop%20x",
    unsubscribe_url="https://riverbend.example/stop?t=x",
)
LETTER = Written("Thank you for coming in", "", "<p>Hello</p>\n", "Hello\n")


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def built(written: Written, envelope: Envelope) -> EmailMessage:
    """The same letter by the standard library."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    message["Reply-To"] = envelope.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["To"] = envelope.recipient
    message["Subject"] = written.subject
    message["Date"] = envelope.date
    message["Message-ID"] = envelope.message_id
    message["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>, <{envelope.unsubscribe_mailto}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(written.text, cte="quoted-printable")
    message.add_alternative(written.html, subtype="html", cte="quoted-printable")
    return parsed(message.as_bytes())


def ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def assert_same(ours: EmailMessage, theirs: EmailMessage) -> None:
    def heads(message: EmailMessage) -> dict[str, str]:
        return {n: " ".join(str(v).split()) for n, v in message.items() if n not in ("Content-Type", "MIME-Version")}

    assert not ours.defects and not list(ours.walk())[1].defects
    assert heads(ours) == heads(theirs)
    assert ours["MIME-Version"] == theirs["MIME-Version"]
    assert [part.get_content_type() for part in ours.walk()] == [part.get_content_type() for part in theirs.walk()]
    for mine, its in zip(list(ours.walk())[1:], list(theirs.walk())[1:], strict=True):
        assert mine.get_content() == ended(its.get_content())
        assert mine.get_content_charset() == its.get_content_charset() == "utf-8"


SUBJECTS = [
    "Plain",
    "Grüße aus Riverbend: " + "ä" * 60,
    "A long subject " * 9 + "end",
    "Your visit, 日本語 " * 6 + ".",
    "x" * 200,
    "🙂" * 40,
]
NAMES = [
    "Riverbend",
    "Riverbend, Therapy & Pilates",
    'The "Bend" \\ Clinic',
    "Physiothérapie Rivière",
    "Long name " * 9 + ".",
    "A. B. Clinic",
]
BODIES = [
    "",
    "\n",
    ".",
    ".\n..\n.x\n",
    "x" * 5000,
    "Grüße 🙂\n" * 40,
    "trailing \nblank\t\n \n",
    "= =3D =\n",
    "no end",
    "From here\n--=_x\n",
    "ä" * 999,
    "a\n\n\n",
]


@pytest.mark.parametrize(("subject", "name"), list(product(SUBJECTS, NAMES)))
def test_headers_say_the_same_as_those_of_the_standard_library(subject: str, name: str) -> None:
    written, envelope = LETTER._replace(subject=subject), ENVELOPE._replace(sender_name=name.strip())
    data = finish(written, envelope)
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert_same(parsed(data), built(written, envelope))


@pytest.mark.parametrize("words", ["日本語" * 20, "=?utf-8?q?no?=", "two  blanks", "ends in blank ", "é" * 26 + " é"])
def test_words_that_the_standard_library_would_change_come_back_as_they_were(words: str) -> None:
    data = finish(LETTER._replace(subject=words), ENVELOPE._replace(sender_name=words))
    message = message_from_bytes(data)  # the older policy: the newer one puts blanks between encoded words of names
    assert str(make_header(decode_header(message["Subject"]))) == words
    shown = "".join(message["From"].rpartition("<")[0].splitlines()).strip().strip('"')
    assert str(make_header(decode_header(shown))) == " ".join(words.split())
    assert max(map(len, data.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(("text", "html"), list(product(BODIES, BODIES)))
def test_parts_say_the_same_as_those_of_the_standard_library(text: str, html: str) -> None:
    written = LETTER._replace(text=text, html=html)
    data = finish(written, ENVELOPE)
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 78 and data.isascii()
    assert_same(parsed(data), built(written, ENVELOPE))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n=. \t"), max_size=300))
@example("a " * 200)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    part = list(parsed(finish(LETTER._replace(text=text), ENVELOPE)).walk())[1]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.decode().replace("\r\n", "\n") == ended(text)


def test_the_recipient_stands_bare_in_to() -> None:
    assert b"\r\nTo: pat@patient.example\r\n" in finish(LETTER, ENVELOPE)


def test_a_letter_that_cannot_be_stopped_by_a_link_has_no_such_header() -> None:
    data = finish(LETTER, ENVELOPE._replace(unsubscribe_url="", unsubscribe_mailto=""))
    assert b"List-Unsubscribe" not in data
    only_mail = finish(LETTER, ENVELOPE._replace(unsubscribe_url=""))
    assert b"List-Unsubscribe: <mailto:" in only_mail and b"List-Unsubscribe-Post" not in only_mail


@pytest.mark.parametrize(
    "field", ["sender", "sender_name", "recipient", "reply_to", "message_id", "unsubscribe_mailto", "unsubscribe_url"]
)
@pytest.mark.parametrize("control", ["\r\nBcc: x@y.example", "\n", "\r", "\x00", "\x7f", "\x85", "\u2028"])
def test_a_control_character_in_a_header_makes_no_message(field: str, control: str) -> None:
    with pytest.raises(ValueError) as caught:
        finish(LETTER, ENVELOPE._replace(**{field: getattr(ENVELOPE, field) + control}))
    assert "pat@patient.example" not in str(caught.value)


@pytest.mark.parametrize("subject", ["a\nb", "a\r\nBcc: x@y.example", "a\x00"])
def test_a_control_character_in_the_subject_makes_no_message(subject: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        finish(LETTER._replace(subject=subject), ENVELOPE)


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "pat",
        "a@b.example, c@d.example",
        "Pat <pat@patient.example>",
        "pät@a.example",
        "pat @patient.example",
        '"pat"@patient.example',
    ],
)
def test_only_a_bare_address_is_written_to(recipient: str) -> None:
    with pytest.raises(ValueError, match="no plain e-mail address"):
        finish(LETTER, ENVELOPE._replace(recipient=recipient))


def test_a_date_without_a_zone_makes_no_message() -> None:
    with pytest.raises(ValueError, match="zone"):
        finish(LETTER, ENVELOPE._replace(date=datetime(2026, 3, 4, 9, 30)))  # noqa: DTZ001
    assert b"Date: Wed, 04 Mar 2026 09:30:00 +0000\r\n" in finish(
        LETTER, ENVELOPE._replace(date=datetime(2026, 3, 4, 9, 30, tzinfo=UTC))
    )


def test_the_rule_and_category_are_not_written_into_the_message() -> None:
    assert finish(LETTER, ENVELOPE._replace(rule="knee_news", category="news")) == finish(LETTER, ENVELOPE)


def test_a_message_id_is_the_same_for_the_same_letter_and_tells_nothing() -> None:
    first = message_id("riverbend.example", "patient 7 lapsed 12")
    assert first == message_id("Riverbend.example", "patient 7 lapsed 12")
    assert first != message_id("riverbend.example", "patient 7 lapsed 13")
    assert "patient" not in first and first.startswith("<") and first.endswith("@riverbend.example>")
    with pytest.raises(ValueError):
        message_id("riverbend.example>\r\nBcc: x", "1")


def test_a_stop_token_is_read_back_and_cannot_be_made_up() -> None:
    token = unsubscribe_token(SECRET, "riverbend", 4711, "news", "pat@patient.example")
    mark = address_mark(SECRET, 4711, "pat@patient.example")
    assert read_token(SECRET, token) == ("riverbend", 4711, "news", mark)
    assert read_token(b"another secret", token) is None
    for place in range(len(token) - 1):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert read_token(SECRET, changed) is None
    for junk in ("", "x", "ä", "=" * 9, "A" * 5000, token[:-4]):
        assert read_token(SECRET, junk) is None


def test_a_stop_token_is_bound_to_the_address_and_does_not_tell_it() -> None:
    token = unsubscribe_token(SECRET, "riverbend", 4711, "news", "pat@patient.example")
    assert b"patient.example" not in urlsafe_b64decode(token + "=" * (-len(token) % 4))
    others = (
        (SECRET, 4711, "kim@patient.example"),
        (SECRET, 4712, "pat@patient.example"),
        (b"x", 4711, "pat@patient.example"),
    )
    marks = {address_mark(SECRET, 4711, "pat@patient.example"), *(address_mark(*other) for other in others)}
    assert len(marks) == 4  # not even two letters to one address share one


def test_the_links_for_stopping_carry_the_token() -> None:
    assert stop_links("stop@a.example", "https://a.example/s?x=1", "tok") == (
        "mailto:stop@a.example?subject=stop%20tok",
        "https://a.example/s?x=1&t=tok",
    )
    assert stop_links("", "", "tok") == ("", "")


def test_the_finished_bytes_name_exactly_one_recipient() -> None:
    assert recipients_of(finish(LETTER, ENVELOPE)) == ["pat@patient.example"]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"To: a@b.example\r\nCc: c@d.example, e@f.example", ["a@b.example", "c@d.example", "e@f.example"]),
        (b"to: a@b.example\r\nBCC: c@d.example", ["a@b.example", "c@d.example"]),
        (b"To: a@b.example,\r\n c@d.example", ["a@b.example", "c@d.example"]),
        (b"Resent-To: a@b.example", ["a@b.example"]),
        (b"Subject: To: x@y.example\r\n z@y.example", []),
    ],
)
def test_every_recipient_in_the_bytes_is_found(head: bytes, found: list[str]) -> None:
    assert recipients_of(head + b"\r\n\r\nTo: body@b.example\r\n") == found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"To: a@b.example\r\n",
        b"To: a@b.example\nBcc: c@d.example\r\n\r\n",
        b"To: a@b.example\rBcc: c@d.example\r\n\r\n",
        b"To: Pat <a@b.example>\r\n\r\n",
        b"To: a@b.example c@d.example\r\n\r\n",
        b"To : a@b.example\r\n\r\n",
        b" To: a@b.example\r\n\r\n",
        b"no header\r\n\r\n",
        b"To: \xc3\xa4@b.example\r\n\r\n",
    ],
)
def test_bytes_that_cannot_be_read_for_sure_do_not_leave(data: bytes) -> None:
    with pytest.raises(ValueError, match="must not be sent"):
        recipients_of(data)
