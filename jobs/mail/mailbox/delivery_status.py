"""The fields of a report about a letter's delivery (RFC 3464), also where the mail around them is broken."""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import HeaderParser
from typing import NamedTuple

from jobs.clinic.addresses import is_ordinary
from jobs.mail.refused_for_good import STATUS

_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_ACTION = re.compile(r"^action:", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(r"^(?:final|original)-recipient:", re.IGNORECASE | re.MULTILINE)
_FOR_GOOD = ("fail", "error", "expired")  # OpenSMTPD says error, SendGrid expired
_LONGEST = 4000


class Recipient(NamedTuple):
    """What became of a letter on its way to one recipient."""

    address: str  # "" where none is told that mail could be sent to
    permanent: bool
    status: str  # 5.1.1, or ""
    words: str  # the other server's


def recipients_in(texts: Sequence[str]) -> list[Recipient]:
    """Every recipient whom a letter did not reach, by the blocks of fields in these texts."""
    found: list[Recipient] = []
    for text in texts:
        for paragraph in _PARAGRAPH.split(text.replace("\r\n", "\n")):
            block = paragraph[:_LONGEST]
            if _ACTION.search(block) and _RECIPIENT.search(block):
                found += _read(HeaderParser().parsestr(block.lstrip("\n")))
    return list(dict.fromkeys(found))


def _read(fields: Message) -> Iterator[Recipient]:
    action = str(fields.get("action", "")).strip().lower()
    permanent = action.startswith(_FOR_GOOD)
    if permanent or action.startswith("delay"):
        told = (_address(str(fields.get(name, ""))) for name in ("original-recipient", "final-recipient"))
        words = " ".join(str(fields.get("diagnostic-code", "")).split())
        words = words.partition(";")[2].strip() if words.lower().startswith(("smtp;", "x-", "dns;")) else words
        yield Recipient(next(filter(None, told), ""), permanent, _status(str(fields.get("status", "")), words), words)


def _status(told: str, words: str) -> str:
    """A code that tells nothing (5.0.0) gives way to one in the words."""
    code, meant = STATUS.search(told), STATUS.search(words)
    if code and (code[2], code[3]) != ("0", "0"):
        return code[0]
    return (meant or code or [""])[0]


def _address(field: str) -> str:
    _, semicolon, address = field.partition(";")
    bare = (address if semicolon else field).strip().strip("<>").strip()
    return bare if is_ordinary(bare) else ""
