"""Whether a letter was refused for good because nobody is at the address, or because of how it was sent."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.clinic.refusals import Answer

NOT_TRIED = "nothing was sent"
"""How the detail of a letter ends that no server was asked to take: it was not fit to leave."""
_AT_RCPT = "RCPT: "
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
"""The enhanced status code of RFC 3463."""
_ABOUT_THE_SENDER = re.compile(
    r"sender (?:address|verif|domain|reject|denied)|reverse dns|\bptr record|"
    r"unable to relay|relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))",
    re.IGNORECASE,
)
_ABOUT_US = re.compile(
    r"spam|\bspf\b|dmarc|dkim|black-?list|blocked (?:by|using|ip|-)|banned|reputation|"
    r"polic(?:y|ies)|virus|content rejected|(?:rate|frequency) limit",
    re.IGNORECASE,
)
_NOBODY_THERE = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|address)|(?:invalid|disabled) recipient|"
    r"(?:does not|doesn't) exist|(?:account|mailbox|recipient)(?: is| has been)? disabled|not found",
    re.IGNORECASE,
)
_NOT_THE_ADDRESS = re.compile(r"5\.(?:7\.\d+|6\.\d+|3\.4|2\.3|1\.[78])(?!\d)")
"""RFC 3463: refused by a rule or for want of trust (7), for what the letter holds (6), for its size (3.4, 2.3), or for
the sender's own address (1.7, 1.8). The address may be as good as ever. 5.5 is no such code: Outlook.com says 5.5.0
where a mailbox does not exist."""
_THE_ADDRESS = re.compile(r"5\.(?:1\.(?:[1236]|10)|2\.1)(?!\d)")
"""RFC 3463 and RFC 7505: no such mailbox (1.1), no such domain (1.2), no address at all (1.3), moved without a new one
(1.6), a domain that takes no mail (1.10), switched off (2.1)."""


def is_about_the_address(status: str, words: str) -> bool:
    """Whether the address is at fault, or how we send. Servers say 5.7.1 and 5.1.1 of either: words tell more."""
    if _ABOUT_THE_SENDER.search(words):
        return False
    if _NOBODY_THERE.search(words):
        return True
    return not _NOT_THE_ADDRESS.match(status) and not _ABOUT_US.search(words)


def says_nobody_is_there(words: str) -> bool:
    """Whether a mail server that does not take a recipient says so in so many words, or by a code that means nothing
    else. It is the clinic's own server as a rule: one that says no more than "no" may say it of everybody."""
    code = STATUS.search(words)
    status = code[0] if code else ""
    certain = _THE_ADDRESS.match(status) or _NOBODY_THERE.search(words)
    return certain is not None and is_about_the_address(status, words)


def answer_of(state: str, detail: str) -> "Answer | None":
    """What an attempt tells of the mail server; None where it said nothing for good."""
    if state != "failed" or detail.endswith(NOT_TRIED):
        return "taken" if state == "sent" else None
    return "nobody" if detail.startswith(_AT_RCPT) and says_nobody_is_there(refusing_words(detail)) else "refused"


def refusing_words(detail: str) -> str:
    """The words of the server by which it did not take a recipient."""
    return detail.removeprefix(_AT_RCPT)
