"""Who comes to an entry of a calendar: its guest, each guest of a class, or nobody."""

from collections.abc import Collection, Iterable, Mapping
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


class Booking(NamedTuple):
    """One appointment of an entry: its number, who comes, and the title that names the patient, if one does. `kind` is
    what is booked where the title is left out, as it names who teaches."""

    number: str
    guest: Guest
    title: str
    kind: str = ""


class Invitations(NamedTuple):
    """What tells which guests are patients: the clinic's `own` addresses, and how the titles of a source are read."""

    own: tuple[str, ...] = ()
    title_pattern: str = ""

    def bookings(self, entry_id: str, title: str, guests: Iterable[Guest]) -> list[Booking]:
        """The appointments that an entry is, each with its number and who comes; none where whose it is declined.

        A class is an appointment of each guest, known by entry and address, so that one who goes leaves the others be;
        with one guest it keeps its own number. A name in its title is the teacher's, but where it is a guest's, first
        and last, whose alone the entry is then. Every other entry is one patient's, whoever else is invited: a parent,
        a teacher. Who works in the clinic is no guest, but where nobody else is; whether the patient's letters go
        there, `clinic.demographics` says.
        """
        invited = {address_key(guest.address): guest for guest in guests}
        theirs = {key: guest for key, guest in invited.items() if not is_of_house(guest.address, self.own)}
        if not theirs and len(invited) != 1:
            return [Booking(entry_id, Guest(""), title)]
        read = read_title(title, self.title_pattern)
        name = (read.first_name, read.last_name) if read.first_name or read.last_name else read.likely
        if not theirs or not is_for_several(read.kind or title) or _is_one_guests(name, theirs.values()):
            whose = _whose(name, theirs or invited)
            return [] if self._is_off(whose, name) else [Booking(entry_id, whose, title)]
        coming = {key: guest for key, guest in theirs.items() if not guest.declined}
        said = ("", read.kind) if any(name) else (title, "")
        return [
            Booking(entry_id if len(coming) < 2 else f"{entry_id}/{_mark(key)}", guest, *said)
            for key, guest in coming.items()
        ]

    def _is_off(self, guest: Guest, name: tuple[str, str]) -> bool:
        """Whether a guest who declined takes the appointment along; a therapist's word says nothing of a patient's."""
        if not guest.declined:
            return False
        return not any(name) or not is_of_house(guest.address, self.own) or is_surely_shown_as(name, guest.name)


def _is_one_guests(name: tuple[str, str], guests: Collection[Guest]) -> bool:
    """Whether the name in a class's title is of one of its guests, as far as the invitations show names."""
    if len(guests) < 2:
        return any(name) and all(not guest.name or is_shown_as(name, guest.name) for guest in guests)
    return any(is_surely_shown_as(name, guest.name) for guest in guests)


def _whose(name: tuple[str, str], guests: Mapping[str, Guest]) -> Guest:
    """The guest whose name the title has, else the first one."""
    alike = (guest for guest in guests.values() if is_shown_as(name, guest.name))
    return next(alike, next(iter(guests.values())))


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
