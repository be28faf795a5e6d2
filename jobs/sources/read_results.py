"""What reading a file came to: its values or tables, what it no longer has, and what is to be remembered of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Literal, NamedTuple

from jobs.clinic.records import Appointment, Problem, TextTable
from jobs.sources.files import CALENDARS, is_address
from jobs.sources.row_marks import FileMemory

_MANY_SETTLED = 2_000  # rows that a file no longer has and that no later one will tell of


class ReadValues(NamedTuple):
    """Some rows whose values were read: their numbers as a person sees them, and what they came to."""

    rows: list[int]
    appointments: list[Appointment]
    marks: list[int]  # one for each appointment: what `FileRead.gone` knows it by
    problems: list[Problem]
    unread: list[str] = []  # keys of appointments whose last row is set aside
    untimed: dict[str, Problem | None] = {}  # by key, of rows without a time of day; see `clinic.moments.hours_lost`
    aside: Sequence[tuple[Any, ...]] = ()  # each an `UnreadRow`: the rows that are set aside and name a patient


@dataclass
class FileRead:
    """One file of a source. What is said of it is complete once its tables were gone through.

    `path` is what is shown and remembered: relative to the folder that holds config/, and of an address only the host.
    A file can turn out "refused" after some tables; what it held until then may be kept.
    """

    path: str
    outcome: Literal["unchanged", "read", "refused", "waiting"]  # waiting: it is still being written
    problem: Problem | None = None  # of the file as a whole; a file that was read may have one too
    tables: Iterator[TextTable] = field(default_factory=lambda: iter(()))  # only rows that may have changed
    values: Iterator[ReadValues] = field(default_factory=lambda: iter(()))  # instead of tables, where rules were given
    memory: bytes = b""  # for the next reading, once this one is saved
    begun_again: bool = False  # what came until now comes once more, and counts then
    rows_total: int = 0
    rows_skipped: int = 0  # known from the last time
    gone: frozenset[int] = frozenset()  # marks of appointments that the file no longer has
    left: frozenset[int] = frozenset()  # the same; where columns are read otherwise, it may have some under other marks
    no_more: frozenset[int] = frozenset()  # marks of entries that are there and are no appointment, such as a lunch
    changed_ns: int = 0  # the file's own time; 0 for what was asked just now
    since: tuple[bytes, bytes] | None = None  # what it was when it was read, and what was read since, if that is there
    cancelled: frozenset[int] = frozenset()  # marks of appointments that a calendar says were cancelled or deleted

    def turns_back(self) -> bool:
        """Whether it was saved again and holds what it held before another file was read, which said something else."""
        if self.since is None or not self.memory:
            return False
        now, then, since = (FileMemory.load(data) for data in (self.memory, *self.since))
        return bool(now and then and since and now.says(then) and not now.says(since))

    def without_settled(self, open_marks: Collection[int]) -> bytes:
        """What is to be remembered of it; of what it no longer has, only these marks, once the others are many."""
        if len(self.gone) <= len(open_marks) + _MANY_SETTLED:
            return self.memory
        memory = FileMemory.load(self.memory)
        if memory is None:  # of a Google calendar, which keeps them itself
            return self.memory
        memory.miss(open_marks)
        return memory.dump()

    @property
    def takes_away(self) -> bool:
        """Whether it no longer has some appointments, or says that they are off."""
        return bool(self.gone or self.no_more or self.cancelled)

    @property
    def is_calendar(self) -> bool:
        """Whether it holds entries of a calendar, many of which are no appointments."""
        return is_address(self.path) or self.path.lower().endswith(CALENDARS) or self.path == "Google Calendar"


def values_of_frame(
    columns: list[Sequence[Any]],
    marks: list[int],
    problems: list[tuple[Any, ...]],
    rows: list[int],
    unread: list[str],
    untimed: list[tuple[str, tuple[Any, ...]]],
    aside: list[tuple[Any, ...]],
) -> ReadValues:
    """What the child says of some rows, a column at a time, as appointments and problems."""
    count = len(columns[-1]) if columns else 0
    whole = (repeat(column, count) if isinstance(column, str) else column for column in columns)
    appointments = list(map(Appointment._make, zip(*whole, strict=True)))
    lost = {key: Problem._make(problem) if problem else None for key, problem in untimed}
    return ReadValues(rows, appointments, marks, list(map(Problem._make, problems)), unread, lost, aside)
