"""Calendar titles: who comes, for what, and which entries are no appointment at all."""

import re
from functools import lru_cache
from typing import NamedTuple

from jobs.clinic.patterns import pattern


class Title(NamedTuple):
    """What a title says; "" where it says nothing. A break is time that nobody has booked."""

    kind: str = ""
    first_name: str = ""
    last_name: str = ""
    complaint: str = ""
    is_break: bool = False
    likely: tuple[str, str] = ("", "")  # first and last name in a title of no usual form; a guess where no address is


_BREAK = pattern(
    r"\b(?:lunch|break|block(?:ed)?|block (?:off|out|time)|admin|meeting|staff|huddle|holiday|closed|"
    r"vacation|pto|out of office|ooo|day off|off|hold|unavailable|not available|documentation|notes|cleaning|"
    r"no patients?|birthday)\b",
    re.IGNORECASE,
)
_FORM = (
    r"(?:semi[- ]?private|private|partner|duets?|duos?|trios?|groups?|1[:-]1|(?:1|one)[- ]on[- ](?:1|one)|mat|reformer|"
    r"tower|cadillac|chair|barre|equipment|apparatus|jump ?board|clinical|medical|therapeutic|therapy|rehab|postural|"
    r"intro(?:duct(?:ion|ory))?|pre-?natal|post-?(?:natal|partum)|pregnancy|beginners?|intermediate|advanced|"
    r"(?:all[- ])?levels?(?: \d)?|gentle|seniors?|core|flow|stretch|strength|balance|mobility|foundations?|basics?|"
    r"fundamentals?|essentials?|fusion|mixed|express|open|studio|online|virtual|package|class(?:es)?|sessions?|lessons?|"
    r"training|workshop)(?!\w)"
)
_CLASS = (
    rf"(?:{_FORM}[-/ ])*(?:pilates|reformer|(?:semi[- ]?)?private|duets?|duos?|trios?|intro|{_FORM}[-/ ]class(?:es)?)"
    rf"(?:[-/ ]{_FORM})*"
)
_STEP = (
    r"(?:(?:initial |re-?|new patient |pt |physical therapy |online |virtual |free |complimentary |injury |phone |"
    r"(?:10|15|20)[- ]?min(?:ute)? ){0,3})"
    r"(?:eval(?:uation)?|consult(?:ation)?|assessment|follow[- ]?up|f/?u|visit|session|treatment|therapy|pt|dpt|"
    r"class|massage|discharge|d/?c|ie|re|screen(?:ing)?|discovery (?:visit|call|session)|meet (?:and|&) greet)"
)
_WHAT = rf"(?>(?:{_CLASS}|{_STEP})(?!\w))"  # words are read in one way only: however many there are, it ends soon
_NEXT = r"(?: ?[/&+] ?|[- ])"
_WHATS = rf"{_WHAT}(?:{_NEXT}{_WHAT})*"
_KIND = pattern(rf"(?P<kind>{_WHATS})(?:\s*[-:|/\u2013\u2014]\s*|\s+)(?P<rest>.+)", re.IGNORECASE)
_KIND_WORD = rf"(?:{_WHAT}|appointment|appt|physical therapy|new (?:patient|client))"
_KIND_ALONE = pattern(rf"{_KIND_WORD}(?:{_NEXT}{_KIND_WORD})*", re.IGNORECASE)
_KIND_BEFORE = pattern(rf"{_WHATS}[-\s,]+(?=\S)", re.IGNORECASE)
_KIND_BEHIND = pattern(
    rf"[-\s]+(?:(?:initial |re-?)?(?:eval(?:uation)?|follow[- ]?up|f/?u|visit|session)|{_CLASS})$", re.IGNORECASE
)
_FORMS = pattern(rf"{_FORM}(?: {_FORM})*", re.IGNORECASE)  # "Pilates - Core Strength"
_PILATES = pattern(r"\bpilates\b", re.IGNORECASE)
_FOR_SEVERAL = pattern(
    r"\b(?:semi[- ]?private|partners?|duets?|duos?|trios?|groups?|workshops?)\b|"
    r"^(?!.*\b(?:private|1[:-]1|(?:1|one)[- ]on[- ](?:1|one))(?!\w)).*"  # a private class is one patient's
    r"\b(?:class(?:es)?(?! ?(?:i{1,3}|iv|[1-4])\b)|mat|barre|yoga|tai chi|boot ?camp|open gym)\b",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = pattern(r"\s+[-\u2013\u2014]+\s+|\s*[|/:()\[\]\u2013\u2014]\s*")
_NOT_OF_THE_NAME = pattern(r"\s*\b(?:with|by)\b.*|\s*\bw/.*|\s+\S*\d.*", re.IGNORECASE)
_BESIDE_A_NAME = pattern(r"(?:^|\s+)(?:(?:with|by|for)\b|w/).*", re.IGNORECASE)
_NO_NAMES = frozenset(
    "annual appt appointment available booked booking break busy check coffee consultation demo dentist doctor follow "
    "group intake interview job meeting open physical private reserved review session sync team tentative the time "
    "training".split()
)
_COMPLAINT = pattern(r"^(?P<who>[^()\[\]]+?)\s*(?:[(\[](?P<in>[^)\]]*)[)\]]|\s[-/|\u2013\u2014]\s*(?P<after>.+))?\s*$")
_NAME = pattern(r"[^\W\d_][\w.'\u2019-]*(?: (?!and )[^\W\d_][\w.'\u2019-]*){0,3}")


PLACEHOLDERS = {
    "kind": r"(?P<kind>.+?)",
    "patient": r"(?P<patient>[^\d()\[\]|]+?)",
    "first_name": r"(?P<first_name>[^\W\d_][\w.'\u2019-]*)",
    "last_name": r"(?P<last_name>[^\W\d_][\w .'\u2019-]*?)",
    "complaint": r"(?P<complaint>.*?)",
    "anything": r".*?",
}
"""What a pattern may say for a part of a title."""

_LONGEST = 300  # characters of a title that are looked at: a pattern takes its time on very long ones
_PLACEHOLDER = pattern(r"\{(\w+)\}")


class PatternFaulty(ValueError):
    """A pattern that nothing can be read with; the message is a sentence for the office manager."""


def read_title(title: str, pattern: str = "") -> Title:
    """Read a title such as `Eval - ANNA T (back)`; names are "" where no patient can be read.

    `pattern` holds the clinic's own patterns, one a line, see `title_patterns`; the first that fits the whole title
    counts. A title that none of them fits is read as any other.
    """
    return _read(" ".join(title.split())[:_LONGEST], pattern)


def is_for_several(kind: str) -> bool:
    """Whether what is booked is for several patients at one time, such as a mat class or a duet.

    >>> is_for_several("Pilates Mat Class"), is_for_several("Private Pilates"), is_for_several("PT Session")
    (True, False, False)
    """
    return _FOR_SEVERAL.search(kind) is not None


@lru_cache(maxsize=4096)
def _read(text: str, pattern: str) -> Title:
    for own in title_patterns(pattern):
        found = own.search(text)
        if found:
            return _of_groups(found.groupdict())
    if _KIND_ALONE.fullmatch(text):
        return Title(kind=text)
    found = _KIND.fullmatch(text)
    parts = _COMPLAINT.match(found["rest"]) if found else None
    who = _BESIDE_A_NAME.sub("", parts["who"]).strip(" ,.") if parts else ""
    is_name = _NAME.fullmatch(who) and not _KIND_ALONE.fullmatch(who) and not _FORMS.fullmatch(who)
    if not found or not parts or not is_name:
        if _BREAK.search(text):
            return Title(is_break=True)
        return Title(kind=found["kind"]) if found and parts else _likely(text)
    if _BREAK.match(who):  # "PT - lunch"; Billie Holiday and Anna Block are patients
        return Title(is_break=True)
    first, last = _names(who)
    return Title(found["kind"], first, last, (parts["in"] or parts["after"] or "").strip())


def _likely(text: str) -> Title:
    """A title of no usual form with the name that likely stands in it: "Anna Testperson - PT", "Testperson, Anna"."""
    parts = [part for part in map(str.strip, _PARTS.split(_NOT_OF_THE_NAME.sub("", text))) if part]
    kind = next((part for part in parts if _is_kind(part)), "")
    others = [part for part in parts if not _is_kind(part)]
    who = _without_kind(others[0]) if others else ""
    if not who or not _is_likely_name(who, bool(kind) or who != others[0]):
        return Title(kind)
    return Title(kind, complaint="".join(others[1:2]), likely=_names(who))


def _is_kind(part: str) -> bool:
    """Whether a part of a title says what is booked, also by a name that nobody knows: "Sunrise Pilates"."""
    if _KIND_ALONE.fullmatch(part):
        return True
    return _PILATES.search(part) is not None and len(_without_kind(part).split()) < 2


def _without_kind(part: str) -> str:
    return _KIND_BEHIND.sub("", _KIND_BEFORE.sub("", part)).strip(" .,-")


def _is_likely_name(who: str, beside_a_kind: bool) -> bool:
    from jobs.clinic.name_notes import DEGREES, FLAGS, NOTES, PARTICLES  # only for titles of no usual form

    surname, comma, given = who.partition(", ")
    words = f"{given} {surname}".split()
    if not _NAME.fullmatch(" ".join(words)) or len(words) < 2 - beside_a_kind or (comma and not given):
        return False
    if not all(word[0].isupper() or (place and word in PARTICLES) for place, word in enumerate(words)):
        return False
    plain = [word.rstrip(".").casefold() for word in words]
    return plain[0] not in FLAGS | NOTES | _NO_NAMES and DEGREES.isdisjoint(plain)


@lru_cache(maxsize=64)
def title_patterns(text: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a source, one a line: `{patient} | {kind} ({complaint})`, or a regular expression whose named
    groups are those of PLACEHOLDERS. Raises PatternFaulty."""
    return tuple(_compiled(line.strip()) for line in text.splitlines() if line.strip())


def _compiled(line: str) -> re.Pattern[str]:
    written = _PLACEHOLDER.findall(line)
    unknown = [name for name in written if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise PatternFaulty(f'"{line}": {{{unknown[0]}}} is no part of a title. Use {known}.')
    words = _whole(line) if written else line
    try:
        pattern = re.compile(words, re.IGNORECASE)
    except re.error as error:
        raise PatternFaulty(
            f'"{line}" cannot be read ({error}). Write it such as {{kind}} - {{patient}} ({{complaint}}).'
        ) from None
    if not pattern.groupindex.keys() & {"patient", "first_name", "last_name"}:
        raise PatternFaulty(f'"{line}" does not say where the patient stands. Write {{patient}} there.')
    return pattern


def _whole(line: str) -> str:
    """A pattern that is written with placeholders, as a regular expression for a whole title. Blanks may be many."""
    parts = _PLACEHOLDER.split(line)
    words = [
        PLACEHOLDERS[part] if place % 2 else r"\s*".join(map(re.escape, part.split(" ")))
        for place, part in enumerate(parts)
    ]
    return rf"^\s*{''.join(words)}\s*$"


def _of_groups(groups: dict[str, str | None]) -> Title:
    said = {name: (value or "").strip() for name, value in groups.items()}
    first, last = _names(said.get("patient", ""))
    return Title(
        said.get("kind", ""), said.get("first_name") or first, said.get("last_name") or last, said.get("complaint", "")
    )


def _names(who: str) -> tuple[str, str]:
    """First and last name of `Anna T.`, `ANNA T` or `Testperson, Anna`."""
    if "," in who:
        last, _, first = who.partition(",")
        return first.strip(), last.strip()
    first, _, last = who.partition(" ")
    return first.strip("."), last.strip(" .")
