"""Header lines of a message: ASCII as it stands, everything else in the encoded words of RFC 2047."""

from base64 import b64encode
from functools import lru_cache

from jobs.clinic.patterns import pattern

LONGEST = 76

_CONTROL = pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PHRASE = pattern(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # atoms of RFC 5322, 3.2.3, and blanks
_ADDRESS = pattern(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_URI = pattern(r"[!#-;=?-\[\]_a-z~%]{1,900}")  # RFC 3986, without what would end it in angle brackets


def refuse_controls(name: str, *values: str) -> None:
    """ValueError where a value holds a line break or another control character: it could add a header."""
    if any(map(_CONTROL.search, values)):
        raise ValueError(f"The value of {name} holds a control character; the message is not made.")


def bare_address(name: str, address: str) -> str:
    """The address if it is one that can stand alone in a header; ValueError otherwise, without repeating it."""
    refuse_controls(name, address)
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"The value of {name} is no plain e-mail address; the message is not made.")
    return address


def bare_uri(name: str, uri: str, *schemes: str) -> str:
    """The address of a link if it may stand between angle brackets; ValueError otherwise."""
    if not uri.startswith(schemes) or not _URI.fullmatch(uri):
        raise ValueError(f"The value of {name} is no address that starts with {' or '.join(schemes)}.")
    return uri


@lru_cache(maxsize=256)
def mailbox(header: str, name: str, address: str) -> str:
    """`From: Riverbend <post@riverbend.example>`, folded, for one of our own addresses."""
    refuse_controls(header, name)
    bare = bare_address(header, address)
    shown = " ".join(name.split())
    if not shown:
        return f"{header}: {bare}"
    if not shown.isascii() or "=?" in shown:
        return _fold(header, [*_encoded_words(shown, len(header) + 2), f"<{bare}>"])
    if not _PHRASE.fullmatch(shown):
        shown = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _fold(header, [*shown.split(" "), f"<{bare}>"])


@lru_cache(maxsize=1024)
def unstructured(header: str, words: str) -> str:
    """`Subject: ...`, folded at blanks; in encoded words where it is not ASCII or has a word that is too long."""
    refuse_controls(header, words)
    pieces = words.split(" ")
    if not words.isascii() or "=?" in words or max(map(len, pieces)) > LONGEST - len(header) - 2 or "" in pieces:
        pieces = _encoded_words(words, len(header) + 2) if words else [""]
    return _fold(header, pieces)


def _fold(header: str, pieces: list[str]) -> str:
    lines, line = [], f"{header}:"
    for piece in pieces:
        if len(line) + 1 + len(piece) > LONGEST and line != f"{header}:":
            lines.append(line)
            line = ""
        line += f" {piece}"
    return "\r\n".join([*lines, line])


def _encoded_words(text: str, before: int) -> list[str]:
    """Words of at most 75 characters, no character torn apart (RFC 2047, 2 and 5)."""
    room = (LONGEST - before - len("=?utf-8?b??=")) // 4 * 3
    words, chunk = [], b""
    for letter in text:
        octets = letter.encode()
        if len(chunk) + len(octets) > room:
            words.append(chunk)
            chunk, room = b"", 45
        chunk += octets
    words.append(chunk)
    return [f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words if word]
