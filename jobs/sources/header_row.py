"""Finding the header row of a table and the meaning of its columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobs.sources.headers import NEVER_CARRIED, squash
from jobs.sources.presets import MEANINGS, Layout, layout_for, wanted_headers

ROWS_LOOKED_AT = 20
_STARTS = ("start", "start_date")
_IDENTITIES = ("patient_id", "patient_name", "first_name", "last_name", "email", "title")
_OF_A_PATIENT = (
    "patient_name", "first_name", "last_name", "email", "phone", "birth_date", "email_consent", "language",
    "diagnosis", "complaint", "activity", "referral_source", "referring_provider", "payer",
)  # fmt: skip
"""What a second file of patients may add unasked. Its `status` or `created_at` are the patient's, no appointment's."""


class Unreadable(Exception):
    """A file that cannot be used, in two plain sentences: what is the matter and the remedy. Holds no patient data."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy


NOTHING_IN_IT = Unreadable("There is nothing in this file.", "Export it again; the export may have been empty.")


class Plan(NamedTuple):
    """Which column holds what: `places` are positions from 0, `row` is the place of the header row among the rows."""

    row: int
    places: dict[str, int]
    headers: dict[str, str]
    always: dict[str, str]
    twice: tuple[str, ...] = ()  # headers in use that stand over more than one column
    names: tuple[str, ...] = ()  # of all columns, as they stand in the header
    cells: dict[str, int] = {}  # columns to point at, where `places` are not those of the sheet

    def unused(self) -> list[tuple[int, str]]:
        """Place and name of the columns that have a name and no meaning, without those that are never read."""
        used = set(self.places.values())
        return [
            (place, name)
            for place, name in enumerate(self.names)
            if name and place not in used and squash(name) not in NEVER_CARRIED
        ]

    def meanings(self) -> list[str]:
        """Every field that a row of this table gets, in one order."""
        return [*self.places, *self.always]


class Wish(NamedTuple):
    """What is looked for in a table."""

    preset: str
    columns: Mapping[str, str]  # meaning -> header as configured
    key: str = ""  # header of the key of a join, carried under the name KEY
    of_patients: bool = False  # the second file of a join: no start is needed


KEY = "\0key"


def find_plan(rows: Sequence[Sequence[str]], wish: Wish) -> Plan | None:
    """The plan of the first of these rows that names the columns that are needed; None where none does.

    Two rows that together name more columns than the first of them alone are one header.
    """
    top = rows[:ROWS_LOOKED_AT]
    for place, row in enumerate(top):
        below = top[place + 1] if place + 1 < len(top) else ()
        if sum(map(bool, row)) > 1 or (any(row) and sum(map(bool, below)) > 1):
            plans = (_plan_of(place, row, wish), _plan_of(place + 1, _put_together(row, below), wish))
            fitting = [plan for plan in plans if plan is not None and _complete(plan, wish)]
            if fitting:
                return max(fitting, key=lambda plan: len(plan.places))
    return None


def likeliest_plan(rows: Sequence[Sequence[str]], wish: Wish) -> Plan:
    """The plan, complete or not, of the row that most likely names the columns: where none is known, of the one with
    the most names. There must be a row."""
    known = find_plan(rows, wish)
    if known is not None:
        return known
    top = list(enumerate(rows[:ROWS_LOOKED_AT]))
    plans = [plan for place, row in top if (plan := _plan_of(place, row, wish)) is not None]
    best = max(plans, key=lambda plan: len(plan.places), default=None)
    if best is not None and len(best.places) > 1:
        return best
    place, row = max(top, key=lambda pair: len({cell for cell in pair[1] if cell and not cell[0].isdigit()}))
    return _plan_of(place, row, wish) or Plan(place, {}, {}, {}, names=tuple(" ".join(cell.split()) for cell in row))


