"""Who is invited to an entry of a calendar."""

from typing import NamedTuple


class Guest(NamedTuple):
    """An invited address, and the name that the calendar has for it; "" where it has none."""

    address: str
    name: str = ""


def name_of_guest(shown: str) -> str:
    """The name that an invitation shows for a guest, where it is one: calendars put the address there, or a word of it.

    >>> name_of_guest("Anna Testperson"), name_of_guest("anna.t@mail.example"), name_of_guest("anna")
    ('Anna Testperson', '', '')
    """
    words = shown.strip(" \"'").split()
    whole = len(words) > 1 and not any(sign in shown for sign in "@<>") and not any(map(str.isdigit, shown))
    return " ".join(words) if whole else ""
