"""A status that goes on with a reason, as front desks type it: "Cancelled - insurance", "CX (ill)", "NS - called"."""

import re

from jobs.clinic.episodes import KEPT
from jobs.clinic.statuses import TABLE, squash, tells_of_death

CALLED_OFF = {
    "by whom, before the word": (
        "patient, pt, client, parent, family, clinic, office, provider, therapist, late, early, same day, last minute, "
        "short notice, weather, auto"
    ),
    "the word": "cancelled, canceled, cancel, cancellation, cancelation, cancels, cx, cxl, cxld, cx'd, cncl, canx",
    "only wished for, right after the word": "request, requested, requesting, pending, list",
    "taken back, in the reason": "reinstated, by mistake, in error, undone",
    "moved, as the reason": "rescheduled, resched, rebooked, moved, postponed, r/s, rs, r/s'd",
    "a death, in the reason": (
        "deceased, died, death, dod, passed, passing, no longer with us, no longer w/ us, hospice, funeral, "
        "bereavement, fallecio, falleció, fallecimiento, murio, murió, muerte"
    ),
    "too late, anywhere": "late, same day, last minute, short notice, under 24, less than 24, within 24",
    "in time, anywhere": "over 24, more than 24",
}
"""A text that begins with a word for a cancellation, such as `Cancelled - insurance` or `CX (illness)`, is one whatever
its reason. But where the reason is itself a spelling of a missed visit, a move, a slip or a patient's death, it is
that; where it may name a death and not whose, no letter follows (`rescheduled`), nor from such a
reason of a missed visit. "<" and ">" are read as under and over.
"""


def _any(listed: str) -> str:
    """A pattern for any of the words of a list, however they are set apart."""
    words = sorted((word.strip() for word in listed.split(",")), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words) + r")(?!\w)"


_CALLED_OFF = re.compile(
    rf"(?:{_any(CALLED_OFF['by whom, before the word'])}\W+)*{_any(CALLED_OFF['the word'])}"
    rf"(?!\W*{_any(CALLED_OFF['only wished for, right after the word'])})(?P<reason>.*)",
    re.DOTALL,
)
_TAKEN_BACK, _DEATH, _TOO_LATE, _IN_TIME = (
    re.compile(rf"(?<!\w){_any(CALLED_OFF[group])}")
    for group in ("taken back, in the reason", "a death, in the reason", "too late, anywhere", "in time, anywhere")
)
_MOVED = re.compile(rf"{_any(CALLED_OFF['moved, as the reason'])}(?:\W+(?:to|for|on|until|with|by)\b.*)?", re.DOTALL)
_AROUND = re.compile(r"^(?:\W|(?:and|then)\b)+|[\W\d]+$")
_SET_APART = re.compile(r"\s+[-–—/]+\s+|\s*[:(,;|]\s*")
_LONGEST = 200  # characters of a cell
_WITH_REASON = ("no_show", "rescheduled", "deleted", "deceased")


def status_by_reason(text: str) -> str:
    """What a text says that goes on with a reason; "" where that is not certain."""
    typed = _plain(text)
    if tells_of_death(text):
        return _kept(typed) or "deceased"
    found = _CALLED_OFF.fullmatch(typed)
    return _cancelled(_AROUND.sub("", found["reason"])) if found else _set_apart(typed)


def _cancelled(reason: str) -> str:
    status = TABLE.get(squash(reason), "") if reason else ""
    if status in _WITH_REASON:
        return status
    if _TAKEN_BACK.search(reason):
        return ""
    return "rescheduled" if _MOVED.fullmatch(reason) or _may_be_death(reason) else "cancelled"


def _may_be_death(reason: str) -> bool:
    """Whether a reason may name a death, of whomever: whoever reads it is not asked to come again."""
    return bool(_DEATH.search(reason)) or reason == "expired"


def _kept(typed: str) -> str:
    """Whether a visit was kept, by the word before a note: "Completed - deceased 3/4" was held before the patient died.
    Discharged and closed are charts too, of whatever is still ahead."""
    word = squash(_SET_APART.split(typed, maxsplit=1)[0])
    return TABLE[word] if TABLE.get(word) in KEPT and word not in ("discharged", "closed") else ""


def _set_apart(typed: str) -> str:
    """A missed, moved or deleted visit whose reason is no other status."""
    status, reason = (*_SET_APART.split(typed, maxsplit=1), "")[:2]
    status, other = TABLE.get(squash(status), ""), TABLE.get(squash(reason), "") if reason else ""
    if status == "no_show" and _may_be_death(reason):
        return "rescheduled"
    return status if status in _WITH_REASON and other in ("", status) else ""


def is_late_by_reason(text: str) -> bool:
    """Whether a cancellation with a reason came too late to fill the slot."""
    typed = _plain(text)
    if _IN_TIME.search(typed) or not _TOO_LATE.search(typed):
        return False
    return status_by_reason(text) == "cancelled"


def _plain(text: str) -> str:
    """A text in small letters, its signs for under and over as words, its numbers apart from what counts them."""
    typed = text[:_LONGEST].casefold().replace("_", " ").replace("<", " under ").replace(">", " over ")
    return " ".join(re.sub(r"(?<=\d)(?=[a-z])", " ", typed).split())
