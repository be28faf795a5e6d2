"""Calendar titles: who comes, for what, and which entries are no appointment at all."""

import re
from functools import lru_cache
from typing import NamedTuple


class Title(NamedTuple):
    """What a title says; "" where it says nothing. A break is time that nobody has booked."""

    kind: str = ""
    first_name: str = ""
    last_name: str = ""
    complaint: str = ""
    is_break: bool = False


_BREAK = re.compile(
    r"\b(?:lunch|break|block(?:ed)?|block (?:off|out|time)|admin|meeting|staff|huddle|holiday|closed|"
    r"vacation|pto|out of office|ooo|day off|off|hold|unavailable|not available|documentation|notes|cleaning|"
    r"no patients?|birthday)\b",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"(?P<kind>(?:initial |re-?|new patient |pt |physical therapy |online |virtual )?"
    r"(?:eval(?:uation)?|consult(?:ation)?|assessment|follow[- ]?up|f/?u|visit|session|treatment|therapy|pt|dpt|"
    r"pilates(?: (?:class|private|duet|mat|reformer|session))?|reformer|private|class|massage|discharge|d/?c|ie|re))"
    r"(?:\s*[-:|/\u2013\u2014]\s*|\s+)(?P<rest>.+)",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(
    r"^(?P<who>[^()\[\]]+?)\s*(?:[(\[](?P<in>[^)\]]*)[)\]]|\s[-/|\u2013\u2014]\s*(?P<after>.+))?\s*$"
)
_NAME = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [^\W\d_][\w.'\u2019-]*){0,3}")


@lru_cache(maxsize=4096)
def read_title(title: str, pattern: str = "") -> Title:
    """Read a title such as `Eval - ANNA T (back)`; names are "" where no patient can be read.

    `pattern` is the clinic's own regular expression with the named groups kind, patient or first_name and last_name,
    and complaint; a title that it does not match is read as any other.
    """
    text = " ".join(title.split())
    own = re.search(pattern, text) if pattern else None
    if own:
        said = {name: (value or "").strip() for name, value in own.groupdict().items()}
        first, last = _names(said.get("patient", ""))
        return Title(
            said.get("kind", ""),
            said.get("first_name") or first,
            said.get("last_name") or last,
            said.get("complaint", ""),
        )
    if not text or _BREAK.search(text):
        return Title(is_break=bool(text))
    found = _KIND.fullmatch(text)
    if not found:
        return Title()
    parts = _COMPLAINT.match(found["rest"])
    if not parts or not _NAME.fullmatch(parts["who"].strip(" ,.")):
        return Title(kind=found["kind"])
    first, last = _names(parts["who"].strip(" ,"))
    return Title(found["kind"], first, last, (parts["in"] or parts["after"] or "").strip())


def _names(who: str) -> tuple[str, str]:
    """First and last name of `Anna T.`, `ANNA T` or `Testperson, Anna`."""
    if "," in who:
        last, _, first = who.partition(",")
        return first.strip(), last.strip()
    first, _, last = who.partition(" ")
    return first.strip("."), last.strip(" .")
