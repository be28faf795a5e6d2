"""What a column that nobody has named may mean: by its name, and by what stands in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from jobs.clinic.cells import read_money, read_yes_no, tidy
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.stamps import Misfit, Stamp, read_stamp
from jobs.clinic.statuses import status_reader
from jobs.clinic.zones import zone_named
from jobs.sources.presets import PLAIN

_SURE, _WORTH_ASKING = 88.0, 65.0  # of 100, as names resemble one another
_SAME_WORD = 75.0
_IDLE = frozenset("of the a an for how did do you they us about is was in to and".split())
_LONG = {
    "appt": "appointment", "apt": "appointment", "app": "appointment", "pat": "patient", "pt": "patient",
    "nbr": "number", "nr": "number", "no": "number", "num": "number", "id": "number", "ref": "reference",
    "tel": "phone", "telephone": "phone", "cell": "phone", "mobile": "phone", "mail": "email", "addr": "address",
    "fname": "first", "lname": "last", "surname": "last", "prov": "provider", "dr": "doctor", "dx": "diagnosis",
    "diag": "diagnosis", "ins": "insurance", "dob": "birth", "mins": "minutes", "min": "minutes", "stat": "status",
    "canceled": "cancelled", "dt": "date", "tm": "time", "physician": "doctor", "client": "patient",
}  # fmt: skip
_LURES = frozenset(
    "adjuster attendees attorney auth authorization balance billing by cancel cancellation cancelled case certificate "
    "clinic confirmation contact copay deceased deleted device discharge doctor emergency employer expiration "
    "facility fax fee finalization follow guarantor guardian injury insurance insured invoice ip last lawyer maiden "
    "middle modified month next note npi onset organizer other out paid parent payer payment pharmacy place plan "
    "previous prior procedure provider received referral referring reminder reschedule rescheduled resources "
    "responsible rx secondary show signed sms spouse staff stamp state supervising supervisor surgery therapist "
    "updated work".split()
)
"""Words that make another thing of a header: "Cancellation reason" is no reason for a visit, "Provider e-mail" no
patient's. They count only for a meaning that has them in a spelling of its own."""
_MOST = 200  # cells that are looked at
_MOMENTS = ("start", "start_date", "start_time", "end", "end_date", "end_time", "booked", "cancelled", "deleted",
            "birth_date", "discharged", "arrived", "no_show")  # fmt: skip
_TELLING = ("email", "diagnosis", "time_zone")  # what stands in such a column is nothing else


class Guess(NamedTuple):
    """What a column may mean; `sure` is False where a person should be asked."""

    meaning: str
    sure: bool


def guess(name: str, cells: Sequence[str], free: Iterable[str]) -> Guess | None:
    """The meaning of a column among those that are still `free`; None where nothing speaks for one."""
    wanted = list(free)
    shown = _kinds(cells)
    scored = sorted(((_likeness(name, meaning), meaning) for meaning in wanted), reverse=True)
    for likeness, meaning in scored:
        if likeness < _WORTH_ASKING:
            break
        if shown is None or meaning in shown or (not shown and meaning not in _MOMENTS):
            return Guess(meaning, likeness >= _SURE or (likeness >= _WORTH_ASKING and bool(shown)))
    telling = [
        meaning for meaning in shown or () if meaning in wanted and meaning in _TELLING and not _lures(name, meaning)
    ]
    return Guess(telling[0], True) if len(telling) == 1 else None


def moment_columns(columns: Mapping[int, Sequence[str]]) -> list[int]:
    """The columns that hold a day with or without its time."""
    return [place for place, cells in columns.items() if _share(cells, _is_day) > 0.8]


def clock_columns(columns: Mapping[int, Sequence[str]]) -> list[int]:
    """The columns that hold a time without its day."""
    return [place for place, cells in columns.items() if _share(cells, _is_clock) > 0.8]


def likely_new_name(old: str, meaning: str, names: Iterable[str]) -> str:
    """Which of these headers a column may now have that was called `old`; "" where none resembles it."""
    scored = [(max(_alike(old, name), _likeness(name, meaning)), name) for name in names]
    best, name = max(scored, default=(0.0, ""))
    return name if best >= _WORTH_ASKING else ""


def _lures(name: str, meaning: str) -> bool:
    """Whether the header speaks of another thing than this meaning, though it shares words with it."""
    luring = _LURES.intersection(_words(name))
    return bool(luring) and not luring <= {word for text in PLAIN.get(meaning, "").split(",") for word in _words(text)}


def _likeness(name: str, meaning: str) -> float:
    if _lures(name, meaning):
        return 0.0
    return max((_alike(name, spelling) for spelling in PLAIN.get(meaning, "").split(",")), default=0.0)


def _alike(one: str, two: str) -> float:
    """How much two names have in common, of 100: their words, abbreviated or misspelt, in any order."""
    from rapidfuzz.fuzz import ratio  # only where a column is looked for

    mine, theirs = _words(one), _words(two)
    if not mine or not theirs:
        return 0.0
    left = list(theirs)
    for word in mine:
        near = max(left, key=lambda other: ratio(word, other), default="")
        if near and (word == near or (len(word) > 3 and ratio(word, near) >= _SAME_WORD)):
            left.remove(near)
    return 200.0 * (len(theirs) - len(left)) / (len(mine) + len(theirs))


def _words(name: str) -> list[str]:
    spaced = "".join(letter if letter.isalnum() else " " for letter in name.casefold().replace("e-mail", "email"))
    words = (_LONG.get(word, word) for word in spaced.split())
    return [word for word in words if word not in _IDLE]


def _kinds(cells: Sequence[str]) -> tuple[str, ...] | None:
    """The meanings that these cells can have; () where they are words of any kind, None where there are none."""
    if not any(cells):
        return None
    if _share(cells, lambda text: "@" in text) > 0.5:
        return ("email", "attendee")
    if _share(cells, _is_day) > 0.8:
        return _MOMENTS
    if _share(cells, _is_clock) > 0.8:
        return ("start_time", "end_time", "duration_minutes")
    if _share(cells, lambda text: bool(read_diagnosis(text).codes)) > 0.8:
        return ("diagnosis",)
    if _share(cells, lambda text: "/" in text and zone_named(text) is not None) > 0.8:
        return ("time_zone",)
    if _share(cells, lambda text: read_yes_no(text) is not None) > 0.8:
        return ("cancelled", "deleted", "no_show", "arrived", "email_consent", "discharged", "all_day")
    if _share(cells, _is_status) > 0.8:
        return ("status", "cancelled", "deleted", "no_show", "arrived", "email_consent", "discharged", "all_day")
    if _share(cells, lambda text: text.replace(" ", "").isdigit() or isinstance(read_money(text), str)) > 0.8:
        return ("appointment_id", "patient_id", "phone", "duration_minutes", "billed", "paid", "provider", "location")
    return ()


def _share(cells: Sequence[str], fits: Callable[[str], bool]) -> float:
    filled = [text for text in cells if text][:_MOST]
    return sum(map(fits, filled)) / len(filled) if filled else 0.0


def _is_day(text: str) -> bool:
    try:
        return not text.isdigit() and read_stamp(text, "mdy").day is not None
    except Misfit:
        return True


def _is_clock(text: str) -> bool:
    try:
        found = read_stamp(text, "mdy")
    except Misfit:
        return False
    return found != Stamp() and found.day is None and not text.isdigit()


_read_status = status_reader({})


def _is_status(text: str) -> bool:
    return bool(tidy(text)) and isinstance(_read_status(text), str)
