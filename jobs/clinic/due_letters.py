"""What is known of a letter whose moment has come, and of its patient, at the moment of sending."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.episodes import Slot
from jobs.clinic.letter_life import DIED

if TYPE_CHECKING:
    from jobs.clinic.unread_rows import OtherRow


class Due(NamedTuple):
    """One letter whose moment has come, with the event that called for it."""

    letter_id: int
    patient_id: int
    rule: str
    state: str
    reason: str
    due_at: str
    expires_at: str
    category: str
    priority: int
    event_id: int
    appointment_id: int
    what: str
    event_starts_at: str
    released_at: str = ""
    leaves_at: str = ""
    address_key: str = ""  # of the patient
    happened_at: str = ""  # the event


class Sent(NamedTuple):
    """One letter that left or may have left, and the appointment it was about: when that was to start, and its id.
    `said`: it is the welcome before a first visit and left for certain, and said that the visit starts then; "" also
    where that is not known."""

    rule: str
    category: str
    sent_at: str
    capped: bool = True
    starts_at: str = ""
    appointment_id: int = 0
    said: str = ""


def start_said(event_id: int, starts_at: str, moves: Sequence[tuple[int, str]]) -> str:
    """The start of its visit that a letter said, if an event called for it that names this one, and before it left
    these moves were seen (the event's id, the new start); "" where nobody can tell.

    A second move to the same time is no event: once there were two times, the visit may have gone back and forth.
    """
    if not moves:
        return starts_at
    (first, start), *others = moves
    return start if first >= event_id and all(other == start for _, other in others) else ""


@dataclass
class Person:
    """What is known of one patient at the moment of sending."""

    address_key: str
    email: str
    email_consent: str
    history: Sequence[Slot]  # appointments; sales and paperwork are none
    stopped: frozenset[str] = frozenset()  # of care, news, all
    sent: list[Sent] = field(default_factory=list)
    unread: list["OtherRow"] = field(default_factory=list)  # rows that are set aside and name this patient
    not_theirs: str = ""  # why the address cannot be this patient's own
    died: bool = False
    sold: Collection[int] = ()  # the ids of sales and paperwork
    may_be: dict[int, "Person"] = field(default_factory=dict)  # of this name at this address, and perhaps the same one

    @property
    def unreachable(self) -> str:
        """Why no letter can be addressed to this patient, "" where one can."""
        return self.not_theirs if self.email else "no e-mail address is known"

    def refuses(self, category: str) -> str:
        """Why this patient gets no letters of a category, whatever they say, "" where that is not so."""
        if self.died:
            return DIED
        if self.email_consent == "no":
            return "the patient wants no e-mail"
        if "all" in self.stopped or category in self.stopped:
            return "letters to this patient or address are stopped"
        return ""
