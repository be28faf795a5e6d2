"""The text of a file as offices save it."""

import re

_READ_AS_ANSI = "\u00e2\u20ac[^\\sA-Za-z]?|\u00c3[\u00a0-\u00bf]|\u00c2[\u00a0-\u00bf]|\ufffd"  # what was UTF-8
_OTHER_PROGRAMS = (  # compiled when it is needed, which is seldom
    f"{_READ_AS_ANSI}|(?<=[a-z])[\u00c0-\u00d6\u00d8-\u00de\u0160\u017d\u0178]"  # a capital within a word: old Macs
    "|(?<!\\S)[\u00d0-\u00d5](?!\\S)"  # a lone capital with an accent: their dash
    "|[\u2021\u0192\u02c6\u2030\u00a4](?=[a-z])|(?<=[a-z])[\u2021\u0192\u02c6\u2030\u00a4\u201a]"  # theirs, DOS's
)


def garbled_word(text: str, utf_8: bool = True) -> str:
    """The first word that a wrong encoding has garbled, such as `Caf\u00c3\u00a9` for Caf\u00e9; "" where none is seen.

    Of a file that is not UTF-8 also `Caf\u017d`: what an old Mac or MS-DOS saved cannot be told from ANSI by its bytes,
    only by what it would say.
    """
    found = None if text.isascii() else re.search(_READ_AS_ANSI if utf_8 else _OTHER_PROGRAMS, text)
    if found is None:
        return ""
    before, behind = text[: found.start()], text[found.end() :]
    whole = (before.split() if before[-1:].strip() else [""])[-1] + found[0]
    whole += (behind.split() if behind[:1].strip() else [""])[0]
    return whole.strip('.,;:!?()"')


def is_utf_8(content: bytes) -> bool:
    """Whether a file is UTF-8, or UTF-16 as its first bytes say, so that its letters are sure."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decoded(content: bytes) -> str:
    """UTF-16 where the first bytes say so ("Unicode Text" of Excel), UTF-8, else what Windows calls ANSI.

    Lines end with a line feed; null characters, which no text needs, are left out.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if "\0" in text:
        text = text.replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
