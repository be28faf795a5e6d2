"""From columns of text to appointments: every value in the one form of `records`, every doubt a problem with a remedy.

Works on whole columns; each distinct text is read once. Nothing is guessed where a letter would follow from it.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, NamedTuple

from jobs.clinic.cells import CORRECT, Doubt, read_money
from jobs.clinic.columns import Columns, Values, with_contents
from jobs.clinic.demographics import read_demographics
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.duplicates import fold_duplicates
from jobs.clinic.misfits import note_wrong_order
from jobs.clinic.moments import Clock, hours_lost, read_ends, read_starts, without_time
from jobs.clinic.no_appointments import title_reader, without_breaks
from jobs.clinic.problems import DIED_BY_NAME, OVERRULED, fold_problems
from jobs.clinic.read_once import ReadOnce
from jobs.clinic.records import NO_APPOINTMENT, Appointment, Problem, TextTable
from jobs.clinic.stamps import TWO_WAYS, order_shown_by
from jobs.clinic.statuses import is_late, settle_status, status_reader, tells_of_death
from jobs.clinic.steps import is_in_doubt, step_reader, with_brief_consults
from jobs.clinic.value_rules import ORDERS, ValueRules

if TYPE_CHECKING:
    from jobs.clinic.booked_again import CalledOff
    from jobs.clinic.titles import Title
    from jobs.clinic.unread_rows import UnreadRow

_DATED = ("start", "start_date", "end", "end_date", "booked", "cancelled", "deleted", "birth_date", "discharged")
_MAY_BE_SOLD = Doubt(
    "",
    "This type may be a visit, or something sold. It counts as a visit: letters follow from it, and figures count it.",
    'Say which in config/sources.yaml, at this source: kinds: {"10 Class Package": sale}, or class, or visit.',
)
_OVERRULED = Doubt("", OVERRULED, CORRECT, set_aside=True)


def normalize(table: TextTable, rules: ValueRules) -> tuple[list[Appointment], list[Problem]]:
    """The appointments of one table and what could not be used, each problem with its row, column and remedy.

    A row without a readable start, status or patient is set aside, and so are test patients. Breaks, all-day entries
    and blank rows of a calendar are no appointments and leave no trace.
    """
    columns, problems, *_, called_off = read_columns(table, rules)
    found = list(map(Appointment._make, zip(*columns, strict=True)))
    if called_off:
        from jobs.clinic.booked_again import still_called_off

        others, told = still_called_off(called_off, {appointment.key for appointment in found})
        found, problems = found + others, problems + told
    return found, in_short(problems, table)


def in_short(problems: Iterable[Problem], table: TextTable) -> list[Problem]:
    """The problems of a table as a person is told them: many equal ones once, the others with their whole row."""
    return with_contents(fold_problems(problems), table)


class ReadColumns(NamedTuple):
    """A table as columns, one for each field of `Appointment` or none at all, and one problem for each row that has it.

    `unread` are the keys of appointments whose last row is set aside: what is known of them may no longer be right.
    `aside` are those of these rows that name a patient.
    `untimed` are those of rows without a time of day; see `hours_lost`.
    """

    columns: list[Sequence[Any]]
    problems: list[Problem]
    unread: list[str]
    untimed: list[tuple[str, Problem | None]] = []
    aside: "Sequence[UnreadRow]" = ()
    called_off: "Sequence[CalledOff]" = ()


def read_columns(table: TextTable, rules: ValueRules, once: ReadOnce | None = None) -> ReadColumns:
    """The same as columns. `once` is shared by the tables of one file."""
    once = once or ReadOnce()
    columns = Columns(without_breaks(table, rules), once)
    if not len(columns.table):
        return ReadColumns([], [], [])
    if not columns.has("start", "start_date"):
        columns.note_all(
            "This export has no column that says when an appointment starts; nothing was read from it.",
            "Name the column under columns: of this source in config/sources.yaml, as start: or as start_date:.",
            set_aside=True,
        )
        return ReadColumns([], columns.problems, [])
    titles = _titles(columns, rules)
    clock = Clock(rules.zone, rules.date_order, rules.source_zone)
    values = read_demographics(columns, titles, rules, once)
    values |= _moments(columns, clock) | _care(columns, titles)
    values |= _statuses(columns, rules, clock, values["starts_at"])
    values["died"] = columns.texts("")
    if (
        "deceased" in values["status"]
        or any(map(tells_of_death, set(columns.texts("status"))))
        or any(problem.what == DIED_BY_NAME for problem in columns.problems)
    ):
        from jobs.clinic.deaths import died  # few tables say so

        values["died"] = died(columns, values, rules.statuses)
    values["step"] = _steps(columns, rules, clock, values)
    columns.untimed = [place for place in columns.untimed if values["step"][place] not in NO_APPOINTMENT]
    values["key"] = _keys(columns, rules, values)
    off = _called_off(columns, values["status"])
    unread, aside = _unread(columns, values, off) if columns.aside else ([], ())
    if columns.problems and rules.date_order:
        note_wrong_order(columns, rules.date_order)
    untimed: list[tuple[str, Problem | None]] = []
    if columns.untimed:
        untimed = hours_lost(columns, values["key"], values["status"], values["starts_on"], rules.today)
    found = _appointments(columns, values, off)
    if not off:
        return ReadColumns(found, columns.problems, unread, untimed, aside)
    from jobs.clinic.booked_again import called_off

    fields = [values[name] for name in Appointment._fields[:-1]]
    return ReadColumns(found, columns.problems, unread, untimed, aside, called_off(columns, off, fields))


def _called_off(columns: Columns, statuses: list[str]) -> Collection[int]:
    """The places of rows without a number that were called off."""
    numbers = columns.texts("appointment_id")
    if all(numbers):
        return ()
    from jobs.clinic.booked_again import rows_called_off  # only for exports without numbers

    return rows_called_off(columns, numbers, statuses)


def _unread(columns: Columns, values: Values, off: Collection[int]) -> "tuple[list[str], Sequence[UnreadRow]]":
    from jobs.clinic.unread_rows import rows_of_patients  # most files have no such row

    last = {key: place for place, key in enumerate(values["key"]) if place not in off}
    return [key for key, place in last.items() if place in columns.aside], rows_of_patients(columns, values, last)


def _appointments(columns: Columns, values: Values, off: Collection[int]) -> list[Sequence[Any]]:
    """The rows that are not set aside, nor `off`, one per appointment, as columns. Only where two rows are one do they
    become objects."""
    fields: list[Sequence[Any]] = [*(values[name] for name in Appointment._fields[:-1]), columns.table.rows]
    if left_out := columns.aside.union(off):
        kept = [place not in left_out for place in range(len(columns.table))]
        fields = [list(compress(field, kept)) for field in fields]
    _say_which_order(columns)
    if len(set(fields[0])) < len(fields[0]):  # the keys
        fields = _folded(columns, fields)
    return fields


def _folded(columns: Columns, fields: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """One row per appointment."""
    rows: list[Appointment] = list(map(Appointment._make, zip(*fields, strict=True)))
    kept, overruled = fold_duplicates(rows)
    if overruled:
        places = {row: place for place, row in enumerate(columns.table.rows)}
        ids = columns.texts("appointment_id")
        for appointment in overruled:
            place = places[appointment.row]
            columns.note(place, "appointment_id", ids[place], _OVERRULED)
    return list(zip(*kept, strict=True))


def _say_which_order(columns: Columns) -> None:
    """Where a date could be read in two ways, tell what the other dates of the table show; it is not guessed."""
    if not any(problem.what == TWO_WAYS for problem in columns.problems):
        return
    order = order_shown_by(chain.from_iterable(map(columns.texts, _DATED)))
    if order:
        remedy = f"Set date_order: {order} for this source in config/sources.yaml: its other dates are {ORDERS[order]}."
        columns.problems = [p._replace(remedy=remedy) if p.what == TWO_WAYS else p for p in columns.problems]


def _titles(columns: Columns, rules: ValueRules) -> "list[Title] | None":
    """What the title of each calendar entry says; None where the source has no titles."""
    if not columns.has("title"):
        return None
    read_title = title_reader()
    return columns.read("title", lambda title: read_title(title, rules.title_pattern))


def _moments(columns: Columns, clock: Clock) -> Values:
    """Start, end and booking. A booking later than the start stays: staff do enter visits afterwards."""
    starts = read_starts(columns, clock)
    columns.untimed = without_time(starts)
    booked = columns.read("booked", clock.own.read)
    return {
        "starts_at": [start.at for start in starts],
        "starts_on": [start.on for start in starts],
        "ends_at": read_ends(columns, clock, starts),
        "booked_at": [moment.at for moment in booked],
        "booked_on": [moment.on for moment in booked],
    }


def _statuses(columns: Columns, rules: ValueRules, clock: Clock, starts_at: list[str]) -> Values:
    """What became of each appointment; `booked` where the export does not say. A late cancellation without its own
    moment came at the latest moment there is: the start."""
    status = columns.read("status", status_reader(rules.statuses))
    cancelled_at = columns.texts("")
    if columns.has("cancelled", "no_show", "arrived", "deleted"):
        marks = [columns.read(name, clock.read_mark) for name in ("cancelled", "no_show", "arrived", "deleted")]
        cancelled_at = [at or deleted_at for (_, at), (_, deleted_at) in zip(marks[0], marks[3], strict=True)]
        answers = [[answer for answer, _ in column] for column in marks]
        status = [settle_status(*row) for row in zip(status, *answers, strict=True)]
    typed = columns.texts("status")
    if late := {text for text in set(typed) if is_late(text)}:
        rows = zip(typed, cancelled_at, starts_at, strict=True)
        cancelled_at = [start if text in late and not at else at for text, at, start in rows]
    return {"status": status, "cancelled_at": cancelled_at}


def _care(columns: Columns, titles: "list[Title] | None") -> Values:
    """What the appointment is for and about, who pays and who sent the patient: as typed, but for codes and amounts."""
    as_typed = ("provider", "location", "activity", "service", "referral_source", "referring_provider", "payer")
    kind, complaint = columns.tidy("type"), columns.tidy("complaint")
    diagnosis = columns.read("diagnosis", read_diagnosis)
    if titles is not None:
        kind = [own or title.kind for own, title in zip(kind, titles, strict=True)]
        complaint = [own or title.complaint for own, title in zip(complaint, titles, strict=True)]
    if columns.has("diagnosis"):
        complaint = [own or found.words for own, found in zip(complaint, diagnosis, strict=True)]
    return {name: columns.tidy(name) for name in as_typed} | {
        "kind": kind,
        "complaint": complaint,
        "diagnosis": [found.codes for found in diagnosis],
        "billed": columns.read("billed", read_money),
        "paid": columns.read("paid", read_money),
    }


def _steps(columns: Columns, rules: ValueRules, clock: Clock, values: Values) -> list[str]:
    """The step of each appointment; one that is marked as discharged, or held on the day of discharge, is one."""
    kinds, starts, ends = (values[name] for name in ("kind", "starts_at", "ends_at"))
    steps = columns.read_each("type", kinds, step_reader(rules.kinds))
    steps = with_brief_consults(steps, kinds, starts, ends, rules.kinds)
    for kind in sorted(kind for kind in set(kinds) if is_in_doubt(kind, rules.kinds)):
        columns.note(kinds.index(kind), "type" if columns.has("type") else "title", kind, _MAY_BE_SOLD)
    if not columns.has("discharged"):
        return steps
    marks = columns.read("discharged", clock.read_discharge)
    return [
        "discharge" if mark == "yes" or mark == day else step
        for step, mark, day in zip(steps, marks, values["starts_on"], strict=True)
    ]


def _keys(columns: Columns, rules: ValueRules, values: Values) -> list[str]:
    """The key of each appointment: its number in the practice system, else made from patient, start and provider."""
    before = f"{rules.prefix}:" if rules.prefix else ""
    ids = columns.numbers("appointment_id")
    if all(ids):
        return [before + number for number in ids]
    from hashlib import blake2b  # only for exports without numbers

    parts = zip(ids, values["patient_key"], values["starts_at"], values["provider"], strict=True)
    return [
        before + (number or blake2b("\n".join(part).encode(), digest_size=9).hexdigest()) for number, *part in parts
    ]
