"""Reads a complaint: a mail provider's report that somebody marked a letter as unwanted (ARF, RFC 5965)."""

from email.iterators import typed_subpart_iterator
from email.message import Message
from email.parser import Parser
from typing import NamedTuple

from jobs.clinic.addresses import read_email
from jobs.clinic.cells import Doubt

_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized"})
"""The others are about something else: not-spam takes a complaint back, auth-failure (RFC 6591) is for IT."""


class Complaint(NamedTuple):
    addresses: tuple[str, ...]  # of whoever complained, where the provider tells
    detail: str


def complaint_of(message: Message) -> Complaint | None:
    """The complaint that a mail reports, or None."""
    for part in typed_subpart_iterator(message, "message", "feedback-report"):
        assert isinstance(part, Message)
        report = _fields(part)
        kind = str(report.get("feedback-type", "")).split(";")[0].strip().lower()
        if kind in _COMPLAINTS:
            told = [*report.get_all("original-rcpt-to", ()), *_recipients(message)]
            addresses = tuple(dict.fromkeys(filter(None, (_address(str(text)) for text in told))))
            return Complaint(addresses, f"reported as {kind}")
    return None


def _fields(part: Message) -> Message:
    """The report's fields, which the parser takes for a text or for a mail within the mail."""
    payload = part.get_payload()
    if isinstance(payload, list):
        first = payload[0] if payload else None
        return first if isinstance(first, Message) else Message()
    decoded = part.get_payload(decode=True)
    return Parser().parsestr(decoded.decode("utf-8", "replace").lstrip() if isinstance(decoded, bytes) else "")


def _recipients(message: Message) -> list[str]:
    """Whom the letter that the report returns was for."""
    found: list[object] = []
    for part in typed_subpart_iterator(message, "message", "rfc822"):
        assert isinstance(part, Message)
        returned = part.get_payload()
        if isinstance(returned, list) and returned and isinstance(returned[0], Message):
            found += returned[0].get_all("to", [])
    for part in typed_subpart_iterator(message, "text", "rfc822-headers"):
        assert isinstance(part, Message)
        found += Parser().parsestr(str(part.get_payload()), headersonly=True).get_all("to", [])
    return [str(text) for text in found]


def _address(text: str) -> str:
    address = read_email(text.partition(";")[2].strip() if text.lower().startswith("rfc822;") else text)
    return "" if isinstance(address, Doubt) else address
