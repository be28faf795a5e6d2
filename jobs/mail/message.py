"""A written letter as the bytes that leave the house (RFC 5322, MIME, quoted-printable).

The lines that all letters share are prepared once; each letter only adds its own and encodes its two parts.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from binascii import b2a_qp
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from jobs.clinic.patterns import pattern
from jobs.mail.header_words import bare_address, bare_uri, mailbox, refuse_controls, unstructured
from jobs.mail.letter_forms import Written

_MESSAGE_ID = pattern(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_DOMAIN = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Envelope(NamedTuple):
    """Who writes to whom, and how to stop it.

    `message_id` has its angle brackets; `date` has a zone; `unsubscribe_mailto` begins with mailto:,
    `unsubscribe_url` with https://; each may be "". `category` and `rule` are for the caller and are never written
    into the message: the name of a rule may tell what a letter is about.
    """

    sender: str
    sender_name: str
    recipient: str
    reply_to: str
    message_id: str
    date: datetime
    unsubscribe_mailto: str = ""
    unsubscribe_url: str = ""
    category: str = ""
    rule: str = ""


def finish(written: Written, envelope: Envelope) -> bytes:
    """The complete message, with CRLF. ValueError where a header would hold a control character or no address."""
    to = bare_address("To", envelope.recipient)
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        raise ValueError("The Message-ID is not of the form <letters-and-digits@domain>.")
    boundary = "=_" + hashlib.blake2b(envelope.message_id.encode(), digest_size=12).hexdigest()
    head = (
        f"{_sender_lines(envelope.sender, envelope.sender_name, envelope.reply_to)}"
        f"To: {to}\r\n"
        f"{unstructured('Subject', written.subject)}\r\n"
        f"Date: {_date(envelope.date)}\r\n"
        f"Message-ID: {envelope.message_id}\r\n"
        f"{_stop_lines(envelope.unsubscribe_mailto, envelope.unsubscribe_url)}"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        f'--{boundary}\r\nContent-Type: text/plain; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    between = (
        f'\r\n--{boundary}\r\nContent-Type: text/html; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    end = f"\r\n--{boundary}--\r\n"
    return b"".join((
        head.encode("ascii"), _quoted(written.text), between.encode("ascii"), _quoted(written.html), end.encode("ascii")
    ))  # fmt: skip


def _quoted(part: str) -> bytes:
    """A part in quoted-printable, its last line ended."""
    if "\r" in part:
        part = part.replace("\r\n", "\n").replace("\r", "\n")
    return b"".join(map(_quoted_line, part.removesuffix("\n").split("\n")))


@lru_cache(maxsize=2048)
def _quoted_line(line: str) -> bytes:
    """One line of a part, folded; most lines are the same in all letters. Half a sign becomes "?"."""
    return b2a_qp(f"{line}\r\n".encode("utf-8", "replace"), istext=True)


@lru_cache(maxsize=64)
def _sender_lines(sender: str, name: str, reply_to: str) -> str:
    reply = f"Reply-To: {bare_address('Reply-To', reply_to)}\r\n" if reply_to else ""
    return (
        f"{mailbox('From', name, sender)}\r\n{reply}Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
    )


def _stop_lines(mailto: str, url: str) -> str:
    """RFC 2369, and RFC 8058 where one click on an https address is enough."""
    ways = []
    if url:
        ways.append(f"<{bare_uri('List-Unsubscribe', url, 'https://')}>")
    if mailto:
        ways.append(f"<{bare_uri('List-Unsubscribe', mailto, 'mailto:')}>")
    if not ways:
        return ""
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if url else ""
    return f"List-Unsubscribe: {(',' + chr(13) + chr(10) + ' ').join(ways)}\r\n{one_click}"


@lru_cache(maxsize=256)
def _date(when: datetime) -> str:
    """RFC 5322, 3.3, in English on every machine."""
    offset = when.strftime("%z")
    if not offset:
        raise ValueError("The date of a message needs a zone.")
    day, month = _DAYS[when.weekday()], _MONTHS[when.month - 1]
    return f"{day}, {when.day:02d} {month} {when.year} {when.hour:02d}:{when.minute:02d}:{when.second:02d} {offset[:5]}"


def message_id(domain: str, letter_key: str) -> str:
    """The Message-ID of a letter: always the same for the same letter, and it tells nothing about the patient."""
    return f"<{hashlib.sha256(letter_key.encode()).hexdigest()[:40]}@{_right_side(domain)}>"


@lru_cache(maxsize=8)
def _right_side(domain: str) -> str:
    refuse_controls("Message-ID", domain)
    if not _DOMAIN.fullmatch(domain):
        raise ValueError("The domain of the sender's address is not one that a Message-ID can end with.")
    return domain.lower()


class StopToken(NamedTuple):
    """What the token of a stop link says: the clinic, the letter that it came with, what it stops, and the mark of the
    address that the letter went to."""

    clinic_id: str
    letter_id: int
    category: str
    address_mark: str


def unsubscribe_token(secret: bytes, clinic_id: str, letter_id: int, category: str, address_key: str) -> str:
    """What a stop link carries: the letter it came with and what it stops, sealed so that nobody can make one up
    (HMAC-SHA256). It holds no address, for links end up in other people's logs, only a mark of it."""
    mark = address_mark(secret, letter_id, address_key)
    body = "\x1f".join((clinic_id, str(letter_id), category, mark)).encode()
    return urlsafe_b64encode(hmac.digest(secret, body, "sha256")[:18] + body).decode().rstrip("=")


