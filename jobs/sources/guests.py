"""Who comes to an entry of a calendar: its guest, each guest of a class, or nobody."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from jobs.clinic.addresses import address_key, is_of_house
from jobs.clinic.identity import compare_names
from jobs.clinic.titles import read_title


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
        """The appointments that an entry is, each with its number and who comes; none where everybody declined.

        An entry with one guest, with none, or with a patient's name in its title is one appointment of its own number.
        One without a name and with several guests is a class: an appointment of each, known by entry and address, so
        that one who goes leaves the others be. Who works in the clinic is no guest, but where nobody else is.
        """
        invited = {address_key(guest.address): guest for guest in guests}
        coming = {key: guest for key, guest in invited.items() if not guest.declined}
        if invited and not coming:
            return []
        theirs = {key: guest for key, guest in coming.items() if not is_of_house(guest.address, self.own)}
        if len(theirs) < 2:
            only = [*(theirs or (coming if len(coming) == 1 else {})).values(), Guest("")]
            return [(entry_id, only[0])]
        if named := self._named([*theirs.values()], title):
            return [(entry_id, named)]
        return [(f"{entry_id}/{_mark(key)}", guest) for key, guest in theirs.items()]

    def _named(self, guests: Sequence[Guest], title: str) -> Guest | None:
        """Whose the entry is by its title: the guest of that name, else the first one."""
        read = read_title(title, self.title_pattern)
        name = (read.first_name, read.last_name) if read.first_name or read.last_name else read.likely
        if not any(name):
            return None
        alike = (guest for guest in guests if compare_names(name, _in_two(guest.name)) in ("same", "short", "pet"))
        return next(alike, guests[0])


def _in_two(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


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
