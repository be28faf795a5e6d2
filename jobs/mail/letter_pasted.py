"""What comes along when text is pasted from a mail: its pictures' names, its head, who wrote when, from which phone."""

import re
from collections.abc import Iterator
from itertools import takewhile

from jobs.clinic.faults import Fault
from jobs.clinic.patterns import pattern

_PICTURE = pattern(r"[\[<]cid:|\[(?:inline )?image:|\[image removed|description automatically generated", re.IGNORECASE)
_HEAD = pattern(
    r"[\s>]{0,9}\**(from|sent|to|cc|bcc|date|subject|de|enviado(?: el)?|para|fecha|asunto)\**:", re.IGNORECASE
)
_ONLY_OF_MAILS, _FEWEST = {"sent", "subject", "enviado", "enviado el", "asunto"}, 3
"""So many different words of a mail's head, one below the other, and one of these: `To: 1 Main Street` may be meant."""
_FORWARDED = pattern(
    r"[\s>]{0,9}(?:-{2,40}\s?(?:original message|forwarded message|mensaje original|mensaje reenviado)"
    r"|begin forwarded message:)",
    re.IGNORECASE,
)
_WROTE = pattern(
    r"[\s>]{0,9}(?:On|El)\s[^\n]{0,200}(?:\d:\d\d|\b20\d\d\b|@)[^\n]{0,200}\n?[\s>]{0,9}(?:wrote|escribió):\s*"
)
"""An hour, a year or an address stands in it: `On our walk Robin wrote:` has none."""
_DEVICE = pattern(
    r"[\s>]{0,9}(?:sent from my (?:\w+ )?(?:i?phone|ipad|mobile|android|galaxy|device|tablet)"
    r"|sent from (?:mail|outlook|yahoo|gmail)\b.{0,12} for |get outlook for "
    r"|enviado desde mi (?:i?phone|ipad|m[oó]vil|celular|tel[eé]fono))",
    re.IGNORECASE,
)


def pasted_from_a_mail(lines: list[str], file: str, first_line: int) -> Iterator[Fault]:
    """Each place where a mail left something that patients would read."""
    of_a_head = 0
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        what = ""
        if _PICTURE.search(line):
            what = "The name of a picture stands on this line, as Outlook leaves it when text is pasted."
        elif at >= of_a_head and (head := _head_of_a_mail(lines[at:])):
            of_a_head = at + head
            what = "The head of a mail begins on this line (who sent it, when, to whom)."
        elif _FORWARDED.match(line) or _WROTE.fullmatch(line) or _WROTE.fullmatch(f"{line}\n{below}"):
            what = "This line introduces another mail, as mail programs do in an answer."
        elif _DEVICE.match(line):
            what = "This line says on what device a mail was written."
        if what:
            yield Fault(file, first_line + at, what, "Delete what came along with the pasted text; keep your words.")


def _head_of_a_mail(lines: list[str]) -> int:
    """How many lines from the first on are the head of a mail; 0 where that begins none."""
    heads = list(takewhile(bool, map(_HEAD.match, lines[:12])))
    words = {head[1].lower() for head in heads if head}
    return len(heads) if len(words) >= _FEWEST and words & _ONLY_OF_MAILS else 0
