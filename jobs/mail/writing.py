"""Letters are written in a process of their own, which works on the next ones while the last ones leave.

It has no database, no lock and no connection. A letter that keeps it busy without end, or takes all memory, ends this
process and not the run.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, cast

from jobs.machine.apart import Apart
from jobs.mail.fields import LetterValues
from jobs.mail.message import Envelope
from jobs.mail.templates import Instead, Letters
from jobs.mail.writing_apart import start_writing

_SECONDS = 60.0  # for the letters of one order; some hundred take a fifth of a second
_PATIENCE = 5  # times as long is waited for one who hardly gets to work, as on a machine that is far too busy


class Order(NamedTuple):
    """One letter to be written: the name of its template, what it says, the envelope, and texts without which it is
    not written, such as those that the law asks for."""

    template: str
    values: LetterValues
    envelope: Envelope
    must_say: tuple[str, ...] = ()


class WritingFailed(Exception):
    """No more letters can be written in this run; the message is a sentence for people."""


class LetterWriter:
    """Writes what is ordered, one order after the other: `ask`, then `take`, then `ask` again.

    It is given what loads the letters, see `start_writing`, or the process that is at it already.
    """

    def __init__(self, load: Callable[[], Letters] | Apart) -> None:
        self._apart = load if isinstance(load, Apart) else start_writing(load)
        self._line = self._apart.line
        self._ordered = 0

    def __enter__(self) -> "LetterWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._apart.end()

    @property
    def pid(self) -> int:
        """The number of the other process."""
        return self._apart.process.pid or 0

    @property
    def usable(self) -> frozenset[str]:
        """The templates without faults; letters of the others must wait."""
        return self._looked_at[0]

    @property
    def instead(self) -> tuple[Instead, ...]:
        """The earlier versions that go on in place of files with faults, or of those that are not there."""
        return self._looked_at[1]

    @property
    def gone(self) -> frozenset[str]:
        """The templates that are not there."""
        return self._looked_at[2]

    @cached_property
    def _looked_at(self) -> tuple[frozenset[str], tuple[Instead, ...], frozenset[str]]:
        return cast(tuple[frozenset[str], tuple[Instead, ...], frozenset[str]], self._answer())

    def ask(self, orders: Sequence[Order]) -> None:
        """Order some letters, all of usable templates. What was ordered before must have been taken."""
        assert self.usable is not None  # said first, hence heard first
        try:
            self._line.send(list(orders))
        except OSError:
            raise WritingFailed(_ENDED) from None
        self._ordered = len(orders)

    def take(self) -> list[bytes | None]:
        """The finished messages in the order of the last `ask`; None for one that could not be written."""
        written: list[bytes | None] = []
        while len(written) < self._ordered:
            written += cast(list[bytes | None], self._answer())
        return written

    def _answer(self) -> object:
        before = self._apart.worked()
        try:
            for _ in range(_PATIENCE):
                if self._apart.answers(_SECONDS):
                    return self._line.recv()
                worked = self._apart.worked()
                if before is None or worked is None or worked - before > _SECONDS / 2:
                    raise WritingFailed(_LOOPS.format(_SECONDS))
        except (EOFError, OSError):
            raise WritingFailed(_ENDED) from None
        raise WritingFailed(_STOOD.format(_PATIENCE * _SECONDS))


_WAIT = "The letters that were not sent wait; `run_jobs.py check` looks at every template."
_LOOPS = f"A letter was not written within {{:g}} seconds: does a template loop? {_WAIT}"
_STOOD = (
    "No letter was written within {:g} seconds, in which the process that writes them hardly got to work: the machine "
    f"may be far too busy. {_WAIT}"
)
_ENDED = f"The process that writes the letters ended before its work: the machine may be short of memory. {_WAIT}"
