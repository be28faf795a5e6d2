"""What the outbox, its ledger, its journal and its transports say to each other."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

DRAFTS_FIRST = "gmail"
"""How the names of transports begin by which no letter leaves before its draft is in the journal."""

SOME_DRAFT = "?"
"""Stands for a draft that the other side may hold under a name that was never heard."""


MAY_HAVE_LEFT = "The letter may have left. "
"""Begins what is noted of a letter whose text nobody answered; the reason follows."""


class Ready(NamedTuple):
    """One finished letter: complete RFC 5322 bytes in ASCII with CRLF line ends, for exactly one recipient."""

    letter_id: int
    recipient: str
    message_id: str
    data: bytes
    draft_id: str = ""  # the draft that an earlier try left with the other side
    alone: bool = False  # an earlier try was put off for a fault of its own: the other side took others then


class Result(NamedTuple):
    """What became of one letter that was `attempting`."""

    letter_id: int
    state: str  # sent, deferred, failed, unknown, or ready: its bytes never left
    detail: str = ""  # why, in words or in the server's; addresses are masked
    draft_id: str | None = None  # the draft that the other side holds, "" for none; None: nothing new is known
    transport: str = ""  # the way it was tried, where that is not the ledger's own
    at_once: bool = False  # deferred for no fault of its own: the next run tries it again, without a pause


class Unclear(Protocol):
    """A letter that may have left."""

    @property
    def letter_id(self) -> int: ...
    @property
    def message_id(self) -> str: ...
    @property
    def draft_id(self) -> str: ...


class Ledger(Protocol):
    """The lasting memory of the letters' states. Both methods return only when their change would survive a power cut,
    and raise, changing nothing, where it cannot be written: then nothing is sent."""

    def attempting(self, letters: Sequence[Ready], at: datetime) -> Collection[int]:
        """These letters are about to be tried: the ids of those that are. The others were held, withdrawn or stopped
        since they were handed over, and stay where they are."""

    def record(self, results: Sequence[Result], at: datetime) -> None:
        """What became of letters that were `attempting`: one attempt each, and the new state."""


class Marks(Protocol):
    """Where a transport leaves its marks, so that a killed run can be read afterwards."""

    def drafting(self, letter_id: int) -> None:
        """To be called before the other side is asked to hold a letter: it may hold it under a name not yet heard."""

    def drafted(self, letter_id: int, draft_id: str) -> None:
        """To be called when the other side holds the letter and has not sent it. On disk when it returns."""

    def attempted(self, letter_id: int) -> None:
        """To be called before the first byte of a letter's text leaves."""

    def accepted(self, letter_id: int) -> None:
        """To be called at once when the other side has taken the letter."""

    def stayed(self, letter_id: int) -> None:
        """To be called when an attempted letter certainly was not taken."""


class NoMarks:
    """For what is no letter to a patient, such as a notice or a workbook: it leaves no marks."""

    def drafting(self, letter_id: int) -> None: ...
    def drafted(self, letter_id: int, draft_id: str) -> None: ...
    def attempted(self, letter_id: int) -> None: ...
    def accepted(self, letter_id: int) -> None: ...
    def stayed(self, letter_id: int) -> None: ...


class Transport(Protocol):
    """A way out of the house."""

    @property
    def name(self) -> str:
        """What attempts are recorded under: `smtp`, `folder`."""

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        """Send the letters one after another; yield what became of each letter that was tried.

        A letter may be asked for before the one before it is settled, so that both can share one trip to the server.
        RunStopped when no letter can be sent now; those without a result were not taken.
        """

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        """For letters that left or not by this transport: `sent` or `ready` (it never left), where the other side can
        tell for certain; the others are left out. RunStopped where it cannot be asked now."""

    def discard(self, draft_ids: Sequence[str]) -> list[str]:
        """Let the other side forget drafts of letters that must not leave; those that are gone now. Never raises."""

    def close(self) -> None:
        """Say goodbye. May be called twice; never raises."""


class RunStopped(Exception):
    """No more letters can be sent in this run; the text is a sentence for the office manager. The letters wait."""


class AskedToStop(RunStopped):
    """Somebody ended the run (SIGTERM, Ctrl-C). Nothing is wrong: the next run goes on."""


class SignInRefused(RunStopped):
    """The mail server does not let the clinic in: a person must sign in again before any letter can go."""


class PasswordRefused(SignInRefused):
    """The mail server was given user and password, and takes them not: each further try may lock the account."""
