"""The patient of each row: name, birth date, address, phone, language, and the key by which the patient is known."""

from typing import TYPE_CHECKING

from jobs.clinic.addresses import is_of_house, read_email, read_guest
from jobs.clinic.cells import CORRECT, Doubt, read_consent, read_phone
from jobs.clinic.columns import Columns, Values
from jobs.clinic.dates import read_birth_date
from jobs.clinic.languages import read_language
from jobs.clinic.people import (
    check_name,
    may_be_stand_in,
    note_of_death,
    person_key,
    read_name,
    read_part,
    read_surname,
)
from jobs.clinic.problems import NO_ADDRESSES
from jobs.clinic.read_once import ReadOnce
from jobs.clinic.value_rules import ValueRules

if TYPE_CHECKING:
    from jobs.clinic.titles import Title

_NO_PATIENT = Doubt("", "The row names no patient.", CORRECT, set_aside=True)
_NOBODY_IN_TITLE = (
    "No patient can be read from the title of this entry.",
    'Write the title such as "PT - Anna Testperson", or say in config/sources.yaml how "{}" writes its titles, as '
    "title_pattern: of it, such as {{kind}} - {{patient}} ({{complaint}}).",
)


def read_demographics(columns: Columns, titles: "list[Title] | None", rules: ValueRules, once: ReadOnce) -> Values:
    """Who comes to each appointment, and how the patient is reached; a row that names nobody is set aside."""
    contacts = _contacts(columns, rules)
    if not columns.has("attendee"):
        values = _names(columns, titles, once, contacts["email"]) | contacts
    else:
        guests = columns.read("attendee", lambda text: read_guest(text, rules.own))
        invited = [own or guest for own, guest in zip(contacts["email"], guests, strict=True)]
        values = _names(columns, titles, once, invited) | contacts
        values["email"] = _without_staff(columns, values, invited, rules)
    values["patient_key"] = _patient_keys(columns, values)
    return values


def _names(columns: Columns, titles: "list[Title] | None", once: ReadOnce, emails: list[str]) -> Values:
    """First and last names: from their own cells, else from the cell that holds both, else from the title. A title of
    no usual form names somebody only where an address says that somebody comes; else the name that stands at it counts.
    """
    first, last = columns.read("first_name", read_part), columns.read("last_name", read_surname)
    if columns.has("patient_name"):
        names = columns.read("patient_name", read_name)
        first, last = _filled(first, last, [(name.first, name.last) for name in names])
    if titles is not None:
        columns.read("title", note_of_death)
        first, last = _filled(first, last, [(title.first_name, title.last_name) for title in titles])
        first, last = _filled(
            first, last, [title.likely if at else ("", "") for title, at in zip(titles, emails, strict=True)]
        )
    if columns.has("attendee_name"):
        invited = columns.read("attendee_name", read_name)
        first, last = _filled(
            first, last, [(name.first, name.last) if at else ("", "") for name, at in zip(invited, emails, strict=True)]
        )
    harmless, _ = once.column("names of patients")
    new_names = {*first, *last}.difference(harmless)
    if may_be_stand_in(new_names):
        columns.read_each(_place_of_names(columns), list(zip(first, last, strict=True)), check_name)
    else:
        harmless |= dict.fromkeys(new_names)
    return {"first_name": first, "last_name": last}


def _filled(first: list[str], last: list[str], names: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The names, those of rows that have neither taken from another column."""
    whole = [(one, two) if one or two else name for one, two, name in zip(first, last, names, strict=True)]
    return [name[0] for name in whole], [name[1] for name in whole]


def _place_of_names(columns: Columns) -> str:
    """The column to point at when a row names nobody, or a test patient."""
    fields = ("patient_name", "last_name", "first_name", "title")
    return next((name for name in fields if columns.has(name)), "patient_id")


def _contacts(columns: Columns, rules: ValueRules) -> Values:
    """How a patient is reached. An export without any address says so once: no letter can follow from it."""
    email = columns.read("email", lambda text: read_email(text, rules.own))
    if not columns.has("email", "attendee"):
        columns.note_all(
            f"{NO_ADDRESSES}: no letter is possible for patients whom no other source knows.",
            "Add the patients' e-mail addresses to the export, or join a file that has them in config/sources.yaml.",
        )
    return {
        "email": email,
        "phone": columns.read("phone", read_phone),
        "birth_date": columns.read("birth_date", lambda text: read_birth_date(text, rules.date_order)),
        "email_consent": columns.read("email_consent", read_consent),
        "language": columns.read("language", read_language),
    }


def _without_staff(columns: Columns, values: Values, invited: list[str], rules: ValueRules) -> list[str]:
    """The patients' addresses, their own or the invited ones. Where an entry names its patient, somebody who works in
    the clinic is invited to treat, and not to be treated, but where the invitation is in the patient's name."""
    staff = {address for address in {*invited}.difference(values["email"]) if is_of_house(address, rules.own)}
    if not staff:
        return invited
    from jobs.clinic.identity import is_surely_shown_as  # for few calendars

    names = zip(values["first_name"], values["last_name"], strict=True)
    theirs = [
        not any(name) or is_surely_shown_as(name, shown)
        for name, shown in zip(names, columns.texts("attendee_name"), strict=True)
    ]
    return [address if so or address not in staff else "" for so, address in zip(theirs, invited, strict=True)]


def _patient_keys(columns: Columns, values: Values) -> list[str]:
    """The number that the practice system gives a patient, else a key made from the person; nobody is set aside."""
    keys = columns.numbers("patient_id")
    if not all(keys):
        people = [values[name] for name in ("email", "first_name", "last_name", "birth_date", "phone")]
        keys = [key or person_key(*person) for key, *person in zip(keys, *people, strict=True)]
    if not all(keys):
        field, doubt = _place_of_names(columns), _NO_PATIENT
        if field == "title":
            what, remedy = _NOBODY_IN_TITLE
            doubt = Doubt("", what, remedy.format(columns.table.source), set_aside=True)
        for place in [place for place, key in enumerate(keys) if not key]:
            columns.note(place, field, columns.texts(field)[place], doubt)
    return keys
