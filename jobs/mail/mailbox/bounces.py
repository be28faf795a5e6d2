"""Reads a report that a letter could not be delivered (RFC 3464, and a hundred older forms by flufl.bounce)."""

import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import NamedTuple

from jobs.clinic.addresses import is_ordinary
from jobs.mail.mailbox.delivery_status import Recipient, recipients_in
from jobs.mail.refused_for_good import STATUS, is_about_the_address
from jobs.mail.transports.smtp_replies import masked

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SERVER = re.compile(r"\bm(?:ailer-?)?daemon|postmaster|mail delivery", re.IGNORECASE)
_NO_SENDER = re.compile(r"\s*<>\s*")
_OTHER_REPORTS = ("disposition-notification", "feedback-report")  # read receipts (RFC 8098), complaints (RFC 5965)
_OF_DELIVERY = re.compile(r"deliver|returned mail|failure|user unknown|mail error|bounce", re.IGNORECASE)
_NOT_YET = re.compile(r"not yet been delivered|delayed|will (?:be retried|keep trying)|warning", re.IGNORECASE)
_REPLY = re.compile(r"(?<![\d.$-])([45])[0-7]\d[ -](?=[A-Za-z<({\[])")
_WORDS_OF_A_SERVER = re.compile(
    r"\b(?:user|mailbox|recipient|addressee?|sender|account|(?:over)?quota|relay\w*|spam|message|mail|server|domain|"
    r"block\w*|black-?list\w*|grey-?list\w*|reject\w*|denied|refused|unknown|unavailable|invalid|no such|not found|"
    r"does(?: not|n't) exist|disabled|try again|temporar\w+|polic(?:y|ies)|not authenticated|storage|virus)\b",
    re.IGNORECASE,
)
"""What stands behind the three digits of an SMTP reply, as far as it is one: people have house numbers too."""
_RETURNED = re.compile(
    r"^.{0,20}(?:original message|copy of (?:the|your) (?:message|mail)|returned message|message headers?)\b",
    re.IGNORECASE | re.MULTILINE,
)


class Failure(NamedTuple):
    """`kind` is bounce (for good), delay (not yet), or refused (for good, but not because of the address)."""

    kind: str
    addresses: tuple[str, ...]
    detail: str


def failure_of(data: bytes, texts: Sequence[str], ours: Sequence[str], automatic: bool = False) -> Failure | None:
    """The addresses that a letter did not reach, or None where the mail is no such report.

    `texts` are those within the mail, `ours` what it quotes of one of our letters: then a report in words that nobody
    knows tells enough by its code, for the letter tells the address. `automatic`: it says that a machine answers,
    as reports do, and out-of-office replies, which come without an address to return to too (RFC 3834, section 3.3).
    """
    message = _as_a_server_writes_it(data)
    is_from_a_server = _is_from_a_server(message, automatic)
    blocks = recipients_in([data.decode("latin-1"), *texts])
    may_be_one = is_from_a_server or _speaks_of_delivery(message)  # people quote such reports too
    temporary, permanent = _by_flufl(message) if may_be_one else (set[str](), set[str]())
    if not temporary | permanent and is_from_a_server:
        temporary, permanent = (
            {block.address for block in blocks if block.permanent is kind} for kind in (False, True)
        )
    no_address = {"", *(each.strip("<>") for each in ours)}  # a Message-ID looks like one
    temporary, permanent = temporary - no_address, permanent - no_address
    if temporary | permanent:
        failure = _failure(temporary, permanent, blocks, _report(texts, ours))
        return failure if is_from_a_server else failure._replace(detail="")  # they may be a person's words
    return _in_words(_report(texts, ours), message) if ours and is_from_a_server else None


