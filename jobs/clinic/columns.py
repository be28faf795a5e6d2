"""Reading a table column by column: each distinct text once, and only rows with a problem become objects."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import compress
from sys import intern
from typing import TypeVar

from jobs.clinic.cells import Doubt, read_number, tidy
from jobs.clinic.read_once import ReadOnce
from jobs.clinic.records import Problem, TextTable

_LONGEST_CONTENTS = 500
Text = TypeVar("Text", bound=Hashable)
Value = TypeVar("Value")
Values = dict[str, list[str]]  # field of Appointment -> one text per row


class Columns:
    """A table on its way to appointments: its columns, the problems found so far and the rows that are set aside."""

    def __init__(self, table: TextTable, once: ReadOnce | None = None) -> None:
        self.table = table
        self._once = once or ReadOnce()
        self.problems: list[Problem] = []
        self.aside: set[int] = set()  # positions in the table, from 0
        self.untimed: list[int] = []  # positions of rows without a time of day
        self._blank = [""] * len(table)

    def has(self, *fields: str) -> bool:
        """Whether the export has one of these columns."""
        return any(field in self.table.columns for field in fields)

    def texts(self, field: str) -> list[str]:
        """The cells of one column as they came; all empty where the export has no such column."""
        return self.table.columns.get(field, self._blank)

    def tidy(self, field: str) -> list[str]:
        """The cells of one column as a person sees them, equal ones being one text in memory."""
        texts = self.table.columns.get(field)
        if texts is None:
            return self._blank
        distinct = set(texts)
        if len(distinct) > len(texts) // 2 and _all_tidy(distinct):
            return texts  # numbers of appointments and patients, commonly: nothing to do, nothing to share
        known, _ = self._once.column((field, tidy))
        for text in distinct.difference(known):
            known[text] = intern(tidy(text))
        return list(map(known.__getitem__, texts))

    def numbers(self, field: str) -> list[str]:
        """The practice system's own numbers; "" where Excel has spoiled one. Read cell by cell only where it did."""
        numbers = self.tidy(field)
        return self.read(field, read_number) if "E+" in "\n".join(numbers) else numbers

    def read(self, field: str, reader: Callable[[str], Value | Doubt[Value]]) -> list[Value]:
        """One value per row, read once per distinct text; what the reader doubts becomes a problem of its rows."""
        if field in self.table.columns:
            return self.read_each(field, self.table.columns[field], reader)
        value = reader("")
        return [value.value if isinstance(value, Doubt) else value] * len(self.table)

    def read_each(
        self, field: str, texts: Sequence[Text], reader: Callable[[Text], Value | Doubt[Value]]
    ) -> list[Value]:
        """The same for texts, or several texts a row, that were put together from columns; `field` names the place.

        A reader is known by its name: what it says of a text is the same for all tables that share their `ReadOnce`.
        """
        known, doubts = self._once.column((field, reader.__qualname__))
        try:
            values = list(map(known.__getitem__, texts))
        except KeyError:
            _read_new(texts, reader, known, doubts)
            values = list(map(known.__getitem__, texts))
        if doubts and not doubts.keys().isdisjoint(texts):
            for position in [position for position, text in enumerate(texts) if text in doubts]:
                text = texts[position]
                self.note(position, field, _shown(text), doubts[text])
        return values

    def note(self, position: int, field: str, value: str, doubt: Doubt[Value]) -> None:
        """Put down a problem of one row."""
        if doubt.set_aside:
            self.aside.add(position)
        self._add(self.table.rows[position], field, value, doubt.what, doubt.remedy, doubt.set_aside)

    def note_column(self, field: str, what: str, remedy: str) -> None:
        """Put down a problem of a whole column, for which the table is not to be used."""
        self._add(0, field, "", what, remedy, True)

    def note_all(self, what: str, remedy: str, set_aside: bool = False) -> None:
        """Put down a problem of the whole table."""
        self._add(0, "", "", what, remedy, set_aside)

    def problem(self, position: int, field: str, doubt: Doubt[Value]) -> Problem:
        """A problem of one row, which is told only if somebody says so."""
        self._add(self.table.rows[position], field, self.texts(field)[position], doubt.what, doubt.remedy, True)
        return self.problems.pop()

    def _add(self, row: int, field: str, value: str, what: str, remedy: str, set_aside: bool) -> None:
        place = (self.table.source, self.table.file, self.table.sheet, row, self.table.headers.get(field, field))
        cell = f"{column_letters(self.table.places[field])}{row}" if row and field in self.table.places else ""
        self.problems.append(Problem(*place, value, what, remedy, set_aside, cell))


def _read_new(
    texts: Sequence[Text],
    reader: Callable[[Text], Value | Doubt[Value]],
    known: dict[Text, Value],
    doubts: dict[Text, Doubt[Value]],
) -> None:
    """Read each text that is not known yet."""
    for text in set(texts).difference(known):
        value = reader(text)
        if isinstance(value, Doubt):
            doubts[text] = value
            known[text] = value.value
        else:
            known[text] = value


def column_letters(place: int) -> str:
    """The name of a column in a workbook: 0 is A, 27 is AB."""
    return (column_letters(place // 26 - 1) if place > 25 else "") + chr(65 + place % 26)


def column_number(letters: str) -> int:
    """The other way round, counted from 1: A is 1, ZZ is 702."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def with_contents(problems: Iterable[Problem], table: TextTable) -> list[Problem]:
    """The problems, each with what stands in its row, so that a person can find the appointment."""
    rows = {row: position for position, row in enumerate(table.rows)}
    columns = list(table.columns.values())
    told = []
    for problem in problems:
        cells = [column[rows[problem.row]] for column in columns] if problem.row in rows else []
        told.append(problem._replace(contents=" | ".join(filter(None, cells))[:_LONGEST_CONTENTS]))
    return told


def _all_tidy(texts: Iterable[str]) -> bool:
    """Whether no text holds a blank or a hidden character, found in one pass over all of them."""
    joined = "".join(texts)
    return " " not in joined and joined.isprintable()


def _shown(text: object) -> str:
    return " ".join(filter(None, text)) if isinstance(text, tuple) else str(text)


def without_rows(table: TextTable, left_out: Iterable[int]) -> TextTable:
    """The table without the rows at these positions."""
    kept = [True] * len(table)
    for position in left_out:
        kept[position] = False
    columns = {field: list(compress(texts, kept)) for field, texts in table.columns.items()}
    return replace(table, columns=columns, rows=list(compress(table.rows, kept)))
