"""What the columns of an export may mean, as suggestions that a person confirms."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jobs.clinic.columns import column_letters
from jobs.clinic.masking import LONGEST, masked, printable, without_person
from jobs.clinic.stamps import Misfit, order_shown_by, read_stamp
from jobs.clinic.statuses import status_reader
from jobs.desk.meanings import SHOWN_AS_THEY_ARE, WORDS
from jobs.sources.first_rows import FirstRows
from jobs.sources.guesses import clock_columns, guess, likely_new_name, moment_columns
from jobs.sources.headers import NEVER_CARRIED, squash
from jobs.sources.source import Source

_SAMPLES = 3
_NAMING = ("patient_name", "first_name", "last_name")
_DATED = ("start", "start_date", "end", "end_date", "booked", "cancelled", "birth_date", "discharged")
_INSTEAD = {"start": ("start_date", "start_time"), "end": ("end_date", "end_time"), "start_date": ("start",)}
"""Meanings that are not looked for beside another one."""


class Suggestion(NamedTuple):
    """A column that may mean something; `sure` is False where a person is to be asked."""

    meaning: str
    place: int
    sure: bool


def suggestions(first: FirstRows, source: Source) -> list[Suggestion]:
    """What the columns that are not known may mean, each meaning and each column once."""
    found: list[Suggestion] = []
    unused = {
        place: name
        for place, name in enumerate(first.names)
        if name and place not in first.places.values() and squash(name) not in NEVER_CARRIED
    }
    for meaning, header in source.columns.items():
        near = "" if meaning in first.places else likely_new_name(header, meaning, unused.values())
        if near:
            place = next(place for place, name in unused.items() if name == near)
            found.append(Suggestion(meaning, place, sure=False))
            del unused[place]
    for place, name in list(unused.items()):
        guessed = guess(name, first.cells[place], _free({*first.places, *(each.meaning for each in found)}))
        if guessed:
            found.append(Suggestion(guessed.meaning, place, guessed.sure))
            del unused[place]
    known = {*first.places, *(each.meaning for each in found)}
    moments = moment_columns({place: first.cells[place] for place in unused})
    if not known & {"start", "start_date"} and len(moments) == 1:
        found.append(Suggestion("start", moments[0], sure=False))
    clocks = clock_columns({place: first.cells[place] for place in unused})
    if "start_date" in known and not known & {"start", "start_time"} and clocks:
        found.append(Suggestion("start_time", clocks[0], sure=False))
    return found


def unused_columns(first: FirstRows, places: Iterable[int]) -> list[str]:
    """The columns that no meaning was found for, as a person finds them in the file."""
    used = set(places)
    return [
        column_name(first, place)
        for place, name in enumerate(first.names)
        if name and place not in used and squash(name) not in NEVER_CARRIED
    ]


def _free(known: set[str]) -> list[str]:
    closed = known | {other for meaning in known for other in _INSTEAD.get(meaning, ())}
    if {"first_name", "last_name"} <= known:
        closed.add("patient_name")
    return [meaning for meaning in WORDS if meaning not in closed]


def column_name(first: FirstRows, place: int) -> str:
    """`D "Elec. Mail"`, as a person finds it in the file."""
    return f'{column_letters(place)} "{first.names[place]}"'


def samples(first: FirstRows, place: int, meaning: str, named: Iterable[int]) -> str:
    """Some cells of a column; what may name a patient is masked, also where a cell beside the names (in the columns
    `named`) repeats them."""
    if squash(first.names[place]) in NEVER_CARRIED:
        return "(never read)"
    if meaning in SHOWN_AS_THEY_ARE:
        shown = [text[:LONGEST] for text in shown_texts(first, place, named).values()]
    else:
        shown = [masked(cell) for cell in first.cells[place]]
    return printable(", ".join(list(dict.fromkeys(shown))[:_SAMPLES]))


def shown_texts(first: FirstRows, place: int, named: Iterable[int]) -> dict[str, str]:
    """The texts of a column, and each as it may be shown: without the names, numbers and addresses of its row."""
    shown: dict[str, str] = {}
    named = [*named]
    for row in first.rows:
        if text := row[place].strip():  # one that stands beside several patients is masked for each of them
            shown[text] = without_person(shown.get(text, text), [row[each] for each in named])
    return shown


def naming_columns(places: Mapping[str, int]) -> list[int]:
    """The columns that name the patient."""
    return [place for meaning, place in places.items() if meaning in _NAMING]


def date_order(first: FirstRows, places: dict[str, int]) -> tuple[bool, str]:
    """Whether dates of the file could be read in two ways, and the order that its other dates prove, or ""."""
    cells = [cell for meaning in _DATED if meaning in places for cell in first.cells[places[meaning]]]
    return any(map(_two_ways, cells)), order_shown_by(cells)


def _two_ways(text: str) -> bool:
    try:
        read_stamp(text, "")
    except Misfit:
        return True
    return False


def unknown_statuses(cells: Iterable[str], source: Source) -> list[str]:
    """The spellings of a status column that nobody knows yet, the commonest first."""
    read = status_reader(source.statuses)
    counts: dict[str, int] = {}
    for text in cells:
        if not isinstance(read(text), str):
            counts[text.strip()] = counts.get(text.strip(), 0) + 1
    return sorted(counts, key=lambda text: -counts[text])
