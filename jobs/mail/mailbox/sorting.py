"""Says of one mail that came back what it is: a bounce, a complaint, a wish to stop, an automatic reply, or for people.

Only what is certain is acted on. Every word of such a mail may have been made up by anyone, but the tokens of our own
stop links: they are sealed.
"""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import NamedTuple

from jobs.clinic.addresses import address_key
from jobs.mail.mailbox.asking import seems_to_ask, unquoted
from jobs.mail.mailbox.bounces import Failure, failure_of
from jobs.mail.mailbox.complaints import complaint_of
from jobs.mail.message import read_token

_OUR_ID = re.compile(r"<([0-9a-f]{40}@[A-Za-z0-9.-]+)>")
_TOKEN = r"[A-Za-z0-9_-]{32,400}"
_IN_A_LINK = re.compile(rf"(?:stop(?:%20|\+|\s)|[?&]t=)({_TOKEN})(?![A-Za-z0-9_-])")
_BEFORE = r"(?:fwd?|wg|rv|tr|ext(?:ernal)?)\s*:|\[[^\[\]]{1,30}\]|\*{2,5}[^*]{1,30}\*{2,5}"  # by programs
_SUBJECT = re.compile(rf"\s*(?:(?:{_BEFORE})\s*)*stop(?:%20|\+|\s)+({_TOKEN})\s*", re.IGNORECASE)
_ALONE = re.compile(rf"(?<!\S)({_TOKEN})(?=[\s.,;!]|$)")
_TAG = re.compile(r"<[^<>]{0,2000}>")  # of HTML; a link is never what a person wrote
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from", "x-mail-autoreply")
_OUT_OF_OFFICE = re.compile(
    r"\s*(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?re(?:ply|sponse))\b", re.I
)
_LONGEST_TEXT = 400_000


class Mark(NamedTuple):
    """What the token of a stop link says: the letter that it came with, the address, sealed, and what it stops."""

    letter_id: int
    address_mark: str
    category: str


class Sorted(NamedTuple):
    """What a mail is, and what it answers. `detail` holds no address and nothing of a person's own words."""

    kind: str  # bounce, delay, refused, complaint, unsubscribe, automatic, other
    addresses: tuple[str, ...] = ()  # that could not be reached, or that complained
    marks: tuple[Mark, ...] = ()  # the letters whose sealed tokens it carries
    message_ids: tuple[str, ...] = ()  # of our form, that it quotes or has itself
    detail: str = ""
    own: bool = False  # the mail is one of our letters, not an answer
    asks: bool = False  # somebody seems to ask for an end in his own words


def sort_mail(data: bytes, secret: bytes, clinic_id: str) -> Sorted:
    """What one mail is. Whatever the bytes hold, it is sorted; what cannot be told is `other`, for people."""
    message = message_from_bytes(data)
    subject, texts = _words(message.get("subject")), list(_texts(message))
    own_id = _OUR_ID.fullmatch(_words(message.get("message-id")).strip())
    ids, marks = _quoted(data, texts, secret, clinic_id)
    answer = Sorted("other", marks=marks, message_ids=ids, own=own_id is not None)
    if own_id:
        return answer._replace(message_ids=(own_id[0],))
    if complaint := complaint_of(message):
        return answer._replace(kind="complaint", addresses=complaint.addresses, detail=complaint.detail)
    automatic = _is_automatic(message, subject)
    if wishes := _wishes(subject, () if automatic else texts, secret, clinic_id):
        return answer._replace(kind="unsubscribe", marks=wishes)
    failure = failure_of(data, texts, ids if not marks else (*ids, "stop%20"), automatic)
    if failure and not _from_one_of_them(message, failure):
        return answer._replace(kind=failure.kind, addresses=failure.addresses, detail=failure.detail)
    if automatic:
        return answer._replace(kind="automatic")
    return answer._replace(asks=seems_to_ask(subject, message))


def _wishes(subject: str, texts: Sequence[str], secret: bytes, clinic_id: str) -> tuple[Mark, ...]:
    """The letters that somebody wants no more of. The token stands alone in the subject, as our stop link puts it
    there, or in what the person wrote; one in a link, or in what a reply quotes, is part of the letter."""
    found = _SUBJECT.fullmatch(subject)
    tokens = [found[1]] if found else []
    for text in texts:
        tokens += _ALONE.findall(unquoted(_TAG.sub(" ", text)))
    return _read(tokens, secret, clinic_id)


def _read(tokens: list[str], secret: bytes, clinic_id: str) -> tuple[Mark, ...]:
    read = (read_token(secret, token) for token in dict.fromkeys(tokens))
    ours = (token for token in read if token and token.clinic_id == clinic_id)
    return tuple(Mark(token.letter_id, token.address_mark, token.category) for token in ours)


def _quoted(
    data: bytes, texts: Sequence[str], secret: bytes, clinic_id: str
) -> tuple[tuple[str, ...], tuple[Mark, ...]]:
    """Our Message-IDs, and the tokens of our stop links, anywhere in the mail."""
    ids: dict[str, None] = {}
    tokens: list[str] = []
    for text in (data[:_LONGEST_TEXT].decode("ascii", "replace"), *texts):
        ids |= dict.fromkeys(f"<{found}>" for found in _OUR_ID.findall(text))
        tokens += _IN_A_LINK.findall(text)
    return tuple(ids), _read(tokens, secret, clinic_id)


def _texts(message: Message) -> Iterator[str]:
    """Every text within the mail and within the letter that it returns."""
    for part in message.walk():
        if part.is_multipart() or part.get_content_maintype() != "text":
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload[:_LONGEST_TEXT].decode("utf-8", "replace")


def _is_automatic(message: Message, subject: str) -> bool:
    """Whether a machine answered for a person (RFC 3834, and what older ones say instead)."""
    submitted = _words(message.get("auto-submitted")).split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _words(message.get("precedence")).strip().lower() in ("auto_reply", "auto-reply")
        or any(name in message for name in _AUTOMATIC)
        or _OUT_OF_OFFICE.match(subject) is not None
    )


def _from_one_of_them(message: Message, failure: Failure) -> bool:
    """A mail from the address that is said not to exist comes from a person who tells of it."""
    sender = address_key(parseaddr(_words(message.get("from")))[1])
    return sender in {address_key(address) for address in failure.addresses}


def _words(value: object) -> str:
    """A header in readable words."""
    try:
        return str(make_header(decode_header(str(value or ""))))
    except (ValueError, LookupError):
        return str(value)
