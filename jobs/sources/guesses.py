"""What a column that nobody has named may mean: by its name, and by what stands in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from jobs.clinic.cells import read_money, tidy
from jobs.clinic.dates import zone_named
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.stamps import Misfit, Stamp, read_stamp
from jobs.clinic.statuses import status_reader
from jobs.sources.presets import PLAIN

_SURE, _WORTH_ASKING = 88.0, 70.0  # of 100, as names resemble one another
_MOST = 200  # cells that are looked at
_MOMENTS = ("start", "start_date", "start_time", "end", "end_date", "end_time", "booked", "cancelled", "birth_date",
            "discharged", "arrived", "no_show")  # fmt: skip
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
    telling = [meaning for meaning in shown or () if meaning in wanted and meaning in _TELLING]
    return Guess(telling[0], True) if len(telling) == 1 else None


def moment_columns(columns: Mapping[int, Sequence[str]]) -> list[int]:
    """The columns that hold a day with or without its time."""
    return [place for place, cells in columns.items() if _share(cells, _is_day) > 0.8]


def likely_new_name(old: str, meaning: str, names: Iterable[str]) -> str:
    """Which of these headers a column may now have that was called `old`; "" where none resembles it."""
    scored = [(max(_alike(old, name), _likeness(name, meaning)), name) for name in names]
    best, name = max(scored, default=(0.0, ""))
    return name if best >= _WORTH_ASKING else ""


def _likeness(name: str, meaning: str) -> float:
    return max((_alike(name, spelling) for spelling in PLAIN.get(meaning, "").split(",")), default=0.0)


def _alike(one: str, two: str) -> float:
    from rapidfuzz.fuzz import ratio, token_sort_ratio  # only where a column is looked for

    one, two = _words(one), _words(two)
    if not one or not two:
        return 0.0
    return max(ratio(one, two), token_sort_ratio(one, two))


def _words(name: str) -> str:
    spaced = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return " ".join(spaced.split())


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
    if _share(cells, _is_status) > 0.8:
        return ("status", "cancelled", "no_show", "arrived", "email_consent", "discharged", "all_day")
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
