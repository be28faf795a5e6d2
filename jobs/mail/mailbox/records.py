"""What a mailbox that is read hands to the job that reads it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

LARGEST = 262_144
"""Bytes of a mail that are looked at: what a machine has to say stands at its beginning, attachments come last."""
AT_ONCE = 25
"""Mails in one batch, and so in one commit."""


class Mail(NamedTuple):
    """One mail as it lies there; `uid` names it in its mailbox for good."""

    uid: str
    data: bytes


class Batch(NamedTuple):
    """Some mails, oldest first, and where the next reading goes on once they are kept."""

    mails: list[Mail]
    read_up_to: str


class Mailbox(Protocol):
    """A mailbox that is looked into. Nothing in it is changed, not even what is marked as read.

    Each method raises MailboxUnusable.
    """

    @property
    def name(self) -> str:
        """What its mails are remembered under: the server and the folder."""

    def new_mail(
        self, read_up_to: str, since: datetime, known: Callable[[Collection[str]], set[str]]
    ) -> Iterator[Batch]:
        """What came since the last reading, oldest first. `read_up_to` is what the last batch of that one said, "" for
        the first; then mails from `since` on are read. `known` tells which of some uids were read before."""

    def copies_of(self, message_ids: Sequence[str]) -> dict[str, str]:
        """Of these letters, by Message-ID, those of which a copy lies there, and the folder that it lies in."""

    def close(self) -> None:
        """Say goodbye. May be called twice; never raises."""


class MailboxUnusable(Exception):
    """The mailbox cannot be read now; the text is a sentence for the IT person."""
