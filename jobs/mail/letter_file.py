"""The bytes of a template as text; what is no text at all is told by its first bytes."""

import re

from jobs.clinic.faults import Fault

LONGEST_FILE = 100_000
_AS_TEXT = "Open it, choose Save As and plain text with the encoding UTF-8, and give it the name of the letter."
_BACK = "`run_jobs.py templates history` lists its earlier versions."
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "The file is a Word document (or something else that is packed), not text."),
    (b"\xd0\xcf\x11\xe0", "The file is a document of an old Word, not text."),
    (b"{\\rtf", "The file is formatted text (RTF), not plain text."),
    (b"%PDF", "The file is a PDF, not text."),
    (b"\x89PNG", "The file is a picture, not text."),
    (b"\xff\xd8\xff", "The file is a picture, not text."),
)
_WEB_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|\?xml|body|head)\b", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GARBLED = re.compile(r"\u00e2\u20ac[^\sA-Za-z]?|\u00c3[\u00a0-\u00bf]|\u00c2[\u00a0-\u00bf]|\ufffd")
_TAG = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}")
_WORDY_SPACE = re.compile("[\u00a0\u2000-\u200b\u202f\u2060\ufeff]")  # blanks that word processors put into tags


def decode(data: bytes, file: str) -> tuple[str, list[Fault]]:
    """The text of a template with line ends of one kind; a fault where it is no text, too long or not UTF-8."""
    what, remedy = _no_letter(data, web_pages_too=file.endswith(".md"))
    if what:
        return "", [Fault(file, 0, what, remedy)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        remedy = "In the editor, choose Save As and the encoding UTF-8."
        return "", [Fault(file, line, "A character on this line is not saved as UTF-8.", remedy)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, words in enumerate(text.split("\n"), 1):
        if hidden := _HIDDEN.search(words):
            what = f"An invisible character (number {ord(hidden[0])}) stands on this line."
            return "", [Fault(file, number, what, "Delete the line and type it anew.")]
        if garbled := _GARBLED.search(words):
            what = f'The line holds garbled characters, such as "{garbled[0]}".'
            return "", [Fault(file, number, what, "Type them anew (an apostrophe, an accent), and save as UTF-8.")]
    return _TAG.sub(lambda tag: _WORDY_SPACE.sub(" ", tag[0]), text), []


def _no_letter(data: bytes, web_pages_too: bool) -> tuple[str, str]:
    """Why a file is no text of a letter, and what to do; two empty texts where it may be one."""
    if not data.strip():
        return "The file is empty.", _BACK
    for beginning, what in _OTHER_KINDS:
        if data.startswith(beginning):
            return what, _AS_TEXT
    if data.startswith(_UTF_16) or b"\0" in data[:200]:
        return (
            'The file is saved as UTF-16, which Windows calls "Unicode".',
            "In the editor, choose Save As and the encoding UTF-8.",
        )
    if web_pages_too and _WEB_PAGE.match(data):
        return "The file is a web page, as Word or a browser saves it.", _AS_TEXT
    if len(data) > LONGEST_FILE:
        return (
            f"The file has {len(data) // 1000} KB; the limit is {LONGEST_FILE // 1000}.",
            "A letter is a few hundred words. Paste it again as plain text, without pictures.",
        )
    return "", ""
