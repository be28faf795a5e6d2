"""Who comes to an entry of a calendar: its guest, each guest of a class, or nobody."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from jobs.clinic.addresses import address_key, is_of_house
from jobs.clinic.identity import is_shown_as, is_surely_shown_as
from jobs.clinic.titles import is_for_several, read_title


class Guest(NamedTuple):
    """An invited address, and the name that the calendar has for it; "" where it has none."""

    address: str
    name: str = ""
    declined: bool = False


class Invitations(NamedTuple):
    """What tells which guests are patients: the clinic's `own` addresses, and how the titles of a source are read."""

    own: tuple[str, ...] = ()
    title_pattern: str = ""

    def bookings(self, entry_id: str, title: str, guests: Iterable[Guest]) -> list[tuple[str, Guest]]:
        """The appointments that an entry is, each with its number and who comes; none where whose it is declined.

        A class whose title names nobody is an appointment of each guest, known by entry and address, so that one who
        goes leaves the others be; with one guest it keeps its own number. Every other entry is one patient's, whoever
        else is invited: a parent, a teacher. Who works in the clinic is no guest, but where nobody else is; whether the
        patient's letters go there, `clinic.demographics` says.
        """
        invited = {address_key(guest.address): guest for guest in guests}
        theirs = {key: guest for key, guest in invited.items() if not is_of_house(guest.address, self.own)}
        if not theirs and len(invited) != 1:
            return [(entry_id, Guest(""))]
        coming = self._patients(theirs or invited, title)
        if len(coming) < 2:
            return [(entry_id, guest) for guest in coming.values()]
        return [(f"{entry_id}/{_mark(key)}", guest) for key, guest in coming.items()]

    def _patients(self, guests: Mapping[str, Guest], title: str) -> dict[str, Guest]:
        """Those who come, by address: of a class each, else the guest whose name the title has, or the first one."""
        read = read_title(title, self.title_pattern)
        name = (read.first_name, read.last_name) if read.first_name or read.last_name else read.likely
        theirs = dict(guests)
        if any(name) or not is_for_several(read.kind or title):
            alike = (key for key, guest in guests.items() if is_shown_as(name, guest.name))
            whose = next(alike, next(iter(guests)))
            theirs = {whose: guests[whose]}
        return {key: guest for key, guest in theirs.items() if not self._is_off(guest, name)}

    def _is_off(self, guest: Guest, name: tuple[str, str]) -> bool:
        """Whether a guest who declined takes the appointment along; a therapist's word says nothing of a patient's."""
        if not guest.declined:
            return False
        return not any(name) or not is_of_house(guest.address, self.own) or is_surely_shown_as(name, guest.name)


def _mark(key: str) -> str:
    """An address in a number that is shown here and there."""
    return blake2b(key.encode(), digest_size=6).hexdigest()


def name_of_guest(shown: str) -> str:
    """The name that an invitation shows for a guest, where it is one: calendars put the address there, or a word of it.

    >>> name_of_guest("Anna Testperson"), name_of_guest("anna.t@mail.example"), name_of_guest("anna")
    ('Anna Testperson', '', '')
    """
    words = shown.strip(" \"'").split()
    whole = len(words) > 1 and not any(sign in shown for sign in "@<>") and not any(map(str.isdigit, shown))
    return " ".join(words) if whole else ""
