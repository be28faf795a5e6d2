"""What a mail server's answer means for a letter."""

import re
from typing import NamedTuple

from jobs.mail.transports.smtp_line import Reply

CLOSING = 421  # RFC 5321, section 3.8: the server closes the connection
OUT_OF_ORDER = 503
SIGN_IN = frozenset({530, 534, 535, 538})  # RFC 4954, section 6
_TOO_MANY = 552  # RFC 5321, section 4.5.3.1.10: some servers say 552 where 452 is meant
_LONGEST_ANSWER, _LONGEST_DETAIL = 1000, 300
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\s]+")


class Refusal(NamedTuple):
    """A letter that the server does not take now, at MAIL, RCPT, DATA or after the text."""

    step: str
    reply: Reply


def state_after(refusal: Refusal) -> str:
    """`deferred` where the server says "not now", `failed` where it says "never"."""
    code = refusal.reply.code
    if code < 500 or (code == _TOO_MANY and refusal.step == "RCPT"):
        return "deferred"
    return "failed"


def detail(refusal: Refusal, recipient: str = "") -> str:
    """The server's words on one line, without anyone's address."""
    return f"{refusal.step}: {refusal.reply.code} {masked(refusal.reply.text, recipient)}".rstrip()


def masked(text: str, recipient: str = "") -> str:
    """The text on one line, every e-mail address replaced, the recipient's mailbox name even where it stands alone."""
    text = _ADDRESS.sub("(address)", _CONTROL.sub(" ", text[:_LONGEST_ANSWER]))
    mailbox = recipient.rpartition("@")[0]
    if mailbox and mailbox.lower() in text.lower():
        text = re.sub(rf"(?<!\w){re.escape(mailbox)}(?!\w)", "(mailbox)", text, flags=re.IGNORECASE)
    return text.strip()[:_LONGEST_DETAIL]
