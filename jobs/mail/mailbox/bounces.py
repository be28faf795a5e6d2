"""Reads a report that a letter could not be delivered (RFC 3464, and a hundred older forms by flufl.bounce)."""

import logging
import re
from email import message_from_bytes
from email.iterators import typed_subpart_iterator
from email.message import Message
from typing import NamedTuple

from jobs.clinic.addresses import is_ordinary
from jobs.mail.transports.smtp_replies import masked

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_NOT_THE_ADDRESS = re.compile(r"5\.(?:7\.\d+|6\.\d+|3\.4|2\.3|5\.\d+)")
"""RFC 3463: refused by a rule or for want of trust (7), for what the letter holds (6), for its size (3.4, 2.3), or for
how it was handed over (5). The address may be as good as ever."""


class Failure(NamedTuple):
    """`kind` is bounce (for good), delay (not yet), or refused (for good, but not because of the address)."""

    kind: str
    addresses: tuple[str, ...]
    detail: str


def failure_of(data: bytes) -> Failure | None:
    """The addresses that a letter did not reach, or None where the mail is no such report."""
    from flufl.bounce import all_failures

    log = logging.getLogger("flufl.bounce")
    log.propagate, log.disabled = False, True  # it would print the traceback of a mail that it cannot read
    message = _as_a_server_writes_it(data)
    try:
        temporary, permanent = ({*map(_readable, found)} - {""} for found in all_failures(message))
    except Exception:  # it stumbles over what no mail server writes: then this is no report of one
        return None
    if not temporary and not permanent:
        return None
    status, words = _status(message)
    kind = "delay" if not permanent else "refused" if _NOT_THE_ADDRESS.match(status) else "bounce"
    return Failure(kind, tuple(sorted(permanent or temporary)), _detail(status, words, permanent | temporary))


def _as_a_server_writes_it(data: bytes) -> Message:
    """The mail in ASCII and with a sender: flufl.bounce raises over raw 8-bit headers, and where there is no From."""
    message = message_from_bytes(_NOT_ASCII.sub(b"?", data))
    if "from" not in message:
        message["From"] = "<>"
    return message


def _readable(found: bytes | str) -> str:
    """The address if mail can be sent to it, else ""."""
    text = found.decode("ascii", "replace") if isinstance(found, bytes) else found
    return text if is_ordinary(text) else ""


def _status(message: Message) -> tuple[str, str]:
    """The enhanced status code (RFC 3463) and the other server's words, "" where the report has none.

    A code that tells nothing (5.0.0) gives way to one in the words.
    """
    for part in typed_subpart_iterator(message, "message", "delivery-status"):
        assert isinstance(part, Message)
        for block in part.get_payload() if part.is_multipart() else ():
            if not isinstance(block, Message) or "action" not in block:
                continue
            words = str(block.get("diagnostic-code", "")).partition(";")[2].strip()
            told, meant = (_STATUS.search(text) for text in (str(block.get("status", "")), words))
            if told and (told[2], told[3]) != ("0", "0"):
                return told[0], words
            return (meant or told or [""])[0], words
    return "", ""


def _detail(status: str, words: str, addresses: set[str]) -> str:
    text = masked(words, next(iter(addresses)) if len(addresses) == 1 else "")
    return f"{status} {text}".strip() if status not in text else text