def _by_flufl(message: Message) -> tuple[set[str], set[str]]:
    """Not delivered yet, and not for good."""
    from flufl.bounce import all_failures

    log = logging.getLogger("flufl.bounce")
    log.propagate, log.disabled = False, True  # it would print the traceback of a mail that it cannot read
    try:
        temporary, permanent = ({*map(_readable, found)} - {""} for found in all_failures(message))
    except Exception:  # it stumbles over what no mail server writes: then it knows no such form
        return set(), set()
    return temporary, permanent


def _as_a_server_writes_it(data: bytes) -> Message:
    """The mail in ASCII and with a sender: flufl.bounce raises over raw 8-bit headers, and where there is no From."""
    message = message_from_bytes(_NOT_ASCII.sub(b"?", data))
    if "from" not in message:
        message["From"] = "<>"
    return message


def _is_from_a_server(message: Message, automatic: bool) -> bool:
    """Whether a mail server wrote it: it says so by its form or its name. To come without a sender's address is not
    enough where a machine may have answered for a person."""
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() == "multipart/report" and kind not in _OTHER_REPORTS:
        return True
    from_, return_path, sender = (str(message.get(name, "")) for name in ("from", "return-path", "sender"))
    if any(map(_SERVER.search, (from_, return_path, sender))) or _NO_SENDER.fullmatch(from_):
        return True
    return not automatic and _NO_SENDER.fullmatch(return_path) is not None and _speaks_of_delivery(message)


def _speaks_of_delivery(message: Message) -> bool:
    subject = str(message.get("subject", ""))
    with suppress(ValueError, LookupError):
        subject = str(make_header(decode_header(subject)))
    return _OF_DELIVERY.search(subject) is not None


def _readable(found: bytes | str) -> str:
    """The address if mail can be sent to it, else ""."""
    text = found.decode("ascii", "replace") if isinstance(found, bytes) else found
    return text if is_ordinary(text) else ""


def _failure(temporary: set[str], permanent: set[str], blocks: Sequence[Recipient], report: str) -> Failure:
    block = next((block for block in blocks if block.permanent is bool(permanent)), None)
    status, words = (block.status, block.words) if block else _code_in(report)
    kind = "delay" if not permanent else _for_good(status, words)
    return Failure(kind, tuple(sorted(permanent or temporary)), _detail(status, words, permanent | temporary))


def _for_good(status: str, words: str) -> str:
    return "bounce" if is_about_the_address(status, words) else "refused"


def _in_words(report: str, message: Message) -> Failure | None:
    """A report that says its code in words of its own, or that a letter is late."""
    status, words = _code_in(report)
    late = _NOT_YET.search(f"{message.get('subject', '')}\n{report}")
    if not status and not words and not late:
        return None
    temporary = (status or words)[:1] == "4" or (late and (status or words)[:1] != "5")
    kind = "delay" if temporary else _for_good(status, words)
    return Failure(kind, (), _detail(status, words, set()))


def _report(texts: Sequence[str], ours: Sequence[str]) -> str:
    """What stands above the letter that is returned, in the first text that says anything."""
    report = next(filter(str.strip, texts), "")
    ends = [place for each in ours if (place := report.find(each)) >= 0]
    ends += [found.start() for found in _RETURNED.finditer(report)][:1]
    return report[: min(ends, default=len(report))]


def _code_in(report: str) -> tuple[str, str]:
    """The status code and the line that it stands in, "" where there is none."""
    for pattern in (STATUS, _REPLY):
        for line in report.splitlines():
            found = pattern.search(line)
            if pattern is _REPLY and found and not _WORDS_OF_A_SERVER.search(line, found.end()):
                continue
            if found and found[1] != "2":
                words = line[found.start() :] if pattern is _REPLY else line.strip()
                return (found[0] if pattern is STATUS else ""), words.strip()
    return "", ""


def _detail(status: str, words: str, addresses: set[str]) -> str:
    text = masked(words, next(iter(addresses)) if len(addresses) == 1 else "")
    return f"{status} {text}".strip() if status not in text else text