def address_mark(secret: bytes, letter_id: int, address_key: str) -> str:
    """What binds a stop link to the address that its letter went to: a database put back from a backup gives the
    numbers of letters out again. Nobody without the secret can tell an address by it; no token begins as this does."""
    digest = hmac.digest(secret, f"\x1f{letter_id}\x1f{address_key}".encode(), "sha256")
    return urlsafe_b64encode(digest[:9]).decode()


def read_token(secret: bytes, token: str) -> StopToken | None:
    """What a token that we made says; None for any other text."""
    if len(token) > 1000 or not token.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        clinic_id, letter_id, category, mark = sealed[18:].decode().split("\x1f")
    except (BadBase64, ValueError):
        return None
    if not hmac.compare_digest(hmac.digest(secret, sealed[18:], "sha256")[:18], sealed[:18]):
        return None
    return StopToken(clinic_id, int(letter_id), category, mark)


def stop_links(address: str, url: str, token: str) -> tuple[str, str]:
    """The two ways to stop letters, mailto: and https://, "" for one that the clinic does not offer.

    Of a token every letter may stand in a link as it is.
    """
    mailto = f"{_mail_to(address)}?subject=stop%20{token}" if address else ""
    return mailto, f"{url}{'&' if '?' in url else '?'}t={token}" if url else ""


@lru_cache(maxsize=8)
def _mail_to(address: str) -> str:
    return f"mailto:{bare_address('unsubscribe_address', address)}"


_RECIPIENT_NAMES = frozenset((b"to", b"cc", b"bcc", b"resent-to", b"resent-cc", b"resent-bcc"))
_RECIPIENT = re.compile(rb"[^\s<>()\[\]:;,\\\"@\x00-\x20\x7f-\xff]+@[A-Za-z0-9.-]+")


def recipients_of(data: bytes) -> list[str]:
    """Every address that the finished bytes name as a recipient, read from the bytes alone.

    Strict: ValueError for anything but bare addresses, for a line that does not end in CRLF and for a header that
    cannot be read, because such a message must not leave.
    """
    head, end, _ = data.partition(b"\r\n\r\n")
    lines, rest = head.split(b"\r\n"), head.replace(b"\r\n", b"")
    if not end or b"\n" in rest or b"\r" in rest or lines[0][:1] in b" \t":
        raise ValueError("The headers of the message are damaged; it must not be sent.")
    found: list[str] = []
    name = b""
    for line in lines:
        if line[0] in b" \t":
            value = line
        else:
            name, colon, value = line.partition(b":")
            name = name.lower()
            if not colon or not name or b" " in name:
                raise ValueError("The message has a line that is no header; it must not be sent.")
        if name in _RECIPIENT_NAMES:
            found += [_one_recipient(part) for part in value.split(b",") if part.strip()]
    return found


def _one_recipient(part: bytes) -> str:
    address = part.strip()
    if not _RECIPIENT.fullmatch(address):
        raise ValueError("A recipient of the message is more than a bare address; it must not be sent.")
    return address.decode("ascii")
