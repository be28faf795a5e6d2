"""Mistakes in the Markdown of a letter: what a patient would see as it was typed, or what would lead nowhere."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jobs.clinic.copied_links import guard_of
from jobs.clinic.faults import Fault
from jobs.clinic.patterns import pattern
from jobs.mail.letter_pasted import pasted_from_a_mail

TAG = pattern(r"\{\{.{0,300}?\}\}|\{%.{0,300}?%\}|\{#.{0,2000}?#\}")  # bounded: no line can make it slow
_HTML = pattern(r"</?[A-Za-z][A-Za-z0-9:-]*(?:\s[^<>]*)?/?>|<!--|<!\[|<\?xml|\bclass=\"?Mso")
_LINK = pattern(r"(!?)\[([^\]\n]{0,500})\]\(\s{0,9}([^)\s]{0,2000})[^)]{0,500}\)")
_SPACED_LINK = pattern(r"\[[^\]\n]{1,500}\]\s{1,9}\((?:https?:|mailto:|\{\{)")
_OPEN_LINK = pattern(r"\[[^\]\n]{1,500}\]\([^)\n]{0,500}$|\[[^\[\]\n]{1,200}\((?:https?://|mailto:)[^)\s]{0,500}\)")
_PAGE = pattern(r"\{\{-?clinic\.(\w+)-?\}\}")
_ADDRESS = pattern(r"(?:https?://[^\s/]|mailto:[^\s@]+@|tel:\+?[\d(])", re.IGNORECASE)
_OTHER_FIELD = pattern(
    r"\*\|[\w:]{1,40}\|\*|[«‹][\w ]{1,40}[»›]|<<[\w ]{1,40}>>|%%[\w.]{1,40}%%|%[A-Z][A-Z_]{2,40}%|\$\{[\w.]{1,40}\}"
    r"|\[(?:first|last|full|patient|client|clinic|appointment|your|insert)[ _][\w ]{1,40}\](?!\()"
    r"|\[(?:name|date|time|firstname|fname)\](?!\()",
    re.IGNORECASE,
)
_NOT_YET = pattern(r"\b(?:TODO|TBD|FIXME|XXX+)\b|\blorem ipsum\b", re.IGNORECASE)
_BULLET = pattern(r"\s{0,20}(?:[•·▪◦‣●○§\uf000-\uf0ff][\s\u00a0]{0,9}|o\t)")
_EMPTY_BOX = pattern("[\ufffc\ue000-\uf8ff]")
_SEEN = pattern(r"~~|\s{0,20}[-*+]\s{1,9}(\[[ xX]\])\s|\s{0,3}={3,200}\s*\Z")
_TABLE_RULE = pattern(r"\s{0,20}\|?[\s:]{0,20}-{1,200}[-\s:|+]{0,500}")
_TABLE_ROW = pattern(r"\s{0,20}\|.{0,2000}\|\s*")
_DRAWN_TABLE = pattern(r"\s{0,20}[+\u2500-\u257f][-=+\u2500-\u257f]{2,500}\s*")
_TIGHT_HEADING = pattern(r"\s{0,3}#{1,6}[^#\s]")
_CONFLICT = pattern(r"(?:<{7}|>{7}|\|{7})(?:\s|$)")
_FIELDS = "Write a field of this program, such as {{ patient.first_name }}; templates/README.md lists them."


def look_for_conflict(lines: list[str], file: str) -> list[Fault]:
    """A fault where a program for versions left two versions of a passage in the file."""
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            what = "Two versions of a passage stand here, one below the other, and nobody chose."
            remedy = "Keep the words you want; delete the others and the lines of <<<<<<<, ======= and >>>>>>>."
            return [Fault(file, number, what, remedy)]
    return []


def look_at_markdown(lines: list[str], file: str, first_line: int) -> list[Fault]:
    """Everything in the body that would be seen as it was typed, or lead nowhere."""
    faults = [*_pasted_html(lines, file, first_line), *pasted_from_a_mail(lines, file, first_line)]
    for number, line in enumerate(lines, first_line):
        fault = partial(Fault, file, number)
        plain = TAG.sub(_without_blanks, line)
        for picture, words, address in _LINK.findall(plain):
            faults += _look_at_link(picture, words, address, fault)
        faults += _look_at_line(line, plain, fault)
    return faults + list(_open_bold(lines, file, first_line)) + list(_tables(lines, file, first_line))


def only_link(letter: Path) -> str:
    """`booking_url` where that page of the clinic is all that the links of a letter lead to, else ""."""
    try:
        text = letter.read_text("utf-8", "replace")
    except OSError:
        return ""
    addresses = {address for _, _, address in _LINK.findall(TAG.sub(_without_blanks, text))}
    page = _PAGE.fullmatch(addresses.pop()) if len(addresses) == 1 else None
    return page[1] if page else ""


def look_at_words(name: str, words: str, fault: "partial[Fault]") -> list[Fault]:
    """What stays as it was typed in a subject or preheader; fields of other programs among it."""
    words = TAG.sub(" ", words)
    if other := _OTHER_FIELD.search(words):
        return [fault(f'"{other[0]}" is a field of another program.', _FIELDS)]
    if unfinished := _NOT_YET.search(words):
        return [fault(f'The {name} says "{unfinished[0]}", and patients would read it.', "Finish it, or take it out.")]
    if mark := re.search(r"\*\*|</?[A-Za-z][^<>]*>|\]\(|&[a-z]+;", words):
        return [fault(f'The {name} holds "{mark[0]}", which patients would see.', "Write plain words there.")]
    return []


def _look_at_line(line: str, plain: str, fault: "partial[Fault]") -> list[Fault]:
    if _SPACED_LINK.search(line):
        return [fault("A blank stands between the words of a link and its address.", "Write [words](address).")]
    if _OPEN_LINK.search(_LINK.sub("", plain)):
        return [fault("A link lacks one of its brackets.", "Write [words](address).")]
    if other := _OTHER_FIELD.search(TAG.sub(" ", _LINK.sub("", plain))):
        return [fault(f'"{other[0]}" is a field of another program.', _FIELDS)]
    if unfinished := _NOT_YET.search(TAG.sub(" ", plain)):
        return [fault(f'The line says "{unfinished[0]}", and patients would read it.', "Finish it, or take it out.")]
    if _BULLET.match(line):
        return [fault("The line begins with a bullet, as Word makes it.", "Begin it with a hyphen and a blank: - one.")]
    if _EMPTY_BOX.search(line):
        what = "A sign that only Word has stands on this line; patients would see an empty box."
        return [fault(what, "Delete it, or type another one.")]
    words = _LINK.sub("", plain)
    if seen := _SEEN.search(words) if "~~" in words else _SEEN.match(words):
        mark = (seen[1] or seen[0]).strip()[:20]
        return [fault(f'The line holds "{mark}", which patients would see.', "Delete it; ## begins a heading.")]
    if _TIGHT_HEADING.match(line):
        return [fault("The heading has no blank after its #.", "Write ## and a blank before its words.")]
    return []


def _pasted_html(lines: list[str], file: str, first_line: int) -> list[Fault]:
    pasted = [
        (number, found[0])
        for number, line in enumerate(lines, first_line)
        if (found := _HTML.search(TAG.sub("", line))) and not _OTHER_FIELD.search(TAG.sub("", line))
    ]
    if not pasted:
        return []
    more = f" and {len(pasted) - 1} more hold" if len(pasted) > 1 else " holds"
    what = f'The line{more} HTML, such as "{pasted[0][1][:30]}", as Word leaves it when text is pasted.'
    remedy = "Paste the text again as plain text (Ctrl+Shift+V); make **bold** with asterisks."
    return [Fault(file, pasted[0][0], what, remedy)]


def _open_bold(lines: list[str], file: str, first_line: int) -> Iterator[Fault]:
    """Bold words that are not closed, or that begin or end with a blank: patients would see the asterisks."""
    paragraph: list[tuple[int, str]] = []
    for number, line in enumerate([*lines, ""], first_line):
        if line.strip():
            paragraph.append((number, TAG.sub("x", line)))
            continue
        marks = [at for at, text in paragraph for _ in range(text.count("**"))]
        words = "\n".join(text for _, text in paragraph).split("**")
        if len(marks) % 2:
            yield Fault(file, marks[-1], "Two asterisks stand alone: bold words begin and end with them.",
                        "Write **important**, or delete them.")  # fmt: skip
        else:
            spaced = [place for place, inside in enumerate(words) if place % 2 and inside.strip() != inside]
            if spaced:
                yield Fault(file, marks[spaced[0] - 1], "A blank stands between two asterisks and the bold words.",
                            "Write **important**, without blanks inside.")  # fmt: skip
        paragraph = []


def _tables(lines: list[str], file: str, first_line: int) -> Iterator[Fault]:
    """Tables drawn with bars, each with its first line: mail programs would show the bars."""
    within = False
    for number, line in enumerate(lines, first_line):
        below = lines[number - first_line + 1] if number - first_line + 1 < len(lines) else ""
        table = bool(line.strip()) and (within or _begins_table(line, below))
        if table and not within:
            yield Fault(file, number, "A table begins on this line, and patients would see its bars and dashes.",
                        "Write each of its rows as a line of a list: - Monday: 8 am to 6 pm.")  # fmt: skip
        within = table


def _begins_table(line: str, below: str) -> bool:
    """Whether a line is the first of a table: a row between bars, or one with bars above a line of dashes and bars."""
    line, below = TAG.sub("x", line), TAG.sub("x", below)
    if _TABLE_ROW.fullmatch(line) or _DRAWN_TABLE.fullmatch(line):
        return True
    return "|" in line and "|" in below and _TABLE_RULE.fullmatch(below) is not None


def _without_blanks(tag: re.Match[str]) -> str:
    return tag[0].replace(" ", "")


def _look_at_link(picture: str, words: str, address: str, fault: "partial[Fault]") -> list[Fault]:
    if picture:
        return [fault("Letters hold no pictures: most mail programs hide them.", "Write what it shows, or link to it.")]
    if not address:
        return [fault(f'The link "{words[:40]}" leads nowhere.', "Write its address between the parentheses.")]
    if not words.strip():
        return [fault("A link has no words.", "Write between the brackets what the patient clicks on.")]
    if "{{" in address:
        if "patient." in address or "appointment." in address:
            return [fault("The address of a link holds a field of the patient.", "Use a field of the clinic there.")]
    elif guard := guard_of(address):
        what = f"The link was copied from a mail: it leads through {guard} and may tell who follows it."
        return [fault(what, "Open the page, and copy its address from the browser.")]
    elif not _ADDRESS.match(address):
        return [fault(f'The address "{address[:60]}" of a link is incomplete.', "Begin it with https:// or mailto:.")]
    return []