def _put_together(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The column names of two rows: `Patient` over `ID` and `Name` gives `Patient ID`, `Patient Name`.

    A name that stands over several columns is a merged cell, of which only the first one holds it.
    """
    names, over = [], ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        over = above or over
        names.append(f"{over} {below}".strip() if below else above)
    return names


def _complete(plan: Plan, wish: Wish) -> bool:
    if any(meaning not in plan.places for meaning in wish.columns) or (wish.key and KEY not in plan.places):
        return False
    if wish.of_patients:
        return len(plan.places) > 1
    has_patient = wish.key or any(meaning in plan.places for meaning in _IDENTITIES)
    return bool(has_patient) and any(meaning in plan.places for meaning in _STARTS)


def _plan_of(row: int, cells: Sequence[str], wish: Wish) -> Plan | None:
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        header = squash(cell)
        if header and header not in NEVER_CARRIED:
            places.setdefault(header, []).append(place)
            places.setdefault(header.replace("dateandtime", "datetime"), places[header])
    layout = layout_for(wish.preset, frozenset(places))
    chosen = {meaning: squash(header) for meaning, header in wish.columns.items() if squash(header) in places}
    if wish.key and squash(wish.key) in places:
        chosen[KEY] = squash(wish.key)
    taken = set(chosen.values()) - {chosen.get(KEY)}
    for meaning, headers in wanted_headers(layout).items():
        if meaning not in chosen and meaning not in wish.columns and (not wish.of_patients or meaning in _OF_A_PATIENT):
            found = next((header for header in headers if header in places and header not in taken), None)
            if found:
                chosen[meaning] = found
                taken.add(found)
    return _settled(row, cells, chosen, places, layout, wish) if chosen else None


def _settled(
    row: int,
    cells: Sequence[str],
    chosen: dict[str, str],
    places: dict[str, list[int]],
    layout: Layout | None,
    wish: Wish,
) -> Plan:
    """The plan; a lone `Start Time`, without a date beside it, is taken to hold both."""
    for whole, day, time in (("start", "start_date", "start_time"), ("end", "end_date", "end_time")):
        if time in chosen and whole not in chosen and day not in chosen and time not in wish.columns:
            if whole == "start" or "start_date" not in chosen:
                chosen[whole] = chosen.pop(time)
    ordered = [meaning for meaning in (*MEANINGS, KEY) if meaning in chosen]
    always = {} if layout is None else {name: text for name, text in layout.always.items() if name not in chosen}
    headers = {meaning: " ".join(cells[places[chosen[meaning]][0]].split()) for meaning in ordered}
    twice = tuple(sorted({headers[meaning] for meaning in ordered if len(places[chosen[meaning]]) > 1}))
    found = {meaning: places[chosen[meaning]][0] for meaning in ordered}
    return Plan(row, found, headers, always, twice, tuple(" ".join(cell.split()) for cell in cells))


def _likely(cells: Sequence[str], lost: str, wish: Wish) -> str:
    """The column that would be taken if the settings did not name another one, as a question."""
    free = wish._replace(columns={meaning: header for meaning, header in wish.columns.items() if header != lost})
    plan = _plan_of(0, cells, free)
    meaning = next((meaning for meaning, header in wish.columns.items() if header == lost), "")
    return f'Did you mean "{plan.headers[meaning]}"?' if plan and meaning in plan.headers else ""


def missing_columns(
    rows: Sequence[Sequence[str]], wish: Wish, place: str = "", before: Mapping[str, str] = {}
) -> Unreadable:
    """Why no plan was found: the columns that are there and what to write in config/sources.yaml.

    `before` are the headers of last time, by their meaning.

    Only a row of words that no data row can be mistaken for is quoted: a table without headers shows its patients.
    """
    if not any(any(map(squash, row)) for row in rows[:ROWS_LOOKED_AT]):
        return NOTHING_IN_IT
    plans = [(_plan_of(number, row, wish), row) for number, row in enumerate(rows[:ROWS_LOOKED_AT])]
    best, cells = max(
        ((plan, row) for plan, row in plans if plan is not None),
        key=lambda pair: len(pair[0].places),
        default=(None, ()),
    )
    if best is None:
        return Unreadable(
            f"No row among the first {ROWS_LOOKED_AT}{place} has a column name that is known.",
            "The first row must name the columns. Name them under columns: of this source in config/sources.yaml.",
        )
    names = ", ".join(f'"{" ".join(cell.split())[:40]}"' for cell in cells if cell)[:600]
    lost = next((header for meaning, header in wish.columns.items() if meaning not in best.places), None)
    lost = wish.key if lost is None and wish.key and KEY not in best.places else lost
    if lost is not None:
        from jobs.clinic.faults import did_you_mean  # takes its time to load, and is seldom needed

        near = did_you_mean(lost, [cell for cell in cells if cell]) or _likely(cells, lost, wish)
        return Unreadable(
            f'There is no column "{lost}"{place}; the columns are {names}.',
            f"{near} Correct it under this source in config/sources.yaml.".strip(),
        )
    needed: Sequence[str]
    if any(meaning in best.places for meaning in _STARTS) or wish.of_patients:
        needed, what, example = _IDENTITIES, "says who the patient is", "patient_id: (or patient_name:, or email:)"
    else:
        needed, what, example = _STARTS, "says when an appointment starts", "start: (or start_date: and start_time:)"
    return Unreadable(
        f"No column{place} {what}; the columns are {names}.",
        f"{_last_time(needed, before, best)}Write {example} with the name of its column under columns: of this source "
        "in config/sources.yaml, or let `run_jobs.py map` ask you.",
    )


def _last_time(needed: Sequence[str], before: Mapping[str, str], plan: Plan) -> str:
    """What a column was called the last time, and what it may be called now."""
    meaning = next((meaning for meaning in needed if meaning in before), "")
    if not meaning:
        return ""
    from jobs.sources.guesses import likely_new_name  # only where something is missing

    near = likely_new_name(before[meaning], meaning, [name for _, name in plan.unused()])
    return f'Last time it was "{before[meaning]}"' + (f'; now it may be "{near}". ' if near else ". ")
